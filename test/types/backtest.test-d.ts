/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { Decimal, decimal, type EventOf, tradingEvents, z } from 'tradewire'
import {
  type BacktestResult,
  runBacktest,
  type Source,
  type SourceEvent,
  type Strategy,
} from 'tradewire/backtest'
import { type Desk, startDesk } from 'tradewire/desk'
import { describe, expectTypeOf, it } from 'vitest'
import { createBus } from 'tradewire'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string(), price: decimal(), timestamp: z.number() }),
    example: { symbol: 'BTCUSDT', price: new Decimal('61659.7'), timestamp: 0 },
  },
})
type Schemas = typeof catalog.schemas

const signal = {
  type: 'signal.entry',
  data: { symbol: 'BTCUSDT', price: new Decimal(1), timestamp: 0 },
} as const

describe('the types of a backtest', () => {
  it('know the trading events without a catalog', () => {
    const strategy: Strategy = ({ bus, orders }) => {
      bus.on('market.new_bar', (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'market.new_bar'>>()
        orders.buy(event.data.symbol, event.data.volume, { cause: event })
      })
      // @ts-expect-error -- no such event without a catalog that has it.
      bus.on('signal.entry', () => {})
    }
    expectTypeOf(runBacktest({ sources: [[]], strategy })).toEqualTypeOf<Promise<BacktestResult>>()
  })

  it('know events of your own in sources and strategies', () => {
    void runBacktest({
      catalog,
      sources: [[signal]],
      strategy: ({ bus }) => {
        bus.on('signal.entry', ({ data }) => {
          expectTypeOf(data.price).toEqualTypeOf<Decimal>()
        })
        bus.emitSync('signal.entry', { symbol: 'X', price: new Decimal(1), timestamp: 1 })
        // @ts-expect-error -- the payload has no such field.
        bus.on('signal.entry', ({ data }) => data.size)
      },
    })
    const own: Strategy<Schemas> = (desk) => {
      expectTypeOf(desk).toEqualTypeOf<Desk<Schemas>>()
    }
    void runBacktest({ catalog, sources: [new Set([signal])], strategy: [own, own] })
    // @ts-expect-error -- the catalog does not have it.
    void runBacktest({ sources: [[signal]], strategy: () => {} })
    // @ts-expect-error -- the price is missing.
    void runBacktest({ catalog, sources: [[{ type: 'signal.entry', data: {} }]], strategy: own })
  })

  it('give a source event the payload of its type', () => {
    expectTypeOf<Extract<SourceEvent<Schemas>, { type: 'signal.entry' }>['data']>().toEqualTypeOf<{
      symbol: string
      price: Decimal
      timestamp: number
    }>()
    expectTypeOf<SourceEvent[]>().toExtend<Source>()
    expectTypeOf<AsyncGenerator<SourceEvent>>().toExtend<Source>()
    // @ts-expect-error -- a bar is no trade.
    const wrong: SourceEvent = {
      type: 'market.trade_tick',
      data: {} as EventOf<'market.new_bar'>['data'],
    }
    void wrong
  })

  it('let a strategy return nothing, its end, or a promise', () => {
    expectTypeOf<() => void>().toExtend<Strategy>()
    expectTypeOf<() => () => Promise<void>>().toExtend<Strategy>()
    expectTypeOf<() => Promise<void>>().toExtend<Strategy>()
    expectTypeOf<() => string>().not.toExtend<Strategy>()
  })

  it('give a desk the events of its bus', () => {
    const desk = startDesk(createBus({ catalog }))
    expectTypeOf(desk).toEqualTypeOf<Desk<Schemas>>()
    desk.orders.submit({ symbol: 'X', side: 'buy', quantity: '1' })
    // @ts-expect-error -- a quantity is exact.
    desk.orders.buy('X', 1)
    // @ts-expect-error -- no such term.
    desk.orders.buy('X', '1', { quantity: '2' })
    // @ts-expect-error -- nothing else can be changed.
    desk.orders.modify('a', { side: 'sell' })
  })
})
