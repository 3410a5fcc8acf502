import type { Bus } from '../bus/bus.ts'
import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventOf, TradingSchemas } from '../events/trading-events.ts'
import type { Clock } from '../time/clock.ts'
import type { Broker, RunningBroker } from './broker.ts'
import type { OrderCheck } from './order-check.ts'
import { agreedSettings, termsFor } from './instrument-terms.ts'
import { identityOf, Orders } from './orders.ts'
import { keeperOf, type PositionKeeper } from './position-keeper.ts'
import type { PositionKeeperOptions } from './position-options.ts'
import { protect, type Protection } from './protection.ts'
import type { ProtectionOptions } from './protection-options.ts'
import { riskGuard, type RiskGuard } from './risk-guard.ts'
import type { SubmitClosing } from './protection-submit.ts'
import type { RiskCommands } from './risk-halt.ts'
import type { RiskGuardOptions } from './risk-options.ts'
import { WorkingOrders } from './working-orders.ts'

/** Options of {@link startDesk}. */
export interface DeskOptions {
  /** Where orders go. Without one they are submitted, and nobody answers. */
  readonly broker?: Broker
  /** How positions and money are kept. */
  readonly positions?: PositionKeeperOptions
  /** Limits that orders are checked against before they go to the broker. Default: none. */
  readonly risk?: RiskGuardOptions
  /** Stop losses and take profits of all positions. Default: none. */
  readonly protection?: ProtectionOptions
}

/**
 * All that a strategy works with, the same in a backtest, on paper and live: the bus with its events, the
 * clock, orders, positions.
 *
 * @typeParam Schemas payload schemas by event name, for events of your own; inferred from the bus.
 */
export interface Desk<out Schemas extends EventSchemas = TradingSchemas> {
  /** Carries the events. */
  readonly bus: Bus<Schemas>
  /** The time: simulated in a backtest. The same as `bus.clock`. */
  readonly clock: Clock
  /** Gives orders, and knows which of them work. */
  readonly orders: Orders
  /** Positions, cash and equity. */
  readonly positions: PositionKeeper
  /** Watches the limits; absent without `risk`. */
  readonly risk: RiskGuard | undefined
  /** Watches stop losses and take profits; absent without `protection`. */
  readonly protection: Protection | undefined
  /** Takes the orders; absent without `broker`. */
  readonly broker: RunningBroker | undefined
  /** Ends all of its parts. Orders that stand at a real venue stay there: cancel them first. */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

const optionNames = ['broker', 'positions', 'risk', 'protection'] as const

/** The desk hears an event before the strategies do, so that they see what it has led to. */
const deskPriority = 1_000

/**
 * Starts a trading desk on a bus. Each `order.submitted`, whoever emits it, goes to the risk guard, which
 * rejects it or lets it pass, and then to the broker, which answers by events. From fills and prices come
 * positions and their profit and loss.
 *
 * What `positions` or the broker knows of the multiplier and the currency of an instrument, the other one is
 * told.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, `positions` and the
 * broker contradict each other, or the bus has a desk already.
 * @example
 * ```ts
 * const desk = startDesk(bus, {
 *   broker: paperBroker({ fees: { maker: '0.0002', taker: '0.0005' } }),
 *   positions: { initialCash: new Decimal(10_000), currency: 'USDT' },
 *   risk: { maxPosition: '2', maxDrawdown: { percent: 10 } },
 * })
 * bus.on('market.new_bar', (event) => {
 *   if (event.data.close.gt(event.data.open)) desk.orders.buy(event.data.symbol, '1', { cause: event })
 * })
 * ```
 */
export function startDesk<Schemas extends EventSchemas = TradingSchemas>(
  bus: Bus<Schemas>,
  options: DeskOptions = {},
): Desk<Schemas> {
  requireOptions('startDesk', options, optionNames)
  requireBroker(options.broker)
  if (desks.has(bus)) {
    throw new ConfigurationError(
      'The bus has a desk already, and each order would go to two brokers. Close that one first, or use another bus.',
    )
  }
  // Its catalog has the trading events, or a subscription below is refused at once.
  const desk = new RunningDesk(bus as unknown as Bus, options)
  desks.add(bus)
  return desk as unknown as Desk<Schemas>
}

/** What `paperBroker()` returns is a broker, and `paperBroker` is none. */
function requireBroker(broker: unknown): void {
  if (broker === undefined) return
  if (typeof (Object(broker) as Partial<Broker>).start === 'function') return
  const advice = typeof broker === 'function' ? ' Call it: paperBroker() makes one.' : ''
  throw new ConfigurationError(
    `broker must be an object with start(bus), such as paperBroker() makes, but is ${describeValue(broker)}.${advice}`,
  )
}

/** Submits the orders that close a position for its protection. */
function submitTo(bus: Bus): SubmitClosing {
  return (order, { cause }) => {
    bus.emitSync(
      'order.submitted',
      { ...order, timestamp: bus.clock.now() },
      { source: 'protection', ...(cause !== undefined && { cause }) },
    )
  }
}

/** The buses that have a desk. */
const desks = new WeakSet<object>()

class RunningDesk implements Desk {
  readonly bus: Bus
  readonly clock: Clock
  readonly orders: Orders
  readonly positions: PositionKeeper
  readonly risk: RiskGuard | undefined
  readonly protection: Protection | undefined
  readonly broker: RunningBroker | undefined
  readonly #check: OrderCheck | undefined
  /** Who rejects what the guard refuses. */
  readonly #guard: string
  /** Ends what was begun, the last first. */
  readonly #ends: (() => void)[] = []
  #closing: Promise<void> | undefined = undefined

