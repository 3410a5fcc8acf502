import type { Clock } from '../time/clock.ts'

/** The most events of one commit, unless one append has more. */
export const mostGrouped = 1_000

/** How long events wait at most for others to share their commit, in milliseconds. */
const longestWaitMs = 5

/** A commit of so few was not worth a wait: whoever appends awaits it before the next. */
const lonely = 4

/**
 * When a group of events is worth a commit. While few come, at once, as nobody would share it; while
 * many come, each 5 ms, or at 1,000 events.
 */
export class GroupPace {
  readonly #clock: Clock
  #sentAt = -Infinity
  #size = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How long `size` events have to wait yet, in milliseconds; 0 if they may go. */
  waitMs(size: number): number {
    if (size >= mostGrouped || this.#size <= lonely) return 0
    return Math.max(0, this.#sentAt + longestWaitMs - this.#clock.monotonic())
  }

  /** A commit of `size` events was sent. */
  sent(size: number): void {
    this.#sentAt = this.#clock.monotonic()
    this.#size = size
  }
}
