import { ahead } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import type { Registration } from '../bus/observers.ts'
import type { Decimal } from '../events/decimal.ts'
import type { DataUpdate, DepthUpdate, NewBar, QuoteUpdate, TradeTick } from '../events/market.ts'
import type { Clock } from '../time/clock.ts'
import { BarMatching } from './bar-matching.ts'
import type { FillExecution } from './fill-execution.ts'
import { TradeMatching } from './matching-trades.ts'
import type { PaperMarket } from './paper-market.ts'
import type { PaperMarkets } from './paper-markets.ts'
import type { PaperSettings } from './paper-options.ts'
import { QuoteMatching } from './quote-matching.ts'

/** Matches what stands against the market data of a bus, before anybody sees them. */
export class PaperFeed {
  readonly quotes: QuoteMatching
  readonly #clock: Clock
  readonly #markets: PaperMarkets
  readonly #execution: FillExecution
  readonly #bars: BarMatching
  readonly #trades: TradeMatching
  readonly #hooks: readonly Registration[]

  constructor(bus: Bus, settings: PaperSettings, markets: PaperMarkets, execution: FillExecution) {
    this.#clock = bus.clock
    this.#markets = markets
    this.#execution = execution
    this.quotes = new QuoteMatching(execution)
    this.#bars = new BarMatching(execution, settings)
    this.#trades = new TradeMatching(execution, this.quotes, settings)
    this.#hooks = [
      ahead(bus, 'market.new_bar', this.#onBar),
      ahead(bus, 'market.quote_update', this.#onBook),
      ahead(bus, 'market.depth_update', this.#onBook),
      ahead(bus, 'market.trade_tick', this.#onTrade),
      ahead(bus, 'market.data_update', this.#onData),
    ]
  }

  close(): void {
    for (const hook of this.#hooks) hook.remove()
  }

  // The hooks run for every market event: where nobody has an order they only note what was new.

  readonly #onBar = (bar: NewBar): void => {
    for (const market of this.#markets.reachedBy(bar)) this.#showBar(market, bar)
  }

  #showBar(market: PaperMarket, bar: NewBar): void {
    market.book.traded(bar.low, bar.high, bar.openTime, bar.timestamp)
    if (bar.timestamp >= market.lastAt) {
      market.last = bar.close
      market.lastAt = bar.timestamp
    }
    if (market.matched.takes(bar)) {
      market.bar = bar
      if (market.matched.hasPast) this.#bars.matchWithPast(market, bar)
      else if (market.orders.length > 0) this.#bars.match(market, bar)
    }
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  readonly #onBook = (update: QuoteUpdate | DepthUpdate): void => {
    for (const market of this.#markets.reachedBy(update)) this.#showBook(market, update)
  }

  #showBook(market: PaperMarket, update: QuoteUpdate | DepthUpdate): void {
    market.book.show(update, this.#clock.now())
    market.matched.tick(update.timestamp)
    if (market.orders.length === 0) return
    this.quotes.match(market, update.timestamp)
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  readonly #onTrade = (trade: TradeTick): void => {
    const { price, size, timestamp: at } = trade
    for (const market of this.#markets.reachedBy(trade)) {
      market.book.traded(price, price, at, at)
      this.#showPrice(market, price, size, at)
    }
  }

  readonly #onData = (data: DataUpdate): void => {
    const { last, timestamp: at } = data
    if (last === undefined) return
    for (const market of this.#markets.reachedBy(data)) {
      // It may have been traded at long before: where it is tells nothing of the book.
      market.book.ageBy(at)
      this.#showPrice(market, last, undefined, at)
    }
  }

  #showPrice(market: PaperMarket, price: Decimal, size: Decimal | undefined, at: number): void {
    market.last = price
    market.lastAt = at
    market.matched.tick(at)
    if (market.orders.length === 0) return
    this.#trades.match(market, price, size, at)
    if (market.faults > 0) this.#execution.endFaults(market)
  }
}
