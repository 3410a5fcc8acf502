import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readDigits } from '../../src/events/decimal-digits.ts'
import { Decimal, decimal } from '../../src/events/decimal.ts'
import { decimalText } from '../support/decimals.ts'

/** Digits, exponent and sign: all that a Decimal is. */
const inside = ({ d, e, s }: Decimal): unknown => ({ d, e, s })

const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{0,${most}}$`))
const shortText = fc
  .tuple(fc.constantFrom('', '-'), digits(8), digits(16))
  .map(([sign, whole, fraction]) => {
    const integer = whole.replace(/^0+/, '') || '0'
    return `${sign}${integer}${fraction === '' ? '' : `.${fraction}`}`
  })

describe('readDigits', () => {
  test.prop([fc.oneof(shortText, decimalText)], { numRuns: 2_000 })(
    'gives the digits that decimal.js gives, or leaves the target alone',
    (text) => {
      const target = new Decimal(0)
      const expected = readDigits(text, target) ? new Decimal(text) : new Decimal(0)
      expect(inside(target)).toStrictEqual(inside(expected))
      expect(inside(z.decode(decimal(), text))).toStrictEqual(inside(new Decimal(text)))
    },
  )

  it.each([
    '0',
    '-0',
    '0.000',
    '-0.0',
    '7',
    '100',
    '9999999',
    '-61659.7',
    '1.10',
    '0.1',
    '0.0000001',
    '0.00000001',
    '0.12345670000000',
    '0.00000000000001',
    '1.00000001',
    '5.00000000000000',
    '9999999.99999999999999',
  ])('reads %s', (text) => {
    const target = new Decimal(0)
    expect(readDigits(text, target)).toBe(true)
    expect(inside(target)).toStrictEqual(inside(new Decimal(text)))
    expect(target.toFixed()).toBe(new Decimal(text).toFixed())
  })

  it.each(['10000000', '0.123456789012345', '-12345678.5'])('leaves %s to decimal.js', (text) => {
    expect(readDigits(text, new Decimal(0))).toBe(false)
  })
})
