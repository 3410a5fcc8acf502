import { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'

/** The instruments of a paper venue: those that there was an order or market data of. */
export class PaperMarkets {
  readonly #settings: PaperSettings
  readonly #bySymbol = new Map<string, PaperMarket>()

  constructor(settings: PaperSettings) {
    this.#settings = settings
  }

  get(symbol: string): PaperMarket | undefined {
    return this.#bySymbol.get(symbol)
  }

  /** The market of a symbol; it begins with the first mention. */
  of(symbol: string): PaperMarket {
    return this.#bySymbol.get(symbol) ?? this.#begin(symbol)
  }

  all(): readonly PaperMarket[] {
    return [...this.#bySymbol.values()]
  }

  #begin(symbol: string): PaperMarket {
    const { instruments, anyInstrument } = this.#settings
    const market = new PaperMarket(symbol, instruments?.get(symbol) ?? anyInstrument)
    this.#bySymbol.set(symbol, market)
    return market
  }
}
