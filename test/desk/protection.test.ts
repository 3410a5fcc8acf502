import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { protect, type ProtectionOptions } from '../../src/desk/protection.ts'
import { d, keptBus, noon } from './risk-desk.ts'

function protectedDesk(options: ProtectionOptions) {
  const desk = keptBus()
  const { bus, clock, trade, ofType } = desk
  const protection = protect(
    bus,
    desk.positions,
    (order, { cause }) => {
      bus.emitSync('order.submitted', { ...order, timestamp: clock.now() }, { cause })
    },
    options,
  )
  let count = 0
  const hold = (side: 'buy' | 'sell', quantity: number, price: number, more = {}): void => {
    count += 1
    trade({ orderId: `o${count}`, side, ...more }, quantity, price, more)
  }
  const bar = (
    [open, high, low, close]: readonly [number, number, number, number],
    { openTime = clock.now(), span = 60_000, symbol = 'SPX', timeframe = '1m' } = {},
  ) =>
    bus.emitSync('market.new_bar', {
      symbol,
      timeframe,
      openTime,
      timestamp: openTime + span,
      open: d(open),
      high: d(high),
      low: d(low),
      close: d(close),
      volume: d(1),
    })
  const quote = (bid: number, ask: number, sizes: readonly [number, number] = [1, 1]) =>
    bus.emitSync('market.quote_update', {
      symbol: 'SPX',
      timestamp: clock.now(),
      bidPrice: d(bid),
      bidSize: d(sizes[0]),
      askPrice: d(ask),
      askSize: d(sizes[1]),
    })
  const data = (values: { last?: number; markPrice?: number }) =>
    bus.emitSync('market.data_update', {
      symbol: 'SPX',
      timestamp: clock.now(),
      ...(values.last !== undefined && { last: d(values.last) }),
      ...(values.markPrice !== undefined && { markPrice: d(values.markPrice) }),
    })
  /** What was triggered, as `stop trigger/last by`. */
  const triggered = (): string[] =>
    desk.events.flatMap((event) => {
      if (
        event.type !== 'risk.stop_loss_triggered' &&
        event.type !== 'risk.take_profit_triggered'
      ) {
        return []
      }
      const { triggerPrice, lastPrice, triggeredBy } = event.data
      const name = event.type === 'risk.stop_loss_triggered' ? 'stop' : 'profit'
      return [`${name} ${triggerPrice.toString()}/${lastPrice.toString()} ${triggeredBy}`]
    })
  const sent = (): string[] =>
    ofType('order.submitted').map(
      ({ data: { orderId, side, quantity } }) => `${orderId} ${side} ${quantity.toString()}`,
    )
  const fail = (
    type: 'order.rejected' | 'order.cancelled' | 'order.expired',
    orderId: string,
  ): void => {
    const order = { orderId, symbol: 'SPX', timestamp: noon }
    if (type === 'order.rejected') bus.emitSync(type, { ...order, reason: 'busy' })
    else bus.emitSync(type, { ...order, filledQuantity: d(0) })
  }
  return { ...desk, protection, hold, bar, quote, data, triggered, sent, fail }
}

