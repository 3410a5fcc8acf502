import { DedupWindow } from '../delivery/dedup-window.ts'

/** Knows the newest trades again. It can list them, too, which the window alone cannot. */
export class TradeMemory {
  readonly #window: DedupWindow
  readonly #capacity: number
  /** Ring of the keys in the window. */
  readonly #keys: string[] = []
  /** The place that the next key takes once the ring is full. */
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#window = new DedupWindow(capacity)
  }

  /** Remembers a trade, in place of the oldest one if it is full. Returns whether it is new. */
  add(key: string): boolean {
    if (!this.#window.add(key)) return false
    this.#keys[this.#next] = key
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1
    return true
  }

  /** What it remembers, oldest first. */
  list(): string[] {
    const isFull = this.#keys.length === this.#capacity
    return isFull
      ? [...this.#keys.slice(this.#next), ...this.#keys.slice(0, this.#next)]
      : [...this.#keys]
  }
}

/**
 * What two reports of one trade have in common. The side belongs to it: where an account has traded with
 * itself, both sides bear one id and are two fills.
 */
export function tradeKey(fill: {
  readonly venue?: string | undefined
  readonly symbol: string
  readonly side: string
  readonly tradeId: string
}): string {
  return JSON.stringify([fill.venue ?? '', fill.symbol, fill.side, fill.tradeId])
}
