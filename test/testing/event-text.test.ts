import { describe, expect, it } from 'vitest'
import { Decimal } from 'tradewire'
import { fieldsText, valueText } from '../../src/testing/event-text.ts'
import { expectedText } from '../../src/testing/matching.ts'

const time = Date.UTC(2026, 0, 2)

describe('valueText', () => {
  it('shows digits of Decimals, quotes of text, and other values as they are', () => {
    expect(valueText(new Decimal('1e-9'))).toBe('0.000000001')
    expect(valueText('a "b"')).toBe(String.raw`"a \"b\""`)
    expect([1.5, true, null, undefined, 12n].map((value) => valueText(value))).toEqual([
      '1.5',
      'true',
      'null',
      'undefined',
      '12n',
    ])
    expect(valueText(new Date(5))).toBe('5')
  })

  it('shows times as ISO 8601, where the name says that it is one', () => {
    const iso = '2026-01-02T00:00:00.000Z'
    for (const key of ['timestamp', 'time', 'since', 'until', 'openTime', 'settledAt']) {
      expect(valueText(time, key)).toBe(iso)
    }
    for (const key of ['volume', 'timeMs', 'flat']) expect(valueText(time, key)).toBe(String(time))
    for (const value of [time + 0.5, 5_000, 9e15, NaN]) {
      expect(valueText(value, 'timestamp')).toBe(String(value))
    }
  })

  it('shows lists and objects with all that is in them', () => {
    const nested = { bids: [[new Decimal(1), new Decimal(2)]], 'best-bid': {}, openTime: time }
    expect(valueText(nested)).toBe(
      '{ bids: [[1, 2]], "best-bid": {}, openTime: 2026-01-02T00:00:00.000Z }',
    )
    expect(fieldsText([])).toBe('{}')
  })
})

describe('expectedText', () => {
  it('shows text as a number where a Decimal stands, at any depth', () => {
    const actual = { fee: { amount: new Decimal(2) }, bids: [new Decimal(3)] }
    const expected = { fee: { amount: '1', currency: 'USD' }, bids: ['4', '5'] }
    expect(expectedText(expected, 'data', actual)).toBe(
      '{ fee: { amount: 1, currency: "USD" }, bids: [4, "5"] }',
    )
    expect(expectedText(expected, 'data')).toBe(
      '{ fee: { amount: "1", currency: "USD" }, bids: ["4", "5"] }',
    )
    expect(expectedText({}, 'data')).toBe('{}')
  })

  it('shows the beginning of a long function, on one line', () => {
    const long = (value: number): boolean => {
      const isRight = value > 1_000 && value < 2_000 && value % 2 === 0
      return isRight
    }
    const text = expectedText(long, 'size')
    expect(text).toMatch(/^what \(value\)\s?=>\s?\{ .*… accepts$/)
    expect(text).toHaveLength('what  accepts'.length + 60)
  })
})
