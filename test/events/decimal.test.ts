import { Decimal as PlainDecimal } from 'decimal.js'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  compareDecimals,
  Decimal,
  decimal,
  isDecimal,
  nonNegativeDecimal,
  positiveDecimal,
} from '../../src/events/decimal.ts'
import { processSchema } from '../../src/events/process-schema.ts'
import { decimalText } from '../support/decimals.ts'

function reason(schema: z.core.$ZodType, value: unknown): string | undefined {
  return z.safeParse(processSchema(schema), value).error?.issues[0]?.message
}

describe('Decimal', () => {
  it('adds and multiplies without the errors of binary fractions', () => {
    expect(new Decimal('57.638').times('1').toString()).toBe('57.638')
    expect(new Decimal('0.1').plus('0.2').toString()).toBe('0.3')
  })

  it('prints small and large numbers in plain notation', () => {
    expect(String(new Decimal('1e-9'))).toBe('0.000000001')
    expect(JSON.stringify(new Decimal('1e24'))).toBe('"1000000000000000000000000"')
  })

  it('divides to 64 significant digits, half-even', () => {
    expect(new Decimal(2).div(3).toString()).toBe(`0.${'6'.repeat(63)}7`)
    expect(new Decimal('2.5').toDecimalPlaces(0).toString()).toBe('2')
    expect(new Decimal('3.5').toDecimalPlaces(0).toString()).toBe('4')
  })

  it('leaves the Decimal of other users of decimal.js alone', () => {
    expect(PlainDecimal.precision).toBe(20)
  })

  test.prop([decimalText])('keeps and prints every digit it is given', (text) => {
    expect(new Decimal(text).toFixed()).toBe(text)
  })
})

describe('compareDecimals', () => {
  test.prop([decimalText, decimalText])('orders as decimal.js does', (left, right) => {
    const [a, b] = [new Decimal(left), new Decimal(right)]
    expect(Math.sign(compareDecimals(a, b)) + 0).toBe(a.cmp(b) + 0)
    expect(compareDecimals(a, new Decimal(left)) + 0).toBe(0)
  })

  it.each([
    ['0', '-0', 0],
    ['-1', '1', -1],
    ['0', '-3', 1],
    ['10', '9', 1],
    ['-10', '-9', -1],
    ['1.1', '1.10000000001', -1],
    ['-1.1', '-1.10000000001', 1],
    ['61659.7', '61659.6', 1],
    ['-61659.7', '-61659.6', -1],
  ])('compares %s with %s', (left, right, order) => {
    const [a, b] = [new Decimal(left), new Decimal(right)]
    expect(Math.sign(compareDecimals(a, b))).toBe(order)
    expect(Math.sign(compareDecimals(b, a)) + 0).toBe(-order + 0)
  })
})

describe('isDecimal', () => {
  it.each([
    '0',
    '-1.5',
    '61659.7',
    `1${'0'.repeat(63)}`,
    `0.${'0'.repeat(127)}1`,
    '1e-99',
    '1e-100',
    '1e-128',
  ])('accepts %s', (text) => {
    expect(isDecimal(new Decimal(text))).toBe(true)
  })

  it.each(['NaN', 'Infinity', '-Infinity', '1e64', '1e9000000', '1e-129', '1e-9000000'])(
    'refuses %s',
    (text) => {
      expect(isDecimal(new Decimal(text))).toBe(false)
    },
  )

  it.each([1, '1', null, undefined, {}, Object.create(null), new PlainDecimal(1)])(
    'refuses %o, which is no Decimal of tradewire',
    (value) => {
      expect(isDecimal(value)).toBe(false)
    },
  )
})

