import assert from 'node:assert/strict'
import {
  createBus,
  type DeliveryOptions,
  type PayloadOf,
  type QuoteUpdate,
  tradingEvents,
} from 'tradewire'
import { captureFile, readQuotes } from '../test/support/capture.ts'
import { FillWatch, type FillWait, mostCalls } from '../test/support/fill-watch.ts'
import { quantile, type Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

const fill = tradingEvents.get('order.filled').example as PayloadOf<'order.filled'>

const quotesPerSecond = 100_000
/** One fill comes with so many quotes: 1,000 a second. */
const quotesPerFill = 100
/** The handler of a quote is busy for so long: it keeps up with half of the quotes, or fewer. */
const callMicroseconds = 20
const flooded: DeliveryOptions = {
  concurrency: 1,
  mailbox: { capacity: 10_000, overflow: 'drop-oldest' },
}

/** Rows of the table, after the name of the case. */
export const floodRows = {
  calls: 'most calls before a fill at the head of its lane',
  beyond: 'fills that waited for more calls than is stated',
} as const
export const floodCases = ['one mailbox', 'a mailbox each'] as const
type FloodCase = (typeof floodCases)[number]

/** How long fills wait in a flood of real quotes, in real time. */
export const floodScenario: Scenario = {
  id: 'flood',
  group: 'delivery',
  unit: 'as said',
  title: 'Fills in a flood of 100,000 real quotes a second, to handlers of 20 µs',
  exact: true,
  async run({ quick }) {
    const file = captureFile()
    if (file === undefined) return []
    const quotes = readQuotes(file)
    const seconds = quick ? 2 : 10
    // What it compiles first is no part of what is measured.
    await flood('one mailbox', quotes, 0.5)
    const rows: Row[] = []
    for (const name of floodCases) rows.push(...(await flood(name, quotes, seconds)))
    return rows
  },
}

async function flood(
  name: FloodCase,
  quotes: readonly QuoteUpdate[],
  seconds: number,
): Promise<Row[]> {
  const bus = createBus()
  const watch = new FillWatch(() => performance.now())
  const take = (event: { readonly sequence: number }): void => {
    watch.called(event)
    spin(callMicroseconds / 1_000)
  }
  const both = ['market.quote_update', 'order.filled'] as const
  const subscriptions =
    name === 'one mailbox'
      ? [bus.on(both, take, flooded)]
      : both.map((type) => bus.on(type, take, flooded))
  let emitted = 0
  let fills = 0
  const total = quotesPerSecond * seconds
  const startedAt = performance.now()
  while (emitted < total) {
    const due = Math.min(total, ((performance.now() - startedAt) * quotesPerSecond) / 1_000)
    for (; emitted < due; emitted += 1) {
      bus.emitSync('market.quote_update', quotes[emitted % quotes.length]!)
      if (emitted % quotesPerFill !== 0) continue
      watch.emitted(() => bus.emitSync('order.filled', fill))
      fills += 1
    }
    // As a feed, which comes by I/O.
    await new Promise((resolve) => void setImmediate(resolve))
  }
  const took = (performance.now() - startedAt) / 1_000
  await bus.idle()
  assert.equal(watch.waits.length, fills, 'fills that were delivered')
  for (const { stats } of subscriptions) {
    assert.equal(stats.accepted, stats.delivered + stats.dropped, 'the ledger of a mailbox')
  }
  const { delivered, dropped } = subscriptions[0]!.stats
  return rowsOf(name, watch.waits, emitted / took, dropped / (delivered + dropped))
}

function rowsOf(
  name: FloodCase,
  waits: readonly FillWait[],
  quotesEachSecond: number,
  dropped: number,
): Row[] {
  const microseconds = waits.map(({ ms }) => ms * 1_000)
  const alone = waits.filter(({ ahead }) => ahead === 0).map(({ calls }) => calls)
  const figures: Record<string, number> = {
    'quotes a second': quotesEachSecond,
    'quotes dropped, %': 100 * dropped,
    fills: waits.length,
    'delay of a fill, median, µs': quantile(microseconds, 0.5),
    'delay of a fill, p99, µs': quantile(microseconds, 0.99),
    'delay of a fill, most, µs': Math.max(...microseconds),
    [floodRows.calls]: Math.max(...alone),
    'most calls before any fill': Math.max(...waits.map(({ calls }) => calls)),
    'most fills ahead of one': Math.max(...waits.map(({ ahead }) => ahead)),
    [floodRows.beyond]: waits.filter((wait) => wait.calls > mostCalls(wait)).length,
  }
  return Object.entries(figures).map(([row, value]) => ({
    name: `${name}: ${row}`,
    samples: [value],
  }))
}

function spin(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
