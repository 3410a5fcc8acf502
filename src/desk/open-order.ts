import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { OrderPlaced, OrderSubmitted } from '../events/order.ts'
import { zero } from './position-exact.ts'
import { larger } from './risk-amounts.ts'

/** An order of which fills may still come. */
export class OpenOrder {
  readonly orderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly reduceOnly: boolean
  /** How much will be filled at most; once it has ended, how much was filled in all. */
  total: Decimal
  /** How much was filled, by the fills that have come. `Exact`. */
  filled: Decimal = zero
  /** Whether it no longer stands. */
  ended = false
  /** Quantities that were asked for and not answered; undefined where only a price is to change. */
  readonly wishes: (Decimal | undefined)[] = []
  /** What is counted of it in the sums of its symbol. `Exact`. */
  counted: Decimal = zero
  /** Orders of the same id that were refused, and of whose rejection nobody has heard yet. */
  refusals = 0
  /** Changes that were refused, and of whose rejection nobody has heard yet. */
  refusedChanges = 0
  /** Trades that were counted. */
  readonly #trades = new Set<string>()

  constructor({
    orderId,
    symbol,
    side,
    reduceOnly = false,
    quantity,
  }: OrderSubmitted | OrderPlaced) {
    this.orderId = orderId
    this.symbol = symbol
    this.side = side
    this.reduceOnly = reduceOnly
    this.total = quantity
  }

  /** What may still be filled of it, if all that was asked for is granted. `Exact`. */
  get open(): Decimal {
    let most = this.total
    for (const wish of this.wishes) if (wish !== undefined) most = larger(most, wish)
    return larger(zero, zero.plus(most).minus(this.filled))
  }

  /** Takes a fill; false if its trade was counted already. */
  fill(tradeId: string, quantity: Decimal): boolean {
    if (this.#trades.has(tradeId)) return false
    this.#trades.add(tradeId)
    this.filled = this.filled.plus(quantity)
    return true
  }

  /** The venue has changed it. */
  modify(quantity: Decimal | undefined): void {
    const answered = this.wishes.findIndex((wish) => isSame(wish, quantity))
    if (answered >= 0) this.wishes.splice(answered, 1)
    if (quantity !== undefined) this.total = quantity
  }

  end(total: Decimal): void {
    this.ended = true
    this.total = total
    this.wishes.length = 0
  }

  /** Whether a rejection is that of another order of this id. */
  takeRefusal(): boolean {
    if (this.refusals === 0) return false
    this.refusals -= 1
    return true
  }
}

function isSame(left: Decimal | undefined, right: Decimal | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return compareDecimals(left, right) === 0
}
