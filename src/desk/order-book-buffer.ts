import type { OrderbookUpdate } from '../events/market.ts'

/** A delta that waits for a snapshot. */
export interface HeldUpdate {
  readonly update: OrderbookUpdate
  readonly checksum: number | undefined
}

/** The deltas that wait for a snapshot, at most `capacity` of them. */
export class BookBuffer {
  readonly #capacity: number
  #updates: HeldUpdate[] = []
  #lostThrough: number | undefined = undefined
  #held = 0
  #overflowed = 0
  /** Whether one has overflowed since the book was live. */
  #overflowing = false

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** How many were ever held. */
  get held(): number {
    return this.#held
  }

  /** How many went because there were too many. */
  get overflowed(): number {
    return this.#overflowed
  }

  /** The number of the last delta that is gone: a snapshot with a lower one does not have it. */
  get lostThrough(): number | undefined {
    return this.#lostThrough
  }

  /** Returns false if the oldest had to go for it, and that is the first since the book was live. */
  hold(update: HeldUpdate): boolean {
    this.#held += 1
    this.#updates.push(update)
    if (this.#updates.length <= this.#capacity) return true
    this.#overflowed += 1
    this.lose(this.#updates.shift()!.update.sequence)
    if (this.#overflowing) return true
    this.#overflowing = true
    return false
  }

  /** A delta with this number is gone. */
  lose(sequence: number | undefined): void {
    this.#lostThrough = sequence
  }

  /** What is held; it is held no more. */
  takeAll(): readonly HeldUpdate[] {
    const updates = this.#updates
    this.clear()
    return updates
  }

  /** Those of the taken that could not be applied. */
  putBack(updates: HeldUpdate[]): void {
    this.#updates = updates
  }

  clear(): void {
    this.#updates = []
    this.#lostThrough = undefined
    this.#overflowing = false
  }
}
