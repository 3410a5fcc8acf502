import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { OrderPlaced, OrderSubmitted } from '../events/order.ts'
import type { OrderChanges } from './broker.ts'
import { zero } from './position-exact.ts'
import { larger } from './risk-amounts.ts'

const changeNames = ['quantity', 'price', 'triggerPrice'] as const

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
  /** Changes that were asked for and not answered, oldest first. */
  readonly wishes: OrderChanges[] = []
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
    return larger(zero, zero.plus(this.most).minus(this.filled))
  }

  /** How much it may be in all, if all that was asked for is granted. */
  get most(): Decimal {
    let most = this.total
    for (const { quantity } of this.wishes) {
      if (quantity !== undefined) most = larger(most, quantity)
    }
    return most
  }

  /** Which of the prices that it has, or may come to have, is the farthest from 0. */
  farthest(name: 'price' | 'triggerPrice', has: Decimal | undefined): Decimal | undefined {
    let farthest = has
    for (const { [name]: wish } of this.wishes) {
      if (wish === undefined) continue
      if (farthest === undefined || compareDecimals(wish.abs(), farthest.abs()) > 0) farthest = wish
    }
    return farthest
  }

  /** Takes a fill; false if its trade was counted already. */
  fill(tradeId: string, quantity: Decimal): boolean {
    if (this.#trades.has(tradeId)) return false
    this.#trades.add(tradeId)
    this.filled = this.filled.plus(quantity)
    return true
  }

  /** The venue has changed it. */
  modify(changes: OrderChanges): void {
    let answered = this.wishes.findIndex((wish) => isGranted(wish, changes))
    // A venue may round a price.
    if (answered < 0) {
      answered = this.wishes.findIndex(({ quantity }) => isSame(quantity, changes.quantity))
    }
    if (answered >= 0) this.wishes.splice(answered, 1)
    if (changes.quantity !== undefined) this.total = changes.quantity
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

/** Whether all that was asked for is what the venue tells of. */
function isGranted(wish: OrderChanges, changes: OrderChanges): boolean {
  return changeNames.every((name) => wish[name] === undefined || isSame(wish[name], changes[name]))
}

function isSame(left: Decimal | undefined, right: Decimal | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return compareDecimals(left, right) === 0
}
