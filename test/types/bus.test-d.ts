/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */

import { describe, expectTypeOf, it } from 'vitest'
import {
  type AnyEventIn,
  type Bus,
  createBus,
  Decimal,
  decimal,
  type DraftIn,
  type EventOf,
  type HandlerError,
  type PayloadOf,
  type Registration,
  type Subscription,
  type TradewireEvent,
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
  'signal.error': {
    description: 'A strategy has failed.',
    payload: z.strictObject({ message: z.string() }),
    example: { message: 'no data' },
  },
  'action.{name}.start': {
    description: 'An action begins.',
    payload: z.strictObject({ actor: z.string() }),
    example: { actor: 'desk' },
  },
  'action.{name}.step.{number}': {
    description: 'An action goes on.',
    payload: z.strictObject({ done: z.number() }),
    example: { done: 1 },
  },
})

declare const bus: Bus
declare const fill: PayloadOf<'order.filled'>

type Extended = (typeof catalog)['schemas']
type OwnEvent<Type extends string> = Extract<AnyEventIn<Extended>, { readonly type: Type }>
type OrderEvent = Extract<TradingEvent, { readonly type: `order.${string}` }>
type Entry = { symbol: string; price: Decimal }
type ActionStart = TradewireEvent<`action.${string}.start`, { actor: string }>
type ActionStep = TradewireEvent<`action.${string}.step.${string}`, { done: number }>

const own = createBus({ catalog })

/** `true` where a type is `any`, at any depth; Decimals and functions are leaves. */
type HoldsAny<T> = 0 extends 1 & T
  ? true
  : T extends Decimal | string | number | boolean | undefined | ((...args: never[]) => unknown)
    ? false
    : true extends { [Key in keyof T]-?: HoldsAny<T[Key]> }[keyof T]
      ? true
      : false

const isFill = (event: OrderEvent): event is EventOf<'order.filled'> =>
  event.type === 'order.filled'

const attach = (trading: Bus): Subscription => trading.on('order.filled', () => {})

describe('createBus', () => {
  it('infers the events from the catalog', () => {
    expectTypeOf(createBus()).toEqualTypeOf<Bus>()
    expectTypeOf(own).toEqualTypeOf<Bus<Extended>>()
  })
})

describe('Bus.on', () => {
  it('narrows the event to the pattern', () => {
    bus.on('order.filled', (event) => {
      expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      expectTypeOf(event.data.lastPrice).toEqualTypeOf<Decimal>()
    })
    bus.on('order.*', (event) => {
      expectTypeOf(event).toEqualTypeOf<OrderEvent>()
      if (event.type === 'order.rejected') expectTypeOf(event.data.reason).toBeString()
    })
    bus.on('*.error', (event) => {
      expectTypeOf(event).toEqualTypeOf<EventOf<'system.error'>>()
    })
    bus.on('*', (event) => {
      expectTypeOf(event).toEqualTypeOf<TradingEvent>()
    })
    bus.on(['order.filled', 'risk.*'], ({ type }) => {
      expectTypeOf(type).toEqualTypeOf<
        | 'order.filled'
        | 'risk.limit_warning'
        | 'risk.limit_exceeded'
        | 'risk.stop_loss_triggered'
        | 'risk.take_profit_triggered'
      >()
    })
  })

  it('narrows own events, also with parameters', () => {
    own.on('signal.entry', ({ data }) => {
      expectTypeOf(data).toEqualTypeOf<Entry>()
    })
    own.on('*.error', ({ type }) => {
      expectTypeOf(type).toEqualTypeOf<'system.error' | 'signal.error'>()
    })
    own.on('action.*.start', (event) => {
      expectTypeOf(event).toEqualTypeOf<ActionStart>()
    })
    own.on('action.**', (event) => {
      expectTypeOf(event).toEqualTypeOf<ActionStart | ActionStep>()
    })
    own.on('action.buy.start', (event) => {
      expectTypeOf(event).toEqualTypeOf<TradewireEvent<'action.buy.start', { actor: string }>>()
    })
    own.on('*', (event) => {
      expectTypeOf(event).toEqualTypeOf<AnyEventIn<Extended>>()
      if (event.type === 'signal.entry') expectTypeOf(event.data).toEqualTypeOf<Entry>()
    })
  })

  it('narrows the event to what a type guard lets pass', () => {
    bus.on(
      'order.*',
      (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      },
      { where: isFill, priority: 1 },
    )
    bus.on(
      'order.*',
      (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'order.placed'>>()
      },
      { where: (event: OrderEvent) => event.type === 'order.placed' },
    )
    bus.on(
      'order.filled',
      (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      },
      { where: ({ data }) => data.lastPrice.gt(100) },
    )
  })

  it('refuses a handler of other events', () => {
    // @ts-expect-error -- the pattern covers more than the handler takes.
    bus.on('order.*', (event: EventOf<'order.filled'>) => event)
    // @ts-expect-error -- the pattern covers something else.
    bus.on('order.placed', (event: EventOf<'order.filled'>) => event)
    bus.on('order.filled', (event: TradingEvent) => event)
    bus.on('order.filled', (event: TradewireEvent) => event)
  })

  it('refuses a pattern that covers nothing', () => {
    // @ts-expect-error -- misspelt.
    bus.on('order.filed', () => {})
    // @ts-expect-error -- no such category.
    bus.on('orders.*', () => {})
    // @ts-expect-error -- no event with three tokens.
    bus.on('order.*.*', () => {})
    // @ts-expect-error -- a prefix is no pattern.
    bus.on('order', () => {})
    // @ts-expect-error -- one of the list is misspelt.
    bus.on(['order.filled', 'order.filed'], () => {})
    // @ts-expect-error -- not in the catalog of this bus.
    bus.on('signal.entry', () => {})
    // @ts-expect-error -- misspelt after the parameter.
    own.on('action.buy.begin', () => {})
    // @ts-expect-error -- any text is not a literal pattern.
    bus.once('' as string, () => {})
    // @ts-expect-error -- misspelt.
    bus.clear('order.filed')
    // @ts-expect-error -- misspelt.
    void bus.waitFor('order.filed')
    // @ts-expect-error -- misspelt.
    bus.stream('order.filed')
    // @ts-expect-error -- misspelt.
    bus.history.query({ pattern: 'order.filed' })
    // @ts-expect-error -- misspelt.
    bus.handlerCount('order.filed')
  })
})

