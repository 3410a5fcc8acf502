import { compareDecimals, type Decimal } from '../events/decimal.ts'

/** What a price did in a stretch of time. */
export interface Candle {
  /** The end of the stretch, in milliseconds since the Unix epoch. */
  readonly time: number
  /** The first price. */
  readonly open: Decimal
  /** The highest price. */
  readonly high: Decimal
  /** The lowest price. */
  readonly low: Decimal
  /** The last price. */
  readonly close: Decimal
}

/** What the price of a symbol did in the course of a run. */
export interface PriceHistory {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  readonly symbol: string
  /** How many bars or prices were seen. */
  readonly seen: number
  /** How many bars or prices a candle stands for; the last one may stand for fewer. */
  readonly perCandle: number
  /** At most 5,120 candles, oldest first; times are strictly rising. */
  readonly candles: readonly Candle[]
}

type Growing = { -readonly [Key in keyof Candle]: Candle[Key] }

/** A bar, as much of it as a candle needs. */
export interface Bar extends Omit<Candle, 'time'> {
  /** When it closed, in milliseconds since the Unix epoch. */
  readonly timestamp: number
}

const capacity = 5120

/**
 * Keeps the prices of a run of any length as at most 5,120 candles, exactly: when there are more, each
 * two become one.
 *
 * @example
 * ```ts
 * const series = new CandleSeries('SPX')
 * series.price(Date.UTC(2026, 10, 19, 21), new Decimal('6702.5'))
 * series.price(Date.UTC(2026, 10, 20, 21), new Decimal('6698'))
 * const prices = [series.history()]
 * console.log(prices[0]?.candles.length) // 2
 * await writeReport('out/report.html', { ...result, title: 'Momentum', currency: 'USD', prices })
 * ```
 */
export class CandleSeries {
  readonly #symbol: string
  #candles: Growing[] = []
  #perCandle = 1
  /** How many bars or prices the last candle stands for. */
  #filled = 0
  #seen = 0

  constructor(symbol: string) {
    this.#symbol = symbol
  }

  /** Adds a bar; bars come in the order of their times. */
  bar({ timestamp, open, high, low, close }: Bar): void {
    this.#seen += 1
    const last = this.#candles.at(-1)
    if (last !== undefined && (this.#filled < this.#perCandle || timestamp === last.time)) {
      if (compareDecimals(high, last.high) > 0) last.high = high
      if (compareDecimals(low, last.low) < 0) last.low = low
      last.close = close
      last.time = timestamp
      this.#filled += 1
      return
    }
    this.#candles.push({ time: timestamp, open, high, low, close })
    this.#filled = 1
    if (this.#candles.length > capacity) this.#halve()
  }

  /** Adds a price; prices come in the order of their times. */
  price(timestamp: number, price: Decimal): void {
    this.bar({ timestamp, open: price, high: price, low: price, close: price })
  }

  /** What was seen so far. */
  history(): PriceHistory {
    return {
      symbol: this.#symbol,
      seen: this.#seen,
      perCandle: this.#perCandle,
      candles: this.#candles.map((candle) => ({ ...candle })),
    }
  }

  /** Called with one candle too many, which stays as it is, alone. */
  #halve(): void {
    const merged: Growing[] = []
    for (let index = 0; index < capacity; index += 2) {
      const [left, right] = [this.#candles[index]!, this.#candles[index + 1]!]
      merged.push({
        time: right.time,
        open: left.open,
        high: compareDecimals(left.high, right.high) < 0 ? right.high : left.high,
        low: compareDecimals(left.low, right.low) > 0 ? right.low : left.low,
        close: right.close,
      })
    }
    merged.push(this.#candles[capacity]!)
    this.#candles = merged
    this.#perCandle *= 2
  }
}
