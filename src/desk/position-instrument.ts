import type { Decimal } from '../events/decimal.ts'

/** What positions of one symbol have in common. */
export interface Instrument {
  readonly symbol: string
  /** How many units of the underlying one unit is. `Exact`. */
  readonly multiplier: Decimal
  readonly multiplierFloat: number
  /** What its prices, and the amounts of its positions, are in. */
  readonly currency: string
}
