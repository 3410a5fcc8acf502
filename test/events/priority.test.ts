import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '../../src/events/catalog.ts'
import { decodeEvent, encodeEvent } from '../../src/events/encoding.ts'
import { Envelope } from '../../src/events/envelope.ts'
import {
  type Priority,
  priorities,
  priorityOf,
  requirePriority,
} from '../../src/events/priority.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

const payload = z.strictObject({ text: z.string() })
const example = { text: 'an example' }
const catalog = defineEvents({
  'note.made': { description: 'A note was made.', payload, example },
  'risk.noted': { description: 'A risk was noted.', payload, example, priority: 'low' },
})

function eventOf(type: 'note.made' | 'risk.noted', priority: Priority): Envelope {
  return new Envelope(
    'run',
    1,
    type,
    example,
    1_000,
    'desk',
    1,
    priority,
    undefined,
    undefined,
    undefined,
    undefined,
  )
}

describe('priorities', () => {
  it('begin with the most urgent', () => {
    expect(priorities).toEqual(['critical', 'high', 'normal', 'low'])
  })
})

describe('priorityOf', () => {
  it.each([
    ['risk', 'critical'],
    ['order', 'high'],
    ['position', 'high'],
    ['system', 'high'],
    ['market', 'normal'],
    ['performance', 'low'],
    ['whatever', 'normal'],
    ['constructor', 'normal'],
  ])('of %s is %s', (category, priority) => {
    expect(priorityOf(category)).toBe(priority)
  })
})

describe('requirePriority', () => {
  it('returns what is a priority', () => {
    for (const priority of priorities) expect(requirePriority('it', priority)).toBe(priority)
  })

  it.each(['High', '', 1, undefined, null, {}])('refuses %o', (value) => {
    expect(() => requirePriority('it', value)).toThrow(
      'it must be one of critical, high, normal, low, but is',
    )
  })
})

describe('the priority of a definition', () => {
  it('is that of its category, unless it says otherwise', () => {
    expect(catalog.get('note.made').priority).toBe('normal')
    expect(catalog.get('risk.noted').priority).toBe('low')
    expect(tradingEvents.get('risk.limit_warning').priority).toBe('critical')
  })

  it('is refused if there is no such priority', () => {
    const priority = 'urgent' as Priority
    expect(() =>
      defineEvents({ 'note.made': { description: 'A note.', payload, example, priority } }),
    ).toThrow('The priority of note.made must be one of critical, high, normal, low')
  })
})

describe('the priority of an encoded event', () => {
  it.each([
    ['note.made', 'normal'],
    ['risk.noted', 'low'],
  ] as const)('of %s is absent where it is that of the definition', (type, priority) => {
    const encoded = encodeEvent(eventOf(type, priority), catalog)
    expect(Object.keys(encoded)).not.toContain('priority')
    expect(decodeEvent(encoded, catalog).priority).toBe(priority)
  })

  it.each(priorities)('survives the round trip as %s', (priority) => {
    for (const type of ['note.made', 'risk.noted'] as const) {
      const encoded: unknown = JSON.parse(
        JSON.stringify(encodeEvent(eventOf(type, priority), catalog)),
      )
      const own = catalog.get(type).priority
      expect((encoded as { priority?: string }).priority).toBe(
        priority === own ? undefined : priority,
      )
      const decoded = decodeEvent(encoded, catalog)
      expect(decoded.priority).toBe(priority)
      expect(encodeEvent(decoded, catalog)).toEqual(encoded)
    }
  })

  it('is refused if there is no such priority', () => {
    const encoded = { ...encodeEvent(eventOf('note.made', 'normal'), catalog), priority: 'urgent' }
    expect(() => decodeEvent(encoded, catalog)).toThrow('priority')
  })
})

describe('the priority in the JSON schema', () => {
  it('is one of those that there are, and not required', () => {
    const text = JSON.stringify(catalog.toJSONSchema())
    expect(text).toContain('"priority":{"enum":["critical","high","normal","low"]}')
    expect(text).not.toMatch(/"required":\[[^\]]*"priority"/)
  })
})
