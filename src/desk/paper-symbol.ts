import type { OrderSubmitted } from '../events/order.ts'
import type { PaperRefusal } from './paper-answers.ts'
import type { PaperMarket } from './paper-market.ts'

/**
 * The markets of one symbol at a paper venue: one for each venue that data or orders name. Data of a venue
 * are of the orders of that venue alone, data that name none are of all.
 */
export class PaperSymbol {
  readonly #symbol: string
  readonly #make: () => PaperMarket
  /** The venue of the broker; undefined where orders name theirs. */
  readonly #venue: string | undefined
  /** That of orders that name no venue, and of the first venue that data name. */
  readonly #home: PaperMarket
  /** Replaced, never changed, as the feed walks along it. */
  #all: readonly PaperMarket[]
  /** The venues that data have named, in the order they came. */
  #named: readonly string[] = []
  /** Which markets data of a venue are of, as most data are of one that was heard of. */
  readonly #reached = new Map<string | undefined, readonly PaperMarket[]>()
  /** Whether data came that name no venue. */
  #hasUnnamed = false

  constructor(symbol: string, venue: string | undefined, make: () => PaperMarket) {
    this.#symbol = symbol
    this.#make = make
    this.#venue = venue
    this.#home = make()
    this.#home.venue = venue
    this.#all = [this.#home]
  }

  get all(): readonly PaperMarket[] {
    return this.#all
  }

  /** The markets that data of a venue are of. */
  reachedBy(venue: string | undefined): readonly PaperMarket[] {
    return this.#reached.get(venue) ?? this.#reach(venue)
  }

  /** The market of an order that is not refused. */
  of({ venue }: OrderSubmitted): PaperMarket {
    if (venue === undefined || this.#venue !== undefined) return this.#home
    // First those of venues that an order has named before data did, so that an order stays where it is.
    for (const market of this.#all) {
      if (market !== this.#home && market.venue === venue) return market
    }
    return this.#home.venue === venue ? this.#home : this.#add(venue)
  }

  /** Why an order is at no venue that data are of; undefined if it is at one, or that is not known yet. */
  refusalOf({ venue, side, reduceOnly }: OrderSubmitted): PaperRefusal | undefined {
    const named = this.#named
    const at = this.#venue ?? venue
    if (at === undefined) {
      if (named.length < 2) return undefined
      // What was opened while there was one venue can be closed.
      if (reduceOnly === true && !this.#home.reducibleBy(side === 'buy').isZero()) return undefined
      const reason = `data of ${this.#symbol} come from several venues, ${named.join(', ')}: name one of them, as venue of the order or of paperBroker`
      return { code: 'VENUE', reason }
    }
    if (named.length === 0 || this.#hasUnnamed || named.includes(at)) return undefined
    const reason = `no data of ${this.#symbol} have come from ${at}, but from ${named.join(', ')}: name the venue as the data do, in the order and in paperBroker`
    return { code: 'VENUE', reason }
  }

  #reach(venue: string | undefined): readonly PaperMarket[] {
    if (venue === undefined) this.#hasUnnamed = true
    else if (!this.#named.includes(venue)) this.#hear(venue)
    const reached =
      venue === undefined ? this.#all : this.#all.filter((market) => market.venue === venue)
    this.#reached.set(venue, reached)
    return reached
  }

  #hear(venue: string): void {
    this.#named = [...this.#named, venue]
    if (this.#home.venue === undefined) this.#home.venue = venue
    else if (!this.#all.some((market) => market.venue === venue)) {
      this.#add(venue)
    }
  }

  #add(venue: string): PaperMarket {
    const market = this.#make()
    market.venue = venue
    // All that has come then names no venue, and is of this one as well.
    if (this.#home.venue === undefined) market.follow(this.#home)
    this.#all = [...this.#all, market]
    this.#reached.clear()
    return market
  }
}
