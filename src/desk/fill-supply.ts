import { compareDecimals, type Decimal } from '../events/decimal.ts'
import { differenceOf, productOf } from './fill-arithmetic.ts'

/** How much a bar or a trade still has for our orders; what one of them takes, the next lacks. */
export class FillSupply {
  /** Undefined is no bound. */
  #left: Decimal | undefined

  /** @param share which part of `size` ours may take; undefined is all of it. */
  constructor(size: Decimal | undefined, share: Decimal | undefined) {
    this.#left = size === undefined || share === undefined ? size : productOf(size, share)
  }

  get left(): Decimal | undefined {
    return this.#left
  }

  covers(quantity: Decimal): boolean {
    return this.#left === undefined || compareDecimals(this.#left, quantity) >= 0
  }

  take(quantity: Decimal): void {
    if (this.#left !== undefined) this.#left = differenceOf(this.#left, quantity)
  }
}
