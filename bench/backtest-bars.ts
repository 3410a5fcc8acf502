import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Decimal } from 'tradewire'
import { csvBars, runBacktest, type Source, type Strategy } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { frameworkSide, grademarkSide, type PeerSide } from './backtest-peers.ts'
import {
  BareDesk,
  type Bar,
  barsOf,
  checkOutcome,
  floatsOf,
  isEntry,
  isExit,
  textOf,
} from './backtest-work.ts'
import { inDirectory } from './log-work.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

export const barRows = {
  loop: 'the payloads in a loop, without a bus',
  tradewire: 'tradewire',
  reported: 'tradewire, with a position.pnl_update at each bar of a position',
  grademark: 'grademark, floats',
  framework: '@backtest/framework, floats',
  text: 'the text parsed by csvBars, in a loop',
  csv: 'tradewire from the text',
} as const

/** Frameworks of others; the second one only where it is installed. */
export const peerRows = [barRows.grademark, barRows.framework] as const

/** Bars through a whole desk, beside loops and peers that are given the same bars in their own form. */
export const barsScenario: Scenario = {
  id: 'backtest-bars',
  group: 'desk',
  unit: 'ns',
  title: 'A backtest over minute bars: a bar',
  reference: barRows.tradewire,
  processes: 3,
  async run({ quick }) {
    const payloads = barsOf(quick ? 100_050 : 400_050)
    return inDirectory(async (directory) => {
      const file = join(directory, 'bars.csv')
      writeFileSync(file, textOf(payloads))
      return await measureSides(sidesOf(payloads, file), payloads, quick ? 3 : 4)
    })
  },
}

type Sides = readonly (readonly [name: string, side: PeerSide])[]

async function measureSides(sides: Sides, bars: readonly Bar[], rounds: number): Promise<Row[]> {
  const samples = new Map(sides.map(([name]) => [name, [] as number[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { run }] of sides) {
      // A full collection would make the engine forget what it has compiled, which no run of a backtest does.
      globalThis.gc?.({ type: 'minor' })
      const startedAt = performance.now()
      const outcome = await run()
      const elapsedMs = performance.now() - startedAt
      checkOutcome(name, outcome(), bars)
      if (round >= 0) samples.get(name)!.push((elapsedMs * 1e6) / bars.length)
    }
  }
  return Object.values(barRows).flatMap((name) => {
    const list = samples.get(name)
    return list === undefined ? [] : [{ name, samples: list }]
  })
}

/** Everyone starts from bars in the form that it takes, which were made beforehand. */
function sidesOf(payloads: readonly Bar[], file: string): Sides {
  const text = (): ReturnType<typeof csvBars> =>
    csvBars(file, { symbol: 'BTCUSDT', timeframe: '1m' })
  const floats = floatsOf(payloads)
  const framework = frameworkSide(floats)
  // A peer, and a floor, come after those that leave little for the collector.
  return [
    [barRows.loop, { run: () => loop(payloads) }],
    [barRows.grademark, grademarkSide(floats)],
    [barRows.text, { run: () => loopOverText(text()) }],
    [barRows.csv, { run: () => backtest(text()) }],
    ...(framework === undefined ? [] : [[barRows.framework, framework] as const]),
    [barRows.tradewire, { run: () => backtest(payloads as Source) }],
    [barRows.reported, { run: () => backtest(payloads as Source, 0) }],
  ]
}

type Ran = Awaited<ReturnType<PeerSide['run']>>

function loop(bars: readonly Bar[]): Ran {
  const desk = new BareDesk()
  for (const { data } of bars) desk.take(data)
  return () => desk.outcome
}

async function loopOverText(source: ReturnType<typeof csvBars>): Promise<Ran> {
  const desk = new BareDesk()
  for await (const chunk of source.chunks()) {
    for (const { data } of chunk as readonly Bar[]) desk.take(data)
  }
  return () => desk.outcome
}

const strategy: Strategy = ({ bus, orders }) => {
  const one = new Decimal(1)
  let seen = 0
  bus.on('market.new_bar', (bar) => {
    seen += 1
    if (isEntry(seen)) orders.buy(bar.data.symbol, one, { cause: bar })
    else if (isExit(seen)) orders.closePosition(bar.data.symbol, { cause: bar })
  })
}

async function backtest(source: Source, pnlIntervalMs?: number): Promise<Ran> {
  const { trades } = await runBacktest({
    sources: [source],
    desk: {
      broker: paperBroker(),
      positions: {
        initialCash: '1000000',
        ...(pnlIntervalMs !== undefined && { pnlIntervalMs }),
      },
      risk: { maxPosition: '10', maxDrawdown: { percent: 50 } },
    },
    strategy,
    progress: false,
  })
  return () => {
    assert.ok(trades.every(({ quantity }) => quantity.eq(1)))
    return {
      entries: trades.map(({ entryPrice }) => entryPrice.toNumber()),
      exits: trades.flatMap(({ exitPrice }) => exitPrice?.toNumber() ?? []),
    }
  }
}
