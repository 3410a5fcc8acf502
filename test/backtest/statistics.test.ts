import { describe, expect, it } from 'vitest'
import { Decimal } from 'tradewire'
import { EquityCurve } from '../../src/backtest/equity-curve.ts'
import type { FillTotals, RoundTrip } from '../../src/backtest/round-trip.ts'
import {
  type Statistics,
  statistics,
  type StatisticsOptions,
} from '../../src/backtest/statistics.ts'
import {
  downsideDeviation,
  mean,
  ratePerPeriod,
  sampleDeviation,
} from '../../src/backtest/statistics-returns.ts'

const d = (text: string): Decimal => new Decimal(text)
const dayMs = 86_400_000
/** A Monday, at midnight: it belongs to the Sunday that it ends. */
const monday = Date.UTC(2024, 0, 1)
const noTotals: FillTotals = {
  fills: 0,
  bought: d('0'),
  sold: d('0'),
  fees: d('0'),
  otherFees: new Map(),
}

interface Run extends StatisticsOptions {
  readonly times?: readonly number[]
  readonly exposure?: readonly string[]
  readonly totals?: FillTotals
  readonly trades?: readonly RoundTrip[]
}

/** Statistics of an account that was worth `values`, one a day unless `times` says otherwise. */
function statisticsOf(values: readonly (string | number)[], run: Run = {}): Statistics {
  const { times, exposure, totals = noTotals, trades = [], ...options } = run
  const curve = new EquityCurve()
  for (const [index, value] of values.entries()) {
    const equity = new Decimal(value)
    const time = times?.[index] ?? monday + index * dayMs
    curve.add({ time, equity, cash: equity, exposure: d(exposure?.[index] ?? '0') })
  }
  return statistics({ equity: curve.summary(), trades, totals }, options)
}

/** What 1,000,000 becomes with such returns, in percent, exactly. */
function grown(percents: readonly number[]): string[] {
  let value = d('1000000')
  const values = [value.toFixed()]
  for (const percent of percents) {
    value = value.plus(value.times(percent).div(100))
    values.push(value.toFixed())
  }
  return values
}

const trade = (pnl: string, closedAt?: number): RoundTrip => ({
  number: 1,
  symbol: 'SPX',
  side: 'long',
  quantity: d('1'),
  openedAt: 0,
  ...(closedAt !== undefined && { closedAt }),
  entryPrice: d('100'),
  pnl: d(pnl),
  fees: d('0'),
  bars: 1,
  durationMs: closedAt ?? 5,
  open: closedAt === undefined,
})

describe('statistics, against published examples', () => {
  // Rollinger and Hoffman, "Sortino: A 'Sharper' Ratio", Red Rock Capital, 2013: annual returns of
  // 17, 15, 23, -5, 12, 9, 13 and -4 %, target 0: mean 10 %, deviation sqrt((25 + 16) / 8) = 2.264 %,
  // ratio 4.417.
  it('gives the Sortino ratio of Red Rock Capital', () => {
    const values = grown([17, 15, 23, -5, 12, 9, 13, -4])
    expect(statisticsOf(values, { periodsPerYear: 1 }).sortino).toBeCloseTo(4.417, 3)
    const returns = [0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04]
    expect(downsideDeviation(returns, 0)).toBeCloseTo(0.02264, 5)
    expect(mean(returns)).toBeCloseTo(0.1, 12)
  })

  // Quantopian empyrical 0.5.5, empyrical/tests/test_stats.py: `mixed_returns`, 252 periods a year.
  it('gives the figures of empyrical for its series of mixed returns', () => {
    const mixed = statisticsOf(grown([1, 10, -4, 2, 3, 2, 1, -10]), { periodsPerYear: 252 })
    expect(mixed.sharpe).toBeCloseTo(1.7238613961706866, 8)
    expect(mixed.sortino).toBeCloseTo(2.605531251673693, 8)
    expect(mixed.volatility).toBeCloseTo(0.9136465399704637, 8)
    expect(mixed.maxDrawdown?.ratio).toBeCloseTo(0.1, 12)
  })

  it('gives the Sharpe ratios of empyrical for its gaining and its losing series', () => {
    const gaining = statisticsOf(grown([1, 2, 1, 1, 1, 1, 1, 1, 1]), { periodsPerYear: 252 })
    const losing = statisticsOf(grown([0, -6, -7, -1, -9, -2, -6, -8, -5]), { periodsPerYear: 252 })
    expect(gaining.sharpe).toBeCloseTo(52.915026221291804, 8)
    expect(losing.sharpe).toBeCloseTo(-24.406808633910085, 8)
    expect(losing.maxDrawdown?.ratio).toBeCloseTo(0.36590730349873601, 8)
  })

  // CFA Institute, Quantitative Methods: 1,000 that become 1,331 in three years grow by 10 % a year.
  it('gives the compound growth of a textbook', () => {
    const times = [monday, monday + 3 * 365.25 * dayMs]
    const { annualReturn, totalReturn } = statisticsOf(['1000', '1331'], { times })
    expect(annualReturn).toBeCloseTo(0.1, 12)
    expect(totalReturn).toBe(0.331)
  })
})

