/* eslint-disable vitest/expect-expect -- expectEvents is an assertion */

import { describe, expect, it } from 'vitest'
import { Decimal, SimulatedClock } from 'tradewire'
import { startDesk } from 'tradewire/desk'
import {
  EventAssertionError,
  expectEvents,
  payloadOf,
  payloadsOf,
  testBus,
} from 'tradewire/testing'
import { catalog } from './own-catalog.ts'

function failureOf(act: () => unknown): EventAssertionError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(EventAssertionError)
    return error as EventAssertionError
  }
  throw new Error('It did not fail.')
}

function traded() {
  const test = testBus()
  const cause = test.bus.emitSync(
    'order.submitted',
    payloadOf('order.submitted', { symbol: 'ABC' }),
  )
  const options = { cause, source: 'broker', metadata: { attempt: 1 } } as const
  test.bus.emitSync('order.placed', payloadOf('order.placed', { symbol: 'ABC' }), options)
  const fill = payloadOf('order.filled', {
    symbol: 'ABC',
    lastPrice: '100.00',
    fee: { amount: '0.5', currency: 'USD' },
  })
  test.bus.emitSync('order.filled', fill, options)
  return test
}

describe('expectEvents', () => {
  it('accepts types, partial payloads and whole events, in order', () => {
    const { bus } = traded()
    expectEvents(bus).toMatch([
      'order.submitted',
      ['order.placed', { symbol: 'ABC' }],
      {
        type: 'order.filled',
        data: { fee: { currency: 'USD' } },
        source: 'broker',
        causationId: 'test-1',
        correlationId: 'test-1',
        id: 'test-3',
        sequence: 3,
        timestamp: Date.UTC(2026, 0, 2),
        metadata: { attempt: 1 },
      },
    ])
  })

  it('takes a handle, a desk and a list, too', async () => {
    const test = traded()
    expectEvents(test, 'order.filled').toMatch(['order.filled'])
    expectEvents(test.emitted, 'order.filled').toMatch(['order.filled'])
    await using desk = startDesk(test.bus)
    expectEvents(desk, 'order.filled').toMatch(['order.filled'])
  })

  it('looks only at what a pattern, or one of a list, covers', () => {
    const test = traded()
    test.bus.emitSync('market.trade_tick', payloadOf('market.trade_tick'))
    expectEvents(test, 'market.*').toMatch(['market.trade_tick'])
    expectEvents(test, ['market.*', 'order.placed']).toMatch(['order.placed', 'market.trade_tick'])
    expectEvents(test, 'risk.*').toBeEmpty()
  })

  it('compares Decimals by value, given as Decimal or as text', () => {
    const fills = expectEvents(traded(), 'order.filled')
    fills.toMatch([['order.filled', { lastPrice: '100' }]])
    fills.toMatch([['order.filled', { lastPrice: new Decimal('100.0') }]])
    fills.toMatch([['order.filled', { fee: { amount: '0.50' } }]])
    for (const lastPrice of ['100.01', 'cheap', 100 as never, undefined]) {
      failureOf(() => fills.toMatch([['order.filled', { lastPrice }]]))
    }
  })

  it('asks functions and the matchers of a test runner', () => {
    const fills = expectEvents(traded(), 'order.filled')
    fills.toMatch([
      ['order.filled', { lastPrice: (price) => price.gt(99), orderId: expect.any(String) }],
    ])
    fills.toMatch([['order.filled', (fill) => fill.symbol === 'ABC']])
    fills.toMatch([['order.filled', expect.objectContaining({ symbol: 'ABC' })]])
    const asked = failureOf(() =>
      fills.toMatch([['order.filled', { lastPrice: (price) => price.gt(100) }]]),
    )
    expect(asked.message).toContain(
      'data.lastPrice is 100, expected what (price) => price.gt(100) accepts',
    )
    const matched = failureOf(() =>
      fills.toMatch([['order.filled', { orderId: expect.any(Number) }]]),
    )
    expect(matched.message).toContain('data.orderId is "breakout-17", expected Any<Number>')
    const plain = { asymmetricMatch: () => false } as never
    expect(failureOf(() => fills.toMatch([['order.filled', plain]])).message).toContain(
      'what the matcher accepts',
    )
  })

  it('compares lists as a whole, and expects undefined to be absent', () => {
    const test = testBus()
    test.bus.emitSync('market.depth_update', payloadOf('market.depth_update'))
    const bid = ['61659.6', '4.218'] as const
    const depths = expectEvents(test)
    depths.toMatch([['market.depth_update', { bids: [bid, ['61659.5', '0.4']] }]])
    depths.toMatch([{ type: 'market.depth_update', causationId: undefined, metadata: undefined }])
    const { message } = failureOf(() => depths.toMatch([['market.depth_update', { bids: [bid] }]]))
    expect(message).toContain(
      'data.bids is [[61659.6, 4.218], [61659.5, 0.4]], expected [[61659.6, 4.218]]',
    )
    const second = failureOf(() =>
      depths.toMatch([['market.depth_update', { bids: [bid, ['61659.5', '1']] }]]),
    )
    expect(second.message).toContain('data.bids.1.1 is 0.4, expected 1')
    expect(
      failureOf(() => depths.toMatch([['market.depth_update', { venue: undefined }]])).message,
    ).toContain('data.venue is "binance", expected absent')
    expect(
      failureOf(() => depths.toMatch([{ type: 'market.depth_update', metadata: { a: 1 } }]))
        .message,
    ).toContain('metadata is absent, expected { a: 1 }')
  })

  it('compares a Date of an event of its own by its time', () => {
    const payload = payloadsOf(catalog)
    const test = testBus({ catalog })
    const until = new Date(1_767_312_000_000)
    test.bus.emitSync('signal.entry', payload('signal.entry', { until }))
    expectEvents(test).toMatch([['signal.entry', { until: new Date(until) }]])
    failureOf(() => expectEvents(test).toMatch([['signal.entry', { until: new Date(0) }]]))
    failureOf(() => expectEvents(test).toMatch([['signal.entry', { until: null as never }]]))
  })

  it('knows the events of a catalog, and refuses others', () => {
    const test = testBus({ catalog })
    test.bus.emitSync('action.buy.start', { startedBy: 'me' })
    expectEvents(test, 'action.**').toMatch([['action.buy.start', { startedBy: 'me' }]])
    expect(() => expectEvents(test, 'actoin.**' as never)).toThrow('action')
    expect(() => expectEvents(test).toMatch(['order.fill' as never])).toThrow('order.fill')
    expect(() => expectEvents([], 'a..b')).toThrow('pattern')
    expect(() => expectEvents(test, [])).toThrow('at least one pattern')
  })

  it('refuses what is no bus, and what is no expectation', () => {
    expect(() => expectEvents(undefined as never)).toThrow('undefined')
    expect(() => expectEvents({} as never)).toThrow('an object')
    expect(() => expectEvents(new SimulatedClock() as never)).toThrow('a SimulatedClock')
    expect(() => expectEvents(Promise.resolve() as never)).toThrow('Is the await missing?')
    const events = expectEvents(testBus())
    expect(() => events.toMatch('order.filled' as never)).toThrow('must be a list')
    const three = ['order.filled', {}, { source: 'x' }]
    for (const malformed of [1, null, [], [1], three, {}, { type: 1 }]) {
      expect(() => events.toMatch([malformed as never])).toThrow('An expected event must be')
    }
    expect(() => events.toMatch([{ type: 'order.filled', payload: {} } as never])).toThrow(
      '"payload"',
    )
    expect(() => events.toMatch([['order.filled'] as never])).toThrow(EventAssertionError)
  })
})

