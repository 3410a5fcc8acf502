import { compareDecimals, type Decimal } from '../events/decimal.ts'
import { none, sumOf } from './fill-arithmetic.ts'
import { type FillExecution, isAlive } from './fill-execution.ts'
import { isMarketable, reaches, trailBehind } from './matching.ts'
import type { OrderState } from './order-state.ts'
import type { PaperMarket } from './paper-market.ts'
import type { Offer } from './quote-offers.ts'

const notFilled = 'it could not be filled at once'

/** Matches orders against what stands in the book: the best bid and ask, or more levels of it. */
export class QuoteMatching {
  readonly #execution: FillExecution

  constructor(execution: FillExecution) {
    this.#execution = execution
  }

  /** Matches all orders of an instrument after its book has changed. */
  match(market: PaperMarket, at: number): void {
    for (const order of market.orders) {
      if (isAlive(order)) this.meet(market, order, at)
    }
  }

  /** Matches one order against the book as it stands. */
  meet(market: PaperMarket, order: OrderState, at: number): void {
    if (!order.awake) {
      const best = market.book.best(order.buy)
      if (best === undefined) return
      if (!reaches(order.buy, best, order.trigger!)) {
        trailBehind(order, best)
        return
      }
      if (!this.#execution.wake(order, at)) return
    }
    this.sweep(market, order, at)
  }

  /** Takes what an order that is awake may take, best first. */
  sweep(market: PaperMarket, order: OrderState, at: number): void {
    const offers = market.book.facing(order.buy)
    if (order.terms.timeInForce !== 'fok' || this.#covers(market, order, offers)) {
      for (const offer of offers) {
        if (!isMarketable(order, offer.price)) {
          // From here on it stands at its limit, and others come to it.
          order.taking = false
          break
        }
        this.#take(market, order, offer, at)
        if (!isAlive(order)) return
      }
    }
    if (order.immediate) this.#execution.cancel(market, order, at, notFilled)
  }

  #take(market: PaperMarket, order: OrderState, offer: Offer, at: number): void {
    const stands = !order.atMarket && !order.taking
    this.#execution.fill(market, order, offer.supply, {
      price: stands ? order.price! : offer.price,
      at,
      liquidity: stands ? 'maker' : 'taker',
    })
  }

  #covers(market: PaperMarket, order: OrderState, offers: readonly Offer[]): boolean {
    let sum: Decimal = none
    for (const { price, supply } of offers) {
      if (!isMarketable(order, price)) continue
      if (supply.left === undefined) return true
      sum = sumOf(sum, supply.left)
    }
    return compareDecimals(sum, this.#execution.wanted(market, order)) >= 0
  }
}
