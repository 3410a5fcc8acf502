import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  cloudEventOf,
  encodedOf,
  fromCloudEvent,
  toCloudEvent,
} from '../../src/events/cloud-event.ts'
import { cloudTime, timestampOf } from '../../src/events/cloud-time.ts'
import { decodeEvent, type EncodedEvent, encodeEvent } from '../../src/events/encoding.ts'
import { EventValidationError, UnknownEventError } from '../../src/events/errors.ts'
import { priorities } from '../../src/events/priority.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

const throughText = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const entry = tradingEvents.get('market.trade_tick')
const encoded: EncodedEvent = {
  id: 'run-2',
  type: entry.name,
  data: entry.encode(entry.name, entry.example),
  timestamp: 1_767_225_600_123.25,
  sequence: 2,
  source: 'desk/α 1',
  correlationId: 'run-1',
  version: 1,
}
const cloudEvent = {
  specversion: '1.0',
  id: 'run-2',
  source: 'desk/%CE%B1%201',
  type: 'market.trade_tick',
  time: '2026-01-01T00:00:00.12325Z',
  datacontenttype: 'application/json',
  data: encoded.data,
  sequence: '0000000000000002',
  correlationid: 'run-1',
  dataversion: 1,
}

const anyText = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    '\ud800',
    'a\udfff',
    '\u0000',
    '\u0085',
    '\ufffe',
    '\u{1ffff}',
    '\\u0000',
    '%2F',
    '//',
    ':',
    '..',
  ),
)
const anyTimestamp = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -1e5, max: 1e5 }),
  fc.double({ noNaN: true, min: -6.3e13, max: 2.6e14 }),
  fc.integer({ min: 0, max: 4e12 }),
)
const anyMetadata = fc.dictionary(
  anyText.filter((key) => key !== '__proto__'),
  fc.oneof(
    anyText,
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  ),
  { maxKeys: 5, noNullPrototype: true },
)
const anyEnvelope = fc.record(
  {
    id: anyText,
    timestamp: anyTimestamp,
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    source: anyText,
    correlationId: anyText,
    causationId: anyText,
    priority: fc.constantFrom(...priorities),
    metadata: anyMetadata,
  },
  { requiredKeys: ['id', 'timestamp', 'sequence', 'source', 'correlationId'] },
)

describe('toCloudEvent', () => {
  it('writes the JSON format of CloudEvents 1.0', () => {
    expect(toCloudEvent(decodeEvent(encoded))).toStrictEqual(cloudEvent)
  })

  it('writes what there is beside it as extension attributes', () => {
    const more = {
      ...encoded,
      causationId: 'run-1',
      priority: 'low',
      metadata: { a: '\u0085', b: 1 },
    }
    expect(toCloudEvent(decodeEvent(more))).toStrictEqual({
      ...cloudEvent,
      causationid: 'run-1',
      priority: 'low',
      eventmetadata: '{"a":"\\u0085","b":1}',
    })
  })

  it('refuses an event of another catalog', () => {
    const event = decodeEvent(encoded)
    expect(() =>
      toCloudEvent({ ...encodeEvent(event), type: 'a.b' } as unknown as typeof event),
    ).toThrow(UnknownEventError)
  })
})

describe('fromCloudEvent', () => {
  test.prop([fc.constantFrom(...tradingEvents.entries.keys()), anyEnvelope])(
    'gives back the event exactly',
    (type, envelope) => {
      const { version, example } = tradingEvents.get(type)
      const data = tradingEvents.get(type).encode(type, example)
      const event = decodeEvent({ ...envelope, type, version, data })
      const written = toCloudEvent(event)
      const read = fromCloudEvent(throughText(written))
      expect(encodeEvent(read)).toStrictEqual(encodeEvent(event))
      expect(read.data).toEqual(event.data)
    },
    60_000,
  )

  it('ignores the extension attributes of others, and what is null', () => {
    const more = {
      ...cloudEvent,
      traceparent: '00',
      position: '7',
      causationid: null,
      priority: null,
    }
    expect(encodeEvent(fromCloudEvent(more))).toStrictEqual(encoded)
  })

  it('refuses a payload that does not match its schema', () => {
    expect(() => fromCloudEvent({ ...cloudEvent, data: {} })).toThrow(EventValidationError)
  })
})