describe('EventExpectations.toMatch', () => {
  it('shows both lists with the first difference marked, and what differs', () => {
    const error = failureOf(() =>
      expectEvents(traded()).toMatch([
        'order.submitted',
        ['order.placed', { symbol: 'ABC' }],
        ['order.filled', { lastPrice: '101', lastQuantity: '0.15' }],
      ]),
    )
    expect(error.message).toBe(
      [
        '3 events of * came, 3 expected; the first difference is at 3.',
        '',
        '      came                                                │ expected',
        '  1   order.submitted                                     │ order.submitted',
        '  2   order.placed { symbol: "ABC" }                      │ order.placed { symbol: "ABC" }',
        '> 3 ✗ order.filled { lastPrice: 100, lastQuantity: 0.15 } │ order.filled { lastPrice: 101, lastQuantity: 0.15 }',
        '',
        '3: what came is not what was expected:',
        '    data.lastPrice is 100, expected 101',
        '  the whole event:',
        '    test-3 order.filled at 2026-01-02T00:00:00.000Z by broker',
        '    { orderId: "breakout-17", venueOrderId: "8389765547", symbol: "ABC", strategyId: "breakout", timestamp: 2026-01-01T00:00:00.123Z, venue: "binance", tradeId: "5512874391", side: "buy", lastPrice: 100, lastQuantity: 0.15, filledQuantity: 0.25, remainingQuantity: 0, averagePrice: 61659.7, fee: { amount: 0.5, currency: "USD" }, liquidity: "maker" }',
      ].join('\n'),
    )
  })

  it('has the fields of an AssertionError, with one line for each event', () => {
    const error = failureOf(() =>
      expectEvents(traded()).toMatch([
        ['order.submitted', { symbol: (symbol: string) => symbol.length === 3 }],
        { type: 'order.placed', source: 'venue' },
      ]),
    )
    expect([error.name, error.code, error.operator, error.generatedMessage]).toEqual([
      'AssertionError',
      'ERR_ASSERTION',
      'toMatch',
      false,
    ])
    expect(error.actual).toEqual([
      'order.submitted { symbol: "ABC" }',
      'order.placed { source: "broker" }',
      'order.filled',
    ])
    expect(error.expected).toEqual([
      'order.submitted { symbol: "ABC" }',
      'order.placed { source: "venue" }',
    ])
    expect(error.stack).not.toMatch(/expect-events\.ts/)
  })

  it('tells what is missing at the end, and what was not expected', () => {
    const missing = failureOf(() =>
      expectEvents(traded(), 'order.filled').toMatch([
        'order.filled',
        ['order.filled', { symbol: 'X' }],
      ]),
    )
    expect(missing.message).toContain('1 event of order.filled came, 2 expected')
    expect(missing.message).toContain('> 2 ✗ (none)       │ order.filled { symbol: "X" }')
    expect(missing.message).toContain('2: nothing came, expected order.filled { symbol: "X" }')
    const extra = failureOf(() => expectEvents(traded()).toMatch(['order.submitted']))
    expect(extra.message).toMatch(/> 2 ✗ order\.placed .*\(none\)/)
    expect(extra.message).toContain(
      '2: nothing more was expected, but there came\n    test-2 order.placed',
    )
  })

  it('shows an event of a time that no calendar has', () => {
    const test = testBus()
    const timestamp = 1e17
    test.bus.emitSync('order.placed', payloadOf('order.placed'), { timestamp })
    const { message } = failureOf(() => expectEvents(test).toMatch([]))
    expect(message).toContain('test-1 order.placed at 100000000000000000 by tradewire')
  })

  it('tells of a list as of a bus', () => {
    const { message } = failureOf(() => expectEvents(traded().emitted).toMatch(['order.placed']))
    expect(message).toContain('type is order.submitted, expected order.placed')
  })

  it('tells of another type', () => {
    const { message, actual, expected } = failureOf(() =>
      expectEvents(traded(), ['order.placed', 'order.rejected']).toMatch([
        ['order.rejected', { reason: 'no' }],
      ]),
    )
    expect(message).toContain('type is order.placed, expected order.rejected')
    expect([actual, expected]).toEqual([['order.placed'], ['order.rejected { reason: "no" }']])
  })

  it('shows a part of long lists, and of long lines', () => {
    const test = testBus()
    for (let count = 0; count < 30; count += 1) {
      test.bus.emitSync('system.warning', payloadOf('system.warning', { message: 'x'.repeat(100) }))
    }
    const expected = Array.from({ length: 30 }, (_, index) =>
      index === 10
        ? ('system.error' as const)
        : (['system.warning', { message: 'x'.repeat(100) }] as const),
    )
    const { message } = failureOf(() => expectEvents(test).toMatch(expected))
    expect(message).toContain('… 5 before')
    expect(message).toContain('… 9 after')
    expect(message).toContain('> 11 ✗ system.warning')
    for (const line of message.split('\n').slice(2, 20)) expect(line.length).toBeLessThan(150)
  })

  it('shows an expectation that is a function of the whole payload', () => {
    const { message, actual } = failureOf(() =>
      expectEvents(traded(), 'order.placed').toMatch([['order.placed', () => false]]),
    )
    expect(message).toContain('order.placed { data: what () => false accepts }')
    expect(actual).toEqual([expect.stringContaining('side: "buy", orderType: "limit"')])
  })
})

