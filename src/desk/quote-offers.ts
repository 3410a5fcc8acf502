import type { Decimal } from '../events/decimal.ts'
import type { BookLevel, DepthUpdate, QuoteUpdate } from '../events/market.ts'
import { FillSupply } from './fill-supply.ts'

/** What somebody offers at one price. */
export interface Offer {
  readonly price: Decimal
  readonly supply: FillSupply
}

/**
 * What stands on both sides of the book by the newest quote or depth update. What our orders took of it is
 * gone until the next update.
 */
export class QuoteOffers {
  #newest: QuoteUpdate | DepthUpdate | undefined = undefined
  /** Made of the newest when they are asked for: most updates meet no order. */
  #bids: Offer[] | undefined = undefined
  #asks: Offer[] | undefined = undefined

  /** Whether there was a quote or a depth update. */
  get known(): boolean {
    return this.#newest !== undefined
  }

  show(update: QuoteUpdate | DepthUpdate): void {
    this.#newest = update
    this.#bids = undefined
    this.#asks = undefined
  }

  /**
   * What a buyer meets (asks) or a seller (bids), best first, once anything is known. A side of size 0
   * offers nothing.
   */
  facing(buy: boolean): readonly Offer[] {
    if (buy) return (this.#asks ??= offersOf(this.#newest!, true))
    return (this.#bids ??= offersOf(this.#newest!, false))
  }

  /** The best price that a buyer or a seller meets, whether or not it is taken already. */
  best(buy: boolean): Decimal | undefined {
    return this.facing(buy)[0]?.price
  }
}

function offersOf(update: QuoteUpdate | DepthUpdate, asks: boolean): Offer[] {
  const levels = 'bidPrice' in update ? [levelOf(update, asks)] : asks ? update.asks : update.bids
  return levels
    .filter(([, size]) => !size.isZero())
    .map(([price, size]) => ({ price, supply: new FillSupply(size, undefined) }))
}

function levelOf(quote: QuoteUpdate, ask: boolean): BookLevel {
  return ask ? [quote.askPrice, quote.askSize] : [quote.bidPrice, quote.bidSize]
}
