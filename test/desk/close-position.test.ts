import { ConfigurationError, Decimal } from 'tradewire'
import { type DeskOptions, type MoreTerms, paperBroker, startDesk } from 'tradewire/desk'
import { describe, expect, it } from 'vitest'
import { quietBus, silentDesk, trade } from './desk-support.ts'

/** A desk with a paper broker, and what it holds of SPX. */
function tradingDesk(options: DeskOptions = {}) {
  const quiet = quietBus()
  const { bus, events } = quiet
  const desk = startDesk(bus, { broker: paperBroker(), ...options })
  const { orders } = desk
  const open = (side: 'buy' | 'sell', quantity: string, terms: MoreTerms = {}): void => {
    orders.submit({ ...terms, symbol: 'SPX', side, quantity })
    trade(bus, '100')
  }
  const close = (terms: MoreTerms = {}): string[] =>
    orders.closePosition('SPX', terms).map(({ data }) => {
      const { side, quantity, strategyId = '-', reduceOnly = false } = data
      return `${strategyId} ${side} ${quantity.toFixed()}${reduceOnly ? ' reduceOnly' : ''}`
    })
  const held = (): string[] =>
    desk.positions
      .all()
      .map(({ strategyId = '-', signedQuantity }) => `${strategyId} ${signedQuantity.toFixed()}`)
  const refused = (): (string | undefined)[] =>
    events.flatMap((event) => (event.type === 'order.rejected' ? [event.data.code] : []))
  return { ...quiet, desk, orders, open, close, held, refused }
}

