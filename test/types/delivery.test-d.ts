/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { describe, expectTypeOf, it } from 'vitest'
import {
  type Bus,
  type CloseReport,
  createBus,
  Decimal,
  decimal,
  type EventOf,
  type EventRoute,
  type HandlerContext,
  type PayloadOf,
  type Subscription,
  type TradingEvent,
  tradingEvents,
  z,
} from 'tradewire'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string(), price: decimal() }),
    example: { symbol: 'BTCUSDT', price: new Decimal('61659.7') },
  },
})

declare const bus: Bus
declare const fill: PayloadOf<'order.filled'>

const own = createBus({ catalog })
const ignore = (): void => {}

type OrderEvent = Extract<TradingEvent, { readonly type: `order.${string}` }>

describe('delivery options', () => {
  it('give their keys the event that the pattern covers', () => {
    bus.on('market.quote_update', ignore, {
      mailbox: {
        overflow: 'conflate',
        key: (event) => {
          expectTypeOf(event).toEqualTypeOf<EventOf<'market.quote_update'>>()
          return event.data.symbol
        },
      },
      dedup: {
        capacity: 10,
        key: (event) => {
          expectTypeOf(event).toEqualTypeOf<EventOf<'market.quote_update'>>()
          return event.id
        },
      },
      deadLetter: {
        holdKey: true,
        key: (event) => {
          expectTypeOf(event).toEqualTypeOf<EventOf<'market.quote_update'>>()
          return event.data.symbol
        },
      },
    })
  })

  it('give them the union of a pattern, and of a list', () => {
    bus.on('order.*', ignore, {
      deadLetter: {
        holdKey: true,
        key: (event) => {
          expectTypeOf(event).toEqualTypeOf<OrderEvent>()
          return event.data.orderId
        },
      },
    })
    bus.once(['order.filled', 'order.rejected'], ignore, {
      dedup: {
        capacity: 10,
        key: ({ type }) => {
          expectTypeOf(type).toEqualTypeOf<'order.filled' | 'order.rejected'>()
          return type
        },
      },
    })
    own.onAny(ignore, {
      mailbox: { overflow: 'conflate', key: (event) => event.type === 'signal.entry' },
    })
  })

  it('know the events of an extended catalog', () => {
    own.on('signal.entry', ignore, {
      mailbox: {
        overflow: 'conflate',
        key: ({ data }) => {
          expectTypeOf(data).toEqualTypeOf<{ symbol: string; price: Decimal }>()
          return data.symbol
        },
      },
    })
    // @ts-expect-error -- the payload has no such field.
    own.on('signal.entry', ignore, { dedup: { capacity: 1, key: ({ data }) => data.orderId } })
  })

  it('are refused where they are wrong', () => {
    // @ts-expect-error -- no such option.
    bus.on('order.filled', ignore, { mailbox: { size: 10 } })
    // @ts-expect-error -- no such overflow.
    bus.on('order.filled', ignore, { mailbox: { overflow: 'drop' } })
    // @ts-expect-error -- no such concurrency.
    bus.on('order.filled', ignore, { concurrency: 'many' })
    // @ts-expect-error -- no such priority.
    bus.on('order.filled', ignore, { minPriority: 'urgent' })
    // @ts-expect-error -- no such jitter.
    bus.on('order.filled', ignore, { retry: { attempts: 3, jitter: 'half' } })
    // @ts-expect-error -- no such option.
    bus.on('order.filled', ignore, { dedup: { windowMs: 10 } })
    // @ts-expect-error -- a rate is needed.
    bus.on('order.filled', ignore, { rateLimit: { burst: 10 } })
    // @ts-expect-error -- only batches are collected.
    bus.on('order.filled', ignore, { maxSize: 10 })
    // @ts-expect-error -- waits have no mailbox.
    void bus.waitFor('order.filled', { mailbox: {} })
    // @ts-expect-error -- streams have a buffer of their own.
    bus.stream('order.filled', { mailbox: {} })
    // @ts-expect-error -- no such priority.
    void bus.emit('order.filled', fill, { priority: 'urgent' })
  })
})

describe('the context of a handler', () => {
  it('is typed, and may be left out', () => {
    bus.on('order.filled', (event, context) => {
      expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      expectTypeOf(context).toEqualTypeOf<HandlerContext>()
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(context.attempt).toEqualTypeOf<number>()
      expectTypeOf(context.subscription).toEqualTypeOf<Subscription>()
      // @ts-expect-error -- nobody else counts attempts.
      context.attempt = 2
    })
    bus.once('order.*', (_, { attempt }) => attempt)
    bus.onAny((_, { subscription }) => subscription.id)
    bus.on('order.filled', ignore)
    // @ts-expect-error -- there is no third argument.
    bus.on('order.filled', (_event, _context, more: number) => more)
  })
})

