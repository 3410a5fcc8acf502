import { describe, expect, it } from 'vitest'
import { Decimal } from 'tradewire'
import { EquityCurve } from '../../src/backtest/equity-curve.ts'
import type { AccountValue, EquityPoint, EquitySummary } from '../../src/backtest/equity-point.ts'

const dayMs = 86_400_000

const point = (time: number, equity: number | string, exposure = 0): EquityPoint => ({
  time,
  equity: new Decimal(equity),
  cash: new Decimal(equity),
  exposure: new Decimal(exposure),
})

function curveOf(values: readonly (number | string)[], stepMs = 1000): EquitySummary {
  const curve = new EquityCurve()
  for (const [index, value] of values.entries()) curve.add(point(index * stepMs, value))
  return curve.summary()
}

/** Numbers that are the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** The deepest fall as a share of its peak: every peak with every later sample. */
function deepestShare(values: readonly number[]): number {
  let deepest = 0
  for (const [index, peak] of values.entries()) {
    for (const later of values.slice(index + 1)) deepest = Math.max(deepest, (peak - later) / peak)
  }
  return deepest
}

describe('EquityCurve', () => {
  it('finds the deepest fall, its peak, its trough and its recovery', () => {
    // 120 -> 90 is a quarter; 110 -> 99 a tenth; 130 -> 104 a fifth.
    const { maxDrawdown, longestDrawdownMs } = curveOf([100, 120, 90, 95, 120, 130, 104, 131])
    expect(maxDrawdown).toEqual({
      amount: new Decimal(30),
      ratio: 0.25,
      peak: new Decimal(120),
      trough: new Decimal(90),
      peakAt: 1000,
      troughAt: 2000,
      recoveredAt: 4000,
      durationMs: 3000,
    })
    expect(longestDrawdownMs).toBe(3000)
  })

  it('measures a fall that is not made good to the end, from the last time at the peak', () => {
    const { maxDrawdown, longestDrawdownMs } = curveOf([100, 100, 100, 80, 90, 70, 75])
    expect(maxDrawdown).toMatchObject({
      peakAt: 2000,
      troughAt: 5000,
      durationMs: 4000,
      ratio: 0.3,
    })
    expect(maxDrawdown).not.toHaveProperty('recoveredAt')
    expect(longestDrawdownMs).toBe(4000)
  })

  it('tells the longest time below a peak although another fall was deeper', () => {
    const { maxDrawdown, longestDrawdownMs } = curveOf([100, 50, 100, 99, 99, 99, 101])
    expect(maxDrawdown).toMatchObject({ peakAt: 0, recoveredAt: 2000, durationMs: 2000 })
    expect(longestDrawdownMs).toBe(4000)
  })

  it('deepens a fall that goes on after a partial recovery, and keeps the first of two equal ones', () => {
    expect(curveOf([100, 90, 95, 80, 100]).maxDrawdown).toMatchObject({
      troughAt: 3000,
      ratio: 0.2,
    })
    expect(curveOf([100, 80, 100, 80]).maxDrawdown).toMatchObject({
      troughAt: 1000,
      recoveredAt: 2000,
    })
  })

  it('keeps amounts exact', () => {
    const { maxDrawdown } = curveOf(['100.000000000000000000000000001', '50.5'])
    expect(maxDrawdown?.amount.toFixed()).toBe('49.500000000000000000000000001')
  })

  it('measures falls in money where the account began with nothing', () => {
    const { maxDrawdown } = curveOf([0, 10, 4, 100, 93])
    expect(maxDrawdown).toMatchObject({ amount: new Decimal(7), peakAt: 3000 })
    expect(maxDrawdown).not.toHaveProperty('ratio')
  })

  it('finds what comparing every pair of samples finds', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const next = numbersFrom(seed)
      const values: number[] = [1000]
      for (let index = 0; index < 300; index += 1)
        values.push(values.at(-1)! * (0.97 + 0.06 * next()))
      const found = curveOf(values).maxDrawdown?.ratio ?? 0
      expect(Math.abs(found - deepestShare(values)), `seed ${seed}`).toBeLessThan(1e-12)
    }
  })

  it('keeps the last point of each day; midnight belongs to the day that it ends', () => {
    const curve = new EquityCurve()
    curve.add(point(1, 100))
    curve.add(point(dayMs, 101))
    curve.add(point(dayMs + 1, 102))
    curve.add(point(dayMs + 1, 103))
    curve.add(point(5 * dayMs, 104))
    const { days, first, last, samples } = curve.summary()
    expect(days.map(({ time, equity }) => [time, equity.toNumber()])).toEqual([
      [dayMs, 101],
      [dayMs + 1, 103],
      [5 * dayMs, 104],
    ])
    expect([first?.equity.toNumber(), last?.equity.toNumber(), samples]).toEqual([100, 104, 5])
  })

  it('counts the time in which something was held', () => {
    const curve = new EquityCurve()
    curve.add(point(0, 100, 5))
    curve.add(point(10, 100, 0))
    curve.add(point(1000, 100, 5))
    curve.add(point(1007, 100, 5))
    expect(curve.summary().inMarketMs).toBe(17)
  })

  it('is empty without samples', () => {
    expect(new EquityCurve().summary()).toEqual({
      samples: 0,
      days: [],
      points: [],
      longestDrawdownMs: 0,
      inMarketMs: 0,
    })
  })

  it('refuses times that go back or are no times', () => {
    const curve = new EquityCurve()
    expect(() => curve.add(point(Number.NaN, 1))).toThrow(
      /time of a sample must be a finite number/,
    )
    expect(() => curve.add(point(Infinity, 1))).toThrow(/time of a sample must be a finite number/)
    curve.add(point(1000, 1))
    expect(() => curve.add(point(999, 1))).toThrow(/finite number of at least 1000/)
    expect(() => curve.add(point(Number.NaN, 1))).toThrow(/time of a sample/)
    expect(() => curve.add(point(Infinity, 1))).toThrow(/time of a sample must be a finite number/)
    expect(curve.summary().samples).toBe(1)
  })
})

