import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal, isDecimal } from '../events/decimal.ts'

/** A quantity, a price or an amount of money: exact, so never a JavaScript number. */
export type Amount = Decimal | string

const text = /^-?\d+(?:\.\d+)?$/

/** Throws `CONFIGURATION` unless `value` is a finite Decimal or a decimal string. */
export function toDecimal(name: string, value: unknown): Decimal {
  const amount = typeof value === 'string' && text.test(value) ? new Decimal(value) : value
  if (isDecimal(amount)) return amount
  throw new ConfigurationError(
    `${name} must be a Decimal or a decimal string such as '0.25', but is ${describeValue(value)}.`,
  )
}
