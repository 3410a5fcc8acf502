import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching, PatternIn } from '../events/types.ts'
import type { Consumer, ConsumeOptions, ConsumeHandler } from './consumer-options.ts'
import type { LogDeadLetters } from './log-dead-letters.ts'
import type { Progress } from './progress.ts'
import type { LogWriter, LogWriterOptions } from './log-writer.ts'
import type { LogStats } from './log-stats.ts'
import type { RetainOptions, RetainReport } from './retain.ts'
import type { LogSnapshots } from './snapshots.ts'
import type { Durability } from './store.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import type { Verification } from './verify.ts'

/** One pattern, or a list of them. */
export type LogPatterns<Schemas extends EventSchemas> =
  | PatternIn<Schemas>
  | readonly PatternIn<Schemas>[]

/** The union of the events that one pattern or a list of them covers. */
export type LoggedEvents<
  Schemas extends EventSchemas,
  Patterns extends string | readonly string[],
> = EventMatching<Schemas, Patterns extends readonly string[] ? Patterns[number] : Patterns>

/** An event, and where in the log it stands. */
export interface LogEntry<Event extends TradewireEvent = TradewireEvent> {
  /** Its place in the log: a whole number from 1 that never changes. */
  readonly position: number
  /** The event. */
  readonly event: Event
}

/** An encoded event, and where in the log it stands. */
export interface EncodedEntry {
  /** Its place in the log: a whole number from 1 that never changes. */
  readonly position: number
  /** As it was written, in the version of then. */
  readonly event: EncodedEvent
}

/** An encoded event that is to be appended as it is. */
export interface NewEncodedEntry {
  /** As it is to be kept. */
  readonly event: EncodedEvent
  /**
   * Where it must stand: above the last position of the log and of those before it. What is left out
   * counts as removed. Default: the next one.
   */
  readonly position?: number
}

/** Which events to read. Every condition given must hold. */
export interface ReadQuery<Patterns = string | readonly string[]> {
  /** Only events that this pattern, or one of the list, covers. Default `*`. */
  readonly pattern?: Patterns
  /** Begin at this position, it included. A whole number from 1. Default: the first, or last, one. */
  readonly from?: number
  /** Only events at or after this time, in milliseconds since the Unix epoch. */
  readonly since?: number
  /** Only events before this time, in milliseconds since the Unix epoch. */
  readonly until?: number
  /** Only events of this source. */
  readonly source?: string
  /** Only events of this causal chain. */
  readonly correlationId?: string
  /** At most so many. A whole number from 0. Default: all. */
  readonly limit?: number
  /** `forward`, as they were appended, or `backward`. Default `forward`. */
  readonly order?: 'forward' | 'backward'
  /** What to do with events that the catalog does not know. Default `refuse`. */
  readonly unknown?: UnknownPolicy
  /** Ends the read when it aborts: the reader gets the reason of the signal, thrown. */
  readonly signal?: AbortSignal
}

/** Which events to follow. */
export type TailQuery<Patterns = string | readonly string[]> = Omit<
  ReadQuery<Patterns>,
  'order' | 'until'
>

/** Entries of a log as an async iterator, read page by page. */
export interface LogReader<
  Event extends TradewireEvent = TradewireEvent,
