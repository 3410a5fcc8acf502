import { resample, type SourceEvent, type Strategy } from 'tradewire/backtest'
import { type DeskOptions, paperBroker } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { d, run } from './run-support.ts'

const minuteMs = 60_000
/** Monday, 5 January 2026, 12:00 UTC. */
const noon = Date.UTC(2026, 0, 5, 12)

/** Open, high, low and close of bars of a minute, from noon on. */
type Prices = readonly [number, number, number, number]

function bars(prices: readonly Prices[], volume = 1_000): SourceEvent[] {
  return prices.map(([open, high, low, close], index) => ({
    type: 'market.new_bar',
    data: {
      symbol: 'X',
      timeframe: '1m',
      openTime: noon + index * minuteMs,
      timestamp: noon + (index + 1) * minuteMs,
      open: d(open),
      high: d(high),
      low: d(low),
      close: d(close),
      volume: d(volume),
    },
  }))
}

function trade(afterMs: number, price: number, size: number): SourceEvent {
  return {
    type: 'market.trade_tick',
    data: {
      symbol: 'X',
      timestamp: noon + afterMs,
      price: d(price),
      size: d(size),
      aggressorSide: 'buy',
    },
  }
}

/** What was woken and filled, at which second after noon, and how much at which price. */
async function told(
  sources: readonly (readonly SourceEvent[] | ReturnType<typeof resample>)[],
  strategy: Strategy,
  desk: DeskOptions = {},
): Promise<string[]> {
  const lines: string[] = []
  const listening: Strategy = ({ bus }) => {
    bus.on(
      ['order.triggered', 'order.filled', 'order.partial_fill'],
      ({ type, data, timestamp }) => {
        const at = (timestamp - noon) / 1_000
        if (type === 'order.triggered') lines.push(`${at} triggered ${data.triggerPrice.toFixed()}`)
        else lines.push(`${at} ${data.lastQuantity.toFixed()} at ${data.lastPrice.toFixed()}`)
      },
    )
  }
  await run({ sources: [...sources], strategy: [strategy, listening], desk })
  return lines
}

/** What a strategy gets on bars of a minute alone, and with those of five minutes before and after them. */
async function withFives(
  prices: readonly Prices[],
  strategy: Strategy,
  desk: () => DeskOptions = () => ({}),
  volume = 1_000,
): Promise<readonly string[][]> {
  const ones = bars(prices, volume)
  return [
    await told([ones], strategy, desk()),
    await told([ones, resample(ones, '5m')], strategy, desk()),
    await told([resample(ones, '5m'), ones], strategy, desk()),
  ]
}

const still: Prices = [100, 100, 100, 100]

/** Acts on the bar of a minute of a number. */
function onBar(number: number, act: Strategy): Strategy {
  return (desk) => {
    let count = 0
    desk.bus.on('market.new_bar', ({ data }) => {
      if (data.timeframe !== '1m') return
      count += 1
      if (count === number) void act(desk)
    })
  }
}

describe('runBacktest on bars and what resample makes of them', () => {
  it('fills a stop limit at no price of the time before it woke', async () => {
    const prices: Prices[] = [
      ...Array.from({ length: 5 }, () => still),
      [100, 101, 99, 100],
      [100, 100, 97, 98],
      [98, 104, 98, 104],
      [104.5, 107, 104.5, 107],
      [107, 109, 106, 109],
      ...Array.from({ length: 5 }, (): Prices => [109, 111, 108, 110]),
    ]
    const strategy = onBar(5, ({ orders }) => {
      orders.submit({ symbol: 'X', side: 'buy', quantity: '1', triggerPrice: '105', price: '104' })
    })
    const [alone, ...both] = await withFives(prices, strategy)
    expect(alone).toEqual(['540 triggered 105'])
    expect(both).toEqual([alone, alone])
  })

  it('triggers no trailing stop by a low of before it moved', async () => {
    const prices: Prices[] = [
      ...Array.from({ length: 5 }, () => still),
      [100, 100, 96, 98],
      [98, 110, 98, 110],
      [110, 115, 108, 115],
      [115, 116, 112, 116],
      [116, 120, 115, 120],
      [120, 125, 119, 125],
    ]
    const strategy = onBar(5, ({ orders }) => {
      const stop = { orderType: 'trailing_stop', triggerPrice: '92' } as const
      orders.submit({ symbol: 'X', side: 'sell', quantity: '1', ...stop })
    })
    const [alone, ...both] = await withFives(prices, strategy)
    expect(alone).toEqual([])
    expect(both).toEqual([alone, alone])
  })

  it('counts volume once', async () => {
    const prices = Array.from({ length: 10 }, (_, i): Prices => [100 + i, 101 + i, 99 + i, 100 + i])
    const strategy: Strategy = ({ orders }) => {
      orders.buy('X', '40')
    }
    const desk = (): DeskOptions => ({ broker: paperBroker({ barParticipation: '0.1' }) })
    const [alone, ...both] = await withFives(prices, strategy, desk, 10)
    expect(alone).toEqual(
      Array.from({ length: 10 }, (_, i) => `${60 * (i + 1)} 1 at ${100 + i}`).slice(1),
    )
    expect(both).toEqual([alone, alone])
  })
})

describe('runBacktest on trades and the bars of them', () => {
  it('fills no rest of an order at the open of a bar whose trades it has met', async () => {
    const trades = [
      trade(-1_000, 100, 1),
      ...Array.from({ length: 11 }, (_, i) => trade(1_000 + i * 5_000, 100 + i, 1)),
    ]
    const strategy: Strategy = ({ bus, orders }) => {
      bus.once('market.trade_tick', () => {
        orders.buy('X', '50')
      })
    }
    const alone = await told([trades], strategy)
    expect(alone).toHaveLength(11)
    expect(await told([trades, bars([[100, 110, 100, 110]])], strategy)).toEqual(alone)
    expect(await told([bars([[100, 110, 100, 110]]), trades], strategy)).toEqual(alone)
  })

  it('triggers no trailing stop that the trades have not reached', async () => {
    const trades = [
      trade(-1_000, 100, 10),
      trade(1_000, 95, 10),
      trade(20_000, 110, 10),
      trade(40_000, 112, 10),
    ]
    const strategy: Strategy = ({ bus, orders }) => {
      bus.once('market.trade_tick', () => {
        const stop = { orderType: 'trailing_stop', triggerPrice: '92' } as const
        orders.submit({ symbol: 'X', side: 'sell', quantity: '1', ...stop })
      })
    }
    expect(await told([trades], strategy)).toEqual([])
    expect(await told([trades, bars([[100, 112, 95, 112]])], strategy)).toEqual([])
  })
})
