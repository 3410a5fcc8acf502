import { compareDecimals, Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { quotient, toFloat, zero } from './position-exact.ts'
import { reported, type Subject, subjectOf } from './risk-amounts.ts'
import type { GuardedLimit, RiskAction } from './risk-options.ts'
import type { RiskReport } from './risk-report.ts'

/** How a limit stands. */
export interface LimitState {
  /** Which limit. */
  readonly limit: GuardedLimit
  /** The instrument that it is for; absent for one over several. */
  readonly symbol?: string
  /** The value, as it was when it was last looked at closely; in `unit`. */
  readonly value: Decimal
  /** Where the limit stood then, in `unit`. */
  readonly limitValue: Decimal
  /** `value` / `limitValue`, as a float: above 1 is exceeded. Infinity if the limit is 0 or less. */
  readonly share: number
  /** What both count: a currency, a symbol, `x` or orders within a time. */
  readonly unit: string
  /** What is done when it is exceeded. */
  readonly action: RiskAction
  /** Whether a warning stands: it was told, and the value has not fallen far enough since. */
  readonly warned: boolean
  /** The same for the limit itself. */
  readonly exceeded: boolean
}

/** What is measured, and where its limit is. */
export interface Reading {
  readonly value: Decimal
  readonly limitValue: Decimal
  readonly unit: string
}

/** One limit: what is compared with it, and what was told of it. */
export class RiskGauge {
  readonly limit: GuardedLimit
  readonly unit: string
  readonly symbol: string | undefined
  readonly action: RiskAction
  readonly #report: RiskReport
  #value: Decimal = zero
  #limitValue: Decimal
  #warned = false
  #exceeded = false

  constructor(
    report: RiskReport,
    limit: GuardedLimit,
    unit: string,
    limitValue: Decimal,
    symbol?: string,
  ) {
    this.#report = report
    this.limit = limit
    this.unit = unit
    this.symbol = symbol
    this.action = report.settings.actions[limit]
    this.#limitValue = limitValue
  }

  /** From which share of the limit on there is something to tell; Infinity if all was told. */
  get nextShare(): number {
    if (this.#exceeded) return Infinity
    return this.#warned ? 1 : this.#report.settings.warnAt
  }

  /** Below which share of the limit something is over; -Infinity if nothing stands. */
  get clearShare(): number {
    const { warnAt, rearmAt } = this.#report.settings
    if (this.#exceeded) return rearmAt
    return this.#warned ? rearmAt * warnAt : -Infinity
  }

  /** Takes a new value, and tells of what it has reached. A value of 0 or less has reached nothing. */
  judge(
    value: Decimal,
    limitValue: Decimal,
    cause: TradewireEvent | undefined,
    subject: Subject = {},
  ): void {
    this.#value = value
    this.#limitValue = limitValue
    const isNothing = compareDecimals(value, zero) <= 0
    this.#forget(value, limitValue, isNothing)
    if (isNothing || this.#exceeded) return
    if (compareDecimals(value, limitValue) > 0) {
      this.#exceeded = true
      this.#warned = true
      this.exceed(value, limitValue, cause, subject)
      return
    }
    if (this.#warned || isBelow(value, this.#report.warnFrom, limitValue)) return
    this.#warned = true
    const data = this.#payload(value, limitValue, subject)
    this.#report.tell('risk.limit_warning', { ...data, action: 'none' }, cause)
  }

  /** Tells that the limit is passed, or would be, and halts if that is asked for. */
  exceed(
    value: Decimal,
    limitValue: Decimal,
    cause: TradewireEvent | undefined,
    subject: Subject,
  ): void {
    const { action, limit } = this
    const data = this.#payload(value, limitValue, subject)
    this.#report.tell('risk.limit_exceeded', { ...data, action }, cause)
    if (action === 'halt') this.#report.halt(limit, cause)
  }

  /** Whether the limit was passed, and the value has not fallen far enough since. */
  get isExceeded(): boolean {
    return this.#exceeded
  }

  /** Whether the last value is above its limit. */
  get isPassed(): boolean {
    return compareDecimals(this.#value, this.#limitValue) > 0
  }

  /** Nothing stands any more. */
  clear(): void {
    this.#warned = false
    this.#exceeded = false
  }

  get state(): LimitState {
    const { limit, action, symbol } = this
    const { value, limitValue, unit } = this.shown(this.#value, this.#limitValue)
    const isLimit = compareDecimals(limitValue, zero) > 0
    return {
      limit,
      ...(symbol !== undefined && { symbol }),
      value: new Decimal(value),
      limitValue: new Decimal(limitValue),
      share: isLimit ? toFloat(value) / toFloat(limitValue) : Infinity,
      unit,
      action,
      warned: this.#warned,
      exceeded: this.#exceeded,
    }
  }

  /** What people see of a value and its limit. */
  shown(value: Decimal, limitValue: Decimal): Reading {
    return { value, limitValue, unit: this.unit }
  }

  /** Notes what is over. */
  #forget(value: Decimal, limitValue: Decimal, isNothing: boolean): void {
    if (!this.#warned) return
    const { clearBelow, warnClearBelow } = this.#report
    if (isNothing || isBelow(value, clearBelow, limitValue)) this.#exceeded = false
    if (isNothing || isBelow(value, warnClearBelow, limitValue)) this.#warned = this.#exceeded
  }

  #payload(value: Decimal, limitValue: Decimal, subject: Subject) {
    const { limit, symbol } = this
    const shown = this.shown(value, limitValue)
    return {
      limit,
      limitValue: reported(shown.limitValue),
      currentValue: reported(shown.value),
      unit: shown.unit,
      ...(symbol !== undefined && { symbol }),
      ...subjectOf(subject),
    }
  }
}

/**
 * Leverage: exposure is compared with what the equity allows, as that is exact, and shown as a ratio,
 * which is not. Without equity there is no ratio: then both are shown as they are compared.
 */
export class LeverageGauge extends RiskGauge {
  readonly #maxLeverage: Decimal

  constructor(report: RiskReport, currency: string, maxLeverage: Decimal) {
    super(report, 'leverage', currency, maxLeverage)
    this.#maxLeverage = maxLeverage
  }

  override shown(exposure: Decimal, allowed: Decimal): Reading {
    if (compareDecimals(allowed, zero) <= 0) return super.shown(exposure, allowed)
    const value = quotient(exposure.times(this.#maxLeverage), allowed)
    return { value, limitValue: this.#maxLeverage, unit: 'x' }
  }
}

function isBelow(value: Decimal, share: Decimal, limitValue: Decimal): boolean {
  return compareDecimals(value, share.times(limitValue)) < 0
}
