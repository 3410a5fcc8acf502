import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { requireExample } from '../../src/events/example.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

const define = (payload: z.ZodType<object>, example: object): unknown =>
  defineEvents({ 'a.b': { description: 'Something has happened.', payload, example } })

const day = z.codec(z.iso.date(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString().slice(0, 10),
})

describe('the example of an event', () => {
  it.each([...tradingEvents.entries.values()])('of $name is proved', (entry) => {
    expect(() => requireExample(entry)).not.toThrow()
  })

  it.each<[string, z.ZodType<object>, object]>([
    ['a Decimal', z.strictObject({ price: decimal() }), { price: new Decimal('1.5') }],
    ['a date with a codec', z.strictObject({ day }), { day: new Date('2026-01-02') }],
    ['a loose object', z.looseObject({ a: z.string() }), { b: 1, a: 'x' }],
    ['an absent field', z.strictObject({ a: z.string().optional() }), { a: undefined }],
  ])('may hold %s', (_, payload, example) => {
    expect(() => define(payload, example)).not.toThrow()
  })

  it('must be there', () => {
    expect(() => define(z.strictObject({}), undefined as unknown as object)).toThrow(
      'The event "a.b" has no example. Give it one valid payload',
    )
  })

  it('must match the schema', () => {
    expect(() => define(z.strictObject({ n: z.number() }), { n: 'secret' })).toThrow(
      'The example of "a.b" does not match its schema: n: expected number, found a string.',
    )
    expect(() => define(z.strictObject({}), null as unknown as object)).toThrow(
      'does not match its schema: expected object, found null.',
    )
  })

  it.each<[string, z.ZodType<object>, object]>([
    ['z.date()', z.strictObject({ at: z.date() }), { at: new Date(0) }],
    ['z.bigint()', z.strictObject({ n: z.bigint() }), { n: 1n }],
    ['z.map()', z.strictObject({ m: z.map(z.string(), z.string()) }), { m: new Map([['a', 'b']]) }],
    ['z.set()', z.strictObject({ s: z.set(z.string()) }), { s: new Set(['a']) }],
    ['a preprocess', z.strictObject({ n: z.preprocess(Number, z.number()) }), { n: 1 }],
    [
      'a codec that forgets',
      z.strictObject({
        n: z.codec(z.number(), z.number(), { decode: (n) => n + 1, encode: (n) => n }),
      }),
      { n: 1 },
    ],
  ])('must survive JSON, which %s does not', (_, payload, example) => {
    const call = (): unknown => define(payload, example)
    expect(call).toThrow(ConfigurationError)
    expect(call).toThrow('The example of "a.b" does not survive the way to JSON and back: ')
    expect(call).toThrow('Use z.codec(…)')
  })

  it('must be checked at once', () => {
    const payload = z.strictObject({ a: z.string() }).refine(async () => true)
    expect(() => define(payload, { a: 'x' })).toThrow('its schema is asynchronous')
  })
})
