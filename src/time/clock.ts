/** A timer that was set on a {@link Clock}. */
export interface Timer {
  /** Keeps the timer from firing. Does nothing once it has fired or was cancelled. */
  cancel(): void
  /**
   * Lets a process end that waits for nothing but this timer. Absent where a timer holds no process, as
   * on a simulated clock.
   */
  unref?(): void
}

/**
 * Where every timestamp, timeout, delay and backoff in tradewire comes from.
 *
 * A clock is two clocks in one: `now()` is wall time, for timestamps, and may be set back by the
 * operating system; `monotonic()` never goes back, and is for durations.
 */
export interface Clock {
  /**
   * Whether the same program sees the same times on every run. A bus on a deterministic clock has a
   * fixed `run` unless it is given one, so that its event ids repeat too.
   */
  readonly deterministic: boolean

  /** Wall time in milliseconds since the Unix epoch; a fraction carries microseconds. */
  now(): number

  /** Milliseconds since an arbitrary start; never goes back. Only differences mean anything. */
  monotonic(): number

  /**
   * Calls `callback` once, `delayMs` from now.
   *
   * @param delayMs milliseconds, 0 or more; a fraction is allowed.
   * @throws ConfigurationError `CONFIGURATION` if `delayMs` is negative, NaN or infinite, or if
   * `callback` is no function.
   */
  setTimer(delayMs: number, callback: () => void | Promise<void>): Timer

  /**
   * Resolves `delayMs` milliseconds from now.
   *
   * @throws ConfigurationError `CONFIGURATION` (as a rejection) if `delayMs` is negative, NaN or
   * infinite.
   */
  sleep(delayMs: number): Promise<void>
}