describe('protect: levels', () => {
  it.each([
    // Rules of a position entered at 200, the price that is not yet there, and the one that is.
    ['buy', { stopLoss: { price: '190' } }, '190.0001', '190', 'stop 190/190 last'],
    ['buy', { stopLoss: { percent: 2.5 } }, '195.0001', '194', 'stop 195/194 last'],
    ['buy', { stopLoss: { distance: '3' } }, '197.0001', '197', 'stop 197/197 last'],
    ['buy', { takeProfit: { price: d(210) } }, '209.9999', '210', 'profit 210/210 last'],
    ['buy', { takeProfit: { percent: '10' } }, '219.9999', '221', 'profit 220/221 last'],
    ['buy', { takeProfit: { distance: '0.5' } }, '200.4999', '200.5', 'profit 200.5/200.5 last'],
    ['sell', { stopLoss: { price: '210' } }, '209.9999', '210', 'stop 210/210 last'],
    ['sell', { stopLoss: { percent: 2.5 } }, '204.9999', '205', 'stop 205/205 last'],
    ['sell', { stopLoss: { distance: '3' } }, '202.9999', '203', 'stop 203/203 last'],
    ['sell', { takeProfit: { percent: 10 } }, '180.0001', '180', 'profit 180/180 last'],
    ['sell', { takeProfit: { distance: '0.5' } }, '199.5001', '199.5', 'profit 199.5/199.5 last'],
  ] as const)('%s %j', (side, rules, before, at, expected) => {
    const desk = protectedDesk(rules)
    desk.hold(side, 2, 200)
    desk.mark(before)
    expect(desk.triggered()).toEqual([])
    desk.mark(at)
    expect(desk.triggered()).toEqual([expected])
    const label = expected.startsWith('stop') ? 'stop-loss' : 'take-profit'
    expect(desk.sent()).toEqual([`-/-/SPX#1:${label}:1 ${side === 'buy' ? 'sell' : 'buy'} 2`])
  })

  it('sends an order that may only reduce, because of the event that tells of it', () => {
    const desk = protectedDesk({ stopLoss: { distance: '1' } })
    desk.hold('buy', 1, 100, { accountId: 'm', strategyId: 's', venue: 'v' })
    const tick = desk.mark(99)
    const [told] = desk.ofType('risk.stop_loss_triggered')
    const [order] = desk.ofType('order.submitted')
    expect(told).toMatchObject({
      source: 'protection',
      causationId: tick.id,
      data: {
        positionId: 'm/s/SPX#1',
        orderId: 'm/s/SPX#1:stop-loss:1',
        venue: 'v',
        symbol: 'SPX',
      },
    })
    expect(order!.causationId).toBe(told!.id)
    expect(order!.data).toMatchObject({
      accountId: 'm',
      strategyId: 's',
      venue: 'v',
      orderType: 'market',
      reduceOnly: true,
      timeInForce: 'gtc',
    })
  })

  it('has rules by symbol in place of those for all', () => {
    const desk = protectedDesk({
      stopLoss: { distance: '5' },
      symbols: { ES: { takeProfit: { distance: '1' } }, NQ: {} },
    })
    for (const symbol of ['SPX', 'ES', 'NQ']) desk.hold('buy', 1, 100, { symbol })
    expect(desk.protection.state).toEqual([
      { positionId: '-/-/SPX#1', symbol: 'SPX', stopPrice: d(95) },
      { positionId: '-/-/ES#2', symbol: 'ES', targetPrice: d(101) },
    ])
    for (const symbol of ['ES', 'NQ']) desk.mark(50, symbol)
    expect(desk.triggered()).toEqual([])
  })

  it('follows the average entry price', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, takeProfit: { percent: 10 } })
    desk.hold('buy', 1, 100)
    desk.hold('buy', 1, 120)
    expect(desk.protection.state).toMatchObject([{ stopPrice: d(105), targetPrice: d(121) }])
    desk.hold('sell', 1, 130)
    expect(desk.protection.state).toMatchObject([{ stopPrice: d(105), targetPrice: d(121) }])
    const short = protectedDesk({ stopLoss: { distance: '5' } })
    short.hold('sell', 1, 100)
    short.hold('sell', 1, 90)
    expect(short.protection.state).toMatchObject([{ stopPrice: d(100) }])
    const trailing = protectedDesk({ stopLoss: { trailingDistance: '5' } })
    trailing.hold('buy', 1, 100)
    trailing.mark(110)
    trailing.hold('buy', 1, 120)
    expect(trailing.protection.state).toMatchObject([{ stopPrice: d(105), bestPrice: d(110) }])
    const target = protectedDesk({ stopLoss: { price: '90' } })
    target.hold('buy', 1, 100)
    target.hold('buy', 1, 120)
    expect(target.protection.state).toMatchObject([{ stopPrice: d(90) }])
    const profit = protectedDesk({ takeProfit: { distance: '10' } })
    profit.hold('buy', 1, 100)
    profit.hold('buy', 1, 120)
    expect(profit.protection.state).toMatchObject([{ targetPrice: d(120) }])
  })

  it('knows prices below 0', () => {
    const desk = protectedDesk({ stopLoss: { percent: 10 }, takeProfit: { price: '-30' } })
    desk.hold('buy', 1, -40)
    expect(desk.protection.state).toMatchObject([{ stopPrice: d(-44), targetPrice: d(-30) }])
    desk.mark('-43.99')
    desk.mark(-44)
    expect(desk.triggered()).toEqual(['stop -44/-44 last'])
  })
})

