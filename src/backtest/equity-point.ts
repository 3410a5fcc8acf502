import type { Decimal } from '../events/decimal.ts'

/** What an account is worth now. A position keeper is one of these. */
export interface AccountValue {
  /** Cash and positions together, in account currency. */
  readonly equity: Decimal
  /** What is not bound in positions, in account currency; negative if it is borrowed. */
  readonly cash: Decimal
  /** Value of all positions, without their signs, in account currency; 0 or more. */
  readonly exposure: Decimal
}

/** What an account was worth at a time. */
export interface EquityPoint extends AccountValue {
  /** In milliseconds since the Unix epoch. */
  readonly time: number
}

/** A point of a picture: a double is exact enough to be drawn. */
export interface CurvePoint {
  /** In milliseconds since the Unix epoch. */
  readonly time: number
  /** The value at that time. */
  readonly value: number
}

/** A fall of the equity from a peak. */
export interface Drawdown {
  /** From peak to trough, in account currency; above 0. */
  readonly amount: Decimal
  /** `amount` as a share of the peak: 0.25 is a quarter; absent if the account began with 0 or less. */
  readonly ratio?: number
  /** Equity at the peak, in account currency. */
  readonly peak: Decimal
  /** Equity at the trough, in account currency. */
  readonly trough: Decimal
  /** The last time at the peak, in milliseconds since the Unix epoch. */
  readonly peakAt: number
  /** The first time at the trough, in milliseconds since the Unix epoch. */
  readonly troughAt: number
  /** When the peak was reached again, in milliseconds since the Unix epoch; absent if never. */
  readonly recoveredAt?: number
  /** From the peak to the recovery, or to the end of the run, in milliseconds. */
  readonly durationMs: number
}

/** What became of an account in the course of a run. */
export interface EquitySummary {
  /** How many samples were seen. */
  readonly samples: number
  /** The first sample; absent if there was none. */
  readonly first?: EquityPoint
  /** The last sample; absent if there was none. */
  readonly last?: EquityPoint
  /** The last sample of each day that had one, exact. Days end at midnight UTC, midnight included. */
  readonly days: readonly EquityPoint[]
  /** At most 4,096 samples for a picture, among them the lowest and the highest of each stretch. */
  readonly points: readonly CurvePoint[]
  /** The deepest fall over all samples; absent if the equity never fell. */
  readonly maxDrawdown?: Drawdown
  /** The longest time below a peak, in milliseconds; to the end of the run if it was not reached. */
  readonly longestDrawdownMs: number
  /** How long something was held, in milliseconds. */
  readonly inMarketMs: number
}
