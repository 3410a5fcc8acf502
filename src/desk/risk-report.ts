import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { RiskLimitExceeded } from '../events/risk.ts'
import type { PositionBus } from './position.ts'
import { Exact } from './position-exact.ts'
import type { GuardedLimit, RiskSettings } from './risk-options.ts'

/** Refuses all orders that do not reduce a position, because of a limit. */
export type HaltBy = (limit: GuardedLimit, cause: TradewireEvent | undefined) => void

/** What the limits of one guard share: how they tell of what they have reached. */
export class RiskReport {
  readonly bus: PositionBus
  readonly settings: RiskSettings
  readonly halt: HaltBy
  /** The share of a limit to warn from. `Exact`, as are the next two. */
  readonly warnFrom: Decimal
  /** The share of a limit below which it is no longer exceeded. */
  readonly clearBelow: Decimal
  /** The share of a limit below which nothing stands. */
  readonly warnClearBelow: Decimal

  constructor(bus: PositionBus, settings: RiskSettings, halt: HaltBy) {
    this.bus = bus
    this.settings = settings
    this.halt = halt
    this.warnFrom = new Exact(settings.warnAt)
    this.clearBelow = new Exact(settings.rearmAt)
    this.warnClearBelow = this.clearBelow.times(settings.warnAt)
  }

  tell(
    type: 'risk.limit_warning' | 'risk.limit_exceeded',
    data: Omit<RiskLimitExceeded, 'timestamp'>,
    cause: TradewireEvent | undefined,
  ): void {
    const { bus, settings } = this
    if (bus.closed) return
    bus.emitSync(type, { timestamp: bus.clock.now(), ...data }, { source: settings.source, cause })
  }

  warn(code: string, message: string, cause: TradewireEvent | undefined): void {
    const { bus, settings } = this
    if (bus.closed) return
    const data = { timestamp: bus.clock.now(), code, message: message.slice(0, 1_000) }
    bus.emitSync('system.warning', data, { source: settings.source, cause })
  }
}
