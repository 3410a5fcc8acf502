import { Decimal } from 'tradewire'
import { runBacktest, type SourceEvent, type Strategy } from 'tradewire/backtest'
import type { DeskOptions } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'

/** Open, high, low and close of bars of a minute. */
type Prices = readonly [number, number, number, number]

/** Falls from 100 to 90 in the bar of the entry, and comes back to 98. */
const deep: readonly Prices[] = [
  [100, 101, 99, 100],
  [100, 101, 90, 98],
  [98, 99, 97.5, 98],
  [94, 95, 93, 94],
]

/** Side and price of all fills. */
async function fills(
  prices: readonly Prices[],
  strategy: Strategy,
  desk: DeskOptions = {},
): Promise<string[]> {
  const source = prices.map(([open, high, low, close], index): SourceEvent => ({
    type: 'market.new_bar',
    data: {
      symbol: 'X',
      timeframe: '1m',
      openTime: index * 60_000,
      timestamp: (index + 1) * 60_000,
      open: new Decimal(open),
      high: new Decimal(high),
      low: new Decimal(low),
      close: new Decimal(close),
      volume: new Decimal(1),
    },
  }))
  const told: string[] = []
  const listening: Strategy = ({ bus }) => {
    bus.on('order.filled', ({ data, timestamp }) => {
      told.push(`${timestamp / 60_000} ${data.side} ${data.lastPrice.toFixed()}`)
    })
  }
  await runBacktest({ sources: [source], strategy: [strategy, listening], desk, progress: false })
  return told
}

const entry: Strategy = ({ bus, orders }) => {
  bus.once('market.new_bar', (bar) => {
    orders.buy('X', '10', { cause: bar })
  })
}

const stopAfterFill: Strategy = (desk) => {
  void entry(desk)
  desk.bus.on('order.filled', (fill) => {
    if (fill.data.side === 'sell') return
    desk.orders.sell('X', '10', { triggerPrice: '97', reduceOnly: true, cause: fill })
  })
}

const stopWithEntry =
  (price?: string): Strategy =>
  ({ bus, orders }) => {
    bus.once('market.new_bar', (bar) => {
      orders.buy('X', '10', { cause: bar, ...(price !== undefined && { price }) })
      orders.sell('X', '10', { triggerPrice: '97', cause: bar })
    })
  }

// What the guide to the first backtest says of stops.
describe('stops on bars', () => {
  it('of a protection are filled at the open after the bar, better or worse than the stop', async () => {
    const desk: DeskOptions = { protection: { stopLoss: { percent: 3 } } }
    expect(await fills(deep, entry, desk)).toEqual(['2 buy 100', '3 sell 98'])
    const worse = [...deep.slice(0, 2), [91, 92, 90, 91]] as const
    expect(await fills(worse, entry, desk)).toEqual(['2 buy 100', '3 sell 91'])
  })

  it('that are sent because of the entry are not tested in its bar', async () => {
    expect(await fills(deep, stopAfterFill)).toEqual(['2 buy 100', '4 sell 94'])
  })

  it('that are sent with the entry are filled in its bar', async () => {
    expect(await fills(deep, stopWithEntry())).toEqual(['2 buy 100', '2 sell 97'])
  })

  it('that are sent with a limit are filled before it, where one bar passes both', async () => {
    expect(await fills(deep, stopWithEntry('99'))).toEqual(['2 sell 97', '2 buy 99'])
  })

  it('open a position the other way where the entry is not filled', async () => {
    const stopEntry: Strategy = ({ bus, orders }) => {
      bus.once('market.new_bar', (bar) => {
        orders.buy('X', '10', { triggerPrice: '105', cause: bar })
        orders.sell('X', '10', { triggerPrice: '97', cause: bar })
      })
    }
    expect(await fills(deep, stopEntry)).toEqual(['2 sell 97'])
  })
})
