import { EventEmitter as NodeEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { connected, idle, setUp, spy } from './support.ts'

const other = (): void => {}

describe('LegacyAdapter.prependListener', () => {
  it.each(['connected', 'unknown'] as const)('goes before the listeners of %s', (name) => {
    const { bus, adapter } = setUp()
    const heard: string[] = []
    const [first, second] = [() => heard.push('first'), () => heard.push('second')]
    bus.on('system.connected', () => heard.push('typed'), { priority: 10 })
    adapter.on(name, second).prependListener(name, first)
    adapter.prependOnceListener(name, () => heard.push('once'))
    expect(adapter.listeners(name).slice(1)).toEqual([first, second])
    const emitter: { emit(name: string, payload: unknown): boolean } = adapter
    emitter.emit(name, connected)
    emitter.emit(name, connected)
    const order = heard.filter((who) => who !== 'typed')
    expect(order).toEqual(['once', 'first', 'second', 'first', 'second'])
    if (name === 'connected') expect(heard.slice(0, 3)).toEqual(['once', 'first', 'typed'])
  })

  it('leaves off to remove the last in order of call', () => {
    const { adapter } = setUp()
    adapter.on('unknown', idle).on('unknown', other).prependListener('unknown', idle)
    adapter.off('unknown', idle)
    expect(adapter.listeners('unknown')).toEqual([idle, other])
    adapter.off('unknown', idle)
    expect(adapter.listeners('unknown')).toEqual([other])
  })

  it('throws a TypeError for no listener', () => {
    const { adapter } = setUp()
    expect(() => adapter.prependListener('unknown', 7 as never)).toThrow(TypeError)
    expect(() => adapter.prependOnceListener('unknown', 7 as never)).toThrow(TypeError)
  })
})

describe('LegacyAdapter.setMaxListeners', () => {
  it('is remembered and limits nothing', () => {
    const { adapter } = setUp()
    expect(adapter.getMaxListeners()).toBe(new NodeEmitter().getMaxListeners())
    expect(adapter.setMaxListeners(1).getMaxListeners()).toBe(1)
    adapter.on('unknown', idle).on('unknown', idle)
    expect(adapter.listenerCount('unknown')).toBe(2)
  })
})

describe('LegacyAdapter.rawListeners', () => {
  it.each(['connected', 'unknown'] as const)('wraps the once listeners of %s', (name) => {
    const { adapter } = setUp()
    const listener = spy()
    adapter.on(name, idle).once(name, listener)
    const raw = adapter.rawListeners(name)
    expect(raw[0]).toBe(idle)
    expect(raw[1]).toHaveProperty('listener', listener)
    expect(adapter.rawListeners(name)).toEqual(raw)
    raw[1]!('called')
    raw[1]!('called again')
    expect(listener.mock.calls).toEqual([['called']])
    expect(adapter.listeners(name)).toEqual([idle])
  })

  it('gives off what it can remove', () => {
    const { adapter } = setUp()
    adapter.once('unknown', idle).once('unknown', idle).once('other', idle)
    const [first] = adapter.rawListeners('unknown')
    adapter.off('other', first!)
    expect(adapter.listenerCount('other')).toBe(1)
    adapter.off('unknown', first!).off('unknown', first!)
    expect(adapter.listenerCount('unknown')).toBe(1)
  })
})