describe('Bus.once and Bus.onAny', () => {
  it('narrow like on', () => {
    own.once('signal.*', ({ type }) => {
      expectTypeOf(type).toEqualTypeOf<'signal.entry' | 'signal.error'>()
    })
    own.onAny((event) => {
      expectTypeOf(event).toEqualTypeOf<AnyEventIn<Extended>>()
    })
    // @ts-expect-error -- it gets every event.
    bus.onAny((event: EventOf<'order.filled'>) => event)
    // @ts-expect-error -- it is once anyway.
    bus.once('order.filled', () => {}, { once: true })
  })
})

describe('Bus.emit', () => {
  it('resolves to the event', () => {
    expectTypeOf(bus.emit('order.filled', fill)).resolves.toEqualTypeOf<EventOf<'order.filled'>>()
    expectTypeOf(bus.emitSync('order.filled', fill)).toEqualTypeOf<EventOf<'order.filled'>>()
    expectTypeOf(own.emit('action.buy.start', { actor: 'desk' })).resolves.toEqualTypeOf<
      TradewireEvent<'action.buy.start', { actor: string }>
    >()
    expectTypeOf(
      own.emitBatch([
        { type: 'action.buy.start', data: { actor: 'desk' } },
        { type: 'order.filled', data: fill },
      ]),
    ).resolves.toEqualTypeOf<
      [TradewireEvent<'action.buy.start', { actor: string }>, EventOf<'order.filled'>]
    >()
  })

  it('refuses wrong payloads and unknown types', () => {
    // @ts-expect-error -- fields are missing.
    void bus.emit('order.filled', { orderId: '1' })
    // @ts-expect-error -- a price is a Decimal.
    void own.emit('signal.entry', { symbol: 'BTCUSDT', price: 1 })
    // @ts-expect-error -- one field too many.
    void own.emit('signal.error', { message: 'no data', fatal: true })
    // @ts-expect-error -- misspelt.
    void bus.emit('order.filed', fill)
    // @ts-expect-error -- a pattern is no type.
    void bus.emit('order.*', fill)
    // @ts-expect-error -- the payload of another event.
    bus.emitSync('order.placed', fill)
    // @ts-expect-error -- not in the catalog of this bus.
    void bus.emitSerial('signal.error', { message: 'no data' })
    void bus.emitBatch([
      { type: 'order.filled', data: fill },
      // @ts-expect-error -- the payload of another event.
      { type: 'order.placed', data: fill },
    ])
    // @ts-expect-error -- no such option.
    void bus.emit('order.filled', fill, { sources: 'desk' })
  })
})

describe('Bus.waitFor and Bus.stream', () => {
  it('narrow to the pattern and to a type guard', () => {
    expectTypeOf(bus.waitFor('order.filled')).resolves.toEqualTypeOf<EventOf<'order.filled'>>()
    expectTypeOf(
      bus.waitFor('order.filled', { where: ({ data }) => data.orderId === '1', timeoutMs: 5_000 }),
    ).resolves.toEqualTypeOf<EventOf<'order.filled'>>()
    expectTypeOf(bus.waitFor('order.*', { where: isFill })).resolves.toEqualTypeOf<
      EventOf<'order.filled'>
    >()
    expectTypeOf(
      bus.waitFor('order.*', { where: (event) => event.type === 'order.placed' }),
    ).resolves.toEqualTypeOf<EventOf<'order.placed'>>()
    expectTypeOf(own.waitFor('action.**')).resolves.toEqualTypeOf<ActionStart | ActionStep>()
  })

  it('make streams for for await', async () => {
    for await (const event of bus.stream('market.trade_tick')) {
      expectTypeOf(event).toEqualTypeOf<EventOf<'market.trade_tick'>>()
    }
    for await (const event of bus.stream('order.*', { where: isFill, capacity: 10 })) {
      expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
    }
    for await (const event of own.stream(['signal.entry', 'action.*.start'])) {
      expectTypeOf(event).toEqualTypeOf<OwnEvent<'signal.entry'> | ActionStart>()
    }
  })
})

