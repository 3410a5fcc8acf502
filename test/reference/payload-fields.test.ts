import { Decimal, decimal, defineEvents, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import type { PayloadField } from '../../src/reference/payload-field.ts'
import { payloadShapes, type PayloadShape } from '../../src/reference/payload-fields.ts'

type Payload = z.ZodType<object>

function shapesOf(payload: Payload, example: object): readonly PayloadShape[] {
  const event = { description: 'x', payload, example }
  return payloadShapes(defineEvents({ 'a.b': event }).get('a.b'))
}

/** A row as a page has it: path, type, and whether or when the field is there. */
function row({ path, type, required, condition }: PayloadField): string {
  return [path, type, required ? 'yes' : 'no', condition ?? ''].join(' | ').replace(/ \| $/, '')
}

/** The rows of a payload with one field, `x`, which `example` is a value of. */
function rowsOf(schema: z.ZodType, example?: unknown): readonly string[] {
  const payload = z.strictObject({ x: schema })
  const [shape] = shapesOf(payload, example === undefined ? {} : { x: example })
  return shape!.fields.map(row)
}

const text = z.string()
const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (value) => new Date(value),
  encode: (value) => value.toISOString(),
})
const money = class Money {
  readonly amount: number
  constructor(amount: number) {
    this.amount = amount
  }
}
const numberInText = z.codec(z.string(), z.number(), { decode: Number, encode: String })

