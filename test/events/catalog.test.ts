import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { defineEvents } from '../../src/events/catalog.ts'
import { UnknownEventError } from '../../src/events/errors.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

const payload = z.strictObject({ n: z.number() })
const event = { description: 'Something has happened.', payload, example: { n: 1 } }
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

describe('defineEvents', () => {
  it('makes a catalog of these events alone', () => {
    const catalog = defineEvents({ 'a.b': event, 'c.d': { ...event, version: 3, legacyName: 'd' } })
    expect([...catalog.entries.keys()]).toEqual(['a.b', 'c.d'])
    expect(catalog.get('a.b')).toMatchObject({
      name: 'a.b',
      category: 'a',
      version: 1,
      description: 'Something has happened.',
      example: { n: 1 },
      legacyName: undefined,
      parameterised: false,
      tokens: ['a', 'b'],
    })
    expect(catalog.get('a.b').payload).toBe(payload)
    expect(catalog.get('c.d')).toMatchObject({ version: 3, legacyName: 'd' })
  })

  it.each(['a', '', 'a.*', '{x}.b', 'a..b'])('refuses the name "%s"', (name) => {
    expect(() => defineEvents({ [name]: event })).toThrow(ConfigurationError)
  })

  it('takes names that objects inherit for what they are', () => {
    const names = inherited.map((name) => `${name}.${name}`)
    const catalog = defineEvents(Object.fromEntries(names.map((name) => [name, event])))
    for (const name of names) expect(catalog.find(name)?.name).toBe(name)
  })

  it.each<[string, object]>([
    ['version', { version: 0 }],
    ['version', { version: 1.5 }],
    ['description', { description: '' }],
    ['payload', { payload: { n: 1 } }],
    ['payload', { payload: undefined }],
    ['one-way transform', { payload: z.object({ n: z.string().transform(Number) }) }],
  ])('refuses a definition with a bad %s', (word, change) => {
    expect(() => defineEvents({ 'a.b': { ...event, ...change } })).toThrow(ConfigurationError)
    expect(() => defineEvents({ 'a.b': { ...event, ...change } })).toThrow(word)
  })
})

describe('Catalog.extend', () => {
  it('returns a new catalog, and leaves the old one as it is', () => {
    const extended = tradingEvents.extend({ 'signal.entry': event })
    expect(extended.find('signal.entry')?.name).toBe('signal.entry')
    expect(extended.find('order.filled')).toBe(tradingEvents.find('order.filled'))
    expect(tradingEvents.find('signal.entry')).toBeUndefined()
  })

  it('refuses a name that is taken', () => {
    expect(() => tradingEvents.extend({ 'order.filled': event })).toThrow(
      'The event "order.filled" is defined already.',
    )
  })

  it.each([
    ['action.{name}.start', 'action.buy.start'],
    ['action.buy.start', 'action.{name}.start'],
    ['action.{name}.start', 'action.{other}.start'],
    ['action.{name}.start', 'action.buy.{phase}'],
  ])('refuses %s beside %s, which could name one event', (first, second) => {
    const catalog = defineEvents({ [first]: event })
    expect(() => catalog.extend({ [second]: event })).toThrow(
      `The events "${second}" and "${first}" could have one and the same type.`,
    )
  })

  it.each([
    ['action.{name}.start', 'action.{name}.stop'],
    ['action.{name}.start', 'action.{name}'],
    ['action.{name}', 'signal.{name}'],
  ])('accepts %s beside %s', (first, second) => {
    expect(defineEvents({ [first]: event }).extend({ [second]: event }).entries.size).toBe(2)
  })
})

describe('Catalog.find', () => {
  const catalog = tradingEvents.extend({
    'action.{name}.start': event,
    'action.{name}.{phase}.x': event,
  })

  it('finds an event by its exact type, or by its parameters', () => {
    expect(catalog.find('order.filled')?.name).toBe('order.filled')
    expect(catalog.find('action.rebalance.start')?.name).toBe('action.{name}.start')
    expect(catalog.find('action.a.b.x')?.name).toBe('action.{name}.{phase}.x')
    expect(catalog.find('action.constructor.start')?.name).toBe('action.{name}.start')
  })

  it.each([
    'action.{name}.start',
    'action.{other}.start',
    'action..start',
    'action.a.stop',
    'action.start',
    'action.*.start',
    'action.a b.start',
    'action.a\n.start',
    'action.a}.start',
    `action.${'x'.repeat(250)}.start`,
    '',
    ...inherited,
  ])('finds nothing for "%s"', (type) => {
    expect(catalog.find(type)).toBeUndefined()
    expect(tradingEvents.find(type)).toBeUndefined()
  })

  it.each([undefined, null, 5, {}, Symbol('type')])('finds nothing for %o', (type) => {
    expect(catalog.find(type as string)).toBeUndefined()
  })
})

describe('Catalog.get', () => {
  it('names the closest type of one that is misspelt', () => {
    expect(() => tradingEvents.get('order.filed')).toThrow(
      'The catalog has no event for the event type "order.filed". Did you mean "order.filled"? Add events of your own with catalog.extend({…}).',
    )
  })

  it.each(inherited)('knows no event %s', (type) => {
    expect(() => tradingEvents.get(type)).toThrow(UnknownEventError)
  })

  it('suggests nothing where nothing is close', () => {
    expect(() => tradingEvents.get('weather.sunny')).toThrow(/"weather.sunny"\. Add events/)
    expect(() => tradingEvents.get(undefined as unknown as string)).toThrow(UnknownEventError)
  })
})

describe('Catalog.parsePattern', () => {
  const catalog = tradingEvents.extend({ 'action.{name}.start': event })

  it.each(['*', '**', 'order.*', '*.error', 'action.**', 'action.buy.start', 'action.*.start'])(
    'splits %s',
    (pattern) => {
      expect(catalog.parsePattern(pattern)).toEqual(pattern.split('.'))
    },
  )

  it('refuses a pattern that no event of the catalog could match, and names the closest', () => {
    expect(() => catalog.parsePattern('order.filed')).toThrow(
      'no event for the pattern "order.filed". Did you mean "order.filled"?',
    )
    expect(() => catalog.parsePattern('oder.*')).toThrow(UnknownEventError)
    expect(() => catalog.parsePattern('constructor')).toThrow(UnknownEventError)
  })

  it('refuses a malformed pattern', () => {
    expect(() => catalog.parsePattern('order.f*')).toThrow(ConfigurationError)
    expect(() => catalog.parsePattern('action.{name}.start')).toThrow(ConfigurationError)
  })
})
