interface Wait {
  readonly ticket: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Tickets that follow each other, both included. */
interface TicketRange {
  readonly first: number
  last: number
}

interface LostRange extends TicketRange {
  readonly error: Error
}

/** How many stretches of lost tickets are remembered. What is older counts as lost: nobody can tell. */
const mostLost = 1_000

/** Which of the events that a writer took, by number, are settled: durable or lost. */
export class Tickets {
  /** The newest that was taken; 0 if none was. */
  newest = 0
  /** Every ticket up to this one is settled. */
  #through = 0
  /** Settled ahead of their turn, in no order; few, because those that are lost follow each other. */
  readonly #ahead: TicketRange[] = []
  #lost: LostRange[] = []
  /** Up to here it is not known any more which tickets were lost. */
  #forgotten: LostRange | undefined = undefined
  /** By ticket. */
  #waits: Wait[] = []

  take(): number {
    this.newest += 1
    return this.newest
  }

  /** Its event is durable. Who waits for it is told by {@link Tickets.release}. */
  settle(ticket: number): void {
    if (ticket === this.#through + 1 && this.#ahead.length === 0) this.#through = ticket
    else this.#settleAhead(ticket)
  }

  /** Its event will never be durable. Who waits for it is told by {@link Tickets.release}. */
  lose(ticket: number, error: Error): void {
    const last = this.#lost.at(-1)
    if (last !== undefined && last.last + 1 === ticket && last.error.name === error.name) {
      last.last = ticket
    } else {
      this.#lost.push({ first: ticket, last: ticket, error })
      if (this.#lost.length > mostLost) this.#forget()
    }
    this.settle(ticket)
  }

  /** Tells all who wait for what is settled by now. */
  release(): void {
    let count = 0
    for (const { ticket, resolve, reject } of this.#waits) {
      if (ticket > this.#through) break
      count += 1
      const error = this.#errorOf(ticket)
      if (error === undefined) resolve()
      else reject(error)
    }
    if (count > 0) this.#waits = this.#waits.slice(count)
  }

  /** Resolves once this ticket and all before it are settled; rejects if it was lost. */
  settled(ticket: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const error = this.#errorOf(ticket)
      if (ticket > this.#through) this.#wait({ ticket, resolve, reject })
      else if (error === undefined) resolve()
      else reject(error)
    })
  }

  /** Resolves once all that were taken so far are settled. */
  allSettled(): Promise<void> {
    return this.settled(this.newest).catch(() => {})
  }

  /** Nearly always the last one: tickets are asked for as they are taken. */
  #wait(wait: Wait): void {
    let index = this.#waits.length
    while (index > 0 && this.#waits[index - 1]!.ticket > wait.ticket) index -= 1
    this.#waits.splice(index, 0, wait)
  }

  #settleAhead(ticket: number): void {
    const before = this.#ahead.find(({ last }) => last + 1 === ticket)
    if (before === undefined) this.#ahead.push({ first: ticket, last: ticket })
    else before.last = ticket
    for (;;) {
      const index = this.#ahead.findIndex(({ first }) => first === this.#through + 1)
      if (index < 0) return
      this.#through = this.#ahead[index]!.last
      this.#ahead.splice(index, 1)
    }
  }

  /** Half of them at a time, the oldest. */
  #forget(): void {
    this.#forgotten = this.#lost[mostLost / 2]!
    this.#lost = this.#lost.slice(mostLost / 2 + 1)
  }

  #errorOf(ticket: number): Error | undefined {
    if (this.#forgotten !== undefined && ticket <= this.#forgotten.last)
      return this.#forgotten.error
    return this.#lost.find(({ first, last }) => first <= ticket && ticket <= last)?.error
  }
}
