import { compareDecimals, type Decimal } from '../events/decimal.ts'
import { differenceOf, lesserOf, productOf } from './fill-arithmetic.ts'

/** How much a bar, a trade or a level still has for our orders; what one of them takes, the next lacks. */
export class FillSupply {
  #left: Decimal | undefined

  /** @param share which part of `size` ours may take; undefined is all of it. */
  constructor(size: Decimal | undefined, share: Decimal | undefined) {
    this.#left = size === undefined || share === undefined ? size : productOf(size, share)
  }

  /** Undefined is no bound. */
  get left(): Decimal | undefined {
    return this.#left
  }

  /** As much of `quantity` as is left. */
  atMost(quantity: Decimal): Decimal {
    return this.#left === undefined ? quantity : lesserOf(quantity, this.#left)
  }

  covers(quantity: Decimal): boolean {
    return this.#left === undefined || compareDecimals(this.#left, quantity) >= 0
  }

  take(quantity: Decimal): void {
    if (this.#left !== undefined) this.#left = differenceOf(this.#left, quantity)
  }
}
