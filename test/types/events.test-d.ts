import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { decodeEvent } from '../../src/events/encoding.ts'
import type { TradewireEvent } from '../../src/events/envelope.ts'
import { type EventCategory, EventType } from '../../src/events/event-type.ts'
import type * as market from '../../src/events/market-shapes.ts'
import type { BookLevel, NewBar } from '../../src/events/market.ts'
import type { OrderFilled, OrderPlaced } from '../../src/events/order.ts'
import type * as order from '../../src/events/order-shapes.ts'
import type * as performance from '../../src/events/performance.ts'
import type * as position from '../../src/events/position.ts'
import type { PositionOpened } from '../../src/events/position.ts'
import type * as risk from '../../src/events/risk.ts'
import type { RiskLimitName, RiskLimitWarning } from '../../src/events/risk.ts'
import type * as system from '../../src/events/system.ts'
import type { SystemError } from '../../src/events/system.ts'
import {
  type EventOf,
  type PayloadOf,
  type TradingEvent,
  tradingEvents,
  type TradingSchemas,
} from '../../src/events/trading-events.ts'
import type { EventMatching, PatternIn, TypeIn } from '../../src/events/types.ts'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string(), price: decimal() }),
    example: { symbol: 'BTCUSDT', price: new Decimal('61659.7') },
  },
  'action.{name}.start': {
    description: 'An action begins.',
    payload: z.strictObject({ actor: z.string() }),
    example: { actor: 'desk' },
  },
})
type Schemas = (typeof catalog)['schemas']

/** `true` where a type is `any`, at any depth; Decimals and functions are leaves. */
type HoldsAny<T> = 0 extends 1 & T
  ? true
  : T extends Decimal | string | number | boolean | undefined
    ? false
    : T extends readonly (infer Item)[]
      ? HoldsAny<Item>
      : true extends { [Key in keyof T]-?: HoldsAny<T[Key]> }[keyof T]
        ? true
        : false

describe('TradingEvent', () => {
  it('has no any in any payload', () => {
    type Held = { [Type in keyof TradingSchemas]: HoldsAny<PayloadOf<Type>> }[keyof TradingSchemas]
    expectTypeOf<Held>().toEqualTypeOf<false>()
    // The check itself finds one.
    type Loose = { readonly a: readonly { readonly b: ReturnType<typeof JSON.parse> }[] }
    expectTypeOf<HoldsAny<Loose>>().toEqualTypeOf<true>()
  })

  it('narrows by its type', () => {
    const narrow = (event: TradingEvent): unknown => {
      if (event.type === 'order.rejected') {
        expectTypeOf(event.data.reason).toEqualTypeOf<string>()
        expectTypeOf(event.data.code).toEqualTypeOf<string | undefined>()
      }
      if (event.type === 'market.depth_update') {
        expectTypeOf(event.data.bids).toEqualTypeOf<readonly BookLevel[]>()
      }
      // @ts-expect-error: not every event has a reason
      return event.data.reason
    }
    expectTypeOf(narrow).toBeFunction()
  })
})

describe('EventType', () => {
  it('is exactly the set of the names in the catalog', () => {
    expectTypeOf<EventType>().toEqualTypeOf<TypeIn<TradingSchemas>>()
    expectTypeOf(EventType.ORDER_FILLED).toEqualTypeOf<'order.filled'>()
  })

  it('begins with a category', () => {
    expectTypeOf<EventType>().toExtend<`${EventCategory}.${string}`>()
  })
})

