import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { BookLevel } from '../events/market.ts'

const firstCapacity = 256

/**
 * One side of an order book: levels in the order of their prices, the best of them in O(1), any other
 * found in O(log n). See `docs/decisions/0009-order-book-levels.md`.
 *
 * @example
 * ```ts
 * const bids = new BookSide('bid')
 * bids.set([new Decimal('61659.6'), new Decimal('4.218')])
 * bids.set([new Decimal('61659.7'), new Decimal('1.035')])
 * console.log(bids.best?.[0].toFixed()) // 61659.7
 * ```
 */
export class BookSide {
  /** Whether the highest price is the best (`bid`) or the lowest (`ask`). */
  readonly side: 'bid' | 'ask'
  readonly #direction: 1 | -1
  /**
   * By place, worst first: a float of the price that never falls from one place to the next. Most
   * changes are near the best price, so little has to be moved.
   */
  #keys = new Float64Array(firstCapacity)
  /** By place: where in `#slots` its level is. Numbers are moved without a word to the collector. */
  #order = new Int32Array(firstCapacity)
  readonly #slots: BookLevel[] = []
  /** Slots whose level has gone. */
  readonly #free: number[] = []
  #size = 0

  constructor(side: 'bid' | 'ask') {
    this.side = side
    this.#direction = side === 'bid' ? 1 : -1
  }

  /** How many levels there are. */
  get size(): number {
    return this.#size
  }

  /** The level with the best price. */
  get best(): BookLevel | undefined {
    return this.#size === 0 ? undefined : this.#at(this.#size - 1)
  }

  /** The size that stands at a price, in units of the instrument. */
  sizeAt(price: Decimal): Decimal | undefined {
    const place = this.#find(price)
    return place < 0 ? undefined : this.#at(place)[1]
  }

  /** At most `count` levels, best first. Default all. */
  top(count: number = this.#size): BookLevel[] {
    const end = Math.max(0, this.#size - count)
    const levels: BookLevel[] = []
    for (let place = this.#size - 1; place >= end; place -= 1) levels.push(this.#at(place))
    return levels
  }

  /**
   * Puts a level in the place of that with the same price, or adds it; size 0 removes it. The level is
   * kept as it is, not copied. Its price and size are finite.
   *
   * @returns how many levels are better than the one that changed: 0 is the best; -1 if nothing did.
   */
  set(level: BookLevel): number {
    const place = this.#find(level[0])
    const removes = level[1].isZero()
    if (place >= 0) {
      if (removes) return this.#remove(place)
      const slot = this.#order[place]!
      const same = compareDecimals(this.#slots[slot]![1], level[1]) === 0
      this.#slots[slot] = level
      return same ? -1 : this.#size - 1 - place
    }
    return removes ? -1 : this.#insert(-1 - place, level)
  }

  /** Has these levels and no others. */
  replace(levels: readonly BookLevel[]): void {
    this.clear()
    // Worst first, each level is added behind the one before, and none has to be moved.
    for (let index = levels.length - 1; index >= 0; index -= 1) this.set(levels[index]!)
  }

  /** Removes all levels. */
  clear(): void {
    this.#slots.length = 0
    this.#free.length = 0
    this.#size = 0
  }

  #at(place: number): BookLevel {
    return this.#slots[this.#order[place]!]!
  }

  /** The place of a price; if it has none, -1 less the place that it would have. */
  #find(price: Decimal): number {
    const keys = this.#keys
    const size = this.#size
    const key = this.#direction * keyOf(price)
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle]! < key) low = middle + 1
      else high = middle
    }
    // Prices that differ may have one key: only the Decimals decide.
    for (; low < size && keys[low] === key; low += 1) {
      const order = compareDecimals(this.#at(low)[0], price) * this.#direction
      if (order === 0) return low
      if (order > 0) break
    }
    return -1 - low
  }

  #insert(place: number, level: BookLevel): number {
    const size = this.#size
    if (size === this.#keys.length) this.#grow()
    const slot = this.#free.pop() ?? this.#slots.length
    this.#slots[slot] = level
    this.#keys.copyWithin(place + 1, place, size)
    this.#order.copyWithin(place + 1, place, size)
    this.#keys[place] = this.#direction * keyOf(level[0])
    this.#order[place] = slot
    this.#size = size + 1
    return size - place
  }

  #remove(place: number): number {
    const size = this.#size
    this.#free.push(this.#order[place]!)
    this.#keys.copyWithin(place, place + 1, size)
    this.#order.copyWithin(place, place + 1, size)
    this.#size = size - 1
    return size - 1 - place
  }

  #grow(): void {
    const keys = new Float64Array(this.#size * 2)
    const order = new Int32Array(this.#size * 2)
    keys.set(this.#keys)
    order.set(this.#order)
    this.#keys = keys
    this.#order = order
  }
}

/**
 * A float that is never greater for a lower price: of the first two words of seven digits, exact, at
 * the power of ten where they stand. Prices that differ only behind those have the same.
 */
function keyOf({ d: words, e: exponent, s: sign }: Decimal): number {
  const digits = sign * (words[0]! * 1e7 + (words.length > 1 ? words[1]! : 0))
  if (exponent >= 0 && exponent < 7) return digits
  return digits * 10 ** (7 * Math.floor(exponent / 7))
}
