import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { Decimal, decimal, positiveDecimal } from '../../src/events/decimal.ts'
import { processSchema } from '../../src/events/process-schema.ts'

const one = new Decimal(1)
const two = new Decimal(2)

function accepts(schema: z.core.$ZodType, value: unknown): boolean {
  const processed = processSchema(schema)
  const accepted = z.safeParse(processed, value).success
  expect(z.validate(z.compile(processed), value)).toBe(accepted)
  return accepted
}

interface Tree {
  readonly value: Decimal
  readonly children: readonly Tree[]
}
const tree: z.ZodType<Tree> = z.strictObject({
  value: decimal(),
  children: z.array(z.lazy(() => tree)),
})
const node = z.strictObject({
  value: decimal(),
  get children(): z.ZodArray<typeof node> {
    return z.array(node)
  },
})

describe('processSchema', () => {
  it('returns a schema without codecs as it is', () => {
    for (const schema of [
      z.string(),
      z.strictObject({ a: z.number() }),
      z.tuple([z.string()]),
      z.union([z.string(), z.number()]),
      z.array(z.boolean()).readonly(),
    ]) {
      expect(processSchema(schema)).toBe(schema)
    }
  })

  it.each<[string, z.core.$ZodType, unknown, unknown]>([
    ['a codec', decimal(), one, '1'],
    ['an object', z.strictObject({ a: decimal() }), { a: one }, { a: '1' }],
    [
      'a nested object',
      z.object({ a: z.object({ b: decimal() }) }),
      { a: { b: one } },
      { a: { b: '1' } },
    ],
    ['a catchall', z.object({}).catchall(decimal()), { a: one }, { a: '1' }],
    ['an optional', z.object({ a: decimal().optional() }), {}, { a: '1' }],
    ['an exact optional', z.object({ a: decimal().exactOptional() }), {}, { a: '1' }],
    ['a nullable', decimal().nullable(), null, '1'],
    ['a nonoptional', decimal().optional().nonoptional(), one, undefined],
    ['a readonly', z.array(decimal()).readonly(), [one], ['1']],
    ['an array', z.array(decimal()), [one, two], [one, '2']],
    ['a tuple', z.tuple([z.string(), decimal()]), ['a', one], ['a', '1']],
    ['a tuple with a rest', z.tuple([z.string()], decimal()), ['a', one, two], ['a', one, '2']],
    ['a record', z.record(z.string(), decimal()), { a: one }, { a: '1' }],
    [
      'the keys of a map',
      z.map(decimal(), z.string()),
      new Map([[one, 'a']]),
      new Map([['1', 'a']]),
    ],
    [
      'the values of a map',
      z.map(z.string(), decimal()),
      new Map([['a', one]]),
      new Map([['a', '1']]),
    ],
    ['a set', z.set(decimal()), new Set([one]), new Set(['1'])],
    ['a union', z.union([decimal(), z.boolean()]), one, '1'],
    [
      'an intersection',
      z.intersection(z.object({ a: decimal() }), z.object({ b: decimal() })),
      { a: one, b: one },
      { a: one, b: '1' },
    ],
    ['a lazy schema', z.lazy(() => decimal()), one, '1'],
    ['a default', z.object({ a: decimal().default(one) }), { a: one }, {}],
    ['a prefault', z.object({ a: decimal().prefault('1') }), { a: one }, {}],
    ['a catch', z.object({ a: decimal().catch(one) }), { a: one }, { a: 'bad' }],
    ['a pipe of codecs', z.string().pipe(decimal()), one, '1'],
  ])('checks %s as it is in the process', (_, schema, good, bad) => {
    expect(accepts(schema, good)).toBe(true)
    expect(accepts(schema, bad)).toBe(false)
  })

  it('tells the options of a discriminated union apart', () => {
    const schema = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), price: decimal() }),
      z.strictObject({ kind: z.literal('b'), note: z.string() }),
    ])
    expect(accepts(schema, { kind: 'a', price: one })).toBe(true)
    expect(accepts(schema, { kind: 'b', note: 'x' })).toBe(true)
    expect(accepts(schema, { kind: 'a', price: '1' })).toBe(false)
    expect(accepts(schema, { kind: 'c' })).toBe(false)
  })

  it('keeps checks: on a codec, on its decoded side, and on what holds it', () => {
    const even = decimal().refine((value) => value.mod(2).isZero())
    expect(accepts(even, two)).toBe(true)
    expect(accepts(even, one)).toBe(false)
    expect(
      accepts(
        positiveDecimal().refine((value) => value.lt(2)),
        new Decimal(0),
      ),
    ).toBe(false)
    const dated = z
      .codec(z.iso.datetime(), z.date().min(new Date(0)), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      })
      .refine((date) => date.getUTCDay() === 0)
    expect(accepts(dated, new Date(3 * 86_400_000))).toBe(true)
    expect(accepts(dated, new Date(-4 * 86_400_000))).toBe(false)
    expect(accepts(dated, new Date(0))).toBe(false)
    const pair = z
      .strictObject({ low: decimal(), high: decimal() })
      .refine(({ low, high }) => low.lte(high))
    expect(accepts(pair, { low: one, high: two })).toBe(true)
    expect(accepts(pair, { low: two, high: one })).toBe(false)
    expect(accepts(z.array(decimal()).max(1), [one, two])).toBe(false)
  })

  it('keeps an object strict', () => {
    expect(accepts(z.strictObject({ a: decimal() }), { a: one, b: 1 })).toBe(false)
  })

  it.each([
    ['z.lazy', tree],
    ['a getter', node],
  ])('follows a schema that is recursive by %s as deep as the payload goes', (_, schema) => {
    const leaf = { value: one, children: [] }
    const deep = { value: one, children: [leaf, { value: two, children: [leaf] }] }
    expect(accepts(schema, deep)).toBe(true)
    expect(accepts(schema, { value: one, children: [{ value: '1', children: [] }] })).toBe(false)
  })

  it('looks at each of many shapes that refer to each other once', () => {
    const shapes: z.ZodObject[] = Array.from({ length: 9 }, (_, own) =>
      z.strictObject({
        value: decimal(),
        get others() {
          return z.array(z.union(shapes.filter((_other, index) => index !== own))).optional()
        },
      }),
    )
    const start = performance.now()
    expect(accepts(shapes[0]!, { value: one, others: [{ value: two, others: [] }] })).toBe(true)
    expect(accepts(shapes[0]!, { value: one, others: [{ value: '2' }] })).toBe(false)
    // Once for each way from one to another there would be 100,000 looks: more than ten seconds.
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('leaves the schema that it is given as it is', () => {
    const schema = z.strictObject({ a: decimal() })
    processSchema(schema)
    expect(z.decode(schema, { a: '1' })).toEqual({ a: one })
  })

  it.each<[string, z.core.$ZodType]>([
    ['z.coerce', z.object({ n: z.coerce.number() })],
    ['.trim()', z.array(z.string().min(1).trim())],
    ['.toUpperCase() on a codec', z.string().pipe(z.string().toUpperCase())],
    ['.toLowerCase() on a format', z.union([z.number(), z.email().toLowerCase()])],
    ['.overwrite()', z.object({ n: z.number() }).overwrite((value) => value)],
  ])('refuses what changes a payload: %s', (_, schema) => {
    expect(() => processSchema(schema)).toThrow(ConfigurationError)
    expect(() => processSchema(schema)).toThrow('must leave a payload as it is')
  })

  it.each<[string, z.core.$ZodType]>([
    ['.transform', z.object({ a: z.string().transform(Number) })],
    ['z.transform', z.array(z.transform((value: unknown) => value))],
    ['z.preprocess into a transform', z.preprocess(String, z.string().transform(Number))],
  ])('refuses a one-way transform: %s', (_, schema) => {
    expect(() => processSchema(schema)).toThrow(ConfigurationError)
    expect(() => processSchema(schema)).toThrow('Use z.codec(…) in place of .transform(…).')
  })
})
