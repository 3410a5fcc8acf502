import type { NewBar } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { DrawnPrices } from '../../src/backtest/drawn-prices.ts'
import { d } from './run-support.ts'

const bar = (timeframe: string, openTime: number, timestamp: number, high: number): NewBar => ({
  symbol: 'SPX',
  timeframe,
  openTime,
  timestamp,
  open: d(1),
  high: d(high),
  low: d(1),
  close: d(1),
  volume: d(0),
})

const highs = (prices: DrawnPrices): unknown =>
  prices.history().candles.map(({ time, high }) => [time, high.toNumber()])

describe('DrawnPrices', () => {
  it('leaves out longer bars over shorter ones, and trades, that are drawn', () => {
    const prices = new DrawnPrices('SPX')
    prices.bar(bar('1m', 0, 60, 2))
    prices.bar(bar('1m', 60, 120, 3))
    prices.bar(bar('2m', 0, 120, 3))
    prices.price(150, d(5))
    prices.bar(bar('1m', 120, 180, 5))
    prices.bar(bar('2m', 120, 240, 6))
    expect(highs(prices)).toEqual([
      [60, 2],
      [120, 3],
      [150, 5],
    ])
  })

  it('draws longer bars where there are no shorter ones, and bars of one timeframe in any case', () => {
    const prices = new DrawnPrices('SPX')
    prices.bar(bar('2m', 0, 120, 2))
    prices.bar(bar('1m', 120, 180, 3))
    prices.bar(bar('2m', 180, 300, 4))
    // The clock was set back in between: it opens before the last one has closed.
    prices.bar(bar('2m', 290, 400, 5))
    expect(highs(prices)).toEqual([
      [120, 2],
      [180, 3],
      [300, 4],
      [400, 5],
    ])
    expect(prices.history()).toMatchObject({ symbol: 'SPX', seen: 4 })
  })
})
