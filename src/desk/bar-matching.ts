import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import type { FillExecution, FillPlace } from './fill-execution.ts'
import { isAlive } from './fill-execution.ts'
import { FillSupply } from './fill-supply.ts'
import { greaterOf, lesserOf } from './fill-arithmetic.ts'
import { fillsStanding, isMarketable, isWithin, reaches, trailBehind } from './matching.ts'
import type { PastTerms } from './matched-time.ts'
import type { OrderState } from './order-state.ts'
import type { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'

/** How much of a bar an order may see. */
type Sight =
  /** It stood when the bar began. */
  | 'whole'
  /** Its terms were changed while the bar went on: only the end of the bar is surely later. */
  | 'close'
  /** It came while the bar went on, or at its end. */
  | 'nothing'

const notFilled = 'it could not be filled at once'

/**
 * Matches orders against bars. The path of prices inside a bar is not known: first comes the open, then
 * stops, then limits, so that of two orders the worse one for their owner happens.
 */
export class BarMatching {
  readonly #execution: FillExecution
  readonly #share: Decimal | undefined
  readonly #onTouch: boolean

  constructor(execution: FillExecution, { barShare, fillOnTouch }: PaperSettings) {
    this.#execution = execution
    this.#share = barShare
    this.#onTouch = fillOnTouch
  }

  match(market: PaperMarket, bar: NewBar): void {
    let quiet = true
    for (const order of market.orders) {
      if (isBeyond(order, bar)) order.lastBar = bar
      else quiet = false
    }
    if (!quiet) this.#matchAll(market, bar, this.#supplyOf(bar))
  }

  /** Matches first how orders stood as the bar began that were cancelled, expired or changed inside it. */
  matchWithPast(market: PaperMarket, bar: NewBar): void {
    const supply = this.#supplyOf(bar)
    for (const past of market.matched.pastAt(bar.openTime)) {
      this.#pastAtOpen(market, past, bar, supply)
    }
    market.matched.forgetPast()
    this.#matchAll(market, bar, supply)
  }

  #supplyOf({ volume }: NewBar): FillSupply {
    return new FillSupply(this.#share === undefined ? undefined : volume, this.#share)
  }

  /** What the open of a bar decides was decided when the order still stood. */
  #pastAtOpen(market: PaperMarket, past: PastTerms, bar: NewBar, supply: FillSupply): void {
    const { open: price, openTime: at } = bar
    const { order, awake, rested } = past
    const { buy, atMarket, terms } = order
    if (!awake && !reaches(buy, price, past.trigger!)) return
    if (!atMarket && !isWithin(buy, price, past.price!)) return
    if (terms.timeInForce === 'fok') {
      // With another quantity since, it would not be whole.
      if (order.quantity !== past.quantity) return
      if (!supply.covers(this.#execution.wantedOfPast(market, past))) return
    }
    const maker = !atMarket && ((awake && rested) || terms.postOnly === true)
    const place = { price, at, liquidity: maker ? 'maker' : 'taker' } as const
    this.#execution.fillPast(market, past, supply, place)
    // It stands if it was changed: made larger, it has had its chance all the same.
    if (order.immediate) this.#execution.cancel(market, order, at, notFilled)
  }

  #matchAll(market: PaperMarket, bar: NewBar, supply: FillSupply): void {
    const { orders } = market
    for (const order of orders) {
      if (sightOf(order, bar) === 'whole') this.#atOpen(market, order, bar, supply)
    }
    for (const order of orders) {
      if (!order.awake) this.#stopInside(market, order, bar, supply)
    }
    for (const order of orders) {
      if (order.awake && !order.atMarket) this.#limitInside(market, order, bar, supply)
    }
    for (const order of orders) {
      if (sightOf(order, bar) === 'close') this.#atClose(market, order, bar, supply)
    }
    for (const order of orders) {
      if (isAlive(order) && order.arrivedAt <= bar.openTime) this.#afterwards(market, order, bar)
    }
  }

  #atOpen(market: PaperMarket, order: OrderState, bar: NewBar, supply: FillSupply): void {
    const { open: price, openTime: at } = bar
    let woken = false
    if (!order.awake) {
      if (!reaches(order.buy, price, order.trigger!)) return
      if (!this.#execution.wake(order, at)) return
      // Whoever heard of it may have changed it.
      if (sightOf(order, bar) !== 'whole') return
      woken = true
    }
    const rested = order.lastBar !== undefined && !woken
    const maker = !order.atMarket && (rested || order.terms.postOnly === true)
    this.#meet(market, order, { price, at, liquidity: maker ? 'maker' : 'taker' }, supply)
  }

  /** A stop whose trigger lies inside the bar trades there, or at its limit if the bar closes beyond it. */
  #stopInside(market: PaperMarket, order: OrderState, bar: NewBar, supply: FillSupply): void {
    if (sightOf(order, bar) !== 'whole') return
    const { buy } = order
    const { timestamp: at, close } = bar
    const trigger = order.trigger!
    if (!reaches(buy, buy ? bar.high : bar.low, trigger)) return
    // Where the rest of the bar went after the trigger is not known: the limits below are not for it.
    order.lastBar = bar
    if (!this.#execution.wake(order, at) || sightOf(order, bar) !== 'whole') return
    if (order.immediate || isMarketable(order, trigger)) {
      this.#meet(market, order, { price: trigger, at, liquidity: 'taker' }, supply)
    } else if (
      isMarketable(order, close) &&
      fillsStanding(buy, close, order.price!, this.#onTouch)
    ) {
      this.#meet(market, order, { price: order.price!, at, liquidity: 'maker' }, supply)
    }
  }

  #limitInside(market: PaperMarket, order: OrderState, bar: NewBar, supply: FillSupply): void {
    if (order.lastBar === bar || sightOf(order, bar) !== 'whole') return
    const { buy } = order
    const limit = order.price!
    if (!fillsStanding(buy, buy ? bar.low : bar.high, limit, this.#onTouch)) return
    // What it could not take at the open it may take later, when there is a position to reduce, and
    // never at a price that the bar did not have.
    const price = buy ? lesserOf(limit, bar.high) : greaterOf(limit, bar.low)
    this.#meet(market, order, { price, at: bar.timestamp, liquidity: 'maker' }, supply)
  }

  #atClose(market: PaperMarket, order: OrderState, bar: NewBar, supply: FillSupply): void {
    const { close: price, timestamp: at } = bar
    if (!order.awake) {
      if (!reaches(order.buy, price, order.trigger!)) return
      if (!this.#execution.wake(order, at) || sightOf(order, bar) !== 'close') return
    }
    const maker = order.terms.postOnly === true
    this.#meet(market, order, { price, at, liquidity: maker ? 'maker' : 'taker' }, supply)
  }

  /** Fills an order that is awake at a price, if it may trade there. */
  #meet(market: PaperMarket, order: OrderState, place: FillPlace, supply: FillSupply): void {
    const { timeInForce } = order.terms
    if (isMarketable(order, place.price)) {
      const wanted = this.#execution.wanted(market, order)
      if (timeInForce !== 'fok' || supply.covers(wanted)) {
        this.#execution.fill(market, order, supply, place)
      }
    }
    if (order.immediate) this.#execution.cancel(market, order, place.at, notFilled)
  }

  #afterwards(market: PaperMarket, order: OrderState, bar: NewBar): void {
    const whole = sightOf(order, bar) === 'whole'
    if (whole && !order.awake) trailBehind(order, order.buy ? bar.low : bar.high)
    if (whole) order.lastBar = bar
    if (order.forOneBar) this.#execution.expire(market, order, bar.timestamp)
  }
}

/** Whether an order stood all the while, and the bar came nowhere near it: so are most, most of the time. */
function isBeyond(order: OrderState, { openTime, high, low }: NewBar): boolean {
  const { buy, awake } = order
  if (!order.open || order.arrivedAt > openTime || order.changedAt > openTime) return false
  if (order.forOneBar || order.trail !== undefined) return false
  if (!awake) {
    return buy
      ? compareDecimals(high, order.trigger!) < 0
      : compareDecimals(low, order.trigger!) > 0
  }
  if (order.atMarket || order.immediate) return false
  return buy ? compareDecimals(low, order.price!) > 0 : compareDecimals(high, order.price!) < 0
}

function sightOf(order: OrderState, { openTime, timestamp }: NewBar): Sight {
  if (!isAlive(order) || order.arrivedAt > openTime) return 'nothing'
  if (order.changedAt <= openTime) return 'whole'
  return order.changedAt < timestamp ? 'close' : 'nothing'
}