> extends AsyncIterableIterator<LogEntry<Event>, undefined, void> {
  /** The next entry. */
  next(): Promise<IteratorResult<LogEntry<Event>, undefined>>
  /** Ends the read. */
  return(): Promise<IteratorReturnResult<undefined>>
  /** The reader itself. */
  [Symbol.asyncIterator](): LogReader<Event>
  /** The same as `return`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Options of `append`. */
export interface AppendOptions {
  /** What may be lost of it. Default `group`. */
  readonly durability?: Durability
}

/**
 * An ordered, durable record of events: what happened, in which order, because of what.
 *
 * Every event has a position: 1, 2, 3, … in the order in which they were appended, for ever.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface EventLog<out Schemas extends EventSchemas = TradingSchemas> {
  /** How its events are written and read. */
  readonly catalog: Catalog<Schemas>
  /** Whether it was opened only to be read. */
  readonly readOnly: boolean
  /** Whether payloads and metadata are encrypted where it is kept. */
  readonly encrypted: boolean
  /** Whether `close` was called. */
  readonly closed: boolean

  /**
   * Appends events, all of them or none, and resolves to their positions once they are as durable as
   * was asked. They are written down as they are now: what changes them afterwards changes nothing here.
   *
   * @throws EventValidationError `EVENT_INVALID`, UnknownEventError `EVENT_UNKNOWN`, EventTooLargeError
   * `EVENT_TOO_LARGE` if one of them cannot be encoded.
   * @throws LogStorageError `LOG_STORAGE` if the storage refuses; then none of them is in the log.
   * @throws LogReadOnlyError `LOG_READ_ONLY`, LogClosedError `LOG_CLOSED`.
   */
  append(
    events: TradewireEvent | readonly TradewireEvent[],
    options?: AppendOptions,
  ): Promise<readonly number[]>

  /**
   * Appends events that are encoded already, as they are: of types and versions that the catalog may not
   * know, and at positions of their own. For what restores archives and copies logs.
   *
   * @throws EventValidationError `EVENT_INVALID` if an envelope is malformed; payloads are not checked.
   * @throws ConfigurationError `CONFIGURATION` if positions do not rise.
   * @throws what `append` throws of the storage.
   */
  appendEncoded(
    entries: readonly NewEncodedEntry[],
    options?: AppendOptions,
  ): Promise<readonly number[]>

  /**
   * A writer that takes one event after the other, keeps what is not durable yet, and tries again when
   * the storage fails: what `record` writes with.
   *
   * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
   */
  writer(options?: LogWriterOptions): LogWriter

  /**
   * The events that match, in order, up to the last one at the time of the call. Pages of them are
   * read as the loop goes on; memory stays bounded.
   *
   * @throws ConfigurationError `CONFIGURATION` if a condition is unknown or malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN`, EventVersionError `EVENT_VERSION` (while reading) if the
   * catalog does not know an event, with `unknown: 'refuse'`.
   * @throws LogDamagedError `LOG_DAMAGED` (while reading) if a record is not what was written.
   * @example
   * ```ts
   * for await (const { position, event } of log.read({ pattern: 'order.*' })) {
   *   console.log(position, event.type, event.data.orderId)
   * }
   * ```
   */
  read<const Patterns extends LogPatterns<Schemas> = '*'>(
    query?: ReadQuery<Patterns>,
  ): LogReader<LoggedEvents<Schemas, Patterns>>

  /**
   * Reads, and then follows what is appended, without a gap and without a double, until the loop ends,
   * the signal aborts, or the log is closed. A log that another process writes is looked at every 50 ms.
   *
   * @throws what `read` throws.
   */
  tail<const Patterns extends LogPatterns<Schemas> = '*'>(
    query?: TailQuery<Patterns>,
  ): LogReader<LoggedEvents<Schemas, Patterns>>

  /**
   * The same as `read`, but events are left as they were written: plain JSON, in the version of then,
   * also where the catalog does not know their type.
   *
   * @throws what `read` throws.
   */
  readEncoded<const Patterns extends LogPatterns<Schemas> = '*'>(
    query?: Omit<ReadQuery<Patterns>, 'unknown'>,
  ): AsyncIterableIterator<EncodedEntry, undefined, void>

  /**
   * Calls `handler` with every event that matches, one after the other, from where the consumer of that
   * name has stopped, also after a crash. An event counts as consumed once the handler has settled, so it
   * may come again after a crash: at least once. Resolves once the consumer runs.
   *
   * `retain` does not look at consumers. One that is started when events of its pattern are gone that it has
   * not consumed goes on with what is left; `onError` of the log is told up to where they are gone.
   *
   * @throws ConfigurationError `CONFIGURATION` if an argument is malformed, or the consumer of that name had
   * another pattern.
   * @throws ConsumerBusyError `CONSUMER_BUSY` if one of that name runs.
   * @throws LogReadOnlyError `LOG_READ_ONLY`, because what was consumed is written down.
   * @example
   * ```ts
   * const consumer = await log.consume('booking', ({ data }, { signal }) => book(data, signal), {
   *   pattern: 'order.filled',
   * })
   * await consumer.caughtUp()
   * await consumer.stop()
   * ```
   */
  consume<const Patterns extends LogPatterns<Schemas> = '*'>(
    name: string,
    handler: ConsumeHandler<LoggedEvents<Schemas, Patterns>>,
    options?: ConsumeOptions<Patterns>,
  ): Promise<Consumer>

  /** The events that consumers have failed on for good. They survive in the log. */
  readonly deadLetters: LogDeadLetters<Schemas>

  /** Small texts that are kept beside the events: where projections go on. */
  readonly snapshots: LogSnapshots

  /** What the log holds, and what waits to be written. */
  stats(): Promise<LogStats>

  /**
   * Checks every record: its checksum, the hash of the one before it, that none is missing, doubled or
   * out of place, and that what helps to find them says the same as they do. Resolves to what is damaged, as ranges of positions.
   */
  verify(options?: { readonly onProgress?: (progress: Progress) => void }): Promise<Verification>

  /**
   * Removes the oldest events in small steps, so that nobody waits for it for more than some
   * milliseconds. Positions of what stays do not change.
   */
  retain(options: RetainOptions<PatternIn<Schemas>>): Promise<RetainReport>

  /**
   * Writes what was accepted, ends readers and consumers, and releases the storage.
   *
   * @throws ConsumerDeadlockError `WOULD_DEADLOCK` if it is awaited inside a handler of one of the consumers;
   * the log is closed once that has settled.
   */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}
