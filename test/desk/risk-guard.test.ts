import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { riskGuard } from '../../src/desk/risk-guard.ts'
import { d, guardedDesk, keptBus, noon } from './risk-desk.ts'

describe('riskGuard: the size and the value of an order', () => {
  it('lets an order of exactly the largest size pass, and refuses a larger one', () => {
    const desk = guardedDesk({ maxOrderSize: '10' })
    expect(desk.send('buy', '9.999')).toBeUndefined()
    expect(desk.send('sell', '10')).toBeUndefined()
    expect(desk.exceeded()).toEqual([])
    expect(desk.send('buy', '10.0001', { strategyId: 'a', accountId: 'm', venue: 'v' })).toBe(
      'RISK_ORDER_SIZE',
    )
    expect(desk.exceeded()).toEqual(['order_size 10.0001/10 SPX reject_order'])
    const [event] = desk.ofType('risk.limit_exceeded')
    expect(event).toMatchObject({
      source: 'risk-guard',
      data: { symbol: 'SPX', strategyId: 'a', accountId: 'm', venue: 'v', timestamp: noon },
    })
    const submitted = desk.ofType('order.submitted').at(-1)!
    expect(event!.causationId).toBe(submitted.id)
    expect(desk.refusals[0]!.reason).toBe(
      'The limit order_size of SPX is 10 SPX, and 10.0001 is more than that.',
    )
    expect(desk.ofType('order.rejected')).toHaveLength(1)
  })

  it('has limits by symbol, and none for symbols that are not named', () => {
    const desk = guardedDesk({ maxOrderSize: { SPX: d(1), ES: '2' } })
    expect(desk.send('buy', 2)).toBe('RISK_ORDER_SIZE')
    expect(desk.send('buy', 2, { symbol: 'ES' })).toBeUndefined()
    expect(desk.send('buy', 3, { symbol: 'ES' })).toBe('RISK_ORDER_SIZE')
    expect(desk.send('buy', 1_000, { symbol: 'constructor' })).toBeUndefined()
  })

  it('values an order at its limit, its trigger or the mark, with the multiplier', () => {
    const desk = guardedDesk(
      { maxOrderValue: '1000' },
      { positions: { instruments: { ES: { multiplier: d(50) } } } },
    )
    expect(desk.send('buy', 1)).toBe('RISK_NO_PRICE')
    expect(desk.refusals[0]!.reason).toContain('none of SPX is known yet')
    // 10 x 100 = 1,000
    expect(desk.send('buy', 10, { price: d(100) })).toBeUndefined()
    expect(desk.send('buy', 10, { price: d('100.01') })).toBe('RISK_ORDER_VALUE')
    expect(
      desk.send('buy', 10, { orderType: 'stop', triggerPrice: d('100.01'), price: undefined }),
    ).toBe('RISK_ORDER_VALUE')
    desk.mark(250)
    expect(desk.send('buy', 4)).toBeUndefined()
    expect(desk.send('buy', '4.1')).toBe('RISK_ORDER_VALUE')
    // 1 x 21 x 50 = 1,050
    expect(desk.send('buy', 1, { symbol: 'ES', price: d(21) })).toBe('RISK_ORDER_VALUE')
    // Prices below 0: what is bought at -101 is worth as much as at 101.
    expect(desk.send('buy', 10, { price: d(-101) })).toBe('RISK_ORDER_VALUE')
    expect(desk.exceeded()).toEqual([
      'order_value 1000.1/1000 USD reject_order',
      'order_value 1000.1/1000 USD reject_order',
      'order_value 1025/1000 USD reject_order',
      'order_value 1050/1000 USD reject_order',
      'order_value 1010/1000 USD reject_order',
    ])
  })

  it('warns once from 80 % of the limit on, and again after it fell below 72 %', () => {
    const desk = guardedDesk({ maxOrderSize: '100' })
    for (const size of [79, 80, 90, 75, 99, 72, 85]) desk.send('buy', size)
    expect(desk.warnings()).toEqual(['order_size 80/100 SPX none'])
    desk.send('buy', '71.9')
    desk.send('buy', 81)
    expect(desk.warnings()).toEqual(['order_size 80/100 SPX none', 'order_size 81/100 SPX none'])
  })

  it('tells alone, and lets pass, with the action none', () => {
    const desk = guardedDesk({
      maxOrderSize: '10',
      maxOrderValue: '1000',
      maxExposure: '500',
      actions: { order_size: 'none', order_value: 'none', exposure: 'none' },
    })
    expect(desk.send('buy', 11)).toBeUndefined()
    expect(desk.exceeded()).toEqual(['order_size 11/10 SPX none'])
    expect(desk.send('buy', 8, { price: d(126) })).toBeUndefined()
    expect(desk.exceeded()).toEqual(['order_size 11/10 SPX none', 'order_value 1008/1000 USD none'])
  })
})

