import { requireOptions } from '../errors/checks.ts'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventLog, LogEntry, LogPatterns, LogReader } from '../log/event-log.ts'
import { requireLog } from '../log/require-log.ts'
import { differencesOf, type Divergence, divergence } from './divergence.ts'
import { requirePaths } from './compare-paths.ts'

/** Options of {@link compareLogs}. */
export interface CompareOptions<Patterns = string | readonly string[]> {
  /** Which events are compared: a pattern, or a list of them. Default `*`. */
  readonly pattern?: Patterns
  /**
   * Fields that may differ, with all that is in them, such as `id` or `data.timestamp`. With `id`, so may
   * `causationId` and `correlationId`, which are ids of other events. Default: none.
   */
  readonly ignore?: readonly string[]
  /** Ends the comparison when it aborts: `compareLogs` rejects with its reason. */
  readonly signal?: AbortSignal
}

/** What {@link compareLogs} has found. */
export interface LogComparison {
  /** Whether both logs hold the same events in the same order. */
  readonly same: boolean
  /** How many events were the same. */
  readonly events: number
  /** The first event that differs; absent if none does. */
  readonly divergence?: Divergence
}

/**
 * Compares the events of two logs, one by one, up to the first that differs. Positions do not count; all
 * that an event says of itself does: id, sequence, timestamp, causes, payload to the last digit. Memory stays bounded.
 *
 * @throws ConfigurationError `CONFIGURATION` if an argument is malformed.
 * @throws what `read` of a log throws.
 * @example
 * ```ts
 * await using before = await openLog('./runs/before.db', { readOnly: true })
 * await using after = await openLog('./runs/after.db', { readOnly: true })
 * const { same, divergence } = await compareLogs(before, after, { pattern: 'order.*' })
 * if (!same) console.log(divergence!.message)
 * ```
 */
export async function compareLogs<
  Schemas extends EventSchemas = TradingSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
>(
  expected: EventLog<Schemas>,
  actual: EventLog<Schemas>,
  options: CompareOptions<Patterns> = {},
): Promise<LogComparison> {
  requireLog('compareLogs', expected)
  requireLog('compareLogs', actual)
  requireOptions('compareLogs', options, ['pattern', 'ignore', 'signal'])
  const { ignore = [], ...query } = options
  const isIgnored = requirePaths(ignore)
  const readers = [expected.read(query), actual.read(query)] as unknown as [LogReader, LogReader]
  try {
    for (let events = 0; ; events += 1) {
      const [one, other] = await Promise.all([readers[0].next(), readers[1].next()])
      if (one.done === true && other.done === true) return { same: true, events }
      const catalog = expected.catalog as unknown as Catalog
      const found = compared(events, one.value, other.value, catalog, isIgnored)
      if (found !== undefined) return { same: false, events, divergence: found }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return()))
  }
}

function compared(
  index: number,
  one: LogEntry | undefined,
  other: LogEntry | undefined,
  catalog: Catalog,
  isIgnored: (path: string) => boolean,
): Divergence | undefined {
  const [expected, actual] = [one?.event, other?.event]
  const differences =
    expected === undefined || actual === undefined
      ? []
      : differencesOf(expected, actual, catalog, isIgnored)
  if (expected !== undefined && actual !== undefined && differences.length === 0) return undefined
  return divergence({ index, position: one?.position, expected, actual, differences })
}