describe('protect: trailing stops', () => {
  it('follows a long position up, and never back', () => {
    const desk = protectedDesk({ stopLoss: { trailingDistance: '10' } })
    desk.hold('buy', 1, 100)
    for (const price of [95, 105, 100, '120.3', '120.3', '110.4']) desk.mark(price)
    expect(desk.protection.state).toMatchObject([{ stopPrice: d('110.3'), bestPrice: d('120.3') }])
    expect(desk.triggered()).toEqual([])
    desk.mark('110.3')
    expect(desk.triggered()).toEqual(['stop 110.3/110.3 last'])
  })

  it('follows a short position down', () => {
    const desk = protectedDesk({ stopLoss: { trailingPercent: '5' } })
    desk.hold('sell', 1, 100)
    for (const price of [104, 90, 94, 80, '83.9']) desk.mark(price)
    expect(desk.triggered()).toEqual([])
    desk.mark(84)
    expect(desk.triggered()).toEqual(['stop 84/84 last'])
  })

  it('starts at the entry price', () => {
    const desk = protectedDesk({ stopLoss: { trailingPercent: 10 } })
    desk.hold('buy', 1, 100)
    desk.mark('90.01')
    desk.mark(90)
    expect(desk.triggered()).toEqual(['stop 90/90 last'])
  })

  it('is moved by the high of a bar after its low was compared, and then compared with the close', () => {
    const desk = protectedDesk({ stopLoss: { trailingDistance: '10' } })
    desk.hold('buy', 1, 100)
    // The low may have been before the high: 118 - 10 = 108 counts for the close alone.
    desk.bar([100, 118, 95, 110])
    expect(desk.triggered()).toEqual([])
    desk.bar([110, 125, 109, 115])
    expect(desk.triggered()).toEqual(['stop 115/115 last'])
  })

  it('does not close at the low of a bar that came before its high, for a short one neither', () => {
    const desk = protectedDesk({ stopLoss: { trailingDistance: '10' } })
    desk.hold('sell', 1, 100)
    desk.bar([100, 105, 82, 91])
    expect(desk.protection.state).toMatchObject([{ stopPrice: d(92), bestPrice: d(82) }])
    desk.bar([91, 92, 90, 90])
    expect(desk.triggered()).toEqual(['stop 92/92 last'])
  })
})

