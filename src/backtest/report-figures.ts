import type { Decimal } from '../events/decimal.ts'
import {
  countText,
  dateText,
  durationText,
  gainPercentText,
  gainText,
  moneyText,
  numberText,
  percentText,
} from './report-text.ts'
import type { PeriodReturn, Statistics } from './statistics.ts'
import type { PeriodKind } from './statistics-periods.ts'

/** A figure of a run, in words. */
export interface Figure {
  /** What it is. */
  readonly name: string
  /** What it comes to, for people. */
  readonly text: string
  /** What else is to be said of it. */
  readonly note?: string
  /** What it comes to, to the last digit. */
  readonly exact?: string
  /** Whether it is good or bad, where that is plain. */
  readonly mood?: 'gain' | 'loss'
}

const periodNames: Readonly<Record<PeriodKind, string>> = {
  'trading-days': 'trading days',
  'calendar-days': 'calendar days',
  weeks: 'weeks',
  months: 'months',
  quarters: 'quarters',
  years: 'years',
  given: 'periods as given',
}

const yearMs = 365.25 * 86_400_000

/** A figure that is looked at first. */
export interface KeyFigure extends Figure {
  readonly note: string
}

/** The figures that are looked at first. */
export function keyFigures(statistics: Statistics, currency: string): KeyFigure[] {
  const { totalReturn, annualReturn, maxDrawdown, sharpe, sortino, profit } = statistics
  const { winRate, profitFactor, tradeCount, openTradeCount, fees, exposure } = statistics
  const shortRun = statistics.elapsedMs < yearMs && annualReturn !== undefined
  return [
    {
      name: 'Return',
      text: gainPercentText(totalReturn),
      note: `${gainText(profit)} ${currency}`,
      exact: profit.toFixed(),
      ...moodOf(profit.comparedTo(0)),
    },
    {
      name: 'Annual return',
      text: gainPercentText(annualReturn),
      note: shortRun ? 'under a year: says little' : 'compound (CAGR)',
      ...exactly(annualReturn),
      ...moodOf(annualReturn),
    },
    {
      name: 'Max drawdown',
      text:
        maxDrawdown?.ratio === undefined
          ? drawdownMoney(statistics)
          : percentText(-maxDrawdown.ratio),
      note: drawdownNote(statistics),
      ...(maxDrawdown && { exact: maxDrawdown.amount.negated().toFixed() }),
      ...moodOf(maxDrawdown && -1),
    },
    {
      name: 'Sharpe',
      text: numberText(sharpe),
      note: 'annualised',
      ...exactly(sharpe),
      ...moodOf(sharpe),
    },
    {
      name: 'Sortino',
      text: numberText(sortino),
      note: 'annualised',
      ...exactly(sortino),
      ...moodOf(sortino),
    },
    {
      name: 'Win rate',
      text: percentText(winRate),
      note: `${countText(statistics.winCount)} won, ${countText(statistics.lossCount)} lost`,
      ...exactly(winRate),
    },
    {
      name: 'Profit factor',
      text: numberText(profitFactor),
      note: profitFactor === undefined ? 'no losing trade' : 'gains / losses',
      ...exactly(profitFactor),
      ...moodOf(profitFactor === undefined ? undefined : profitFactor - 1),
    },
    {
      name: 'Trades',
      text: countText(tradeCount),
      note: openTradeCount === 0 ? 'all closed' : `and ${countText(openTradeCount)} open`,
    },
    { name: 'Fees', text: moneyText(fees), note: currency, exact: fees.toFixed() },
    {
      name: 'Exposure',
      text: percentText(exposure),
      note: 'time in the market',
      ...exactly(exposure),
    },
  ]
}

/** All other figures. */
export function furtherFigures(statistics: Statistics, currency: string): Figure[] {
  const { periods, maxDrawdown, averageTradeMs } = statistics
  const money = (name: string, amount: Decimal | undefined): Figure => ({
    name,
    text: amount === undefined ? '–' : `${moneyText(amount)} ${currency}`,
    ...(amount && { exact: amount.toFixed() }),
  })
  return [
    money('Initial equity', statistics.initialEquity),
    money('Final equity', statistics.finalEquity),
    numberFigure('Volatility, annualised', statistics.volatility, percentText),
    numberFigure('Calmar', statistics.calmar),
    money('Max drawdown, amount', maxDrawdown?.amount),
    { name: 'Max drawdown, from', text: dateText(maxDrawdown?.peakAt) },
    { name: 'Max drawdown, deepest', text: dateText(maxDrawdown?.troughAt) },
    {
      name: 'Max drawdown, recovered',
      text:
        maxDrawdown && maxDrawdown.recoveredAt === undefined
          ? 'not yet'
          : dateText(maxDrawdown?.recoveredAt),
    },
    { name: 'Longest time below a peak', text: durationText(statistics.longestDrawdownMs) },
    periodFigure('Best', statistics.bestPeriod, periods.kind),
    periodFigure('Worst', statistics.worstPeriod, periods.kind),
    {
      name: 'Returns over',
      text: `${countText(periods.count)} ${periodNames[periods.kind]}`,
      note: `${periods.perYear} a year`,
    },
    money('Expectancy of a trade', statistics.expectancy),
    money('Average win', statistics.averageWin),
    money('Average loss', statistics.averageLoss),
    money('Largest win', statistics.largestWin),
    money('Largest loss', statistics.largestLoss),
    { name: 'Longest losing streak', text: countText(statistics.longestLosingStreak) },
    { name: 'Longest winning streak', text: countText(statistics.longestWinningStreak) },
    {
      name: 'Average trade lasts',
      text: averageTradeMs === undefined ? '–' : durationText(averageTradeMs),
    },
    { name: 'Fills', text: countText(statistics.fillCount) },
    money('Bought', statistics.bought),
    money('Sold', statistics.sold),
    numberFigure('Turnover, a year', statistics.turnover),
  ]
}

function numberFigure(name: string, value: number | undefined, text = numberText): Figure {
  return { name, text: text(value), ...exactly(value) }
}

function drawdownMoney({ maxDrawdown }: Statistics): string {
  return maxDrawdown === undefined ? '–' : moneyText(maxDrawdown.amount.negated())
}

function drawdownNote({ maxDrawdown }: Statistics): string {
  if (maxDrawdown === undefined) return 'never below a peak'
  const lasted = durationText(maxDrawdown.durationMs)
  return maxDrawdown.recoveredAt === undefined
    ? `${lasted} from the peak, not recovered`
    : `${lasted} from peak to recovery`
}

function periodFigure(which: string, period: PeriodReturn | undefined, kind: PeriodKind): Figure {
  const name = `${which} ${kind.endsWith('days') ? 'day' : 'period'}`
  return {
    name,
    text: gainPercentText(period?.value),
    note: dateText(period?.time),
    ...exactly(period?.value),
  }
}

function exactly(value: number | undefined): Pick<Figure, 'exact'> {
  return value === undefined ? {} : { exact: `${value}` }
}

function moodOf(sign: number | undefined): Pick<Figure, 'mood'> {
  if (sign === undefined || sign === 0) return {}
  return { mood: sign > 0 ? 'gain' : 'loss' }
}
