import { ConfigurationError, createBus, Decimal } from 'tradewire'
import { paperBroker, startDesk } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { noon, quietBus, silentBroker, silentDesk, trade } from './desk-support.ts'

const one = { orderId: 'a', symbol: 'SPX', side: 'buy', quantity: '1' } as const

describe('startDesk', () => {
  it('hands an order that anybody submits to the broker, which answers by events', () => {
    const { bus, types } = quietBus()
    const desk = startDesk(bus, {
      broker: paperBroker(),
      positions: { pnlIntervalMs: Infinity },
    })
    bus.emitSync('order.submitted', {
      ...one,
      quantity: new Decimal(1),
      orderType: 'market',
      timeInForce: 'gtc',
      timestamp: noon,
    })
    trade(bus, '10')
    expect(types()).toEqual([
      'order.submitted',
      'order.placed',
      'order.filled',
      'position.opened',
      'market.trade_tick',
    ])
    expect(desk.positions.quantity('SPX').toFixed()).toBe('1')
    expect([desk.bus, desk.clock]).toEqual([bus, bus.clock])
    expect([desk.risk, desk.protection]).toEqual([undefined, undefined])
  })

  it('lets nobody answer without a broker', () => {
    const { bus, types } = quietBus()
    const desk = startDesk(bus)
    desk.orders.submit(one)
    expect(types()).toEqual(['order.submitted'])
    expect(desk.broker).toBeUndefined()
    expect(desk.orders.get('a')?.status).toBe('submitted')
  })

  it('keeps from the broker what the guard refuses, and says so because of the submission', () => {
    const { desk, events, commands } = silentDesk({ risk: { maxOrderSize: '2' } })
    const submitted = desk.orders.submit({
      ...one,
      quantity: '2.5',
      strategyId: 's',
      accountId: 'x',
      venue: 'v',
    })
    desk.orders.submit({ ...one, orderId: 'b' })
    const rejected = events.find(({ type }) => type === 'order.rejected')
    expect(rejected).toMatchObject({ source: 'risk-guard', causationId: submitted.id })
    expect(rejected?.data).toEqual({
      orderId: 'a',
      symbol: 'SPX',
      strategyId: 's',
      accountId: 'x',
      venue: 'v',
      timestamp: noon,
      code: 'RISK_ORDER_SIZE',
      reason: expect.stringContaining('order_size') as string,
    })
    expect(commands).toEqual(['submit b 1'])
    expect(desk.orders.open().map(({ terms }) => terms.orderId)).toEqual(['b'])
  })

  it('names a refused order by the id of the venue, if it has one', () => {
    const { bus, events } = silentDesk({ risk: { maxOrderSize: '2' } })
    const terms = { ...one, orderType: 'market', timeInForce: 'gtc', timestamp: noon } as const
    bus.emitSync('order.submitted', { ...terms, quantity: new Decimal(3), venueOrderId: 'v1' })
    const rejected = events.find(({ type }) => type === 'order.rejected')
    expect(rejected?.data).toMatchObject({ orderId: 'a', venueOrderId: 'v1' })
  })

  it('rejects by the source that the guard is given', () => {
    const { desk, events } = silentDesk({ risk: { maxOrderSize: '2', source: 'limits' } })
    desk.orders.submit({ ...one, quantity: '3' })
    expect(events.find(({ type }) => type === 'order.rejected')?.source).toBe('limits')
  })

  it('cancels what works when the guard flattens', () => {
    const { desk, commands } = silentDesk({ risk: { maxOrderSize: '2', flatten: true } })
    desk.orders.submit({ ...one, price: '9' })
    desk.risk?.halt('enough')
    expect(commands).toEqual(['submit a 1', 'cancel a'])
  })

  it('flattens without a broker, in vain', () => {
    const { bus } = quietBus()
    const desk = startDesk(bus, { risk: { maxOrderSize: '2', flatten: true } })
    desk.orders.submit({ ...one, price: '9' })
    desk.risk?.halt('enough')
    expect(desk.orders.open()).toHaveLength(1)
  })

  it('submits the orders of the protection, because of the price that has led to them', () => {
    const { bus, events } = quietBus()
    const desk = startDesk(bus, {
      broker: paperBroker(),
      protection: { stopLoss: { percent: 10 } },
    })
    desk.orders.submit(one)
    trade(bus, '100')
    trade(bus, '90')
    const closing = events.findLast(({ type }) => type === 'order.submitted')
    const triggered = events.find(({ type }) => type === 'risk.stop_loss_triggered')
    expect(closing).toMatchObject({ source: 'protection', causationId: triggered?.id })
    expect(closing?.data).toMatchObject({ side: 'sell', symbol: 'SPX', timestamp: noon })
    // The stop is a market order: it trades with the next trade.
    trade(bus, '89')
    expect(desk.positions.quantity('SPX').isZero()).toBe(true)
  })

  it('is alone on its bus until it is closed', async () => {
    const { bus } = quietBus()
    const first = startDesk(bus)
    expect(() => startDesk(bus)).toThrow(ConfigurationError)
    expect(() => startDesk(bus)).toThrow('has a desk already')
    await first.close()
    await startDesk(bus).close()
  })

  it('takes its parts away when it is closed, once', async () => {
    const before = createBus().subscriptions().length
    const run = silentDesk({
      risk: { maxPosition: '1', maxDailyLoss: { percent: 10 } },
      positions: { initialCash: new Decimal(1_000) },
      protection: { stopLoss: { percent: 10 } },
    })
    await Promise.all([run.desk.close(), run.desk.close()])
    expect(run.silent.closed).toBe(1)
    // The one that is left is that of the test.
    expect(run.bus.subscriptions()).toHaveLength(before + 1)
    expect(run.clock.pendingTimers).toBe(0)
    run.bus.emitSync('order.submitted', {
      ...one,
      quantity: new Decimal(5),
      orderType: 'market',
      timeInForce: 'gtc',
      timestamp: noon,
    })
    expect(run.commands).toEqual([])
  })

  it('is closed by `await using`', async () => {
    const { bus } = quietBus()
    const silent = silentBroker()
    {
      await using desk = startDesk(bus, { broker: silent.broker })
      expect(desk.orders.open()).toEqual([])
    }
    expect(silent.closed).toBe(1)
  })

  it.each([
    ['an unknown option', { brokers: [] }],
    ['bad positions', { positions: { method: 'middle' } }],
    ['bad limits', { risk: { maxPosition: '-1' } }],
    ['bad protection', { protection: { stopLoss: { percent: -1 } } }],
  ])('refuses %s, and leaves nothing behind', async (_, options) => {
    const { bus, clock } = quietBus()
    const before = bus.subscriptions().length
    const { broker } = silentBroker()
    expect(() => startDesk(bus, { broker, ...options } as never)).toThrow(ConfigurationError)
    expect(bus.subscriptions()).toHaveLength(before)
    expect(clock.pendingTimers).toBe(0)
    await startDesk(bus).close()
  })

  it('refuses what is no broker', () => {
    for (const [broker, message] of [
      [paperBroker, 'but is function "paperBroker". Call it: paperBroker() makes one.'],
      [{ name: 'venue' }, 'broker must be an object with start(bus), such as paperBroker() makes'],
      [null, 'but is null.'],
    ] as const) {
      const { bus } = quietBus()
      const start = () => startDesk(bus, { broker: broker as never })
      expect(start).toThrow(ConfigurationError)
      expect(start).toThrow(message)
    }
  })

  it('leaves nothing behind where a broker cannot start', () => {
    const { bus } = quietBus()
    const before = bus.subscriptions().length
    const start = (): never => {
      throw new Error('no line to the venue')
    }
    expect(() => startDesk(bus, { broker: { name: 'none', start } })).toThrow('no line')
    expect(bus.subscriptions()).toHaveLength(before)
  })
})
