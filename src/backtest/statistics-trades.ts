import { Decimal } from '../events/decimal.ts'
import type { RoundTrip } from './round-trip.ts'

/**
 * What the trades of a run have in common. Only closed ones count, but for `openTradeCount`. Those with a
 * `currency`, which could not be converted, are counted, and are in no figure that is made of money.
 */
export interface TradeStatistics {
  /** How many trades were closed. */
  readonly tradeCount: number
  /** How many trades were still open at the end. */
  readonly openTradeCount: number
  /** How many closed trades gained, fees taken off. */
  readonly winCount: number
  /** How many closed trades lost, fees taken off. One that did neither counts in neither. */
  readonly lossCount: number
  /** `winCount / tradeCount`; absent without a closed trade. */
  readonly winRate?: number
  /**
   * Sum of what winners gained over sum of what losers lost; absent where none lost. (Kaufman, Trading
   * Systems and Methods, 5th edition, 2013, chapter 21.)
   */
  readonly profitFactor?: number
  /** Mean of what winners gained, in account currency; absent where none did. */
  readonly averageWin?: Decimal
  /** Mean of what losers lost, in account currency, below 0; absent where none did. */
  readonly averageLoss?: Decimal
  /** The most that a trade gained, in account currency; absent where none did. */
  readonly largestWin?: Decimal
  /** The most that a trade lost, in account currency, below 0; absent where none did. */
  readonly largestLoss?: Decimal
  /**
   * What a trade gained in the mean, in account currency: win rate x average win + loss rate x average
   * loss; absent without a closed trade. (Tharp, Trade Your Way to Financial Freedom, 1998, chapter 6;
   * in money, not in multiples of the risk.)
   */
  readonly expectancy?: Decimal
  /** How many closed trades lost in a row, at most, in the order in which they were closed. */
  readonly longestLosingStreak: number
  /** How many closed trades gained in a row, at most, in the order in which they were closed. */
  readonly longestWinningStreak: number
  /** How long a trade lasted in the mean, in milliseconds; absent without a closed trade. */
  readonly averageTradeMs?: number
}

const zero = new Decimal(0)

/** Counts `trades` up. */
export function tradeStatistics(trades: readonly RoundTrip[]): TradeStatistics {
  const closed = trades
    .filter(({ open }) => !open)
    .toSorted((left, right) => left.closedAt! - right.closedAt!)
  const money = closed.filter(({ currency }) => currency === undefined).map(({ pnl }) => pnl)
  const wins = money.filter((pnl) => pnl.gt(0))
  const losses = money.filter((pnl) => pnl.lt(0))
  const winCount = closed.filter(({ pnl }) => pnl.gt(0)).length
  const gained = total(wins)
  const lost = total(losses)
  return {
    tradeCount: closed.length,
    openTradeCount: trades.length - closed.length,
    winCount,
    lossCount: closed.filter(({ pnl }) => pnl.lt(0)).length,
    ...(closed.length > 0 && {
      winRate: winCount / closed.length,
      averageTradeMs: closed.reduce((sum, trade) => sum + trade.durationMs, 0) / closed.length,
    }),
    ...(money.length > 0 && { expectancy: gained.plus(lost).div(money.length) }),
    ...(wins.length > 0 && {
      averageWin: gained.div(wins.length),
      largestWin: wins.reduce((most, pnl) => Decimal.max(most, pnl)),
    }),
    ...(losses.length > 0 && {
      profitFactor: gained.div(lost.negated()).toNumber(),
      averageLoss: lost.div(losses.length),
      largestLoss: losses.reduce((most, pnl) => Decimal.min(most, pnl)),
    }),
    longestLosingStreak: longestStreak(closed, (pnl) => pnl.lt(0)),
    longestWinningStreak: longestStreak(closed, (pnl) => pnl.gt(0)),
  }
}

function total(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), zero)
}

function longestStreak(trades: readonly RoundTrip[], counts: (pnl: Decimal) => boolean): number {
  let longest = 0
  let streak = 0
  for (const { pnl } of trades) {
    streak = counts(pnl) ? streak + 1 : 0
    longest = Math.max(longest, streak)
  }
  return longest
}
