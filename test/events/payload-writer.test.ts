import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CatalogEntry } from '../../src/events/catalog-entry.ts'
import { type Decimal, decimal, positiveDecimal } from '../../src/events/decimal.ts'
import { EventTooLargeError, EventValidationError } from '../../src/events/errors.ts'
import { payloadWriter } from '../../src/events/payload-writer.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { at } from '../support/payloads.ts'

const entryOf = (payload: z.ZodType, example: unknown = {}): CatalogEntry =>
  new CatalogEntry('test.any', {
    description: 'x',
    payload: payload as z.ZodType<object>,
    example: example as object,
  })

const write = (payload: z.ZodType, data: unknown): string =>
  entryOf(payload).write('test.any', data)

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

interface Tree {
  readonly value: Decimal
  readonly children?: readonly Tree[] | undefined
}
const tree: z.ZodType<Tree> = z.lazy(() =>
  z.strictObject({ value: decimal(), children: z.array(tree).optional() }),
)
const node = z.strictObject({
  value: decimal(),
  get children(): z.ZodOptional<z.ZodArray<typeof node>> {
    return z.array(node).optional()
  },
})
const kind = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a'), price: decimal() }),
  z.strictObject({ kind: z.literal(['b', 'c']), notes: z.array(z.string()) }).readonly(),
])
const named = z.string().min(1)
const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
})

const written: readonly [string, z.ZodType, readonly object[]][] = [
  ['an object', z.strictObject({ a: z.string(), b: z.number() }), [{ b: -0, a: 'x' }]],
  ['no fields', z.strictObject({}), [{}]],
  ['what an object strips', z.object({ a: z.number() }), [{ b: { deep: {} }, a: 1e21, c: 5 }]],
  [
    'optional fields',
    z.strictObject({ a: z.number().optional(), b: z.null().optional(), c: z.boolean() }),
    [{ c: true }, { a: undefined, b: null, c: false }, { a: 1, c: true }],
  ],
  [
    'nullable fields',
    z.strictObject({ a: decimal().nullable(), b: z.string().nullable(), c: tree.nullish() }),
    [
      { a: null, b: null, c: null },
      { a: at('-1.50'), b: '"', c: { value: at('1') } },
    ],
  ],
  [
    'decimals',
    z.strictObject({ a: decimal().refine(() => true), b: positiveDecimal().meta({ title: 'b' }) }),
    [{ a: at('-0'), b: at('0.00000001') }],
  ],
  [
    'choices',
    z.strictObject({ a: z.enum(['x', '"']), b: z.literal([1, null, false, '\\']) }),
    [
      { a: '"', b: '\\' },
      { a: 'x', b: null },
      { a: 'x', b: false },
      { a: 'x', b: 1 },
    ],
  ],
  ['lists', z.strictObject({ a: z.array(z.array(z.number())) }), [{ a: [[1, 2], []] }, { a: [] }]],
  [
    'tuples',
    z.strictObject({ a: z.tuple([z.string(), decimal(), z.array(z.null())]), b: z.tuple([]) }),
    [{ a: ['x', at('5'), [null]], b: [] }],
  ],
  [
    'records',
    z.record(named, z.union([named, z.number(), z.boolean(), z.null()])),
    [{}, { b: 1, a: '\u2028', 5: true, '"': null }],
  ],
  ['bounded text', z.record(named.max(9), z.string().max(9)), [{ a: 'b' }]],
  [
    'discriminated unions',
    z.array(kind),
    [
      [
        { kind: 'a', price: at('1') },
        { notes: ['x'], kind: 'c' },
      ],
    ],
  ],
  [
    'small discriminated unions',
    z.discriminatedUnion('k', [z.object({ k: z.literal(1) })]),
    [{ k: 1 }],
  ],
  ['recursion', tree, [{ value: at('1'), children: [{ value: at('2') }] }]],
  ['recursion by a getter', node, [{ value: at('1'), children: [{ value: at('2') }] }]],
  [
    'two fields of one recursive shape',
    z.strictObject({ a: node, b: node }),
    [{ a: { value: at('1'), children: [{ value: at('2') }] }, b: { value: at('3') } }],
  ],
  [
    'what stands in for absent values',
    z.strictObject({
      a: z.string().default('x'),
      b: z.string().prefault('x'),
      c: z.string().catch('x'),
      d: z.string().nonoptional(),
      e: z.string().optional().readonly(),
    }),
    [{ a: 'a', b: 'b', c: 'c', d: 'd' }],
  ],
]

