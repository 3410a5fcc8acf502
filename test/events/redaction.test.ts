import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { type Catalog, defineEvents } from '../../src/events/catalog.ts'
import { decimal } from '../../src/events/decimal.ts'
import { decodeEvent, type EncodedEvent } from '../../src/events/encoding.ts'
import { EventValidationError } from '../../src/events/errors.ts'
import { redactor } from '../../src/events/redaction.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { at } from '../support/payloads.ts'

const trading = tradingEvents as unknown as Catalog

function encodedOf(type: string, data: unknown, more: object = {}): EncodedEvent {
  const envelope = {
    id: 'run-1',
    timestamp: 1,
    sequence: 1,
    source: 'desk',
    correlationId: 'run-1',
  }
  return { ...envelope, type, data, version: 1, ...more }
}

function exampleOf(type: string, more: object = {}): EncodedEvent {
  const entry = tradingEvents.get(type)
  return encodedOf(type, entry.encode(type, entry.example), more)
}

interface Tree {
  readonly name: string
  readonly note?: string | undefined
  readonly children: readonly Tree[]
}
const tree: z.ZodType<Tree> = z.strictObject({
  name: z.string(),
  note: z.string().optional(),
  children: z.array(z.lazy(() => tree)),
})
const leg = z.strictObject({
  account: z.string().min(1),
  key: z.string().optional(),
  size: decimal(),
})

const catalogOf = (payload: z.ZodType, example: unknown): Catalog =>
  defineEvents({
    'test.any': {
      description: 'x',
      payload: payload as z.ZodType<object>,
      example: example as object,
    },
  })

/** The data of an event of one schema, redacted and decoded again. */
function through(payload: z.ZodType, data: unknown, ...paths: string[]): unknown {
  const catalog = catalogOf(payload, z.decode(payload, data))
  const event = encodedOf('test.any', data)
  const before = JSON.stringify(event)
  const result = redactor(paths, catalog)(event)
  expect(JSON.stringify(event)).toBe(before)
  decodeEvent(result, catalog)
  return result.data
}

