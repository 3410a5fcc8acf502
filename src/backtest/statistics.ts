import { requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal } from '../events/decimal.ts'
import type { Drawdown, EquityPoint, EquitySummary } from './equity-point.ts'
import type { FillTotals, RoundTrip } from './round-trip.ts'
import { periodPoints, type Periods, toPeriods } from './statistics-periods.ts'
import {
  downsideDeviation,
  finite,
  mean,
  ratePerPeriod,
  ratio,
  sampleDeviation,
} from './statistics-returns.ts'
import { tradeStatistics, type TradeStatistics } from './statistics-trades.ts'

/** What statistics are calculated from. */
export interface StatisticsInput {
  /** What an `EquityCurve` has to tell. */
  readonly equity: EquitySummary
  /** The trades, in any order. */
  readonly trades: readonly RoundTrip[]
  /** What all fills come to. */
  readonly totals: FillTotals
}

/** How statistics are calculated. */
export interface StatisticsOptions {
  /** What money earns without a risk, a year: 0.02 is 2 %. Above -1. Default 0. */
  readonly riskFreeRate?: number
  /** The return that the Sortino ratio is measured against, a year: 0.05 is 5 %. Above -1. Default 0. */
  readonly targetReturn?: number
  /**
   * How many of the periods between samples of the curve (one for each day with data) a year has; above
   * 0. Default: inferred from the data, see {@link Periods}.
   */
  readonly periodsPerYear?: number
}

/** The return of one period. */
export interface PeriodReturn {
  /** When the period ended, in milliseconds since the Unix epoch. */
  readonly time: number
  /** What was gained, as a share: 0.01 is 1 %. */
  readonly value: number
}

/**
 * What a run comes to. Money is exact, in account currency; rates and shares are doubles, 0.1 being
 * 10 %. What is not defined is absent, never infinite and never NaN. Annual figures of short runs say
 * little: the standards of the field (GIPS 2020) allow none for less than a year.
 */
export interface Statistics extends TradeStatistics {
  /** Time of the first sample, in milliseconds since the Unix epoch; absent without samples. */
  readonly from?: number
  /** Time of the last sample, in milliseconds since the Unix epoch; absent without samples. */
  readonly to?: number
  /** From the first sample to the last, in milliseconds. */
  readonly elapsedMs: number
  /** The periods that returns are measured over. */
  readonly periods: Periods
  /** Equity at the first sample. */
  readonly initialEquity: Decimal
  /** Equity at the last sample. */
  readonly finalEquity: Decimal
  /** `finalEquity - initialEquity`. */
  readonly profit: Decimal
  /** `finalEquity / initialEquity - 1`; absent if the account began with 0 or less. */
  readonly totalReturn?: number
  /**
   * The compound annual growth rate, `(finalEquity / initialEquity) ^ (1 / years) - 1`, a year being
   * 365.25 days of real time; absent for runs of less than 30 days. (CFA Institute, Quantitative
   * Methods: annualized return; GIPS 2020, 2.A.)
   */
  readonly annualReturn?: number
  /**
   * Sample standard deviation of the returns of the periods x sqrt(periods per year); absent with fewer
   * than two. (CFA Institute, Quantitative Methods; Bacon, Practical Portfolio Performance Measurement
   * and Attribution, 2nd edition, 2008, chapter 4.)
   */
  readonly volatility?: number
  /**
   * Mean of the returns above the riskless one / their sample standard deviation x sqrt(periods per
   * year); absent where they do not vary. (Sharpe, The Sharpe Ratio, Journal of Portfolio Management,
   * 1994.)
   */
  readonly sharpe?: number
  /**
   * Mean of the returns above the target / target downside deviation x sqrt(periods per year); absent
   * with fewer than two, or where no return fell short. The deviation is the root of the mean of `min(0, return - target) ^ 2`
   * over all returns. (Sortino and van der Meer, Downside Risk, Journal of Portfolio Management, 1991;
   * Rollinger and Hoffman, Sortino: A "Sharper" Ratio, Red Rock Capital, 2013.)
   */
  readonly sortino?: number
  /**
   * `annualReturn` / `maxDrawdown.ratio` over the whole run; absent where one of them is. (Young, Calmar
   * Ratio: A Smoother Tool, Futures, 1991, over 36 months.)
   */
  readonly calmar?: number
  /** The deepest fall from a peak, over all samples and not only over closes; absent if none fell. */
  readonly maxDrawdown?: Drawdown
  /** The longest time below a peak, in milliseconds; to the end where it was not reached again. */
  readonly longestDrawdownMs: number
  /** The period with the highest return; absent without returns. A day, where data are that close. */
  readonly bestPeriod?: PeriodReturn
  /** The period with the lowest return; absent without returns. A day, where data are that close. */
  readonly worstPeriod?: PeriodReturn
  /** The share of the time in which something was held; absent where no time has passed. */
  readonly exposure?: number
  /**
   * The lesser of `bought` and `sold` / mean of the equity at the ends of the periods / years; absent
   * where the mean is not above 0, or for runs of less than 30 days. (SEC Form N-1A, item 13,
   * portfolio turnover rate, with equity in place of the value of the securities.)
   */
  readonly turnover?: number
  /** Value of all buys, price x quantity x multiplier, in account currency; without what could not be converted. */
  readonly bought: Decimal
  /** Value of all sells, as that of the buys. */
  readonly sold: Decimal
  /** How many fills there were. */
  readonly fillCount: number
  /** All fees, in account currency, without what could not be converted; negative where rebates were more. */
  readonly fees: Decimal
}

