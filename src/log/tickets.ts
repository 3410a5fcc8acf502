interface Wait {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Tickets that were lost together, both included. */
interface LostRange {
  readonly first: number
  last: number
  readonly error: Error
}

/** Which of the events that a writer took, by number, are settled: durable or lost. */
export class Tickets {
  /** The newest that was taken; 0 if none was. */
  newest = 0
  /** Every ticket up to this one is settled. */
  #through = 0
  /** Settled ahead of their turn. */
  readonly #ahead = new Set<number>()
  readonly #lost: LostRange[] = []
  readonly #waits = new Map<number, Wait[]>()
  #all: { readonly ticket: number; readonly resolve: () => void }[] = []

  take(): number {
    this.newest += 1
    return this.newest
  }

  /** Its event is durable. Who waits for it is told by {@link Tickets.release}. */
  settle(ticket: number): void {
    if (ticket === this.#through + 1 && this.#ahead.size === 0) this.#through = ticket
    else this.#settleAhead(ticket)
  }

  /** Its event will never be durable. Who waits for it is told by {@link Tickets.release}. */
  lose(ticket: number, error: Error): void {
    const last = this.#lost.at(-1)
    if (last !== undefined && last.last + 1 === ticket && last.error.name === error.name) {
      last.last = ticket
    } else this.#lost.push({ first: ticket, last: ticket, error })
    this.settle(ticket)
  }

  /** Resolves once this ticket and all before it are settled; rejects if it was lost. */
  settled(ticket: number): Promise<void> {
    if (ticket <= this.#through) {
      const error = this.#errorOf(ticket)
      return error === undefined ? Promise.resolve() : Promise.reject(error)
    }
    return new Promise((resolve, reject) => {
      const waits = this.#waits.get(ticket)
      if (waits === undefined) this.#waits.set(ticket, [{ resolve, reject }])
      else waits.push({ resolve, reject })
    })
  }

  /** Resolves once all that were taken so far are settled. */
  allSettled(): Promise<void> {
    const ticket = this.newest
    if (ticket <= this.#through) return Promise.resolve()
    return new Promise((resolve) => this.#all.push({ ticket, resolve }))
  }

  #settleAhead(ticket: number): void {
    this.#ahead.add(ticket)
    while (this.#ahead.delete(this.#through + 1)) this.#through += 1
  }

  /** Tells all who wait for what is settled by now. */
  release(): void {
    if (this.#all.length > 0) this.#releaseAll()
    for (const [ticket, waits] of this.#waits) {
      if (ticket > this.#through) continue
      this.#waits.delete(ticket)
      const error = this.#errorOf(ticket)
      for (const { resolve, reject } of waits) {
        if (error === undefined) resolve()
        else reject(error)
      }
    }
  }

  #releaseAll(): void {
    const done = this.#all.filter(({ ticket }) => ticket <= this.#through)
    this.#all = this.#all.filter(({ ticket }) => ticket > this.#through)
    for (const { resolve } of done) resolve()
  }

  #errorOf(ticket: number): Error | undefined {
    return this.#lost.find(({ first, last }) => first <= ticket && ticket <= last)?.error
  }
}