describe('payloadShapes', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['number (multiple of 0.5)', z.number().multipleOf(0.5), 1],
    ['whole number from 0 (multiple of 5)', z.int().min(0).multipleOf(5), 5],
    ['number (multiple of 2 and of 3)', z.number().multipleOf(2).multipleOf(3), 6],
    ['number above 0.0000001 to 1.00005', z.number().gt(1e-7).max(1.00005), 1],
    ['number up to 1,000,000,000,000,000,000', z.number().max(1e18), 1],
    ['number', z.float32(), 1],
  ])('tells %s', (words, schema, example) => {
    expect(rowsOf(schema, example)).toEqual([`x | ${words} | yes`])
  })

  it.each<[string, z.ZodType, unknown]>([
    ['text of 3 characters', text.length(3), 'abc'],
    ['text of 1 character', text.length(1), 'a'],
    [
      'text of 2 to 5 characters that matches ^[A-Z]+$',
      text
        .regex(/^[A-Z]+$/)
        .min(2)
        .max(5),
      'AB',
    ],
    ['text that is not empty and matches ^a', text.regex(/^a/).min(1), 'a'],
    ['text (email) of at most 50 characters', z.email().max(50), 'a@example.com'],
    ['text that matches ^ab.*', text.startsWith('ab'), 'ab'],
    ['text that matches ^ab.* and .*yz$', text.startsWith('ab').endsWith('yz'), 'abyz'],
    ['text that matches ^[^A-Z]*$', text.lowercase(), 'a'],
    ["'it\\'s' | 'a\\\\b' | 'a\\nb' | '\"'", z.enum(["it's", 'a\\b', 'a\nb', '"']), "it's"],
    ['text of at least 3 characters', text.pipe(text.min(3)), 'abc'],
  ])('tells %s', (words, schema, example) => {
    expect(rowsOf(schema, example)).toEqual([`x | ${words} | yes`])
  })

  it.each<[string, z.ZodType, unknown]>([
    [
      "object of number for each of 'a' | 'b'",
      z.record(z.enum(['a', 'b']), z.number()),
      { a: 1, b: 2 },
    ],
    ["object of number by 'a' | 'b'", z.partialRecord(z.enum(['a', 'b']), z.number()), {}],
    [
      'object of number by text that matches ^[A-Z]$',
      z.record(text.regex(/^[A-Z]$/), z.number()),
      {},
    ],
    [
      'object of number by text that matches ^x, and of anything else',
      z.looseRecord(text.regex(/^x/), z.number()),
      {},
    ],
    ['[text, number (optional)]', z.tuple([text, z.number().optional()]), ['a']],
    ['[number (optional)]', z.tuple([z.number().optional()]), []],
    ['[text, number (if absent in JSON, 5)]', z.tuple([text, z.number().default(5)]), ['a', 5]],
    ['[text, …(text or number)]', z.tuple([text], z.union([text, z.number()])), ['a']],
    ['list (exactly 2) of (text or null)', z.array(text.nullable()).length(2), ['a', null]],
    [
      'text or list of the same again or object of the same again by name',
      z.lazy(() => nested),
      'a',
    ],
  ])('tells %s', (words, schema, example) => {
    expect(rowsOf(schema, example)).toEqual([`x | ${words} | yes`])
  })

  it.each<[string, z.ZodType, unknown]>([
    ["text; if absent in JSON, 'a' | yes", text.default('a'), 'a'],
    ["text; if absent in JSON, 'a' | yes", text.default('a').optional(), 'a'],
    ["text or null; if absent in JSON, 'a' | yes", text.default('a').nullable(), 'a'],
    ["text; if absent in JSON, 'a' | yes", text.prefault('a'), 'a'],
    [
      "Decimal, as text in JSON; if absent in JSON, '1.5' | yes",
      decimal().default(new Decimal('1.5')),
      new Decimal(1),
    ],
    ["text; if absent or unfit in JSON, 'a' | yes", text.catch('a'), 'a'],
    ["text; if absent or unfit in JSON, 'a' | yes", text.catch('a').readonly(), 'a'],
    [
      "text; if absent in JSON, 'd'; if unfit in JSON, 'c' | yes",
      text.default('d').catch('c'),
      'a',
    ],
    ["text; if unfit in JSON, 'a' | no", text.catch('a').optional(), 'a'],
    ['text; if unfit in JSON, nothing | no', text.optional().catch(undefined), undefined],
    ['text; if unfit in JSON, another value | yes', text.catch(({ input }) => String(input)), 'a'],
    [
      "Decimal, as text in JSON; if absent or unfit in JSON, '0' | yes",
      decimal().catch(new Decimal(0)),
      new Decimal(1),
    ],
    ['text or null | no', text.nullable().optional(), null],
    ['text or null | no', text.optional().nullable(), null],
    ['nothing | no', z.never().optional(), undefined],
    ['nothing | no', z.undefined().optional(), undefined],
  ])('tells %s', (words, schema, example) => {
    expect(rowsOf(schema, example)).toEqual([`x | ${words}`])
  })

  it.each<[string, z.ZodType, unknown]>([
    ['number, as text in JSON', numberInText, 5],
    ['boolean, as text in JSON', z.stringbool(), true],
    [
      'Money, as number in JSON',
      z.codec(z.number(), z.instanceof(money), {
        decode: (amount) => new money(amount),
        encode: ({ amount }) => amount,
      }),
      new money(5),
    ],
    [
      'value of its own kind, as text in JSON',
      z.codec(
        text,
        z.custom<object>((value) => typeof value === 'object'),
        { decode: (value) => ({ value }), encode: () => 'a' },
      ),
      { value: 'a' },
    ],
    [
      '[Date, bigint], as text or integer in JSON',
      z.tuple([date, z.codec(z.int(), z.bigint(), { decode: BigInt, encode: Number })]),
      [new Date(0), 5n],
    ],
    [
      'Date or null, as another value in JSON',
      z.codec(z.union([z.iso.datetime(), z.literal('none')]), z.date().nullable(), {
        decode: (value) => (value === 'none' ? null : new Date(value)),
        encode: (value) => value?.toISOString() ?? 'none',
      }),
      null,
    ],
  ])('tells %s', (words, schema, example) => {
    expect(rowsOf(schema, example)).toEqual([`x | ${words} | yes`])
  })

  it('lists the fields of an object that JSON has as text', () => {
    const inText = z.codec(text, z.strictObject({ a: z.number(), at: date }), {
      decode: (value) => JSON.parse(value) as { a: number; at: string },
      encode: (value) => JSON.stringify(value),
    })
    expect(rowsOf(inText, { a: 1, at: new Date(0) })).toEqual([
      'x | object, as text in JSON | yes',
      'x.a | number | yes',
      'x.at | Date, as text in JSON | yes',
    ])
  })

  it('ends where a codec holds itself', () => {
    type Tree = readonly Tree[]
    const tree: z.ZodType<Tree> = z.lazy(() =>
      z.codec(text, z.array(tree), {
        decode: (value) => JSON.parse(value) as string[],
        encode: (value) => JSON.stringify(value),
      }),
    )
    expect(rowsOf(tree, [[]])).toEqual(['x | list of the same again, as text in JSON | yes'])
  })

  it('lists the fields of the objects in a tuple by their place', () => {
    const tuple = z.tuple([text, z.strictObject({ a: text })], z.strictObject({ b: text }))
    expect(rowsOf(tuple, ['a', { a: 'a' }])).toEqual([
      'x | [text, object, …object] | yes',
      'x[1].a | text | yes',
      'x[2…].b | text | yes',
    ])
  })

  it('has a row for all other fields that an object may have', () => {
    const other = z.strictObject({ q: text })
    expect(rowsOf(z.object({ a: text }).catchall(other), { a: 'a' })).toEqual([
      'x | object | yes',
      'x.a | text | yes',
      'x.* | object | no',
      'x.*.q | text | yes',
    ])
    const [{ fields }] = shapesOf(z.looseObject({ a: text }), { a: 'a' }) as [PayloadShape]
    expect(fields.map(row)).toEqual(['a | text | yes', '* | any JSON value | no'])
    expect(fields[1]!.meaning).toBe('Any other field.')
  })

  it('says of the fields of one object among other values that they are there if it is one', () => {
    const one = z.strictObject({ a: text })
    expect(rowsOf(z.union([one, text]), 'a')).toEqual([
      'x | object or text | yes',
      'x.a | text | yes | it is an object',
    ])
    expect(rowsOf(z.union([z.array(one), one]).nullable(), null)).toEqual([
      'x | list of object or object or null | yes',
      'x[].a | text | yes | it is a list',
      'x.a | text | yes | it is an object',
    ])
    expect(rowsOf(z.union([z.array(one), z.array(z.strictObject({ b: text }))]), [])).toEqual([
      'x | list of object or list of object | yes',
      'x[].a | text | yes | it is a list of shape 1 of 2',
      'x[].b | text | yes | it is a list of shape 2 of 2',
    ])
    expect(rowsOf(z.union([text, z.record(text, one)]), 'a')[1]).toBe(
      'x.*.a | text | yes | it is an object by name',
    )
    expect(rowsOf(one.nullable(), null)[1]).toBe('x.a | text | yes')
    const inText = z.codec(text, one, { decode: (a) => ({ a }), encode: ({ a }) => a })
    expect(rowsOf(z.union([z.number(), inText]), 5)[1]).toBe(
      'x.a | text | yes | it is another value',
    )
    const named = z.intersection(one.meta({ id: 'One' }), z.strictObject({ b: text }))
    expect(
      rowsOf(z.union([z.strictObject({ c: text, b: text }), named, text]), 'a').slice(1),
    ).toEqual([
      'x.c | text | yes | it is an object',
      'x.b | text | yes | it is an object',
      'x.a | text | yes | it is another value',
      'x.b | text | yes | it is another value',
    ])
  })

  it('says of what several objects have that it takes one of them', () => {
    const kind = <Name extends string>(name: Name): Payload =>
      z.strictObject({ kind: z.literal(name), inner: z.strictObject({ kind: text }), at: text })
    const both = z.union([kind('a'), kind('b')])
    expect(rowsOf(z.union([both, text]), 'a')).toEqual([
      'x | one of 2 objects (by kind) or text | yes',
      "x.kind | 'a' | 'b' | yes | it is an object",
      'x.inner | object | yes | it is an object',
      'x.inner.kind | text | yes | it is an object',
      'x.at | text | yes | it is an object',
    ])
  })

  it('tells a field that is needed in one object and not in another one', () => {
    const union = z.discriminatedUnion('k', [
      z.strictObject({ k: z.literal('a'), v: text }),
      z.strictObject({ k: z.literal("b's"), v: text.optional() }),
    ])
    expect(rowsOf(union, { k: 'a', v: 'a' }).slice(1)).toEqual([
      "x.k | 'a' | 'b\\'s' | yes",
      "x.v | text | yes | k is 'a'",
      "x.v | text | no | k is 'b\\'s'",
    ])
  })

  it('says where a payload has which shape, by lists of constants too', () => {
    const wheres = (...shapes: [Payload, Payload]): unknown =>
      shapesOf(z.union(shapes), { v: 1, k: 'a' }).map(({ where }) => where)
    const shape = (k: z.ZodType<string>): Payload => z.strictObject({ v: z.literal(1), k })
    expect(wheres(shape(z.enum(['a', 'b'])), shape(z.literal('c')))).toEqual([
      "Where `v` is `1` and `k` is `'a' | 'b'`",
      "Where `v` is `1` and `k` is `'c'`",
    ])
    expect(wheres(shape(text.min(1)), shape(text.max(5)))).toEqual([
      'Shape 1, where `v` is `1`',
      'Shape 2, where `v` is `1`',
    ])
  })

  it('knows what a payload without names of fields is', () => {
    const [shape] = shapesOf(z.record(z.enum(['a', 'b']), z.strictObject({ q: text })), {
      a: { q: 'a' },
      b: { q: 'b' },
    })
    expect(shape).toMatchObject({ type: "object of object for each of 'a' | 'b'" })
    expect(shape!.fields.map(row)).toEqual(['*.q | text | yes'])
    expect(shapesOf(z.strictObject({}), {})[0]).toMatchObject({ type: undefined, fields: [] })
  })

  it('numbers the shapes of which it knows nothing else', () => {
    const shapes = shapesOf(z.union([z.record(text, z.number()), z.strictObject({ k: text })]), {})
    expect(shapes).toMatchObject([
      { where: 'Shape 1', type: 'object of number by name', fields: [] },
      { where: 'Shape 2', type: undefined, fields: [{ path: 'k' }] },
    ])
  })

  it('makes one shape of a payload that has to be two things at once', () => {
    const shared = z.object({ a: text }).meta({ id: 'Shared' })
    const shapes = shapesOf(z.intersection(shared, z.object({ a: text, b: text })), {
      a: 'a',
      b: 'b',
    })
    expect(shapes).toHaveLength(1)
    expect(shapes[0]).toMatchObject({ where: undefined, type: undefined })
    expect(shapes[0]!.fields.map(row)).toEqual(['a | text | yes', 'b | text | yes'])
  })

  it('lists the fields of a payload that is another object in JSON', () => {
    const payload = z.codec(z.strictObject({ t: text }), z.strictObject({ price: decimal() }), {
      decode: ({ t }) => ({ price: t }),
      encode: ({ price }) => ({ t: price }),
    })
    const [shape] = shapesOf(payload, { price: new Decimal(1) })
    expect(shape!.fields.map(row)).toEqual(['price | Decimal, as text in JSON | yes'])
  })

  it('finds what is said of a field also below null and in a list', () => {
    const said = text.describe('It.')
    const meanings = (schema: z.ZodType, example: unknown): unknown =>
      shapesOf(z.strictObject({ x: schema }), { x: example })[0]!.fields[0]!.meaning
    expect(meanings(said.nullable(), null)).toBe('It.')
    expect(meanings(z.array(said), [])).toBe('Each: It.')
    expect(meanings(z.array(said).describe('All.'), [])).toBe('All.')
    expect(meanings(z.array(said).nullable(), null)).toBe('Each: It.')
    expect(meanings(z.union([said, z.number()]), 5)).toBe('')
  })

  it('knows a Decimal that has a name of its own', () => {
    const [shape] = shapesOf(z.strictObject({ x: decimal().meta({ id: 'Price' }) }), {
      x: new Decimal(1),
    })
    expect(shape!.fields[0]!.decimal).toBe(true)
  })
})

type Nested = string | readonly Nested[] | { readonly [name: string]: Nested }
const nested: z.ZodType<Nested> = z.lazy(() =>
  z.union([text, z.array(nested), z.record(text, nested)]),
)