describe('desk.orders.closePosition', () => {
  it('closes what belongs to a strategy, an account and a venue, and opens nothing', () => {
    const { bus, desk, orders, open } = tradingDesk({ broker: paperBroker({ venue: 'paper' }) })
    open('buy', '10', { strategyId: 'trend', accountId: 'main', venue: 'paper' })
    const [order, ...more] = orders.closePosition('SPX')
    expect(more).toEqual([])
    expect(order).toMatchObject({ source: 'trend' })
    expect(order?.data).toMatchObject({
      side: 'sell',
      orderType: 'market',
      strategyId: 'trend',
      accountId: 'main',
      venue: 'paper',
      reduceOnly: true,
    })
    trade(bus, '110')
    expect(desk.positions.all()).toEqual([])
    expect(desk.positions.closedCount).toBe(1)
    expect(desk.positions.exposure.toFixed()).toBe('0')
  })

  it('sends one order for each position, in the order they were opened', () => {
    const { bus, open, close, held, refused } = tradingDesk()
    open('buy', '1')
    open('buy', '2', { strategyId: 'a' })
    open('buy', '3', { strategyId: 'b' })
    expect(close({ strategyId: 'none' })).toEqual([])
    expect(close({ tags: ['out'] })).toEqual([
      '- sell 1 reduceOnly',
      'a sell 2 reduceOnly',
      'b sell 3 reduceOnly',
    ])
    trade(bus, '100')
    expect([held(), refused()]).toEqual([[], []])
  })

  it('gives an order without the position of a strategy none of it', () => {
    const { bus, desk, open, close, held } = tradingDesk()
    open('buy', '2', { strategyId: 'a' })
    open('buy', '1')
    expect(close({ strategyId: 'a' })).toEqual(['a sell 2 reduceOnly'])
    trade(bus, '100')
    expect(held()).toEqual(['- 1'])
    expect(desk.orders.closePosition('SPX')[0]?.data).not.toHaveProperty('strategyId')
  })

  it('closes a long and a short position that cancel each other out', () => {
    const { bus, open, close, held, refused } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    open('sell', '10', { strategyId: 'b' })
    // The account holds nothing: a venue would refuse an order that may only reduce.
    expect(close()).toEqual(['a sell 10', 'b buy 10'])
    trade(bus, '100')
    expect([held(), refused()]).toEqual([[], []])
  })

  it('closes one of two that stand against each other, and then the other', () => {
    const { bus, open, close, held, refused } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    open('sell', '4', { strategyId: 'b' })
    expect(close({ strategyId: 'a' })).toEqual(['a sell 10'])
    trade(bus, '100')
    expect(held()).toEqual(['b -4'])
    expect(close()).toEqual(['b buy 4 reduceOnly'])
    trade(bus, '100')
    expect([held(), refused()]).toEqual([[], []])
  })

  it('does not turn a position beside others, though it is called again before the fill', () => {
    const { bus, open, close, held } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    open('buy', '10', { strategyId: 'b' })
    expect(close({ strategyId: 'a' })).toEqual(['a sell 10 reduceOnly'])
    expect(close({ strategyId: 'a' })).toEqual([])
    expect(close()).toEqual(['b sell 10 reduceOnly'])
    trade(bus, '100')
    expect(held()).toEqual([])
  })

  it('counts what is in line, and what is left of an order that was filled in part', () => {
    const { bus, desk, open, close, held } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    open('buy', '10', { strategyId: 'b' })
    const seen: string[][] = []
    bus.once('market.trade_tick', () => {
      desk.orders.sell('SPX', '7', { strategyId: 'a' })
      seen.push(close({ strategyId: 'a' }), close({ strategyId: 'a' }))
    })
    trade(bus, '100', 'SPX', '8')
    expect(seen).toEqual([['a sell 3 reduceOnly'], []])
    trade(bus, '100', 'SPX', '8')
    expect(held()).toEqual(['a 2', 'b 10'])
    expect(close({ strategyId: 'a' })).toEqual([])
    trade(bus, '100')
    expect(held()).toEqual(['b 10'])
  })

  it('counts orders without a venue, which are filled at that of the broker', () => {
    const { desk, open, close } = tradingDesk({ broker: paperBroker({ venue: 'paper' }) })
    open('buy', '10', { strategyId: 'a' })
    open('buy', '10', { strategyId: 'b' })
    desk.orders.sell('SPX', '4', { strategyId: 'a' })
    expect(close({ strategyId: 'a' })).toEqual(['a sell 6 reduceOnly'])
  })

  it('does not count what may never be filled, and what belongs to others', () => {
    const { desk, open, close } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    open('buy', '10', { strategyId: 'b' })
    desk.orders.sell('SPX', '4', { strategyId: 'a', price: '120' })
    desk.orders.buy('SPX', '4', { strategyId: 'a' })
    desk.orders.sell('ABC', '4', { strategyId: 'a' })
    desk.orders.sell('SPX', '4', { strategyId: 'a', accountId: 'x' })
    desk.orders.sell('SPX', '4', { strategyId: 'a', venue: 'x' })
    expect(close({ strategyId: 'a' })).toEqual(['a sell 10 reduceOnly'])
  })

  it('sends another order for the only position, as the venue takes no more than there is', () => {
    const { bus, open, close, held } = tradingDesk()
    open('buy', '10', { strategyId: 'a' })
    expect(close({ price: '120' })).toEqual(['a sell 10 reduceOnly'])
    expect(close()).toEqual(['a sell 10 reduceOnly'])
    expect(close()).toEqual(['a sell 10 reduceOnly'])
    trade(bus, '100')
    expect(held()).toEqual([])
  })

  it('leaves alone what was closed by the answer to its first order', () => {
    const { bus, desk, open, close, held } = tradingDesk()
    open('buy', '1', { strategyId: 'a' })
    open('buy', '2', { strategyId: 'b' })
    bus.emitSync('market.quote_update', {
      symbol: 'SPX',
      timestamp: bus.clock.now(),
      bidPrice: new Decimal(99),
      bidSize: new Decimal(50),
      askPrice: new Decimal(101),
      askSize: new Decimal(50),
    })
    bus.once('order.filled', () => {
      desk.orders.closePosition('SPX', { strategyId: 'b' })
    })
    expect(close()).toEqual(['a sell 1 reduceOnly'])
    expect(held()).toEqual([])
  })

  it('takes terms of its own, and a cause', () => {
    const { bus, desk, open } = tradingDesk()
    open('sell', '4')
    const cause = trade(bus, '100')
    const [order] = desk.orders.closePosition('SPX', { cause, price: '9', reduceOnly: false })
    expect(order).toMatchObject({ causationId: cause.id, source: 'desk' })
    expect(order?.data).toMatchObject({ side: 'buy', orderType: 'limit', reduceOnly: false })
    expect(order?.data.quantity.toFixed()).toBe('4')
  })

  it('selects by account and by venue, and all that are named', () => {
    const { open, close } = tradingDesk({ broker: paperBroker({ venue: 'paper' }) })
    open('buy', '1', { strategyId: 'a', accountId: 'x' })
    open('buy', '2', { strategyId: 'b', accountId: 'y' })
    const at = (query: MoreTerms) => close({ ...query, price: '120' })
    expect(at({ accountId: 'y' })).toEqual(['b sell 2 reduceOnly'])
    expect(at({ venue: 'paper' })).toHaveLength(2)
    expect(at({ venue: 'elsewhere' })).toEqual([])
    expect(at({ strategyId: 'a', accountId: 'y' })).toEqual([])
  })

  it('takes an orderId for one position, and refuses it for more', () => {
    const { desk, open } = tradingDesk()
    open('buy', '1', { strategyId: 'a' })
    const [only] = desk.orders.closePosition('SPX', { orderId: 'mine', price: '120' })
    expect(only?.data.orderId).toBe('mine')
    open('buy', '2', { strategyId: 'b' })
    const closeAll = () => desk.orders.closePosition('SPX', { orderId: 'again' })
    expect(closeAll).toThrow(ConfigurationError)
    expect(closeAll).toThrow(
      'closePosition expects one position for the orderId "again", but 2 of SPX are open.',
    )
    const of = { strategyId: 'b', orderId: 'again' }
    expect(desk.orders.closePosition('SPX', of)).toHaveLength(1)
  })

  it('sends nothing where nothing is held', () => {
    const { desk, commands } = silentDesk()
    expect(desk.orders.closePosition('SPX')).toEqual([])
    expect(commands).toEqual([])
  })
})