describe('CatalogEntry.write', () => {
  it.each(written)('writes %s as JSON.stringify writes the encoded payload', (_, schema, all) => {
    expect(payloadWriter(schema)).toBeDefined()
    for (const data of all) {
      const entry = entryOf(schema)
      expect(JSON.parse(entry.write('test.any', data))).toStrictEqual(
        JSON.parse(JSON.stringify(entry.encode('test.any', data))),
      )
    }
  })

  it.each<[string, z.ZodType, object]>([
    ['a codec of the author', z.strictObject({ a: date }), { a: new Date(5) }],
    ['any value', z.strictObject({ a: z.unknown() }), { a: { b: [1, undefined, new Date(5)] } }],
    ['open objects', z.looseObject({ a: z.number() }), { a: 1, b: new Set(['x']) }],
    ['catchalls', z.object({}).catchall(decimal()), { a: at('1') }],
    ['unions of objects', z.union([z.strictObject({ a: decimal() }), tree]), { a: at('1') }],
    ['unions with any value', z.strictObject({ a: z.union([z.unknown(), named]) }), { a: 1 }],
    ['lists of any value', z.array(z.any()), [1, { a: 2 }]],
    ['lists with gaps', z.array(z.number().optional()), [1, undefined]],
    ['optional items', z.tuple([z.number(), z.number().optional()]), [1]],
    ['a rest', z.tuple([z.number()], z.string()), [1, 'x']],
    ['keys that are listed', z.record(z.enum(['a', 'b']), z.number()), { b: 1, a: 2 }],
    ['open records', z.looseRecord(z.string(), z.number()), { b: 1 }],
    ['records of any value', z.record(z.string(), z.any()), { b: { c: 1 } }],
    ['recursion over any value', z.lazy(() => z.looseObject({})), { a: 1 }],
    ['the same twice', z.tuple([z.nullable(z.any()), z.any().optional()]), [null, 1]],
    ['a literal that is no JSON', z.strictObject({ a: z.literal([undefined, 1]) }), { a: 1 }],
    ['a field __proto__', z.object({ ['__proto__']: z.any(), a: z.string() }), { a: 'x' }],
    [
      'maps',
      z.strictObject({
        a: z.codec(z.array(z.tuple([z.string(), z.number()])), z.map(z.string(), z.number()), {
          decode: (list) => new Map(list),
          encode: (map) => [...map],
        }),
      }),
      { a: new Map([['x', 1]]) },
    ],
    [
      'bytes',
      z.strictObject({
        a: z.codec(z.string(), z.instanceof(Uint8Array), {
          decode: (text) => z.util.base64ToUint8Array(text),
          encode: (bytes) => z.util.uint8ArrayToBase64(bytes),
        }),
      }),
      { a: new Uint8Array(5) },
    ],
  ])('writes %s with the help of zod', (_, schema, data) => {
    expect(payloadWriter(schema)).toBeUndefined()
    const entry = entryOf(schema)
    expect(JSON.parse(entry.write('test.any', data))).toStrictEqual(
      JSON.parse(JSON.stringify(entry.encode('test.any', data))),
    )
  })

  it('writes equal payloads as equal text, whatever the order of their keys', () => {
    const schema = z.strictObject({ a: z.number(), b: z.number() })
    expect(write(schema, { b: 2, a: 1 })).toBe('{"a":1,"b":2}')
  })

  it.each([...tradingEvents.entries.keys()])('writes %s by itself', (type) => {
    const entry = tradingEvents.get(type)
    expect(payloadWriter(entry.payload)).toBeDefined()
    expect(entry.write(type, entry.example)).toBe(JSON.stringify(entry.encode(type, entry.example)))
  })

  test.prop([fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ unit: 'grapheme' })])(
    'writes any text, halves of surrogate pairs included',
    (a, b) => {
      const schema = z.strictObject({ a: z.string(), b: z.record(z.string(), z.string()) })
      const data = { a, b: Object.fromEntries([[`k${b}`, `${a}\ud800`]]) }
      expect(write(schema, data)).toBe(JSON.stringify(data))
    },
  )

  test.prop([fc.double({ noNaN: true, noDefaultInfinity: true })])('writes any number', (a) => {
    expect(write(z.strictObject({ a: z.number() }), { a })).toBe(JSON.stringify({ a }))
  })

  it('refuses what encode refuses, in the same words', () => {
    const entry = tradingEvents.get('market.trade_tick')
    for (const data of [
      { ...entry.example, price: 5 },
      {},
      null,
      'x',
      { ...entry.example, extra: 1 },
    ]) {
      const error = thrownBy(() => entry.write(entry.name, data))
      expect(error).toBeInstanceOf(EventValidationError)
      expect(error).toEqual(thrownBy(() => entry.encode(entry.name, data)))
    }
  })

  it('refuses a key __proto__ wherever it stands', () => {
    const poisoned: unknown = JSON.parse('{"a":{"b":{"__proto__":{}}}}')
    for (const schema of [
      z.looseObject({}),
      z.record(z.string(), z.record(z.string(), z.record(z.string(), z.any()))),
      z.record(
        z.string(),
        z.record(z.string(), z.record(z.string(), z.record(z.string(), z.number()))),
      ),
    ]) {
      expect(() => write(schema, poisoned)).toThrow(
        'expected no key "__proto__"'.replaceAll('"', schema instanceof z.ZodRecord ? '"' : ''),
      )
      expect(() => write(schema, poisoned)).toThrow(EventValidationError)
    }
  })

  it('refuses a payload that changes as it is read', () => {
    const values: [z.ZodType, unknown, unknown][] = [
      [z.string(), 'x', 5],
      [z.number(), 1, 'x'],
      [z.boolean(), true, 1],
      [decimal(), at('1'), 1],
      [z.enum(['x']), 'x', 'y'],
      [z.union([z.string(), z.number()]), 1, {}],
      [kind, { kind: 'a', price: at('1') }, { kind: 'z' }],
      [kind, { kind: 'a', price: at('1') }, 5],
    ]
    for (const [field, first, then] of values) {
      const schema = z.strictObject({ a: field })
      const whole = write(schema, { a: first })
      const outcomes = new Set<string>()
      for (let steady = 0; steady < 8; steady += 1) {
        let reads = 0
        const data = {
          get a() {
            reads += 1
            return reads <= steady ? first : then
          },
        }
        try {
          outcomes.add(write(schema, data))
        } catch (error) {
          expect(error).toBeInstanceOf(EventValidationError)
          outcomes.add('refused')
        }
      }
      expect(outcomes).toEqual(new Set(['refused', whole]))
    }
  })

  it('refuses what has no text', () => {
    for (const odd of [{ toJSON: () => undefined }, { big: 5n }]) {
      expect(() => write(z.looseObject({}), odd)).toThrow(EventValidationError)
    }
  })

  it('names the concrete type of an event with parameters', () => {
    const entry = new CatalogEntry('test.{name}', {
      description: 'x',
      payload: z.looseObject({ a: z.number() }),
      example: { a: 1 },
    })
    for (const type of ['test.a', 'test.b']) {
      const poisoned: unknown = JSON.parse('{"a":1,"b":{"__proto__":1}}')
      expect(() => entry.write(type, poisoned)).toThrow(`${type} was refused: data.b`)
    }
  })
})

