/** Counts what happened within a sliding window of time. Of each moment it keeps one number. */
export class OrderRate {
  readonly windowMs: number
  /** Ring of the newest times, in monotonic milliseconds; as many as are allowed. */
  readonly #times: Float64Array
  /** The place of the oldest time. */
  #first = 0
  #size = 0

  /**
   * @param capacity how many are allowed within the window: a whole number from 1.
   * @param windowMs how long the window is, in milliseconds, more than 0.
   */
  constructor(capacity: number, windowMs: number) {
    this.#times = new Float64Array(capacity)
    this.windowMs = windowMs
  }

  /** How many are allowed within the window. */
  get capacity(): number {
    return this.#times.length
  }

  /**
   * How many happened within the window that ends at `now`, in monotonic milliseconds. What happened
   * exactly `windowMs` ago is out of it.
   */
  count(now: number): number {
    const times = this.#times
    while (this.#size > 0 && now - times[this.#first]! >= this.windowMs) {
      this.#first = this.#first + 1 === times.length ? 0 : this.#first + 1
      this.#size -= 1
    }
    return this.#size
  }

  /** One more has happened. If more happen than are allowed, the newest are remembered. */
  add(now: number): void {
    const times = this.#times
    times[(this.#first + this.#size) % times.length] = now
    if (this.#size < times.length) this.#size += 1
    else this.#first = (this.#first + 1) % times.length
  }
}
