import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { defineEvents } from '../../src/events/catalog.ts'
import { UnknownEventError } from '../../src/events/errors.ts'
import { matchesPattern } from '../../src/events/pattern.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

const definition = {
  description: 'Something has happened.',
  payload: z.strictObject({ n: z.number() }),
  example: { n: 1 },
}
const catalog = tradingEvents.extend({
  'quote.{symbol}.changed': definition,
  'action.{name}.start': definition,
})

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    expect(error).toBeInstanceOf(UnknownEventError)
    // The line above has just checked it.
    return (error as UnknownEventError).message
  }
  throw new Error('nothing was thrown')
}

const ofType = (type: unknown): string => messageOf(() => catalog.get(type as string))
const ofPattern = (pattern: string): string => messageOf(() => catalog.parsePattern(pattern))

describe('UnknownEventError of Catalog.get', () => {
  it.each(['order.*', '*', '**', 'nothing.**'])('says that %s is a pattern', (pattern) => {
    expect(ofType(pattern)).toBe(
      `"${pattern}" is a pattern, which can be subscribed to, but not emitted or counted. Name one event type, such as "order.filled".`,
    )
  })

  it.each([
    ['ORDER_FILLED', 'order.filled'],
    ['order_filled', 'order.filled'],
    ['market_depth_update', 'market.depth_update'],
    ['MARKET_DEPTH_UPDATE', 'market.depth_update'],
    ['DEPTH_UPDATE', 'market.depth_update'],
    ['ORDER_SUBMITTED', 'order.submitted'],
    ['connected', 'system.connected'],
    ['oder.filled', 'order.filled'],
    ['quote.BRK.B.changed', 'quote.{symbol}.changed'],
    ['action..start', 'action.{name}.start'],
    ['action.{name}.start', 'action.{name}.start'],
    ['action.a b.start', 'action.{name}.start'],
  ])('takes %s for %s', (asked, meant) => {
    expect(ofType(asked)).toContain(`"${asked}". Did you mean "${meant}"?`)
  })

  it('says what a parameter stands for, where one was meant', () => {
    expect(ofType('quote.BRK.B.changed')).toContain(
      'A parameter stands for one token, which is not empty and has no dots, stars, braces or white space.',
    )
    expect(ofType('quote.changed')).not.toContain('A parameter')
  })

  it('lists the types of the category, or of the closest one', () => {
    expect(ofType('market.tick')).toContain(
      ' The category "market" has "market.new_bar", "market.data_update", "market.quote_update",',
    )
    expect(ofType('markte.tick')).toContain(' The category "market" has "market.new_bar"')
    const numbers = Array.from({ length: 13 }, (_, index) => [`many.n${index}`, definition])
    const many = defineEvents(Object.fromEntries(numbers))
    expect(messageOf(() => many.get('many.fruits.today'))).toContain('"many.n11", ….')
    expect(ofType('market.tick')).not.toContain('…. Add')
  })

  it('suggests a constant of the trading events to a catalog that has it alone', () => {
    const own = defineEvents({ 'signal.entry': definition })
    expect(messageOf(() => own.get('ORDER_FILLED'))).not.toContain('Did you mean')
  })

  it.each([
    ['null', null],
    ['5', 5],
    ['an object', Object.create(null)],
    ['an object', {}],
    ['Symbol(type)', Symbol('type')],
    ['an array of 1', ['order.filled']],
  ])('refuses %s, which is no string', (described, type) => {
    expect(ofType(type)).toBe(
      `An event type must be a string, such as "order.filled", but is ${described}.`,
    )
  })

  it('asks whether the constant of an undefined type is misspelt', () => {
    expect(ofType(undefined)).toMatch(/but is undefined\. Is the constant misspelt\?$/)
    expect(() => catalog.parsePattern(undefined as unknown as string)).toThrow(
      'but is undefined. Is the constant misspelt?',
    )
  })
})

describe('UnknownEventError of Catalog.parsePattern', () => {
  it.each([
    ['orders.*', 'order.*'],
    ['markets.**', 'market.**'],
    ['*.eror', '*.error'],
    ['order.filed', 'order.filled'],
    ['ORDER_FILLED', 'order.filled'],
    ['quote.BRK.B.changed', 'quote.{symbol}.changed'],
  ])('takes %s for %s', (asked, meant) => {
    expect(ofPattern(asked)).toContain(
      `no event for the pattern "${asked}". Did you mean "${meant}"?`,
    )
  })

  it('lists the types of the category', () => {
    expect(ofPattern('performance.disk.*')).toContain(' The category "performance" has ')
  })
})

describe('matchesPattern', () => {
  it.each([undefined, null, 5, Object.create(null)])('refuses %o as a type', (type) => {
    expect(() => matchesPattern('order.*', type as string)).toThrow(ConfigurationError)
  })
})
