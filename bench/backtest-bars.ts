import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Decimal, type NewBar } from 'tradewire'
import {
  csvBars,
  type RoundTrip,
  runBacktest,
  type Source,
  type Strategy,
  type TimedPayload,
} from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { inDirectory } from './log-work.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

export const barRows = {
  loop: 'the bars in a loop, without a bus',
  tradewire: 'tradewire: bus, broker, positions, risk',
  reported: 'the same, with a position.pnl_update at each bar of a position',
  grademark: 'grademark, with floating-point numbers',
  text: 'the text parsed by csvBars, in a loop',
  csv: 'tradewire from the text',
} as const

/** A position is opened each so many bars, and closed half as many later. */
const every = 200
const barMs = 60_000
const start = Date.UTC(2024, 0, 1)

/** Bars through a whole desk, beside a loop and a peer that is given the same bars. */
export const barsScenario: Scenario = {
  id: 'backtest-bars',
  group: 'desk',
  unit: 'ns',
  title: 'A backtest over minute bars: nanoseconds a bar',
  exact: true,
  async run({ quick }) {
    const payloads = barsOf(quick ? 100_050 : 400_050)
    return inDirectory(async (directory) => {
      const file = join(directory, 'bars.csv')
      writeFileSync(file, textOf(payloads))
      return await measureSides(sidesOf(payloads, file), payloads.length, quick ? 3 : 7)
    })
  },
}

interface Side {
  /** Returns how many positions were opened. */
  run(): Promise<number> | number
}

async function measureSides(
  sides: Readonly<Record<keyof typeof barRows, Side>>,
  bars: number,
  rounds: number,
): Promise<Row[]> {
  const samples = new Map<string, number[]>()
  let expected: number | undefined
  for (let round = -1; round < rounds; round += 1) {
    for (const [key, { run }] of Object.entries(sides)) {
      // A full collection would make the engine forget what it has compiled, which no run of a backtest does.
      globalThis.gc?.({ type: 'minor' })
      const startedAt = performance.now()
      const opened = await run()
      const elapsedMs = performance.now() - startedAt
      expected ??= opened
      // All have to have seen each bar, and traded at the same ones.
      assert.equal(opened, expected, key)
      const list = samples.get(key) ?? []
      samples.set(key, list)
      if (round >= 0) list.push((elapsedMs * 1e6) / bars)
    }
  }
  return Object.entries(barRows).map(([key, name]) => ({
    name,
    samples: samples.get(key)!,
  }))
}

type Bar = TimedPayload<'market.new_bar', NewBar>

function sidesOf(payloads: readonly Bar[], file: string): Record<keyof typeof barRows, Side> {
  const source = (): ReturnType<typeof csvBars> =>
    csvBars(file, { symbol: 'BTCUSDT', timeframe: '1m' })
  return {
    loop: { run: () => loop(payloads) },
    tradewire: { run: () => backtest(payloads as Source) },
    reported: { run: () => backtest(payloads as Source, 0) },
    grademark: { run: () => withGrademark(payloads) },
    text: {
      async run() {
        let bars: Bar[] = []
        let opened = 0
        let seen = 0
        for await (const chunk of source().chunks()) {
          bars = chunk as Bar[]
          for (const { data } of bars) {
            seen += 1
            if (isEntry(seen) && data.volume.gt(0)) opened += 1
          }
        }
        return opened
      },
    },
    csv: { run: () => backtest(source()) },
  }
}

const isEntry = (seen: number): boolean => seen % every === 0
const isExit = (seen: number): boolean => seen % every === every / 2

function loop(bars: readonly Bar[]): number {
  let opened = 0
  let seen = 0
  for (const { data } of bars) {
    seen += 1
    if (isEntry(seen) && data.volume.gt(0)) opened += 1
  }
  return opened
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

async function backtest(source: Source, pnlIntervalMs?: number): Promise<number> {
  const { trades, eventCounts } = await runBacktest({
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
  // An order on the last bar finds no bar to be filled by.
  const asked = eventCounts.get('order.submitted')!
  assert.ok(trades.length >= asked / 2 - 1)
  assert.ok(trades.every((trade: RoundTrip) => trade.quantity.eq(1)))
  return Math.ceil(asked / 2)
}

type Rule = (act: () => void, given: { readonly bar: { readonly time: Date } }) => void

/** What is used of it. */
interface Grademark {
  backtest(
    strategy: { readonly entryRule: Rule; readonly exitRule: Rule },
    bars: unknown,
  ): readonly unknown[]
}

const require = createRequire(import.meta.url)

const seenAt = ({ time }: { readonly time: Date }): number => (time.getTime() - start) / barMs

const entryRule: Rule = (enter, { bar }) => {
  if (isEntry(seenAt(bar))) enter()
}
const exitRule: Rule = (exit, { bar }) => {
  if (isExit(seenAt(bar))) exit()
}

/** Its rules are asked only while they may act, so the count goes by the time of the bar. */
function withGrademark(payloads: readonly Bar[]): number {
  const { backtest: play } = require('grademark') as Grademark
  const { DataFrame } = require('data-forge') as { DataFrame: new (rows: unknown) => unknown }
  const bars = payloads.map(({ data }) => ({
    time: new Date(data.timestamp),
    open: data.open.toNumber(),
    high: data.high.toNumber(),
    low: data.low.toNumber(),
    close: data.close.toNumber(),
    volume: data.volume.toNumber(),
  }))
  const trades = play({ entryRule, exitRule }, new DataFrame(bars))
  return trades.length
}

const decimal = (tenths: number): Decimal => new Decimal(tenths).div(10)

/** Minute bars of a price that wanders: the same in every run. */
function barsOf(count: number): Bar[] {
  const bars: Bar[] = []
  let price = 461_230
  let seed = 1
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return seed / 2 ** 32
  }
  for (let index = 0; index < count; index += 1) {
    const open = price
    price = Math.max(100_000, price + Math.round(random() * 60 - 30))
    const high = Math.max(open, price) + Math.round(random() * 10)
    const low = Math.min(open, price) - Math.round(random() * 10)
    bars.push({
      type: 'market.new_bar',
      data: {
        symbol: 'BTCUSDT',
        timeframe: '1m',
        openTime: start + index * barMs,
        timestamp: start + (index + 1) * barMs,
        open: decimal(open),
        high: decimal(high),
        low: decimal(low),
        close: decimal(price),
        volume: new Decimal(Math.round(random() * 1e7)).div(10_000),
      },
    })
  }
  return bars
}

function textOf(bars: readonly Bar[]): string {
  const rows = bars.map(({ data: { openTime, open, high, low, close, volume } }) =>
    [new Date(openTime).toISOString(), ...[open, high, low, close, volume].map(String)].join(','),
  )
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`
}
