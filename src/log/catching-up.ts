import type { Cursor } from './cursor.ts'
import type { LogStore } from './store.ts'

interface Waiter {
  /** The last event that the consumer must be done with. */
  readonly last: number
  /** Up to here there is nothing more for it. */
  readonly end: number
  resolve(): void
  reject(error: Error): void
}

/**
 * What a consumer has still to do. Whenever it is found that there is nothing up to some position, the
 * cursor moves there, so that nobody looks at that stretch again.
 */
export class CatchingUp {
  readonly #store: Pick<LogStore, 'last' | 'page' | 'countAfter'>
  readonly #patterns: readonly string[] | undefined
  readonly #cursor: Cursor
  #waiters: Waiter[] = []
  #ended: Error | undefined = undefined

  constructor(
    store: Pick<LogStore, 'last' | 'page' | 'countAfter'>,
    patterns: readonly string[] | undefined,
    cursor: Cursor,
  ) {
    this.#store = store
    this.#patterns = patterns
    this.#cursor = cursor
  }

  /** How many events are left. */
  async lag(): Promise<number> {
    const { position } = this.#cursor
    const last = await this.#store.last()
    const count = await this.#store.countAfter(position, this.#patterns)
    if (count === 0 && position < last && this.#cursor.position === position) {
      this.#cursor.moveTo(last)
      this.moved()
    }
    return count
  }

  /** Moves the cursor over what its consumer need not see, up to the end of the log. */
  async skip(): Promise<void> {
    try {
      await this.lag()
    } catch {
      // Then the next consumer looks at that stretch again.
    }
  }

  /** Resolves once the consumer is done with what the log holds now. */
  async wait(): Promise<void> {
    const end = await this.#store.last()
    const last = await this.#lastCovered(end)
    if (this.#ended !== undefined) throw this.#ended
    await new Promise<void>((resolve, reject) => {
      this.#waiters.push({ last, end, resolve, reject })
      this.moved()
    })
  }

  /** The cursor has moved. */
  moved(): void {
    if (this.#waiters.length === 0) return
    const { position } = this.#cursor
    const done = this.#waiters.filter(({ last }) => position >= last)
    if (done.length === 0) return
    this.#waiters = this.#waiters.filter(({ last }) => position < last)
    const end = Math.max(...done.map((waiter) => waiter.end))
    if (end > position) this.#cursor.moveTo(end)
    for (const waiter of done) waiter.resolve()
  }

  /** The consumer has ended: nobody waits any longer. */
  end(error: Error): void {
    this.#ended = error
    for (const { reject } of this.#waiters.splice(0)) reject(error)
  }

  /** The last event up to a position that the patterns cover; 0 if there is none. */
  async #lastCovered(end: number): Promise<number> {
    const conditions = {
      since: undefined,
      until: undefined,
      source: undefined,
      correlationId: undefined,
    }
    const patterns = this.#patterns
    let after = end + 1
    for (;;) {
      const query = { ...conditions, patterns, order: 'backward', through: 1, limit: 1 } as const
      const page = await this.#store.page({ ...query, after })
      if (page.positions[0] !== undefined) return page.positions[0]
      if (page.done) return 0
      after = page.next
    }
  }
}
