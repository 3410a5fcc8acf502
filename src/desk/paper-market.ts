import type { Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import { differenceOf, none, sumOf } from './fill-arithmetic.ts'
import { MatchedTime } from './matched-time.ts'
import type { OrderState } from './order-state.ts'
import type { InstrumentSettings } from './paper-options.ts'
import { QuoteOffers } from './quote-offers.ts'

const noOrders: readonly OrderState[] = []

/** One instrument at a paper venue; of several venues at one of them. */
export class PaperMarket {
  readonly symbol: string
  /** Undefined where neither orders nor data have named one yet. */
  venue: string | undefined = undefined
  readonly terms: InstrumentSettings
  /** Those that stand, first come first; replaced, never changed, as matching walks along it. */
  orders: readonly OrderState[] = noOrders
  /** Orders that were cancelled, or not yet said to be placed, until the next market event is matched. */
  faults = 0
  /** What stands in the book. */
  readonly book: QuoteOffers
  /** Until when it was matched. */
  readonly matched = new MatchedTime()
  /** The newest price of a trade or summary, or close of a bar. */
  last: Decimal | undefined = undefined
  /** When that was. */
  lastAt = -Infinity
  /** The newest bar that was matched. */
  bar: NewBar | undefined = undefined
  /** The sum of all fills: above 0 is long. */
  position: Decimal = none

  constructor(symbol: string, terms: InstrumentSettings, staleAfterMs: number) {
    this.symbol = symbol
    this.terms = terms
    this.book = new QuoteOffers(staleAfterMs)
  }

  /** Knows the prices that another one knows. */
  follow({ book, matched, last, lastAt, bar }: PaperMarket): void {
    this.book.follow(book)
    this.matched.follow(matched)
    this.last = last
    this.lastAt = lastAt
    this.bar = bar
  }

  add(order: OrderState): void {
    this.orders = [...this.orders, order]
  }

  remove(order: OrderState): void {
    this.orders = this.orders.filter((each) => each !== order)
  }

  /** What an order meets if it trades at once, by what is known: the book, or else the last price. */
  priceFor(buy: boolean): Decimal | undefined {
    return this.book.known ? this.book.best(buy) : this.last
  }

  /** How much an order of this side may take off the position: 0 if it would make it larger. */
  reducibleBy(buy: boolean): Decimal {
    return this.position.isNegative() === buy ? this.position.abs() : none
  }

  trade(buy: boolean, quantity: Decimal): void {
    this.position = buy ? sumOf(this.position, quantity) : differenceOf(this.position, quantity)
  }
}
