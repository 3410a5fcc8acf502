import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { OpenOrder } from './open-order.ts'
import { toFloat, zero } from './position-exact.ts'
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
  /** Near these four. */
  buyFloat = 0
  sellFloat = 0
  reduceBuyFloat = 0
  reduceSellFloat = 0

  /** Counts an order anew after it has changed. Returns whether the sums have. */
  update(order: OpenOrder): boolean {
    const { open } = order
    if (compareDecimals(open, order.counted) === 0) return false
    const change = open.minus(order.counted)
    order.counted = open
    this.#add(order, change)
    return true
  }

  #add({ side, reduceOnly }: OpenOrder, change: Decimal): void {
    if (side === 'buy' && reduceOnly) {
      this.reduceBuy = this.reduceBuy.plus(change)
      this.reduceBuyFloat = toFloat(this.reduceBuy)
    } else if (side === 'buy') {
      this.buy = this.buy.plus(change)
      this.buyFloat = toFloat(this.buy)
    } else if (reduceOnly) {
      this.reduceSell = this.reduceSell.plus(change)
      this.reduceSellFloat = toFloat(this.reduceSell)
    } else {
      this.sell = this.sell.plus(change)
      this.sellFloat = toFloat(this.sell)
    }
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

/** Near {@link worstOf} of {@link project}, in floats; `more` may make a position larger. */
export function worstFloat(
  position: number,
  orders: SymbolOrders | undefined,
  more?: MoreOpen,
): number {
  let [buy, sell] = [orders?.buyFloat ?? 0, orders?.sellFloat ?? 0]
  if (more?.side === 'buy') buy += toFloat(more.quantity)
  if (more?.side === 'sell') sell += toFloat(more.quantity)
  const up = position < 0 ? Math.min(0, position + (orders?.reduceBuyFloat ?? 0)) : position
  const down = position > 0 ? Math.max(0, position - (orders?.reduceSellFloat ?? 0)) : position
  return Math.max(0, up + buy, sell - down)
}
