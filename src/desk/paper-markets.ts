import type { OrderSubmitted } from '../events/order.ts'
import type { PaperRefusal } from './paper-answers.ts'
import { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'
import { PaperSymbol } from './paper-symbol.ts'

/** What is known of where market data are of. */
interface OfMarket {
  readonly symbol: string
  readonly venue?: string | undefined
}

/** The instruments of a paper venue: those that there was an order or market data of. */
export class PaperMarkets {
  readonly #settings: PaperSettings
  readonly #bySymbol = new Map<string, PaperSymbol>()
  /** What the newest data were of, and the markets that they reached: the next ones mostly are of the same. */
  #newestSymbol = ''
  #newestVenue: string | undefined = undefined
  /** Undefined once there is another market. */
  #reached: readonly PaperMarket[] | undefined = undefined

  constructor(settings: PaperSettings) {
    this.#settings = settings
  }

  /** The markets that data are of; the market of a symbol begins with the first mention. */
  reachedBy({ symbol, venue }: OfMarket): readonly PaperMarket[] {
    if (
      this.#reached === undefined ||
      symbol !== this.#newestSymbol ||
      venue !== this.#newestVenue
    ) {
      this.#reached = this.#symbol(symbol).reachedBy(venue)
      this.#newestSymbol = symbol
      this.#newestVenue = venue
    }
    return this.#reached
  }

  /** The market of an order that is not refused. */
  of(terms: OrderSubmitted): PaperMarket {
    return this.#symbol(terms.symbol).of(terms)
  }

  /** Why an order is at no venue that data are of. */
  refusalOf(terms: OrderSubmitted): PaperRefusal | undefined {
    return this.#symbol(terms.symbol).refusalOf(terms)
  }

  /** Those of a symbol. */
  at(symbol: string): readonly PaperMarket[] {
    return this.#bySymbol.get(symbol)?.all ?? []
  }

  all(): readonly PaperMarket[] {
    return [...this.#bySymbol.values()].flatMap(({ all }) => all)
  }

  #symbol(symbol: string): PaperSymbol {
    return this.#bySymbol.get(symbol) ?? this.#begin(symbol)
  }

  #begin(symbol: string): PaperSymbol {
    const { terms, anyInstrument, venue, staleAfterMs } = this.#settings
    const market = new PaperSymbol(symbol, venue, () => {
      this.#reached = undefined
      return new PaperMarket(symbol, terms.get(symbol) ?? anyInstrument, staleAfterMs)
    })
    this.#bySymbol.set(symbol, market)
    return market
  }
}
