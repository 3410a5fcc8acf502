import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Catalog, defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { encodeEvent } from '../../src/events/encoding.ts'
import { Envelope } from '../../src/events/envelope.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

function encodedExample(
  type: string,
  data: object,
  catalog: Catalog = tradingEvents,
): Record<string, unknown> {
  const event = new Envelope(
    'run',
    1,
    type,
    data,
    5.25,
    'desk',
    1,
    catalog.get(type).priority,
    { a: 1 },
    undefined,
    undefined,
    undefined,
  )
  return { ...encodeEvent(event, catalog) }
}

const names = [...tradingEvents.entries.keys()]

describe('Catalog.toJSONSchema', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const validate = ajv.compile(tradingEvents.toJSONSchema())

  it.each(names)('accepts the encoded example of %s', (name) => {
    const event = encodedExample(name, tradingEvents.get(name).example)
    const accepted = validate(event)
    expect(validate.errors).toBeNull()
    expect(accepted).toBe(true)
  })

  it.each(names)('refuses a malformed %s', (name) => {
    const event = encodedExample(name, tradingEvents.get(name).example)
    for (const change of [
      { extra: 1 },
      { sequence: 0 },
      { version: 2 },
      { type: 'order.unknown' },
      { id: '' },
      { metadata: { a: {} } },
      { data: { ...(event['data'] as object), extra: 1 } },
      { data: undefined },
    ]) {
      expect(validate({ ...event, ...change })).toBe(false)
    }
  })

  it('writes decimals as strings', () => {
    const tick = encodedExample('market.trade_tick', tradingEvents.get('market.trade_tick').example)
    expect(validate({ ...tick, data: { ...(tick['data'] as object), price: 61_659.7 } })).toBe(
      false,
    )
    expect(validate({ ...tick, data: { ...(tick['data'] as object), price: '6.1e4' } })).toBe(false)
  })

  it('describes parameterised names, names with signs, and versions', () => {
    const payload = z.strictObject({ price: decimal() })
    const event = { description: 'x', payload, example: { price: new Decimal(1) } }
    const catalog = defineEvents({
      'action.{name}.{phase}': event,
      'odd.a/b~c%d+(e)': event,
      'ordre.exécuté': { ...event, version: 4 },
    })
    const check = ajv.compile(catalog.toJSONSchema())
    const base = {
      ...encodedExample('market.trade_tick', tradingEvents.get('market.trade_tick').example),
      data: { price: '1' },
    }
    expect(check({ ...base, type: 'action.buy.start' })).toBe(true)
    expect(check({ ...base, type: 'action.buy.start.now' })).toBe(false)
    expect(check({ ...base, type: 'action.buy' })).toBe(false)
    expect(check({ ...base, type: 'odd.a/b~c%d+(e)' })).toBe(true)
    expect(check({ ...base, type: 'ordre.exécuté', version: 4 })).toBe(true)
    expect(check({ ...base, type: 'ordre.exécuté' })).toBe(false)
  })

  it('takes the literal tokens of a parameterised name literally', () => {
    const payload = z.strictObject({ n: z.number() })
    const catalog = defineEvents({ 'a+b.{x}': { description: 'x', payload, example: { n: 1 } } })
    const check = ajv.compile(catalog.toJSONSchema())
    const base = {
      ...encodedExample('market.trade_tick', tradingEvents.get('market.trade_tick').example),
      data: { n: 1 },
    }
    expect(check({ ...base, type: 'a+b.c' })).toBe(true)
    expect(check({ ...base, type: 'aab.c' })).toBe(false)
  })

  it('describes recursive payloads', () => {
    interface Tree {
      readonly children: readonly Tree[]
    }
    const tree: z.ZodType<Tree> = z.strictObject({ children: z.array(z.lazy(() => tree)) })
    const catalog = defineEvents({
      'tree.grown': { description: 'x', payload: tree, example: { children: [] } },
      'tree.planted': {
        description: 'x',
        payload: z.strictObject({ tree }),
        example: { tree: { children: [] } },
      },
    })
    const check = ajv.compile(catalog.toJSONSchema())
    const base = encodedExample('market.trade_tick', tradingEvents.get('market.trade_tick').example)
    const leaf = { children: [] }
    expect(check({ ...base, type: 'tree.grown', data: { children: [leaf] } })).toBe(true)
    expect(check({ ...base, type: 'tree.grown', data: { children: [1] } })).toBe(false)
    expect(check({ ...base, type: 'tree.planted', data: { tree: { children: [leaf] } } })).toBe(
      true,
    )
    expect(check({ ...base, type: 'tree.planted', data: { tree: { children: [{}] } } })).toBe(false)
  })

  it('describes payloads that are recursive by a getter', () => {
    const node = z.strictObject({
      get children(): z.ZodArray<typeof node> {
        return z.array(node)
      },
    })
    const catalog = defineEvents({
      'node.grown': { description: 'x', payload: node, example: { children: [{ children: [] }] } },
    })
    const check = ajv.compile(catalog.toJSONSchema())
    const grown = { children: [{ children: [] }] }
    const encoded = encodedExample('node.grown', grown, catalog)
    expect(encoded['data']).toEqual(grown)
    expect(check(encoded)).toBe(true)
    expect(check({ ...encoded, data: { children: [{ children: [1] }] } })).toBe(false)
  })
})
