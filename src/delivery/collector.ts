import type { Clock, Timer } from '../time/clock.ts'
import type { BatchOptions } from './options.ts'

/** Knows when a batch is complete: when it is full, or its first event has waited for long enough. */
export class Collector {
  readonly maxSize: number
  readonly #maxWaitMs: number
  readonly #clock: Clock
  readonly #wake: () => void
  #timer: Timer | undefined = undefined
  /** Whether the first event has waited for long enough. */
  #due = false

  /** @param wake called when the first event has waited for long enough. */
  constructor({ maxSize, maxWaitMs }: Required<BatchOptions>, clock: Clock, wake: () => void) {
    this.maxSize = maxSize
    this.#maxWaitMs = maxWaitMs
    this.#clock = clock
    this.#wake = wake
  }

  /**
   * Whether `size` events are a batch now.
   *
   * @param mailbox knows when the first of them was accepted, in monotonic milliseconds.
   * @param scheduler knows whether all that waits is to go, however little it is.
   */
  complete(
    size: number,
    mailbox: { readonly oldestAcceptedAt: number },
    scheduler: { readonly draining: boolean },
  ): boolean {
    if (size >= this.maxSize) return true
    if (size === 0) return false
    if (this.#due || scheduler.draining) return true
    this.#timer ??= this.#setTimer(mailbox.oldestAcceptedAt)
    return false
  }

  /** A batch has gone, or all that waited: the next one begins. */
  gone(): void {
    this.stop()
    this.#due = false
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #setTimer(oldestAcceptedAt: number): Timer {
    const waited = this.#clock.monotonic() - oldestAcceptedAt
    return this.#clock.setTimer(Math.max(0, this.#maxWaitMs - waited), () => {
      this.#due = true
      this.#timer = undefined
      this.#wake()
    })
  }
}