describe('statistics', () => {
  it('measures the Sharpe ratio above the riskless rate, compounded into periods', () => {
    const values = grown([3, 1, 2, 4])
    const { sharpe } = statisticsOf(values, { periodsPerYear: 4, riskFreeRate: 0.04060401 })
    // 1.01 ^ 4 = 1.04060401, so 1 % a period; mean 2.5 % - 1 % = 1.5 %, squares of the differences from
    // the mean 0.25 + 2.25 + 0.25 + 2.25 = 5, / 3, root 1.29099 %; 1.5 / 1.29099 x sqrt(4) = 2.32379.
    expect(sharpe).toBeCloseTo(2.32379, 5)
    expect(ratePerPeriod(0.04060401, 4)).toBeCloseTo(0.01, 12)
  })

  it('measures the Sortino ratio against the target', () => {
    // Short of 1 %: -2 % by 3 %. sqrt(9 / 2) = 2.1213 %; mean 1 % - 1 % = 0.
    expect(
      statisticsOf(grown([4, -2]), { periodsPerYear: 1, targetReturn: 0.01 }).sortino,
    ).toBeCloseTo(0, 9)
    // mean (5 - 1) / 2 = 2 %, less 1 % is 1 %; short by 2 %, sqrt(4 / 2) = 1.41421 %.
    const { sortino } = statisticsOf(grown([5, -1]), { periodsPerYear: 1, targetReturn: 0.01 })
    expect(sortino).toBeCloseTo(1 / Math.SQRT2, 9)
  })

  it('leaves out what is not defined', () => {
    const still = statisticsOf(['100', '100', '100'])
    expect(still).toMatchObject({
      totalReturn: 0,
      volatility: 0,
      exposure: 0,
      longestDrawdownMs: 0,
    })
    for (const absent of [
      'sharpe',
      'sortino',
      'calmar',
      'maxDrawdown',
      'annualReturn',
      'turnover',
    ]) {
      expect(still).not.toHaveProperty(absent)
    }
    // Every return is 1 %: the deviation is what doubles are rounded by, and no ratio is made of that.
    const even = statisticsOf(grown([1, 1, 1, 1]))
    expect(even).not.toHaveProperty('sharpe')
    expect(even).not.toHaveProperty('sortino')
    expect(even.volatility).toBeCloseTo(0, 12)
  })

  it('has no ratio that is infinite or NaN, whatever became of the account', () => {
    for (const values of [[], [0], [5], [0, 5], [-1, 5, 9], [5, 0, 0], [5, -5, 7], [1e-30, 1e30]]) {
      const found = statisticsOf(values, { times: [0, 40 * dayMs, 80 * dayMs] })
      for (const [name, value] of Object.entries(found)) {
        if (typeof value === 'number') expect([name, Number.isFinite(value)]).toEqual([name, true])
        expect([name, value]).not.toEqual([name, undefined])
      }
    }
  })

  it('is all zero where there were no samples', () => {
    const nothing = statisticsOf([])
    expect(nothing).not.toHaveProperty('from')
    expect(nothing.profit.toFixed()).toBe('0')
    expect(nothing.periods).toEqual({ perYear: 252, kind: 'trading-days', count: 0 })
    expect(nothing).not.toHaveProperty('exposure')
  })

  it('measures no share of an account that began with nothing, yet its profit', () => {
    const { profit, maxDrawdown, ...rest } = statisticsOf(['0', '50', '20', '30'])
    expect(profit.toFixed()).toBe('30')
    expect(maxDrawdown?.amount.toFixed()).toBe('30')
    expect(maxDrawdown).not.toHaveProperty('ratio')
    expect(rest).not.toHaveProperty('totalReturn')
    expect(rest).not.toHaveProperty('bestPeriod')
  })

  it('divides the annual return by the deepest fall', () => {
    // Half a year up and down again to + 21 %: 1.21 ^ 2 - 1 = 46.41 % a year; the fall was 25 %.
    const times = [monday, monday + 50 * dayMs, monday + 60 * dayMs, monday + 182.625 * dayMs]
    const { annualReturn, calmar } = statisticsOf(['100', '120', '90', '121'], { times })
    expect(annualReturn).toBeCloseTo(0.4641, 12)
    expect(calmar).toBeCloseTo(0.4641 / 0.25, 12)
  })

  it('names the best and the worst period', () => {
    const { bestPeriod, worstPeriod } = statisticsOf(['100', '110', '99', '100'])
    expect(bestPeriod).toEqual({ time: monday + dayMs, value: 0.1 })
    expect(worstPeriod).toEqual({ time: monday + 2 * dayMs, value: -0.1 })
  })

  it('counts the share of the time in which something was held', () => {
    const { exposure } = statisticsOf(['100', '100', '100', '100', '100'], {
      exposure: ['0', '50', '0', '0.0000001', '0'],
    })
    // Two of the four days: from the second sample to the third, and from the fourth to the last.
    expect(exposure).toBe(0.5)
  })

  it('turns over the lesser of buys and sells, a year', () => {
    const totals = { ...noTotals, fills: 3, bought: d('900'), sold: d('600'), fees: d('1.5') }
    const times = [monday, monday + 365.25 * dayMs, monday + 2 * 365.25 * dayMs]
    const found = statisticsOf(['100', '200', '300'], { times, totals })
    // 600 of 200 in the mean, in two years: 1.5 a year.
    expect(found.turnover).toBeCloseTo(1.5, 12)
    expect([found.bought, found.sold, found.fees].map(String)).toEqual(['900', '600', '1.5'])
    expect(found.fillCount).toBe(3)
    expect(statisticsOf(['-1', '-2'], { times, totals })).not.toHaveProperty('turnover')
  })

  it('keeps money exact', () => {
    const { profit, initialEquity, finalEquity } = statisticsOf([
      '10000.000000000000000000000000000001',
      '10000.000000000000000000000000000003',
    ])
    expect(profit.toFixed()).toBe('0.000000000000000000000000000002')
    expect(initialEquity.toFixed()).toBe('10000.000000000000000000000000000001')
    expect(finalEquity.toFixed()).toBe('10000.000000000000000000000000000003')
  })

  it('refuses options that cannot be', () => {
    for (const [options, message] of [
      [{ riskFreeRate: -1 }, /riskFreeRate must be above -1/],
      [{ targetReturn: Number.NaN }, /targetReturn must be a finite number/],
      [{ periodsPerYear: 0 }, /periodsPerYear must be above 0/],
      [{ riskfree: 1 }, /has no option "riskfree"/],
    ] as const) {
      expect(() => statisticsOf(['1', '2'], options as StatisticsOptions)).toThrow(message)
    }
  })
})

