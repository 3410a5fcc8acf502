import { SimulatedClock, SystemClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { EventCache, type EventCacheOptions } from '../../src/handlers.ts'
import { coded, errorsOf, hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

function cached(options: Partial<EventCacheOptions> = {}) {
  const clock = new SimulatedClock()
  const cache = new EventCache<string, number>({ capacity: 3, clock, ...options })
  const created: string[] = []
  /** Creates a value at once: how many were created. */
  const create = (key: string): number => created.push(key)
  return { cache, clock, created, create }
}

/** A creation that is told when to end, and what its signal says. */
function slowly() {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const signals: AbortSignal[] = []
  const create = (_: string, { signal }: { readonly signal: AbortSignal }): Promise<number> => {
    signals.push(signal)
    return promise
  }
  return { create, resolve, reject, signals }
}

describe('EventCache', () => {
  it('creates a value once, and finds it from then on', async () => {
    const { cache, create, created } = cached()
    expect(await cache.get('a', create)).toBe(1)
    expect(await cache.get('a', create)).toBe(1)
    expect(await cache.get('b', create)).toBe(2)
    expect(created).toEqual(['a', 'b'])
    expect(cache.stats).toEqual({
      size: 2,
      creating: 0,
      hits: 1,
      shared: 0,
      misses: 2,
      evictions: 0,
    })
  })

  it('begins a creation at once, and shares it among all who ask meanwhile', async () => {
    const { cache } = cached()
    const slow = slowly()
    const waits = [1, 2, 3].map(() => cache.get('a', slow.create))
    expect(slow.signals).toHaveLength(1)
    expect(cache.stats).toMatchObject({ size: 0, creating: 1, shared: 2, misses: 1 })
    slow.resolve(7)
    expect(await Promise.all(waits)).toEqual([7, 7, 7])
    expect(cache.stats).toMatchObject({ size: 1, creating: 0 })
    expect(slow.signals[0]!.aborted).toBe(false)
  })

  it('rejects all who wait for a creation that fails, and keeps nothing', async () => {
    const { cache, create } = cached()
    const slow = slowly()
    const signal = new AbortController().signal
    const waits = [cache.get('a', slow.create), cache.get('a', slow.create, { signal })]
    slow.reject(new Error('planted'))
    const settled = await Promise.allSettled(waits)
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { message: 'planted' } },
      { status: 'rejected', reason: { message: 'planted' } },
    ])
    const thrown = cache.get('a', () => {
      throw new Error('at once')
    })
    await expect(thrown).rejects.toThrow('at once')
    expect(await cache.get('a', create)).toBe(1)
  })

  it('keeps undefined and null, too', async () => {
    const { clock } = cached()
    const cache = new EventCache<number, unknown>({ capacity: 2, clock })
    await cache.get(1, () => undefined)
    await cache.get(2, () => null)
    expect(await cache.get(1, () => 'again')).toBeUndefined()
    expect(await cache.get(2, () => 'again')).toBeNull()
  })

  it('gives up the value that was least recently used when it is full', async () => {
    const { cache, create, created } = cached({ capacity: 2 })
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(key, create)
    expect(created).toEqual(['a', 'b', 'c', 'b'])
    expect(cache.stats).toMatchObject({ size: 2, evictions: 2 })
  })

  it('keeps a value for ttlMs of its clock, from when it was there, also at the start of time', async () => {
    const { cache, clock, create } = cached({ ttlMs: 1_000.5 })
    const slow = slowly()
    const early = cache.get('slow', slow.create)
    await cache.get('a', create)
    await clock.advanceTo(1_000)
    slow.resolve(50)
    await early
    expect(await cache.get('a', create)).toBe(1)
    await clock.advanceTo(1_000.5)
    expect(await cache.get('a', create)).toBe(2)
    expect(cache.stats).toMatchObject({ evictions: 0 })
    await clock.advanceTo(2_000)
    expect(await cache.get('slow', create)).toBe(50)
    await clock.advanceTo(2_000.5)
    expect(await cache.get('slow', create)).toBe(3)
  })

  it('sets no timer', async () => {
    const { cache, clock, create } = cached({ ttlMs: 10 })
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const live = cached({ ttlMs: 10, clock: new SystemClock() })
    await cache.get('a', create)
    await cache.get('a', create)
    await live.cache.get('a', live.create)
    await live.cache.get('a', live.create)
    expect(clock.pendingTimers).toBe(0)
    expect(timers()).toBe(before)
  })

  it('forgets a value by delete, and all by clear', async () => {
    const { cache, create } = cached()
    for (const key of ['a', 'b', 'c']) await cache.get(key, create)
    expect(cache.delete('a')).toBe(true)
    expect(cache.delete('a')).toBe(false)
    expect(await cache.get('a', create)).toBe(4)
    cache.clear()
    expect(cache.stats).toMatchObject({ size: 0, evictions: 0 })
    expect(await cache.get('b', create)).toBe(5)
  })

  it.each<[string, (cache: EventCache<string, number>) => void]>([
    ['delete', (cache) => expect(cache.delete('a')).toBe(true)],
    ['clear', (cache) => cache.clear()],
  ])('does not keep the value of a creation during which %s was called', async (_, forget) => {
    const { cache } = cached()
    const [old, fresh] = [slowly(), slowly()]
    const before = cache.get('a', old.create)
    forget(cache)
    const after = cache.get('a', fresh.create)
    fresh.resolve(2)
    expect(await after).toBe(2)
    old.resolve(1)
    expect(await before).toBe(1)
    expect(await cache.get('a', old.create)).toBe(2)
    expect(old.signals[0]!.aborted).toBe(false)
  })

  it('refuses a creation that asks for its own key, which would wait for itself', async () => {
    const { cache, create } = cached()
    const own = (): Promise<number> => cache.get('a', own)
    await expect(cache.get('a', own)).rejects.toThrow(
      'The create of key "a" asks the cache for its',
    )
    await expect(cache.get('a', own)).rejects.toThrow(coded('CONFIGURATION'))
    const roundabout = cache.get('a', async () => (await cache.get('b', own)) + 1)
    await expect(roundabout).rejects.toThrow(coded('CONFIGURATION'))
    expect(cache.stats).toMatchObject({ size: 0, creating: 0, shared: 0 })
    expect(await cache.get('a', () => cache.get('b', create))).toBe(1)
  })

  it('leaves the newer creation alone when the older one fails or is left', async () => {
    const { cache } = cached()
    const [old, fresh] = [slowly(), slowly()]
    const { signal, abort } = abortable()
    const before = cache.get('a', old.create, { signal })
    cache.delete('a')
    const after = cache.get('a', fresh.create)
    abort()
    await expect(before).rejects.toThrow('enough')
    old.reject(new Error('planted'))
    await rest()
    expect(cache.stats.creating).toBe(1)
    fresh.resolve(2)
    expect(await after).toBe(2)
  })
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(new Error('enough')) }
}

