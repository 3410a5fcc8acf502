import { fc, test } from '@fast-check/vitest'
import { Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { decimalAt } from '../../src/backtest/csv-decimal.ts'

/** Digits, exponent and sign: all that a Decimal is. */
const inside = (value: Decimal | undefined): unknown => {
  const { d, e, s } = value as unknown as { d: unknown; e: unknown; s: unknown }
  return { d, e, s }
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`))
const zeros = fc.stringMatching(/^0{0,9}$/)
const text = fc
  .tuple(fc.constantFrom('', '-', '+'), zeros, digits(16), fc.boolean(), zeros, digits(16), zeros)
  .map(([sign, lead, whole, point, first, rest, last]) =>
    point ? `${sign}${lead}${whole}.${first}${rest}${last}` : `${sign}${lead}${whole}`,
  )
  .filter((drawn) => /\d/.test(drawn))

describe('decimalAt', () => {
  test.prop([text, fc.string({ maxLength: 4 })], { numRuns: 5_000 })(
    'gives what decimal.js gives, wherever the text stands',
    (drawn, around) => {
      const line = `${around}${drawn}${around}`
      const begin = around.length
      const plain = drawn.startsWith('+') ? drawn.slice(1) : drawn
      expect(inside(decimalAt(line, begin, begin + drawn.length))).toStrictEqual(
        inside(new Decimal(plain)),
      )
    },
  )

  it.each([
    '',
    '-',
    '+',
    '.',
    '-.',
    '1e5',
    '1,234.5',
    '1.2.3',
    ' 1',
    '1 ',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '1_000',
    '٣',
  ])('finds no number in %j', (wrong) => {
    expect(decimalAt(wrong, 0, wrong.length)).toBeUndefined()
  })
})
