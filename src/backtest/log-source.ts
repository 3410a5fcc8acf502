import { requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventLog, LogPatterns, ReadQuery } from '../log/event-log.ts'
import { requireLog } from '../log/require-log.ts'
import { requireOutOfOrder, type OutOfOrder, sortedWithin, windowOf } from './sort-window.ts'
import { type EventTime, recordedItem, requireEventTime } from './source-recorded.ts'
import type { ChunkedSource, SourceEvent, TimedPayload } from './source.ts'

/** Which events of a log, and when they happen. */
export interface LogSourceQuery<Patterns = string | readonly string[]> extends Omit<
  ReadQuery<Patterns>,
  'order'
> {
  /** Its name, for messages. Default `log`. */
  readonly name?: string
  /**
   * Which time counts: `recorded`, the clock of the bus, or `venue`, the `timestamp` of the payload.
   * Default `recorded`.
   */
  readonly time?: EventTime
  /** What to do with an event that is older than the one before it. Default `refuse`. */
  readonly outOfOrder?: OutOfOrder
}

/** The events of a log. It is read anew each time that it is iterated. */
export interface LogSource<Item extends TimedPayload> extends ChunkedSource {
  /** Lists of at least one event, in order of time. */
  chunks(): AsyncIterable<readonly Item[]>
  /** Its events, one by one. */
  [Symbol.asyncIterator](): AsyncIterator<Item>
}

/** How many events are handed on at once. */
const most = 512

/**
 * The events of a log that match, in the order in which they were appended. They come with their
 * identity, as `recorded`. The log stays open.
 *
 * @throws ConfigurationError `CONFIGURATION` if `log` is none or an option is malformed.
 * @throws what `read` of a log throws (while reading).
 * @example
 * ```ts
 * const source = logSource(log, { pattern: 'market.*' })
 * ```
 */
export function logSource<
  Schemas extends EventSchemas = TradingSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
>(
  log: EventLog<Schemas>,
  query: LogSourceQuery<Patterns> = {},
): LogSource<SourceEvent<Schemas> & TimedPayload> {
  requireLog('logSource', log)
  const { name = 'log', time = 'recorded', outOfOrder = 'refuse', ...read } = query
  requireText('name', name)
  requireEventTime(time)
  const sortWithinMs = windowOf(requireOutOfOrder(outOfOrder))
  if ('order' in read) {
    throw new ConfigurationError('logSource reads forward alone: leave out { order }.')
  }
  const chunks = (): AsyncIterable<readonly TimedPayload[]> => {
    // What `read` gives are events, whatever the pattern says of their types.
    const events = log.read(read) as unknown as AsyncIterable<{ readonly event: TradewireEvent }>
    const items = itemsOf(events, time)
    return sortWithinMs === undefined ? items : sortedWithin(sortWithinMs, name, items)
  }
  const source: ChunkedSource = {
    name,
    chunks,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of chunks()) yield* chunk
    },
  }
  // The catalog of the log has checked every payload by its schema.
  return source as unknown as LogSource<SourceEvent<Schemas> & TimedPayload>
}

/** What comes before an error is handed on first. */
async function* itemsOf(
  events: AsyncIterable<{ readonly event: TradewireEvent }>,
  time: EventTime,
): AsyncGenerator<readonly TimedPayload[], void, void> {
  let items: TimedPayload[] = []
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const { event } of events) {
      items.push(recordedItem(event, time))
      if (items.length < most) continue
      yield items
      items = []
    }
  } catch (error) {
    failure = { error }
  }
  if (items.length > 0) yield items
  if (failure !== undefined) throw failure.error
}
