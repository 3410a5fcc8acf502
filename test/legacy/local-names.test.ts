import type { EventEmitter } from 'eventemitter3'
import { createBus, type EventSchemas, SimulatedClock, type TradewireEvent } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { idle, plainFill, spy } from './support.ts'

const setUp = () => {
  const bus = createBus({ clock: new SimulatedClock() })
  const events: TradewireEvent[] = []
  bus.onAny((event) => events.push(event))
  const mapping = { order_filled: false, fill: 'order.filled', trade_tick: false } as const
  return { bus, events, adapter: createLegacyAdapter(bus, { mapping }) }
}

describe('LegacyAdapterOptions.mapping with false', () => {
  it('lets a name of the catalog go from legacy code to legacy code', () => {
    const { adapter, events } = setUp()
    const listener = spy()
    adapter.on('order_filled', listener)
    expect(adapter.emit('order_filled', 7, 'anything')).toBe(true)
    expect(listener.mock.calls).toEqual([[7, 'anything']])
    expect(events).toEqual([])
  })

  it('counts it as a name that only legacy code knows', () => {
    const { adapter } = setUp()
    adapter.on('trade_tick', idle).emit('trade_tick', 57.5)
    expect(adapter.report()).toMatchObject({
      names: [],
      unknown: [{ name: 'trade_tick', emitted: 1, listeners: 1 }],
    })
  })

  it('leaves other spellings and other names of the event as they are', () => {
    const { adapter, events } = setUp()
    const listener = spy()
    adapter.on('order_filled', listener)
    adapter.emit('ORDER_FILLED', plainFill)
    adapter.emit('fill', plainFill)
    expect(listener).not.toHaveBeenCalled()
    expect(events.map(({ type }) => type)).toEqual(['order.filled', 'order.filled'])
  })

  it('is not suggested for a name that is unknown', () => {
    const { adapter, events } = setUp()
    adapter.emit('trade_tik')
    expect(events).toMatchObject([{ data: { code: 'LEGACY_UNKNOWN_EVENT' } }])
    expect((events[0]!.data as { message: string }).message).not.toContain('"trade_tick"')
  })

  it('takes an event type, too, and an error', () => {
    const told: unknown[] = []
    const bus = createBus<EventSchemas>({ onError: (error) => told.push(error) })
    const mapping = { 'order.filled': false, error: false } as const
    const emitter: EventEmitter = createLegacyAdapter(bus, { mapping })
    const listener = spy()
    emitter.on('order.filled', listener)
    emitter.emit('order.filled', 1, 2)
    emitter.emit('error', new Error('no route'))
    expect(listener.mock.calls).toEqual([[1, 2]])
    expect(told).toEqual([new Error('no route')])
    expect(bus.eventCounts()).toEqual(new Map())
  })

  it('refuses a function in payloads for it', () => {
    expect(() =>
      createLegacyAdapter(createBus(), {
        mapping: { order_filled: false },
        payloads: { order_filled: () => ({}) },
      }),
    ).toThrow(/payloads has the name "order_filled", which stands for no event/)
  })

  it('refuses true', () => {
    const mapping = { order_filled: true } as never
    expect(() => createLegacyAdapter(createBus(), { mapping })).toThrow(
      /"order_filled" stands for true.* or false for a name/,
    )
  })

  it('is any name to the compiler', () => {
    const { adapter } = setUp()
    adapter.on('order_filled', (...args) => expectTypeOf(args).toEqualTypeOf<unknown[]>())
    adapter.on('fill', ({ lastPrice }) => expectTypeOf(lastPrice).toEqualTypeOf<string>())
    adapter.emit('trade_tick')
  })
})
