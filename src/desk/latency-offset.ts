/** Into how many parts the window is cut: what is older than it goes one part at a time. */
const parts = 60

/**
 * The least of the values of the last `windowMs`, to one sixtieth of that. The least of the differences
 * between two clocks is the best guess of how far they are apart.
 */
export class LatencyOffset {
  readonly #partMs: number
  /** The least of each part that is over, oldest first; at most one less than {@link parts}. */
  #past: number[] = []
  /** The least of the part that runs. */
  #current = Infinity
  /** When the part that runs began, in monotonic milliseconds. */
  #since: number
  /** The least of all; infinite before the first. Never more than any of them. */
  least = Infinity

  constructor(windowMs: number, now: number) {
    this.#partMs = windowMs / parts
    this.#since = now
  }

  add(value: number): void {
    if (value < this.#current) {
      this.#current = value
      if (value < this.least) this.least = value
    }
  }

  /** Forgets what is too old: all of it, after a silence as long as the window. */
  moveTo(now: number): void {
    const passed = Math.floor((now - this.#since) / this.#partMs)
    if (passed < 1) return
    this.#past.push(this.#current)
    for (let empty = Math.min(passed, parts) - 1; empty > 0; empty -= 1) this.#past.push(Infinity)
    this.#past = this.#past.slice(1 - parts)
    this.#current = Infinity
    this.#since = now
    this.least = Math.min(...this.#past)
  }
}
