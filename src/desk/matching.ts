import { compareDecimals, type Decimal } from '../events/decimal.ts'
import { differenceOf, greaterOf, lesserOf, sumOf } from './fill-arithmetic.ts'
import type { OrderState } from './order-state.ts'

/** Whether `price` is at the trigger of a stop of this side, or beyond it. */
export function reaches(buy: boolean, price: Decimal, trigger: Decimal): boolean {
  const difference = compareDecimals(price, trigger)
  return buy ? difference >= 0 : difference <= 0
}

/** Whether an order with this limit may trade at `price`. */
export function isWithin(buy: boolean, price: Decimal, limit: Decimal): boolean {
  const difference = compareDecimals(price, limit)
  return buy ? difference <= 0 : difference >= 0
}

/** Whether a price has filled an order that stands at `limit`: it went through, or touched it. */
export function fillsStanding(
  buy: boolean,
  price: Decimal,
  limit: Decimal,
  onTouch: boolean,
): boolean {
  const difference = compareDecimals(price, limit)
  if (difference === 0) return onTouch
  return buy ? difference < 0 : difference > 0
}

/** Whether an order could trade at `price` at once: nothing holds it back. */
export function isMarketable(order: OrderState, price: Decimal): boolean {
  return order.atMarket || isWithin(order.buy, price, order.price!)
}

/** Moves the trigger of a trailing stop after a price that is better for it, never back. */
export function trailBehind(order: OrderState, price: Decimal): void {
  const { trail, trigger } = order
  if (trail === undefined) return
  order.trigger = order.buy
    ? lesserOf(trigger!, sumOf(price, trail))
    : greaterOf(trigger!, differenceOf(price, trail))
}
