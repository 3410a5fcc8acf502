import { getEventListeners } from 'node:events'
import type { Subscription } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, setUp } from '../support/buses.ts'

const ignore = (): void => {}

describe('on', () => {
  it('refuses a handler that is no function', () => {
    const { bus } = setUp()
    for (const bad of [undefined, null, 5, 'handler', {}, [], { handleEvent() {} }]) {
      expect(() => bus.on('note.made', bad as never)).toThrow(coded('CONFIGURATION'))
      expect(() => bus.once('note.made', bad as never)).toThrow(coded('CONFIGURATION'))
      expect(() => bus.onAny(bad as never)).toThrow(coded('CONFIGURATION'))
    }
    expect(bus.handlerCount()).toBe(0)
  })

  it.each([
    '',
    '.',
    'note.',
    '.made',
    'note..*',
    'note.m*',
    '**.made',
    '***',
    '*.{name}.*',
    'action.{name}.start',
    'no te.*',
    undefined,
    null,
    5,
    {},
    [],
    [''],
    ['note.*', undefined],
    [['note.*']],
    Symbol('*'),
  ])('refuses %o as a pattern', (pattern) => {
    const { bus } = setUp()
    const bad = pattern as never
    expect(() => bus.on(bad, ignore)).toThrow(coded('CONFIGURATION'))
    expect(() => bus.stream(bad)).toThrow(coded('CONFIGURATION'))
  })

  it.each([
    'note',
    'note.unmade',
    'notes.*',
    '*.unmade',
    'note.made.*',
    'note.made.**',
    '*.*.*.*',
    '__proto__',
    'constructor',
    'toString',
    '__proto__.*',
    ['note.made', 'note.unmade'],
  ])('refuses %o, which no event could match', (pattern) => {
    const { bus } = setUp()
    expect(() => bus.on(pattern as never, () => {})).toThrow(coded('EVENT_UNKNOWN'))
    expect(bus.handlerCount()).toBe(0)
  })

  it('refuses a list with holes', () => {
    const { bus } = setUp()
    const holes: never[] = []
    holes.length = 1
    expect(() => bus.on(holes, () => {})).toThrow(coded('CONFIGURATION'))
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a number', 5],
    ['an unknown option', { prio: 1 }],
    ['a negative priority', { priority: -1 }],
    ['a fractional priority', { priority: 0.5 }],
    ['a priority that is NaN', { priority: Number.NaN }],
    ['a priority that is infinite', { priority: Infinity }],
    ['a priority that is text', { priority: '1' }],
    ['an empty id', { id: '' }],
    ['an id that is no text', { id: 7 }],
    ['an id that is too long for the event that would name it', { id: 'x'.repeat(257) }],
    ['an id such as the bus makes', { id: 'handler-1' }],
    ['another id such as the bus makes', { id: 'wait-99' }],
    ['where that is no function', { where: true }],
    ['a signal that is none', { signal: {} }],
    ['a signal that is null', { signal: null }],
    ['a signal that is its controller', { signal: new AbortController() }],
    ['a signal that is another target', { signal: new EventTarget() }],
    ['a signal that cannot be let go of', { signal: { aborted: false, addEventListener() {} } }],
    ['once that is no boolean', { once: 1 }],
  ])('refuses %s as options', (_name, options) => {
    const { bus } = setUp()
    expect(() => bus.on('note.made', () => {}, options as never)).toThrow(coded('CONFIGURATION'))
    expect(() => bus.onAny(() => {}, options as never)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(0)
  })

  it('refuses an id that is taken, until it is free again', () => {
    const { bus } = setUp()
    const first = bus.on('note.made', () => {}, { id: 'audit' })
    expect(() => bus.on('note.read', () => {}, { id: 'audit' })).toThrow(coded('CONFIGURATION'))
    first.unsubscribe()
    const second = bus.onAny(() => {}, { id: 'audit' })
    expect(second.id).toBe('audit')
    first.unsubscribe()
    expect(bus.off('audit')).toBe(true)
    expect(second.active).toBe(false)
  })

  it('describes the subscription', () => {
    const { bus } = setUp()
    const made = bus.on(['note.made', 'alarm.*'], () => {}, { priority: 3 })
    expect(made).toMatchObject({
      id: 'handler-1',
      pattern: 'note.made,alarm.*',
      priority: 3,
      active: true,
      paused: false,
    })
    expect(bus.on('note.made', () => {})).toMatchObject({ id: 'handler-2', priority: 0 })
  })

  it('calls a handler once for an event that several of its patterns cover', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on(['note.*', '*.made', 'note.made', 'note.made'], ({ type }) => log.push(type))
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    bus.emitSync('alarm.rung', hello)
    expect(log).toEqual(['note.made', 'note.read'])
  })

  it('hears what its pattern covers, and nothing else', () => {
    const { bus } = setUp()
    const heard = new Map<string, string[]>()
    for (const pattern of [
      '*',
      '**',
      '*.*',
      '*.made',
      'note.*',
      'action.**',
      'action.*.start',
      'action.buy.start',
    ] as const) {
      heard.set(pattern, [])
      bus.on(pattern, ({ type }) => heard.get(pattern)!.push(type))
    }
    for (const type of [
      'note.made',
      'note.read',
      'action.buy.start',
      'action.sell.start',
    ] as const) {
      bus.emitSync(type, hello)
    }
    const all = ['note.made', 'note.read', 'action.buy.start', 'action.sell.start']
    expect(Object.fromEntries(heard)).toEqual({
      '*': all,
      '**': all,
      '*.*': all.slice(0, 2),
      '*.made': ['note.made'],
      'note.*': all.slice(0, 2),
      'action.**': all.slice(2),
      'action.*.start': all.slice(2),
      'action.buy.start': ['action.buy.start'],
    })
  })

  it('delivers only what its predicate accepts', () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ data }) => log.push(data.text), {
      where: ({ data }) => data.text === 'b',
    })
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    expect(log).toEqual(['b'])
    expect(subscription.stats).toMatchObject({ delivered: 1, failed: 0, dropped: 0 })
  })

  it('lets a predicate end its own subscription', () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ data }) => log.push(data.text), {
      where: () => {
        subscription.unsubscribe()
        return true
      },
    })
    bus.emitSync('note.made', hello)
    expect(log).toEqual([])
  })
})

