import { describeValue, requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import { matchTokens } from '../events/pattern.ts'
import type { PatternIn } from '../events/types.ts'
import { SystemClock } from '../time/system-clock.ts'
import { BusRecording } from './bus-recording.ts'
import { LogClosedError, LogReadOnlyError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { RecordableBus } from './recordable-bus.ts'
import type { Recording, RecordOptions } from './recording.ts'

const optionNames = [
  'pattern',
  'durability',
  'writeAhead',
  'capacity',
  'overflow',
  'retryMs',
  'onWarning',
  'clock',
]

/**
 * Records what happens on a bus in a log: every event that the pattern covers, from the next one on, in
 * the order of `sequence`. An event is written down as it is when its dispatch begins, or with
 * `writeAhead` or `overflow: 'hold'` when it is emitted; what a handler changes in it changes nothing.
 *
 * Dispatch does not wait for the storage, unless `writeAhead` or `overflow: 'hold'` says so. While the
 * storage fails, events wait in memory, up to `capacity`. The recording says so on the bus, by
 * `system.warning` with the code `log_failing`, `log_buffer_full`, `log_recovered`, `log_refused` or
 * `log_unwritten`, of the source `log`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown, out of range or contradicts another
 * one, if the log does not know an event that the pattern covers, in the version of the bus, or if the
 * bus has a recording already that holds its events.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the bus could match a pattern.
 * @throws LogReadOnlyError `LOG_READ_ONLY`, LogClosedError `LOG_CLOSED`.
 * @example
 * ```ts
 * const bus = createBus()
 * await using log = await openLog('./2026-11-21.db')
 * await using recording = record(bus, log, { pattern: ['order.*', 'position.*'] })
 * ```
 */
export function record<Schemas extends EventSchemas>(
  bus: RecordableBus<Schemas>,
  log: EventLog<EventSchemas>,
  options: RecordOptions<PatternIn<Schemas>> = {},
): Recording {
  requireBus(bus)
  requireLog(log)
  requireOptions('record', options, optionNames)
  const { writeAhead = false, capacity = 100_000, overflow, onWarning } = options
  if (typeof writeAhead !== 'boolean') {
    throw new ConfigurationError(
      `writeAhead must be true or false, but is ${describeValue(writeAhead)}.`,
    )
  }
  requireInteger('capacity', capacity, 1)
  requireOverflow(overflow, writeAhead)
  if (onWarning !== undefined) requireFunction('onWarning', onWarning)
  const { pattern = '*' } = options
  const patterns: readonly string[] = typeof pattern === 'string' ? [pattern] : pattern
  const tokens = parsePatterns(bus.catalog, patterns)
  if (log.readOnly) throw new LogReadOnlyError('No recording was begun')
  if (log.closed) throw new LogClosedError('No recording was begun')
  requireKnown(bus.catalog, log.catalog, tokens)
  return new BusRecording(bus, log, tokens, {
    policy: writeAhead ? 'write-ahead' : (overflow ?? 'drop-newest'),
    durability: options.durability ?? 'group',
    capacity,
    retryMs: options.retryMs,
    onWarning,
    clock: options.clock ?? new SystemClock(),
    pattern: patterns.join(', '),
  })
}

function requireBus(bus: RecordableBus<EventSchemas>): void {
  const { catalog, observe, hold } = Object(bus) as Partial<RecordableBus<EventSchemas>>
  if (catalog instanceof Catalog && observe !== undefined && hold !== undefined) return
  throw new ConfigurationError(
    `record takes a bus of createBus() first, and then a log, but was given ${describeValue(bus)} first.`,
  )
}

function requireLog(log: EventLog<EventSchemas>): void {
  if (typeof (Object(log) as Partial<EventLog>).writer === 'function') return
  const advice = log instanceof Promise ? ' Await openLog.' : ''
  throw new ConfigurationError(
    `record takes a log of openLog() or memoryLog(), but was given ${describeValue(log)}.${advice}`,
  )
}

function requireOverflow(overflow: unknown, writeAhead: boolean): void {
  if (overflow === undefined) return
  if (overflow !== 'drop-newest' && overflow !== 'drop-oldest' && overflow !== 'hold') {
    throw new ConfigurationError(
      `overflow must be 'drop-newest', 'drop-oldest' or 'hold', but is ${describeValue(overflow)}.`,
    )
  }
  if (!writeAhead) return
  throw new ConfigurationError(
    'With writeAhead every event is held until it is in the log, so there is no overflow to choose: leave one of the two out.',
  )
}

function parsePatterns(
  catalog: Catalog,
  patterns: readonly string[],
): readonly (readonly string[])[] {
  if (!Array.isArray(patterns) || patterns.length === 0) {
    throw new ConfigurationError(
      `pattern must be a pattern or a list of at least one, but is ${describeValue(patterns)}.`,
    )
  }
  return patterns.map((pattern: string) => catalog.parsePattern(pattern))
}

/** Refuses what could never be written down, before the first event is lost by it. */
function requireKnown(
  emitted: Catalog,
  known: Catalog,
  patterns: readonly (readonly string[])[],
): void {
  if (emitted === known) return
  for (const { name, tokens, version } of emitted.entries.values()) {
    if (!patterns.some((pattern) => matchTokens(pattern, tokens))) continue
    const found = known.entries.get(name)?.version
    if (found === version) continue
    const what = found === undefined ? 'does not know it' : `has version ${found} of it`
    throw new ConfigurationError(
      `The bus emits ${describeValue(name)} in version ${version}, and the log ${what}. Open the log with { catalog: bus.catalog }, or record with a pattern that leaves it out.`,
    )
  }
}
