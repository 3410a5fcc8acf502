import { requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { EquityBuckets } from './equity-buckets.ts'
import { EquityDrawdown } from './equity-drawdown.ts'
import type { AccountValue, EquityPoint, EquitySummary } from './equity-point.ts'

const dayMs = 86_400_000

/**
 * Follows the value of an account through a run of any length. It keeps one exact point for each day
 * that had samples, and 64 KB for the picture; the deepest fall is found among all samples.
 *
 * There are two ways to feed it. `add` takes exact points. `sample` is for every event of a long run:
 * it takes doubles, and reads the exact account only where the answer depends on it; the exact close
 * of a day is then read by `advance`, which must be called before the first event of a later time is
 * applied to the account.
 *
 * @example
 * ```ts
 * const curve = new EquityCurve()
 * for (const [day, value] of [10_000, 10_400, 9_880, 10_150].entries()) {
 *   const equity = new Decimal(value)
 *   curve.add({ time: Date.UTC(2026, 10, 20 + day), equity, cash: equity, exposure: new Decimal(0) })
 * }
 * const { days, maxDrawdown } = curve.summary()
 * console.log(days.length) // 4
 * console.log(maxDrawdown?.ratio) // 0.05
 * ```
 */
export class EquityCurve {
  readonly #buckets = new EquityBuckets()
  readonly #drawdown = new EquityDrawdown()
  readonly #days: EquityPoint[] = []
  #first: EquityPoint | undefined
  /** The last sample that `add` was given; undefined if `sample` came later. */
  #exact: EquityPoint | undefined
  #samples = 0
  #lastAt = -Infinity
  /** The end of the day of the last sample; midnight belongs to the day that it ends. */
  #dayEndsAt = Infinity
  #held = false
  #inMarketMs = 0

  /**
   * Adds what the account was worth. Times may repeat; the last point of a time stands for it.
   *
   * @throws ConfigurationError `CONFIGURATION` when the time is not finite or goes back.
   */
  add(point: EquityPoint): void {
    if (this.#exact !== undefined) this.advance(point.time, this.#exact)
    const { equity, exposure } = point
    this.sample(point.time, equity.toNumber(), exposure.toNumber(), point)
    this.#exact = point
  }

  /**
   * Tells that time moves on to `time`, while `account` still is as the last sample left it.
   *
   * @param time the time of the event that comes next, in milliseconds since the Unix epoch.
   */
  advance(time: number, account: AccountValue): void {
    if (time > this.#dayEndsAt) this.#endDay(account)
  }

  /**
   * Adds what the account is worth, in doubles. `account` is read only where an exact value is needed.
   *
   * @param time in milliseconds since the Unix epoch.
   * @param equity `account.equity` as a double.
   * @param exposure `account.exposure` as a double; 0 exactly when nothing is held.
   * @throws ConfigurationError `CONFIGURATION` when the time is not finite or goes back, or lies in a
   *   later day and `advance` was not called.
   */
  sample(time: number, equity: number, exposure: number, account: AccountValue): void {
    if (!(time >= this.#lastAt && time <= this.#dayEndsAt)) this.#requireTime(time)
    if (this.#dayEndsAt === Infinity) this.#begin(time, account)
    if (this.#held) this.#inMarketMs += time - this.#lastAt
    this.#held = exposure !== 0
    this.#samples += 1
    this.#lastAt = time
    this.#exact = undefined
    this.#buckets.add(time, equity)
    this.#drawdown.add(time, equity, account)
  }

  /**
   * What became of the account.
   *
   * @param account what it is worth after the last sample; not needed where `add` gave that.
   * @throws ConfigurationError `CONFIGURATION` when `account` is missing and needed.
   */
  summary(account?: AccountValue): EquitySummary {
    const last = this.#last(account)
    const maxDrawdown = this.#drawdown.deepest()
    return {
      samples: this.#samples,
      ...(this.#first && { first: this.#first }),
      ...(last && { last }),
      // A day that has ended and was not begun again already has its close.
      days: last && this.#dayEndsAt !== Infinity ? [...this.#days, last] : [...this.#days],
      points: this.#buckets.points(),
      ...(maxDrawdown && { maxDrawdown }),
      longestDrawdownMs: this.#drawdown.longestMs(),
      inMarketMs: this.#inMarketMs,
    }
  }

  #last(account: AccountValue | undefined): EquityPoint | undefined {
    if (this.#samples === 0) return undefined
    if (this.#exact !== undefined) return this.#exact
    if (this.#dayEndsAt === Infinity) return this.#days.at(-1)
    if (account !== undefined) return pointOf(this.#lastAt, account)
    throw new ConfigurationError(
      'EquityCurve.summary needs the account after the last sample: give it the object that sample was given.',
    )
  }

  #begin(time: number, account: AccountValue): void {
    this.#dayEndsAt = Math.ceil(requireNumber('The time of a sample', time) / dayMs) * dayMs
    this.#first ??= pointOf(time, account)
  }

  #endDay(account: AccountValue): void {
    this.#days.push(pointOf(this.#lastAt, account))
    this.#dayEndsAt = Infinity
  }

  /** For a time that cannot follow the last one. */
  #requireTime(time: number): never {
    requireNumber('The time of a sample', time, this.#samples === 0 ? -Infinity : this.#lastAt)
    throw new ConfigurationError(
      'A sample lies in a later day than the one before: call advance before events of that day are applied to the account.',
    )
  }
}

/** Copied, as an account changes. */
function pointOf(time: number, { equity, cash, exposure }: AccountValue): EquityPoint {
  return { time, equity, cash, exposure }
}
