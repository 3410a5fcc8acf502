import { fc, test } from '@fast-check/vitest'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Decimal, decimal, defineEvents, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { decodeEvent, type EncodedEvent } from '../../src/events/encoding.ts'
import { EventValidationError } from '../../src/events/errors.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { asyncApiOf } from '../../src/reference/async-api.ts'
import { encodedExample } from '../../src/reference/encoded-example.ts'
import { catalogSchema, jsonSchemasOf } from '../../src/reference/json-schemas.ts'
import { catalog } from './many-kinds.ts'

const schemas = jsonSchemasOf(catalog)
const options = {
  strict: true,
  strictTuples: false,
  allowUnionTypes: true,
  formats: { email: true, 'date-time': true } as const,
}
const entries = [...catalog.entries.values()]
const broken = { data: 5, id: '', sequence: 0, more: 1, type: 'none', version: 99 }

describe('jsonSchemasOf', () => {
  it.each(entries)('accepts the encoded example of $name, and no broken one', (entry) => {
    const validate = new Ajv2020(options).compile(schemas.get(entry.name)!)
    const example = JSON.parse(JSON.stringify(encodedExample(entry))) as Record<string, unknown>
    validate(example)
    expect(validate.errors).toBeNull()
    for (const [key, value] of Object.entries(broken)) {
      expect({ key, fine: validate({ ...example, [key]: value }) }).toEqual({ key, fine: false })
    }
  })

  it('has an id that is a file of its own, a title, and the sentences of the fields', () => {
    const filled = schemas.get('order.filled') as {
      $id: string
      title: string
      properties: { data: { properties: { fee: { properties: object } } } }
    }
    expect(filled).toMatchObject({ $id: 'order.filled.schema.json', title: 'order.filled' })
    expect(filled.properties.data.properties.fee.properties).toMatchObject({
      amount: { description: 'How much, in units of `currency`; negative for a rebate.' },
    })
    const ids = [...schemas.values()].map(({ $id }) => String($id).toLowerCase())
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[\w~][\w.~-]*\.schema\.json$/)
    expect(JSON.stringify([...schemas.values()])).not.toMatch(/readOnly|x-process/)
  })

  it('leaves the own sentences of other events as they are', () => {
    expect(schemas.get('action.{name}.start')).toMatchObject({
      properties: {
        data: { properties: { 'odd key|<i>': { description: 'A | `b|c` <script>\nline two' } } },
      },
    })
  })

  it('has defaults as JSON has them, and no format that is none', () => {
    const mine = defineEvents({
      'a.b': {
        description: 'x',
        payload: z.strictObject({
          price: decimal().default(new Decimal('1.5')),
          both: z.string().default('d').catch('c'),
          code: z.string().startsWith('ab').endsWith('yz'),
          gone: z.undefined().optional(),
        }),
        example: { price: new Decimal(1), both: 'a', code: 'abyz' },
      },
    })
    const schema = jsonSchemasOf(mine).get('a.b')!
    expect(schema).toMatchObject({
      properties: {
        data: { properties: { price: { default: '1.5' }, both: { default: 'd' } } },
      },
    })
    const validate = new Ajv2020({ ...options, formats: {} }).compile(schema)
    const example = encodedExample(mine.get('a.b'))
    const accepts = (data: object): boolean => validate({ ...example, data })
    expect(accepts({ code: 'abyz' })).toBe(true)
    expect(accepts({ code: 'ab' })).toBe(false)
    expect(accepts({ code: 'abyz', gone: 5 })).toBe(false)
    expect(JSON.stringify(schema)).not.toMatch(/x-otherwise|x-process/)
  })

  it('sees into payloads that hold themselves', () => {
    const validate = new Ajv2020(options).compile(schemas.get('plan.{name}.made')!)
    const entry = catalog.entries.get('plan.{name}.made')!
    const example = encodedExample(entry)
    const deep = { root: { label: 'a', children: [{ label: 5, children: [] }] } }
    expect(validate({ ...example, data: deep })).toBe(false)
  })
})

describe('catalogSchema', () => {
  it.each([true, false])('accepts every event of a catalog (bundled: %s)', (bundled) => {
    const ajv = new Ajv2020(options)
    if (!bundled) for (const schema of schemas.values()) ajv.addSchema(schema)
    const validate = ajv.compile(catalogSchema(catalog, { title: 'Mine', bundled }))
    for (const entry of entries) {
      const example: unknown = JSON.parse(JSON.stringify(encodedExample(entry)))
      validate(example)
      expect({ name: entry.name, errors: validate.errors }).toEqual({
        name: entry.name,
        errors: null,
      })
    }
    expect(validate({})).toBe(false)
  })
})

type Check = (event: unknown) => boolean

const published: Readonly<Record<string, Check>> = {
  'Catalog.toJSONSchema': new Ajv2020({ strict: false }).compile(tradingEvents.toJSONSchema()),
  catalogSchema: new Ajv2020({ ...options, allowUnionTypes: false }).compile(
    catalogSchema(tradingEvents, { title: 'Events', bundled: true }),
  ),
  asyncApiOf: draft7(),
}

