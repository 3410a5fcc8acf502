import { compareDecimals, Decimal } from '../events/decimal.ts'
import { Exact, toFloat } from './position-exact.ts'
import type { CheckedRule } from './protection-options.ts'

/** How far beyond the error of floats a price must be from a level to be told from it by floats. */
const trust = 1e-9

/** A price to be reached from above (-1) or from below (1). */
export class PriceLevel {
  readonly #approach: 1 | -1
  #price: Decimal
  /** Times `approach`: a price below is quiet. */
  #bound = 0

  constructor(approach: 1 | -1, price: Decimal) {
    this.#approach = approach
    this.#price = price
    this.move(price)
  }

  get price(): Decimal {
    return new Decimal(this.#price)
  }

  move(price: Decimal): void {
    const float = toFloat(price)
    this.#price = price
    this.#bound = this.#approach * float - trust * Math.abs(float)
  }

  /** Whether a price has come to it; `float` is near `price`. */
  isReached(price: Decimal, float: number): boolean {
    if (this.#approach * float < this.#bound) return false
    return this.#approach * compareDecimals(price, this.#price) >= 0
  }
}

/** A stop that follows the best price, and never goes back. */
export class TrailingStop {
  readonly level: PriceLevel
  /** Which way the position gains. */
  readonly #direction: 1 | -1
  readonly #rule: CheckedRule
  /** The best price so far. */
  #best: Decimal
  /** Times the direction: a price below is none that is better. */
  #bound = 0

  constructor(direction: 1 | -1, rule: CheckedRule, start: Decimal) {
    this.#direction = direction
    this.#rule = rule
    this.#best = start
    this.level = new PriceLevel(direction === 1 ? -1 : 1, start)
    this.#follow(start)
  }

  /** The best price so far. */
  get best(): Decimal {
    return this.#best
  }

  /** Takes a new price; `float` is near it. */
  improve(price: Decimal, float: number): void {
    if (this.#direction * float < this.#bound) return
    if (this.#direction * compareDecimals(price, this.#best) > 0) this.#follow(price)
  }

  #follow(best: Decimal): void {
    const float = toFloat(best)
    this.#best = best
    this.#bound = this.#direction * float - trust * Math.abs(float)
    this.level.move(levelAt(best, this.#rule, this.#direction === 1 ? -1 : 1))
  }
}

/** The price that a rule gives on one side of another: 1 is above it. `Exact`. */
export function levelAt(base: Decimal, { kind, value }: CheckedRule, side: 1 | -1): Decimal {
  if (kind === 'price') return new Exact(value)
  const from = new Exact(base)
  const isShare = kind === 'percent' || kind === 'trailingPercent'
  const distance = isShare ? from.abs().times(value) : new Exact(value)
  return side === 1 ? from.plus(distance) : from.minus(distance)
}
