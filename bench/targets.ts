import { dedupRows, windowSizes } from './delivery-dedup.ts'
import { floodCases, floodRows } from './delivery-flood.ts'
import { allowanceMs, p99Row, sustainedRows } from './delivery-sustained.ts'
import { concurrencies } from './delivery-queues.ts'
import { workKinds } from './delivery-work.ts'
import { barRows, peerRows } from './backtest-bars.ts'
import { bookRows } from './desk-book.ts'
import { appendRows } from './log-append.ts'
import { liveRows } from './log-live.ts'
import { readRow } from './log-read.ts'
import { handlerCounts } from './emitters.ts'
import type { Result } from './results.ts'

export interface Target {
  readonly what: string
  readonly unit: string
  readonly limit: number
  /** Whether the measured value must stay at or below the limit, or reach it. */
  readonly kind: 'at most' | 'at least'
  readonly measured: number
}

type Results = ReadonlyMap<string, Result>
type Limits = readonly [number, number, number]

/** Every target of which the scenario was run, with what was measured. */
export function evaluateTargets(results: Results): readonly Target[] {
  return [
    ...syncTargets(results, 'validate: false', 'tradewire, validate: false', [5.5, 3, 1.8]),
    ...syncTargets(results, 'validation on', 'tradewire', [7, 3.8, 2.1]),
    ...awaitedTargets(results, 'sync', [7, 8, 10]),
    ...awaitedTargets(results, 'async', [4, 4, 4]),
    ...otherTargets(results),
    ...queueTargets(results),
    ...dedupTargets(results),
    ...floodTargets(results),
    ...sustainedTargets(results),
    ...logTargets(results),
    ...barTargets(results),
    ...bookTargets(results),
  ]
}

function syncTargets(results: Results, label: string, row: string, limits: Limits): Target[] {
  return handlerCounts.flatMap((count, index) => {
    const result = results.get(`sync-distinct-${count}`)
    if (result === undefined) return []
    return [
      {
        what: `emitSync, handlers: ${count}, ${label}`,
        unit: '× eventemitter3',
        kind: 'at most',
        limit: limits[index]!,
        measured: result.ratio(row, 'eventemitter3'),
      },
    ]
  })
}

function awaitedTargets(results: Results, kind: 'sync' | 'async', limits: Limits): Target[] {
  return handlerCounts.flatMap((count, index) => {
    const result = results.get(`awaited-${kind}-${count}`)
    if (result === undefined) return []
    const what = `await emit, ${kind} handlers: ${count}`
    return [
      {
        what,
        unit: '× as fast as emittery',
        kind: 'at least',
        limit: limits[index]!,
        measured: result.ratio('emittery', 'tradewire'),
      },
      {
        what,
        unit: '× Promise.all over eventemitter3',
        kind: 'at most',
        limit: 1.1,
        measured: result.ratio('tradewire', 'Promise.all over eventemitter3'),
      },
    ]
  })
}

/** What 1 ms workers do takes 1 ms whoever calls them: there, nobody can be 10 times as fast. */
function queueTargets(results: Results): Target[] {
  const mailbox = 'tradewire, a mailbox'
  return workKinds.flatMap((kind) =>
    concurrencies.flatMap((concurrency): Target[] => {
      const result = results.get(`queue-${kind}-${concurrency}`)
      if (result === undefined) return []
      const what = `a mailbox, ${kind} worker, concurrency ${concurrency}`
      const direct = 'tradewire, the direct path'
      const targets: Target[] = [
        {
          what,
          unit: '× fastq',
          kind: 'at most',
          limit: 1,
          measured: result.ratio(mailbox, 'fastq'),
        },
        {
          what,
          unit: '× fastq.promise',
          kind: 'at most',
          limit: 1,
          measured: result.ratio(mailbox, 'fastq.promise'),
        },
      ]
      if (kind === 'timer') return targets
      return [
        {
          what,
          unit: '× as fast as p-queue',
          kind: 'at least',
          limit: 10,
          measured: result.ratio('p-queue', mailbox),
        },
        ...targets,
        {
          what,
          unit: '× the direct path',
          kind: 'at most',
          limit: 3,
          measured: result.ratio(mailbox, direct),
        },
      ]
    }),
  )
}

function dedupTargets(results: Results): Target[] {
  return windowSizes.flatMap((size): Target[] => {
    const result = results.get(`dedup-${size}`)
    if (result === undefined) return []
    const what = `dedup, a window of ${size.toLocaleString('en')} keys`
    return dedupRows.map((row) => ({
      what: `${what}, ${row}`,
      unit: 'ns an event',
      kind: 'at most',
      limit: 400,
      measured: result.value(row),
    }))
  })
}

function floodTargets(results: Results): Target[] {
  const result = results.get('flood')
  // Without the capture there is nothing to measure.
  if (result === undefined || result.rows.size === 0) return []
  return floodCases.flatMap((name): Target[] => [
    {
      what: `a fill in a flood of quotes, ${name}`,
      unit: 'calls before it',
      kind: 'at most',
      limit: 3,
      measured: result.value(`${name}: ${floodRows.calls}`),
    },
    {
      what: `fills in a flood of quotes, ${name}`,
      unit: 'that waited for more calls than is stated',
      kind: 'at most',
      limit: 0,
      measured: result.value(`${name}: ${floodRows.beyond}`),
    },
  ])
}

