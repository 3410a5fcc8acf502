/** When something is to be warned of, and when that is over. */
export interface HysteresisSettings {
  /** From which share of its threshold down it is over: more than 0, at most 1. */
  readonly clearAt: number
  /** The least time between two warnings, in milliseconds. */
  readonly repeatMs: number
}

/**
 * Raised once a value reaches its threshold, and until it falls below `clearAt` of that. A value that
 * swings around its threshold is warned of once; one that swings so far that it is over in between, once
 * in `repeatMs`: what is raised earlier is told then, if it still stands.
 */
export class Hysteresis {
  readonly threshold: number
  readonly #clearBelow: number
  readonly #repeatMs: number
  /** When it was raised, as it was given; undefined while it is not. */
  #since: number | undefined = undefined
  /** Whether this time was warned of. */
  #told = false
  #toldAt = -Infinity

  constructor(threshold: number, { clearAt, repeatMs }: HysteresisSettings) {
    this.threshold = threshold
    this.#clearBelow = threshold * clearAt
    this.#repeatMs = repeatMs
  }

  /** When it was raised, on the clock of {@link judge}; undefined while it is not. */
  get since(): number | undefined {
    return this.#since
  }

  /** Takes a new value, and says whether to warn now. `now` is in monotonic milliseconds. */
  judge(value: number, now: number): boolean {
    if (this.#since === undefined) {
      if (!(value >= this.threshold)) return false
      this.#since = now
      this.#told = false
    } else if (value < this.#clearBelow) {
      this.clear()
      return false
    }
    if (this.#told || now - this.#toldAt < this.#repeatMs) return false
    this.told(now)
    return true
  }

  /** It is over. */
  clear(): void {
    this.#since = undefined
  }

  /** Somebody has warned of it. */
  told(now: number): void {
    this.#told = true
    this.#toldAt = now
  }
}
