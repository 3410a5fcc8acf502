/* eslint-disable vitest/expect-expect -- expectEvents is an assertion */

import { describe, expect, it } from 'vitest'
import { Decimal, type TradewireEvent } from 'tradewire'
import { EventAssertionError, expectEvents } from 'tradewire/testing'

/** An event whose payload has a value that is no trading value. */
function holding(value: unknown) {
  return expectEvents([{ type: 'signal.entry', data: { value } } as unknown as TradewireEvent])
}

function matches(value: unknown, expected: unknown): void {
  holding(value).toMatch([['signal.entry', { value: expected }]])
}

/** Returns how it is told. */
function differs(value: unknown, expected: unknown): EventAssertionError {
  try {
    matches(value, expected)
  } catch (error) {
    expect(error).toBeInstanceOf(EventAssertionError)
    return error as EventAssertionError
  }
  throw new Error('It did not fail.')
}

class Money {
  readonly amount: number

  constructor(amount: number) {
    this.amount = amount
  }
}

class Secret {
  readonly #value: number

  constructor(value: number) {
    this.#value = value
  }

  read(): number {
    return this.#value
  }
}

describe('expectEvents of values that are no plain objects', () => {
  const bytes = Uint8Array.of(1, 2).buffer
  const pairs: readonly (readonly [name: string, value: unknown, same: unknown, other: unknown])[] =
    [
      ['Map', new Map([['a', 1]]), new Map([['a', 1]]), new Map([['a', 2]])],
      ['larger Map', new Map([['a', 1]]), new Map([['a', 1]]), new Map()],
      ['Map of Decimals', new Map([['a', new Decimal(1)]]), new Map([['a', '1.0']]), new Map()],
      ['Set', new Set([1, 2]), new Set([2, 1]), new Set([1, 3])],
      ['smaller Set', new Set(), new Set(), new Set([1])],
      ['Set in a list', [new Set([1])], [new Set([1])], [new Set([2])]],
      ['Date', new Date(1), new Date(1), new Date(2)],
      ['URL', new URL('http://a.b/'), new URL('http://a.b'), new URL('http://c.d/')],
      ['RegExp', /a/, /a/, /a/i],
      ['Error', new Error('x'), new Error('x'), new Error('y')],
      ['class of an Error', new RangeError('x'), new RangeError('x'), new Error('x')],
      ['ArrayBuffer', bytes, Uint8Array.of(1, 2).buffer, new ArrayBuffer(2)],
      ['typed array', Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(2)],
      ['longer typed array', Uint8Array.of(1, 2), Uint8Array.of(1, 2), Uint8Array.of(1)],
      ['kind of array', new Uint8Array(0), new Uint8Array(0), new Int8Array(0)],
      ['longer list', [1, 2], [1, 2], [1]],
      ['instance', new Money(1), new Money(1), new Money(2)],
      ['list for an instance', new Money(1), { amount: 1 }, [1]],
      ['instance for an object', { amount: 1 }, { amount: 1 }, new Money(1)],
      ['text for an instance', new Money(1), new Money(1), 'Money'],
      ['null for an instance', new Money(1), new Money(1), null],
      ['instance for null', null, null, new Money(1)],
    ]
  for (const [name, value, same, other] of pairs) {
    it(`accepts the same and refuses another: ${name}`, () => {
      matches(value, same)
      differs(value, other)
    })
  }

  it('accepts what shows nothing only if it is the expected object itself', () => {
    const secret = new Secret(1)
    expect(secret.read()).toBe(1)
    matches(secret, secret)
    differs(secret, new Secret(1))
  })

  it('shows them in the difference', () => {
    expect(differs(new Map([['a', 1]]), new Map([['b', 2]])).message).toContain(
      'data.value is Map [["a", 1]], expected Map [["b", 2]]',
    )
    expect(differs(new Set([1]), new Money(2)).message).toContain(
      'data.value is Set [1], expected Money { amount: 2 }',
    )
    expect(differs(new URL('http://a.b/'), Uint8Array.of(7)).message).toContain(
      'data.value is URL { href: "http://a.b/" }, expected Uint8Array { bytes: [7] }',
    )
  })

  it('looks at the fields of an instance that are asked for', () => {
    matches(new URL('http://a.b/c'), { pathname: '/c' })
    differs(new URL('http://a.b/c'), { pathname: '/d' })
    for (const value of [new Map([['x', 1]]), new URL('http://a.b/'), [1, 2], new Decimal(1)]) {
      differs(value, {})
    }
  })

  it('expects an item where a list has a hole to be absent', () => {
    // eslint-disable-next-line no-sparse-arrays
    const holed = [, 2]
    expect(differs([1, 2], holed).message).toContain('data.value.0 is 1, expected absent')
    matches([undefined, 2], holed)
  })
})