describe('the size of a payload', () => {
  const most = 1_048_576
  const open = z.looseObject({})

  /** `levels` objects inside each other, the payload included. */
  function nested(levels: number): object {
    let value = {}
    for (let level = 1; level < levels; level += 1) value = { a: value }
    return value
  }

  /** `levels` nodes of the tree; each is two levels, and the last is one. */
  function branch(nodes: number): Tree {
    let value: Tree = { value: at('1') }
    for (let node = 1; node < nodes; node += 1) value = { value: at('1'), children: [value] }
    return value
  }

  it.each<[string, z.ZodType, unknown, unknown]>([
    ['depth', open, nested(64), nested(65)],
    ['depth', tree, branch(32), branch(33)],
    ['depth', open, nested(64), nested(5_000)],
    ['depth', tree, branch(32), branch(5_000)],
    [
      'size',
      z.strictObject({ a: z.string() }),
      { a: 'x'.repeat(most - 8) },
      { a: 'x'.repeat(most - 7) },
    ],
    ['size', open, { a: 'x'.repeat(most - 8) }, { a: 'x'.repeat(most - 7) }],
    ['size', open, { a: 'x' }, { a: '"'.repeat(most / 2) }],
    ['size', z.strictObject({ a: z.string() }), { a: 'x' }, { a: '"'.repeat(most / 2) }],
    ['size', z.array(z.number()), [1], new Array(most).fill(1)],
    ['size', z.array(z.string()), ['x'], new Array(most / 4).fill('xx')],
    ['size', open, { a: [1] }, { a: new Array(most).fill(1) }],
    ['size', open, { a: new Map([[1, 2]]) }, { a: new Map([['x'.repeat(most), 1]]) }],
    ['size', open, { a: new Set([1]) }, { a: new Set(['x'.repeat(most)]) }],
    ['size', open, { a: new Uint8Array(5) }, { a: new Uint8Array(100 * most) }],
    ['size', z.record(z.string(), z.number()), { a: 1 }, { ['x'.repeat(most)]: 1 }],
    ['size', z.tuple([z.number(), z.string()]), [1, 'x'], [1, 'x'.repeat(100 * most)]],
    [
      'size',
      z.strictObject({ a: kind.optional() }),
      {},
      { a: { kind: 'b', notes: ['x'.repeat(most)] } },
    ],
    ['size', z.strictObject({ a: z.string().nullable() }), { a: null }, { a: 'x'.repeat(most) }],
  ])('is limited: %s', (limit, schema, good, bad) => {
    expect(write(schema, good).length).toBeLessThanOrEqual(most)
    const error = thrownBy(() => write(schema, bad))
    expect(error).toBeInstanceOf(EventTooLargeError)
    expect(error).toMatchObject({
      code: 'EVENT_TOO_LARGE',
      type: 'test.any',
      limit,
      most: limit === 'depth' ? 64 : most,
    })
  })

  it('says what is too much and what to do', () => {
    expect(() => write(open, nested(65))).toThrow(
      'The payload of test.any is nested deeper than 64 levels. Flatten it, or write what is deep as text.',
    )
    expect(() => write(open, { a: 'x'.repeat(most) })).toThrow(
      'The payload of test.any is longer than 1048576 characters of JSON. Split it into several events, or store it elsewhere and emit where it is.',
    )
  })

  it('is found before the payload is checked or written', () => {
    let checks = 0
    const schema = z.looseObject({}).refine(() => (checks += 1) > 0)
    for (const bad of [nested(65), { a: 'x'.repeat(most) }]) {
      expect(() => write(schema, bad)).toThrow(EventTooLargeError)
    }
    expect(checks).toBe(0)
  })

  it('is not asked of what is no payload: its schema refuses that', () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('unreadable')
        },
        get() {
          throw new Error('unreadable')
        },
      },
    )
    for (const schema of [
      open,
      z.record(z.string(), z.number()),
      z.array(z.number()),
      tree,
      kind,
      z.tuple([z.string()]),
    ]) {
      for (const bad of [null, 5, 'x', hostile]) {
        expect(() => write(schema, bad)).toThrow(EventValidationError)
      }
    }
  })

  it('counts no key that has no value', () => {
    const longKeys = { ['x'.repeat(most)]: undefined, a: 1 }
    expect(write(open, longKeys)).toBe('{"a":1}')
  })

  it('counts a circle as too deep', () => {
    const circle: Record<string, unknown> = {}
    circle['a'] = circle
    expect(() => write(open, circle)).toThrow(EventTooLargeError)
  })
})
