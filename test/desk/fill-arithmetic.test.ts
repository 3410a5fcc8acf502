import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOf, ontoGrid, productOf, sumOf } from '../../src/desk/fill-arithmetic.ts'
import type { Decimal } from '../../src/events/decimal.ts'
import { decimalText } from '../support/decimals.ts'
import { at } from '../support/payloads.ts'

const places = 64

/** A decimal text of at most 64 places as a whole number of 1e-64. */
function whole(text: string): bigint {
  const [integer, fraction = ''] = text.replace('-', '').split('.')
  const value = BigInt(integer! + fraction.padEnd(places, '0'))
  return text.startsWith('-') ? -value : value
}

/** A result as a whole number of 1e-128. */
function wide(value: Decimal): bigint {
  const text = value.toFixed(2 * places)
  return BigInt(text.replace('.', ''))
}

const shift = 10n ** BigInt(places)

/** Some texts as they come, some of few digits, as most prices and quantities are. */
const operand = fc.oneof(
  decimalText,
  fc
    .integer({ min: -1_000_000_000, max: 1_000_000_000 })
    .map((cents) => at(`${cents}e-4`).toFixed()),
)

describe('fill arithmetic', () => {
  it('keeps every digit of sums, differences and products', () => {
    fc.assert(
      fc.property(operand, operand, (left, right) => {
        const [l, r] = [at(left), at(right)]
        expect(wide(sumOf(l, r))).toBe((whole(left) + whole(right)) * shift)
        expect(wide(differenceOf(l, r))).toBe((whole(left) - whole(right)) * shift)
        expect(wide(productOf(l, r))).toBe(whole(left) * whole(right))
      }),
      { numRuns: 2_000 },
    )
  })

  it('keeps every digit at the edges of what is short', () => {
    for (const left of [
      '9999999999999999999',
      '99999999999999999999',
      '0.0000000000000000000999999',
    ]) {
      for (const right of ['0.000000000000000000099999999999999', '-9999999999999999999', '0']) {
        const [l, r] = [at(left), at(right)]
        expect(wide(sumOf(l, r))).toBe((whole(left) + whole(right)) * shift)
        expect(wide(differenceOf(l, r))).toBe((whole(left) - whole(right)) * shift)
        expect(wide(productOf(l, r))).toBe(whole(left) * whole(right))
      }
    }
  })

  it('goes on to the grid, up or down', () => {
    expect(ontoGrid(at('1.23'), at('0.05'), true).toFixed()).toBe('1.25')
    expect(ontoGrid(at('1.23'), at('0.05'), false).toFixed()).toBe('1.2')
    expect(ontoGrid(at('-1.23'), at('0.05'), true).toFixed()).toBe('-1.2')
    expect(ontoGrid(at('1.25'), at('0.05'), true).toFixed()).toBe('1.25')
  })
})
