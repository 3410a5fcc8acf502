/** The arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? 0 : sum / values.length
}

/** The sample standard deviation, with `n - 1` below the line; undefined of fewer than two values. */
export function sampleDeviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined
  const middle = mean(values)
  let squares = 0
  for (const value of values) squares += (value - middle) ** 2
  return Math.sqrt(squares / (values.length - 1))
}

/**
 * The target downside deviation: the root of the mean square of what returns fell short of `target`,
 * over all returns, those above the target too (Sortino and van der Meer, 1991); undefined of nothing.
 */
export function downsideDeviation(values: readonly number[], target: number): number | undefined {
  if (values.length === 0) return undefined
  let squares = 0
  for (const value of values) squares += Math.min(0, value - target) ** 2
  return Math.sqrt(squares / values.length)
}

/** What a yearly rate comes to in one of `periods` equal parts of a year, compounded. */
export function ratePerPeriod(annualRate: number, periods: number): number {
  return (1 + annualRate) ** (1 / periods) - 1
}

/**
 * The quotient; undefined where it is not finite, or where `divisor` is absent or differs from 0 by no
 * more than what doubles are rounded by in sums of numbers such as `scale`.
 */
export function ratio(
  dividend: number | undefined,
  divisor: number | undefined,
  scale = 0,
): number | undefined {
  if (dividend === undefined || divisor === undefined) return undefined
  if (Math.abs(divisor) <= Math.abs(scale) * 1e-12) return undefined
  return finite(dividend / divisor)
}

/** `value`, or undefined if it is no finite number. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
