import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Exact, toFloat, zero } from './position-exact.ts'
import type { PositionKeeper } from './position-keeper.ts'
import { larger } from './risk-amounts.ts'
import { LeverageGauge, RiskGauge } from './risk-gauge.ts'
import type { CheckedLoss, GuardedLimit } from './risk-options.ts'
import type { RiskReport } from './risk-report.ts'

/** What a guard needs of positions. */
export type RiskPositions = Pick<
  PositionKeeper,
  | 'currency'
  | 'equity'
  | 'equityFloat'
  | 'exposure'
  | 'exposureFloat'
  | 'quantity'
  | 'quantityFloat'
  | 'mark'
  | 'markFloat'
  | 'multiplier'
  | 'all'
  | 'onChange'
>

/** How far floats are trusted: ten times as far as the keeper says. */
export const trust = 1e-8

/** A limit on how far equity may fall below a base. */
export class LossGauge extends RiskGauge {
  readonly #loss: CheckedLoss
  /** What the loss is counted from. */
  base: Decimal

  constructor(
    report: RiskReport,
    limit: GuardedLimit,
    unit: string,
    loss: CheckedLoss,
    base: Decimal,
  ) {
    super(report, limit, unit, zero)
    this.#loss = loss
    this.base = base
    if (loss.share !== undefined && compareDecimals(base, zero) <= 0) {
      throw new ConfigurationError(
        `${limit} is limited in percent of the equity, which is ${base.toFixed()}: give positionKeeper an initialCash, or give an amount.`,
      )
    }
    this.judge(zero, this.most, undefined)
  }

  /** The largest loss that is allowed. `Exact`. */
  get most(): Decimal {
    const { amount, share } = this.#loss
    return amount === undefined
      ? larger(zero, new Exact(share!).times(this.base))
      : new Exact(amount)
  }

  /** Near `most`, for 0 or more. */
  get mostFloat(): number {
    const { amount, share } = this.#loss
    return amount === undefined
      ? Math.max(0, toFloat(share!) * toFloat(this.base))
      : toFloat(amount)
  }

  /** How much is lost. `Exact`. */
  lossAt(equity: Decimal): Decimal {
    return new Exact(this.base).minus(equity)
  }

  take(equity: Decimal, cause: TradewireEvent | undefined): void {
    this.judge(this.lossAt(equity), this.most, cause)
  }

  /** Counts from another base. */
  rebase(base: Decimal): void {
    this.base = base
    this.clear()
    this.judge(zero, this.most, undefined)
  }
}

/**
 * Watches the limits that the market moves. Each change is compared in floats first, with bounds within
 * which nothing can have happened; near a limit, and at a new peak, Decimals decide.
 */
export class RiskWatch {
  readonly drawdown: LossGauge | undefined
  readonly dailyLoss: LossGauge | undefined
  readonly exposure: RiskGauge | undefined
  readonly leverage: RiskGauge | undefined
  readonly #positions: RiskPositions
  readonly #maxExposure: Decimal | undefined
  readonly #maxLeverage: Decimal | undefined
  /** Equity between these two is quiet. */
  #equityLow = -Infinity
  #equityHigh = Infinity
  /** Equity below the first is no new peak, above the second it is one. */
  #peakLow = Infinity
  #peakHigh = Infinity
  /** Exposure between these two is quiet. */
  #exposureLow = -Infinity
  #exposureHigh = Infinity
  /** Exposure between these two times the equity is quiet. */
  #leverageLow = -Infinity
  #leverageHigh = Infinity

  constructor(report: RiskReport, positions: RiskPositions) {
    const { maxDrawdown, maxDailyLoss, maxExposure, maxLeverage } = report.settings
    const { currency, equity } = positions
    this.#positions = positions
    this.#maxExposure = maxExposure
    this.#maxLeverage = maxLeverage
    this.drawdown = maxDrawdown && new LossGauge(report, 'drawdown', currency, maxDrawdown, equity)
    this.dailyLoss =
      maxDailyLoss && new LossGauge(report, 'daily_loss', currency, maxDailyLoss, equity)
    this.exposure = maxExposure && new RiskGauge(report, 'exposure', currency, maxExposure)
    this.leverage = maxLeverage && new LeverageGauge(report, currency, maxLeverage)
    this.judge(undefined)
  }

