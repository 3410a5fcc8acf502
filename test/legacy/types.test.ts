import type { EventEmitter } from 'eventemitter3'
import { createBus, type Decimal, type EventOf, tradingEvents } from 'tradewire'
import { createLegacyAdapter, type TradingLegacyNames } from 'tradewire/legacy'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { idle, plainFill } from './support.ts'

const hear = (symbol: string, price?: number): string => `${symbol} ${price}`

describe('TradingLegacyNames', () => {
  it('names what the catalog names', () => {
    type Names = Record<string, string>
    const exact: Partial<Names> = {}
    for (const { name, legacyName } of tradingEvents.entries.values()) {
      if (legacyName !== undefined) exact[legacyName] = name
    }
    // One name of each rule; the compiler checks that it is a key, and the catalog its type.
    const named = {
      order_filled: 'order.filled',
      market_depth_update: 'market.depth_update',
      stop_loss_triggered: 'risk.stop_loss_triggered',
      error: 'system.error',
      latency_warning: 'performance.latency_warning',
    } satisfies Partial<TradingLegacyNames>
    expect(exact).toMatchObject(named)
    expectTypeOf<TradingLegacyNames['order_submitted']>().toEqualTypeOf<'order.submitted'>()
    expectTypeOf<TradingLegacyNames['depth_update']>().toEqualTypeOf<'market.depth_update'>()
    expectTypeOf<TradingLegacyNames['ORDER_SUBMITTED']>().toEqualTypeOf<'order.submitted'>()
  })
})

describe('LegacyAdapter', () => {
  it('types payloads and events by name', () => {
    const bus = createBus({ onError: idle })
    const adapter = createLegacyAdapter(bus, { mapping: { fill: 'order.filled' } })
    expectTypeOf(adapter).toExtend<EventEmitter>()
    adapter.on('fill', (payload, event) => {
      expectTypeOf(payload.lastPrice).toEqualTypeOf<string>()
      expectTypeOf(payload.fee?.amount).toEqualTypeOf<string | undefined>()
      expectTypeOf(event.data.lastPrice).toEqualTypeOf<Decimal>()
      expectTypeOf(event).toEqualTypeOf<EventOf<'order.filled'>>()
    })
    adapter.on('market_depth_update', ({ bids }) => {
      expectTypeOf(bids[0]!).toExtend<readonly [string, string]>()
    })
    adapter.subscribe('a', 'ORDER_SUBMITTED', ({ quantity }) => {
      expectTypeOf(quantity).toEqualTypeOf<string>()
    })
    adapter.on('heartbeat', (...args) => {
      expectTypeOf(args).toEqualTypeOf<unknown[]>()
    })
    adapter.on('price', hear).once('price', hear).off('price', hear)
    adapter.prependListener('price', (symbol: string) => symbol)
    adapter.subscribe('a', 'price', (symbol: string) => symbol)
    // @ts-expect-error -- a listener of an event gets its payload
    adapter.on('order_filled', (symbol: string) => symbol)
    adapter.removeAllListeners('order_filled')
    adapter.emit('error', 'any thrown value')
    const numeric = createLegacyAdapter(createBus(), { decimals: 'number' })
    numeric.on('order_filled', ({ lastPrice, fee }) => {
      expectTypeOf(lastPrice).toEqualTypeOf<number>()
      expectTypeOf(fee?.amount).toEqualTypeOf<number | undefined>()
    })
    adapter.emit('order_filled', { ...plainFill, lastPrice: 57.638 })
    // @ts-expect-error -- a name of the catalog takes a payload
    expect(() => adapter.emit('order_filled')).toThrow(/was refused/)
    // @ts-expect-error -- no event has this type
    expect(() => createLegacyAdapter(createBus(), { mapping: { fill: 'order.fild' } })).toThrow(
      /Did you mean/,
    )
  })
})