describe('EventCache.get with a signal', () => {
  it('ends the wait of one, and not that of others', async () => {
    const { cache } = cached()
    const slow = slowly()
    const { signal, abort } = abortable()
    const first = cache.get('a', slow.create, { signal })
    const second = cache.get('a', slow.create)
    abort()
    await expect(first).rejects.toThrow('enough')
    expect(slow.signals[0]!.aborted).toBe(false)
    slow.resolve(3)
    expect(await second).toBe(3)
    expect(cache.stats).toMatchObject({ size: 1 })
  })

  it('aborts the creation that nobody waits for any more, and does not keep its value', async () => {
    const { cache, create } = cached()
    const slow = slowly()
    const one = abortable()
    const two = abortable()
    const waits = [one, two].map(({ signal }) => cache.get('a', slow.create, { signal }))
    one.abort()
    expect(slow.signals[0]!.aborted).toBe(false)
    two.abort()
    expect(slow.signals[0]!.reason).toMatchObject({ message: 'enough' })
    expect((await Promise.allSettled(waits)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ])
    expect(cache.stats.creating).toBe(0)
    slow.resolve(9)
    await rest()
    expect(await cache.get('a', create)).toBe(1)
  })

  it('makes no unhandled rejection of a creation that fails after all have left', async () => {
    const unhandled = await unhandledDuring(async () => {
      const { cache } = cached()
      const slow = slowly()
      const { signal, abort } = abortable()
      const wait = cache.get('a', slow.create, { signal })
      abort()
      await expect(wait).rejects.toThrow('enough')
      slow.reject(new Error('too late'))
    })
    expect(unhandled).toEqual([])
  })

  it('creates nothing for a signal that has aborted before', async () => {
    const { cache, create, created } = cached()
    const { signal, abort } = abortable()
    abort()
    await expect(cache.get('a', create, { signal })).rejects.toThrow('enough')
    expect(created).toEqual([])
    expect(cache.stats.misses).toBe(0)
  })

  it('takes its listeners back', async () => {
    const { cache, create } = cached()
    const listeners = new Set<unknown>()
    const signal = {
      aborted: false,
      throwIfAborted: () => {},
      addEventListener: (_: string, listener: unknown) => listeners.add(listener),
      removeEventListener: (_: string, listener: unknown) => listeners.delete(listener),
    }
    const wait = cache.get('a', create, { signal: signal as unknown as AbortSignal })
    expect(listeners.size).toBe(1)
    await wait
    await rest()
    expect(listeners.size).toBe(0)
  })
})

