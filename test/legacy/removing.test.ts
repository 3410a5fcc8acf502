import type { EventEmitter } from 'eventemitter3'
import { describe, expect, it, vi } from 'vitest'
import { connected, idle, setUp, spy } from './support.ts'

describe('LegacyAdapter.once', () => {
  it.each(['connected', 'unknown'])('calls %s listeners once, also under nested emits', (name) => {
    const { adapter } = setUp()
    const emitter: EventEmitter = adapter
    let calls = 0
    emitter.once(name, () => emitter.emit(name, connected))
    emitter.once(name, () => (calls += 1))
    emitter.emit(name, connected)
    emitter.emit(name, connected)
    expect(calls).toBe(1)
    expect(emitter.listenerCount(name)).toBe(0)
  })

  it.each(['connected', 'unknown'])('can be armed again inside of a %s listener', (name) => {
    const { adapter } = setUp()
    const emitter: EventEmitter = adapter
    const listener = vi.fn<() => void>(() => {
      emitter.once(name, listener)
    })
    emitter.once(name, listener)
    for (let round = 0; round < 3; round += 1) emitter.emit(name, connected)
    expect(listener).toHaveBeenCalledTimes(3)
    expect(emitter.listenerCount(name)).toBe(1)
  })
})

describe('LegacyAdapter.off', () => {
  it('removes one of two equal listeners, the newer one', () => {
    const { adapter } = setUp()
    const heard: string[] = []
    const twice = (): unknown => heard.push('twice')
    adapter.on('connected', twice)
    adapter.on('connected', () => heard.push('other'))
    adapter.on('connected', twice)
    adapter.off('connected', twice)
    adapter.emit('connected', connected)
    expect(heard).toEqual(['twice', 'other'])
    adapter.removeListener('connected', twice).removeListener('connected', twice)
    expect(adapter.listenerCount('connected')).toBe(1)
  })

  it('can be told the context, and that only once counts', () => {
    const { adapter } = setUp()
    const context = {}
    adapter.on('unknown', idle, context).once('unknown', idle).on('unknown', idle)
    adapter.off('unknown', idle, null, true)
    adapter.off('unknown', idle, null, true)
    expect(adapter.listenerCount('unknown')).toBe(2)
    adapter.off('unknown', idle, context)
    adapter.off('unknown', idle, context)
    expect(adapter.listenerCount('unknown')).toBe(1)
  })

  it('removes by any name of the event', () => {
    const { adapter } = setUp()
    adapter.on('order_filled', idle)
    adapter.off('ORDER_FILLED', idle)
    expect(adapter.listenerCount('order_filled')).toBe(0)
  })

  it('throws a TypeError for no listener and removes nothing', () => {
    const { adapter } = setUp()
    adapter.on('connected', () => {}).on('unknown', () => {})
    expect(() => adapter.off('connected', undefined as never)).toThrow(TypeError)
    expect(() => adapter.removeListener('unknown', undefined as never)).toThrow(TypeError)
    expect(adapter.eventNames()).toEqual(['connected', 'unknown'])
  })
})

describe('LegacyAdapter.removeAllListeners', () => {
  it('removes the listeners of one name, or of all, and no typed handler', () => {
    const { bus, adapter } = setUp()
    const typed = spy()
    bus.on('system.connected', typed)
    const listener = spy()
    adapter.on('connected', listener).on('CONNECTED', listener).on('', listener)
    adapter.on('unknown', listener)
    adapter.removeAllListeners('')
    expect(adapter.eventNames()).toEqual(['connected', 'CONNECTED', 'unknown'])
    adapter.removeAllListeners('connected')
    expect(adapter.eventNames()).toEqual(['unknown'])
    adapter.on('connected', listener).removeAllListeners()
    expect(adapter.eventNames()).toEqual([])
    adapter.emit('connected', connected)
    expect(listener).not.toHaveBeenCalled()
    expect(typed).toHaveBeenCalledTimes(1)
  })
})

describe('LegacyAdapter.listeners', () => {
  it('shows who would be called, by any name of the event', () => {
    const { adapter } = setUp()
    const [first, second] = [() => 1, () => 2]
    adapter.on('order_filled', first).once('order.filled', second)
    expect(adapter.listeners('ORDER_FILLED')).toEqual([first, second])
    expect(adapter.listenerCount('ORDER_FILLED')).toBe(2)
    expect(adapter.eventNames()).toEqual(['order_filled', 'order.filled'])
    expect(adapter.listeners('order_placed')).toEqual([])
  })

  it('forgets listeners that the bus has ended', () => {
    const { bus, adapter } = setUp()
    adapter.on('connected', () => {})
    bus.clear('system.connected')
    adapter.on('connected', idle)
    expect(adapter.listeners('connected')).toEqual([idle])
    bus.clear()
    expect(adapter.eventNames()).toEqual([])
  })

  it('keeps no empty names', () => {
    const { adapter } = setUp()
    adapter.on('unknown', idle).off('unknown', idle)
    adapter.once('connected', idle).emit('connected', connected)
    expect(adapter.eventNames()).toEqual([])
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('knows %s', (name) => {
    const { adapter } = setUp()
    const listener = spy()
    expect(adapter.listenerCount(name)).toBe(0)
    expect(adapter.emit(name)).toBe(false)
    adapter.on(name, listener)
    expect(adapter.emit(name, 1)).toBe(true)
    expect(listener.mock.calls).toEqual([[1]])
    expect(adapter.eventNames()).toEqual([name])
  })

  it('takes symbols, and numbers as their text', () => {
    const { adapter } = setUp()
    const listener = spy()
    const key = Symbol('key')
    adapter.on(key, listener)
    adapter.on(7 as never, listener)
    adapter.emit(key, 'symbol')
    adapter.emit('7', 'number')
    expect(listener.mock.calls).toEqual([['symbol'], ['number']])
    expect(adapter.eventNames()).toEqual([key, '7'])
  })
})
