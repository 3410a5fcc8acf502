import { ConfigurationError, Decimal, EventValidationError } from 'tradewire'
import { startDesk } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { noon, quietBus, silentDesk, trade } from './desk-support.ts'

describe('desk.orders.submit', () => {
  it('emits the order with what most orders have in common', () => {
    const { desk } = silentDesk()
    const event = desk.orders.submit({ symbol: 'SPX', side: 'buy', quantity: '0.25' })
    expect(event).toMatchObject({ type: 'order.submitted', source: 'desk' })
    expect(event.causationId).toBeUndefined()
    expect(event.data).toEqual({
      orderId: 'r-o1',
      symbol: 'SPX',
      side: 'buy',
      orderType: 'market',
      timeInForce: 'gtc',
      quantity: new Decimal('0.25'),
      timestamp: noon,
    })
  })

  it('says all terms that are given, for the strategy and because of the event that is named', () => {
    const { desk, bus } = silentDesk()
    const cause = trade(bus, '100')
    const terms = {
      orderId: 'mine',
      symbol: 'SPX',
      side: 'sell',
      strategyId: 'trend',
      accountId: 'a',
      venue: 'v',
      timeInForce: 'gtd',
      expireTime: noon + 1_000,
      postOnly: true,
      reduceOnly: false,
      tags: ['x'],
    } as const
    const event = desk.orders.submit(
      { ...terms, quantity: new Decimal(3), price: '101.5' },
      { cause },
    )
    expect(event).toMatchObject({ source: 'trend', causationId: cause.id })
    const prices = { quantity: new Decimal(3), price: new Decimal('101.5') }
    expect(event.data).toEqual({ ...terms, ...prices, orderType: 'limit', timestamp: noon })
  })

  it.each([
    [{}, 'market'],
    [{ price: '1' }, 'limit'],
    [{ triggerPrice: '1' }, 'stop'],
    [{ price: '1', triggerPrice: '1' }, 'stop_limit'],
    [{ triggerPrice: '1', orderType: 'trailing_stop' }, 'trailing_stop'],
  ] as const)('takes an order with the prices %j for a %s', (prices, orderType) => {
    const { desk } = silentDesk()
    const { data } = desk.orders.submit({ symbol: 'S', side: 'buy', quantity: '1', ...prices })
    expect(data.orderType).toBe(orderType)
  })

  it('counts the orders that it gives an id', () => {
    const { desk } = silentDesk()
    const terms = { symbol: 'S', side: 'buy', quantity: '1' } as const
    const ids = [{}, { orderId: 'own' }, {}].map(
      (more) => desk.orders.submit({ ...terms, ...more }).data.orderId,
    )
    expect(ids).toEqual(['r-o1', 'own', 'r-o2'])
  })

  it.each([
    ['a number', { quantity: 0.1 }, 'quantity must be a Decimal or a decimal string'],
    ['text that is no decimal', { quantity: '1e3' }, 'quantity must be'],
    ['a price that is none', { price: 'high' }, 'price must be'],
    ['a trigger price that is none', { triggerPrice: null }, 'triggerPrice must be'],
    ['an unknown term', { qty: '1' }, 'qty'],
  ])('refuses %s', (_, terms, message) => {
    const { desk, events } = silentDesk()
    const submit = (): unknown =>
      desk.orders.submit({ symbol: 'S', side: 'buy', quantity: '1', ...terms } as never)
    expect(submit).toThrow(ConfigurationError)
    expect(submit).toThrow(message)
    expect(events).toEqual([])
  })

  it('refuses options that it does not know', () => {
    const { desk } = silentDesk()
    const terms = { symbol: 'S', side: 'buy', quantity: '1' } as const
    expect(() => desk.orders.submit(terms, { because: 1 } as never)).toThrow(ConfigurationError)
  })

  it('throws where the terms make no order, and forgets it', () => {
    const { desk, commands } = silentDesk()
    const terms = { orderId: 'a', symbol: 'S', side: 'buy', quantity: '0' } as const
    expect(() => desk.orders.submit(terms)).toThrow(EventValidationError)
    desk.orders.cancel('a')
    expect(commands).toEqual(['cancel a'])
  })
})

describe('desk.orders.buy and sell', () => {
  it('submit an order of that side', () => {
    const { desk, bus } = silentDesk()
    const cause = trade(bus, '100')
    const bought = desk.orders.buy('SPX', '1')
    const sold = desk.orders.sell('SPX', '2', { price: '9', cause })
    expect(bought.data).toMatchObject({ side: 'buy', orderType: 'market', symbol: 'SPX' })
    expect(sold.data).toMatchObject({ side: 'sell', orderType: 'limit', symbol: 'SPX' })
    expect([bought.causationId, sold.causationId]).toEqual([undefined, cause.id])
    expect(desk.orders.sell('SPX', '2').data.orderType).toBe('market')
  })
})

