import type { TradewireEvent } from '../events/envelope.ts'
import type { Durability } from './store.ts'

/** What a writer does with one more event while as many wait as may. */
export type BufferOverflow =
  /** Refuses it: `write` throws a `LogBufferFullError`. */
  | 'refuse'
  /** Forgets the oldest that waits, and counts it as lost. */
  | 'drop-oldest'
  /** Forgets the one that came, and counts it as lost. */
  | 'drop-newest'

/** Options of `writer`. */
export interface LogWriterOptions {
  /** What may be lost of what was acknowledged. Default `group`. */
  readonly durability?: Durability
  /** How many events may wait for the storage. A whole number from 1. Default 100,000. */
  readonly capacity?: number
  /** What to do when they are as many. Default `refuse`. */
  readonly overflow?: BufferOverflow
  /**
   * Is told when the storage begins to fail, and when it works again. What it throws, or rejects with, is
   * ignored.
   */
  readonly onState?: (state: WriterState) => void
  /** How long to wait before it is tried again, in milliseconds above 0; doubled up to 5,000. Default 100. */
  readonly retryMs?: number
}

/** The storage has begun to fail. */
export interface FailingWriter {
  /** Always `failing`. */
  readonly kind: 'failing'
  /** What it fails with. */
  readonly error: Error
  /** How many events wait. */
  readonly pending: number
}

/** The storage works again. */
export interface RecoveredWriter {
  /** Always `recovered`. */
  readonly kind: 'recovered'
  /** How many events wait still. */
  readonly pending: number
  /** How many were given up since the writer was made. */
  readonly lost: number
}

/** Whether a writer can write. */
export type WriterState = FailingWriter | RecoveredWriter

/** Writes events in order, and keeps those that are not durable yet. */
export interface LogWriter extends AsyncDisposable {
  /** How many events wait to be durable. */
  readonly pending: number
  /** How many are durable. */
  readonly written: number
  /** How many were given up: by `overflow`, or because the writer was closed while the storage failed. */
  readonly lost: number
  /** The position of the last that is durable; 0 if none is. */
  readonly position: number
  /** What the storage fails with; undefined while it works. */
  readonly failure: Error | undefined
  /**
   * Takes an event, as it is now. Returns a ticket for {@link LogWriter.durable}: 1, 2, 3, …
   *
   * @throws what `append` throws for an event that cannot be encoded.
   * @throws LogBufferFullError `LOG_BUFFER_FULL` with `overflow: 'refuse'`.
   */
  write(event: TradewireEvent): number
  /**
   * Resolves once the event of this ticket, and all before it, are durable or lost.
   *
   * @throws LogBufferFullError `LOG_BUFFER_FULL` if it was lost.
   * @throws LogClosedError `LOG_CLOSED` if the log is closed first.
   */
  durable(ticket: number): Promise<void>
  /** Resolves once all that was written so far is durable or lost; waits for a storage that fails. */
  flush(): Promise<void>
  /** Writes what waits, once more if the storage fails, and takes no more. */
  close(): Promise<void>
}
