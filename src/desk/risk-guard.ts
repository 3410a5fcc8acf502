import type { Registration } from '../bus/observers.ts'
import { describeValue, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { Timer } from '../time/clock.ts'
import type { OrderChanges } from './broker.ts'
import { OpenOrders } from './open-orders.ts'
import type { OrderCheck, Refusal } from './order-check.ts'
import type { PositionBus } from './position.ts'
import { RiskCheck } from './risk-check.ts'
import { RiskDay } from './risk-day.ts'
import type { LimitState } from './risk-gauge.ts'
import { Flattening, type RiskCommands } from './risk-halt.ts'
import {
  type GuardedLimit,
  type RiskGuardOptions,
  type RiskSettings,
  toRiskSettings,
} from './risk-options.ts'
import { RiskReport } from './risk-report.ts'
import { RiskRules } from './risk-rules.ts'
import { type RiskPositions, RiskWatch } from './risk-watch.ts'

/**
 * Stands before the broker, and watches equity and exposure. Works with `using`.
 *
 * Orders that can only make a position smaller are always let through: those with `reduceOnly`, and
 * others up to the size of the position, less all that works on their side. It is that of all, or that of their own
 * strategy, account and venue. Only one that clears the way for orders of its side, or that makes the sum of
 * all larger, so that this could pass the limit on the position, is refused.
 */
export interface RiskGuard extends OrderCheck {
  /** Whether orders are refused that do not reduce a position. */
  readonly halted: boolean
  /** Why it is halted, in words; undefined if it is not. */
  readonly haltReason: string | undefined
  /** The highest equity so far; undefined without `maxDrawdown`, as nobody watches it then. */
  readonly equityPeak: Decimal | undefined
  /** How each limit stands. Those by symbol are listed once something was compared with them. */
  readonly state: readonly LimitState[]
  /**
   * Refuses all orders that do not reduce a position, until `resume`. Emits `system.warning` with the
   * code `trading_halted`.
   *
   * @throws ConfigurationError `CONFIGURATION` if `reason` is no string, or an empty one.
   */
  halt(reason: string): void
  /**
   * Ends a halt. What is lost is counted anew from the equity of now: it is the new peak, and what the
   * day began with. Emits `system.warning` with the code `trading_resumed`. Does nothing if it is not halted.
   */
  resume(): void
  /** Takes its subscriptions and timers away. It then lets every order pass. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/**
 * Guards limits on orders, positions, exposure and losses. It warns with `risk.limit_warning` once when
 * a value comes close, and tells of each limit that is passed with `risk.limit_exceeded`.
 *
 * A position is the sum of all accounts and strategies, by symbol. Orders are valued with the contract
 * multiplier and without a conversion: limits on value and exposure are for instruments in the currency of
 * the account.
 *
 * On a real clock a limit on the daily loss has a timer, which keeps the process running until `close`.
 *
 * @param positions what `positionKeeper` returned, on the same bus.
 * @param commands how orders are cancelled: needed for `flatten` alone.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range; if a loss is limited
 * in percent of an equity that is not above 0; or if `flatten` is given without `commands`.
 * @throws BusClosedError `BUS_CLOSED` if the bus is closed.
 * @example
 * ```ts
 * using positions = positionKeeper(bus, { initialCash: new Decimal('100000') })
 * using guard = riskGuard(bus, positions, { maxPosition: '2', maxDrawdown: { percent: 10 } })
 * bus.on('risk.limit_exceeded', ({ data }) => alert(`${data.limit}: ${data.currentValue.toString()}`))
 * ```
 */
export function riskGuard(
  bus: PositionBus,
  positions: RiskPositions,
  options: RiskGuardOptions = {},
  commands?: RiskCommands,
): RiskGuard {
  const settings = toRiskSettings(options)
  if (settings.flatten && typeof commands?.cancel !== 'function') {
    throw new ConfigurationError(
      `flatten needs commands with a method cancel, but they are ${describeValue(commands)}.`,
    )
  }
  return new BusRiskGuard(bus, positions, settings, commands)
}

export type { RiskCommands } from './risk-halt.ts'
export type { RiskGuardOptions } from './risk-options.ts'

class BusRiskGuard implements RiskGuard {
  readonly #report: RiskReport
  readonly #orders: OpenOrders
  readonly #watch: RiskWatch
  readonly #rules: RiskRules
  readonly #flattening: Flattening | undefined
  readonly #day: RiskDay | undefined
  readonly #changes: Registration
  /** Why it is halted: by limits, or by whoever called `halt`. */
  readonly #halts = new Map<GuardedLimit | 'manual', string>()
  /** Whether the loss of a day was too large only by the data of its end. */
  #hasLateLoss = false
  /** Ends a halt by such a loss. */
  #lateEnd: Timer | undefined = undefined
  #closed = false

  constructor(
    bus: PositionBus,
    positions: RiskPositions,
    settings: RiskSettings,
    commands: RiskCommands | undefined,
  ) {
    this.#report = new RiskReport(bus, settings, (limit, cause) =>
      this.#halt(limit, `The limit ${limit} is passed.`, cause),
    )
    this.#watch = new RiskWatch(this.#report, positions)
    this.#orders = new OpenOrders(bus, settings.priority, (symbol, event) => {
      // After a fill the keeper calls: now it is no longer open, and not yet held.
      if (event.type === 'order.filled' || event.type === 'order.partial_fill') return
      this.#rules.judgePosition(symbol, event)
    })
    const check = new RiskCheck(settings, positions, this.#watch, this.#orders)
    this.#rules = new RiskRules(this.#report, check, this.#watch, this.#orders)
    this.#flattening =
      commands !== undefined && settings.flatten
        ? new Flattening(bus, settings, positions, this.#orders, commands)
        : undefined
    this.#day = this.#watch.dailyLoss && new RiskDay(bus, settings.dayStartMs, () => this.#newDay())
    this.#changes = positions.onChange((reason, event) => {
      if (this.#day !== undefined && event.timestamp > this.#day.end) {
        this.#day.pass(event.timestamp)
      }
      if (reason === 'mark') this.#watch.look(event)
      else this.#filled(event)
      if (this.#halts.size > 0) this.#flattening?.pursue(event)
    })
  }

  get halted(): boolean {
    return this.#halts.size > 0
  }

  get haltReason(): string | undefined {
    return this.halted ? [...this.#halts.values()].join(' ') : undefined
  }

  get equityPeak(): Decimal | undefined {
    return this.#watch.drawdown?.base
  }

  get state(): readonly LimitState[] {
    if (!this.#closed) this.#watch.judge(undefined)
    return [...this.#rules.gauges, ...this.#watch.gauges].map(({ state }) => state)
  }

  checkOrder(order: OrderSubmitted, event: TradewireEvent): Refusal | undefined {
    return this.#closed ? undefined : this.#rules.checkOrder(order, event, this.haltReason)
  }

  checkChanges(
    order: OrderSubmitted,
    changes: OrderChanges,
    cause: TradewireEvent | undefined,
  ): Refusal | undefined {
    if (this.#closed) return undefined
    return this.#rules.checkChanges(order, changes, cause, this.haltReason)
  }

  halt(reason: string): void {
    this.#halt('manual', requireText('reason', reason), undefined)
  }

  resume(): void {
    if (!this.halted) return
    this.#lateEnd?.cancel()
    this.#halts.clear()
    this.#resumed('by hand')
    this.#watch.beginAnew()
  }

  close(): void {
    this.#closed = true
    this.#changes.remove()
    this.#orders.close()
    this.#day?.close()
    this.#lateEnd?.cancel()
    this.#flattening?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #filled(event: TradewireEvent): void {
    this.#rules.judgePosition((event.data as { readonly symbol: string }).symbol, event)
    this.#watch.judge(event)
  }

  #halt(by: GuardedLimit | 'manual', reason: string, cause: TradewireEvent | undefined): void {
    const wasHalted = this.halted
    if (by === 'daily_loss') this.#noteLoss(cause)
    this.#halts.set(by, reason)
    if (wasHalted) return
    this.#report.warn('trading_halted', reason, cause)
    this.#flattening?.begin(cause)
  }

  #resumed(how: string): void {
    this.#flattening?.end()
    this.#report.warn('trading_resumed', `Orders are let through again, ${how}.`, undefined)
  }

  #noteLoss(cause: TradewireEvent | undefined): void {
    const { clock } = this.#report.bus
    this.#lateEnd?.cancel()
    this.#hasLateLoss = (cause?.timestamp ?? clock.now()) >= this.#day!.end
  }

  /** A halt by the loss of a day ends with it, or with the next one if the loss has shown only at its end. */
  #newDay(): void {
    this.#watch.beginDay()
    if (!this.#halts.has('daily_loss')) return
    if (this.#hasLateLoss) this.#setLateEnd()
    else this.#endDailyHalt()
  }

  /** Just before the day ends: what is decided with the data of its end is for the day after. */
  #setLateEnd(): void {
    const { clock } = this.#report.bus
    this.#hasLateLoss = false
    this.#lateEnd = clock.setTimer(Math.max(0, this.#day!.end - 1 - clock.now()), () => {
      this.#endDailyHalt()
    })
    this.#lateEnd.unref?.()
  }

  #endDailyHalt(): void {
    if (this.#halts.delete('daily_loss') && !this.halted) this.#resumed('as a new day begins')
  }
}
