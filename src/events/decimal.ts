import { Decimal as DecimalJs } from 'decimal.js'
import * as z from 'zod'
import { readDigits } from './decimal-digits.ts'

/**
 * Exact decimal numbers for prices, sizes and money: decimal.js with 64 significant digits for
 * division and roots, half-even rounding, and plain notation (never `1e-7`) when printed.
 *
 * Construction keeps every digit. Give it strings: `new Decimal('57.638')`.
 *
 * @example
 * ```ts
 * console.log(0.1 + 0.2) // 0.30000000000000004
 * console.log(new Decimal('0.1').plus('0.2').toFixed()) // 0.3
 * ```
 */
export const Decimal: typeof DecimalJs = /* @__PURE__ */ DecimalJs.clone({
  precision: 64,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
})

/** An exact decimal number, as `new Decimal('57.638')` makes one. */
export type Decimal = DecimalJs

/**
 * The longest decimal that crosses a boundary: 64 digits before the point and 128 after it. It bounds
 * what a hostile `1e9000000` can cost. A quotient has 64 significant digits, so that of a small price
 * has more places than that; 128 leave room for any quotient of two prices or sizes.
 */
const mostWholeDigits = 64
const mostPlaces = 128

/** The internals of decimal.js that its own documentation describes: digits, exponent, sign. */
interface DecimalInternals {
  readonly d: readonly number[] | null
  readonly e: number
  readonly s: number
}

/**
 * Whether `value` is a finite {@link Decimal} with at most 64 digits before its point and 128 after.
 */
export function isDecimal(value: unknown): value is Decimal {
  // decimal.js gives every instance its own `constructor`; comparing it costs half of `instanceof`.
  if (typeof value !== 'object' || value === null || value.constructor !== Decimal) return false
  const { d: digits, e: exponent } = value as unknown as DecimalInternals
  if (digits === null) return false
  // Most values have at most three words of seven digits and a small exponent: no count is needed.
  if (digits.length <= 3 && exponent < mostWholeDigits && exponent > -100) return true
  return exponent < mostWholeDigits && (value as Decimal).decimalPlaces() <= mostPlaces
}

function signOf(value: Decimal): number {
  const { d: digits, s: sign } = value as unknown as DecimalInternals
  return digits![0] === 0 ? 0 : sign
}

/**
 * Below 0, 0 or above 0 as `left` is less than, equal to or greater than `right`: what `left.cmp`
 * says, without the copy of `right` that it makes. Both are finite.
 */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const sign = signOf(left)
  if (sign !== signOf(right)) return sign - signOf(right)
  if (sign === 0) return 0
  const { d: leftWords, e: leftExponent } = left as unknown as DecimalInternals
  const { d: rightWords, e: rightExponent } = right as unknown as DecimalInternals
  if (leftExponent !== rightExponent) return leftExponent > rightExponent ? sign : -sign
  // Words are aligned to the exponent, so equal exponents make them comparable one by one.
  const shared = Math.min(leftWords!.length, rightWords!.length)
  for (let index = 0; index < shared; index += 1) {
    const difference = leftWords![index]! - rightWords![index]!
    if (difference !== 0) return difference > 0 ? sign : -sign
  }
  return (leftWords!.length - rightWords!.length) * sign
}

const pattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const longestText = mostWholeDigits + mostPlaces + 2

const decimalText = /* @__PURE__ */ z
  .string()
  .max(longestText)
  .regex(pattern, 'expected a decimal string such as "57.638"')

/** What a decimal is in the process; built once, so that every schema shares one check. */
const decimalValue = /* @__PURE__ */ decimalWhere('a Decimal', isDecimal)

const positiveValue = /* @__PURE__ */ decimalWhere(
  'a Decimal above 0',
  (value) => isDecimal(value) && signOf(value) > 0,
)

const nonNegativeValue = /* @__PURE__ */ decimalWhere(
  'a Decimal of 0 or more',
  (value) => isDecimal(value) && signOf(value) >= 0,
)

function decimalWhere(
  expected: string,
  accepts: (value: unknown) => boolean,
): z.ZodCustom<Decimal, Decimal> {
  return z.custom<Decimal>(accepts, {
    error: ({ input }) =>
      input === undefined
        ? `is missing: expected ${expected}`
        : `expected ${expected}, found ${describeNumber(input)}`,
  })
}