const dayMs = 86_400_000
const yearMs = 365.25 * dayMs
const leastAnnualMs = 30 * dayMs
const zero = new Decimal(0)
const known = ['riskFreeRate', 'targetReturn', 'periodsPerYear']

/**
 * Calculates what a run comes to. Each field says how, and whose formula it is.
 *
 * @throws ConfigurationError `CONFIGURATION` when an option is unknown or out of range.
 * @example
 * ```ts
 * const curve = new EquityCurve()
 * for (const [day, value] of [10_000, 10_100, 10_049.5, 10_250].entries()) {
 *   const equity = new Decimal(value)
 *   curve.add({ time: Date.UTC(2026, 10, 16 + day), equity, cash: equity, exposure: new Decimal(0) })
 * }
 * const collector = new TradeCollector() // takes the fills of the run
 * const trades = collector.roundTrips()
 * const figures = statistics({ equity: curve.summary(), trades, totals: collector.totals })
 * console.log(figures.profit.toFixed()) // 250
 * console.log(figures.totalReturn) // 0.025
 * console.log(figures.maxDrawdown?.ratio) // 0.005
 * ```
 */
export function statistics(input: StatisticsInput, options: StatisticsOptions = {}): Statistics {
  requireOptions('statistics', options, known)
  const riskFreeRate = requireRate('riskFreeRate', options.riskFreeRate)
  const targetReturn = requireRate('targetReturn', options.targetReturn)
  const { equity, totals, trades } = input
  const points = periodPoints(equity)
  const periods = toPeriods(points, requirePeriods(options.periodsPerYear))
  const growth = growthOf(equity)
  const calmar = ratio(growth.annualReturn, equity.maxDrawdown?.ratio)
  return {
    ...growth,
    periods,
    ...ratiosOf(returnsOf(points), periods.perYear, riskFreeRate, targetReturn),
    ...defined('calmar', calmar),
    ...(equity.maxDrawdown && { maxDrawdown: equity.maxDrawdown }),
    longestDrawdownMs: equity.longestDrawdownMs,
    ...defined('exposure', finite(equity.inMarketMs / growth.elapsedMs)),
    ...defined('turnover', turnoverOf(totals, points, growth.elapsedMs)),
    bought: totals.bought,
    sold: totals.sold,
    fillCount: totals.fills,
    fees: totals.fees,
    ...tradeStatistics(trades),
  }
}