describe('redactor', () => {
  it('leaves out optional fields, and keeps the event as it was', () => {
    const event = exampleOf('system.authenticated')
    const before = JSON.stringify(event)
    const result = redactor(['data.accountId'], trading)(event)
    expect(event.data).toHaveProperty('accountId')
    expect(result.data).not.toHaveProperty('accountId')
    expect(JSON.stringify(event)).toBe(before)
    expect(decodeEvent(result).type).toBe('system.authenticated')
  })

  it('returns the very event if there is nothing to redact', () => {
    const redact = redactor(['data.accountId', 'metadata.apiKey'], trading)
    for (const event of [
      exampleOf('market.trade_tick'),
      exampleOf('system.connected', { metadata: { other: 1 } }),
      encodedOf('system.authenticated', { endpoint: 'x', timestamp: 1 }),
    ]) {
      expect(redact(event)).toBe(event)
    }
    const event = exampleOf('system.warning', { metadata: { a: 1 } })
    expect(redactor([], trading)(event)).toBe(event)
  })

  it('redacts what it has redacted no further', () => {
    const redact = redactor(['data.endpoint', 'data.accountId'], trading)
    const once = redact(exampleOf('system.authenticated'))
    expect(once.data).toMatchObject({ endpoint: '[redacted]' })
    expect(redact(once)).toBe(once)
  })

  it('replaces text that is required', () => {
    const { data } = redactor(['data.message'], trading)(exampleOf('system.error'))
    expect(data).toMatchObject({ message: '[redacted]', name: 'TypeError' })
  })

  it('takes keys out of metadata, and metadata that is empty then', () => {
    const metadata = { apiKey: 'canary', 'a.b': 1, c: true }
    const event = exampleOf('market.trade_tick', { metadata, priority: 'low' })
    const redact = (...paths: string[]): EncodedEvent => redactor(paths, trading)(event)
    expect(redact('metadata.apiKey').metadata).toEqual({ 'a.b': 1, c: true })
    expect(redact('metadata.apiKey', 'metadata.a.b').metadata).toEqual({ c: true })
    const { metadata: _, ...rest } = event
    expect(redact('metadata.*')).toStrictEqual(rest)
  })

  it('goes through lists, records, tuples, unions and recursion', () => {
    const legs = [
      { account: 'a', size: '1' },
      { account: 'b', size: '2', key: 'k' },
    ]
    const list = z.strictObject({ legs: z.array(leg) })
    expect(through(list, { legs }, 'data.legs.*.account', 'data.legs.*.key')).toEqual({
      legs: [
        { account: '[redacted]', size: '1' },
        { account: '[redacted]', size: '2' },
      ],
    })
    expect(through(list, { legs }, 'data.legs.1.account')).toEqual({
      legs: [legs[0], { ...legs[1], account: '[redacted]' }],
    })
    const record = z.strictObject({ facts: z.record(z.string(), z.number()) })
    expect(through(record, { facts: { a: 1, b: 2 } }, 'data.facts.a')).toEqual({ facts: { b: 2 } })
    expect(through(record, { facts: { a: 1, b: 2 } }, 'data.facts.*')).toEqual({ facts: {} })
    const tuple = z.strictObject({ t: z.tuple([z.string(), z.number()], z.string()) })
    expect(through(tuple, { t: ['a', 1, 'b'] }, 'data.t.0', 'data.t.2')).toEqual({
      t: ['[redacted]', 1, '[redacted]'],
    })
    expect(through(z.strictObject({ t: z.tuple([z.string()]) }), { t: ['a'] }, 'data.t.*')).toEqual(
      {
        t: ['[redacted]'],
      },
    )
    const union = z.discriminatedUnion('k', [
      z.strictObject({ k: z.literal(1), note: z.string() }),
      z.strictObject({ k: z.literal(2), note: z.string().optional() }),
    ])
    expect(through(union, { k: 2, note: 'x' }, 'data.note')).toEqual({ k: 2, note: '[redacted]' })
    const node = { name: 'a', note: 'x', children: [{ name: 'b', note: 'y', children: [] }] }
    expect(through(tree, node, 'data.children.*.note', 'data.children.*.name')).toEqual({
      ...node,
      children: [{ name: '[redacted]', children: [] }],
    })
    expect(through(z.record(z.string(), z.string()), { a: 'x' }, 'data.*')).toEqual({})
    const listed = z.record(z.enum(['a', 'b']), z.string())
    expect(through(listed, { a: 'x', b: 'y' }, 'data.a')).toEqual({ a: '[redacted]', b: 'y' })
    const trees = z.strictObject({ byName: z.record(z.string(), tree) })
    expect(through(trees, { byName: { x: node } }, 'data.byName.x.note')).toEqual({
      byName: { x: { name: 'a', children: node.children } },
    })
    const shared = leg.meta({ id: 'leg' })
    const both = z.strictObject({ one: shared, other: shared })
    expect(through(both, { one: legs[0], other: legs[1] }, 'data.*.account')).toEqual({
      one: { account: '[redacted]', size: '1' },
      other: { account: '[redacted]', size: '2', key: 'k' },
    })
  })

  it('leaves null as it is where a text may be null', () => {
    const schema = z.strictObject({ note: z.string().nullable() })
    expect(through(schema, { note: null }, 'data.note')).toEqual({ note: null })
    expect(through(schema, { note: 'x' }, 'data.note')).toEqual({ note: '[redacted]' })
  })

  it('redacts what no schema describes', () => {
    const open = z.looseObject({ a: z.unknown() })
    const data = { a: { b: { c: 5 } }, d: 'x' }
    expect(through(open, data, 'data.a.b.c', 'data.d')).toEqual({ a: { b: {} } })
    expect(through(open, { a: 5 }, 'data.a.b')).toEqual({ a: 5 })
    expect(through(z.strictObject({ a: z.any() }), { a: 5 }, 'data.a')).toEqual({
      a: '[redacted]',
    })
  })

  it('redacts events of unknown types and other versions by their paths alone', () => {
    const redact = redactor(['data.accountId', 'data.message'], trading)
    const data = { accountId: 5, message: 'x', left: 1 }
    for (const event of [
      encodedOf('other.event', data),
      encodedOf('system.error', data, { version: 2 }),
    ]) {
      expect(redact(event).data).toEqual({ message: '[redacted]', left: 1 })
    }
    const list = catalogOf(z.strictObject({ a: z.array(z.string()) }), { a: [] })
    const other = encodedOf('other.event', { a: ['x', 5, null, { b: 1 }] })
    expect(redactor(['data.a.*'], list)(other).data).toEqual({
      a: ['[redacted]', null, null, null],
    })
  })

  it('refuses an event that its schema refuses when it is redacted', () => {
    const schema = z
      .strictObject({ kind: z.string(), price: decimal().optional() })
      .refine(({ kind, price }) => kind !== 'limit' || price !== undefined)
    const catalog = catalogOf(schema, { kind: 'market', price: at('1') })
    const redact = redactor(['data.price'], catalog)
    expect(redact(encodedOf('test.any', { kind: 'market', price: '1' })).data).toEqual({
      kind: 'market',
    })
    const act = (): unknown => redact(encodedOf('test.any', { kind: 'limit', price: '1' }))
    expect(act).toThrow(EventValidationError)
    expect(act).toThrow('data: is no valid payload without what is redacted')
  })

  it('says which types it touches', () => {
    const some = redactor(['data.accountId'], trading)
    expect(some.touches('system.authenticated')).toBe(true)
    expect(some.touches('market.trade_tick')).toBe(false)
    expect(some.touches('other.event')).toBe(true)
    expect(redactor(['metadata.a'], trading).touches('market.trade_tick')).toBe(true)
    expect(redactor([], trading).touches('other.event')).toBe(false)
  })

  it.each<[unknown, string]>([
    ['accountId', 'it must begin with "data." or "metadata."'],
    ['data', 'it must begin with'],
    ['', 'it must begin with'],
    [5, 'it must begin with'],
    ['source', 'it must begin with'],
    ['data.', 'between its dots must stand a key'],
    ['data..a', 'between its dots must stand a key'],
    ['data.account*', 'a single *'],
    ['metadata.a*', 'a single *'],
    ['data.acountId', 'no event of the catalog could have it'],
    ['data.symbol.x', 'no event of the catalog could have it'],
    ['data.tags.x', 'no event of the catalog could have it'],
    ['data.bids.0.2', 'no event of the catalog could have it'],
    ['data.__proto__', 'no event of the catalog could have it'],
    ['data.timestamp', 'market.new_bar requires what stands there, and it is no free text'],
    ['data.openTime', 'market.new_bar requires what stands there'],
    ['data.timeframe', 'market.new_bar requires what stands there'],
    ['data.size', 'market.trade_tick requires what stands there'],
    ['data.side', 'order.submitted requires what stands there'],
    ['data.fee.amount', 'order.filled requires what stands there'],
    ['data.bids.*.0', 'requires what stands there'],
    ['data.bids', 'requires what stands there'],
    ['data.price', 'requires what stands there'],
    ['data.*', 'requires what stands there'],
  ])('refuses the path %s', (path, reason) => {
    const act = (): unknown => redactor(['metadata.fine', path as string], trading)
    expect(act).toThrow(ConfigurationError)
    expect(act).toThrow(`The path ${JSON.stringify(path)} cannot be redacted: `)
    expect(act).toThrow(reason)
  })

  it('refuses what is no list of paths', () => {
    expect(() => redactor('data.a' as never, trading)).toThrow('must be a list of strings')
  })

  it.each<[string, z.ZodType, unknown]>([
    ['a choice', z.literal('x'), 'x'],
    ['a format', z.email(), 'a@b.cd'],
    ['a text that is too short', z.string().max(9), 'x'],
    ['a text that is too long', z.string().min(11), 'x'.repeat(11)],
    ['nothing at all', z.null(), null],
  ])('refuses a required field that is %s', (_, field, value) => {
    const catalog = catalogOf(z.strictObject({ a: field }), { a: value })
    expect(() => redactor(['data.a'], catalog)).toThrow(
      'test.any requires what stands there, and it is no free text',
    )
  })

  it('refuses what the example shows to be needed', () => {
    const schema = z.strictObject({ a: z.string().refine((text) => text === 'x') })
    expect(() => redactor(['data.a'], catalogOf(schema, { a: 'x' }))).toThrow(
      'test.any is refused without it, as its example shows',
    )
  })

  const paths = [
    'data.accountId',
    'data.strategyId',
    'data.venueOrderId',
    'data.orderId',
    'data.venue',
    'data.tags.*',
    'data.fee',
    'data.fee.currency',
    'data.details.*',
    'data.originalEvent.id',
    'data.reason',
    'data.endpoint',
    'metadata.*',
  ]
  test.prop([fc.constantFrom(...tradingEvents.entries.keys()), fc.subarray(paths)])(
    'leaves every event such that it decodes, without what is named',
    (type, some) => {
      const redact = redactor(some, trading)
      const event = exampleOf(type, { metadata: { a: 'canary' } })
      const result = redact(event)
      expect(decodeEvent(result).type).toBe(type)
      expect(result !== event && !redact.touches(type)).toBe(false)
      if (some.includes('metadata.*')) expect(JSON.stringify(result)).not.toContain('canary')
      if (some.includes('data.accountId')) expect(result.data).not.toHaveProperty('accountId')
      expect(redact(result)).toBe(result)
    },
    60_000,
  )
})
