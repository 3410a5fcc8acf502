import type { EquitySummary } from './equity-point.ts'
import type { PriceHistory } from './report-candles.ts'
import type { RoundTrip } from './round-trip.ts'
import type { Statistics } from './statistics.ts'

/** What a report tells of. */
export interface ReportInput {
  /** What was run, such as `Moving averages 20/100 on SPX`. */
  readonly title: string
  /** The account currency, such as `USD`. */
  readonly currency: string
  /** What the run comes to. */
  readonly statistics: Statistics
  /** What became of the account. */
  readonly equity: EquitySummary
  /** The trades, in the order in which they were opened. */
  readonly trades: readonly RoundTrip[]
  /** Prices of the symbols that were traded. Default: none, and no price chart. */
  readonly prices?: readonly PriceHistory[]
  /** How many events of each type there were. Default: none are told. */
  readonly eventCounts?: ReadonlyMap<string, number>
  /**
   * What is worth a look before the figures are believed, in sentences: rows that were skipped, orders
   * that were rejected. Default: nothing.
   */
  readonly notices?: readonly string[]
  /**
   * What else is to be known of the run, by name: its seed, its options, its data files, the SHA-256 of
   * its event log. Default: nothing.
   */
  readonly facts?: Readonly<Record<string, string>>
}
