/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { describe, expectTypeOf, it } from 'vitest'
import {
  type Bus,
  createBus,
  Decimal,
  decimal,
  type EventOf,
  type NewBar,
  type OrderFilled,
  type PayloadOf,
  tradingEvents,
  z,
} from 'tradewire'
import { runBacktest, type Strategy } from 'tradewire/backtest'
import type { Desk } from 'tradewire/desk'
import { memoryLog } from 'tradewire/log'
import { bars, expectEvents, given, payloadOf, payloadsOf, testBus } from 'tradewire/testing'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string(), price: decimal() }),
    example: { symbol: 'ABC', price: new Decimal('10') },
  },
  'action.{name}.start': {
    description: 'An action has started.',
    payload: z.strictObject({ startedBy: z.string() }),
    example: { startedBy: 'scheduler' },
  },
})

describe('testBus', () => {
  it('has a bus of its catalog', () => {
    const test = testBus({ catalog })
    expectTypeOf(testBus().bus).toEqualTypeOf<Bus>()
    test.bus.on('signal.entry', ({ data }) => expectTypeOf(data.price).toEqualTypeOf<Decimal>())
    for (const event of test.emitted) {
      if (event.type === 'signal.entry') expectTypeOf(event.data.price).toEqualTypeOf<Decimal>()
    }
    // @ts-expect-error the clock is its own
    testBus({ clock: test.clock })
  })
})

describe('expectEvents', () => {
  it('knows types and payloads by the bus and the pattern', () => {
    const { bus } = testBus()
    const fills = expectEvents(bus, 'order.filled')
    expectTypeOf(fills.last).toEqualTypeOf<EventOf<'order.filled'>>()
    fills.toMatch(['order.filled', ['order.filled', { lastPrice: '1', fee: { currency: 'USD' } }]])
    fills.toMatch([['order.filled', { lastPrice: new Decimal(1), side: (side) => side === 'buy' }]])
    fills.toMatch([['order.filled', (fill) => fill.lastPrice.gt(1)]])
    expectEvents(createBus(), ['order.*', 'risk.*']).toContain([
      'order.filled',
      'risk.limit_warning',
    ])
    // @ts-expect-error a number is no Decimal
    fills.toMatch([['order.filled', { lastPrice: 1 }]])
    // @ts-expect-error the pattern covers no such event
    fills.toMatch(['order.placed'])
    // @ts-expect-error no such pattern
    expectEvents(bus, 'orders.*')
  })

  it('refuses what is misspelt, whatever the pattern', () => {
    const all = expectEvents(testBus())
    // @ts-expect-error no such type
    all.toMatch(['order.fill'])
    // @ts-expect-error no such field
    all.toMatch([['order.filled', { lastPrise: '1' }]])
    // @ts-expect-error no such field
    all.toMatch([{ type: 'order.filled', data: { lastPrise: '1' } }])
    // @ts-expect-error no such part of an event
    all.toMatch([{ type: 'order.filled', payload: {} }])
    all.toMatch([{ type: 'order.filled', data: { lastPrice: (price) => price.gt(1) } }])
  })

  it('knows the events of a catalog, and of a list', () => {
    const { bus, emitted } = testBus({ catalog })
    expectEvents(bus).toMatch([['signal.entry', { price: '1' }], 'action.buy.start'])
    expectEvents(emitted).toMatch([['signal.entry', { price: '1' }]])
    expectTypeOf(expectEvents(bus, 'signal.*').last.data.price).toEqualTypeOf<Decimal>()
    expectEvents({} as Desk).toMatch(['order.filled'])
  })
})

describe('payloadOf', () => {
  it('takes the fields of the type, and text for Decimals', () => {
    expectTypeOf(payloadOf('order.filled')).toEqualTypeOf<OrderFilled>()
    payloadOf('order.filled', { lastPrice: '1', venue: undefined })
    payloadOf('market.depth_update', { bids: [['1', new Decimal(2)]] })
    // @ts-expect-error a number is no Decimal
    payloadOf('order.filled', { lastPrice: 1 })
    // @ts-expect-error no such field
    payloadOf('order.filled', { lastPrise: '1' })
    // @ts-expect-error no such type
    payloadOf('order.fill')
  })

  it('follows a catalog', () => {
    const payload = payloadsOf(catalog)
    expectTypeOf(payload('signal.entry', { price: '1' })).toEqualTypeOf<
      PayloadOf<'signal.entry', typeof catalog>
    >()
    expectTypeOf(payload('action.buy.start')).toEqualTypeOf<{ startedBy: string }>()
    // @ts-expect-error no such field
    payload('signal.entry', { limit: '1' })
  })
})

describe('bars', () => {
  it('are events, and a source', () => {
    const series = bars({ symbol: 'ABC', closes: ['1', new Decimal(2), { close: '3' }] })
    expectTypeOf(series[0]!.data).toEqualTypeOf<NewBar>()
    void runBacktest({ sources: [series], strategy: () => {} })
    // @ts-expect-error a number is no Decimal
    bars({ symbol: 'ABC', closes: [1] })
  })
})

describe('given', () => {
  it('takes strategies, inputs and logs', async () => {
    const strategy: Strategy = ({ bus }) => void bus.on('market.new_bar', () => {})
    const reaction = await given(bars({ symbol: 'ABC', closes: ['1'] }))
      .strategy(strategy)
      .when([])
    expectTypeOf(reaction.desk).toEqualTypeOf<Desk>()
    await given(['order.filled', ['order.placed', { price: '1' }], { advanceMs: 1 }])
      .handlers((bus) => expectTypeOf(bus).toEqualTypeOf<Bus>())
      .when(memoryLog())
    // @ts-expect-error no such type
    given(['order.fill'])
    // @ts-expect-error no such field
    given([['order.filled', { lastPrise: '1' }]])
  })

  it('follows a catalog, of its own or of a log', async () => {
    const given1 = given([['signal.entry', { price: '1' }]], { catalog })
    const { emitted } = await given1
      .strategy(({ bus }) => bus.on('signal.*', () => {}))
      .when(['action.a.start'])
    expectEvents(emitted).toMatch(['signal.entry'])
    const log = memoryLog({ catalog })
    await given(log)
      .handlers((bus) => bus.on('signal.entry', () => {}))
      .when(log.read({ pattern: 'signal.*' }))
  })

  it('infers the state of a reducer, and its events by the pattern', async () => {
    const { before, state } = await given([])
      .reducer({
        name: 'volume',
        pattern: 'order.filled',
        initial: () => new Decimal(0),
        reduce: (volume, { data }) => volume.plus(data.lastQuantity),
      })
      .when([])
    expectTypeOf(before).toEqualTypeOf<Decimal>()
    expectTypeOf(state).toEqualTypeOf<Decimal>()
  })
})
