import { Decimal } from 'tradewire'
import { EquityCurve } from '../../src/backtest/equity-curve.ts'
import { CandleSeries } from '../../src/backtest/report-candles.ts'
import type { ReportInput } from '../../src/backtest/report-input.ts'
import { statistics } from '../../src/backtest/statistics.ts'
import { TradeCollector } from '../../src/backtest/trade-collector.ts'
import type { Fill } from '../../src/backtest/trade-fill.ts'

const d = (value: number | string): Decimal => new Decimal(value)

export interface RunTerms {
  readonly symbol?: string
  readonly bars?: number
  /** How many fills there are: buys and sells in turn, one a bar from the second bar on. */
  readonly fills?: number
  /** What the account begins with. */
  readonly capital?: string
  /** Whether there are only closes. */
  readonly closesOnly?: boolean
  /** How much the price rises from bar to bar. */
  readonly rise?: number
}

const dayMs = 86_400_000
export const monday = Date.UTC(2024, 0, 1)

/** What a report of a made-up run tells: daily bars, one unit bought and sold in turn, a fee of 1. */
export function madeUpRun(terms: RunTerms = {}): ReportInput {
  const { symbol = 'SPX', bars = 10, fills = 5, capital = '1000', rise = 2 } = terms
  const curve = new EquityCurve()
  const trades = new TradeCollector()
  const series = new CandleSeries(symbol)
  let cash = d(capital)
  let held = d(0)
  for (let index = 0; index < bars; index += 1) {
    const time = monday + (index + 1) * dayMs
    const close = d(100 + rise * index)
    if (index > 0 && index <= fills) {
      const buys = index % 2 === 1
      trades.fill(fillOf(symbol, index, time, close, buys))
      held = held.plus(buys ? 1 : -1)
      cash = cash.plus(buys ? close.negated() : close).minus(1)
    }
    const wick = terms.closesOnly === true ? 0 : 1
    series.bar({
      timestamp: time,
      open: close,
      high: close.plus(wick),
      low: close.minus(wick),
      close,
    })
    trades.bar(symbol, close, time)
    const exposure = held.times(close)
    curve.add({ time, equity: cash.plus(exposure), cash, exposure })
  }
  const equity = curve.summary()
  const roundTrips = trades.roundTrips()
  return {
    title: 'A made-up run',
    currency: 'USD',
    equity,
    trades: roundTrips,
    statistics: statistics({ equity, trades: roundTrips, totals: trades.totals }),
    prices: [series.history()],
    eventCounts: new Map([
      ['order.filled', fills],
      ['market.new_bar', bars],
    ]),
    facts: { seed: '7', 'event log, SHA-256': 'c0ffee' },
  }
}

function fillOf(symbol: string, index: number, time: number, price: Decimal, buys: boolean): Fill {
  return {
    orderId: `order-${index}`,
    tradeId: `trade-${index}`,
    symbol,
    timestamp: time - 3_600_000,
    side: buys ? 'buy' : 'sell',
    lastPrice: price,
    lastQuantity: d(1),
    filledQuantity: d(1),
    remainingQuantity: d(0),
    averagePrice: price,
    fee: { amount: d(1), currency: 'USD' },
  }
}
