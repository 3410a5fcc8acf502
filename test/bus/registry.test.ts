import { createBus, SystemClock, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { catalog, coded, hello, setUp } from '../support/buses.ts'

describe('handlerCount', () => {
  it('counts all, or those that hear a type', () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    bus.on('note.made', () => {})
    bus.on('note.*', () => {})
    bus.on('alarm.rung', () => {})
    void bus.waitFor('note.read')
    bus.stream('*')
    bus.forward(other)
    expect(bus.handlerCount()).toBe(6)
    expect(bus.handlerCount('note.made')).toBe(4)
    expect(bus.handlerCount('note.read')).toBe(4)
    expect(bus.handlerCount('action.buy.start')).toBe(2)
  })

  it('falls back to nothing when the last one leaves', () => {
    const { bus } = setUp()
    const all = [bus.on('note.made', () => {}), bus.on('*', () => {}), bus.on('note.*', () => {})]
    for (const subscription of all) subscription.unsubscribe()
    expect(bus.handlerCount()).toBe(0)
    expect(bus.handlerCount('note.made')).toBe(0)
    expect(bus.subscriptions()).toEqual([])
  })

  it.each(['note.unmade', '*', '', '__proto__', 'constructor', 5, null])('refuses %o', (type) => {
    const { bus } = setUp()
    expect(() => bus.handlerCount(type as never)).toThrow(coded('EVENT_UNKNOWN'))
  })
})

describe('subscriptions', () => {
  it('lists every kind in order of registration', () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    bus.on('note.made', () => {})
    void bus.waitFor('*')
    bus.on('note.made', () => {}, { id: 'audit', priority: 9 })
    bus.stream('note.read')
    bus.forward(other)
    const ids = bus.subscriptions().map(({ id }) => id)
    expect(ids).toEqual(['handler-1', 'wait-2', 'audit', 'stream-4', 'forward-5'])
  })
})

describe('eventCounts', () => {
  it('counts by name in the catalog, and leaves out what was never emitted', () => {
    const { bus } = setUp()
    bus.on('alarm.rung', () => {})
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    bus.emitSync('action.buy.start', hello)
    bus.emitSync('action.sell.start', hello)
    expect(Object.fromEntries(bus.eventCounts())).toEqual({
      'note.made': 2,
      'action.{name}.start': 2,
    })
  })

  it('is a copy', () => {
    const { bus } = setUp()
    bus.emitSync('note.made', hello)
    const counts = bus.eventCounts()
    bus.emitSync('note.made', hello)
    expect(counts.get('note.made')).toBe(1)
  })
})

describe('parameterised types', () => {
  it('keep their subscriptions and counts over any number of other types', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('action.keep.start', ({ type }) => log.push(`exact ${type}`))
    bus.on('action.*.start', ({ type }) => log.push(type), {
      where: ({ type }) => type === 'action.t0.start',
    })
    for (let index = 0; index < 2_500; index += 1) bus.emitSync(`action.t${index}.start`, hello)
    bus.emitSync('action.keep.start', hello)
    bus.emitSync('action.t0.start', hello)
    bus.on('action.t0.start', ({ type }) => log.push(`late ${type}`))
    bus.emitSync('action.t0.start', hello)
    expect(log).toEqual([
      'action.t0.start',
      'exact action.keep.start',
      'action.t0.start',
      'action.t0.start',
      'late action.t0.start',
    ])
    expect(bus.eventCounts().get('action.{name}.start')).toBe(2_503)
  })
})

describe('createBus', () => {
  it('carries the trading events on the system clock unless said', () => {
    const bus = createBus()
    expect(bus.catalog).toBe(tradingEvents)
    expect(bus.clock).toBeInstanceOf(SystemClock)
    expect(bus.run).toMatch(/^[0-9a-z]{16}$/)
    expect(bus.history.capacity).toBe(1_000)
    expect(bus.closed).toBe(false)
    expect(createBus().run).not.toBe(bus.run)
  })

  it('takes what it is given', () => {
    const { bus, clock } = setUp({ run: 'r1', history: 3 })
    expect(bus.catalog).toBe(catalog)
    expect(bus.clock).toBe(clock)
    expect(bus.run).toBe('r1')
    expect(bus.history.capacity).toBe(3)
  })

  it('has a fixed run on a deterministic clock', () => {
    expect(setUp().bus.run).toBe('sim')
  })
})
