import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import {
  decodeEvent,
  decodeTrusted,
  encodeEvent,
  encodeEventParts,
  encodeEventText,
  type EventParts,
} from '../../src/events/encoding.ts'
import { Envelope, type EventMetadata, type TradewireEvent } from '../../src/events/envelope.ts'
import {
  EventTooLargeError,
  EventValidationError,
  EventVersionError,
  UnknownEventError,
} from '../../src/events/errors.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { decimalText } from '../support/decimals.ts'

function eventOf(
  type: string,
  data: unknown,
  metadata?: EventMetadata,
  cause?: TradewireEvent,
): Envelope {
  return new Envelope(
    'run',
    2,
    type,
    data,
    1_767_225_600_123.25,
    'desk',
    1,
    tradingEvents.find(type)?.priority ?? 'normal',
    metadata,
    cause,
    undefined,
    undefined,
  )
}

const tick = tradingEvents.get('market.trade_tick').example
const encodedTick = {
  id: 'run-2',
  type: 'market.trade_tick',
  data: {
    symbol: 'BTCUSDT',
    venue: 'binance',
    timestamp: 1_767_225_600_123,
    price: '61659.7',
    size: '0.012',
    aggressorSide: 'buy',
    tradeId: '5512874391',
  },
  timestamp: 1_767_225_600_123.25,
  sequence: 2,
  source: 'desk',
  correlationId: 'run-2',
  version: 1,
}
const level = (text: string): [Decimal, Decimal] => [new Decimal(text), new Decimal(text).abs()]
const throughText = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('encodeEvent', () => {
  it('makes plain JSON, and omits what is absent', () => {
    const encoded = encodeEvent(eventOf('market.trade_tick', tick))
    expect(encoded).toStrictEqual(encodedTick)
    expect(Object.keys(encoded)).not.toContain('causationId')
    expect(Object.keys(encoded)).not.toContain('metadata')
  })

  it('writes the cause and the metadata where there are any', () => {
    const cause = eventOf('market.trade_tick', tick)
    const event = eventOf('market.trade_tick', tick, { requestId: 'a' }, cause)
    expect(encodeEvent(event)).toMatchObject({ causationId: 'run-2', metadata: { requestId: 'a' } })
  })

  it('refuses a payload that is no valid one, and a type that is unknown', () => {
    expect(() => encodeEvent(eventOf('market.trade_tick', { ...tick, price: 5 }))).toThrow(
      EventValidationError,
    )
    expect(() => encodeEvent(eventOf('market.trade_tik', tick))).toThrow(UnknownEventError)
  })

  it('refuses what decodeEvent would refuse', () => {
    const catalog = defineEvents({
      'test.any': { description: 'x', payload: z.looseObject({}), example: {} },
    })
    let deep: object = {}
    for (let level = 0; level < 64; level += 1) deep = { deep }
    expect(() => encodeEvent(eventOf('test.any', deep), catalog)).toThrow('at most 64 levels')
  })
})

describe('encodeEventText and encodeEventParts', () => {
  const cause = eventOf('market.trade_tick', tick)
  const parts = ({ open, secret }: EventParts): unknown => ({
    ...(JSON.parse(open) as object),
    ...(JSON.parse(secret) as object),
  })

  it.each([...tradingEvents.entries.keys()])('write %s as JSON.stringify would', (type) => {
    const all: readonly (EventMetadata | undefined)[] = [undefined, {}, { a: 'x"', b: 1.5 }]
    for (const metadata of all) {
      const event = eventOf(type, tradingEvents.get(type).example, metadata, cause)
      const encoded = encodeEvent(event)
      expect(encodeEventText(event)).toBe(JSON.stringify(encoded))
      expect(parts(encodeEventParts(event))).toStrictEqual(JSON.parse(JSON.stringify(encoded)))
      expect(encodeEvent(decodeEvent(JSON.parse(encodeEventText(event))))).toStrictEqual(encoded)
    }
  })

  it('keep what names an event apart from what it says', () => {
    const event = eventOf('market.trade_tick', tick)
    const { data, ...open } = encodeEvent(event)
    expect(encodeEventParts(event)).toStrictEqual({
      open: JSON.stringify(open),
      secret: JSON.stringify({ data }),
    })
    const { secret } = encodeEventParts(eventOf('market.trade_tick', tick, { a: 1 }))
    expect(secret).toBe(JSON.stringify({ data, metadata: { a: 1 } }))
  })

  test.prop([
    fc.record({
      id: fc.string({ unit: 'binary' }),
      timestamp: fc.double(),
      sequence: fc.integer(),
      source: fc.string({ unit: 'binary', maxLength: 99 }),
      correlationId: fc.string(),
      causationId: fc.option(fc.string(), { nil: undefined }),
      version: fc.nat(),
      priority: fc.constantFrom('critical', 'normal'),
    }),
  ])('write any envelope as JSON.stringify would', (envelope) => {
    const event = { ...envelope, type: 'market.trade_tick', data: tick } as TradewireEvent
    expect(encodeEventText(event)).toBe(JSON.stringify(encodeEvent(event)))
  })

  it('leave out what an event of another make lacks', () => {
    const event = { type: 'market.trade_tick', data: tick, source: () => 5 } as unknown
    const encoded = encodeEvent(event as TradewireEvent)
    expect(encodeEventText(event as TradewireEvent)).toBe(JSON.stringify(encoded))
  })

  it.each([encodeEventText, encodeEventParts])('refuse what encodeEvent refuses', (write) => {
    const poisoned = JSON.parse('{"__proto__":1}') as EventMetadata
    expect(() => write(eventOf('market.trade_tick', tick, poisoned))).toThrow(
      'metadata: expected no key __proto__',
    )
    expect(() => write(eventOf('market.trade_tick', {}))).toThrow(EventValidationError)
    expect(() => write(eventOf('market.trade_tik', tick))).toThrow(UnknownEventError)
  })

  it('allow payloads of 64 levels, which decodeEvent reads, and no more', () => {
    const catalog = defineEvents({
      'test.any': { description: 'x', payload: z.looseObject({}), example: {} },
    })
    let deep: object = {}
    for (let level = 1; level < 64; level += 1) deep = { deep }
    const text = encodeEventText(eventOf('test.any', deep), catalog)
    expect(decodeEvent(JSON.parse(text), catalog).data).toEqual(deep)
    expect(() => encodeEventText(eventOf('test.any', { deep }), catalog)).toThrow(
      EventTooLargeError,
    )
  })
})