describe('positions of one symbol that stand against each other', () => {
  const bothSides = (options: DeskOptions) => {
    const desk = tradingDesk(options)
    desk.open('buy', '10', { strategyId: 'a' })
    desk.open('sell', '10', { strategyId: 'b' })
    return desk
  }

  it('are protected', () => {
    const { bus, held, refused, types } = bothSides({ protection: { stopLoss: { percent: 5 } } })
    trade(bus, '94')
    trade(bus, '94')
    expect([held(), refused()]).toEqual([['b -10'], []])
    trade(bus, '106')
    trade(bus, '106')
    expect([held(), refused()]).toEqual([[], []])
    expect(types()).not.toContain('system.warning')
  })

  it('are closed by a guard that flattens, though it is halted', () => {
    const { bus, desk, held, refused } = bothSides({
      risk: { maxPosition: '12', maxOrderSize: '10', flatten: true },
    })
    desk.risk!.halt('enough')
    trade(bus, '100')
    expect([held(), refused()]).toEqual([[], []])
  })

  it('are closed though the sum of both grows, within what is held', () => {
    const { bus, desk, orders, open, close, held, refused } = bothSides({
      risk: { maxOrderSize: '10' },
    })
    open('sell', '2', { strategyId: 'b' })
    desk.risk!.halt('enough')
    expect(close({ strategyId: 'b' })).toEqual(['b buy 12'])
    // All of it is being closed: more would open a position.
    orders.buy('SPX', '1', { strategyId: 'b' })
    expect(refused()).toEqual(['RISK_HALTED'])
    trade(bus, '100')
    expect(held()).toEqual(['a 10'])
  })

  it('are not closed one by one where their sum would pass the limit on the position', () => {
    const { bus, desk, open, close, held, refused } = bothSides({ risk: { maxPosition: '12' } })
    open('buy', '9', { strategyId: 'a' })
    expect(held()).toEqual(['a 19', 'b -10'])
    expect(close({ strategyId: 'b' })).toEqual(['b buy 10'])
    expect(refused()).toEqual(['RISK_POSITION_SIZE'])
    expect(close()).toEqual(['a sell 19', 'b buy 10'])
    trade(bus, '100')
    trade(bus, '100')
    expect(desk.positions.quantity('SPX').abs().lte(12)).toBe(true)
  })
})