  constructor(bus: Bus, options: DeskOptions) {
    const { broker, positions = {}, risk, protection } = options
    this.bus = bus
    this.clock = bus.clock
    this.#guard = risk?.source ?? 'risk-guard'
    try {
      // In this order: the guard looks at positions that know of the event it looks at.
      const settings = agreedSettings(positions, broker)
      this.positions = this.#begun(keeperOf(bus, settings))
      const working = this.#begun(new WorkingOrders(bus, deskPriority))
      const commands: RiskCommands = {
        cancel: (orderId, given) => this.broker?.cancel(orderId, given),
      }
      this.risk = risk && this.#begun(riskGuard(bus, this.positions, risk, commands))
      this.#check = this.risk
      const { positions: kept } = this
      this.protection = protection && this.#begun(protect(bus, kept, submitTo(bus), protection))
      const submissions = bus.on('order.submitted', (event) => this.#route(event), {
        priority: deskPriority,
      })
      this.#begun({ close: () => submissions.unsubscribe() })
      this.broker = broker?.start(bus, {
        currency: settings.currency,
        instruments: termsFor(settings),
      })
      this.orders = new Orders({
        bus,
        working,
        broker: this.broker,
        check: this.#check,
        positions: this.positions,
      })
    } catch (error) {
      this.#endParts()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#endParts()
    desks.delete(this.bus)
    await this.broker?.close()
  }

  /** Notes a part that is to be ended. */
  #begun<Part extends { close(): void }>(part: Part): Part {
    this.#ends.unshift(() => part.close())
    return part
  }

  #endParts(): void {
    for (const end of this.#ends) end()
  }

  #route(event: EventOf<'order.submitted'>): void {
    const order = event.data
    const refusal = this.#check?.checkOrder(order, event)
    if (refusal === undefined) {
      this.broker?.submit(order, event)
    } else {
      this.bus.emitSync(
        'order.rejected',
        { ...identityOf(order), timestamp: this.clock.now(), ...refusal },
        { source: this.#guard, cause: event },
      )
    }
    this.orders.routed(order.orderId)
  }
}
