import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decimal, Decimal } from '../../src/events/decimal.ts'
import { inOurWords, toIssues } from '../../src/events/issues.ts'
import { processSchema } from '../../src/events/process-schema.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

/** The first issue of a field `value` that holds `value`. */
function reason(schema: z.ZodType, value?: unknown): string {
  const { error } = z.object({ value: schema }).safeParse({ value }, inOurWords)
  const [issue] = toIssues(error!)
  expect(issue!.path.split('.')[0]).toBe('value')
  return issue!.message
}

const text = z.string()
/** The schema of the values in the process, where a union of codecs is one of their values. */
const processed = (schema: z.ZodType): z.ZodType => processSchema(schema) as z.ZodType
const tick = tradingEvents.get('market.trade_tick')
const trade = tick.example as Record<string, unknown>

function refusal(change: Record<string, unknown>, without: readonly string[] = []): string {
  const payload = { ...trade, ...change }
  for (const field of without) Reflect.deleteProperty(payload, field)
  return tick.refusal('market.trade_tick', payload).message
}

describe('the message of a refused payload', () => {
  it.each<[string, z.ZodType]>([
    ['is missing: expected string', text],
    ['is missing: expected number', z.int()],
    ['is missing: expected "buy", "sell" or "none"', z.enum(['buy', 'sell', 'none'])],
    ['is missing: expected string', decimal()],
    ['is missing: expected string or number', z.union([text, z.number()])],
    ['is missing: expected string or a Decimal', processed(z.union([text, decimal()]))],
    ['is missing: expected object', z.strictObject({})],
  ])('says of a field without a value: %s', (message, schema) => {
    expect(reason(schema)).toBe(message)
  })

  it.each<[string, z.ZodType, unknown]>([
    ['expected string, found the number 5', text, 5],
    ['expected string, found null', text, null],
    ['expected string, found an array of 1', text, ['secret']],
    ['expected string, found a symbol', text, Symbol('secret')],
    ['expected string, found a function', text, () => 'secret'],
    ['expected number, found a string', z.number(), 'secret'],
    ['expected number, found an empty string', z.number(), ''],
    ['expected number, found NaN', z.number(), Number.NaN],
    ['expected number, found a Date: use date.getTime()', z.number(), new Date(0)],
    ['expected number, found a Decimal: use decimal.toNumber()', z.number(), new Decimal(1)],
    ['expected string, found a Date', text, new Date(0)],
    ['expected whole number, found the number 1.5', z.int(), 1.5],
    ['expected "buy" or "sell", found a string', z.enum(['buy', 'sell']), 'secret'],
    ['expected "buy", found true', z.literal('buy'), true],
    ['expected a multiple of 5, found the number 7', z.number().multipleOf(5), 7],
    ['expected number of at least 0, found the number -1', z.number().min(0), -1],
    ['expected number of more than 0, found the number 0', z.number().gt(0), 0],
    ['expected number of less than 2, found the number 2', z.number().lt(2), 2],
    ['expected whole number of at most 9007199254740991', z.int(), 2 ** 60],
    ['expected string of at least 1 characters, found 0', text.min(1), ''],
    ['expected string of at most 3 characters, found 6', text.max(3), 'secret'],
    ['expected string of exactly 3 characters, found 6', text.length(3), 'secret'],
    ['expected at most 1 items, found 2', z.array(text).max(1), ['a', 'b']],
    ['expected at least 1 items, found 0', z.set(text).min(1), new Set()],
    ['expected at least 1 items, found 0', z.map(text, text).min(1), new Map()],
    ['expected string that matches /^a$/, found a string', text.regex(/^a$/), 'secret'],
    ['expected string of the form datetime, found a string', z.iso.datetime(), 'secret'],
    ['expected string or number, found true', z.union([text, z.number()]), true],
    ['expected string, found the number 5', z.union([text, z.string()]), 5],
    ['expected another value, found a string', text.refine(() => false), 'secret'],
    [
      'expected another key: expected string of at least 3',
      z.record(text.min(3), text),
      { a: 'b' },
    ],
    ['expected another item: expected string', z.map(z.unknown(), text), new Map([[{}, 5]])],
    ['in the words of the author', text.refine(() => false, 'in the words of the author'), 'a'],
    ['expected exactly one of the alternatives', z.xor([text, z.string().max(9)]), 'a'],
  ])('says: %s', (message, schema, value) => {
    const found = reason(schema, value)
    expect(found).toContain(message)
    expect(found).not.toContain('secret')
    expect(found).not.toMatch(/Invalid|received/)
  })

  it('names the field that tells the forms of a union apart', () => {
    const schema = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a') }),
      z.strictObject({ kind: z.literal('b') }),
    ])
    const { error } = schema.safeParse({ kind: 'secret' }, inOurWords)
    expect(toIssues(error!)).toEqual([
      { path: 'kind', message: 'expected "a" or "b", found a string' },
    ])
    expect(schema.safeParse({}, inOurWords).error!.issues[0]!.message).toBe(
      'is missing: expected "a" or "b"',
    )
  })

  it('says why each form of a union was refused', () => {
    const schema = z.union([z.strictObject({ a: text }), z.strictObject({ b: z.number() })])
    expect(reason(schema, { a: 5 })).toBe(
      'expected one of several forms, found none (a: expected string, found the number 5; or b: is missing: expected number)',
    )
    const both = z.union([z.strictObject({}), z.strictObject({ b: text.optional() })])
    expect(reason(both, { c: 1 })).toBe(
      'expected one of several forms, found none (expected no key "c"; or expected no key "c")',
    )
  })

  it('speaks of the payload as a whole', () => {
    expect(tick.refusal('market.trade_tick', undefined).message).toBe(
      'market.trade_tick was refused: expected object, found undefined.',
    )
  })

  it('names a missing field', () => {
    expect(refusal({}, ['size'])).toContain('size: is missing: expected a Decimal above 0.')
    expect(refusal({}, ['symbol'])).toBe(
      'market.trade_tick was refused: symbol: is missing: expected string.',
    )
    expect(() => tick.decode('market.trade_tick', {})).toThrow('price: is missing: expected string')
  })

  it('names an unknown key, and the one that may have been meant', () => {
    expect(refusal({ extra: 1 })).toContain('expected no key "extra".')
    expect(refusal({ agressorSide: 'buy' }, ['aggressorSide'])).toContain(
      'expected no key "agressorSide" (did you mean "aggressorSide"?)',
    )
    expect(refusal({ trade_id: 'a' }, ['tradeId'])).toContain('(did you mean "tradeId"?)')
    expect(refusal({ aggressor_side: 'buy' }, ['aggressorSide'])).toContain(
      'expected no key "aggressor_side" (did you mean "aggressorSide"?)',
    )
    // What is there was not meant.
    expect(refusal({ agressorSide: 'buy' })).toContain('expected no key "agressorSide".')
    expect(reason(z.record(z.enum(['a']), text), { a: 'x', b: 'y' })).toBe('expected no key "b"')
  })

  it('lists eight unknown keys at most', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key${index}`, 1]))
    expect(refusal(many)).toContain('"key7" and 92 more.')
  })
})
