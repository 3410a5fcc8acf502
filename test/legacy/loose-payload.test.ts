import * as fc from 'fast-check'
import { Decimal as ForeignDecimal } from 'decimal.js'
import { createBus, Decimal, decimal, type PayloadSchema, z } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'
import { provenEvents } from '../../src/events/catalog.ts'
import { decimalText } from '../support/decimals.ts'

/** What typed code gets when legacy code emits `payload`. */
function emitted(schema: PayloadSchema, payload: unknown): unknown {
  // Without an example: what is tested here are schemas of every kind.
  const catalog = provenEvents({
    'test.event': { description: 'Is tested.', payload: schema, example: {} },
  })
  const bus = createBus({ catalog })
  let data: unknown
  bus.on('test.event', (event) => {
    data = event.data
  })
  createLegacyAdapter(bus).emit('test.event', payload as object)
  return data
}

const price = z.strictObject({ price: decimal() })
const at = (text: string): Decimal => new Decimal(text)

describe('LegacyAdapter.emit', () => {
  it.each<[unknown, string]>([
    ['57.638', '57.638'],
    ['57.6380', '57.638'],
    [57.638, '57.638'],
    [-0, '0'],
    [1e-7, '0.0000001'],
    [1e21, '1000000000000000000000'],
    [0.1 + 0.2, '0.30000000000000004'],
    [new Decimal('1e-7'), '0.0000001'],
    [new ForeignDecimal('57.638'), '57.638'],
  ])('takes %o for a decimal', (value, text) => {
    const { price: result } = emitted(price, { price: value }) as { price: Decimal }
    expect(result).toBeInstanceOf(Decimal)
    expect(result.toFixed()).toBe(text)
  })

  it.each([
    Number.NaN,
    Infinity,
    1e300,
    '1e-7',
    ' 1',
    '',
    null,
    10n,
    true,
    {},
    new Decimal(Number.NaN),
    new ForeignDecimal('1e900000000'),
  ])('refuses %o for a decimal', (value) => {
    expect(() => emitted(price, { price: value })).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        issues: expect.arrayContaining([expect.objectContaining({ path: 'price' })]),
      }),
    )
  })

  it('says what it takes for a decimal, wherever one stands', () => {
    const schema = z.strictObject({
      price: decimal(),
      name: z.string(),
      levels: z.array(z.tuple([decimal(), z.string()])),
    })
    const payload = {
      price: Number.NaN,
      name: Number.NaN,
      levels: [
        ['1', 'a'],
        [{}, 2],
      ],
    }
    expect(() => emitted(schema, payload)).toThrow(
      expect.objectContaining({
        issues: [
          { path: 'price', message: 'expected text, finite number or Decimal, found NaN' },
          { path: 'name', message: 'expected string, found NaN' },
          { path: 'levels.1.0', message: expect.stringContaining('number or Decimal, found') },
          { path: 'levels.1.1', message: 'expected string, found the number 2' },
          { path: '', message: expect.stringContaining('takes an object such as') },
        ],
      }),
    )
    expect(() => emitted(price, { price: '1e-7' })).toThrow(/price: expected (?!text)/)
  })

  it('keeps every digit of text and Decimal', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        expect(emitted(price, { price: text })).toEqual({ price: at(text) })
        expect(emitted(price, { price: at(text) })).toEqual({ price: at(text) })
      }),
    )
  })

  it('takes a number for its shortest text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e60, max: 1e60 }), (number) => {
        fc.pre(at(String(number)).decimalPlaces() <= 64)
        expect(emitted(price, { price: number })).toEqual({ price: at(String(number)) })
      }),
    )
  })

  it('takes a number for no other text', () => {
    const named = z.strictObject({ name: z.string(), price: decimal() })
    expect(() => emitted(named, { name: 7, price: 7 })).toThrow(
      expect.objectContaining({
        issues: expect.arrayContaining([expect.objectContaining({ path: 'name' })]),
      }),
    )
    expect(() => emitted(named, { name: at('7'), price: 7 })).toThrow(/name/)
  })

  it('finds decimals wherever a schema may hold them', () => {
    interface Tree {
      readonly value: Decimal
      readonly next?: Tree | undefined
    }
    const tree: z.ZodType<Tree> = z.strictObject({
      value: decimal(),
      next: z.lazy(() => tree).optional(),
    })
    const schema = z.intersection(
      z.object({
        nullable: decimal().nullable(),
        refined: decimal().refine((value) => value.gt(1)),
        list: z.array(decimal()).readonly(),
        levels: z.array(z.tuple([decimal(), z.number()])),
        rest: z.tuple([z.string()], decimal()),
        byName: z.record(z.string(), decimal()),
        either: z.union([z.string(), decimal()]),
        codec: z.codec(z.strictObject({ inner: decimal() }), z.strictObject({ inner: decimal() }), {
          decode: ({ inner }) => ({ inner: inner.toFixed() }),
          encode: ({ inner }) => ({ inner: new Decimal(inner) }),
        }),
      }),
      z.object({ tree }),
    )
    const data = emitted(schema, {
      nullable: null,
      refined: 1.5,
      list: [1, '2', at('3')],
      levels: [[0.5, 1]],
      rest: ['a', 0.25, '0.125'],
      byName: { a: 1, b: '2' },
      either: 5,
      codec: { inner: 6 },
      tree: { value: 1, next: { value: 2 } },
    })
    expect(data).toEqual({
      nullable: null,
      refined: at('1.5'),
      list: [at('1'), at('2'), at('3')],
      levels: [[at('0.5'), 1]],
      rest: ['a', at('0.25'), at('0.125')],
      byName: { a: at('1'), b: at('2') },
      either: '5',
      codec: { inner: at('6') },
      tree: { value: at('1'), next: { value: at('2') } },
    })
  })

  it('leaves fields alone that a loose payload does not describe', () => {
    const schema = z.looseObject({ price: decimal() })
    expect(emitted(schema, { price: 1, other: 2 })).toEqual({ price: at('1'), other: 2 })
    const rest = schema.catchall(decimal())
    expect(emitted(rest, { price: 1, other: 2 })).toEqual({ price: at('1'), other: at('2') })
  })

  it('lets the first payload of a union decide that fits', () => {
    const schema = z.union([
      z.strictObject({ kind: z.literal('count'), value: z.number() }),
      z.strictObject({ kind: z.literal('price'), value: decimal() }),
    ])
    expect(emitted(schema, { kind: 'count', value: 2 })).toEqual({ kind: 'count', value: 2 })
    expect(emitted(schema, { kind: 'price', value: 2 })).toEqual({ kind: 'price', value: at('2') })
    expect(() => emitted(schema, { kind: 'other', value: 2 })).toThrow(/was refused/)
  })

  it.each([undefined, null, 7, 'text', []])('refuses the payload %o', (payload) => {
    expect(() => emitted(price, payload)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    )
  })

  it('refuses fields that a strict payload lacks', () => {
    expect(() => emitted(price, { price: '1', prise: 2 })).toThrow(/prise/)
    expect(() => emitted(z.strictObject({ list: z.array(decimal()) }), { list: 1 })).toThrow(/list/)
    const pair = z.strictObject({ pair: z.tuple([decimal()]) })
    expect(() => emitted(pair, { pair: ['1', '2'] })).toThrow(/pair/)
  })

  it('shares nothing with what legacy code goes on to change', () => {
    const payload = { list: ['1'], extra: { a: 1 } }
    const schema = z.strictObject({ list: z.array(decimal()), extra: z.object({ a: z.number() }) })
    const data = emitted(schema, payload)
    payload.list.push('2')
    payload.extra.a = 2
    expect(data).toEqual({ list: [at('1')], extra: { a: 1 } })
  })

  it('refuses what cannot be read, is nested too deep, or would set a prototype', () => {
    const hostile = {
      get price(): never {
        throw new Error('no')
      },
    }
    expect(() => emitted(price, hostile)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', cause: new Error('no') }),
    )
    const loose = z.looseObject({})
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    expect(() => emitted(loose, cyclic)).toThrow(/at most 64 levels/)
    expect(() => emitted(loose, JSON.parse('{ "__proto__": {} }'))).toThrow(/no key __proto__/)
  })
})
