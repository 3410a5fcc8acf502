/**
 * Backtests, replays and what they need: recorded data as sources of events, runs over simulated time,
 * statistics and reports.
 *
 * @module tradewire/backtest
 */
export { runBacktest } from './backtest/run-backtest.ts'
export type { BacktestOptions } from './backtest/run-options.ts'
export type { BacktestResult, Facts, PlayedSource, Titled } from './backtest/backtest-result.ts'
export type { Strategy, StrategyEnd } from './backtest/strategy.ts'
export type { RunProgress } from './backtest/progress.ts'
export { BacktestError, StrayWorkError } from './backtest/errors.ts'
export type {
  ChunkedSource,
  Source,
  SourceCounts,
  SourceEvent,
  TimedPayload,
} from './backtest/source.ts'
export { csvBars, type BarField, type CsvBarsOptions } from './backtest/csv-bars.ts'
export type { FileSource, FileSourceOptions } from './backtest/file-source.ts'
export { EquityCurve } from './backtest/equity-curve.ts'
export type {
  AccountValue,
  CurvePoint,
  Drawdown,
  EquityPoint,
  EquitySummary,
} from './backtest/equity-point.ts'
export type { FillTotals, RoundTrip } from './backtest/round-trip.ts'
export { TradeCollector, type TradeCollectorOptions } from './backtest/trade-collector.ts'
export {
  type PeriodReturn,
  statistics,
  type Statistics,
  type StatisticsInput,
  type StatisticsOptions,
} from './backtest/statistics.ts'
export type { PeriodKind, Periods } from './backtest/statistics-periods.ts'
export type { TradeStatistics } from './backtest/statistics-trades.ts'
export { reportHtml, writeReport } from './backtest/report.ts'
export type { ReportInput } from './backtest/report-input.ts'
export { type Candle, CandleSeries, type PriceHistory } from './backtest/report-candles.ts'
export { type SummaryOptions, summaryText } from './backtest/terminal-summary.ts'
export {
  mergeSources,
  type MergedChunk,
  type MergedSources,
  type MergeOptions,
} from './backtest/merge.ts'
export { SourceError, SourceOrderError } from './backtest/source-errors.ts'
export type { AnySource } from './backtest/source-chunks.ts'
export type { Bar } from './backtest/report-candles.ts'
export type { BadRow, OnBadRow } from './backtest/bad-rows.ts'
export type { CsvColumns } from './backtest/csv-columns.ts'
export type { Fill } from './backtest/trade-fill.ts'
export type { OutOfOrder } from './backtest/sort-window.ts'
export type { Session } from './backtest/time-session.ts'
export type { SourceOrderDetails, SourcePlace } from './backtest/source-errors.ts'
export type { TimePattern } from './backtest/time-pattern.ts'
export type { TimeFormat } from './backtest/time-text.ts'
export { csvQuotes, type CsvQuotesOptions, type QuoteField } from './backtest/csv-quotes.ts'
export { csvTrades, type CsvTradesOptions, type TradeField } from './backtest/csv-trades.ts'
export type { CsvOptions } from './backtest/csv-options.ts'
export { ndjsonSource, type NdjsonSourceOptions } from './backtest/ndjson-source.ts'
export { resample, type ResampledSource, type ResampleOptions } from './backtest/resample.ts'
export { logSource, type LogSource, type LogSourceQuery } from './backtest/log-source.ts'
export { binanceCapture, type BinanceCaptureOptions } from './backtest/binance-capture.ts'
export type { BinanceEvent } from './backtest/binance-messages.ts'
export { createPlayer } from './backtest/create-player.ts'
export type { Player } from './backtest/player.ts'
export type { PlayerOptions } from './backtest/player-options.ts'
export type { PlayerProgress, PlayerState, SeekTarget } from './backtest/player-state.ts'
export { replaySession, type ReplayReport } from './backtest/replay-session.ts'
export type { ReplayOptions } from './backtest/replay-options.ts'
export { compareLogs, type CompareOptions, type LogComparison } from './backtest/compare-logs.ts'
export type { Difference, Divergence } from './backtest/divergence.ts'
export type { EventTime } from './backtest/source-recorded.ts'