describe('protect: bars', () => {
  it('triggers by the range, the stop loss before the profit', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, takeProfit: { distance: '5' } })
    desk.hold('buy', 1, 100)
    desk.bar([100, 104.9, 95.1, 100])
    expect(desk.triggered()).toEqual([])
    desk.bar([100, 106, 94, 100])
    expect(desk.triggered()).toEqual(['stop 95/94 last'])
    const short = protectedDesk({ takeProfit: { distance: '5' } })
    short.hold('sell', 1, 100)
    short.bar([100, 106, 94, 100])
    expect(short.triggered()).toEqual(['profit 95/94 last'])
  })

  it('triggers by the close alone without useBarRange', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, useBarRange: false })
    desk.hold('buy', 1, 100)
    desk.bar([100, 106, 94, 100])
    expect(desk.triggered()).toEqual([])
    desk.bar([100, 106, 94, 95])
    expect(desk.triggered()).toEqual(['stop 95/95 last'])
  })

  it('counts no profit that may have been before the position', () => {
    const desk = protectedDesk({
      takeProfit: { distance: '5' },
      stopLoss: { trailingDistance: '9' },
    })
    desk.hold('buy', 1, 100)
    const openTime = noon - 30_000
    desk.bar([95, 120, 92, 104], { openTime })
    expect(desk.protection.state).toMatchObject([{ bestPrice: d(104) }])
    desk.bar([97, 120, 96, 105], { openTime })
    expect(desk.triggered()).toEqual(['profit 105/105 last'])
  })

  it.each([true, false])('is not moved by a bar before the position (range: %s)', (useBarRange) => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, useBarRange })
    desk.hold('buy', 1, 100)
    desk.bar([90, 120, 50, 60], { openTime: noon - 90_000 })
    expect(desk.triggered()).toEqual([])
  })

  it.each([
    ['1d', 23 * 3_600_000, 24 * 3_600_000],
    ['1M', 28 * 86_400_000, 31 * 86_400_000],
    ['5m', 240_000, 300_000],
    ['30m', 60_000, 1_800_000],
  ])(
    'goes on with bars of %s after one that was shorter than the others',
    (timeframe, one, all) => {
      const desk = protectedDesk({ stopLoss: { distance: '5' } })
      desk.bar([100, 101, 99, 100], { timeframe, span: one })
      desk.hold('buy', 1, 100)
      desk.bar([100, 101, 95, 100], { timeframe, span: all })
      expect(desk.triggered()).toEqual(['stop 95/95 last'])
    },
  )

  it.each([
    ['59s', '1m'],
    ['1m', '2m'],
    ['59m', '1h'],
    ['23h', '1d'],
    ['6d', '1w'],
    ['4w', '1M'],
  ])('knows that bars of %s are shorter than those of %s', (short, long) => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100)
    desk.bar([100, 101, 99, 100], { timeframe: short })
    desk.bar([100, 101, 50, 100], { timeframe: long })
    expect(desk.triggered()).toEqual([])
    const other = protectedDesk({ stopLoss: { distance: '5' } })
    other.hold('buy', 1, 100)
    other.bar([100, 101, 99, 100], { timeframe: long })
    other.bar([100, 101, 50, 100], { timeframe: short })
    expect(other.triggered()).toEqual(['stop 95/50 last'])
  })

  it('listens to the shortest bars, to trades rather than bars, and to quotes rather than trades', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100)
    desk.bar([100, 101, 99, 100])
    desk.bar([100, 101, 50, 100], { span: 3_600_000, timeframe: '1h' })
    expect(desk.triggered()).toEqual([])
    desk.mark(99)
    desk.bar([100, 101, 50, 100])
    desk.data({ last: 50 })
    expect(desk.triggered()).toEqual([])
    desk.quote(99, 100)
    desk.mark(50)
    expect(desk.triggered()).toEqual([])
    desk.quote(95, 100)
    expect(desk.triggered()).toEqual(['stop 95/95 bid'])
  })
})

describe('protect: the price that is watched', () => {
  it('is the ask for a short position, and no side without a size', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('sell', 1, 100)
    desk.quote(105, 104)
    desk.quote(100, 106, [1, 0])
    expect(desk.triggered()).toEqual([])
    desk.quote(100, 106)
    expect(desk.triggered()).toEqual(['stop 105/106 ask'])
    const long = protectedDesk({ stopLoss: { distance: '5' } })
    long.hold('buy', 1, 100)
    long.quote(90, 100, [0, 1])
    expect(long.triggered()).toEqual([])
  })

  it('takes quotes of a feed that tells no sizes', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100)
    desk.quote(95, 96, [0, 0])
    expect(desk.triggered()).toEqual(['stop 95/95 bid'])
  })

  it.each(['last', 'mark', 'bid', 'ask'] as const)('is %s alone if that is asked for', (by) => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, triggeredBy: by })
    desk.hold('buy', 1, 100)
    const acts = {
      last: () => desk.data({ last: 94 }),
      mark: () => desk.data({ markPrice: 94 }),
      bid: () => desk.quote(94, 100),
      ask: () => desk.quote(100, 94),
    }
    for (const [name, act] of Object.entries(acts)) if (name !== by) act()
    expect(desk.triggered()).toEqual([])
    acts[by]()
    expect(desk.triggered()).toEqual([`stop 95/94 ${by}`])
  })
})

