import { EventEmitter } from 'eventemitter3'
import { createLegacyAdapter, LegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { connected, plainFill, setUp, spy, typedFill } from './support.ts'

describe('LegacyAdapter', () => {
  it('is an EventEmitter of eventemitter3', () => {
    const { adapter } = setUp()
    expect(adapter).toBeInstanceOf(EventEmitter)
    expect(adapter).toBeInstanceOf(LegacyAdapter)
  })

  it('can be handed to code that is written for eventemitter3', () => {
    const { bus, adapter } = setUp()
    const heard: string[] = []
    const startOldBot = (emitter: EventEmitter): void => {
      emitter.on('order_filled', (fill: typeof plainFill) => heard.push(fill.lastPrice))
      emitter.emit('order_filled', plainFill)
    }
    startOldBot(adapter)
    expect(heard).toEqual(['57.638'])
    expect(bus.eventCounts().get('order.filled')).toBe(1)
  })

  it('brings an event to the listeners of two adapters once each', () => {
    const { bus, adapter } = setUp()
    const other = createLegacyAdapter(bus)
    const [first, second, typed] = [spy(), spy(), spy()]
    adapter.on('order_filled', first)
    other.on('ORDER_FILLED', second)
    bus.on('order.filled', typed)
    adapter.emit('order_filled', plainFill)
    bus.emitSync('order.filled', typedFill)
    for (const { mock } of [first, second, typed]) expect(mock.calls).toHaveLength(2)
    expect(bus.eventCounts()).toEqual(new Map([['order.filled', 2]]))
  })
})

describe('LegacyAdapter.emit', () => {
  it('reaches legacy listeners and typed handlers once each', () => {
    const { bus, adapter } = setUp()
    const calls: string[] = []
    bus.on('order.filled', ({ data, source }) =>
      calls.push(`typed ${data.lastPrice.toFixed()} ${source}`),
    )
    adapter.on('order_filled', ({ lastPrice }) => calls.push(`legacy ${lastPrice}`))
    adapter.emit('order_filled', plainFill)
    expect(calls).toEqual(['typed 57.638 legacy', 'legacy 57.638'])
  })

  it.each(['order_filled', 'ORDER_FILLED', 'order.filled'] as const)('knows %s', (name) => {
    const { bus, adapter } = setUp()
    const typed = spy()
    bus.on('order.filled', typed)
    adapter.emit(name, plainFill)
    expect(typed.mock.calls.map(([event]) => event)).toMatchObject([{ data: typedFill }])
  })

  it('tells whether anybody hears, typed handlers included', () => {
    const { bus, adapter } = setUp()
    expect(adapter.emit('connected', connected)).toBe(false)
    expect(adapter.emit('unknown')).toBe(false)
    adapter.on('unknown', () => {})
    expect(adapter.emit('unknown')).toBe(true)
    using _ = bus.on('system.*', () => {})
    expect(adapter.emit('connected', connected)).toBe(true)
  })

  it('refuses a bad payload, of which nobody hears', () => {
    const { bus, adapter } = setUp()
    const hear = spy()
    bus.onAny(hear)
    adapter.on('order_filled', hear)
    const bad = { ...plainFill, lastPrice: 'dear' }
    expect(() => adapter.emit('order_filled', bad)).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        type: 'order.filled',
        issues: expect.arrayContaining([expect.objectContaining({ path: 'lastPrice' })]),
      }),
    )
    expect(hear).not.toHaveBeenCalled()
  })

  it('takes an Error for a system error', () => {
    const { bus, adapter, errors } = setUp()
    const heard: unknown[] = []
    adapter.on('error', (payload) => heard.push(payload))
    adapter.emit('error', Object.assign(new TypeError('no route'), { code: 'EHOSTUNREACH' }))
    const payload = {
      timestamp: bus.clock.now(),
      name: 'TypeError',
      message: 'no route',
      code: 'EHOSTUNREACH',
    }
    expect(heard).toEqual([payload])
    expect(errors.map(({ data }) => data)).toEqual([payload])
  })

  it('lets everybody hear an event before what a listener emits in answer', () => {
    const { adapter } = setUp()
    const heard: string[] = []
    adapter.on('order_filled', () => adapter.emit('connected', connected))
    adapter.on('connected', () => heard.push('effect'))
    adapter.on('order_filled', () => heard.push('cause'))
    adapter.emit('order_filled', plainFill)
    expect(heard).toEqual(['cause', 'effect'])
  })

  it('throws what the bus throws, and counts it as refused', async () => {
    const { bus, adapter } = setUp()
    bus.use({ before: () => false })
    expect(() => adapter.emit('connected', connected)).toThrow(
      expect.objectContaining({ code: 'EVENT_VETOED' }),
    )
    await bus.close()
    expect(() => adapter.emit('connected', connected)).toThrow(
      expect.objectContaining({ code: 'BUS_CLOSED' }),
    )
    expect(adapter.report().names).toMatchObject([{ name: 'connected', emitted: 0, refused: 2 }])
  })
})

