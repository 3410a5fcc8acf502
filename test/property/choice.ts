/** Numbers that look random and follow from a seed. */
export class Choice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number from 0, below `limit`. (mulberry32) */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit)
  }

  /** True once in `many`. */
  chance(many: number): boolean {
    return this.below(many) === 0
  }

  of<const Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }
}
