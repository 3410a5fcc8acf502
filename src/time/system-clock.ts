import { requireFunction, requireNumber } from '../errors/checks.ts'
import type { Clock, Timer } from './clock.ts'

/** The longest delay that `setTimeout` takes; a longer one would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1

/**
 * The real time of the machine. The default clock of a bus.
 *
 * `now()` has a resolution of one millisecond; events of one millisecond keep their order by
 * `sequence`. `monotonic()` has a resolution of microseconds.
 * @example
 * ```ts
 * const clock = new SystemClock()
 * const from = clock.monotonic()
 * await clock.sleep(5)
 * console.log(clock.monotonic() - from > 4) // true
 * ```
 */
export class SystemClock implements Clock {
  readonly deterministic = false

  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  setTimer(delayMs: number, callback: () => void | Promise<void>): Timer {
    requireNumber('delayMs', delayMs, 0)
    requireFunction('The timer callback', callback)
    return new SystemTimer(delayMs, callback)
  }

  async sleep(delayMs: number): Promise<void> {
    requireNumber('delayMs', delayMs, 0)
    await new Promise<void>((resolve) => {
      this.setTimer(delayMs, resolve)
    })
  }
}

/** A timeout of any length, set in steps that `setTimeout` can take. */
class SystemTimer implements Timer {
  #handle: ReturnType<typeof setTimeout>
  /** Whether the process waits for it. */
  #held = true

  constructor(delayMs: number, callback: () => void | Promise<void>) {
    this.#handle = this.#wait(delayMs, callback)
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  unref(): void {
    this.#held = false
    release(this.#handle)
  }

  #wait(delayMs: number, callback: () => void | Promise<void>): ReturnType<typeof setTimeout> {
    if (delayMs <= longestTimeoutMs) return setTimeout(() => void callback(), delayMs)
    return setTimeout(() => {
      this.#handle = this.#wait(delayMs - longestTimeoutMs, callback)
      if (!this.#held) release(this.#handle)
    }, longestTimeoutMs)
  }
}

/** In a browser, where a timeout is a number, nothing waits for it. */
function release(handle: ReturnType<typeof setTimeout>): void {
  const { unref } = Object(handle) as { unref?: () => unknown }
  unref?.call(handle)
}
