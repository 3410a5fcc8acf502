import { Decimal } from '../events/decimal.ts'

/**
 * Decimals whose sums and products keep every digit. Those of `Decimal` are rounded to 64 significant
 * digits, which a long row of amounts of money with many places exceeds. What leaves the desk is turned
 * back into a `Decimal`, which keeps every digit as well.
 */
export const Exact: typeof Decimal = /* @__PURE__ */ Decimal.clone({ precision: 1_000 })

export const zero: Decimal = /* @__PURE__ */ new Exact(0)

/** How many places a share of an amount has at most. */
const places = 40
const scale = /* @__PURE__ */ new Exact(`1e${places}`)
const unit = /* @__PURE__ */ new Exact(`1e-${places}`)

/**
 * `amount` x `part` / `whole`, cut off after 40 places; exact in sums, as the other share is what is
 * left of `amount`. All three are `Exact`.
 */
export function shareOf(amount: Decimal, part: Decimal, whole: Decimal): Decimal {
  return amount.times(part).times(scale).divToInt(whole).times(unit)
}

/** `left` / `right` in 64 significant digits, for people. */
export function quotient(left: Decimal, right: Decimal): Decimal {
  return new Decimal(left).div(right)
}

/** The internals of decimal.js that its own documentation describes: digits, exponent, sign. */
interface DecimalInternals {
  readonly d: readonly number[]
  readonly e: number
  readonly s: number
}

/**
 * `value` as a float, off by less than 1e-14 of itself: without the way by text that `toNumber` takes. `value` is finite.
 */
export function toFloat(value: Decimal): number {
  const { d: words, e: exponent, s: sign } = value as unknown as DecimalInternals
  let sum = words[0]!
  // The first word may be a single digit; four words have at least 22.
  if (words.length > 1) {
    sum += words[1]! * 1e-7
    if (words.length > 2) sum += words[2]! * 1e-14
    if (words.length > 3) sum += words[3]! * 1e-21
  }
  // A word has seven digits, and the first ends where a multiple of seven places lies before the point.
  const shift = exponent >= 0 && exponent < 7 ? 0 : Math.floor(exponent / 7)
  return shift === 0 ? sign * sum : sign * sum * 10 ** (7 * shift)
}
