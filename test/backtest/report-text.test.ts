import { describe, expect, it } from 'vitest'
import { Decimal } from 'tradewire'
import {
  durationText,
  gainPercentText,
  gainText,
  moneyText,
  numberText,
  percentText,
  scriptJson,
} from '../../src/backtest/report-text.ts'

describe('durationText', () => {
  it('names the two largest units that there are', () => {
    const texts = [0, 999, 1000, 59_999, 60_000, 61_000, 3_600_000, 90_000_000, 86_400_000_000]
    expect(texts.map(durationText)).toEqual([
      '0 ms',
      '999 ms',
      '1 s',
      '59 s',
      '1 min',
      '1 min 1 s',
      '1 h',
      '1 d 1 h',
      '1,000 d',
    ])
  })
})

describe('moneyText', () => {
  it('keeps digits that a double would lose', () => {
    expect(moneyText(new Decimal('12345678901234567890.126'))).toBe('12,345,678,901,234,567,890.13')
    expect(moneyText(new Decimal('-0.000123456789'))).toBe('−0.000123457')
    expect(moneyText(new Decimal('-0'))).toBe('0.00')
    expect(gainText(new Decimal('-1.5'))).toBe('−1.50')
  })
})

describe('numberText', () => {
  it('has a dash where there is no number', () => {
    expect([numberText(undefined), percentText(undefined), numberText(-1234.5)]).toEqual([
      '–',
      '–',
      '−1,234.50',
    ])
  })
})

describe('gainPercentText', () => {
  it('gives no sign to what is nothing to two places', () => {
    const shares = [0.00001, -0.00001, -0, 0, 0.00006, -0.00006, undefined]
    expect(shares.map(gainPercentText)).toEqual([
      '0.00 %',
      '0.00 %',
      '0.00 %',
      '0.00 %',
      '+0.01 %',
      '−0.01 %',
      '–',
    ])
  })
})

describe('scriptJson', () => {
  it('cannot end or open an element, and is read as it was', () => {
    const value = { '</script>': '<!--<script>\u2028' }
    expect(scriptJson(value)).not.toContain('<')
    expect(JSON.parse(scriptJson(value))).toEqual(value)
  })
})
