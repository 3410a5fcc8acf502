import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '../../src/events/catalog.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { decodeEvent, encodeEvent } from '../../src/events/encoding.ts'
import { Envelope, type EventMetadata, type TradewireEvent } from '../../src/events/envelope.ts'
import {
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

describe('decodeEvent', () => {
  it.each([...tradingEvents.entries.keys()])('gives back the event %s', (type) => {
    const cause = eventOf('market.trade_tick', tick)
    const event = eventOf(
      type,
      tradingEvents.get(type).example,
      { a: 'x', b: 1.5, c: false },
      cause,
    )
    const decoded = decodeEvent(throughText(encodeEvent(event)))
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
    const decoded = decodeEvent(throughText(encodeEvent(eventOf('market.orderbook_update', data))))
    expect(decoded.type === 'market.orderbook_update' && decoded.data).toEqual(data)
    expect(encodeEvent(decoded).data).toMatchObject({ asks: [[ask, ask.replace('-', '')]] })
  })

  test.prop([fc.jsonValue()])('throws a typed error on JSON that is no event', (json) => {
    expect(() => decodeEvent(json)).toThrow(EventValidationError)
  })

  test.prop([fc.constantFrom(...Object.keys(encodedTick)), fc.jsonValue()])(
    'throws a typed error, or decodes, when any field is another one',
    (field, value) => {
      try {
        decodeEvent({ ...encodedTick, [field]: value })
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
    expect(() => decodeEvent({ ...encodedTick, ...change })).toThrow(EventValidationError)
  })

  it.each(Object.keys(encodedTick))('refuses an event without %s', (field) => {
    const { [field]: _, ...rest } = encodedTick as Record<string, unknown>
    expect(() => decodeEvent(rest)).toThrow(EventValidationError)
  })

  it('refuses a version from the future, and one that nothing lifts', () => {
    expect(() => decodeEvent({ ...encodedTick, version: 7 })).toThrow(EventVersionError)
    expect(() => decodeEvent({ ...encodedTick, version: 7 })).toThrow(
      'market.trade_tick has version 7, and this catalog defines version 1: a newer program has written it. Update this program, or its catalog.',
    )
  })

  it.each(['market.trade_tik', '__proto__', 'constructor', 'toString'])(
    'knows no type %s',
    (type) => {
      expect(() => decodeEvent({ ...encodedTick, type })).toThrow(UnknownEventError)
    },
  )

  it('refuses an own __proto__ in the envelope, the metadata, and anywhere in the data', () => {
    const text = JSON.stringify({ ...encodedTick, metadata: { a: 1 } })
    for (const [place, path] of [
      ['{"id"', ''],
      ['{"symbol"', 'data'],
      ['{"a"', 'metadata'],
    ] as const) {
      const poisoned: unknown = JSON.parse(text.replace(place, `{"__proto__":{},${place.slice(1)}`))
      expect(() => decodeEvent(poisoned)).toThrow(
        `${path === '' ? '' : `${path}: `}expected no key __proto__`,
      )
    }
    const warning = { ...encodedTick, type: 'system.warning' }
    const data: unknown = JSON.parse(
      '{"timestamp":1,"code":"a","message":"b","details":{"__proto__":1}}',
    )
    expect(() => decodeEvent({ ...warning, data })).toThrow(
      'data.details: expected no key __proto__',
    )
  })

  it('refuses JSON that is nested too deep, or in a circle', () => {
    const circle: Record<string, unknown> = { ...encodedTick }
    circle['data'] = { circle }
    expect(() => decodeEvent(circle)).toThrow('expected at most 64 levels of nesting')
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
    expect(() => decodeEvent({ ...encodedTick, data: deep })).toThrow(EventValidationError)
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
    const decoded = decodeEvent(throughText(encodeEvent(event, catalog)), catalog)
    expect(decoded.type).toBe('signal.entry')
    expect(decoded.data.price.toString()).toBe('1.25')
    expect(() => decodeEvent(encodeEvent(event, catalog))).toThrow(UnknownEventError)
  })
})
