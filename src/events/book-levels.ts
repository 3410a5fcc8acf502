import * as z from 'zod'
import { compareDecimals, decimal, nonNegativeDecimal } from './decimal.ts'

const level = /* @__PURE__ */ z.tuple([decimal(), nonNegativeDecimal()]).readonly()

/** One price of an order book in quote currency, and the quantity that stands there in units. */
export type BookLevel = z.output<typeof level>

/** One side of an order book. */
export const levels = /* @__PURE__ */ z.array(level).readonly()

/** Whether prices strictly rise (`direction` 1) or strictly fall (`direction` -1). */
export function isOrdered(side: readonly BookLevel[], direction: 1 | -1): boolean {
  for (let index = 1; index < side.length; index += 1) {
    if (compareDecimals(side[index]![0], side[index - 1]![0]) * direction <= 0) return false
  }
  return true
}