describe('protect: prices that are stale', () => {
  const minute = 60_000

  it('takes trades again a minute after the last quote', async () => {
    const desk = protectedDesk({ stopLoss: { percent: 5 } })
    desk.quote(100, 101)
    desk.hold('buy', 1, 100)
    await desk.clock.advanceBy(minute)
    desk.mark(50)
    expect(desk.triggered()).toEqual([])
    await desk.clock.advanceBy(1)
    desk.mark(99)
    desk.quote(99, 100)
    desk.mark(50)
    expect(desk.triggered()).toEqual([])
    await desk.clock.advanceBy(minute + 1)
    desk.mark(95)
    expect(desk.triggered()).toEqual(['stop 95/95 last'])
  })

  it('takes a summary again', async () => {
    const desk = protectedDesk({ stopLoss: { percent: 5 } })
    desk.hold('buy', 1, 100)
    desk.mark(100)
    await desk.clock.advanceBy(minute + 1)
    desk.data({ last: 95 })
    expect(desk.triggered()).toEqual(['stop 95/95 last'])
  })

  it.each(['quote', 'mark'] as const)(
    'takes a bar in which the last %s came by its close',
    async (last) => {
      const act = (desk: ReturnType<typeof protectedDesk>) =>
        last === 'quote' ? desk.quote(100, 101) : desk.mark(100)
      const desk = protectedDesk({ stopLoss: { distance: '5' } })
      desk.hold('buy', 1, 100)
      await desk.clock.advanceBy(1)
      act(desk)
      const bar = { span: 5 * minute, timeframe: '5m' }
      desk.bar([100, 101, 50, 96], { ...bar, openTime: noon })
      expect(desk.triggered()).toEqual([])
      desk.bar([96, 97, 95, 96], { ...bar, openTime: noon + 5 * minute })
      expect(desk.triggered()).toEqual(['stop 95/95 last'])
    },
  )

  it('takes longer bars once the shorter ones were due, and a minute', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100)
    desk.bar([100, 100, 96, 100], { span: 5 * minute, timeframe: '5m' })
    const hour = { timeframe: '1h', openTime: noon }
    desk.bar([100, 101, 50, 50], { ...hour, span: 11 * minute })
    desk.bar([100, 101, 50, 96], { ...hour, span: 11 * minute + 1 })
    expect(desk.triggered()).toEqual([])
    const day = { timeframe: '1d', openTime: noon }
    desk.bar([100, 101, 50, 50], { ...day, span: 12 * minute })
    expect(desk.triggered()).toEqual([])
    desk.bar([100, 101, 95, 96], { ...hour, openTime: noon + 60 * minute })
    expect(desk.triggered()).toEqual(['stop 95/95 last'])
  })

  it('has another limit, or none', async () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, staleAfterMs: 0 })
    desk.hold('buy', 1, 100)
    desk.quote(100, 101)
    desk.mark(50)
    expect(desk.triggered()).toEqual([])
    await desk.clock.advanceBy(1)
    desk.mark(50)
    expect(desk.triggered()).toEqual(['stop 95/50 last'])
    const never = protectedDesk({ stopLoss: { distance: '5' }, staleAfterMs: Infinity })
    never.hold('buy', 1, 100)
    never.mark(96)
    never.quote(96, 101)
    await never.clock.advanceBy(86_400_000)
    never.mark(50)
    expect(never.triggered()).toEqual([])
    const first = protectedDesk({ stopLoss: { distance: '5' }, staleAfterMs: Infinity })
    first.hold('buy', 1, 100)
    first.mark(95)
    expect(first.triggered()).toEqual(['stop 95/95 last'])
  })
})

