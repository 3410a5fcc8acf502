import { describe, expect, it } from 'vitest'
import { connected, idle, setUp } from './support.ts'

const many = 60_000

/** Fails what takes longer than this by the processor's time, which others on the machine do not change much. */
const mostMs = 3_500

function timed(act: () => void): void {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(mostMs)
}

describe('LegacyAdapter with many listeners of one name', () => {
  // In quadratic time each of these takes far longer.
  it.each(['connected', 'unknown'])('adds and removes those of %s at once', (name) => {
    const { adapter } = setUp()
    const listeners = Array.from({ length: many }, (_, index) => () => index)
    timed(() => {
      for (const listener of listeners) adapter.on(name, listener)
      for (const listener of listeners) adapter.off(name, listener)
      for (let index = 0; index < many; index += 1) adapter.on(name, idle)
      for (let index = 0; index < many; index += 1) adapter.off(name, idle)
    })
    expect(adapter.eventNames()).toEqual([])
  })

  it.each(['connected', 'unknown'])('fires those of %s that are once at once', (name) => {
    const { adapter } = setUp()
    let calls = 0
    timed(() => {
      for (let index = 0; index < many; index += 1) adapter.once(name, () => (calls += 1))
      const emitter: { emit(name: string, payload: unknown): boolean } = adapter
      emitter.emit(name, connected)
    })
    expect(calls).toBe(many)
    expect(adapter.listenerCount(name)).toBe(0)
  })

  it('forgets those that the bus has ended, in whatever order they were added', () => {
    const { bus, adapter } = setUp()
    for (let index = 0; index < 40; index += 1) {
      adapter.prependListener('connected', idle)
      bus.clear('system.connected')
    }
    adapter.off('connected', idle)
    expect(adapter.listenerCount('connected')).toBe(0)
    adapter.on('connected', idle).on('connected', idle).on('connected', idle)
    const first = bus.subscriptions().find(({ pattern }) => pattern === 'system.connected')
    first!.unsubscribe()
    expect(adapter.listenerCount('connected')).toBe(2)
  })

  it('keeps the rest in order when one between two others goes', () => {
    const { adapter } = setUp()
    const subscriptions = ['a', 'b', 'c'].map((name) => adapter.subscribe(name, 'unknown', idle))
    subscriptions[1]!.unsubscribe()
    subscriptions[0]!.unsubscribe()
    expect(adapter.listenerCount('unknown')).toBe(1)
    adapter.off('unknown', idle)
    expect(adapter.listenerCount('unknown')).toBe(0)
    expect(subscriptions[2]!.active).toBe(false)
  })
})