describe('Bus.use, Bus.history and Bus.forward', () => {
  it('know the events of the catalog', () => {
    own.use({
      before: (draft) => {
        expectTypeOf(draft).toEqualTypeOf<DraftIn<Extended>>()
        if (draft.type === 'signal.entry') {
          expectTypeOf(draft.data).toEqualTypeOf<Entry>()
          return { data: { ...draft.data, symbol: 'ETHUSDT' } }
        }
        return undefined
      },
      after: (event, failures) => {
        expectTypeOf(event).toEqualTypeOf<AnyEventIn<Extended>>()
        expectTypeOf(failures).toEqualTypeOf<readonly HandlerError[]>()
      },
    })
    expectTypeOf(own.history.query()).toEqualTypeOf<AnyEventIn<Extended>[]>()
    expectTypeOf(own.history.query({ pattern: 'signal.entry', limit: 1 })).toEqualTypeOf<
      TradewireEvent<'signal.entry', Entry>[]
    >()
    own.forward(bus, {
      pattern: 'signal.*',
      map: (event) => {
        expectTypeOf(event).toEqualTypeOf<OwnEvent<'signal.entry' | 'signal.error'>>()
        return { type: 'order.filled', data: fill }
      },
    })
    // @ts-expect-error -- the other bus has no such type.
    own.forward(bus, { map: () => ({ type: 'signal.entry', data: fill }) })
  })

  it('hold no any', () => {
    type InEvents = { [Event in AnyEventIn<Extended> as Event['type']]: HoldsAny<Event['data']> }
    expectTypeOf<InEvents[keyof InEvents]>().toEqualTypeOf<false>()
    type InDrafts = { [Draft in DraftIn<Extended> as Draft['type']]: HoldsAny<Draft['data']> }
    expectTypeOf<InDrafts[keyof InDrafts]>().toEqualTypeOf<false>()
    const found = own.history.query({ pattern: 'order.*' })
    expectTypeOf<HoldsAny<(typeof found)[number]['data']>>().toEqualTypeOf<false>()
    expectTypeOf<
      HoldsAny<{ deep: { field: ReturnType<typeof JSON.parse> } }>
    >().toEqualTypeOf<true>()
  })

  it('does not make any of a pattern that is any', () => {
    const pattern: ReturnType<typeof JSON.parse> = 'order.filled'
    bus.on(pattern, (event) => {
      expectTypeOf(event).toEqualTypeOf<TradewireEvent>()
      expectTypeOf(event.data).toBeUnknown()
    })
  })
})

describe('Bus of more events', () => {
  it('is a bus of fewer', () => {
    attach(bus)
    attach(own)
    expectTypeOf(own).toExtend<Bus>()
    expectTypeOf(own.history).toExtend<Bus['history']>()
  })

  it('is no bus of other or of still more events', () => {
    expectTypeOf(bus).not.toExtend<Bus<Extended>>()
    const other = tradingEvents.extend({
      'signal.entry': {
        description: 'Something else.',
        payload: z.strictObject({ strength: z.number() }),
        example: { strength: 1 },
      },
    })
    expectTypeOf(own).not.toExtend<Bus<(typeof other)['schemas']>>()
  })

  it('fits a small interface of what somebody needs', () => {
    interface FillDesk {
      on(
        pattern: 'order.filled',
        handler: (event: EventOf<'order.filled'>) => unknown,
      ): Subscription
      emit(type: 'order.filled', data: PayloadOf<'order.filled'>): Promise<unknown>
      waitFor(pattern: 'order.filled'): Promise<EventOf<'order.filled'>>
    }
    expectTypeOf(bus).toExtend<FillDesk>()
    expectTypeOf(own).toExtend<FillDesk>()

    interface PlacedDesk {
      on(pattern: 'order.filled', handler: (event: EventOf<'order.placed'>) => unknown): unknown
    }
    expectTypeOf(bus).not.toExtend<PlacedDesk>()
  })
})

describe('Bus.hold', () => {
  it('takes what answers with a promise or nothing, and returns a registration', () => {
    expectTypeOf(bus.hold(() => undefined)).toEqualTypeOf<Registration>()
    bus.hold(async ({ sequence }) => sequence)
    bus.hold((event) => {
      expectTypeOf(event).toEqualTypeOf<TradewireEvent>()
      return event.type === 'order.filled' ? Promise.resolve() : undefined
    })
    // @ts-expect-error -- a gate answers with a promise.
    bus.hold(() => true)
  })

  it('is enough for code that knows no bus', () => {
    expectTypeOf(own).toExtend<{
      hold(gate: (event: TradewireEvent) => Promise<unknown> | undefined): { remove(): void }
    }>()
  })
})