/** Names what stands where a decimal should, without repeating text that may be confidential. */
function describeNumber(value: unknown): string {
  if (isDecimal(value)) return value.toFixed()
  if (DecimalJs.isDecimal(value)) {
    // Not `instanceof`: all constructors of one copy of decimal.js share a prototype.
    return value.constructor === Decimal
      ? `a Decimal that is not finite, or has over ${mostWholeDigits} digits before its point or ${mostPlaces} after it`
      : "a Decimal of another decimal.js constructor: import { Decimal } from 'tradewire'"
  }
  if (typeof value === 'number') return `the number ${value}: use new Decimal('…')`
  if (value === null) return 'null'
  return typeof value === 'string'
    ? "a string: use new Decimal('…')"
    : `a value of type ${typeof value}`
}

/**
 * A schema whose values are Decimals in the process and decimal strings on every boundary: plain
 * notation, at most 64 digits before the point and 128 after it. `-0` is written as `0`: a sign
 * without a quantity says nothing of a price, and is the only thing that the round trip drops.
 */
export type DecimalSchema = z.ZodCodec<z.ZodString, z.ZodCustom<Decimal, Decimal>>

function decimalCodec(
  value: z.ZodCustom<Decimal, Decimal>,
  range: keyof typeof decimalPatterns,
): DecimalSchema {
  const codec = z.codec(decimalText, value, { decode: parseDecimal, encode: printDecimal })
  return codec.meta({ pattern: decimalPatterns[range] })
}

/** `text` matches `pattern`: zod has checked it. */
function parseDecimal(text: string): Decimal {
  const value = new Decimal(0)
  return readDigits(text, value) ? value : new Decimal(text)
}

function printDecimal(value: Decimal): string {
  return value.toFixed()
}

/** Whether a schema is a decimal of ours, with or without checks of its author's. */
export function isDecimalCodec(schema: z.core.$ZodType): boolean {
  const definition = schema._zod.def as Partial<z.core.$ZodCodecDef>
  return definition.in === decimalText && definition.reverseTransform === printDecimal
}

/**
 * What a JSON Schema says of the text of a decimal, by the range that it must be in. Zeros at the end
 * are no places. `-0` is written as `0`, so that only a decimal of any sign may have one.
 */
export const decimalPatterns = {
  any: '^-?(?:0|[1-9]\\d{0,63})(?:\\.\\d{1,128}0*)?$',
  positive: '^(?=.*[1-9])(?:0|[1-9]\\d{0,63})(?:\\.\\d{1,128}0*)?$',
  nonNegative: '^(?:0|[1-9]\\d{0,63})(?:\\.\\d{1,128}0*)?$',
  zero: '^0(?:\\.0+)?$',
} as const

// The check of the process is a function, which a JSON Schema cannot show: this is what it can.
const anyDecimal = /* @__PURE__ */ decimalCodec(decimalValue, 'any')
const positive = /* @__PURE__ */ decimalCodec(positiveValue, 'positive')
const nonNegative = /* @__PURE__ */ decimalCodec(nonNegativeValue, 'nonNegative')

/**
 * Schema of an exact number of any sign: {@link Decimal} in the process, string outside.
 *
 * @example
 * ```ts
 * const payload = z.strictObject({ symbol: z.string(), spread: decimal() })
 * console.log(payload.parse({ symbol: 'BTCUSDT', spread: '-0.10' }).spread.toFixed()) // -0.1
 * ```
 */
export function decimal(): DecimalSchema {
  return anyDecimal
}

/**
 * Schema of an exact number above 0: {@link Decimal} in the process, string outside.
 *
 * @example
 * ```ts
 * const payload = z.strictObject({ price: positiveDecimal() })
 * console.log(payload.safeParse({ price: '0' }).success) // false
 * ```
 */
export function positiveDecimal(): DecimalSchema {
  return positive
}

/**
 * Schema of an exact number of 0 or more: {@link Decimal} in the process, string outside.
 *
 * @example
 * ```ts
 * const payload = z.strictObject({ exposure: nonNegativeDecimal() })
 * console.log(payload.parse({ exposure: '0' }).exposure.toFixed()) // 0
 * console.log(payload.safeParse({ exposure: '-0.1' }).success) // false
 * ```
 */
export function nonNegativeDecimal(): DecimalSchema {
  return nonNegative
}
