import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type DedupOptions, DedupWindow, toDedupSettings } from '../../src/delivery/dedup-window.ts'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'

/** What a window does, told by a list of places that is searched from end to end. */
class PlainWindow {
  readonly #capacity: number
  #places: { readonly key: unknown; forgotten: boolean }[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#places.filter(({ forgotten }) => !forgotten).length
  }

  add(key: unknown): boolean {
    if (this.#find(key) !== undefined) return false
    this.#places = [...this.#places, { key, forgotten: false }].slice(-this.#capacity)
    return true
  }

  forget(key: unknown): void {
    const place = this.#find(key)
    if (place !== undefined) place.forgotten = true
  }

  #find(key: unknown): { forgotten: boolean } | undefined {
    // A set compares as a map does.
    return this.#places.find((place) => !place.forgotten && new Set([place.key]).has(key))
  }
}

describe('toDedupSettings', () => {
  it('takes the id of an event for its key by default', () => {
    const { key, capacity } = toDedupSettings<{ readonly id: string }>({})
    expect(capacity).toBe(100_000)
    expect(key({ id: 'sim-1' })).toBe('sim-1')
  })

  it('keeps what it is given', () => {
    const options = { key: (event: { readonly tradeId: number }) => event.tradeId, capacity: 1 }
    expect(toDedupSettings(options)).toEqual(options)
  })

  it.each([
    [{ key: 'id' }, 'dedup.key must be a function, but is "id".'],
    [{ capacity: 0 }, 'dedup.capacity must be a whole number from 1 to 10000000, but is 0.'],
    [{ capacity: 10_000_001 }, 'dedup.capacity'],
    [{ size: 5 }, 'dedup has no option "size".'],
  ])('refuses %o', (options, message) => {
    const call = (): unknown => toDedupSettings(options as DedupOptions<never>)
    expect(call).toThrow(ConfigurationError)
    expect(call).toThrow(message)
  })
})

describe('DedupWindow', () => {
  it('tells new keys from duplicates', () => {
    const window = new DedupWindow(10)
    expect([window.add('a'), window.add('b'), window.add('a')]).toEqual([true, true, false])
    expect(window.size).toBe(2)
  })

  it('remembers exactly as many keys as it may, of which duplicates become no younger', () => {
    const window = new DedupWindow(3)
    for (const key of ['a', 'b', 'c', 'a', 'd']) window.add(key)
    expect(window.size).toBe(3)
    expect(['b', 'c', 'd'].map((key) => window.add(key))).toEqual([false, false, false])
    expect(window.add('a')).toBe(true)
    expect(window.add('b')).toBe(true)
  })

  it('welcomes a key that was forgotten, and keeps it for its full time', () => {
    const window = new DedupWindow(3)
    for (const key of ['a', 'b']) window.add(key)
    window.forget('a')
    window.forget('a')
    window.forget('never seen')
    expect(window.size).toBe(1)
    expect(window.add('a')).toBe(true)
    // This takes the first place of the ring, where `a` was at first.
    expect(window.add('c')).toBe(true)
    expect([window.add('a'), window.add('b')]).toEqual([false, false])
    expect(window.size).toBe(3)
  })

  it('compares keys as a map does', () => {
    const object = {}
    const keys = [
      ['0', 0, 0n, false, '', null, 'null', undefined, 'undefined', Number.NaN, 'NaN'],
      [{}, object, () => {}, [], Symbol('a'), Symbol('a'), Symbol.for('a'), 2 ** 31, -(2 ** 31)],
      [0.5, 1.5, Infinity, -Infinity, 2 ** 53, 123_456_789_012n, 'é', 'e\u0301', '\ud800'],
    ].flat()
    const window = new DedupWindow(100)
    expect(keys.filter((key) => !window.add(key))).toEqual([])
    expect(keys.filter((key) => window.add(key))).toEqual([])
    expect(window.add(-0)).toBe(false)
    expect(window.add(-Number.NaN)).toBe(false)
    expect(window.add(object)).toBe(false)
    expect(window.size).toBe(keys.length)
  })

  it('grows up to its capacity and stays there', () => {
    const window = new DedupWindow(1_000)
    for (let id = 0; id < 5_000; id += 1) {
      expect(window.add(`sim-${id}`)).toBe(true)
      expect(window.add(`sim-${Math.max(0, id - 999)}`)).toBe(false)
      expect(window.size).toBe(Math.min(1_000, id + 1))
    }
    expect(window.add('sim-4000')).toBe(false)
    expect(window.add('sim-3999')).toBe(true)
  })

  it('spreads ids that count up, whole numbers and times evenly', () => {
    // Keys that fell on each other would make this take minutes.
    const window = new DedupWindow(50_000)
    for (let id = 0; id < 100_000; id += 1) {
      window.add(`3f9k2m8q1x7z5w4v-${id}`)
      window.add(id * 65_536)
      window.add(1_700_000_000_000 + id * 60_000)
    }
    expect(window.size).toBe(50_000)
  })

  const key = fc.oneof(
    fc.integer({ min: 0, max: 12 }),
    fc.constantFrom<unknown>('a', 'b', 'c', 'd', Number.NaN, -0, 0, null, undefined, 1n, 0.5),
  )

  test.prop(
    [
      // Beyond 64 it grows.
      fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(100)),
      fc.array(fc.tuple(fc.constantFrom('add', 'add', 'add', 'forget'), key), { maxLength: 200 }),
    ],
    { numRuns: 2_000 },
  )('agrees with a list that is searched from end to end', (capacity, acts) => {
    const window = new DedupWindow(capacity)
    const plain = new PlainWindow(capacity)
    for (const [act, value] of acts) {
      expect(window[act as 'add'](value)).toBe(plain[act as 'add'](value))
      expect(window.size).toBe(plain.size)
    }
  })

  test.prop([
    fc.integer({ min: 60, max: 70 }),
    fc.array(fc.tuple(fc.nat(9), fc.nat(150)), { minLength: 200, maxLength: 400 }),
  ])('agrees with it while it grows', (capacity, acts) => {
    const window = new DedupWindow(capacity)
    const plain = new PlainWindow(capacity)
    for (const [choice, value] of acts) {
      const act = choice === 0 ? 'forget' : 'add'
      expect(window[act as 'add'](`k${value}`)).toBe(plain[act as 'add'](`k${value}`))
      expect(window.size).toBe(plain.size)
    }
  })
})