describe('decimal', () => {
  test.prop([decimalText])('survives the way out and in to the last digit', (text) => {
    const value = new Decimal(text)
    const encoded = z.encode(decimal(), value)
    expect(encoded).toBe(text)
    expect(z.decode(decimal(), encoded).eq(value)).toBe(true)
  })

  /** A price or a size from 1e-12 to 1e12, of up to 18 digits. */
  const ordinary = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.integer({ min: -12, max: 12 }))
    .map(([digits, exponent]) => {
      const text = String(digits)
      return new Decimal(`${text[0]}.${text.slice(1)}0e${exponent}`)
    })

  test.prop([ordinary, ordinary])('carries quotients and products of prices', (left, right) => {
    for (const value of [left.div(right), left.times(right), left.div(right).times(right)]) {
      expect(isDecimal(value)).toBe(true)
      expect(z.decode(decimal(), z.encode(decimal(), value)).eq(value)).toBe(true)
    }
  })

  it('carries a third of a small price to the last digit', () => {
    const third = new Decimal('0.05').div(3)
    expect(third.decimalPlaces()).toBeGreaterThan(64)
    expect(z.decode(decimal(), z.encode(decimal(), third)).eq(third)).toBe(true)
  })

  it('writes -0 as 0', () => {
    expect(z.encode(decimal(), new Decimal('-0'))).toBe('0')
  })

  it.each(['0', '-0', '-0.5', '10.50', '57.638'])('decodes %s', (text) => {
    expect(z.decode(decimal(), text)).toEqual(new Decimal(text))
  })

  it.each([
    '',
    '-',
    '+1',
    '.5',
    '5.',
    '01',
    '1e5',
    '1,5',
    ' 1',
    '1\n',
    '0x1F',
    'NaN',
    'Infinity',
    '1_000',
    '1'.repeat(65),
    `0.${'1'.repeat(129)}`,
    '1'.repeat(10_000_000),
  ])('refuses to decode %.20s', (text) => {
    expect(z.safeDecode(decimal(), text).success).toBe(false)
  })

  it.each([5, null, undefined, {}, [], true])('refuses to decode %o', (value) => {
    expect(decimal().safeParse(value).success).toBe(false)
  })

  it('says what stands in its place, without repeating text', () => {
    const schema = decimal()
    expect(reason(schema, 'secret')).toBe(
      "expected a Decimal, found a string: use new Decimal('…')",
    )
    expect(reason(schema, 5)).toBe("expected a Decimal, found the number 5: use new Decimal('…')")
    expect(reason(schema, null)).toBe('expected a Decimal, found null')
    expect(reason(schema, undefined)).toBe('is missing: expected a Decimal')
    expect(reason(schema, true)).toBe('expected a Decimal, found a value of type boolean')
    expect(reason(schema, new Decimal(Infinity))).toBe(
      'expected a Decimal, found a Decimal that is not finite, or has over 64 digits before its point or 128 after it',
    )
    expect(reason(schema, new PlainDecimal(5))).toBe(
      "expected a Decimal, found a Decimal of another decimal.js constructor: import { Decimal } from 'tradewire'",
    )
  })
})

describe('positiveDecimal', () => {
  it('accepts what lies above 0 alone', () => {
    const schema = positiveDecimal()
    expect(reason(schema, new Decimal('1e-40'))).toBeUndefined()
    expect(reason(schema, new Decimal(0))).toBe('expected a Decimal above 0, found 0')
    expect(reason(schema, new Decimal(-1))).toBe('expected a Decimal above 0, found -1')
    expect(z.safeDecode(schema, '0').success).toBe(false)
    expect(z.safeDecode(schema, '0.1').success).toBe(true)
  })
})

describe('nonNegativeDecimal', () => {
  it('accepts 0 and what lies above it', () => {
    const schema = nonNegativeDecimal()
    expect(reason(schema, new Decimal(0))).toBeUndefined()
    expect(reason(schema, new Decimal('-0'))).toBeUndefined()
    expect(reason(schema, new Decimal('-0.1'))).toBe('expected a Decimal of 0 or more, found -0.1')
    expect(z.safeDecode(schema, '-0.1').success).toBe(false)
  })
})

describe('isDecimal and decimal()', () => {
  test.prop([fc.integer({ min: -150, max: 80 }), fc.integer({ min: 1, max: 10 ** 9 })])(
    'agree on which decimals can cross a boundary',
    (exponent, digits) => {
      const value = new Decimal(`${digits}e${exponent}`)
      const whole = value.trunc().abs().toFixed().length
      const fits = whole <= 64 && value.decimalPlaces() <= 128
      expect(isDecimal(value)).toBe(fits)
      expect(z.safeDecode(decimal(), value.toFixed()).success).toBe(fits)
    },
  )
})
