import * as fc from 'fast-check'
import { Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { stateOf, textOfState } from '../../src/log/state-text.ts'
import { requireProperty } from '../property/runs.ts'
import { coded } from '../support/buses.ts'

const there = (state: unknown): unknown => stateOf(textOfState(state))

describe('the text of a state', () => {
  it('carries what JSON carries', () => {
    const state = { a: [1, 'two', true, null, { b: -0.5 }], '': {} }
    expect(there(state)).toEqual(state)
    expect(textOfState(state)).toBe('{"a":[1,"two",true,null,{"b":-0.5}],"":{}}')
  })

  it('carries what JSON does not', () => {
    const state = {
      price: new Decimal('57.63800000000000000000000000000000001'),
      none: undefined,
      big: 2n ** 90n,
      numbers: [NaN, Infinity, -Infinity, -0],
      decimals: [new Decimal('NaN'), new Decimal('-0'), new Decimal('-1e-30')],
      at: new Date(1_700_000_000_123),
      never: new Date(NaN),
      held: new Map<unknown, unknown>([
        ['a', new Set([new Decimal(1), undefined])],
        [{ key: 1 }, new Map()],
      ]),
    }
    const back = there(state) as typeof state
    expect(back).toEqual(state)
    expect(back.price.toString()).toBe(state.price.toString())
    expect(back.decimals.map((decimal) => decimal.valueOf())).toEqual([
      'NaN',
      '-0',
      state.decimals[2]!.valueOf(),
    ])
    expect(Object.is(back.numbers[3], -0)).toBe(true)
    expect('none' in back).toBe(true)
  })

  it('carries keys that look like its own marks', () => {
    for (const state of [
      { $: 'undefined' },
      { $: 'map', of: [[1, 2]] },
      { $: { $: 'number', of: '1' }, other: [{ $: 1 }] },
    ]) {
      expect(there(state)).toEqual(state)
    }
  })

  it('carries a key __proto__, and objects without a prototype', () => {
    const parsed: unknown = JSON.parse('{"__proto__":{"a":1},"$":2}')
    expect(Object.entries(there(parsed) as object)).toEqual(Object.entries(parsed as object))
    const bare = Object.assign(Object.create(null) as object, { a: new Decimal(1), __proto__x: 2 })
    const back = there({ bare }) as { bare: object }
    expect(Object.getPrototypeOf(back.bare)).toBe(null)
    expect(back.bare).toEqual(bare)
  })

  it('carries a hole of an array as undefined', () => {
    const holes: unknown[] = []
    holes[2] = 1
    expect(there(holes)).toEqual([undefined, undefined, 1])
  })

  class Order {
    readonly id = 1
  }
  const symbol = Symbol('s')
  for (const [what, value, where] of [
    ['a function', { a: [() => {}] }, 'state.a[0]'],
    ['a symbol', new Map([[symbol, 1]]), 'state[0][0]'],
    ['a key that is a symbol', { a: { [symbol]: 1 } }, 'state.a'],
    ['an instance of a class', { orders: new Set([new Order()]) }, 'state.orders[0]'],
    ['a typed array', new Uint8Array(1), 'state'],
    ['a promise', { later: Promise.resolve() }, 'state.later'],
  ] as const) {
    it(`refuses ${what}, and says where`, () => {
      expect(() => textOfState(value)).toThrow(coded('CONFIGURATION'))
      expect(() => textOfState(value)).toThrow(where)
    })
  }

  it('refuses a state that holds itself', () => {
    const state: Record<string, unknown> = {}
    state['self'] = state
    expect(() => textOfState(state)).toThrow('holds itself')
  })

  it('carries any state', async () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.bigInt(),
      fc.constant(undefined),
      fc.constant(null),
      fc.date(),
      fc.double({ noNaN: true }).map((number) => new Decimal(number)),
    )
    const key = fc.oneof(fc.string(), fc.constantFrom('$', 'of', '__proto__'))
    const { state } = fc.letrec((tie) => ({
      state: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('state')),
        fc.dictionary(key, tie('state')),
        fc.uniqueArray(tie('state')).map((items) => new Set(items)),
        fc.array(fc.tuple(leaf, tie('state'))).map((items) => new Map(items)),
      ),
    }))
    const property = fc.asyncProperty(state, async (value) => {
      expect(there(value)).toEqual(value)
    })
    expect(await requireProperty('states as text', property, 500)).toBe(500)
  }, 120_000)
})
