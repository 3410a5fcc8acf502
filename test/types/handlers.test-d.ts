/* eslint-disable vitest/expect-expect -- an expected error is an assertion of the compiler's */
/* eslint-disable no-unused-vars -- only the types of parameters matter. */

import { describe, expectTypeOf, it } from 'vitest'
import {
  createBus,
  type EventMatching,
  type EventOf,
  type HandlerContext,
  type PayloadOf,
  type TradewireEvent,
  tradingEvents,
  type TradingSchemas,
  z,
} from 'tradewire'
import {
  bindHandlers,
  decoratorsFor,
  EventCache,
  publishes,
  subscribeTo,
  withErrorBoundary,
} from '../../src/handlers.ts'

const catalog = tradingEvents.extend({
  'signal.entry': {
    description: 'A strategy wants to open a position.',
    payload: z.strictObject({ symbol: z.string() }),
    example: { symbol: 'BTCUSDT' },
  },
})
const own = decoratorsFor(catalog)

class Journal {
  @subscribeTo('order.filled', { priority: 10, mailbox: { capacity: 5 } })
  onFill(_: EventOf<'order.filled'>): void {}

  @subscribeTo('order.*')
  @subscribeTo(['order.filled', 'market.trade_tick'])
  onMore(_: EventMatching<TradingSchemas, 'order.*' | 'market.trade_tick'>): void {}

  @subscribeTo('order.filled')
  onPart(
    { data }: { readonly data: { readonly orderId: string } },
    { signal }: HandlerContext,
  ): void {
    expectTypeOf(data.orderId).toBeString()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  }

  @subscribeTo('order.filled')
  #onNothing(): void {}

  @subscribeTo('*')
  async audit(event: EventMatching<TradingSchemas, '*'>): Promise<void> {
    expectTypeOf(event.type).not.toBeAny()
    this.#onNothing()
  }

  // @ts-expect-error -- the event of another type
  @subscribeTo('order.filled')
  onTick(_: EventOf<'market.trade_tick'>): void {}

  // @ts-expect-error -- one event of several
  @subscribeTo('order.*')
  onFilled(_: EventOf<'order.filled'>): void {}

  // @ts-expect-error -- misspelt
  @subscribeTo('ordr.*')
  onMisspelt(): void {}

  // @ts-expect-error -- no such option
  @subscribeTo('order.*', { prioritee: 1 })
  onOption(): void {}

  // @ts-expect-error -- an event of another catalog
  @subscribeTo('signal.entry')
  onSignal(): void {}

  // @ts-expect-error -- static
  @subscribeTo('order.filled')
  static onStatic(): void {}

  // @ts-expect-error -- no method
  @subscribeTo('order.filled')
  field = (): void => {}
}

class Signals {
  @own.subscribeTo('market.trade_tick')
  @own.publishes('signal.entry', { source: 'signals' })
  enter({
    data,
  }: EventOf<'market.trade_tick'>): PayloadOf<'signal.entry', typeof catalog> | undefined {
    return data.price.isZero() ? undefined : { symbol: data.symbol }
  }

  @own.subscribeTo('signal.entry')
  @own.publishes('signal.entry')
  async later(event: EventOf<'signal.entry', typeof catalog>): Promise<{ symbol: string }> {
    return { symbol: event.data.symbol }
  }

  @subscribeTo('order.filled')
  @publishes('system.warning')
  warn({ timestamp }: EventOf<'order.filled'>): PayloadOf<'system.warning'> {
    return { timestamp, code: 'filled', message: 'filled' }
  }

  // @ts-expect-error -- another payload
  @own.publishes('signal.entry')
  wrong(): { symbol: number } {
    return { symbol: 1 }
  }

  // @ts-expect-error -- another payload, later
  @own.publishes('signal.entry')
  async wrongLater(): Promise<{ symbol: number }> {
    return { symbol: 1 }
  }

  // @ts-expect-error -- an event of another catalog
  @publishes('signal.entry')
  foreign(): { symbol: string } {
    return { symbol: '' }
  }

  // @ts-expect-error -- a pattern is no type
  @own.publishes('signal.*')
  pattern(): undefined {}
}

describe('subscribeTo and publishes', () => {
  it('are checked by the compiler where they stand', () => {
    using binding = bindHandlers(createBus(), new Journal())
    expectTypeOf(binding.subscriptions.length).toBeNumber()
    bindHandlers(createBus({ catalog }), new Signals(), { source: 'signals' })
    // @ts-expect-error -- no instance
    bindHandlers(createBus(), 'journal')
  })
})

