import type { Clock, Timer } from '../time/clock.ts'

/** The same clock, which also counts the timers that were set through it and have not fired. */
export class CountedClock implements Clock {
  readonly deterministic: boolean
  /** How many timers are set. */
  pending = 0
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.deterministic = clock.deterministic
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#clock.monotonic()
  }

  setTimer(delayMs: number, callback: () => void | Promise<void>): Timer {
    let set = true
    const end = (): void => {
      if (set) this.pending -= 1
      set = false
    }
    const timer = this.#clock.setTimer(delayMs, () => {
      end()
      return callback()
    })
    this.pending += 1
    return {
      cancel: () => {
        end()
        timer.cancel()
      },
    }
  }

  sleep(delayMs: number): Promise<void> {
    return this.#clock.sleep(delayMs)
  }
}