describe('a signal', () => {
  it('ends the subscription when it aborts, and keeps no listener', () => {
    const { bus } = setUp()
    const { signal, abort } = controller()
    const subscription = bus.on('note.made', () => {}, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    abort()
    expect(subscription.active).toBe(false)
    expect(bus.handlerCount()).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('has no listener left once the subscription ended in any other way', async () => {
    const { bus } = setUp()
    const { signal } = controller()
    bus.on('note.made', () => {}, { signal }).unsubscribe()
    bus.once('note.made', () => {}, { signal })
    bus.emitSync('note.made', hello)
    bus.off(bus.on('note.made', () => {}, { signal }))
    bus.on('note.made', () => {}, { signal })
    bus.clear()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    bus.on('note.made', () => {}, { signal })
    await bus.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('that is aborted already makes a subscription that hears nothing', () => {
    const { bus } = setUp()
    const signal = AbortSignal.abort()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ type }) => log.push(type), { signal, id: 'late' })
    bus.emitSync('note.made', hello)
    expect(subscription.active).toBe(false)
    expect(log).toEqual([])
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(bus.on('note.made', () => {}, { id: 'late' }).active).toBe(true)
  })

  it('that aborts during a dispatch spares those whose turn has not come', () => {
    const { bus } = setUp()
    const { signal, abort } = controller()
    const log: string[] = []
    bus.on('note.made', () => abort())
    bus.on('note.made', ({ type }) => log.push(type), { signal })
    bus.emitSync('note.made', hello)
    expect(log).toEqual([])
  })
})

function controller() {
  const made = new AbortController()
  return { signal: made.signal, abort: () => made.abort() }
}

describe('once', () => {
  it('delivers one event whatever its options say', () => {
    const { bus } = setUp()
    const log: number[] = []
    bus.once('note.made', ({ sequence }) => log.push(sequence), { once: false } as never)
    bus.on('note.made', ({ sequence }) => log.push(-sequence), { once: true })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    expect(log).toEqual([1, -1])
  })

  it('refuses options that are none', () => {
    const { bus } = setUp()
    expect(() => bus.once('note.made', () => {}, null as never)).toThrow(coded('CONFIGURATION'))
  })
})

describe('Subscription', () => {
  it('ends with using, with unsubscribe, and only once', () => {
    const { bus } = setUp()
    const log: string[] = []
    let kept: Subscription
    {
      using subscription = bus.on('note.made', ({ type }) => log.push(type))
      kept = subscription
      bus.emitSync('note.made', hello)
    }
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made'])
    expect(kept.active).toBe(false)
    kept.unsubscribe()
    expect(bus.handlerCount()).toBe(0)
  })

  it('lets events pass by while it is paused, and counts them', () => {
    const { bus } = setUp()
    const log: number[] = []
    const subscription = bus.on('note.made', ({ sequence }) => log.push(sequence))
    bus.emitSync('note.made', hello)
    subscription.pause()
    subscription.pause()
    expect(subscription.paused).toBe(true)
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    subscription.resume()
    expect(subscription.paused).toBe(false)
    bus.emitSync('note.made', hello)
    expect(log).toEqual([1, 4])
    expect(subscription.stats).toMatchObject({ delivered: 2, dropped: 2 })
  })

  it('stays ended when it is resumed', () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', ({ type }) => log.push(type))
    subscription.pause()
    subscription.unsubscribe()
    subscription.resume()
    bus.emitSync('note.made', hello)
    expect(log).toEqual([])
    expect(subscription.active).toBe(false)
  })

  it('is one registration, however often its handler is registered', () => {
    const { bus } = setUp()
    const log: string[] = []
    const handler = ({ type }: { readonly type: string }): void => {
      log.push(type)
    }
    const first = bus.on('note.made', handler)
    const second = bus.on('note.made', handler)
    bus.emitSync('note.made', hello)
    expect(log).toHaveLength(2)
    first.unsubscribe()
    bus.emitSync('note.made', hello)
    expect(log).toHaveLength(3)
    expect(second.active).toBe(true)
  })
})

describe('off', () => {
  it('ends a subscription by its handle or by its id', () => {
    const { bus } = setUp()
    const handle = bus.on('note.made', () => {})
    const named = bus.on('note.made', () => {}, { id: 'audit' })
    const unnamed = bus.on('note.made', () => {})
    expect([bus.off(handle), bus.off('audit'), bus.off(unnamed.id)]).toEqual([true, true, true])
    expect([handle.active, named.active, unnamed.active]).toEqual([false, false, false])
    expect([bus.off(handle), bus.off('audit'), bus.off(unnamed.id)]).toEqual([false, false, false])
  })

  it('does not end a subscription of another bus', () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    const foreign = other.on('note.made', () => {})
    expect(bus.off(foreign)).toBe(false)
    expect(foreign.active).toBe(true)
  })

  it('refuses what emitters of other libraries take: a pattern and a handler', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', ignore)
    const off = bus.off as (...these: unknown[]) => boolean
    expect(() => off.call(bus, 'note.made', ignore)).toThrow(coded('CONFIGURATION'))
    expect(() => off.call(bus, subscription, undefined)).toThrow(coded('CONFIGURATION'))
    expect(subscription.active).toBe(true)
  })

  it('refuses what is neither: a handler, undefined, a pattern list', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', ignore)
    for (const bad of [undefined, null, ignore, ['note.made'], {}, 5]) {
      expect(() => bus.off(bad as never)).toThrow(coded('CONFIGURATION'))
    }
    expect(subscription.active).toBe(true)
    expect(bus.off('note.made')).toBe(false)
  })
})