describe('PayloadOf', () => {
  it('is the payload of a type, by name', () => {
    expectTypeOf<PayloadOf<'order.filled'>>().toEqualTypeOf<OrderFilled>()
    expectTypeOf<PayloadOf<'market.new_bar'>>().toEqualTypeOf<NewBar>()
    expectTypeOf<PayloadOf<'system.error'>>().toEqualTypeOf<SystemError>()
  })

  it('has exact types in every field', () => {
    expectTypeOf<OrderFilled['lastPrice']>().toEqualTypeOf<Decimal>()
    expectTypeOf<OrderFilled['side']>().toEqualTypeOf<'buy' | 'sell'>()
    expectTypeOf<OrderFilled['liquidity']>().toEqualTypeOf<'maker' | 'taker' | undefined>()
    expectTypeOf<OrderFilled['fee']>().toEqualTypeOf<
      { readonly amount: Decimal; readonly currency: string } | undefined
    >()
    expectTypeOf<OrderPlaced['tags']>().toEqualTypeOf<readonly string[] | undefined>()
    expectTypeOf<OrderPlaced['price']>().toEqualTypeOf<Decimal | undefined>()
    expectTypeOf<PositionOpened['side']>().toEqualTypeOf<'long' | 'short' | 'flat'>()
    expectTypeOf<NewBar['venue']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<RiskLimitWarning['limit']>().toEqualTypeOf<RiskLimitName | (string & {})>()
  })

  it('cannot be changed', () => {
    const change = (bar: NewBar): void => {
      // @ts-expect-error: payloads are shared by all handlers
      bar.close = bar.open
    }
    expectTypeOf(change).toBeFunction()
  })

  it('takes the catalog of a user', () => {
    expectTypeOf<PayloadOf<'signal.entry', typeof catalog>>().toEqualTypeOf<{
      symbol: string
      price: Decimal
    }>()
    expectTypeOf<PayloadOf<'action.buy.start', typeof catalog>>().toEqualTypeOf<{ actor: string }>()
    expectTypeOf<PayloadOf<'order.filled', typeof catalog>>().toEqualTypeOf<OrderFilled>()
  })

  it('refuses a type that the catalog does not have', () => {
    // @ts-expect-error: misspelt
    expectTypeOf<PayloadOf<'order.filed'>>().not.toBeUndefined()
    // @ts-expect-error: an event of another catalog
    expectTypeOf<PayloadOf<'signal.entry'>>().not.toBeUndefined()
  })
})

describe('EventOf', () => {
  it('is the event of a type', () => {
    expectTypeOf<EventOf<'order.filled'>>().toEqualTypeOf<
      TradewireEvent<'order.filled', OrderFilled>
    >()
    expectTypeOf<EventOf<'order.filled'>>().toExtend<TradingEvent>()
  })

  it('takes the catalog of a user', () => {
    type Entry = EventOf<'signal.entry', typeof catalog>
    expectTypeOf<Entry['type']>().toEqualTypeOf<'signal.entry'>()
    expectTypeOf<Entry['data']['price']>().toEqualTypeOf<Decimal>()
    type Started = EventOf<'action.buy.start', typeof catalog>
    expectTypeOf<Started['data']>().toEqualTypeOf<{ actor: string }>()
    // @ts-expect-error: misspelt
    expectTypeOf<EventOf<'signal.exit', typeof catalog>>().not.toBeUndefined()
  })
})

describe('PatternIn', () => {
  it('holds types, stars in the place of tokens, and stars for the rest', () => {
    expectTypeOf<
      '*' | '**' | 'order.filled' | 'order.*' | 'order.**' | '*.error' | '*.*' | '*.**'
    >().toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'action.**' | 'action.*.start' | 'action.buy.start' | 'action.*.*'>().toExtend<
      PatternIn<Schemas>
    >()
  })

  it('catches misspelt patterns', () => {
    expectTypeOf<'order.filed'>().not.toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'oder.*'>().not.toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'*.eror'>().not.toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'order'>().not.toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'order.*.x'>().not.toExtend<PatternIn<TradingSchemas>>()
    expectTypeOf<'action.buy.strat'>().not.toExtend<PatternIn<Schemas>>()
  })
})

describe('EventMatching', () => {
  it('is one event for a type', () => {
    expectTypeOf<EventMatching<TradingSchemas, 'order.filled'>>().toEqualTypeOf<
      EventOf<'order.filled'>
    >()
  })

  it('is the events of a category', () => {
    type OrderEvent = EventMatching<TradingSchemas, 'order.*'>
    expectTypeOf<OrderEvent['type']>().toEqualTypeOf<Extract<EventType, `order.${string}`>>()
    expectTypeOf<
      Extract<OrderEvent, { type: 'order.filled' }>['data']
    >().toEqualTypeOf<OrderFilled>()
  })

  it('is the events of one last token', () => {
    expectTypeOf<EventMatching<TradingSchemas, '*.error'>>().toEqualTypeOf<
      EventOf<'system.error'>
    >()
  })

  it('is every event for stars alone', () => {
    expectTypeOf<EventMatching<TradingSchemas, '*'>>().toEqualTypeOf<TradingEvent>()
    expectTypeOf<EventMatching<TradingSchemas, '**'>>().toEqualTypeOf<TradingEvent>()
    expectTypeOf<EventMatching<TradingSchemas, '*.*'>['type']>().toEqualTypeOf<EventType>()
  })

  it('follows the parameters of a name', () => {
    type Started = EventMatching<Schemas, 'action.**'>
    expectTypeOf<Started['type']>().toEqualTypeOf<`action.${string}.start`>()
    expectTypeOf<Started['data']>().toEqualTypeOf<{ actor: string }>()
    expectTypeOf<
      EventMatching<Schemas, 'action.buy.start'>['type']
    >().toEqualTypeOf<'action.buy.start'>()
    expectTypeOf<EventMatching<Schemas, 'action.*.start'>['data']>().toEqualTypeOf<{
      actor: string
    }>()
  })
})