describe.each([
  ['decodeEvent', decodeEvent],
  ['decodeTrusted', decodeTrusted],
])('%s', (name, decode) => {
  it.each([...tradingEvents.entries.keys()])('gives back the event %s', (type) => {
    const cause = eventOf('market.trade_tick', tick)
    const event = eventOf(
      type,
      tradingEvents.get(type).example,
      { a: 'x', b: 1.5, c: false },
      cause,
    )
    const decoded = decode(throughText(encodeEvent(event)))
    expect(decoded).toBeInstanceOf(Envelope)
    expect(decoded.data).toEqual(event.data)
    expect(Object.entries(decoded)).toEqual(Object.entries(event))
    expect([decoded.id, decoded.correlationId, decoded.causationId]).toEqual([
      'run-2',
      'run-2',
      'run-2',
    ])
    expect(encodeEvent(decoded)).toStrictEqual(encodeEvent(event))
  })

  test.prop([decimalText, decimalText, decimalText])('loses no digit', (price, bid, ask) => {
    const data = {
      symbol: 'X',
      timestamp: 0,
      kind: 'delta',
      bids: [level(bid), level(price)],
      asks: [level(ask)],
    }
    const decoded = decode(throughText(encodeEvent(eventOf('market.orderbook_update', data))))
    expect(decoded.type === 'market.orderbook_update' && decoded.data).toEqual(data)
    expect(encodeEvent(decoded).data).toMatchObject({ asks: [[ask, ask.replace('-', '')]] })
  })

  test.prop([fc.jsonValue()])('throws a typed error on JSON that is no event', (json) => {
    expect(() => decode(json)).toThrow(EventValidationError)
  })

  test.prop([fc.constantFrom(...Object.keys(encodedTick)), fc.jsonValue()])(
    'throws a typed error, or decodes, when any field is another one',
    (field, value) => {
      try {
        decode({ ...encodedTick, [field]: value })
      } catch (error) {
        expect(error).toSatisfy(
          (thrown) =>
            thrown instanceof EventValidationError ||
            thrown instanceof EventVersionError ||
            thrown instanceof UnknownEventError,
        )
      }
    },
  )

  it.each([
    ['a key too many', { extra: 1 }],
    ['an empty id', { id: '' }],
    ['an id of another kind', { id: 5 }],
    ['an empty source', { source: '' }],
    ['an empty correlation', { correlationId: '' }],
    ['an empty cause', { causationId: '' }],
    ['a cause that is null', { causationId: null }],
    ['a timestamp of NaN', { timestamp: Number.NaN }],
    ['an endless timestamp', { timestamp: Infinity }],
    ['a timestamp as text', { timestamp: '2026-01-01' }],
    ['the sequence 0', { sequence: 0 }],
    ['a sequence that is not whole', { sequence: 1.5 }],
    ['a sequence that is not safe', { sequence: 2 ** 53 }],
    ['the version 0', { version: 0 }],
    ['no data', { data: undefined }],
    ['metadata that is null', { metadata: null }],
    ['metadata that is a list', { metadata: [] }],
    ['metadata that is not flat', { metadata: { a: {} } }],
    ['metadata that is NaN', { metadata: { a: Number.NaN } }],
    ['metadata with an empty key', { metadata: { '': 1 } }],
  ])('refuses %s', (_, change) => {
    expect(() => decode({ ...encodedTick, ...change })).toThrow(EventValidationError)
  })

  it.each(Object.keys(encodedTick))('refuses an event without %s', (field) => {
    const { [field]: _, ...rest } = encodedTick as Record<string, unknown>
    expect(() => decode(rest)).toThrow(EventValidationError)
  })

  it('refuses a version from the future, and one that nothing lifts', () => {
    expect(() => decode({ ...encodedTick, version: 7 })).toThrow(EventVersionError)
    expect(() => decode({ ...encodedTick, version: 7 })).toThrow(
      'market.trade_tick has version 7, and this catalog defines version 1: a newer program has written it. Update this program, or its catalog.',
    )
  })

  it.each(['market.trade_tik', '__proto__', 'constructor', 'toString'])(
    'knows no type %s',
    (type) => {
      expect(() => decode({ ...encodedTick, type })).toThrow(UnknownEventError)
    },
  )

  it('refuses an own __proto__ in the envelope, the metadata, and anywhere in the data', () => {
    const text = JSON.stringify({ ...encodedTick, metadata: { a: 1 } })
    for (const [place, path] of [
      ['{"id"', ''],
      ['{"symbol"', 'data: '],
      ['{"a"', 'metadata: '],
    ] as const) {
      const poisoned: unknown = JSON.parse(text.replace(place, `{"__proto__":{},${place.slice(1)}`))
      expect(() => decode(poisoned)).toThrow(EventValidationError)
      expect(() => decode(poisoned)).toThrow('__proto__')
      if (name === 'decodeEvent') {
        expect(() => decode(poisoned)).toThrow(`${path}expected no key __proto__`)
      }
    }
    const warning = { ...encodedTick, type: 'system.warning' }
    const data: unknown = JSON.parse(
      '{"timestamp":1,"code":"a","message":"b","details":{"__proto__":1}}',
    )
    expect(() => decode({ ...warning, data })).toThrow('data.details: expected no key __proto__')
  })

  it.each<[string, z.ZodType, object, string]>([
    ['strips it', z.object({}), {}, '{"__proto__":1}'],
    ['is open', z.looseObject({}), {}, '{"b":{"__proto__":1}}'],
    ['catches', z.strictObject({ b: z.string().catch('') }), { b: '' }, '{"b":{"__proto__":1}}'],
    [
      'catches in a union',
      z.strictObject({ b: z.union([z.string().catch(''), z.null()]) }),
      { b: '' },
      '{"b":{"__proto__":1}}',
    ],
    [
      'strips it in a list',
      z.strictObject({ b: z.array(z.object({})) }),
      { b: [] },
      '{"b":[{"__proto__":1}]}',
    ],
    [
      'strips it in a tuple',
      z.strictObject({ b: z.tuple([z.object({})]) }),
      { b: [{}] },
      '{"b":[{"__proto__":1}]}',
    ],
    [
      'strips it behind a recursion',
      z.strictObject({ b: z.lazy(() => z.object({})) }),
      { b: {} },
      '{"b":{"__proto__":1}}',
    ],
    [
      'strips it where there may be nothing',
      z.strictObject({ b: z.object({}).nullish() }),
      {},
      '{"b":{"__proto__":1}}',
    ],
    [
      'strips it in a union',
      z.discriminatedUnion('k', [z.object({ k: z.literal(1) })]),
      { k: 1 },
      '{"k":1,"__proto__":1}',
    ],
    ['refuses it', z.strictObject({}), {}, '{"__proto__":1}'],
  ])(
    'refuses an own __proto__ in the data of a schema that %s',
    (_, payload, example, poisoned) => {
      const catalog = defineEvents({
        'test.any': { description: 'x', payload: payload as z.ZodType<object>, example },
      })
      const event = { ...encodedTick, type: 'test.any', data: example }
      expect(decode(event, catalog).data).toEqual(example)
      const data: unknown = JSON.parse(poisoned)
      expect(() => decode({ ...event, data }, catalog)).toThrow('__proto__')
    },
  )

  it('refuses JSON that is nested too deep, or in a circle', () => {
    const circle: Record<string, unknown> = { ...encodedTick }
    circle['data'] = { circle }
    expect(() => decode(circle)).toThrow(EventValidationError)
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
    expect(() => decode({ ...encodedTick, data: deep })).toThrow(EventValidationError)
    const warning = { ...encodedTick, type: 'system.warning', data: circle }
    expect(() => decode(warning)).toThrow('expected at most 64 levels of nesting')
  })

  it('decodes the events of another catalog', () => {
    const catalog = defineEvents({
      'signal.{name}': {
        description: 'A signal.',
        payload: z.strictObject({ price: decimal() }),
        example: { price: new Decimal(1) },
        version: 1,
      },
    })
    const event = eventOf('signal.entry', { price: new Decimal('1.25') })
    const decoded = decode(throughText(encodeEvent(event, catalog)), catalog)
    expect(decoded.type).toBe('signal.entry')
    expect(decoded.data.price.toString()).toBe('1.25')
    expect(() => decode(encodeEvent(event, catalog))).toThrow(UnknownEventError)
  })
})
