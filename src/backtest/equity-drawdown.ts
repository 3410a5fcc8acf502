import type { Decimal } from '../events/decimal.ts'
import type { AccountValue, Drawdown } from './equity-point.ts'

/** A fall that has begun, or has ended. */
interface Fall {
  readonly peak: Decimal
  readonly peakAt: number
  trough: Decimal
  troughAt: number
  recoveredAt: number | undefined
}

/**
 * Finds the deepest fall of a curve while it is drawn. Which samples matter is decided in doubles, and
 * what stands in the result is read exactly, from those samples alone.
 */
export class EquityDrawdown {
  /** Whether falls are measured as a share of their peak: an account of 0 or less has no shares. */
  #relative = false
  #peak = -Infinity
  #exactPeak: Decimal | undefined
  #peakAt = 0
  /** Depth of `#deepest`, measured as `#relative` says. */
  #depth = 0
  #deepest: Fall | undefined
  /** The time of the last sample. */
  #lastAt = 0
  #falling = false
  #longestMs = 0

  add(time: number, value: number, account: AccountValue): void {
    this.#lastAt = time
    if (value >= this.#peak) {
      this.#rise(time, value, account)
      return
    }
    this.#falling = true
    const drop = this.#peak - value
    const depth = this.#relative ? drop / this.#peak : drop
    if (depth <= this.#depth) return
    this.#depth = depth
    this.#deepen(time, account.equity)
  }

  /** How deep the deepest fall was; undefined if there was none. */
  deepest(): Drawdown | undefined {
    const fall = this.#deepest
    if (fall === undefined) return undefined
    const amount = fall.peak.minus(fall.trough)
    return {
      amount,
      ...(this.#relative && { ratio: amount.div(fall.peak).toNumber() }),
      peak: fall.peak,
      trough: fall.trough,
      peakAt: fall.peakAt,
      troughAt: fall.troughAt,
      ...(fall.recoveredAt !== undefined && { recoveredAt: fall.recoveredAt }),
      durationMs: (fall.recoveredAt ?? this.#lastAt) - fall.peakAt,
    }
  }

  /** The longest time below a peak, in milliseconds. */
  longestMs(): number {
    return this.#falling ? Math.max(this.#longestMs, this.#lastAt - this.#peakAt) : this.#longestMs
  }

  #rise(time: number, value: number, account: AccountValue): void {
    if (this.#exactPeak === undefined) this.#relative = value > 0
    if (this.#falling) {
      this.#longestMs = Math.max(this.#longestMs, time - this.#peakAt)
      // Who falls is, the first time at least, deeper than ever.
      this.#deepest!.recoveredAt ??= time
      this.#falling = false
    }
    // An account that only waits at its peak is not read again and again.
    if (value !== this.#peak) {
      this.#peak = value
      this.#exactPeak = account.equity
    }
    this.#peakAt = time
  }

  #deepen(time: number, trough: Decimal): void {
    const fall = this.#deepest
    if (fall !== undefined && fall.recoveredAt === undefined) {
      fall.trough = trough
      fall.troughAt = time
      return
    }
    this.#deepest = {
      peak: this.#exactPeak!,
      peakAt: this.#peakAt,
      trough,
      troughAt: time,
      recoveredAt: undefined,
    }
  }
}
