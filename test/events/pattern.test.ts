import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { isParameter, matchesPattern, matchTokens, parseName } from '../../src/events/pattern.ts'

describe('matchesPattern', () => {
  it.each([
    ['order.filled', 'order.filled'],
    ['*', 'order.filled'],
    ['**', 'order.filled'],
    ['*', 'a.b.c.d'],
    ['order.*', 'order.filled'],
    ['*.error', 'system.error'],
    ['*.*', 'system.error'],
    ['action.**', 'action.start'],
    ['action.**', 'action.rebalance.start'],
    ['action.*.start', 'action.rebalance.start'],
    ['*.**', 'a.b.c'],
    ['constructor.toString', 'constructor.toString'],
    ['__proto__.*', '__proto__.x'],
  ])('%s covers %s', (pattern, type) => {
    expect(matchesPattern(pattern, type)).toBe(true)
  })

  it.each([
    ['order.filled', 'order.placed'],
    ['order', 'order.filled'],
    ['order.*', 'order'],
    ['order.*', 'order.a.b'],
    ['order.**', 'order'],
    ['*.error', 'error'],
    ['*.error', 'a.b.error'],
    ['order.*', 'orders.filled'],
    ['__proto__.*', 'constructor.x'],
  ])('%s does not cover %s', (pattern, type) => {
    expect(matchesPattern(pattern, type)).toBe(false)
  })

  it.each([
    '',
    '.',
    'order.',
    '.filled',
    'order..filled',
    'order.f*',
    '**.error',
    'a.**.b',
    '***',
    'action.{name}',
    'order filled',
    'order.\u0000',
    'order.fil\nled',
    'x'.repeat(257),
    undefined,
    null,
    5,
    ['order.*'],
  ])('refuses the pattern %o', (pattern) => {
    expect(() => matchesPattern(pattern as string, 'order.filled')).toThrow(ConfigurationError)
  })

  it('takes time that is linear in the pattern, however many stars it has', () => {
    const pattern = `${'*.'.repeat(100)}x`
    expect(matchesPattern(pattern, 'a.'.repeat(100) + 'y')).toBe(false)
  })

  const token = fc.stringMatching(/^[a-z_]{1,8}$/)
  test.prop([fc.array(token, { minLength: 1, maxLength: 6 }), fc.func(fc.boolean())])(
    'a name is covered when any of its tokens are starred',
    (tokens, starred) => {
      const pattern = tokens.map((name, index) => (starred(name, index) ? '*' : name)).join('.')
      expect(matchesPattern(pattern, tokens.join('.'))).toBe(true)
      expect(matchesPattern(`${pattern}.*`, tokens.join('.'))).toBe(false)
    },
  )
})

describe('matchTokens', () => {
  it('lets a parameter of a name stand for any literal', () => {
    const name = ['action', '{name}', 'start']
    expect(matchTokens(['action', 'rebalance', 'start'], name)).toBe(true)
    expect(matchTokens(['action', '*', 'start'], name)).toBe(true)
    expect(matchTokens(['action', 'rebalance', 'stop'], name)).toBe(false)
  })
})

describe('parseName', () => {
  it.each([
    ['order.filled', ['order', 'filled']],
    ['action.{name}.start', ['action', '{name}', 'start']],
    ['a.{b}.{_c1}', ['a', '{b}', '{_c1}']],
    ['ordre.exécuté', ['ordre', 'exécuté']],
    ['__proto__.constructor', ['__proto__', 'constructor']],
  ])('splits %s', (name, tokens) => {
    expect(parseName(name)).toEqual(tokens)
  })

  it.each([
    '',
    'order',
    '{name}.start',
    'action.{}',
    'action.{1a}',
    'action.{na me}',
    'action.{name',
    'action.name}',
    'action.x{name}',
    'order.*',
    'order.**',
    'order..filled',
    'order.fill ed',
    'order.\u007f',
    `order.${'x'.repeat(251)}`,
    undefined,
    7,
  ])('refuses %o', (name) => {
    expect(() => parseName(name)).toThrow(ConfigurationError)
  })

  it('says how a name must look, and shows the one it was given', () => {
    expect(() => parseName('filled')).toThrow(
      'An event name must be dotted with its category first, such as "order.filled" or "action.{name}.start", but is "filled".',
    )
  })
})

describe('isParameter', () => {
  it('tells a parameter from a literal', () => {
    expect(isParameter('{name}')).toBe(true)
    expect(isParameter('name')).toBe(false)
  })
})
