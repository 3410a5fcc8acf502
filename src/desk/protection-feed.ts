/** What tells most of prices: quotes more than trades, and these more than bars and summaries. */
export const bars = 1
export const trades = 2
const quotes = 3

/** A price that has come, other than a quote: of what kind, of which time, and of how long a bar; 0 for what is none. */
export interface PriceSeen {
  readonly rank: typeof bars | typeof trades
  readonly timestamp: number
  readonly barLength: number
}

/** When the prices of one symbol at one venue have come, by their own times. */
export class PriceFeed {
  /** Undefined where prices name none. */
  readonly venue: string | undefined
  readonly #staleAfterMs: number
  // NaN before the first: no comparison with it is true.
  #quoteAt = Number.NaN
  #tradeAt = Number.NaN
  #barAt = Number.NaN
  /** The length of the shortest bars that come, in milliseconds, by their timeframe. */
  #barLength = Infinity

  constructor(venue: string | undefined, staleAfterMs: number) {
    this.venue = venue
    this.#staleAfterMs = staleAfterMs
  }

  quote(timestamp: number): void {
    this.#quoteAt = timestamp
  }

  trade(timestamp: number): void {
    this.#tradeAt = timestamp
  }

  bar(timestamp: number, length: number): void {
    if (length > this.#barLength && this.#hasBars(timestamp)) return
    this.#barLength = length
    this.#barAt = timestamp
  }

  /** Whether what tells more than a price has come here, and is not stale yet. */
  outranks({ rank, timestamp, barLength }: PriceSeen): boolean {
    return (
      (rank < quotes && timestamp - this.#quoteAt <= this.#staleAfterMs) ||
      (rank < trades && timestamp - this.#tradeAt <= this.#staleAfterMs) ||
      (barLength > this.#barLength && this.#hasBars(timestamp))
    )
  }

  /** Whether what tells more than a bar has come here after a time, stale or not. */
  hasBetterSince(time: number, barLength: number): boolean {
    return (
      this.#quoteAt > time ||
      this.#tradeAt > time ||
      (barLength > this.#barLength && this.#barAt > time)
    )
  }

  /** Whether the shortest bars still come. The next one is expected only when it has closed. */
  #hasBars(timestamp: number): boolean {
    return timestamp - this.#barAt <= this.#barLength + this.#staleAfterMs
  }
}
