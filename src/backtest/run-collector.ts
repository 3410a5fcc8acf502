import type { Bus } from '../bus/bus.ts'
import type { Desk } from '../desk/desk.ts'
import type { ConvertCurrency } from '../desk/position-options.ts'
import type { EventMatching } from '../events/types.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import { EquityCurve } from './equity-curve.ts'
import { DrawnPrices } from './drawn-prices.ts'
import type { PriceHistory } from './report-candles.ts'
import { RunNotices } from './run-notices.ts'
import { RuinWatch } from './ruin-watch.ts'
import { TradeCollector } from './trade-collector.ts'

/** Of how many symbols prices are kept for the picture: each takes up to half a megabyte. */
const mostSymbols = 100

type Fill =
  | EventMatching<TradingSchemas, 'order.filled'>
  | EventMatching<TradingSchemas, 'order.partial_fill'>

/** Collects of a run what its result tells: trades, the value of the account, prices. */
export class RunCollector {
  readonly curve = new EquityCurve()
  readonly trades: TradeCollector
  readonly notices: RunNotices
  readonly ruin: RuinWatch
  readonly #desk: Desk
  readonly #prices = new Map<string, DrawnPrices>()

  constructor(desk: Desk, convert: ConvertCurrency | undefined) {
    const { bus, positions } = desk
    this.#desk = desk
    this.notices = new RunNotices(bus)
    this.ruin = new RuinWatch(positions)
    this.trades = new TradeCollector({
      currency: positions.currency,
      multiplier: (symbol) => positions.multiplier(symbol),
      currencyOf: (symbol) => positions.currencyOf(symbol),
      ...(convert !== undefined && { convert }),
    })
    this.#listen(bus)
  }

  /** Time is about to move on to `time`. */
  moving(time: number): void {
    this.curve.advance(time, this.#desk.positions)
  }

  /** Something has happened at `time`. */
  sample(time: number): void {
    const { positions } = this.#desk
    const equity = positions.equityFloat
    this.curve.sample(time, equity, positions.exposureFloat, positions)
    if (equity < this.ruin.below) this.ruin.see(time, equity)
  }

  /** Values what is still open at the newest prices: quotes are heard of by the positions alone. */
  finish(time: number): void {
    const { positions } = this.#desk
    for (const { symbol } of positions.all()) {
      const mark = positions.mark(symbol)
      if (mark !== undefined) this.trades.price(symbol, mark, time)
    }
    this.sample(time)
  }

  /** The prices of the symbols, in the order they were first seen. */
  prices(): PriceHistory[] {
    return [...this.#prices.values()].map((series) => series.history())
  }

  #pricesOf(symbol: string): DrawnPrices | undefined {
    const known = this.#prices.get(symbol)
    if (known !== undefined || this.#prices.size === mostSymbols) return known
    const prices = new DrawnPrices(symbol)
    this.#prices.set(symbol, prices)
    return prices
  }

  #listen(bus: Bus): void {
    const { trades } = this
    bus.on('market.new_bar', ({ data }) => {
      trades.bar(data.symbol, data.close, data.timestamp, data.timeframe)
      this.#pricesOf(data.symbol)?.bar(data)
    })
    bus.on('market.trade_tick', ({ data }) => {
      trades.price(data.symbol, data.price, data.timestamp)
      this.#pricesOf(data.symbol)?.price(data.timestamp, data.price)
    })
    bus.on(['order.partial_fill', 'order.filled'], ({ data }: Fill) => {
      trades.fill(data)
    })
  }
}