describe('desk.orders.cancel and modify', () => {
  it('go to the broker, exact, with their cause', () => {
    const { desk, bus, commands } = silentDesk()
    desk.orders.buy('SPX', '1', { orderId: 'a' })
    const cause = trade(bus, '100')
    desk.orders.cancel('a')
    desk.orders.cancel('a', { cause })
    desk.orders.modify('a', { quantity: '2', price: new Decimal('1.5'), triggerPrice: '1' })
    desk.orders.modify('a', { price: '3' }, { cause })
    expect(commands).toEqual([
      'submit a 1',
      'cancel a',
      'cancel a because of market.trade_tick',
      'modify a quantity 2 price 1.5 triggerPrice 1',
      'modify a price 3 because of market.trade_tick',
    ])
  })

  it('go to the broker as well if the desk does not know the order', () => {
    const { desk, commands } = silentDesk({ risk: { maxOrderSize: '2' } })
    desk.orders.cancel('x')
    desk.orders.modify('x', { quantity: '3' })
    expect(commands).toEqual(['cancel x', 'modify x quantity 3'])
  })

  it('need a broker', () => {
    const desk = startDesk(quietBus().bus)
    expect(() => desk.orders.cancel('a')).toThrow('cancel needs a broker')
    expect(() => desk.orders.modify('a', { price: '1' })).toThrow(ConfigurationError)
    expect(desk.orders.cancelAll()).toBe(0)
  })

  it.each([
    ['nothing', {}, 'a new quantity, price or triggerPrice'],
    ['what cannot be changed', { side: 'buy' }, 'side'],
    ['a number', { price: 1 }, 'price must be a Decimal'],
  ])('refuse to change %s', (_, changes, message) => {
    const { desk, commands } = silentDesk()
    expect(() => desk.orders.modify('a', changes as never)).toThrow(ConfigurationError)
    expect(() => desk.orders.modify('a', changes as never)).toThrow(message)
    expect(commands).toEqual([])
  })

  it('do not send a change that the guard refuses, and say so', () => {
    const { desk, bus, events, commands } = silentDesk({ risk: { maxOrderSize: '2' } })
    const submitted = desk.orders.buy('SPX', '1', { orderId: 'a' })
    const cause = trade(bus, '100')
    desk.orders.modify('a', { quantity: '2.5' })
    desk.orders.modify('a', { quantity: '2.5' }, { cause })
    desk.orders.modify('a', { quantity: '2' })
    const refused = events.filter(({ type }) => type === 'order.modify_rejected')
    expect(refused.map(({ causationId }) => causationId)).toEqual([submitted.id, cause.id])
    expect(refused[0]?.data).toMatchObject({ orderId: 'a', code: 'RISK_ORDER_SIZE' })
    expect(commands).toEqual(['submit a 1', 'modify a quantity 2'])
  })

  it('come to the broker after the order that a handler has submitted just before them', () => {
    const { desk, bus, commands } = silentDesk({ risk: { maxOrderSize: '2' } })
    bus.once('market.trade_tick', () => {
      desk.orders.buy('SPX', '1', { orderId: 'a' })
      desk.orders.modify('a', { quantity: '2' })
      // The guard sees this one, too, although the order does not work yet.
      desk.orders.modify('a', { quantity: '3' })
      desk.orders.cancel('a')
      expect(commands).toEqual([])
    })
    trade(bus, '100')
    expect(commands).toEqual(['submit a 1', 'modify a quantity 2', 'cancel a'])
    desk.orders.cancel('a')
    expect(commands.at(-1)).toBe('cancel a')
  })

  it('wait for the first of two orders of one id', () => {
    const { desk, bus, commands } = silentDesk()
    bus.once('market.trade_tick', () => {
      desk.orders.buy('SPX', '1', { orderId: 'a' })
      desk.orders.buy('SPX', '2', { orderId: 'a' })
      expect(() => desk.orders.buy('SPX', '0', { orderId: 'a' })).toThrow(EventValidationError)
      desk.orders.cancel('a')
    })
    trade(bus, '100')
    expect(commands).toEqual(['submit a 1', 'cancel a', 'submit a 2'])
  })
})

describe('desk.orders.cancelAll', () => {
  it('cancels what works of a symbol, or all, and what was submitted just now', () => {
    const { desk, bus, commands } = silentDesk()
    desk.orders.buy('SPX', '1', { orderId: 'a' })
    desk.orders.buy('ABC', '1', { orderId: 'b' })
    expect(desk.orders.open().map(({ terms }) => terms.orderId)).toEqual(['a', 'b'])
    expect(desk.orders.open('ABC').map(({ terms }) => terms.orderId)).toEqual(['b'])
    commands.length = 0
    expect(desk.orders.cancelAll('ABC')).toBe(1)
    expect(desk.orders.cancelAll()).toBe(2)
    expect(desk.orders.cancelAll('XYZ')).toBe(0)
    expect(commands).toEqual(['cancel b', 'cancel a', 'cancel b'])
    commands.length = 0
    const cause = trade(bus, '1')
    bus.once('market.trade_tick', () => {
      desk.orders.buy('XYZ', '1', { orderId: 'c' })
      desk.orders.buy('SPX', '1', { orderId: 'd' })
      expect(desk.orders.cancelAll('XYZ', { cause })).toBe(1)
      expect(desk.orders.cancelAll()).toBe(4)
    })
    trade(bus, '1')
    expect(commands).toEqual([
      'cancel a',
      'cancel b',
      'submit c 1',
      'cancel c because of market.trade_tick',
      'cancel c',
      'submit d 1',
      'cancel d',
    ])
  })
})