describe('periods', () => {
  const days = (numbers: readonly number[]): Run => ({
    times: numbers.map((day) => monday + day * dayMs),
  })
  const periodsOf = (numbers: readonly number[], run: Run = {}): Statistics['periods'] =>
    statisticsOf(
      numbers.map((_, index) => 100 + index),
      { ...days(numbers), ...run },
    ).periods

  it('are trading days where weekends have no data', () => {
    // Closes at midnight after Monday to Friday, two weeks long.
    expect(periodsOf([1, 2, 3, 4, 5, 8, 9, 10, 11, 12])).toEqual({
      perYear: 252,
      kind: 'trading-days',
      count: 9,
    })
  })

  it('are calendar days where weekends have data', () => {
    expect(periodsOf([1, 2, 3, 4, 5, 6, 7, 8])).toMatchObject({
      perYear: 365,
      kind: 'calendar-days',
    })
  })

  it('are as long as the data are apart', () => {
    expect(periodsOf([0, 7, 14, 21])).toMatchObject({ perYear: 52, kind: 'weeks' })
    expect(periodsOf([0, 31, 60, 91])).toMatchObject({ perYear: 12, kind: 'months' })
    expect(periodsOf([0, 91, 182, 274])).toMatchObject({ perYear: 4, kind: 'quarters' })
    expect(periodsOf([0, 366, 731])).toMatchObject({ perYear: 1, kind: 'years' })
  })

  it('are what they are said to be', () => {
    expect(periodsOf([0, 1], { periodsPerYear: 260 })).toEqual({
      perYear: 260,
      kind: 'given',
      count: 1,
    })
  })

  it('begin with the first sample and end with the last of each day', () => {
    const hour = dayMs / 24
    const times = [monday + hour, monday + 9 * hour, monday + 24 * hour, monday + 25 * hour]
    // 100 at one o'clock, 121 at midnight, then 121 at the end: two returns, 21 % and 0.
    const { periods, bestPeriod } = statisticsOf(['100', '90', '121', '121'], { times })
    expect(periods.count).toBe(2)
    expect(bestPeriod).toEqual({ time: monday + dayMs, value: 0.21 })
  })
})

