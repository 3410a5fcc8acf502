import type { Clock, Timer } from '../time/clock.ts'
import type { SnapshotReason } from './order-book-options.ts'

const longestWaitMs = 60_000

/** What the requests of a book need. */
export interface RequestHost {
  readonly clock: Clock
  /** How long to wait for an answer to the first request, in milliseconds; then twice as long. */
  readonly retryMs: number
  /** Whether nobody wants one any more. */
  ended(): boolean
  /** Asks for a snapshot; may throw, or return a promise that rejects. */
  request(reason: SnapshotReason): unknown
  /** Hears of a request that failed. */
  failed(error: unknown, reason: SnapshotReason): void
}

/** Asks for snapshots until one comes, ever less often. */
export class SnapshotRequests {
  readonly #host: RequestHost
  /** Requests since the book last went on from a snapshot. */
  #attempts = 0
  /** Set while a snapshot is wanted. */
  #timer: Timer | undefined = undefined
  #closed = false

  constructor(host: RequestHost) {
    this.#host = host
  }

  /** A snapshot is wanted. It is asked for at once, unless one was, to no avail. */
  want(reason: SnapshotReason): void {
    if (this.#timer !== undefined || this.#closed) return
    if (this.#attempts === 0) this.#ask(reason)
    else this.#wait(reason)
  }

  /** A snapshot has come. */
  answered(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** The book goes on from the snapshot: the next time it is asked for at once. */
  settled(): void {
    this.#attempts = 0
  }

  close(): void {
    this.#closed = true
    this.answered()
  }

  #wait(reason: SnapshotReason): void {
    const { clock, retryMs } = this.#host
    const delayMs = Math.min(retryMs * 2 ** (this.#attempts - 1), Math.max(retryMs, longestWaitMs))
    this.#timer = clock.setTimer(delayMs, () => this.#ask(reason))
  }

  #ask(reason: SnapshotReason): void {
    if (this.#host.ended()) return
    this.#attempts += 1
    // The timer first: who is asked may close the book, or answer at once.
    this.#wait(reason)
    try {
      const result = this.#host.request(reason)
      if (result === undefined) return
      // A thenable that is no promise may do anything: it is made one.
      Promise.resolve(result).catch((error: unknown) => this.#fail(error, reason))
    } catch (error) {
      this.#fail(error, reason)
    }
  }

  #fail(error: unknown, reason: SnapshotReason): void {
    if (!this.#closed) this.#host.failed(error, reason)
  }
}