describe('riskGuard: the size of a position', () => {
  it('counts what is held and what works on the side of the order', () => {
    const desk = guardedDesk({ maxPosition: '10' })
    desk.hold('buy', 4, 100)
    expect(desk.send('buy', 3, { price: d(99) })).toBeUndefined()
    // 4 + 3 + 3 = 10
    expect(desk.send('buy', '3.01')).toBe('RISK_POSITION_SIZE')
    expect(desk.send('buy', 3)).toBeUndefined()
    // Down: 4 - 14 = -10
    expect(desk.send('sell', '14.01', { price: d(101) })).toBe('RISK_POSITION_SIZE')
    expect(desk.send('sell', 14, { price: d(101) })).toBeUndefined()
    expect(desk.send('sell', '0.01')).toBe('RISK_POSITION_SIZE')
    expect(desk.exceeded()).toEqual([
      'position_size 10.01/10 SPX reject_order',
      'position_size 10.01/10 SPX reject_order',
      'position_size 10.01/10 SPX reject_order',
    ])
  })

  it('gives room back when an order ends, and counts a repeated trade once', () => {
    const desk = guardedDesk({ maxPosition: '10' })
    desk.send('buy', 10)
    const id = desk.lastId
    const part = { filledQuantity: d(4), remainingQuantity: d(6), tradeId: 'x' }
    desk.trade({ orderId: id, side: 'buy' }, 4, 100, part)
    desk.trade({ orderId: id, side: 'buy' }, 4, 100, part)
    expect(desk.send('buy', 1)).toBe('RISK_POSITION_SIZE')
    desk.bus.emitSync('order.cancelled', {
      orderId: id,
      symbol: 'SPX',
      timestamp: noon,
      filledQuantity: d(4),
    })
    expect(desk.send('buy', '6.1')).toBe('RISK_POSITION_SIZE')
    expect(desk.send('buy', 6)).toBeUndefined()
    desk.bus.emitSync('order.expired', {
      orderId: desk.lastId,
      symbol: 'SPX',
      timestamp: noon,
      filledQuantity: d(0),
    })
    expect(desk.send('buy', 6)).toBeUndefined()
  })

  it('does not warn twice of an order and its fill', () => {
    const desk = guardedDesk({ maxPosition: '10' })
    desk.send('buy', 9)
    expect(desk.warnings()).toEqual(['position_size 9/10 SPX none'])
    desk.trade({ orderId: desk.lastId, side: 'buy' }, 9, 100)
    expect(desk.warnings()).toHaveLength(1)
    expect(desk.guard.state).toEqual([
      {
        limit: 'position_size',
        symbol: 'SPX',
        value: d(9),
        limitValue: d(10),
        share: 0.9,
        unit: 'SPX',
        action: 'reject_order',
        warned: true,
        exceeded: false,
      },
    ])
    desk.hold('sell', 3, 100)
    desk.send('buy', 3)
    expect(desk.warnings()).toHaveLength(2)
  })

  it('tells of a position that others have made too large, and lets it be reduced alone', () => {
    const desk = guardedDesk({ maxPosition: { SPX: '10' } })
    desk.trade({ orderId: 'elsewhere', side: 'buy' }, 15, 100)
    expect(desk.exceeded()).toEqual(['position_size 15/10 SPX reject_order'])
    expect(desk.send('buy', 1)).toBe('RISK_POSITION_SIZE')
    expect(desk.send('sell', 15)).toBeUndefined()
    expect(desk.send('sell', '10.1')).toBe('RISK_POSITION_SIZE')
    expect(desk.send('sell', 10)).toBeUndefined()
  })

  it('lets a position of the largest size turn into one of the other side', () => {
    const desk = guardedDesk({ maxPosition: '10' })
    desk.hold('buy', 10, 100)
    desk.hold('sell', 20, 100)
    expect(desk.positions.quantity('SPX').toString()).toBe('-10')
    expect(desk.send('buy', 20)).toBeUndefined()
  })

  it('refuses an order that only reduces if it would clear the way for others past the limit', () => {
    const desk = guardedDesk({ maxPosition: '10' })
    desk.hold('buy', 10, 100)
    desk.send('sell', 20)
    // Were the 10 sold first, the 20 would lead to -20.
    expect(desk.send('sell', 10, { reduceOnly: true })).toBe('RISK_POSITION_SIZE')
    expect(desk.exceeded()).toEqual(['position_size 20/10 SPX reject_order'])
  })
})

