/** How long one fill waited, from its emission to the start of its handler. */
export interface FillWait {
  /** Calls of handlers that came between the two. */
  readonly calls: number
  /** Fills that waited already when it was accepted. */
  readonly ahead: number
  readonly ms: number
}

interface Emitted {
  readonly calls: number
  readonly ahead: number
  readonly at: number
}

/** Watches fills among other calls of one bus. */
export class FillWatch {
  readonly waits: FillWait[] = []
  #calls = 0
  readonly #waiting = new Map<number, Emitted>()
  readonly #now: () => number

  /** @param now monotonic, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Fills that were emitted and whose handler was not called. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Emits a fill. Its handler must not be called before `emit` returns. */
  emitted(emit: () => { readonly sequence: number }): void {
    const before = { calls: this.#calls, ahead: this.#waiting.size, at: this.#now() }
    this.#waiting.set(emit().sequence, before)
  }

  /** A handler was called with an event; does nothing more if that is no fill. */
  called({ sequence }: { readonly sequence: number }): void {
    const emitted = this.#waiting.get(sequence)
    if (emitted !== undefined) {
      const { calls, ahead, at } = emitted
      this.#waiting.delete(sequence)
      this.waits.push({ calls: this.#calls - calls, ahead, ms: this.#now() - at })
    }
    this.#calls += 1
  }
}

/**
 * The most calls that a fill may wait for: 3 others at the head of the lane `high`, which has one of
 * four turns at least, and as many turns more as fills are ahead of it.
 */
export function mostCalls({ ahead }: FillWait): number {
  return 4 * ahead + 3
}
