import { compareDecimals, type Decimal, isDecimal } from '../events/decimal.ts'
import type { OrderChanges } from './broker.ts'
import { differenceOf, isOnGrid } from './fill-arithmetic.ts'
import { isWithin } from './matching.ts'
import type { OrderState } from './order-state.ts'
import type { PaperRefusal } from './paper-answers.ts'
import type { PaperMarket } from './paper-market.ts'

type Refused = PaperRefusal | undefined

/** Why an order is not accepted as it arrives; undefined if it is. */
export function refusalOfOrder(order: OrderState, market: PaperMarket, now: number): Refused {
  return (
    refusalOfTerms(order, now) ??
    refusalOfGrid(market, order.quantity, [order.price, order.trigger]) ??
    refusalOfTrail(order, market) ??
    refusalOfPostOnly(order, market, order.price) ??
    refusalOfReduceOnly(order, market)
  )
}

function refusalOfTerms({ terms, atMarket }: OrderState, now: number): Refused {
  const { orderType, price, triggerPrice, timeInForce, expireTime, postOnly } = terms
  if (atMarket && price !== undefined) {
    return { code: 'PRICE', reason: `a ${orderType} order has no price` }
  }
  if (triggerPrice !== undefined && (orderType === 'market' || orderType === 'limit')) {
    return { code: 'TRIGGER_PRICE', reason: `a ${orderType} order has no triggerPrice` }
  }
  if (timeInForce === 'gtd' && (expireTime === undefined || expireTime <= now)) {
    const found = expireTime === undefined ? 'it has none' : `it has ${expireTime} at ${now}`
    return { code: 'EXPIRE_TIME', reason: `a gtd order needs an expireTime to come: ${found}` }
  }
  if (
    postOnly === true &&
    (orderType !== 'limit' || timeInForce === 'ioc' || timeInForce === 'fok')
  ) {
    return { code: 'POST_ONLY', reason: 'only a limit order that may stand can be postOnly' }
  }
  return undefined
}

function refusalOfGrid(
  { terms: { tickSize, lotSize } }: PaperMarket,
  quantity: Decimal | undefined,
  prices: readonly (Decimal | undefined)[],
): Refused {
  if (lotSize !== undefined && quantity !== undefined && !isOnGrid(quantity, lotSize)) {
    const reason = `the quantity ${quantity.toFixed()} is no multiple of ${lotSize.toFixed()}`
    return { code: 'LOT_SIZE', reason }
  }
  if (tickSize === undefined) return undefined
  for (const price of prices) {
    if (price === undefined || isOnGrid(price, tickSize)) continue
    const reason = `the price ${price.toFixed()} is no multiple of ${tickSize.toFixed()}`
    return { code: 'TICK_SIZE', reason }
  }
  return undefined
}

function refusalOfTrail(order: OrderState, market: PaperMarket): Refused {
  if (order.terms.orderType !== 'trailing_stop') return undefined
  if (order.trigger === undefined) {
    return { code: 'TRIGGER_PRICE', reason: 'a trailing stop needs a triggerPrice to begin with' }
  }
  const reference = market.priceFor(order.buy)
  if (reference === undefined) {
    return { code: 'NO_PRICE', reason: 'no price is known that a trailing stop could follow' }
  }
  if (trailOf(order.buy, reference, order.trigger).gt(0)) return undefined
  const side = order.buy ? 'above' : 'below'
  const reason = `the triggerPrice must be ${side} the price of ${reference.toFixed()}, but is ${order.trigger.toFixed()}`
  return { code: 'TRIGGER_PRICE', reason }
}

/** How far a trailing stop stays behind: the distance of its trigger from the price that is known. */
export function trailOf(buy: boolean, reference: Decimal, trigger: Decimal): Decimal {
  return buy ? differenceOf(trigger, reference) : differenceOf(reference, trigger)
}

function refusalOfPostOnly(
  { terms, buy }: OrderState,
  market: PaperMarket,
  limit: Decimal | undefined,
): Refused {
  if (terms.postOnly !== true) return undefined
  const price = market.priceFor(buy)
  if (price === undefined || !isWithin(buy, price, limit!)) return undefined
  return { code: 'POST_ONLY', reason: `it would trade at once, at ${price.toFixed()}` }
}

function refusalOfReduceOnly({ terms, buy }: OrderState, market: PaperMarket): Refused {
  if (terms.reduceOnly !== true || !market.reducibleBy(buy).isZero()) return undefined
  const reason = `there is no position that it could reduce: it is ${market.position.toFixed()}`
  return { code: 'REDUCE_ONLY', reason }
}

/** Why a change of an order that stands is not accepted; undefined if it is. */
export function refusalOfChanges(
  order: OrderState,
  market: PaperMarket,
  { quantity, price, triggerPrice }: OrderChanges,
): Refused {
  for (const value of [quantity, price, triggerPrice]) {
    if (value === undefined || isDecimal(value)) continue
    return { code: 'CHANGES', reason: 'quantity, price and triggerPrice must be Decimals' }
  }
  if ((quantity ?? price ?? triggerPrice) === undefined) {
    return { code: 'CHANGES', reason: 'nothing is to be changed' }
  }
  if (quantity !== undefined && compareDecimals(quantity, order.filled) <= 0) {
    const reason = `the quantity must exceed the ${order.filled.toFixed()} that is filled, but is ${quantity.toFixed()}`
    return { code: 'QUANTITY', reason }
  }
  if (price !== undefined && order.atMarket) {
    return { code: 'PRICE', reason: `a ${order.terms.orderType} order has no price` }
  }
  if (triggerPrice !== undefined && order.awake) {
    return { code: 'TRIGGER_PRICE', reason: 'no trigger holds the order back' }
  }
  return (
    refusalOfGrid(market, quantity, [price, triggerPrice]) ??
    refusalOfNewTrail(order, market, triggerPrice) ??
    (price === undefined ? undefined : refusalOfPostOnly(order, market, price))
  )
}

function refusalOfNewTrail(
  order: OrderState,
  market: PaperMarket,
  trigger: Decimal | undefined,
): Refused {
  if (order.trail === undefined || trigger === undefined) return undefined
  const reference = market.priceFor(order.buy)
  if (reference !== undefined && trailOf(order.buy, reference, trigger).gt(0)) return undefined
  return { code: 'TRIGGER_PRICE', reason: 'the price has passed the new triggerPrice already' }
}
