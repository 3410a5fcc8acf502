import { Decimal, decimal, nonNegativeDecimal, tradingEvents, z } from 'tradewire'

interface Node {
  readonly label: string
  readonly children: readonly Node[]
}

const node: z.ZodType<Node> = z.strictObject({
  label: z.string(),
  children: z.array(z.lazy(() => node)).readonly(),
})

type Nested = string | readonly Nested[]
const json: z.ZodType<Nested> = z.lazy(() => z.union([z.string(), z.array(json).readonly()]))

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
})

/** The trading events, and events of all kinds of payloads and names. */
export const catalog = tradingEvents.extend({
  'action.{name}.start': {
    description: 'An action begins: `a|b`, <b>not bold</b>, *not\nitalic*, one ` backtick.',
    payload: z.strictObject({ 'odd key|<i>': z.string().describe('A | `b|c` <script>\nline two') }),
    example: { 'odd key|<i>': 'x' },
    notes: {
      emittedWhen: 'Somebody calls `start`.',
      emittedBy: 'the scheduler',
      invariants: ['It has a key.'],
      before: ['order.filled', 'nowhere.known'],
      after: ['signal.changed'],
    },
  },
  'signal.changed': {
    description: 'A signal has changed.',
    version: 3,
    upcast: { 1: (data) => data, 2: (data) => data },
    payload: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('entry'), price: decimal(), at: date }),
      z.strictObject({ kind: z.literal('exit'), reason: z.string().max(20) }),
    ]),
    example: { kind: 'entry', price: new Decimal('1.5'), at: new Date(0) },
    legacyName: 'signalChanged',
  },
  'plan.{name}.made': {
    description: 'A plan was made.',
    payload: z.strictObject({ root: node, second: node.optional() }),
    example: { root: { label: 'a', children: [{ label: 'b', children: [] }] } },
  },
  'tree.grown': {
    description: 'A tree has grown.',
    payload: node,
    example: { label: 'a', children: [{ label: 'b', children: [] }] },
  },
  'kinds.all': {
    description: 'Every kind of field.',
    payload: z.strictObject({
      levels: z.array(z.tuple([decimal(), nonNegativeDecimal()])),
      some: z
        .array(z.enum(['a', 'b']))
        .min(1)
        .max(3),
      rest: z.tuple([z.string()], z.boolean()),
      few: z.array(z.number()).min(2),
      legs: z.array(z.strictObject({ price: decimal().describe('The price.') })),
      map: z.record(z.string(), z.strictObject({ size: z.int() })),
      whole: z.int().min(1_000),
      small: z.number().gt(0).lt(1),
      upTo: z.number().max(5),
      between: z.number().min(0).max(9),
      mail: z.email(),
      code: z.string().regex(/^[A-Z]{3}$/),
      filled: z.string().min(1),
      long: z.string().min(5),
      short: z.string().max(5),
      plain: z.string(),
      none: z.null(),
      yes: z.boolean(),
      either2: z.union([z.string(), z.number()]),
      five: z.literal(5),
      anything: z.unknown().optional(),
      maybe: decimal().nullable(),
      other: z.custom<string>((value) => typeof value === 'string').optional(),
      both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
      mixed: z.intersection(z.string().min(1), z.string().max(5)),
      json,
      named: decimal().meta({ id: 'Price', description: 'A price.' }),
      either: z.union([z.strictObject({ x: z.number() }), z.strictObject({ y: z.number() })]),
      big: z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String }),
      set: z.codec(z.array(z.string()), z.set(z.string()), {
        decode: (list) => new Set(list),
        encode: (set) => [...set],
      }),
      odd: z.codec(z.union([z.string(), z.number()]), z.date(), {
        decode: (value) => new Date(value),
        encode: (value) => value.getTime(),
      }),
      trimmed: z.codec(z.string(), z.string(), { decode: (t) => t, encode: (t) => t }),
      withDefault: z.string().default('x'),
    }),
    example: {
      levels: [[new Decimal(1), new Decimal(0)]],
      some: ['a'],
      rest: ['a', true],
      few: [1, 2],
      legs: [{ price: new Decimal(1) }],
      map: { a: { size: 1 } },
      whole: 1_000,
      small: 0.5,
      upTo: 5,
      between: 1,
      mail: 'a@example.com',
      code: 'ABC',
      filled: 'a',
      long: 'abcde',
      short: 'a',
      plain: 'a',
      none: null,
      yes: true,
      either2: 5,
      five: 5,
      maybe: null,
      both: { a: 'a', b: 'b' },
      mixed: 'a',
      json: ['a', ['b']],
      named: new Decimal(1),
      either: { x: 1 },
      big: 5n,
      set: new Set(['a']),
      odd: new Date(0),
      trimmed: 'a',
      withDefault: 'x',
    },
  },
  'a/b.c:d': {
    description: 'A name that no file may have.',
    payload: z.record(z.string(), z.number()),
    example: { a: 1 },
  },
  'signal.Changed': {
    description: 'A name that differs in its case alone.',
    payload: z.strictObject({ timestamp: z.number() }),
    example: { timestamp: 5 },
  },
})