describe('clear', () => {
  it('ends every handler, and leaves waits, streams and forwards', async () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    bus.on('note.made', () => {})
    bus.once('note.*', () => {})
    bus.onAny(() => {})
    const wait = bus.waitFor('note.made')
    const stream = bus.stream('note.made')
    bus.forward(other)
    expect(bus.clear()).toBe(3)
    expect(bus.handlerCount()).toBe(3)
    bus.emitSync('note.made', hello)
    expect((await wait).type).toBe('note.made')
    expect(stream.size).toBe(1)
    expect(other.history.size).toBe(1)
    expect(bus.clear()).toBe(0)
  })

  it('ends the handlers of exactly one pattern', () => {
    const { bus } = setUp()
    bus.on('note.made', () => {})
    bus.on('note.made', () => {})
    bus.on('note.*', () => {})
    expect(bus.clear('note.made')).toBe(2)
    expect(bus.subscriptions().map(({ pattern }) => pattern)).toEqual(['note.*'])
  })

  it('refuses a pattern that no event could match', () => {
    const { bus } = setUp()
    bus.on('note.made', () => {})
    expect(() => bus.clear('note.unmade' as never)).toThrow(coded('EVENT_UNKNOWN'))
    expect(() => bus.clear('' as never)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(1)
  })
})