describe('cloudEventOf', () => {
  test.prop([
    anyEnvelope,
    anyText,
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    // That key is refused, and has a test of its own.
    fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__":')),
  ])(
    'writes any encoded event such that encodedOf gives it back, in attributes that are legal',
    (envelope, type, version, data) => {
      const json = { ...envelope, type, version, data: throughText(data) }
      const written = cloudEventOf(json)
      expect(encodedOf(throughText(written))).toStrictEqual(json)
      for (const [name, value] of Object.entries(written)) {
        expect(name).toMatch(/^[a-z0-9]{1,20}$/)
        if (name === 'data') continue
        expect(String(value)).toMatch(/^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+$/u)
      }
      expect(written.source).toMatch(/^(?:[\w.~!'()*/-]|%[\dA-F]{2})+$/)
      expect(written.dataversion).toBeLessThan(2 ** 31)
    },
  )

  it('says exactly what an attribute cannot', () => {
    const odd = { ...encoded, id: 'a\n', timestamp: 1e300, source: '\ud800', version: 2 ** 40 }
    expect(cloudEventOf(odd)).toMatchObject({
      id: 'a\\u000a',
      source: '%EF%BF%BD',
      dataversion: 2 ** 31 - 1,
      eventexact: `{"timestamp":1e+300,"version":${2 ** 40},"source":"\\ud800","id":"a\\n"}`,
    })
    expect(cloudEventOf(odd)).not.toHaveProperty('time')
  })
})

describe('encodedOf', () => {
  it('keeps the sign of zero', () => {
    const written = throughText(cloudEventOf({ ...encoded, timestamp: -0 }))
    expect(Object.is(encodedOf(written).timestamp, -0)).toBe(true)
  })

  it('takes what others may have changed and still means the same', () => {
    const changed = {
      ...cloudEvent,
      time: '2026-01-01T02:00:00.12325+02:00',
      datacontenttype: 'application/json; charset=utf-8',
      sequence: '2',
    }
    expect(encodedOf(changed)).toStrictEqual(encoded)
    const { datacontenttype: _, ...less } = cloudEvent
    expect(encodedOf(less)).toStrictEqual(encoded)
  })

  it.each<[string, string, unknown]>([
    ['another version of CloudEvents', 'specversion', '0.3'],
    ['an empty id', 'id', ''],
    ['an id that is a number', 'id', 5],
    ['an empty type', 'type', ''],
    ['an empty source', 'source', ''],
    ['a source that is no URI', 'source', '%E0%A4%A'],
    ['a time that is none', 'time', 'yesterday'],
    ['a time that is a number', 'time', 5],
    ['a day that is none', 'time', '2026-02-30T00:00:00Z'],
    ['a month that is none', 'time', '2026-13-01T00:00:00Z'],
    ['an offset that is none', 'time', '2026-01-01T00:00:00+24:00'],
    ['minutes that are none', 'time', '2026-01-01T00:00:00+01:60'],
    ['a leap second', 'time', '2016-12-31T23:59:60Z'],
    ['data of another kind', 'datacontenttype', 'text/xml'],
    ['a kind of data that is none', 'datacontenttype', 5],
    ['the sequence 0', 'sequence', '0'],
    ['a sequence that is a number', 'sequence', 5],
    ['a sequence that is not safe', 'sequence', '9999999999999999'],
    ['an empty correlation', 'correlationid', ''],
    ['an empty cause', 'causationid', ''],
    ['the version 0', 'dataversion', 0],
    ['a version as text', 'dataversion', '1'],
    ['a priority that is none', 'priority', 'urgent'],
    ['metadata that is no text', 'eventmetadata', { a: 1 }],
    ['metadata that is no JSON', 'eventmetadata', '{'],
    ['metadata that is a list', 'eventmetadata', '[]'],
    ['metadata that is null', 'eventmetadata', 'null'],
    ['metadata that is a number', 'eventmetadata', '5'],
    ['exact fields that are no object', 'eventexact', '"x"'],
  ])('refuses %s', (_, attribute, value) => {
    const act = (): unknown => encodedOf({ ...cloudEvent, [attribute]: value })
    expect(act).toThrow(EventValidationError)
    expect(act).toThrow(`A CloudEvent was refused: ${attribute}: `)
  })

  it.each([
    'specversion',
    'id',
    'type',
    'source',
    'time',
    'data',
    'sequence',
    'correlationid',
    'dataversion',
  ])('refuses one without %s, and names it', (attribute) => {
    const { [attribute]: _, ...rest } = cloudEvent as Record<string, unknown>
    expect(() => encodedOf(rest)).toThrow(`A CloudEvent was refused: ${attribute}: `)
  })

  it.each<[string, string, string]>([
    ['a timestamp as text', '{"timestamp":"5"}', 'time'],
    ['an endless timestamp', '{"timestamp":1e999}', 'time'],
    ['an empty id', '{"id":""}', 'id'],
    ['a source that is a number', '{"source":5}', 'source'],
    ['a version that is not whole', '{"version":1.5}', 'dataversion'],
  ])('refuses exact fields with %s', (_, eventexact, attribute) => {
    expect(() => encodedOf({ ...cloudEvent, eventexact })).toThrow(`refused: ${attribute}: `)
  })

  it('refuses metadata that is not flat, and __proto__ wherever it stands', () => {
    expect(() => encodedOf({ ...cloudEvent, eventmetadata: '{"a":{}}' })).toThrow('metadata.a: ')
    expect(() => encodedOf({ ...cloudEvent, eventmetadata: '{"__proto__":"x"}' })).toThrow(
      EventValidationError,
    )
    const data: unknown = JSON.parse('{"a":{"__proto__":1}}')
    expect(() => encodedOf({ ...cloudEvent, data })).toThrow('data.a: expected no key __proto__')
  })

  test.prop([fc.jsonValue()])('throws a typed error on JSON that is no CloudEvent', (json) => {
    expect(() => encodedOf(json)).toThrow(EventValidationError)
  })

  test.prop([fc.constantFrom(...Object.keys(cloudEvent)), fc.jsonValue()])(
    'throws a typed error, or reads, when any attribute is another one',
    (attribute, value) => {
      try {
        encodedOf({ ...cloudEvent, [attribute]: value })
      } catch (error) {
        expect(error).toBeInstanceOf(EventValidationError)
      }
    },
  )
})

describe('timestampOf', () => {
  it.each([
    ['1970-01-01t00:00:01z', 1_000],
    ['1970-01-01T00:00:00.5-01:30', 5_400_500],
    ['1970-01-01T00:00:00+00:01', -60_000],
    ['1969-12-31T23:59:59.9990Z', -1],
  ])('reads %s', (time, timestamp) => {
    expect(timestampOf(time)).toBe(timestamp)
  })
})

describe('cloudTime', () => {
  it.each<[number, string | undefined]>([
    [0, '1970-01-01T00:00:00.000Z'],
    [-0, undefined],
    [0.1, '1970-01-01T00:00:00.0001Z'],
    [-0.1, '1969-12-31T23:59:59.9999Z'],
    [-1.25, '1969-12-31T23:59:59.99875Z'],
    [1e-7, undefined],
    [-62_167_219_200_000, '0000-01-01T00:00:00.000Z'],
    [-62_167_219_200_001, undefined],
    [253_402_300_799_999.5, '9999-12-31T23:59:59.9995Z'],
    [253_402_300_800_000, undefined],
    [8.64e15, undefined],
    [1e300, undefined],
  ])('writes %f as %s', (timestamp, time) => {
    expect(cloudTime(timestamp)).toBe(time)
    if (time !== undefined) expect(timestampOf(time)).toBe(timestamp)
  })
})
