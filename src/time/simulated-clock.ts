import { describeValue, requireFunction, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import type { Clock, Timer } from './clock.ts'
import { type ScheduledTimer, TimerQueue } from './timer-queue.ts'
import { nextTurn } from './turn.ts'

/** Options of {@link SimulatedClock}. */
export interface SimulatedClockOptions {
  /** Where time starts, in milliseconds since the Unix epoch. Default 0. */
  readonly start?: number
}

/** A simulated clock was told to advance while it was advancing. */
export class ClockBusyError extends TradewireError {
  readonly code = 'CLOCK_BUSY'
}

/**
 * A clock that stands still until it is told to advance, for backtests, replays and tests.
 *
 * Advancing fires the due timers one at a time, ordered by (time, registration), with `now()` at
 * each timer's own time. After each timer the code that it woke runs to rest before the next one
 * fires, so a timer that is set by a timer fires in its turn, too.
 *
 * @example
 * ```ts
 * const clock = new SimulatedClock({ start: Date.UTC(2026, 0, 1) })
 * clock.setTimer(1_000, () => console.log('one second later'))
 * await clock.advanceBy(5_000)
 * ```
 */
export class SimulatedClock implements Clock {
  readonly deterministic = true
  readonly #start: number
  readonly #timers = new TimerQueue()
  #now: number
  /** Counts timers ever set; breaks ties between timers of one time. */
  #order = 0
  #advancing = false
  #sleepers = 0
  /** What a callback threw or rejected with, until an advance has thrown it. */
  #failure: { readonly error: unknown } | undefined = undefined

  /** @throws ConfigurationError `CONFIGURATION` if `start` is not a finite number. */
  constructor(options: SimulatedClockOptions = {}) {
    requireOptions('SimulatedClock', options, ['start'])
    this.#start = requireNumber('start', options.start ?? 0)
    this.#now = this.#start
  }

  /** Timers that are set and have not fired. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Calls of `sleep` that have not resolved. */
  get sleepers(): number {
    return this.#sleepers
  }

  /** When the next timer is due, in milliseconds since the Unix epoch; undefined without timers. */
  get nextTimerAt(): number | undefined {
    return this.#timers.firstTime
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now - this.#start
  }

  setTimer(delayMs: number, callback: () => void | Promise<void>): Timer {
    requireNumber('delayMs', delayMs, 0)
    requireFunction('The timer callback', callback)
    this.#order += 1
    const due = this.#now + delayMs
    // A delay that is too short for the time to tell is no delay of none: time must pass.
    const time = delayMs > 0 && due === this.#now ? due + Math.abs(due) * Number.EPSILON : due
    const timer: ScheduledTimer = {
      time,
      order: this.#order,
      callback,
      cancelled: false,
    }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.cancel(timer) }
  }

  async sleep(delayMs: number): Promise<void> {
    requireNumber('delayMs', delayMs, 0)
    this.#sleepers += 1
    await new Promise<void>((resolve) => {
      this.setTimer(delayMs, () => {
        this.#sleepers -= 1
        resolve()
      })
    })
  }

  /**
   * Moves time forward by `durationMs`, firing what is due on the way.
   *
   * @param durationMs milliseconds, 0 or more.
   * @throws ConfigurationError `CONFIGURATION` if `durationMs` is negative, NaN or infinite.
   * @throws ClockBusyError `CLOCK_BUSY` while an earlier advance has not resolved.
   */
  async advanceBy(durationMs: number): Promise<void> {
    requireNumber('durationMs', durationMs, 0)
    await this.advanceTo(this.#now + durationMs)
  }

  /**
   * Moves time forward to `time`, firing what is due on the way, timers at `time` included.
   *
   * A callback may return a promise and may itself wait for this clock: it is not awaited, but what
   * it does without waiting for the outside world is done before the next timer fires. What a
   * callback throws or rejects with rejects the advance, with `now()` at that timer's time, or the
   * next advance if it comes later.
   *
   * @param time milliseconds since the Unix epoch, `now()` or later.
   * @throws ConfigurationError `CONFIGURATION` if `time` lies before `now()`, is NaN or infinite.
   * @throws ClockBusyError `CLOCK_BUSY` while an earlier advance has not resolved.
   */
  async advanceTo(time: number): Promise<void> {
    this.#requireForward(time)
    await this.#advance(time, () => this.#fire(nextTurn, (next) => next <= time))
  }

  /**
   * Moves time forward to `time` at once if no timer is due before it, and tells whether it did. Timers
   * at `time` itself stay: they fire with the next advance. It is what a driver of recorded data does
   * between two moments at which nothing waits for the clock.
   *
   * @param time milliseconds since the Unix epoch, `now()` or later.
   * @throws ConfigurationError `CONFIGURATION` if `time` lies before `now()`, is NaN or infinite.
   * @throws ClockBusyError `CLOCK_BUSY` while an advance has not resolved.
   */
  skipTo(time: number): boolean {
    if (this.#advancing || !(time >= this.#now) || time === Infinity) this.#requireForward(time)
    const next = this.#timers.firstTime
    if (next !== undefined && next < time) return false
    this.#now = time
    return true
  }

  /**
   * The same as {@link SimulatedClock.advanceTo}, except that timers at `time` itself stay, and fire
   * with the next advance: what happens at `time` happens before them.
   *
   * @param time milliseconds since the Unix epoch, `now()` or later.
   * @param settle awaited before the first timer and after each one, before time moves on.
   * @throws what `advanceTo` throws, and what `settle` rejects with.
   */
  async advanceBefore(time: number, settle: () => Promise<void> = nextTurn): Promise<void> {
    this.#requireForward(time)
    await this.#advance(time, () => this.#fire(settle, (next) => next < time))
  }

  #requireForward(time: number): void {
    requireNumber('time', time)
    if (time < this.#now) {
      throw new ConfigurationError(
        `time must not go back: the clock stands at ${this.#now}, and was told ${describeValue(time)}.`,
      )
    }
    if (this.#advancing) {
      throw new ClockBusyError(
        'The simulated clock is advancing already. Await the earlier advance before the next, and do not advance it from a timer.',
      )
    }
  }

  async #advance(time: number, fire: () => Promise<void>): Promise<void> {
    this.#advancing = true
    try {
      await fire()
      this.#now = time
    } finally {
      this.#advancing = false
    }
  }

  async #fire(settle: () => Promise<void>, isDue: (time: number) => boolean): Promise<void> {
    for (;;) {
      // What ran before may still have continuations that set an earlier timer.
      await settle()
      this.#throwFailure()
      const next = this.#timers.firstTime
      if (next === undefined || !isDue(next)) return
      const timer = this.#timers.takeDue(next)!
      this.#now = timer.time
      this.#call(timer)
    }
  }

  #call(timer: ScheduledTimer): void {
    const fail = (error: unknown): void => {
      this.#failure ??= { error }
    }
    try {
      const result: unknown = timer.callback()
      if (result instanceof Promise) result.catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  #throwFailure(): void {
    const failure = this.#failure
    if (failure === undefined) return
    this.#failure = undefined
    throw failure.error
  }
}
