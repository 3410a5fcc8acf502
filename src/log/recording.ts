import type { SystemWarning } from '../events/system.ts'
import type { Clock } from '../time/clock.ts'
import type { Durability } from './store.ts'

/** What a recording does while as many events wait for the storage as may. */
export type RecordOverflow =
  /** The event that comes is dispatched, and not recorded; it counts as lost. */
  | 'drop-newest'
  /** The oldest event that waits is not recorded; it counts as lost. */
  | 'drop-oldest'
  /**
   * The event that comes is dispatched once there is room, and those behind it too: who awaits `emit`
   * is as slow as the storage. The bus refuses emissions once 100,000 of them wait in its line.
   */
  | 'hold'

/**
 * Options of `record`.
 *
 * @typeParam Pattern patterns that the catalog of the bus allows; inferred.
 */
export interface RecordOptions<Pattern extends string = string> {
  /** Only events that this pattern, or one of the list, covers. Default `*`. */
  readonly pattern?: Pattern | readonly Pattern[]
  /** What may be lost of what was recorded. Default `group`. */
  readonly durability?: Durability
  /**
   * Whether an event is dispatched only once it is recorded, as durable as `durability` says: nobody
   * acts upon an event that a crash could take away. With `lazy` that goes for a crash of the process,
   * not for a power cut. An event that cannot be recorded is not dispatched, and its emission rejects.
   * A bus has one recording at most that holds its events. Default false.
   */
  readonly writeAhead?: boolean
  /** How many events may wait for the storage. A whole number from 1. Default 100,000. */
  readonly capacity?: number
  /**
   * What to do when they are as many. Not with `writeAhead`, where the emission of one more rejects with
   * a `LogBufferFullError`. Default `drop-newest`.
   */
  readonly overflow?: RecordOverflow
  /** How long to wait before a storage that fails is tried again, in milliseconds above 0; doubled up to 5,000. Default 100. */
  readonly retryMs?: number
  /**
   * Is told what the recording warns of, at once: also where the bus cannot say it, because it is closed,
   * knows no `system.warning`, or holds its events for a storage that fails. What it throws is written
   * to the console.
   */
  readonly onWarning?: (warning: SystemWarning) => unknown
  /**
   * Measures how long the storage fails and `stop` takes. A storage knows no simulated time: so this is not
   * the clock of the bus. Default: a `SystemClock`.
   */
  readonly clock?: Clock
}

/** What became of the events of a recording. */
export interface RecordingStats {
  /** How many are durable in the log. */
  readonly recorded: number
  /** How many wait to be. */
  readonly pending: number
  /** How many were dispatched, and are not in the log because there was no room, or no log any more. */
  readonly lost: number
  /**
   * How many could not be written down: invalid, or too large. With `writeAhead` all that were not
   * dispatched, for whatever reason.
   */
  readonly refused: number
  /** Whether the storage fails. */
  readonly failing: boolean
  /** What it fails with. */
  readonly failure: Error | undefined
  /** The position of the last event that is durable; 0 if none is. */
  readonly position: number
}

/** Options of `stop`. */
export interface StopRecordingOptions {
  /** How long to wait for the storage, in milliseconds from 0, in real time. Default 10,000. */
  readonly timeoutMs?: number
}

/** A recording that runs. `await using` stops it at the end of the block. */
export interface Recording extends AsyncDisposable {
  /** What became of its events, as it is now. */
  readonly stats: RecordingStats
  /** Resolves once all events so far are durable or lost; waits for a storage that fails. */
  flush(): Promise<void>
  /**
   * Records nothing that is emitted from now on, writes what waits, and resolves. A storage that fails
   * is tried once more. Emissions that the bus holds for want of an answer go on with `overflow: 'hold'`,
   * and reject with `writeAhead`. Called again, it returns the same promise.
   *
   * @throws LogStorageError `LOG_STORAGE` if events that waited are not known to be in the log; `cause` says
   * why. The warning `log_unwritten` says it, too.
   */
  stop(options?: StopRecordingOptions): Promise<void>
  /** The same as `stop`. */
  [Symbol.asyncDispose](): Promise<void>
}