describe('riskGuard: exposure and leverage', () => {
  it('counts positions at their marks and orders as if they were filled', () => {
    const desk = guardedDesk({ maxExposure: '10000' })
    desk.mark(100)
    desk.mark(10, 'ES')
    desk.hold('buy', 40, 100)
    // 40 x 100 + 200 x 10 = 6,000
    expect(desk.send('sell', 200, { symbol: 'ES' })).toBeUndefined()
    // + 40 x 100 = 10,000
    expect(desk.send('buy', '40.01')).toBe('RISK_EXPOSURE')
    expect(desk.send('buy', 40)).toBeUndefined()
    // Worse on the other side: 40 - 80.1 = -40.1 is less than 80.
    expect(desk.send('sell', '80.1')).toBeUndefined()
    expect(desk.exceeded()).toEqual(['exposure 10001/10000 USD reject_order'])
  })

  it('values orders of symbols without a mark at their own price', () => {
    const desk = guardedDesk({ maxExposure: '1000' })
    expect(desk.send('buy', 1)).toBe('RISK_NO_PRICE')
    expect(desk.send('buy', 6, { price: d(100) })).toBeUndefined()
    expect(desk.send('buy', 5, { price: d(100), symbol: 'ES' })).toBe('RISK_EXPOSURE')
    expect(desk.send('buy', 4, { price: d(100), symbol: 'ES' })).toBeUndefined()
  })

  it('counts no order that only makes a position smaller', () => {
    const desk = guardedDesk({ maxExposure: '1000' })
    desk.mark(100)
    desk.hold('buy', 5, 100)
    desk.mark(10, 'ES')
    desk.send('sell', 5)
    // 500 + 50 x 10 = 1,000
    expect(desk.send('buy', '50.1', { symbol: 'ES' })).toBe('RISK_EXPOSURE')
    expect(desk.send('buy', 50, { symbol: 'ES' })).toBeUndefined()
  })

  it('leaves out what others have sent and what has no price', () => {
    const desk = guardedDesk({ maxExposure: '1000' })
    const { timestamp, symbol } = { timestamp: noon, symbol: 'DAX' }
    const market = { orderType: 'market', timeInForce: 'gtc', side: 'buy' } as const
    desk.bus.emitSync('order.placed', {
      orderId: 'f',
      symbol,
      timestamp,
      quantity: d(5),
      ...market,
    })
    desk.mark(100)
    expect(desk.send('buy', 10)).toBeUndefined()
  })

  it('is warned of, and exceeded, by the market alone, without flapping', () => {
    const desk = guardedDesk({ maxExposure: '1000' })
    desk.mark(79)
    desk.hold('buy', 10, 79)
    for (const price of [80, 79, 81, '72.01', 80]) desk.mark(price)
    expect(desk.warnings()).toEqual(['exposure 800/1000 USD none'])
    for (const price of ['71.9', 80]) desk.mark(price)
    expect(desk.warnings()).toHaveLength(2)
    for (const price of [100, '100.01', 100, 101, 90, 102]) desk.mark(price)
    expect(desk.exceeded()).toEqual(['exposure 1000.1/1000 USD reject_order'])
    // Over below 0.9 of the limit: the warning stands still.
    for (const price of ['89.9', '100.5']) desk.mark(price)
    expect(desk.exceeded()).toHaveLength(2)
    expect(desk.warnings()).toHaveLength(2)
  })

  it('limits exposure to a multiple of the equity', () => {
    const desk = guardedDesk({ maxLeverage: 2 }, { positions: { initialCash: d(1_000) } })
    desk.mark(100)
    expect(desk.send('buy', '20.01')).toBe('RISK_LEVERAGE')
    expect(desk.exceeded()).toEqual(['leverage 2.001/2 x reject_order'])
    desk.hold('buy', 20, 100)
    expect(desk.exceeded()).toHaveLength(1)
    expect(desk.warnings()).toEqual(['leverage 2/2 x none'])
    // 20 x 99 = 1,980 of an equity of 1,000 - 20 = 980, of which twice is 1,960
    desk.mark(99)
    expect(desk.exceeded().at(-1)).toMatch(/^leverage 2\.0204081632653061\d+\/2 x reject_order$/)
    // 20 x 200 = 4,000 of 3,000: a share of 0.67, below 0.72
    desk.mark(200)
    expect(desk.guard.state[0]).toMatchObject({ warned: false, exceeded: false })
    // 20 x 50 = 1,000 of an equity of 0
    desk.mark(50)
    expect(desk.exceeded().at(-1)).toBe('leverage 1000/0 USD reject_order')
    expect(desk.guard.state[0]).toMatchObject({ share: Infinity, exceeded: true })
    desk.mark(45)
    expect(desk.exceeded()).toHaveLength(3)
    expect(desk.send('buy', 1)).toBe('RISK_LEVERAGE')
  })

  it('asks for a price for a limit on leverage, too', () => {
    expect(guardedDesk({ maxLeverage: '3' }).send('buy', 1)).toBe('RISK_NO_PRICE')
  })
})