describe('statistics of trades', () => {
  const of = (trades: readonly RoundTrip[]): Statistics => statisticsOf(['100', '100'], { trades })

  it('counts wins and losses of closed trades alone', () => {
    const found = of([trade('30', 1), trade('-10', 2), trade('0', 3), trade('10', 6), trade('-99')])
    expect(found).toMatchObject({
      tradeCount: 4,
      openTradeCount: 1,
      winCount: 2,
      lossCount: 1,
      winRate: 0.5,
      profitFactor: 4,
      averageTradeMs: 3,
    })
    const { averageWin, averageLoss, largestWin, largestLoss, expectancy } = found
    expect([averageWin, averageLoss, largestWin, largestLoss].map(String)).toEqual([
      '20',
      '-10',
      '30',
      '-10',
    ])
    // (30 - 10 + 0 + 10) / 4, which is 0.5 x 20 + 0.25 x -10.
    expect(String(expectancy)).toBe('7.5')
  })

  it('has no profit factor without a loss, and no win rate without a trade', () => {
    expect(of([trade('5', 1)])).not.toHaveProperty('profitFactor')
    expect(of([trade('5', 1)])).not.toHaveProperty('averageLoss')
    expect(of([trade('-5', 1)])).toMatchObject({ profitFactor: 0, winRate: 0 })
    expect(of([trade('-5', 1)])).not.toHaveProperty('averageWin')
    expect(of([trade('5')])).not.toHaveProperty('winRate')
  })

  it('counts trades in other currencies, and adds none of their money', () => {
    const eur = (pnl: string, closedAt: number): RoundTrip => ({
      ...trade(pnl, closedAt),
      currency: 'EUR',
    })
    const found = of([trade('30', 1), trade('-10', 2), eur('500', 3), eur('-700', 4), eur('1', 5)])
    expect(found).toMatchObject({
      tradeCount: 5,
      winCount: 3,
      lossCount: 2,
      winRate: 0.6,
      profitFactor: 3,
      averageWin: d('30'),
      largestLoss: d('-10'),
      // (30 - 10) / 2.
      expectancy: d('10'),
    })
    const others = of([eur('5', 1), eur('-5', 2)])
    expect(others).toMatchObject({ tradeCount: 2, winRate: 0.5, longestLosingStreak: 1 })
    for (const name of ['expectancy', 'averageWin', 'averageLoss', 'profitFactor']) {
      expect(others).not.toHaveProperty(name)
    }
  })

  it('finds the longest streaks in the order of closing', () => {
    const found = of([trade('-1', 4), trade('1', 1), trade('-1', 2), trade('-1', 3), trade('1', 5)])
    expect(found).toMatchObject({ longestLosingStreak: 3, longestWinningStreak: 1 })
    // A trade that neither gains nor loses ends a streak.
    const cut = of([trade('-1', 1), trade('0', 2), trade('-1', 3)])
    expect(cut).toMatchObject({ longestLosingStreak: 1, longestWinningStreak: 0 })
  })
})

describe('sampleDeviation', () => {
  it('needs two values', () => {
    expect(sampleDeviation([1])).toBeUndefined()
    // Mean 2; (1 + 1) / (2 - 1) = 2.
    expect(sampleDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12)
    expect(downsideDeviation([], 0)).toBeUndefined()
  })
})
