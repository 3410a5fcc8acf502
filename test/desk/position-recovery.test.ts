import { createBus, Decimal, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { type PositionKeeper, positionKeeper } from '../../src/desk/position-keeper.ts'
import type { PositionKeeperOptions } from '../../src/desk/position-options.ts'
import type { PositionSnapshot } from '../../src/desk/position-snapshot.ts'
import { TradeMemory } from '../../src/desk/position-trades.ts'
import { d, plain, type World, world } from './position-world.ts'

/** All that a keeper tells, as plain JSON. */
const stateOf = (keeper: PositionKeeper): unknown =>
  plain({
    positions: keeper.all(),
    cash: keeper.cash,
    equity: keeper.equity,
    realized: keeper.realizedPnl,
    unrealized: keeper.unrealizedPnl,
    exposure: keeper.exposure,
    equityFloat: keeper.equityFloat,
    exposureFloat: keeper.exposureFloat,
    balances: [...keeper.balances],
    fees: [...keeper.fees],
    feesApart: [...keeper.feesApart],
    counts: [keeper.closedCount, keeper.openCount, keeper.fillCount, keeper.repeatedCount],
    marks: ['ACME', 'OTHER'].map((symbol) => keeper.mark(symbol)?.toFixed() ?? 'none'),
    snapshot: keeper.snapshot(),
  })

describe('repeated trades', () => {
  it('count once, whatever else the report says, also after the position was closed', () => {
    const { buy, sell, keeper, types } = world()
    buy('1', '10', { tradeId: 't1' })
    buy('1', '10', { tradeId: 't1' })
    buy('1', '10', { tradeId: 't1', remaining: '3', orderId: 'other' })
    sell('1', '12', { tradeId: 't2' })
    buy('1', '10', { tradeId: 't1' })
    sell('1', '12', { tradeId: 't2' })
    expect(types()).toEqual(['opened', 'closed'])
    expect([keeper.fillCount, keeper.repeatedCount]).toEqual([2, 4])
    expect(keeper.cash.toFixed()).toBe('2')
  })

  it('are others at another venue, of another symbol, and on the other side of a trade with oneself', () => {
    const { buy, sell, keeper } = world()
    buy('1', '10', { tradeId: 't1' })
    buy('1', '10', { tradeId: 't1', venue: 'v' })
    buy('1', '10', { tradeId: 't1', symbol: 'OTHER' })
    sell('1', '10', { tradeId: 't1' })
    expect([keeper.fillCount, keeper.repeatedCount]).toEqual([4, 0])
  })

  it('are remembered up to dedupCapacity, the newest of them', () => {
    const { buy, keeper } = world({ dedupCapacity: 2 })
    for (const tradeId of ['a', 'b', 'b', 'c', 'b', 'a', 'c']) buy('1', '10', { tradeId })
    expect([keeper.fillCount, keeper.repeatedCount]).toEqual([4, 3])
  })

  it('are listed oldest first', () => {
    const trades = new TradeMemory(3)
    const lists = ['a', 'b', 'a', 'c', 'd', 'e'].map((key) => {
      trades.add(key)
      return trades.list().join('')
    })
    expect(lists).toEqual(['a', 'ab', 'ab', 'abc', 'bcd', 'cde'])
  })

  it('are known from fills before the acceptance and after the cancellation of an order', () => {
    const { bus, buy, keeper, clock } = world()
    const order = { orderId: 'o', symbol: 'ACME', timestamp: clock.now() }
    buy('1', '10', { orderId: 'o', tradeId: 't1', remaining: '2' })
    bus.emitSync('order.placed', {
      ...order,
      side: 'buy',
      orderType: 'market',
      quantity: d(3),
      timeInForce: 'gtc',
    })
    bus.emitSync('order.cancelled', { ...order, filledQuantity: d(1) })
    buy('1', '11', { orderId: 'o', tradeId: 't2', remaining: '1' })
    buy('1', '11', { orderId: 'nobody knows it' })
    expect(keeper.quantity('ACME').toFixed()).toBe('3')
  })
})

/** Half of a session: enough that every part of a snapshot has something in it. */
function firstHalf({ buy, sell, bar, quote }: World): void {
  buy('3', '10', { venue: 'v', accountId: 'a', strategyId: 's', fee: ['0.1', 'BNB'] })
  sell('1', '11.5', { venue: 'v', accountId: 'a', strategyId: 's', fee: ['1', 'USD'] })
  buy('5', '12', { venue: 'v', accountId: 'a', strategyId: 's' })
  sell('7', '0.07', { symbol: 'OTHER', fee: ['1', 'XYZ'] })
  bar('0.08', 'OTHER')
  quote('12', '12.25', ['1', '1'], 'v')
  sell('2', '9', { symbol: 'THIRD' })
  buy('2', '8', { symbol: 'THIRD', tradeId: 'again' })
  bar('12', 'FOURTH', 'w')
}

function secondHalf({ buy, sell, bar, quote }: World): void {
  bar('0.08', 'OTHER')
  buy('2', '8', { symbol: 'THIRD', tradeId: 'again' })
  quote('12', '12.25', ['1', '1'], 'v')
  quote('12', '12.5', ['1', '1'], 'v')
  sell('9', '13', { venue: 'v', accountId: 'a', strategyId: 's', tradeId: 'x', orderId: 'x' })
  buy('1', '0.09', { symbol: 'OTHER', tradeId: 'y', orderId: 'y' })
  bar('0.1', 'OTHER')
}

const methods = ['average', 'fifo', 'lifo'] as const

describe('snapshot and restore', () => {
  it.each(methods)('continue as if nothing had been between them, by the method %s', (method) => {
    const options: PositionKeeperOptions = {
      method,
      pnlIntervalMs: 0,
      initialCash: d('1000.5'),
      instruments: { OTHER: { multiplier: d('10'), currency: 'EUR' } },
      convert: (amount, from, to) => {
        if (from === 'BNB') return amount.times(600)
        return from === 'EUR' && to === 'USD' ? amount.times('1.1') : undefined
      },
    }
    const whole = world(options)
    firstHalf(whole)
    const snapshot: PositionSnapshot = JSON.parse(JSON.stringify(whole.keeper.snapshot()))
    const resumed = world({ ...options, initialCash: d(5), restore: snapshot })
    expect(stateOf(resumed.keeper)).toEqual(stateOf(whole.keeper))
    expect(resumed.keeper.snapshot()).toEqual(snapshot)
    whole.payloads()
    secondHalf(whole)
    secondHalf(resumed)
    const events = whole.payloads()
    expect(resumed.payloads()).toEqual(events)
    expect(events.map(({ type }) => type.slice(9))).toEqual(
      'pnl_update closed opened updated pnl_update'.split(' '),
    )
    expect(stateOf(resumed.keeper)).toEqual(stateOf(whole.keeper))
  })

  it('keep the time of the last pnl_update', async () => {
    const whole = world()
    whole.buy('1', '10')
    whole.bar('11')
    const resumed = world({ restore: whole.keeper.snapshot() }, 1_400)
    resumed.bar('12')
    expect(resumed.types()).toEqual([])
    await resumed.clock.advanceTo(2_000)
    expect(resumed.types()).toEqual(['pnl_update'])
  })

  it.each<[string, (snapshot: Writable) => unknown, string]>([
    ['another version', (snapshot) => (snapshot.version = 2), 'version is 2'],
    ['another currency', (snapshot) => (snapshot.currency = 'EUR'), 'currency is "EUR"'],
    ['another method', (snapshot) => (snapshot.method = 'fifo'), 'method is "fifo"'],
    ['an amount that is no text', (snapshot) => (snapshot.balances = [['USD', 1]]), 'is 1'],
    ['an infinite amount', (snapshot) => (snapshot.fees = [['USD', 'Infinity']]), '"Infinity"'],
    ['no amount at all', (snapshot) => (snapshot.fees = [['USD', 'much']]), 'much'],
    ['a list that is none', (snapshot) => (snapshot.trades = 7), 'iterable'],
    ['a count that is none', (snapshot) => (snapshot.openings = -1), 'openings'],
    [
      'another multiplier',
      (snapshot) => (snapshot.positions[0]!.multiplier = '10'),
      'The position "-/-/ACME#1": multiplier is "10", but here it is "1"',
    ],
    [
      'another currency of an instrument',
      (snapshot) => (snapshot.positions[0]!.currency = 'JPY'),
      'The position "-/-/ACME#1": currency is "JPY", but here it is "USD"',
    ],
  ])('refuse %s', (_what, damage, complaint) => {
    const { keeper, buy } = world()
    buy('1', '10')
    const snapshot = plain(keeper.snapshot()) as Writable
    damage(snapshot)
    // What is damaged is no snapshot by its type.
    const restore = snapshot as unknown as PositionSnapshot
    const attempt = (): unknown => world({ restore })
    expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(attempt).toThrow(complaint)
  })

  it('leave out what a repeated report would bring again', () => {
    const before = world()
    before.buy('1', '10', { tradeId: 't' })
    const { buy, keeper } = world({ restore: before.keeper.snapshot() })
    buy('1', '10', { tradeId: 't' })
    expect(keeper.quantity('ACME').toFixed()).toBe('1')
    expect(keeper.repeatedCount).toBe(1)
  })
})

/** A snapshot to be damaged. */
interface Writable {
  [name: string]: unknown
  positions: Record<string, unknown>[]
}

describe('options of positionKeeper', () => {
  const bus = createBus({ clock: new SimulatedClock() })
  it.each<[string, object]>([
    ['an unknown option', { curency: 'USD' }],
    ['an empty currency', { currency: '' }],
    ['a number for cash', { initialCash: 1_000 }],
    ['an unknown method', { method: 'hifo' }],
    ['instruments that are a list', { instruments: [] }],
    ['instruments that are nothing', { instruments: null }],
    ['instruments that are text', { instruments: 'ES' }],
    ['an unknown term', { instruments: { ES: { multiplicator: new Decimal(50) } } }],
    ['a multiplier of 0', { instruments: { ES: { multiplier: new Decimal(0) } } }],
    ['a multiplier that is a number', { instruments: { ES: { multiplier: 50 } } }],
    ['a currency without a name', { instruments: { ES: { currency: '' } } }],
    ['a currency that is too long', { instruments: { ES: { currency: 'x'.repeat(257) } } }],
    ['a rate that is no function', { convert: 1.1 }],
    ['marks that are no list', { marks: 'bar' }],
    ['an unknown mark', { marks: ['bar', 'book'] }],
    ['an unknown place in a quote', { markAt: 'last' }],
    ['a negative interval', { pnlIntervalMs: -1 }],
    ['an interval that is no number', { pnlIntervalMs: NaN }],
    ['a capacity of 0', { dedupCapacity: 0 }],
    ['a negative priority', { priority: -1 }],
    ['an empty source', { source: '' }],
    ['a snapshot that is nothing', { restore: null }],
  ])('refuse %s', (_what, options) => {
    expect(() => positionKeeper(bus, options as PositionKeeperOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
    expect(bus.handlerCount()).toBe(0)
  })

  it.each([undefined, null, {}, 'bus'])('refuse %s for a bus', (value) => {
    expect(() => positionKeeper(value as never)).toThrow(/positionKeeper takes a bus/)
  })

  it('need nothing', () => {
    using keeper = positionKeeper(bus)
    expect(keeper.currency).toBe('USD')
    expect(keeper.equity.toFixed()).toBe('0')
  })

  it('name the source of its events', () => {
    const { bus: other, buy } = world({ source: 'book' })
    buy('1', '1')
    expect(other.history.query({ pattern: 'position.opened' })[0]?.source).toBe('book')
  })
})