describe('EventCache.invalidateOn', () => {
  it('forgets the key of an event before any handler of it is called', async () => {
    const { cache, create } = cached()
    const { bus } = setUp()
    const seen: (number | undefined)[] = []
    bus.on(
      'note.made',
      async ({ data }) => {
        seen.push(await cache.get(data.text, create))
      },
      { priority: 1_000_000 },
    )
    const subscription = cache.invalidateOn(
      bus,
      ['note.made', 'note.read'],
      ({ data }) => data.text,
    )
    await bus.emit('note.made', hello)
    await bus.emit('note.read', { text: 'another' })
    await bus.emit('note.made', hello)
    expect(seen).toEqual([1, 2])
    subscription.unsubscribe()
    await bus.emit('note.made', hello)
    expect(seen).toEqual([1, 2, 2])
  })

  it('does not keep what was created while the event came', async () => {
    const { cache, create } = cached()
    const { bus } = setUp()
    cache.invalidateOn(bus, 'note.made', ({ data }) => data.text)
    const slow = slowly()
    const wait = cache.get('hello', slow.create)
    bus.emitSync('note.made', hello)
    slow.resolve(9)
    expect(await wait).toBe(9)
    expect(await cache.get('hello', create)).toBe(1)
  })

  it('forgets nothing for undefined, and fails as a handler where keyOf throws', async () => {
    const { cache, create } = cached()
    const { bus } = setUp()
    const errors = errorsOf(bus)
    await cache.get('hello', create)
    cache.invalidateOn(bus, 'note.*', () => undefined)
    cache.invalidateOn(bus, 'alarm.rung', () => {
      throw new Error('planted')
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('alarm.rung', hello)
    expect(cache.stats.size).toBe(1)
    expect(errors).toMatchObject([{ message: 'planted' }])
  })

  it.each([
    ['a promise', async () => 'hello'],
    ['null', () => null],
    ['an object', () => ({})],
  ])('fails as a handler where keyOf returns %s', (_, keyOf) => {
    const { cache } = cached()
    const { bus } = setUp()
    const errors = errorsOf(bus)
    cache.invalidateOn(bus, 'note.made', keyOf as () => string)
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ message: expect.stringContaining('key must be a string') }])
  })

  it('refuses what the bus refuses, and a keyOf that is none', () => {
    const { cache } = cached()
    const { bus } = setUp()
    expect(() => cache.invalidateOn(bus, 'note.mad' as 'note.made', () => 'a')).toThrow(
      coded('EVENT_UNKNOWN'),
    )
    expect(() => cache.invalidateOn(bus, 'note.made', 'text' as unknown as () => string)).toThrow(
      'keyOf must be a function',
    )
  })
})

describe('the options of EventCache', () => {
  it.each([
    [{ capacity: 0 }, 'capacity must be a whole number from 1 to 10000000'],
    [{ capacity: undefined }, 'capacity must be a whole number'],
    [{ ttlMs: 0 }, 'ttlMs must be more than 0 milliseconds, but is 0.'],
    [{ ttlMs: NaN }, 'ttlMs must be a finite number'],
    [{ clock: undefined }, 'clock.monotonic must be a function'],
    [{ max: 5 }, 'EventCache has no option "max"'],
  ])('are refused where they are wrong: %j', (wrong, message) => {
    expect(() => cached(wrong as Partial<EventCacheOptions>)).toThrow(message)
  })

  it('are refused by get as well', async () => {
    const { cache, create } = cached()
    const wrong = { timeoutMs: 5 } as object
    await expect(cache.get('a', create, wrong)).rejects.toThrow('EventCache.get has no option')
    const signal = {} as AbortSignal
    await expect(cache.get('a', create, { signal })).rejects.toThrow(coded('CONFIGURATION'))
    await expect(cache.get('a', 5 as unknown as typeof create)).rejects.toThrow(
      'create must be a function',
    )
    for (const key of [undefined, null, {}, Symbol('key')]) {
      await expect(cache.get(key as string, create)).rejects.toThrow('key must be a string')
    }
    expect(cache.stats).toMatchObject({ misses: 0, creating: 0 })
  })
})
