import { compareDecimals, Decimal, isDecimal } from '../events/decimal.ts'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Exact } from './position-exact.ts'

export const none: Decimal = /* @__PURE__ */ new Decimal(0)

/** The internals of decimal.js that its own documentation describes: digits in words of seven, exponent. */
interface DecimalInternals {
  readonly d: readonly number[]
  readonly e: number
}

/** `left` + `right` with every digit. */
export function sumOf(left: Decimal, right: Decimal): Decimal {
  if (left.isZero()) return right
  if (isShort(left) && isShort(right)) return left.plus(right)
  return new Decimal(new Exact(left).plus(right))
}

/** `left` - `right` with every digit. */
export function differenceOf(left: Decimal, right: Decimal): Decimal {
  if (isShort(left) && isShort(right)) return left.minus(right)
  return new Decimal(new Exact(left).minus(right))
}

/** `left` x `right` with every digit. */
export function productOf(left: Decimal, right: Decimal): Decimal {
  if (isShort(left) && isShort(right)) return left.times(right)
  return new Decimal(new Exact(left).times(right))
}

/**
 * Whether the digits of a number are few and near its point: at most 21, of which at most 19 stand left
 * of the point and none beyond 39 places right of it. A sum of two such has at most 59 digits and a
 * product 42, which the 64 of a Decimal hold.
 */
function isShort(value: Decimal): boolean {
  const { d: words, e: exponent } = value as unknown as DecimalInternals
  return words.length <= 3 && exponent < 19 && exponent > -20
}

export function lesserOf(left: Decimal, right: Decimal): Decimal {
  return compareDecimals(left, right) <= 0 ? left : right
}

export function greaterOf(left: Decimal, right: Decimal): Decimal {
  return compareDecimals(left, right) >= 0 ? left : right
}

/** Whether `value` is a whole number of `step`. */
export function isOnGrid(value: Decimal, step: Decimal): boolean {
  return new Exact(value).mod(step).isZero()
}

/** `value` on the grid of `step`: itself, or the nearest above it, or below it. */
export function ontoGrid(value: Decimal, step: Decimal, up: boolean): Decimal {
  const exact = new Exact(value)
  const steps = exact.div(step)
  return new Decimal((up ? steps.ceil() : steps.floor()).times(step))
}

/** Throws `CONFIGURATION` unless `value` is a Decimal, or the text of one, of `what` it should be. */
export function requireAmount(
  name: string,
  value: unknown,
  sign: 'any' | 'above 0' | '0 or more' = 'any',
): Decimal {
  const amount = toAmount(value)
  if (amount !== undefined) {
    if (sign === 'any' || amount.gt(0) || (sign === '0 or more' && amount.isZero())) return amount
  }
  const expected = sign === 'any' ? '' : `, ${sign}`
  throw new ConfigurationError(
    `${name} must be a Decimal, or the text of one${expected}, but is ${isDecimal(value) ? value.toFixed() : describeValue(value)}.`,
  )
}

function toAmount(value: unknown): Decimal | undefined {
  if (isDecimal(value)) return value
  if (typeof value !== 'string' || !/^-?\d{1,64}(?:\.\d{1,128})?$/.test(value)) return undefined
  return new Decimal(value)
}