type Growth = Pick<
  Statistics,
  | 'from'
  | 'to'
  | 'elapsedMs'
  | 'initialEquity'
  | 'finalEquity'
  | 'profit'
  | 'totalReturn'
  | 'annualReturn'
>

function growthOf({ first, last }: EquitySummary): Growth {
  if (first === undefined || last === undefined) {
    return { elapsedMs: 0, initialEquity: zero, finalEquity: zero, profit: zero }
  }
  const [initialEquity, finalEquity] = [first.equity, last.equity]
  const elapsedMs = last.time - first.time
  const growth = initialEquity.gt(0) ? finalEquity.div(initialEquity) : undefined
  // A growth below 0 has no real root: such an account owes money, and has lost more than everything.
  const annual =
    growth !== undefined && elapsedMs >= leastAnnualMs
      ? finite(growth.toNumber() ** (yearMs / elapsedMs) - 1)
      : undefined
  return {
    from: first.time,
    to: last.time,
    elapsedMs,
    initialEquity,
    finalEquity,
    profit: finalEquity.minus(initialEquity),
    ...defined('totalReturn', growth?.minus(1).toNumber()),
    ...defined('annualReturn', annual),
  }
}

/** Returns end with the first period that begins with nothing: of nothing there is no share. */
function returnsOf(points: readonly EquityPoint[]): PeriodReturn[] {
  const returns: PeriodReturn[] = []
  for (let index = 1; index < points.length; index += 1) {
    const before = points[index - 1]!.equity
    if (!before.gt(0)) break
    const { time, equity } = points[index]!
    returns.push({ time, value: equity.div(before).minus(1).toNumber() })
  }
  return returns
}

type Ratios = Pick<Statistics, 'volatility' | 'sharpe' | 'sortino' | 'bestPeriod' | 'worstPeriod'>

function ratiosOf(
  returns: readonly PeriodReturn[],
  perYear: number,
  riskFreeRate: number,
  targetReturn: number,
): Ratios {
  const values = returns.map(({ value }) => value)
  const annually = Math.sqrt(perYear)
  const target = ratePerPeriod(targetReturn, perYear)
  const deviation = sampleDeviation(values)
  const downside = downsideDeviation(values, target)
  const middle = mean(values)
  // A constant riskless return changes the mean of the differences, and not their deviation.
  const sharpe = ratio(middle - ratePerPeriod(riskFreeRate, perYear), deviation, middle)
  // The deviation of a single return is that return: the ratio would be the same whatever it is.
  const sortino = values.length < 2 ? undefined : ratio(middle - target, downside)
  const ranked = returns.toSorted((left, right) => left.value - right.value)
  return {
    ...defined('volatility', deviation && deviation * annually),
    ...defined('sharpe', sharpe && sharpe * annually),
    ...defined('sortino', sortino && sortino * annually),
    ...defined('bestPeriod', ranked.at(-1)),
    ...defined('worstPeriod', ranked[0]),
  }
}

function turnoverOf(
  { bought, sold }: FillTotals,
  points: readonly EquityPoint[],
  elapsedMs: number,
): number | undefined {
  if (elapsedMs < leastAnnualMs) return undefined
  const sum = points.reduce((total, { equity }) => total.plus(equity), zero)
  if (!sum.gt(0)) return undefined
  const traded = Decimal.min(bought, sold).times(points.length).div(sum)
  return traded.toNumber() / (elapsedMs / yearMs)
}

/** The property where there is a value, and nothing where there is none. */
function defined<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}

function requireRate(name: string, rate = 0): number {
  if (requireNumber(name, rate) > -1) return rate
  throw new ConfigurationError(
    `${name} must be above -1, which is a loss of everything, but is ${rate}.`,
  )
}

function requirePeriods(periods: number | undefined): number | undefined {
  if (periods === undefined || requireNumber('periodsPerYear', periods) > 0) return periods
  throw new ConfigurationError(`periodsPerYear must be above 0, but is ${periods}.`)
}