describe('LegacyAdapter.subscribe', () => {
  it('takes the name of the subscriber, the event and the handler', () => {
    const { bus, adapter, errors } = setUp()
    const heard: unknown[] = []
    const first = adapter.subscribe('book', 'order_filled', ({ lastPrice }) =>
      heard.push(lastPrice),
    )
    const second = adapter.subscribe('book', 'order_filled', () => {
      throw new Error('failed')
    })
    bus.emitSync('order.filled', typedFill)
    expect(heard).toEqual(['57.638'])
    expect(errors.map(({ data }) => data)).toMatchObject([{ handler: 'book' }])
    expect(first).toMatchObject({ name: 'book', event: 'order_filled', active: true })
    first.unsubscribe()
    expect(first.active).toBe(false)
    expect(second.active).toBe(true)
  })

  it('hears a legacy name and the typed event alike', () => {
    const { adapter } = setUp()
    const handler = spy()
    {
      using _legacy = adapter.subscribe('a', 'order_filled', handler)
      using _typed = adapter.subscribe('b', 'order.filled', handler)
      using _unknown = adapter.subscribe('c', 'unknown', handler)
      adapter.emit('order_filled', plainFill)
      adapter.emit('unknown')
    }
    adapter.emit('order_filled', plainFill)
    expect(handler).toHaveBeenCalledTimes(3)
    expect(adapter.eventNames()).toEqual([])
  })

  it('ends one registration and no other one of the same function', () => {
    const { adapter } = setUp()
    const handler = spy()
    const first = adapter.subscribe('a', 'unknown', handler)
    adapter.subscribe('b', 'unknown', handler)
    first.unsubscribe()
    first.unsubscribe()
    adapter.emit('unknown')
    expect(handler).toHaveBeenCalledTimes(1)
  })

  it('refuses what is no name or no handler', () => {
    const { adapter } = setUp()
    expect(() => adapter.subscribe('', 'unknown', () => {})).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
    expect(() => adapter.subscribe('a', 'unknown', undefined as never)).toThrow(TypeError)
  })
})

describe('LegacyAdapter.dispose', () => {
  it('removes every listener and leaves the bus open', () => {
    const { bus, adapter } = setUp()
    const listener = spy()
    const typed = spy()
    {
      using scoped = adapter
      scoped.on('connected', listener).on('unknown', listener)
      bus.on('system.connected', typed)
    }
    bus.emitSync('system.connected', connected)
    expect(listener).not.toHaveBeenCalled()
    expect(typed).toHaveBeenCalledTimes(1)
    expect(adapter.eventNames()).toEqual([])
    adapter.off('connected', listener).removeAllListeners()
  })

  it('makes what would be lost throw', () => {
    const { adapter } = setUp()
    adapter.dispose()
    adapter.dispose()
    const refused = expect.objectContaining({
      code: 'CONFIGURATION',
      message: expect.stringContaining('the legacy adapter was disposed'),
    })
    expect(() => adapter.emit('connected', connected)).toThrow(refused)
    expect(() => adapter.emit('unknown')).toThrow(refused)
    expect(() => adapter.on('connected', () => {})).toThrow(refused)
    expect(() => adapter.once('unknown', () => {})).toThrow(refused)
    expect(() => adapter.subscribe('a', 'unknown', () => {})).toThrow(refused)
  })
})