describe('defineEvents', () => {
  it('checks an example against its schema', () => {
    const define = (): unknown =>
      defineEvents({
        'test.price': {
          description: 'A price.',
          payload: z.strictObject({ price: decimal() }),
          // @ts-expect-error: a number is no Decimal
          example: { price: 1.5 },
        },
      })
    expectTypeOf(define).toBeFunction()
  })

  it('refuses a payload that is no object', () => {
    const define = (): unknown =>
      defineEvents({
        // @ts-expect-error: a payload is an object
        'test.text': { description: 'Text.', payload: z.string(), example: 'text' },
      })
    expectTypeOf(define).toBeFunction()
  })

  it('infers the payloads', () => {
    const prices = defineEvents({
      'test.price': {
        description: 'A price.',
        payload: z.strictObject({ price: decimal() }),
        example: { price: new Decimal(1) },
      },
    })
    expectTypeOf<TypeIn<(typeof prices)['schemas']>>().toEqualTypeOf<'test.price'>()
    expectTypeOf<PayloadOf<'test.price', typeof prices>>().toEqualTypeOf<{ price: Decimal }>()
  })
})

describe('decodeEvent', () => {
  it('returns an event of its catalog', () => {
    expectTypeOf(decodeEvent({})).toEqualTypeOf<TradingEvent>()
    type Decoded = ReturnType<typeof decodeEvent<Schemas>>
    expectTypeOf<Decoded['type']>().toEqualTypeOf<
      EventType | 'signal.entry' | `action.${string}.start`
    >()
  })
})

describe('the payload interfaces', () => {
  it('say what their schemas say, in both directions', () => {
    type Same<Left, Right> = [Left] extends [Right]
      ? [Right] extends [Left]
        ? keyof Left extends keyof Right
          ? keyof Right extends keyof Left
            ? true
            : false
          : false
        : false
      : false
    interface Schemas {
      'market.new_bar': typeof market.newBar
      'market.data_update': typeof market.dataUpdate
      'market.quote_update': typeof market.quoteUpdate
      'market.trade_tick': typeof market.tradeTick
      'market.orderbook_update': typeof market.orderbookUpdate
      'market.depth_update': typeof market.depthUpdate
      'order.submitted': typeof order.terms
      'order.placed': typeof order.terms
      'order.filled': typeof order.filled
      'order.partial_fill': typeof order.partialFill
      'order.cancelled': typeof order.cancelled
      'order.rejected': typeof order.refused
      'order.expired': typeof order.expired
      'order.modified': typeof order.modified
      'order.triggered': typeof order.triggered
      'order.cancel_rejected': typeof order.refused
      'order.modify_rejected': typeof order.refused
      'position.opened': typeof position.opened
      'position.updated': typeof position.updated
      'position.closed': typeof position.closed
      'position.pnl_update': typeof position.pnlUpdate
      'risk.limit_warning': typeof risk.riskLimit
      'risk.limit_exceeded': typeof risk.riskLimit
      'risk.stop_loss_triggered': typeof risk.protection
      'risk.take_profit_triggered': typeof risk.protection
      'system.connected': typeof system.connected
      'system.disconnected': typeof system.disconnected
      'system.reconnecting': typeof system.reconnecting
      'system.authenticated': typeof system.authenticated
      'system.feed_stale': typeof system.feedStale
      'system.error': typeof system.error
      'system.warning': typeof system.warning
      'performance.memory_warning': typeof performance.memoryWarning
      'performance.rate_limit_warning': typeof performance.rateLimitWarning
      'performance.latency_warning': typeof performance.latencyWarning
    }
    type Verdicts = {
      [Type in keyof TradingSchemas]: Same<PayloadOf<Type>, z.output<Schemas[Type]>>
    }
    expectTypeOf<Verdicts[keyof TradingSchemas]>().toEqualTypeOf<true>()
    // The check itself finds a field that is missing on one side, optional or not.
    expectTypeOf<Same<{ a: 1 }, { a: 1; b?: 2 }>>().toEqualTypeOf<false>()
    expectTypeOf<Same<{ a: 1; b?: 2 }, { a: 1 }>>().toEqualTypeOf<false>()
  })
})
