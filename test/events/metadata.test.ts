import { describe, expect, it } from 'vitest'
import { EventValidationError } from '../../src/events/errors.ts'
import { requireMetadata } from '../../src/events/metadata.ts'

const check = (metadata: unknown) => requireMetadata('order.filled', metadata)
const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]))

describe('requireMetadata', () => {
  it('returns a frozen copy', () => {
    const metadata = { requestId: 'a', attempt: 2.5, replayed: false, empty: '' }
    const result = check(metadata)
    expect(result).toEqual(metadata)
    expect(result).not.toBe(metadata)
    expect(Object.isFrozen(result)).toBe(true)
    expect(Object.isFrozen(metadata)).toBe(false)
  })

  it('accepts an object without a prototype, none and 64 keys, and keys that objects inherit', () => {
    expect(check(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
    expect(check({})).toEqual({})
    expect(Object.keys(check(keys(64)))).toHaveLength(64)
    expect(Object.hasOwn(check({ constructor: 'x', toString: 1 }), 'constructor')).toBe(true)
  })

  it.each([null, undefined, 5, 'text', [], [1], new Map(), new Date(0), () => 1])(
    'refuses %o',
    (metadata) => {
      expect(() => check(metadata)).toThrow(
        /^order.filled was refused: metadata: expected a plain object, found /,
      )
    },
  )

  it.each([null, undefined, {}, [], Number.NaN, Infinity, 10n, Symbol('s'), () => 1])(
    'refuses the value %o, and names its key',
    (value) => {
      expect(() => check({ requestId: value })).toThrow(
        'metadata.requestId: expected a string, a finite number or a boolean',
      )
    },
  )

  it('refuses an empty key, a symbol, and an own __proto__', () => {
    for (const bad of [{ '': 1 }, { [Symbol('s')]: 1 }, JSON.parse('{"__proto__":"x"}')]) {
      expect(() => check(bad)).toThrow(
        'expected keys that are strings, not empty and not __proto__',
      )
    }
  })

  it('refuses more than 64 keys', () => {
    expect(() => check(keys(65))).toThrow('expected at most 64 keys, found 65')
  })

  it('refuses metadata that throws when it is read', () => {
    const hostile = {
      get requestId(): string {
        throw new Error('hostile')
      },
    }
    const proxy = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('hostile')
        },
      },
    )
    for (const metadata of [hostile, proxy]) {
      expect(() => check(metadata)).toThrow(EventValidationError)
      expect(() => check(metadata)).toThrow('reading it threw')
    }
  })
})
