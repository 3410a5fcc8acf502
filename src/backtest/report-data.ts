import type { Decimal } from '../events/decimal.ts'
import type { Candle, PriceHistory } from './report-candles.ts'
import type { ReportInput } from './report-input.ts'
import { countText } from './report-text.ts'
import type { RoundTrip } from './round-trip.ts'

/** The most trades that a page shows; what is more is told, and left out. */
export const mostTrades = 5000

/** The most prices that a page draws of one symbol, and the most symbols. */
const mostSymbols = 8

/** One trade, as the script of the page reads it; decimals are text, so that no digit is lost. */
export type TradeRow = readonly [
  number: number,
  symbol: string,
  side: string,
  quantity: string,
  openedAt: number,
  entryPrice: string,
  closedAt: number | null,
  exitPrice: string | null,
  pnl: string,
  returnPercent: number | null,
  bars: number,
  durationMs: number,
  fees: string,
  /** What P&L and fees are in; null is the account currency. */
  currency: string | null,
]

/** What the script of a page draws. Times are seconds since the Unix epoch, as its charts want them. */
export interface ReportData {
  readonly currency: string
  readonly title: string
  readonly equity: readonly (readonly [time: number, value: number])[]
  readonly prices: readonly PriceData[]
  readonly trades: readonly TradeRow[]
}

interface PriceData {
  readonly symbol: string
  /** Whether there is nothing but one price at a time. */
  readonly line: boolean
  readonly candles: readonly (readonly number[])[]
}

/** What `input` has for the script of a page. */
export function reportData(input: ReportInput): ReportData {
  return {
    currency: input.currency,
    title: input.title,
    equity: input.equity.points.map(({ time, value }) => [time / 1000, rounded(value)]),
    prices: shownPrices(input).map(priceData),
    trades: input.trades.slice(0, mostTrades).map(tradeRow),
  }
}

/** What is drawn of less than all there is, in sentences. */
export function omissions({ equity, prices = [], trades }: ReportInput): string[] {
  const notes: string[] = []
  const shown = equity.points.length
  if (shown < equity.samples) {
    notes.push(
      `The equity chart draws ${countText(shown)} of ${countText(equity.samples)} samples, the lowest and the highest of each stretch among them. The figures are of all samples.`,
    )
  }
  for (const { symbol, seen, perCandle } of prices.slice(0, mostSymbols)) {
    if (perCandle === 1) continue
    notes.push(
      `Each candle of ${symbol} stands for ${countText(perCandle)} of its ${countText(seen)} prices.`,
    )
  }
  if (prices.length > mostSymbols) {
    notes.push(`Prices of ${mostSymbols} of ${countText(prices.length)} symbols are drawn.`)
  }
  if (trades.length > mostTrades) {
    notes.push(
      `The first ${countText(mostTrades)} of ${countText(trades.length)} trades are listed and drawn.`,
    )
  }
  return notes
}

function shownPrices({ prices = [] }: ReportInput): PriceHistory[] {
  return prices.filter(({ candles }) => candles.length > 0).slice(0, mostSymbols)
}

function priceData({ symbol, candles }: PriceHistory): PriceData {
  const line = candles.every(({ open, high, low, close }) => high.eq(low) && open.eq(close))
  const row = ({ time, open, high, low, close }: Candle): number[] =>
    line
      ? [time / 1000, drawn(close)]
      : [time / 1000, drawn(open), drawn(high), drawn(low), drawn(close)]
  return { symbol, line, candles: candles.map(row) }
}

function tradeRow(trade: RoundTrip): TradeRow {
  return [
    trade.number,
    trade.symbol,
    trade.side,
    trade.quantity.toFixed(),
    trade.openedAt,
    trade.entryPrice.toFixed(),
    trade.closedAt ?? null,
    trade.exitPrice?.toFixed() ?? null,
    trade.pnl.toFixed(),
    trade.returnPercent ?? null,
    trade.bars,
    trade.durationMs,
    trade.fees.toFixed(),
    trade.currency ?? null,
  ]
}

function drawn(price: Decimal): number {
  return rounded(price.toNumber())
}

/** Ten digits are more than a screen can show, and keep the page small. */
function rounded(value: number): number {
  return Number(value.toPrecision(10))
}
