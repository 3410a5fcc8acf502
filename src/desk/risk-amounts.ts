import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { compareDecimals, Decimal, isDecimal } from '../events/decimal.ts'
import type { Amount } from './amount.ts'
import { zero } from './position-exact.ts'

const text = /^\d+(?:\.\d+)?$/

/** Throws `CONFIGURATION` unless `value` is a Decimal above 0, or a decimal string of one. */
export function requireAmount(name: string, value: unknown): Decimal {
  const amount = typeof value === 'string' && text.test(value) ? new Decimal(value) : value
  if (isDecimal(amount) && compareDecimals(amount, zero) > 0) return amount
  throw new ConfigurationError(
    `${name} must be a Decimal above 0, or a decimal string such as '0.25', but is ${describeValue(value)}.`,
  )
}

/** Throws `CONFIGURATION` unless `value` is a ratio above 0: like an amount, or a number. */
export function requireRatio(name: string, value: unknown): Decimal {
  if (typeof value !== 'number') return requireAmount(name, value)
  if (Number.isFinite(value) && value > 0) return new Decimal(value)
  throw new ConfigurationError(
    `${name} must be above 0 and finite, but is ${describeValue(value)}.`,
  )
}

/** One amount for all symbols, or one for each of those that are named. */
export type AmountBySymbol = Amount | Readonly<Record<string, Amount>>

/** Amounts by symbol; those that are not named have `other`, if there is one. */
export class SymbolAmounts {
  readonly #bySymbol = new Map<string, Decimal>()
  readonly #other: Decimal | undefined

  /** @throws ConfigurationError `CONFIGURATION` if an amount is none. */
  constructor(name: string, amounts: AmountBySymbol) {
    const isOne = typeof amounts !== 'object' || amounts === null || isDecimal(amounts)
    this.#other = isOne ? requireAmount(name, amounts) : undefined
    if (isOne) return
    for (const [symbol, amount] of Object.entries(amounts)) {
      this.#bySymbol.set(symbol, requireAmount(`${name}[${describeValue(symbol)}]`, amount))
    }
  }

  of(symbol: string): Decimal | undefined {
    return this.#bySymbol.get(symbol) ?? this.#other
  }
}

const mostPlaces = 128
const largest = /* @__PURE__ */ new Decimal('9'.repeat(64))

/**
 * `value` as an event may hold it: exact, unless it has more than 128 places, or more than 64 digits
 * before its point, as only products of absurd amounts have.
 */
export function reported(value: Decimal): Decimal {
  const amount = new Decimal(value)
  const fits: boolean = isDecimal(amount)
  if (fits) return amount
  if (amount.abs().gt(largest)) return amount.isNegative() ? largest.neg() : largest
  return amount.toDecimalPlaces(mostPlaces)
}

/** The larger of two. */
export function larger(left: Decimal, right: Decimal): Decimal {
  return compareDecimals(left, right) < 0 ? right : left
}

/** The smaller of two. */
export function smaller(left: Decimal, right: Decimal): Decimal {
  return compareDecimals(left, right) > 0 ? right : left
}

/** Without what is undefined: an absent value is absent in a payload. */
export function subjectOf({ accountId, strategyId, venue }: Subject): Subject {
  return {
    ...(accountId !== undefined && { accountId }),
    ...(strategyId !== undefined && { strategyId }),
    ...(venue !== undefined && { venue }),
  }
}

/** Whom an event is about. */
export interface Subject {
  readonly accountId?: string | undefined
  readonly strategyId?: string | undefined
  readonly venue?: string | undefined
}