function sustainedTargets(results: Results): Target[] {
  const result = results.get('sustained')
  if (result === undefined) return []
  const alone = result.value(p99Row(sustainedRows.alone))
  return [
    {
      what: 'p99 delay of a healthy handler beside a slow and a failing one',
      unit: `ms, twice that of its run alone and ${allowanceMs} ms`,
      kind: 'at most',
      limit: Number((2 * alone + allowanceMs).toPrecision(3)),
      measured: result.value(p99Row(sustainedRows.together)),
    },
  ]
}

function barTargets(results: Results): Target[] {
  const bars = results.get('backtest-bars')
  if (bars === undefined) return []
  return [
    {
      what: 'a backtest over bars that are parsed beforehand',
      unit: 'bars a second',
      kind: 'at least',
      limit: 400_000,
      measured: Math.round(1e9 / bars.value(barRows.tradewire)),
    },
    {
      what: 'a backtest over bars from CSV text',
      unit: '× the same text parsed and looped over',
      kind: 'at most',
      limit: 2.5,
      measured: bars.ratio(barRows.csv, barRows.text),
    },
    {
      what: 'a backtest over bars',
      unit: '× as fast as the fastest peer',
      kind: 'at least',
      limit: 20,
      measured: Math.min(
        ...peerRows
          .filter((row) => bars.rows.has(row))
          .map((row) => bars.ratio(row, barRows.tradewire)),
      ),
    },
  ]
}

function bookTargets(results: Results): Target[] {
  const book = results.get('desk-book')
  // Without the capture there is nothing to measure.
  if (book === undefined || book.rows.size === 0) return []
  return [
    {
      what: 'the Binance capture through parse, events and book',
      unit: '× the same payloads in a loop',
      kind: 'at most',
      limit: 3,
      measured: book.ratio(`${bookRows.book}, ms`, `${bookRows.floor}, ms`),
    },
  ]
}

function logTargets(results: Results): Target[] {
  const targets: Target[] = []
  const append = results.get('log-append')
  if (append !== undefined) {
    for (const side of ['ready', 'stringified', 'observed'] as const) {
      targets.push({
        what: 'durable appends through record',
        unit: `× as fast as ${appendRows[side]}`,
        kind: 'at least',
        limit: 0.6,
        measured: append.ratio(appendRows[side], appendRows.record),
      })
    }
  }
  const read = results.get('log-read')
  if (read !== undefined) {
    const faster = (of: string, than: string): number => read.ratio(than, of)
    for (const side of ['lines', 'decoded'] as const) {
      targets.push({
        what: 'ordered read with decoding',
        unit: `× as fast as ${readRow(side)}`,
        kind: 'at least',
        limit: 0.5,
        measured: faster(readRow('log'), readRow(side)),
      })
    }
    for (const [side, what] of [
      ['scanQuery', 'a scan that parses each line'],
      ['pickQuery', 'a scan that parses lines that name the type'],
    ] as const) {
      targets.push({
        what: 'a type in a stretch of time',
        unit: `× as fast as ${what}`,
        kind: 'at least',
        limit: 30,
        measured: faster(readRow('logQuery'), readRow(side)),
      })
    }
  }
  const live = results.get('log-live')
  if (live === undefined) return targets
  const atMost = (what: string, limit: number): Target => {
    return { what, unit: 'ms', kind: 'at most', limit, measured: live.value(what) }
  }
  return [
    ...targets,
    atMost(liveRows.recorded, 5),
    atMost(liveRows.open, 50),
    atMost(liveRows.consumer, 50),
  ]
}

function otherTargets(results: Results): Target[] {
  const targets: Target[] = []
  const atMost = (what: string, unit: string, limit: number, measured: number): void => {
    targets.push({ what, unit, kind: 'at most', limit, measured })
  }
  const patterns = results.get('patterns')
  if (patterns !== undefined) {
    const row = '1 exact, and order.* which does not match'
    const measured = patterns.ratio(row, '1 exact subscription')
    atMost('emitSync beside a pattern of other types', '× without it', 1.05, measured)
  }
  const churn = results.get('churn')
  if (churn !== undefined) {
    const measured = churn.ratio('tradewire', 'Map')
    atMost('20,000 subscriptions added and removed', '× a Map', 10, measured)
  }
  const allocation = results.get('allocation')
  if (allocation !== undefined) {
    const measured = allocation.value('tradewire, 1 handler, history: 1,000')
    atMost('allocated beyond the payload', 'bytes an event', 200, measured)
  }
  const promises = results.get('promises')
  if (promises !== undefined) {
    const rows = [...promises.rows.keys()].filter((name) => name.startsWith('emitSync'))
    const measured = Math.max(...rows.map((row) => promises.value(row)))
    atMost('emitSync with synchronous handlers', 'promises in 10,000 events', 0, measured)
  }
  return targets
}

/** `met`, or by how much it was missed. */
export function verdict({ kind, limit, measured }: Target): string {
  const met = kind === 'at most' ? measured <= limit : measured >= limit
  if (met) return 'met'
  const excess = kind === 'at most' ? measured / limit - 1 : 1 - measured / limit
  return `missed by ${(100 * excess).toFixed(0)} %`
}
