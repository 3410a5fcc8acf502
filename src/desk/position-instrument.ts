import type { Decimal } from '../events/decimal.ts'

/** What positions of one symbol have in common. */
export interface Instrument {
  readonly symbol: string
  /** How many units of the underlying one unit is. `Exact`. */
  readonly multiplier: Decimal
  readonly multiplierFloat: number
  /** Whether the multiplier is 1. */
  readonly isPlain: boolean
  /** What its prices, and the amounts of its positions, are in. */
  readonly currency: string
}
