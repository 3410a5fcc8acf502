import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { OpenOrder } from './open-order.ts'
import { zero } from './position-exact.ts'
import { larger, smaller } from './risk-amounts.ts'

/** What may still be filled of the orders of one symbol. Quantities are `Exact`. */
export class SymbolOrders {
  /** How many orders there are. */
  count = 0
  /** The newest price that an order has named; undefined before the first. */
  price: Decimal | undefined = undefined
  buy: Decimal = zero
  sell: Decimal = zero
  /** Of orders that may only make a position smaller. */
  reduceBuy: Decimal = zero
  /** The same, of orders that sell. */
  reduceSell: Decimal = zero

  /** Counts an order anew after it has changed. Returns whether the sums have. */
  update(order: OpenOrder): boolean {
    const { open } = order
    if (compareDecimals(open, order.counted) === 0) return false
    const change = open.minus(order.counted)
    order.counted = open
    if (order.side === 'buy') {
      if (order.reduceOnly) this.reduceBuy = this.reduceBuy.plus(change)
      else this.buy = this.buy.plus(change)
    } else if (order.reduceOnly) this.reduceSell = this.reduceSell.plus(change)
    else this.sell = this.sell.plus(change)
    return true
  }
}

/** What a position could become. Quantities are signed, and `Exact`. */
export interface Projection {
  /** If all buys are filled, and no sell. */
  readonly highest: Decimal
  /** If all sells are filled, and no buy. */
  readonly lowest: Decimal
}

/** More that would be open beside the orders of a symbol. */
export interface MoreOpen {
  readonly side: 'buy' | 'sell'
  readonly reduceOnly: boolean
  readonly quantity: Decimal
}

/**
 * The farthest that a position can go to either side. Orders that may only reduce are filled first: they
 * clear the way for others of their side, and go no farther than to 0.
 */
export function project(
  position: Decimal,
  orders: SymbolOrders | undefined,
  more?: MoreOpen,
): Projection {
  const add = (sum: Decimal | undefined, side: 'buy' | 'sell', reduceOnly: boolean): Decimal =>
    more?.side === side && more.reduceOnly === reduceOnly
      ? (sum ?? zero).plus(more.quantity)
      : (sum ?? zero)
  const start = zero.plus(position)
  const sign = compareDecimals(start, zero)
  const up = sign < 0 ? smaller(zero, start.plus(add(orders?.reduceBuy, 'buy', true))) : start
  const down = sign > 0 ? larger(zero, start.minus(add(orders?.reduceSell, 'sell', true))) : start
  return {
    highest: up.plus(add(orders?.buy, 'buy', false)),
    lowest: down.minus(add(orders?.sell, 'sell', false)),
  }
}

/** The size of a position that goes as far as it can, to either side. */
export function worstOf({ highest, lowest }: Projection): Decimal {
  return larger(zero, larger(highest, lowest.neg()))
}
