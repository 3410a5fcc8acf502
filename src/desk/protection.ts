import type { Registration } from '../bus/observers.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { requireFunction } from '../errors/checks.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { PositionKeeper } from './position-keeper.ts'
import type { PositionBus } from './position.ts'
import { ArmedPosition, type ProtectionLabel } from './protection-armed.ts'
import { ClosingOrders } from './protection-closing.ts'
import {
  type ProtectionOptions,
  type ProtectionSettings,
  toProtectionSettings,
  type TriggerPrice,
} from './protection-options.ts'
import { ProtectionPrices } from './protection-prices.ts'
import type { SubmitClosing } from './protection-submit.ts'
import { reported, subjectOf } from './risk-amounts.ts'

/** How a position is protected. */
export interface ProtectionState {
  /** The position. */
  readonly positionId: string
  /** Its instrument. */
  readonly symbol: string
  /** Where its stop loss stands now. */
  readonly stopPrice?: Decimal
  /** Where its take profit stands now. */
  readonly targetPrice?: Decimal
  /** The best price since it was opened, with a trailing stop. */
  readonly bestPrice?: Decimal
  /** The rule that was reached. */
  readonly reached?: ProtectionLabel
}

/** Watches stop losses and take profits. Works with `using`. */
export interface Protection {
  /** The positions that are watched. */
  readonly state: readonly ProtectionState[]
  /** Ends its subscriptions. Closing orders that work go on. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/** What a protection needs of positions. */
export type ProtectedPositions = Pick<PositionKeeper, 'all' | 'onChange'>

/**
 * Closes positions at a loss or at a profit: emits `risk.stop_loss_triggered` or `risk.take_profit_triggered`,
 * and sends an order at the market, `<positionId>:stop-loss:<n>` or `<positionId>:take-profit:<n>`, that
 * may only reduce. While that order works, no other one is sent. If it fails, the next price sends one more.
 *
 * A position is watched from its first fill to its last; one that goes through zero is another position,
 * with an entry price of its own.
 *
 * @param positions what `positionKeeper` returned, on the same bus.
 * @param submit sends an order.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or `submit` is no
 * function.
 * @throws BusClosedError `BUS_CLOSED` if the bus is closed.
 * @example
 * ```ts
 * const { positions } = desk
 * const submit: SubmitClosing = (order, options) =>
 *   bus.emitSync('order.submitted', { ...order, timestamp: bus.clock.now() }, options)
 * using protection = protect(bus, positions, submit, {
 *   stopLoss: { trailingPercent: 2 },
 *   symbols: { SPX: { stopLoss: { distance: '15' }, takeProfit: { percent: 3 } } },
 * })
 * ```
 */
export function protect(
  bus: PositionBus,
  positions: ProtectedPositions,
  submit: SubmitClosing,
  options: ProtectionOptions = {},
): Protection {
  requireFunction('submit', submit)
  return new BusProtection(bus, positions, submit, toProtectionSettings(options))
}

class BusProtection implements Protection {
  readonly #bus: PositionBus
  readonly #positions: ProtectedPositions
  readonly #settings: ProtectionSettings
  readonly #closing: ClosingOrders
  readonly #prices: ProtectionPrices
  readonly #changes: Registration
  readonly #subscriptions: readonly Subscription[]

  constructor(
    bus: PositionBus,
    positions: ProtectedPositions,
    submit: SubmitClosing,
    settings: ProtectionSettings,
  ) {
    this.#bus = bus
    this.#positions = positions
    this.#settings = settings
    this.#closing = new ClosingOrders(bus, submit, settings)
    this.#prices = new ProtectionPrices(settings, (armed, price, by, event) => {
      this.#close(armed, price, by, event)
    })
    this.#subscriptions = this.#prices.subscribe(bus)
    for (const position of positions.all()) this.#sync(position.symbol)
    this.#changes = positions.onChange((reason, event) => {
      if (reason === 'fill') this.#sync((event.data as { readonly symbol: string }).symbol)
    })
  }

  get state(): readonly ProtectionState[] {
    return [...this.#prices.armed()].map(({ position, stop, target, trailing, reached }) => ({
      positionId: position.positionId,
      symbol: position.symbol,
      ...(stop !== undefined && { stopPrice: stop.price }),
      ...(target !== undefined && { targetPrice: target.price }),
      ...(trailing !== undefined && { bestPrice: trailing.best }),
      ...(reached !== undefined && { reached: reached.label }),
    }))
  }

  close(): void {
    this.#changes.remove()
    this.#closing.close()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Watches the positions of a symbol as they are now. */
  #sync(symbol: string): void {
    const rules = this.#settings.symbols.get(symbol) ?? this.#settings.rules
    if (rules.stopLoss === undefined && rules.takeProfit === undefined) return
    const open = this.#positions.all().filter((position) => position.symbol === symbol)
    const known = new Map(
      this.#prices.of(symbol).armed.map((armed) => [armed.position.positionId, armed]),
    )
    this.#prices.of(symbol).armed = open.map((position) => {
      const armed = known.get(position.positionId)
      if (armed === undefined) return new ArmedPosition(position, rules)
      known.delete(position.positionId)
      armed.update(position)
      return armed
    })
    for (const positionId of known.keys()) this.#closing.forget(positionId)
  }

  /** A rule was reached, by this price or an earlier one: sends an order, unless one works. */
  #close(
    { position, reached }: ArmedPosition,
    lastPrice: Decimal,
    triggeredBy: TriggerPrice,
    cause: TradewireEvent,
  ): void {
    const { positionId, symbol } = position
    if (this.#bus.closed) return
    if (this.#closing.isWorking(positionId) || this.#closing.hasFailed(positionId)) return
    const { label, triggerPrice } = reached!
    const orderId = this.#closing.nextId(positionId, label)
    const type = label === 'stop-loss' ? 'risk.stop_loss_triggered' : 'risk.take_profit_triggered'
    const { venue } = subjectOf(position)
    const data = {
      timestamp: this.#bus.clock.now(),
      ...(venue !== undefined && { venue }),
      symbol,
      positionId,
      orderId,
      triggerPrice: reported(triggerPrice),
      lastPrice,
      triggeredBy,
    }
    const { source } = this.#settings
    const triggered = this.#bus.emitSync(type, data, { source, cause })
    this.#closing.send(position, this.#positions.all(), orderId, triggered)
  }
}

export type { ProtectionOptions } from './protection-options.ts'
