import { ahead } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import type { Registration } from '../bus/observers.ts'
import type { Decimal } from '../events/decimal.ts'
import type { DataUpdate, DepthUpdate, NewBar, QuoteUpdate, TradeTick } from '../events/market.ts'
import { BarMatching } from './bar-matching.ts'
import type { FillExecution } from './fill-execution.ts'
import { TradeMatching } from './matching-trades.ts'
import type { PaperMarkets } from './paper-markets.ts'
import type { PaperSettings } from './paper-options.ts'
import { QuoteMatching } from './quote-matching.ts'

/** Matches what stands against the market data of a bus, before anybody sees them. */
export class PaperFeed {
  readonly quotes: QuoteMatching
  readonly #markets: PaperMarkets
  readonly #execution: FillExecution
  readonly #bars: BarMatching
  readonly #trades: TradeMatching
  readonly #hooks: readonly Registration[]

  constructor(bus: Bus, settings: PaperSettings, markets: PaperMarkets, execution: FillExecution) {
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
    const market = this.#markets.of(bar.symbol)
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
    const market = this.#markets.of(update.symbol)
    market.book.show(update)
    market.matched.tick(update.timestamp)
    if (market.orders.length === 0) return
    this.quotes.match(market, update.timestamp)
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  readonly #onTrade = ({ symbol, price, size, timestamp }: TradeTick): void => {
    this.#onPrice(symbol, price, size, timestamp)
  }

  readonly #onData = ({ symbol, last, timestamp }: DataUpdate): void => {
    if (last !== undefined) this.#onPrice(symbol, last, undefined, timestamp)
  }

  #onPrice(symbol: string, price: Decimal, size: Decimal | undefined, at: number): void {
    const market = this.#markets.of(symbol)
    market.last = price
    market.lastAt = at
    market.matched.tick(at)
    if (market.orders.length === 0) return
    this.#trades.match(market, price, size, at)
    if (market.faults > 0) this.#execution.endFaults(market)
  }
}