describe('onBatch', () => {
  it('gives a list of the events that the pattern covers', () => {
    const subscription = bus.onBatch(
      'market.trade_tick',
      (events, { attempt }) => {
        expectTypeOf(events).toEqualTypeOf<readonly EventOf<'market.trade_tick'>[]>()
        expectTypeOf(attempt).toEqualTypeOf<number>()
      },
      { maxSize: 500, maxWaitMs: 250, concurrency: 2 },
    )
    expectTypeOf(subscription).toEqualTypeOf<Subscription>()
    bus.onBatch('order.*', (events) => {
      expectTypeOf(events).toEqualTypeOf<readonly OrderEvent[]>()
    })
    own.onBatch(['signal.entry', 'order.filled'], ([event]) => {
      if (event?.type === 'signal.entry') expectTypeOf(event.data.price).toEqualTypeOf<Decimal>()
    })
  })

  it('is refused a wrong handler or option', () => {
    // @ts-expect-error -- it gets a list.
    bus.onBatch('order.filled', ({ data }) => data)
    // @ts-expect-error -- nobody may change the list.
    bus.onBatch('order.filled', (events) => events.push())
    // @ts-expect-error -- no such option.
    bus.onBatch('order.filled', ignore, { size: 10 })
    // @ts-expect-error -- no such event.
    bus.onBatch('order.full', ignore)
  })
})

describe('addRoute', () => {
  it('types where by the pattern, and what map makes by to', () => {
    const route = bus.addRoute({
      pattern: 'market.quote_update',
      where: ({ data }) => data.bidPrice.gt(data.askPrice),
      to: 'system.warning',
      map: (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'market.quote_update'>>()
        const { timestamp, data } = event
        return { timestamp, code: 'crossed', message: `${data.symbol} is crossed` }
      },
    })
    expectTypeOf(route).toEqualTypeOf<EventRoute>()
    expectTypeOf(bus.routes()).toEqualTypeOf<readonly EventRoute[]>()
    own.addRoute({
      pattern: ['signal.entry', 'market.trade_tick'],
      to: 'signal.entry',
      map: ({ data }) => (data.symbol === '' ? undefined : { ...data, price: data.price }),
    })
  })

  it('types what map makes by the other bus', () => {
    bus.addRoute({
      pattern: 'order.filled',
      where: ({ data }) => data.symbol === 'BTCUSDT',
      to: own,
      map: ({ data }) => ({
        type: 'signal.entry',
        data: { symbol: data.symbol, price: data.lastPrice },
      }),
    })
    bus.addRoute({ pattern: 'order.*', to: own })
  })

  it('is refused a wrong rule', () => {
    // @ts-expect-error -- the payload lacks what a warning has.
    bus.addRoute({ pattern: 'order.filled', to: 'system.warning', map: ({ data }) => data.symbol })
    // @ts-expect-error -- no such event.
    bus.addRoute({ pattern: 'order.filled', to: 'system.unknown' })
    // @ts-expect-error -- no such event.
    bus.addRoute({ pattern: 'order.full', to: 'system.warning' })
    // @ts-expect-error -- the other bus has no such event.
    bus.addRoute({ pattern: 'order.filled', to: own, map: () => ({ type: 'no.event', data: {} }) })
    // @ts-expect-error -- where is no number.
    bus.addRoute({ pattern: 'order.filled', where: 5, to: 'system.warning' })
    // @ts-expect-error -- it needs an aim.
    bus.addRoute({ pattern: 'order.filled' })
  })
})

describe('a bus', () => {
  it('reports as it closes, and counts', async () => {
    expectTypeOf(await bus.close({ drainMs: 5 })).toEqualTypeOf<CloseReport>()
    expectTypeOf(bus.stats.accepted).toEqualTypeOf<number>()
    expectTypeOf(bus.slowest(3)).toEqualTypeOf<readonly Subscription[]>()
    // @ts-expect-error -- nobody else counts.
    bus.stats.accepted = 1
    // @ts-expect-error -- no such option.
    void bus.close({ drain: 5 })
  })

  it('takes rules and limits by source', () => {
    createBus({ allow: { 'risk.*': ['risk-guard'] }, rateLimits: { bot: { perSecond: 10 } } })
    // @ts-expect-error -- a list of sources.
    createBus({ allow: { 'risk.*': 'risk-guard' } })
    // @ts-expect-error -- no such behaviour.
    createBus({ rateLimits: { bot: { perSecond: 10, onLimit: 'block' } } })
  })
})
