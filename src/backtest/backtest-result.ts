import type { Desk } from '../desk/desk.ts'
import type { WorkingOrder } from '../desk/working-orders.ts'
import type { EquitySummary } from './equity-point.ts'
import type { RoundTrip } from './round-trip.ts'
import type { AnySource } from './source-chunks.ts'
import { isChunked } from './source-chunks.ts'
import type { SourceCounts } from './source.ts'
import type { Statistics } from './statistics.ts'

/** What a source has given. */
export interface PlayedSource {
  /** Its own name, or `source-1`, `source-2`, … */
  readonly name: string
  /** How its rows fared; absent where it has none to count. */
  readonly counts?: SourceCounts
}

/** What a backtest came to. */
export interface BacktestResult {
  /** When the first event of the data was, in milliseconds since the Unix epoch. */
  readonly from: number
  /** When the last event was, in milliseconds since the Unix epoch. */
  readonly to: number
  /** The trades, in the order in which they were opened; one that is still open is valued at the last price. */
  readonly trades: readonly RoundTrip[]
  /** What the account was worth. */
  readonly equity: EquitySummary
  /** Returns, risk and trades in figures. */
  readonly statistics: Statistics
  /** How many events of each type there were. */
  readonly eventCounts: ReadonlyMap<string, number>
  /** How many events the sources have given. */
  readonly sourceEvents: number
  /** What each source has given. */
  readonly sources: readonly PlayedSource[]
  /** Orders that still worked as the data ended. */
  readonly openOrders: readonly WorkingOrder[]
  /** How long it took, in milliseconds of real time. */
  readonly elapsedMs: number
  /** SHA-256 over all events, in hexadecimal digits; absent without `digest`. */
  readonly digest?: string
  /** The desk as the run has left it; closed, so it can be read alone. */
  readonly desk: Desk
}

export function playedSource(source: AnySource, index: number): PlayedSource {
  if (!isChunked(source)) return { name: `source-${index + 1}` }
  const { name, counts } = source
  return { name, ...(counts !== undefined && { counts: { ...counts } }) }
}
