import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { BookLevel, DepthUpdate, QuoteUpdate } from '../events/market.ts'
import { FillSupply } from './fill-supply.ts'

/** What somebody offers at one price. */
export interface Offer {
  readonly price: Decimal
  readonly supply: FillSupply
}

/**
 * What stands on both sides of the book by the newest quote or depth update. What our orders took of it is
 * gone until the next update. It is unknown until the first one, and again once it is stale, or the market
 * has moved away from it.
 */
export class QuoteOffers {
  readonly #staleAfterMs: number
  #newest: QuoteUpdate | DepthUpdate | undefined = undefined
  /** When that came, by the clock. */
  #cameAt = 0
  /** Made of the newest when they are asked for: most updates meet no order. */
  #bids: Offer[] | undefined = undefined
  #asks: Offer[] | undefined = undefined

  constructor(staleAfterMs: number) {
    this.#staleAfterMs = staleAfterMs
  }

  /** Whether what stands in the book is known. */
  get known(): boolean {
    return this.#newest !== undefined
  }

  /** @param now the time of the clock. */
  show(update: QuoteUpdate | DepthUpdate, now: number): void {
    this.#newest = update
    this.#cameAt = now
    this.#bids = undefined
    this.#asks = undefined
  }

  /** Knows what another one knows, with all that it has shown. */
  follow(other: QuoteOffers): void {
    if (other.#newest !== undefined) this.show(other.#newest, other.#cameAt)
  }

  /** Forgets what is stale by the time of the clock. */
  age(now: number): void {
    if (now - this.#cameAt > this.#staleAfterMs) this.#newest = undefined
  }

  /** Forgets what is stale by the time of other data of the market. */
  ageBy(timestamp: number): void {
    const newest = this.#newest
    if (newest !== undefined && timestamp - newest.timestamp > this.#staleAfterMs) {
      this.#newest = undefined
    }
  }

  /**
   * Forgets what is stale by the time of trades of others between two prices and two times, or has gone:
   * all of them were later, and beyond it.
   */
  traded(low: Decimal, high: Decimal, from: number, to: number): void {
    const newest = this.#newest
    if (newest === undefined) return
    const { timestamp: at } = newest
    if (to - at > this.#staleAfterMs || (from >= at && to > at && isBeyond(newest, low, high))) {
      this.#newest = undefined
    }
  }

  /**
   * What a buyer meets (asks) or a seller (bids), best first, while anything is known. A side of size 0
   * offers nothing; if both are, a quote does not tell its sizes, and offers as much as is wanted.
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

/** Whether prices are all above the best ask, or all below the best bid. */
function isBeyond(book: QuoteUpdate | DepthUpdate, low: Decimal, high: Decimal): boolean {
  if ('bidPrice' in book) {
    const { bidPrice, bidSize, askPrice, askSize } = book
    const hasBid = !bidSize.isZero()
    const hasAsk = !askSize.isZero()
    return (
      ((hasAsk || !hasBid) && compareDecimals(low, askPrice) > 0) ||
      ((hasBid || !hasAsk) && compareDecimals(high, bidPrice) < 0)
    )
  }
  const ask = firstOf(book.asks)
  const bid = firstOf(book.bids)
  return (
    (ask !== undefined && compareDecimals(low, ask) > 0) ||
    (bid !== undefined && compareDecimals(high, bid) < 0)
  )
}

function firstOf(levels: readonly BookLevel[]): Decimal | undefined {
  for (const [price, size] of levels) if (!size.isZero()) return price
  return undefined
}

function offersOf(update: QuoteUpdate | DepthUpdate, asks: boolean): Offer[] {
  if (!('bidPrice' in update)) return levelsOf(asks ? update.asks : update.bids)
  const price = asks ? update.askPrice : update.bidPrice
  // One size of 0 is a side without a price; two are sizes that the feed does not tell.
  if (update.askSize.isZero() && update.bidSize.isZero()) return unsized(price)
  return levelsOf([[price, asks ? update.askSize : update.bidSize]])
}

function levelsOf(levels: readonly BookLevel[]): Offer[] {
  return levels
    .filter(([, size]) => !size.isZero())
    .map(([price, size]) => ({ price, supply: new FillSupply(size, undefined) }))
}

/** As much as is wanted, as at a last price; a price of 0 without a size is none. */
function unsized(price: Decimal): Offer[] {
  return price.isZero() ? [] : [{ price, supply: new FillSupply(undefined, undefined) }]
}