describe('protect: prices of several venues', () => {
  const names = { symbol: 'SPX', timestamp: noon }
  const prices = (desk: ReturnType<typeof protectedDesk>, venue: string | undefined) => {
    const of = { ...names, ...(venue !== undefined && { venue }) }
    const size = d(1)
    return {
      trade: (price: number) =>
        desk.bus.emitSync('market.trade_tick', {
          ...of,
          price: d(price),
          size,
          aggressorSide: 'none',
        }),
      last: (price: number) => desk.bus.emitSync('market.data_update', { ...of, last: d(price) }),
      quote: (price: number) =>
        desk.bus.emitSync('market.quote_update', {
          ...of,
          bidPrice: d(price),
          bidSize: size,
          askPrice: d(price + 1),
          askSize: size,
        }),
      bar: (price: number, timeframe = '1m') =>
        desk.bus.emitSync('market.new_bar', {
          ...of,
          timeframe,
          openTime: noon,
          timestamp: noon + 60_000,
          open: d(price),
          high: d(price),
          low: d(price),
          close: d(price),
          volume: size,
        }),
    }
  }

  it('takes those of the venue of the position, or of none, alone', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100, { venue: 'here' })
    const there = prices(desk, 'there')
    there.bar(50)
    there.trade(50)
    there.last(50)
    there.quote(50)
    expect(desk.triggered()).toEqual([])
    // What comes from elsewhere outranks nothing.
    prices(desk, 'here').trade(95.5)
    prices(desk, 'here').bar(95.5)
    expect(desk.triggered()).toEqual([])
    prices(desk, 'here').trade(95)
    expect(desk.triggered()).toEqual(['stop 95/95 last'])
    const other = protectedDesk({ stopLoss: { distance: '5' } })
    other.hold('buy', 1, 100, { venue: 'here' })
    prices(other, 'there').bar(50, '1s')
    prices(other, 'here').bar(94)
    expect(other.triggered()).toEqual(['stop 95/94 last'])
  })

  it('takes those of any venue for a position of none, by what tells most', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 1, 100)
    prices(desk, 'a').quote(96)
    prices(desk, 'b').trade(50)
    expect(desk.triggered()).toEqual([])
    prices(desk, 'b').quote(95)
    expect(desk.triggered()).toEqual(['stop 95/95 bid'])
  })
})

describe('protect: closing orders', () => {
  it('sends one at a time, and another one if it fails, whatever the next price is', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 2, 100)
    desk.mark(95)
    desk.mark(94)
    desk.bar([95, 95, 90, 91])
    expect(desk.sent()).toHaveLength(1)
    desk.fail('order.rejected', '-/-/SPX#1:stop-loss:1')
    expect(desk.sent()).toHaveLength(1)
    desk.mark(99)
    expect(desk.triggered().at(-1)).toBe('stop 95/99 last')
    desk.fail('order.cancelled', '-/-/SPX#1:stop-loss:2')
    desk.fail('order.cancelled', 'another')
    desk.mark(99)
    expect(desk.sent().at(-1)).toBe('-/-/SPX#1:stop-loss:3 sell 2')
    expect(desk.protection.state).toMatchObject([{ reached: 'stop-loss' }])
  })

  it('tries again on a bar, too, and gives up after so many attempts', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' }, attempts: 2 })
    desk.hold('buy', 2, 100)
    for (let count = 1; count <= 4; count += 1) {
      desk.bar([95, 95, 90, 91])
      desk.fail('order.expired', `-/-/SPX#1:stop-loss:${count}`)
    }
    expect(desk.sent()).toHaveLength(2)
    expect(desk.ofType('system.warning').map(({ data, source }) => [data.code, source])).toEqual([
      ['closing_failed', 'protection'],
    ])
  })

  it('closes what is left once its order is filled', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 2, 100)
    desk.mark(95)
    desk.hold('buy', 1, 95)
    const order = { orderId: '-/-/SPX#1:stop-loss:1', side: 'sell' } as const
    desk.trade(order, 1, 95, { remainingQuantity: d(1) })
    desk.mark(94)
    expect(desk.sent()).toHaveLength(1)
    desk.trade(order, 1, 95)
    desk.mark(94)
    expect(desk.sent().at(-1)).toBe('-/-/SPX#1:stop-loss:2 sell 1')
  })

  it('is disarmed when the position is closed otherwise, and begins anew with the next one', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 2, 100)
    desk.hold('sell', 2, 101)
    desk.mark(50)
    expect(desk.sent()).toEqual([])
    desk.hold('buy', 2, 100)
    desk.mark(95)
    // Closed while the order works: that concerns nobody any more.
    desk.hold('sell', 2, 95)
    desk.fail('order.cancelled', '-/-/SPX#2:stop-loss:1')
    desk.mark(90)
    expect(desk.sent()).toEqual(['-/-/SPX#2:stop-loss:1 sell 2'])
  })

  it('is armed with the new entry price when a position turns', () => {
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    desk.hold('buy', 2, 100)
    desk.hold('sell', 5, 110)
    expect(desk.protection.state).toEqual([
      { positionId: '-/-/SPX#2', symbol: 'SPX', stopPrice: d(115) },
    ])
    desk.mark(115)
    expect(desk.sent()).toEqual(['-/-/SPX#2:stop-loss:1 buy 3'])
  })

  it('tries again after submit has thrown', () => {
    const { bus, positions, trade, mark, ofType, errors, events } = keptBus()
    let broken = true
    protect(
      bus,
      positions,
      (order) => {
        if (broken) throw new Error('broken')
        bus.emitSync('order.submitted', { ...order, timestamp: noon })
      },
      { stopLoss: { distance: '5' } },
    )
    trade({ orderId: 'a', side: 'buy' }, 1, 100)
    mark(95)
    broken = false
    mark(95)
    expect(ofType('order.submitted').map(({ data }) => data.orderId)).toEqual([
      '-/-/SPX#1:stop-loss:2',
    ])
    expect(ofType('system.error').map(({ data }) => data.message)).toEqual(['broken'])
    // Expected here.
    events.length = 0
    errors.length = 0
  })
})

