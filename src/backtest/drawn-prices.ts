import type { NewBar } from '../events/market.ts'
import type { Decimal } from '../events/decimal.ts'
import { CandleSeries, type PriceHistory } from './report-candles.ts'

/** The prices of a symbol, of whatever data there are; what is drawn once is not drawn again. */
export class DrawnPrices {
  readonly #series: CandleSeries
  /** Of the last bar; undefined after a price. */
  #timeframe: string | undefined
  /** When the last bar or price was. */
  #drawnTo = -Infinity

  constructor(symbol: string) {
    this.#series = new CandleSeries(symbol)
  }

  /** Leaves out a bar of another timeframe that began before what is drawn: its prices are there already. */
  bar(bar: NewBar): void {
    if (bar.timeframe !== this.#timeframe) {
      if (bar.openTime < this.#drawnTo) return
      this.#timeframe = bar.timeframe
    }
    this.#drawnTo = bar.timestamp
    this.#series.bar(bar)
  }

  price(at: number, price: Decimal): void {
    this.#timeframe = undefined
    this.#drawnTo = at
    this.#series.price(at, price)
  }

  history(): PriceHistory {
    return this.#series.history()
  }
}
