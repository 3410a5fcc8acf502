import type { Clock, Timer } from '../time/clock.ts'
import type { LogStore } from './store.ts'

/** How often a log is looked at that another process writes, in milliseconds. */
const pollMs = 50

interface Wait {
  readonly seen: number
  /** Who waits. */
  readonly owner: object
  readonly resolve: (last: number | undefined) => void
  readonly reject: (error: unknown) => void
}

/** The end of a log, and who waits for it to move. */
export class LogGrowth {
  readonly #store: LogStore
  readonly #clock: Clock
  #last: number
  #waits: Wait[] = []
  #timer: Timer | undefined = undefined
  #closed = false

  constructor(store: LogStore, clock: Clock, last: number) {
    this.#store = store
    this.#clock = clock
    this.#last = last
  }

  /** The last position that is durable, as far as this process knows. */
  get last(): number {
    return this.#last
  }

  /** The last position of now, also where another process writes. */
  async now(): Promise<number> {
    if (this.#store.readOnly) this.grown(await this.#store.last())
    return this.#last
  }

  /** Everything up to `last` is durable. */
  grown(last: number): void {
    if (last <= this.#last) return
    this.#last = last
    const waits = this.#waits
    if (waits.length === 0) return
    this.#waits = waits.filter(({ seen }) => seen >= last)
    for (const { seen, resolve } of waits) if (seen < last) resolve(last)
  }

  /**
   * Resolves to the last position once it is beyond `seen`; to undefined when the log is closed, or
   * `owner` has left.
   */
  async beyond(seen: number, owner: object): Promise<number | undefined> {
    await this.now()
    // It may have grown again since that was answered.
    if (this.#last > seen) return this.#last
    if (this.#closed) return undefined
    return new Promise((resolve, reject) => {
      this.#waits.push({ seen, owner, resolve, reject })
      if (this.#store.readOnly) this.#pollLater()
    })
  }

  /** `owner` waits no longer. */
  leave(owner: object): void {
    const waits = this.#waits
    if (waits.length === 0) return
    this.#waits = waits.filter((wait) => wait.owner !== owner)
    for (const wait of waits) if (wait.owner === owner) wait.resolve(undefined)
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    const waits = this.#waits
    this.#waits = []
    for (const { resolve } of waits) resolve(undefined)
  }

  #pollLater(): void {
    this.#timer ??= this.#clock.setTimer(pollMs, async () => {
      this.#timer = undefined
      try {
        this.grown(await this.#store.last())
      } catch (error) {
        const waits = this.#waits
        this.#waits = []
        for (const { reject } of waits) reject(error)
      }
      if (this.#waits.length > 0 && !this.#closed) this.#pollLater()
    })
  }
}