describe('protect', () => {
  it('watches positions that are open already', () => {
    const { bus, positions, trade, mark, ofType } = keptBus()
    trade({ orderId: 'a', side: 'buy' }, 1, 100)
    const sent: string[] = []
    protect(bus, positions, ({ orderId }) => sent.push(orderId), { stopLoss: { distance: '5' } })
    mark(95)
    expect(sent).toEqual(['-/-/SPX#1:stop-loss:1'])
    expect(ofType('risk.stop_loss_triggered')).toHaveLength(1)
  })

  it('does nothing without rules, once it is closed, and on a closed bus', async () => {
    const bare = protectedDesk({})
    bare.hold('buy', 1, 100)
    expect(bare.protection.state).toEqual([])
    const desk = protectedDesk({ stopLoss: { distance: '5' } })
    const before = desk.bus.handlerCount()
    desk.hold('buy', 1, 100)
    desk.protection[Symbol.dispose]()
    expect(desk.bus.handlerCount()).toBe(before - 5)
    desk.mark(90)
    expect(desk.sent()).toEqual([])
    const closing = protectedDesk({ stopLoss: { distance: '5' } })
    closing.hold('buy', 1, 100)
    // An event that is held while the bus closes is dispatched on the closed bus.
    const gate = Promise.withResolvers<void>()
    closing.bus.hold(() => gate.promise)
    closing.mark(90)
    const closed = closing.bus.close()
    gate.resolve()
    await closed
    expect(closing.ofType('market.trade_tick')).toHaveLength(1)
    expect(closing.sent()).toEqual([])
  })

  it.each([
    [{ stopLoss: {} }, 'stopLoss needs exactly one of: price, percent, distance'],
    [{ stopLoss: { price: '1', percent: 2 } }, 'stopLoss needs exactly one of'],
    [{ takeProfit: { trailingPercent: 1 } }, 'takeProfit has no option "trailingPercent"'],
    [{ stopLoss: { percent: 0 } }, 'stopLoss.percent must be above 0'],
    [{ stopLoss: { price: 100 } }, 'stopLoss.price must be a Decimal or a decimal string'],
    [{ stopLoss: { distance: '-1' } }, 'stopLoss.distance must be a Decimal above 0'],
    [{ symbols: { SPX: { stop: 1 } } }, 'symbols["SPX"] has no option "stop"'],
    [{ symbols: [] }, 'options of symbols must be an object'],
    [{ symbols: { SPX: { takeProfit: { percent: '' } } } }, 'symbols["SPX"].takeProfit.percent'],
    [{ triggeredBy: 'mid' }, 'triggeredBy must be last, mark, bid or ask'],
    [{ useBarRange: 1 }, 'useBarRange must be true or false'],
    [{ attempts: 0 }, 'attempts must be'],
    [{ priority: 0.5 }, 'priority must be'],
    [{ staleAfterMs: -1 }, 'staleAfterMs must be a finite number of at least 0'],
    [{ source: '' }, 'source must be'],
    [{ trailing: 1 }, 'no option "trailing"'],
  ])('refuses %j', (options, message) => {
    const make = () => protectedDesk(options as never)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(message)
  })

  it('refuses what cannot submit', () => {
    const { bus, positions } = keptBus()
    expect(() => protect(bus, positions, undefined as never)).toThrow('submit must be a function')
  })
})
