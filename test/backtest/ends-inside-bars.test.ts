import type { Desk } from 'tradewire/desk'
import type { SourceEvent, Strategy } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { d, run } from './run-support.ts'

const minuteMs = 60_000

/** A session of X from 14:30 to 21:00 UTC, so many days after Monday, 5 January 2026. */
function session(day: number, open: number, close: number): SourceEvent {
  return {
    type: 'market.new_bar',
    data: {
      symbol: 'X',
      timeframe: '1d',
      openTime: Date.UTC(2026, 0, 5 + day, 14, 30),
      timestamp: Date.UTC(2026, 0, 5 + day, 21),
      open: d(open),
      high: d(Math.max(open, close)),
      low: d(Math.min(open, close)),
      close: d(close),
      volume: d(1_000),
    },
  }
}

/** A trade of Y on Tuesday, at an hour and half of UTC. */
function other(hour: number): SourceEvent {
  const timestamp = Date.UTC(2026, 0, 6, hour, 30)
  const trade = { price: d(90), size: d(1), aggressorSide: 'sell' } as const
  return { type: 'market.trade_tick', data: { symbol: 'Y', timestamp, ...trade } }
}

const sessions = [session(0, 100, 100), session(1, 100, 80), session(2, 80, 80)]

/** Sends an order for X on Monday's close, and acts when Y trades. */
function undone(send: (desk: Desk) => void, act: (desk: Desk) => void): Strategy {
  return (desk) => {
    desk.bus.once('market.new_bar', () => send(desk))
    desk.bus.on('market.trade_tick', () => act(desk))
  }
}

describe('runBacktest on orders that end inside of a bar', () => {
  const send = ({ orders }: Desk): void => {
    orders.buy('X', '10', { orderId: 'a' })
  }

  it('fills a market order at its open, though it was cancelled six hours later', async () => {
    const strategy = undone(send, ({ orders }) => orders.cancel('a'))
    const result = await run({ sources: [sessions, [other(20)]], strategy })
    expect(result.statistics.profit.toFixed()).toBe('-200')
    const { positions, orders, broker, risk } = result.desk
    // Everybody knows of it, and nobody takes the order for one that works.
    expect(positions.quantity('X').toFixed()).toBe('10')
    expect(broker?.positionOf?.('X').toFixed()).toBe('10')
    expect(positions.equity.toFixed()).toBe('99800')
    expect(positions.fillCount).toBe(1)
    expect(orders.open()).toEqual([])
    expect(result.openOrders).toEqual([])
    expect(risk?.halted ?? false).toBe(false)
    expect(result.eventCounts.get('order.cancelled')).toBe(1)
    expect(result.eventCounts.get('order.filled')).toBe(1)
    expect(result.statistics.finalEquity.toFixed()).toBe('99800')
  })

  it('does not fill what was cancelled before its open', async () => {
    const strategy = undone(send, ({ orders }) => orders.cancel('a'))
    const result = await run({ sources: [sessions, [other(13)]], strategy })
    expect(result.statistics.profit.toFixed()).toBe('0')
    expect(result.eventCounts.get('order.filled')).toBeUndefined()
  })

  it('does not let a change undo the open', async () => {
    const strategy = undone(send, ({ orders }) => orders.modify('a', { quantity: '10.001' }))
    const result = await run({ sources: [sessions, [other(20)]], strategy })
    // 10 at 100, and the rest at the close of 80.
    expect(result.statistics.profit.toFixed()).toBe('-200')
    expect(result.desk.positions.quantity('X').toFixed()).toBe('10.001')
  })

  it('fills a limit that expires in the middle of a bar at the open that it had', async () => {
    const expiring = ({ orders }: Desk): void => {
      const expireTime = Date.UTC(2026, 0, 6, 18)
      orders.buy('X', '10', { price: '101', timeInForce: 'gtd', expireTime })
    }
    const result = await run({ sources: [sessions], strategy: undone(expiring, () => {}) })
    expect(result.eventCounts.get('order.expired')).toBe(1)
    expect(result.statistics.profit.toFixed()).toBe('-200')
  })

  it('counts it in the limits of the guard from then on', async () => {
    const codes: (string | undefined)[] = []
    const strategy: Strategy = (desk) => {
      void undone(send, ({ orders }) => orders.cancel('a'))(desk)
      desk.bus.on('order.rejected', ({ data }) => codes.push(data.code))
      desk.bus.on('order.filled', () => desk.orders.buy('X', '1'))
    }
    const desk = { risk: { maxPosition: '10' } }
    await run({ sources: [sessions, [other(20)]], strategy, desk })
    expect(codes).toEqual(['RISK_POSITION_SIZE'])
  })
})

describe('runBacktest on a stop that is cancelled and sent again at each bar', () => {
  const closes = [100, 100, 100, 100, 98, 90, 80, 60]
  const falling = closes.map((close, index): SourceEvent => {
    const open = closes[Math.max(0, index - 1)]!
    return {
      type: 'market.new_bar',
      data: {
        symbol: 'X',
        timeframe: '1m',
        openTime: index * minuteMs,
        timestamp: (index + 1) * minuteMs,
        open: d(open),
        high: d(Math.max(open, close)),
        low: d(Math.min(open, close)),
        close: d(close),
        volume: d(1_000),
      },
    }
  })

  it.each([
    [0, 95],
    // What lies inside a bar in which the stop was replaced is not known: it is hit at the next open.
    [20, 90],
  ])('is hit with a latency of %i ms', async (latencyMs, price) => {
    const sold: string[] = []
    const strategy: Strategy = ({ bus, orders, positions }) => {
      let stop = 0
      bus.on('market.new_bar', (bar) => {
        if (bar.data.timestamp === minuteMs) orders.buy('X', '1', { cause: bar })
        if (!positions.quantity('X').gt(0)) return
        if (stop > 0) orders.cancel(`s${stop}`, { cause: bar })
        stop += 1
        const terms = { triggerPrice: '95', reduceOnly: true, orderId: `s${stop}` } as const
        orders.sell('X', '1', { ...terms, cause: bar })
      })
      bus.on('order.filled', ({ data }) => {
        if (data.side === 'sell') sold.push(data.lastPrice.toFixed())
      })
    }
    const desk = { broker: paperBroker({ latencyMs }) }
    const result = await run({ sources: [falling], strategy, desk })
    expect(sold).toEqual([String(price)])
    expect(result.desk.positions.quantity('X').isZero()).toBe(true)
  })
})
