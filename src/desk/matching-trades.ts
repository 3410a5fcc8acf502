import type { Decimal } from '../events/decimal.ts'
import { type FillExecution, isAlive } from './fill-execution.ts'
import { FillSupply } from './fill-supply.ts'
import { fillsStanding, isMarketable, reaches, trailBehind } from './matching.ts'
import type { OrderState } from './order-state.ts'
import type { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'
import type { QuoteMatching } from './quote-matching.ts'

const notFilled = 'it could not be filled at once'

/** Matches orders against trades of others, and against last prices, which are trades of unknown size. */
export class TradeMatching {
  readonly #execution: FillExecution
  readonly #quotes: QuoteMatching
  readonly #share: Decimal | undefined
  readonly #onTouch: boolean

  constructor(
    execution: FillExecution,
    quotes: QuoteMatching,
    { tradeShare, fillOnTouch }: PaperSettings,
  ) {
    this.#execution = execution
    this.#quotes = quotes
    this.#share = tradeShare
    this.#onTouch = fillOnTouch
  }

  match(market: PaperMarket, price: Decimal, size: Decimal | undefined, at: number): void {
    const supply = new FillSupply(size, this.#share)
    for (const order of market.orders) {
      if (!isAlive(order)) continue
      if (order.awake) this.#meet(market, order, price, at, supply)
      else this.#watch(market, order, price, at)
    }
  }

  /** A stop that a trade wakes trades after it: with the book if it is known, else with the next trade. */
  #watch(market: PaperMarket, order: OrderState, price: Decimal, at: number): void {
    if (!reaches(order.buy, price, order.trigger!)) {
      trailBehind(order, price)
      return
    }
    if (this.#execution.wake(order, at) && market.book.known) this.#quotes.sweep(market, order, at)
  }

  #meet(
    market: PaperMarket,
    order: OrderState,
    price: Decimal,
    at: number,
    supply: FillSupply,
  ): void {
    const takes = order.atMarket || order.taking || order.immediate
    if (takes && isMarketable(order, price)) {
      const wanted = this.#execution.wanted(market, order)
      if (order.terms.timeInForce !== 'fok' || supply.covers(wanted)) {
        const place = { price, at, liquidity: 'taker' } as const
        this.#execution.fill(market, order, supply, place)
      }
    } else {
      order.taking = false
      if (!order.immediate) this.#meetStanding(market, order, price, at, supply)
    }
    if (order.immediate) this.#execution.cancel(market, order, at, notFilled)
  }

  #meetStanding(
    market: PaperMarket,
    order: OrderState,
    price: Decimal,
    at: number,
    supply: FillSupply,
  ): void {
    const limit = order.price!
    if (!fillsStanding(order.buy, price, limit, this.#onTouch)) return
    const place = { price: limit, at, liquidity: 'maker' } as const
    this.#execution.fill(market, order, supply, place)
  }
}