  get gauges(): readonly RiskGauge[] {
    return [this.exposure, this.leverage, this.dailyLoss, this.drawdown].filter(
      (gauge) => gauge !== undefined,
    )
  }

  /** Looks at a new mark of an open position, closely only if something can have happened. */
  look(event: TradewireEvent): void {
    const equity = this.#positions.equityFloat
    if (equity > this.#equityLow && equity < this.#equityHigh && this.#isExposureQuiet(equity)) {
      if (equity < this.#peakLow) return
      if (equity > this.#peakHigh) {
        this.drawdown!.base = this.#positions.equity
        this.#bound()
        return
      }
    }
    this.judge(event)
  }

  /** Looks closely. */
  judge(cause: TradewireEvent | undefined): void {
    const { drawdown, dailyLoss } = this
    const { equity } = this.#positions
    if (drawdown !== undefined) {
      if (compareDecimals(equity, drawdown.base) > 0) drawdown.base = equity
      drawdown.take(equity, cause)
    }
    dailyLoss?.take(equity, cause)
    if (this.exposure !== undefined || this.leverage !== undefined) {
      const { exposure } = this.#positions
      this.exposure?.judge(exposure, this.#maxExposure!, cause)
      this.leverage?.judge(exposure, this.allowedBy(equity), cause)
    }
    this.#bound()
  }

  /** The exposure that an equity allows by the limit on leverage. `Exact`. */
  allowedBy(equity: Decimal): Decimal {
    return new Exact(this.#maxLeverage!).times(equity)
  }

  /** A day begins: its loss is counted from the equity of now. */
  beginDay(): void {
    this.dailyLoss!.rebase(this.#positions.equity)
    this.#bound()
  }

  /** Losses are counted from the equity of now. */
  beginAnew(): void {
    const { equity } = this.#positions
    this.drawdown?.rebase(equity)
    this.dailyLoss?.rebase(equity)
    this.#bound()
  }

  #isExposureQuiet(equity: number): boolean {
    if (this.exposure === undefined && this.leverage === undefined) return true
    const exposure = this.#positions.exposureFloat
    if (!(exposure > this.#exposureLow && exposure < this.#exposureHigh)) return false
    return (
      this.leverage === undefined ||
      (exposure > this.#leverageLow * equity && exposure < this.#leverageHigh * equity)
    )
  }

  /** Sets the bounds within which nothing can happen. */
  #bound(): void {
    let low = -Infinity
    let high = Infinity
    for (const gauge of [this.drawdown, this.dailyLoss]) {
      if (gauge === undefined) continue
      const base = toFloat(gauge.base)
      const most = gauge.mostFloat
      const margin = trust * (Math.abs(base) + most)
      const { nextShare, clearShare } = gauge
      if (nextShare !== Infinity) low = Math.max(low, base - nextShare * most + margin)
      if (clearShare !== -Infinity) high = Math.min(high, base - clearShare * most - margin)
    }
    this.#equityLow = low
    this.#equityHigh = high
    if (this.drawdown !== undefined) {
      const peak = toFloat(this.drawdown.base)
      this.#peakLow = peak - trust * Math.abs(peak)
      this.#peakHigh = peak + trust * Math.abs(peak)
    }
    if (this.exposure !== undefined) {
      const most = toFloat(this.#maxExposure!)
      this.#exposureLow = this.exposure.clearShare * most * (1 + trust)
      this.#exposureHigh = this.exposure.nextShare * most * (1 - trust)
    }
    if (this.leverage !== undefined) {
      const most = toFloat(this.#maxLeverage!)
      this.#leverageLow = this.leverage.clearShare * most * (1 + trust)
      this.#leverageHigh = this.leverage.nextShare * most * (1 - trust)
    }
  }
}