describe('riskGuard: the rate of orders', () => {
  it('lets as many pass as are allowed within the window', async () => {
    const desk = guardedDesk({ maxOrderRate: { orders: 2, windowMs: 1_000 } })
    expect(desk.send('buy', 1)).toBeUndefined()
    await desk.clock.advanceBy(400)
    expect(desk.send('buy', 1)).toBeUndefined()
    expect(desk.send('buy', 1)).toBe('RISK_ORDER_RATE')
    await desk.clock.advanceBy(599)
    expect(desk.send('buy', 1)).toBe('RISK_ORDER_RATE')
    await desk.clock.advanceBy(1)
    expect(desk.send('buy', 1)).toBeUndefined()
    expect(desk.send('buy', 1)).toBe('RISK_ORDER_RATE')
    expect(desk.exceeded()).toEqual(
      Array.from({ length: 3 }, () => 'order_rate 3/2 orders/s reject_order'),
    )
    expect(desk.warnings()).toEqual(['order_rate 2/2 orders/s none'])
  })

  it('lets what reduces pass, and counts it; names other windows', () => {
    const desk = guardedDesk({ maxOrderRate: { orders: 2, windowMs: 250 } })
    desk.hold('buy', 5, 100)
    desk.send('sell', 1)
    expect(desk.send('sell', 1)).toBeUndefined()
    expect(desk.send('buy', 1)).toBe('RISK_ORDER_RATE')
    expect(desk.exceeded()).toEqual(['order_rate 3/2 orders/250ms reject_order'])
  })
})

describe('riskGuard: options', () => {
  it.each([
    [{ maxOrderSize: 5 }, 'maxOrderSize must be a Decimal above 0'],
    [{ maxOrderSize: { SPX: '0' } }, 'maxOrderSize["SPX"] must be a Decimal above 0'],
    [{ maxOrderValue: '-1' }, 'maxOrderValue must be a Decimal above 0'],
    [{ maxPosition: null }, 'maxPosition must be a Decimal above 0'],
    [{ maxExposure: '1e5' }, 'maxExposure must be a Decimal above 0'],
    [{ maxLeverage: 0 }, 'maxLeverage must be above 0 and finite'],
    [{ maxLeverage: Infinity }, 'maxLeverage must be above 0 and finite'],
    [{ maxDailyLoss: { share: 1 } }, 'no option "share"'],
    [{ maxDailyLoss: { percent: '0' } }, 'maxDailyLoss.percent must be a Decimal above 0'],
    [{ maxDrawdown: 5 }, 'maxDrawdown must be a Decimal above 0'],
    [{ maxOrderRate: { orders: 0, windowMs: 1 } }, 'maxOrderRate.orders must be'],
    [{ maxOrderRate: { orders: 1, windowMs: 0 } }, 'maxOrderRate.windowMs must be more than 0'],
    [{ dayStartMs: 86_400_000 }, 'dayStartMs must be'],
    [{ warnAt: 0 }, 'warnAt must be more than 0'],
    [{ warnAt: 1.1 }, 'warnAt must be more than 0 and at most 1'],
    [{ rearmAt: 2 }, 'rearmAt must be'],
    [{ actions: { order_size: 'reduce' } }, 'actions.order_size must be'],
    [{ actions: { size: 'halt' } }, 'no option "size"'],
    [{ flatten: 1 }, 'flatten must be true or false'],
    [{ flatten: true }, 'flatten needs commands'],
    [{ priority: -1 }, 'priority must be'],
    [{ source: 'a'.repeat(257) }, 'at most 256'],
    [{ source: '' }, 'source must be'],
    [{ maxLoss: '1' }, 'no option "maxLoss"'],
  ])('refuses %j', (options, message) => {
    const { bus, positions } = keptBus()
    const make = () => riskGuard(bus, positions, options as never)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(message)
  })

  it('refuses a loss in percent of no equity', () => {
    const { bus, positions } = keptBus({ positions: { initialCash: d(0) } })
    expect(() => riskGuard(bus, positions, { maxDrawdown: { percent: 5 } })).toThrow(
      'give positionKeeper an initialCash',
    )
    expect(() => riskGuard(bus, positions, { maxDrawdown: '5' })).not.toThrow()
  })

  it('has no limit by default', () => {
    const { bus, positions } = keptBus()
    using guard = riskGuard(bus, positions)
    expect(guard.state).toEqual([])
    expect(guard.equityPeak).toBeUndefined()
  })
})