describe('EventExpectations.toContain', () => {
  it('accepts others in between, and nothing', () => {
    const events = expectEvents(traded())
    events.toContain(['order.submitted', ['order.filled', { lastPrice: '100' }]])
    events.toContain([])
  })

  it('tells the closest event of what has not come', () => {
    const error = failureOf(() =>
      expectEvents(traded()).toContain([
        'order.placed',
        ['order.filled', { lastPrice: '100', symbol: 'DEF' }],
        'order.expired',
      ]),
    )
    expect(error.message).toContain(
      'Expected event 2 of 3 did not come after the first 1: order.filled { lastPrice: 100, symbol: "DEF" }',
    )
    expect(error.message).toContain(
      'The closest that came:\n    data.symbol is "ABC", expected "DEF"',
    )
    expect(error.message).toContain('There came after the first 1: order.filled')
    expect(error.actual).toEqual(['order.placed', 'order.filled { lastPrice: 100, symbol: "ABC" }'])
    expect(error.expected).toEqual([
      'order.placed',
      'order.filled { lastPrice: 100, symbol: "DEF" }',
      'order.expired',
    ])
  })

  it('takes an event of the same type for the closest, whatever came before it', () => {
    const { message } = failureOf(() =>
      expectEvents(traded()).toContain([['order.filled', { symbol: 'DEF' }]]),
    )
    expect(message).toContain('data.symbol is "ABC", expected "DEF"')
    expect(message).toContain('There came: order.submitted, order.placed, order.filled')
  })

  it('does not look back, and says if nothing came', () => {
    const events = expectEvents(traded())
    const { message } = failureOf(() => events.toContain(['order.filled', 'order.placed']))
    expect(message).toContain('Of its type there came none after the first 1.')
    expect(message).toContain('There came after the first 1: nothing')
  })

  it('takes the closest of several, and lists at most 20 types', () => {
    const test = testBus()
    for (let count = 0; count < 25; count += 1) {
      const side = count === 7 ? 'sell' : 'buy'
      test.bus.emitSync('order.placed', payloadOf('order.placed', { side, symbol: `S${count}` }))
    }
    const { message } = failureOf(() =>
      expectEvents(test).toContain([['order.placed', { side: 'sell', symbol: 'S8' }]]),
    )
    expect(message).toContain('data.symbol is "S7", expected "S8"')
    expect(message).toMatch(/There came: (?:order\.placed, ){20}and 5 more$/)
  })
})

describe('EventExpectations.toBeEmpty', () => {
  it('shows what came', () => {
    const { message, operator } = failureOf(() =>
      expectEvents(traded(), 'order.filled').toBeEmpty(),
    )
    expect(message).toContain('No event of order.filled was expected, but 1 event came.')
    expect(message).toContain('> 1 ✗ order.filled │ (none)')
    expect(operator).toBe('toBeEmpty')
  })
})

describe('EventExpectations.last', () => {
  it('is the newest event, typed by the pattern', () => {
    const { data } = expectEvents(traded(), 'order.filled').last
    expect(data.lastPrice.toFixed()).toBe('100')
    expect(expectEvents(traded(), 'order.*').events).toHaveLength(3)
  })

  it('throws if there is none', () => {
    const error = failureOf(() => expectEvents(testBus(), ['order.*', 'risk.*']).last)
    expect(error.message).toBe('No event of order.*, risk.* has come.')
  })
})
