import { describeValue } from '../errors/checks.ts'
import { Decimal, isDecimal } from '../events/decimal.ts'
import type { ConvertCurrency } from './position-options.ts'

/**
 * What `amount` comes to in another currency, or else the reason why nobody knows. The rates are somebody
 * else's function, and whatever that does must not fail who counts money.
 */
export function converted(
  convert: ConvertCurrency | undefined,
  amount: Decimal,
  from: string,
  to: string,
  at: number,
): Decimal | string {
  if (convert === undefined) return 'there is no rate'
  try {
    const result: unknown = convert(new Decimal(amount), from, to, at)
    if (isDecimal(result)) return result
    return result === undefined ? 'there is no rate' : `convert gave ${describeValue(result)}`
  } catch (error) {
    return `convert failed: ${describeValue(error instanceof Error ? error.message : error)}`
  }
}