describe('withErrorBoundary', () => {
  const bus = createBus()

  it('gives onError the event of the handler, and is a handler of it', () => {
    const guarded = withErrorBoundary((_: EventOf<'order.filled'>) => {}, {
      onError: (error, event) => {
        expectTypeOf(error).toBeUnknown()
        expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
      },
    })
    bus.on('order.filled', guarded)
    // @ts-expect-error -- the event of another type
    bus.on('order.placed', guarded)
  })

  it('takes the event from the pattern of the call that it stands in', () => {
    const onError = (): void => {}
    bus.on(
      'order.filled',
      withErrorBoundary(
        async (event, { signal }) => {
          expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        },
        {
          onError: (_, event) => expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>(),
        },
      ),
      { priority: 5, where: ({ data }) => data.orderId !== '' },
    )
    bus.on(
      'order.*',
      withErrorBoundary(
        (event) => expectTypeOf(event).toEqualTypeOf<EventMatching<TradingSchemas, 'order.*'>>(),
        { onError },
      ),
    )
    bus.once(
      ['order.filled', 'market.new_bar'],
      withErrorBoundary(
        ({ type }) => expectTypeOf(type).toEqualTypeOf<'order.filled' | 'market.new_bar'>(),
        { onError },
      ),
    )
    bus.onAny(
      withErrorBoundary(
        (event) => expectTypeOf(event).toEqualTypeOf<EventMatching<TradingSchemas, '*'>>(),
        { onError },
      ),
    )
    createBus({ catalog }).on(
      'signal.entry',
      withErrorBoundary(({ data }) => expectTypeOf(data.symbol).toBeString(), { onError }),
    )
    bus.on(
      'order.filled',
      // @ts-expect-error -- no field of it
      withErrorBoundary(({ data }) => data.size, { onError }),
    )
  })

  it('takes the event that a type guard in where leaves', () => {
    type Maker = EventOf<'order.filled'> & { readonly data: { readonly liquidity: 'maker' } }
    const isMaker = (event: EventOf<'order.filled'>): event is Maker =>
      event.data.liquidity === 'maker'
    const onError = (): void => {}
    bus.on(
      'order.filled',
      withErrorBoundary(({ data }) => expectTypeOf(data.liquidity).toEqualTypeOf<'maker'>(), {
        onError,
      }),
      { where: isMaker },
    )
  })

  it('takes what it is told of the event, where nothing else says it', () => {
    const onError = (): void => {}
    withErrorBoundary((event) => expectTypeOf(event).toEqualTypeOf<TradewireEvent>(), { onError })
    bus.on(
      'order.filled',
      withErrorBoundary((event: TradewireEvent) => event.type, { onError }),
    )
    bus.on(
      'order.placed',
      // @ts-expect-error -- the event of another type
      withErrorBoundary((_: EventOf<'order.filled'>) => {}, { onError }),
    )
  })

  it('adds the fallback to the result', () => {
    const sync = withErrorBoundary((_: EventOf<'order.filled'>) => 1, { onError: () => 'none' })
    expectTypeOf<ReturnType<typeof sync>>().toEqualTypeOf<number | string>()
    const later = withErrorBoundary(async (_: EventOf<'order.filled'>) => 1, {
      onError: () => 'none',
    })
    expectTypeOf<Awaited<ReturnType<typeof later>>>().toEqualTypeOf<number | string>()
    // @ts-expect-error -- onError is needed
    withErrorBoundary(() => {}, {})
  })
})

describe('EventCache', () => {
  const bus = createBus({ catalog })
  const cache = new EventCache<string, number>({ capacity: 10, clock: bus.clock })

  it('types keys, values and events', () => {
    expectTypeOf(
      cache.get('a', async (key, { signal }) => (signal.aborted ? 0 : key.length)),
    ).toEqualTypeOf<Promise<number>>()
    cache.invalidateOn(bus, 'position.*', ({ data }) => data.symbol)
    cache.invalidateOn(bus, ['signal.entry', 'order.filled'], ({ data }) => data.symbol)
    // @ts-expect-error -- no field of it
    cache.invalidateOn(bus, 'signal.entry', ({ data }) => data.price)
    // @ts-expect-error -- another key
    cache.invalidateOn(bus, 'signal.entry', () => 1)
    // @ts-expect-error -- another value
    void cache.get('a', () => 'text')
  })
})
