import { Decimal, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { reported } from '../../src/desk/risk-amounts.ts'
import { changed } from '../support/payloads.ts'

describe('reported', () => {
  it.each([
    ['57.638', '57.638'],
    ['-0.1', '-0.1'],
    [`1e64`, '9'.repeat(64)],
    [`-1e70`, `-${'9'.repeat(64)}`],
    [`0.${'1'.repeat(129)}`, `0.${'1'.repeat(128)}`],
    ['1e-200', '0'],
  ])('makes of %s what an event may hold', (text, expected) => {
    const currentValue = reported(new Decimal(text))
    expect(currentValue.toFixed()).toBe(expected)
    const entry = tradingEvents.get('risk.limit_exceeded')
    expect(entry.accepts(changed('risk.limit_exceeded', { currentValue }))).toBe(true)
  })
})
