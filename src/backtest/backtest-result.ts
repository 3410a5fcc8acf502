import type { Desk } from '../desk/desk.ts'
import type { WorkingOrder } from '../desk/working-orders.ts'
import type { EquitySummary } from './equity-point.ts'
import type { PriceHistory } from './report-candles.ts'
import { requireReportOptions } from './report-checks.ts'
import type { ReportInput } from './report-input.ts'
import { writeReport } from './report.ts'
import type { RoundTrip } from './round-trip.ts'
import type { AnySource } from './source-chunks.ts'
import { isChunked } from './source-chunks.ts'
import type { SourceCounts } from './source.ts'
import type { Statistics } from './statistics.ts'
import { type SummaryOptions, summaryText } from './terminal-summary.ts'

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
  /** What is worth a look before the figures are believed, in sentences; none if all is well. */
  readonly notices: readonly string[]
  /** Orders that still worked as the data ended. */
  readonly openOrders: readonly WorkingOrder[]
  /** How long it took, in milliseconds of real time. */
  readonly elapsedMs: number
  /** SHA-256 over all events, in hexadecimal digits; absent without `digest`. */
  readonly digest?: string
  /** The desk as the run has left it; closed, so it can be read alone. */
  readonly desk: Desk
  /** The figures and the equity as text for a terminal, at most 80 columns wide unless told otherwise. */
  summary(options?: SummaryOptions & Titled): string
  /**
   * Writes one HTML page with charts of equity, drawdown and prices, the trades, the figures and the
   * counts. It needs no other file and no network. Missing folders are made; a file that is there is
   * replaced.
   *
   * @param path where to, such as `out/report.html`.
   */
  writeReport(path: string, options?: Titled & Facts): Promise<void>
}

/** What a result is called. */
export interface Titled {
  /** Such as `Moving averages 20/100 on SPX`. Default `Backtest`. */
  readonly title?: string
}

/** What is to be known of a run beside its figures. */
export interface Facts {
  /** By name: options of the strategy, for instance. Default: nothing. */
  readonly facts?: Readonly<Record<string, string>>
}

/** All of a result but what can be done with it. */
export type ResultData = Omit<BacktestResult, 'summary' | 'writeReport'>

/** A result with what can be done with it. */
export function resultOf(data: ResultData, prices: readonly PriceHistory[]): BacktestResult {
  const toInput = ({ title = 'Backtest', facts = {} }: Titled & Facts): ReportInput => ({
    title,
    currency: data.desk.positions.currency,
    statistics: data.statistics,
    equity: data.equity,
    trades: data.trades,
    prices: pricesTraded(prices, data.trades),
    eventCounts: data.eventCounts,
    notices: data.notices,
    facts: { ...factsOf(data), ...facts },
  })
  return {
    ...data,
    summary: (given = {}) => {
      requireReportOptions('summary', given)
      const { title, ...options } = given
      return summaryText(toInput({ ...(title !== undefined && { title }) }), options)
    },
    writeReport: async (path, options = {}) => {
      requireReportOptions('writeReport', options)
      await writeReport(path, toInput(options))
    },
  }
}

/** Prices of what was traded; of all symbols where nothing was. */
function pricesTraded(
  prices: readonly PriceHistory[],
  trades: readonly RoundTrip[],
): readonly PriceHistory[] {
  const traded = new Set(trades.map(({ symbol }) => symbol))
  return traded.size === 0 ? prices : prices.filter(({ symbol }) => traded.has(symbol))
}

function factsOf({ sources, sourceEvents, elapsedMs, digest }: ResultData): Record<string, string> {
  const perSecond = Math.round((sourceEvents / Math.max(elapsedMs, 1)) * 1_000)
  return {
    Data: sources.map(({ name }) => name).join(', '),
    'Events of the data': sourceEvents.toLocaleString('en-US'),
    Took: `${Math.round(elapsedMs).toLocaleString('en-US')} ms, ${perSecond.toLocaleString('en-US')} events a second`,
    ...(digest !== undefined && { 'SHA-256 of all events': digest }),
  }
}

export function playedSource(source: AnySource, index: number): PlayedSource {
  if (!isChunked(source)) return { name: `source-${index + 1}` }
  const { name, counts } = source
  return { name, ...(counts !== undefined && { counts: { ...counts } }) }
}