describe('EquityCurve.points', () => {
  it('are all samples where these are few', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index * 37) % 101)
    expect(curveOf(values).points).toEqual(
      values.map((value, index) => ({ time: index * 1000, value })),
    )
  })

  it('are at most 4,096, with every peak and trough that stands out', () => {
    const curve = new EquityCurve()
    const next = numbersFrom(7)
    const count = 40_000
    const account = point(0, 1)
    for (let index = 0; index < count; index += 1) {
      const spike = index === 7_777 ? 500 : index === 22_222 ? -500 : 0
      const value = 1000 + next() + spike
      curve.sample(index + 1, value, 0, account)
    }
    const { points } = curve.summary(point(count, 0))
    expect(points.length).toBeGreaterThan(1000)
    expect(points.length).toBeLessThanOrEqual(4096)
    expect(points.find(({ time }) => time === 7_778)?.value).toBeGreaterThan(1499)
    expect(points.find(({ time }) => time === 22_223)?.value).toBeLessThan(502)
    expect(points[0]!.time).toBe(1)
    expect(points.at(-1)!.time).toBe(count)
    for (let index = 1; index < points.length; index += 1) {
      expect(points[index]!.time).toBeGreaterThan(points[index - 1]!.time)
    }
  })

  it('have the last sample of a time stand for it', () => {
    const curve = new EquityCurve()
    for (const value of [1, 2, 3]) curve.add(point(5, value))
    curve.add(point(6, 4))
    expect(curve.summary().points).toEqual([
      { time: 5, value: 3 },
      { time: 6, value: 4 },
    ])
  })
})

describe('EquityCurve.sample', () => {
  /** An account that counts how often it is read. */
  class Account implements AccountValue {
    value = new Decimal(100)
    reads = 0
    readonly cash = new Decimal(0)
    readonly exposure = new Decimal(0)

    get equity(): Decimal {
      this.reads += 1
      return this.value
    }
  }

  it('gives what add gives, when it is told before time moves on', () => {
    const next = numbersFrom(3)
    const exact = new EquityCurve()
    const fast = new EquityCurve()
    const account = new Account()
    for (let time = 1; time < 10 * dayMs; time += 7_000_000) {
      fast.advance(time, account)
      account.value = account.value.times(new Decimal(0.99 + 0.021 * next()).toDecimalPlaces(9))
      fast.sample(time, account.value.toNumber(), 0, account)
      exact.add({ time, equity: account.value, cash: account.cash, exposure: account.exposure })
    }
    expect(fast.summary(account)).toEqual(exact.summary())
  })

  it('reads the account only at peaks, at the deepest points and at the ends of days', () => {
    const curve = new EquityCurve()
    const account = new Account()
    for (const [time, value] of [100, 100, 100, 90, 95, 92, 90].entries()) {
      account.value = new Decimal(value)
      curve.sample(time + 1, value, 0, account)
    }
    // The first point, the first peak, the first time at 90.
    expect(account.reads).toBe(3)
    curve.advance(dayMs, account)
    expect(account.reads).toBe(3)
    curve.advance(dayMs + 1, account)
    expect(account.reads).toBe(4)
  })

  it('refuses a later day that it was not told of', () => {
    const curve = new EquityCurve()
    const account = new Account()
    curve.sample(1, 100, 0, account)
    expect(() => curve.sample(dayMs + 1, 100, 0, account)).toThrow(/call advance before/)
  })

  it('needs the account at the end, unless the day was ended', () => {
    const curve = new EquityCurve()
    const account = new Account()
    curve.sample(1, 100, 0, account)
    expect(() => curve.summary()).toThrow(/needs the account after the last sample/)
    curve.advance(dayMs + 1, account)
    const { days, last } = curve.summary()
    expect(days).toHaveLength(1)
    expect(last).toBe(days[0])
  })
})