/** The schemas of an AsyncAPI document, as one of draft 7. */
function draft7(): Check {
  const { components } = asyncApiOf(tradingEvents, { title: 'Events', version: '1.0.0' })
  const { schemas: all } = components as { readonly schemas: object }
  const oneOf = Object.keys(all).map((key) => ({ $ref: `#/components/schemas/${key}` }))
  return new Ajv({ strict: false }).compile({ oneOf, components: { schemas: all } })
}

type Place = readonly [type: string, path: readonly string[]]

/** Where the examples have text that is a decimal, and where they have a side. */
const places: readonly Place[] = [...tradingEvents.entries.values()].flatMap((entry) =>
  leavesOf(entry.encode(entry.name, entry.example), []).map((path) => [entry.name, path] as const),
)

function leavesOf(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
  }
  const amount = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)
  return amount || path.at(-1) === 'side' ? [path] : []
}

/** The example of a type with `value` in the place of what is at `path` of its payload. */
function changed([type, path]: Place, value: unknown): EncodedEvent {
  const example = encodedExample(tradingEvents.get(type))
  const event = JSON.parse(JSON.stringify(example)) as EncodedEvent
  const holder = path
    .slice(0, -1)
    .reduce((inner, key) => (inner as Record<string, object>)[key]!, event.data as object)
  Object.assign(holder, { [path.at(-1)!]: value })
  return event
}

/** What a rule between fields says. */
const between = /^expected (?:low ≤ open|flat exactly when|bids best first|asks best first)/

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('0', '0', '1', '9'), { minLength: least, maxLength: most })
    .map((list) => list.join(''))

const amounts = fc
  .tuple(
    fc.constantFrom('', '', '-', '+'),
    fc.oneof(fc.constant('0'), digits(0, 3), digits(62, 67)),
    fc.oneof(
      fc.constantFrom('', '', '.', '.0', '.5', 'e3'),
      digits(1, 3).map((text) => `.${text}`),
      digits(126, 131).map((text) => `.${text}`),
      digits(126, 128).map((text) => `.${text}000`),
    ),
  )
  .map((parts) => parts.join(''))

const sides = fc.constantFrom('buy', 'sell', 'long', 'short', 'flat', 'none')

describe.each(Object.keys(published))('%s of the trading events', (name) => {
  const accepts = published[name]!

  test.prop([fc.constantFrom(...places), fc.oneof(amounts, sides)], { numRuns: 3_000 })(
    'accepts no decimal and no side that decodeEvent refuses by itself',
    (place, value) => {
      const event = changed(place, value)
      if (!accepts(event)) return
      try {
        decodeEvent(event)
      } catch (error) {
        // A rule between fields is not in a schema.
        expect(error).toBeInstanceOf(EventValidationError)
        for (const { message } of (error as EventValidationError).issues) {
          expect(message).toMatch(between)
        }
      }
    },
  )

  it.each([
    ['order.partial_fill', 'lastQuantity', '-1'],
    ['order.partial_fill', 'lastQuantity', '0'],
    ['order.partial_fill', 'lastQuantity', '0.00'],
    ['order.partial_fill', 'remainingQuantity', '0'],
    ['order.partial_fill', 'lastPrice', '9'.repeat(65)],
    ['order.partial_fill', 'lastPrice', `0.${'1'.repeat(129)}`],
    ['order.filled', 'remainingQuantity', '0.1'],
    ['order.cancelled', 'filledQuantity', '-1'],
    ['position.closed', 'quantity', '5'],
    ['position.closed', 'quantity', '-1'],
    ['position.closed', 'side', 'long'],
    ['position.opened', 'side', 'flat'],
    ['position.updated', 'side', 'flat'],
  ])('refuses %s with %s %s', (type, field, value) => {
    expect(accepts(changed([type, [field]], value))).toBe(false)
    expect(() => decodeEvent(changed([type, [field]], value))).toThrow(EventValidationError)
  })

  it.each([
    ['order.partial_fill', ['lastPrice'], '9'.repeat(64)],
    ['order.partial_fill', ['lastPrice'], `-0.${'1'.repeat(128)}000`],
    ['order.partial_fill', ['lastQuantity'], '0.10'],
    ['order.filled', ['remainingQuantity'], '0.00'],
    ['order.cancelled', ['filledQuantity'], '0.0'],
    ['market.orderbook_update', ['bids', '0', '1'], '0'],
  ])('accepts %s with %j %s, as decodeEvent does', (type, path, value) => {
    expect(accepts(changed([type, path], value))).toBe(true)
    expect(() => decodeEvent(changed([type, path], value))).not.toThrow()
  })

  it('refuses a level of a book whose size is below 0', () => {
    expect(accepts(changed(['market.orderbook_update', ['bids', '0', '1']], '-1'))).toBe(false)
  })
})
