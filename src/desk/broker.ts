import type { Bus } from '../bus/bus.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderModified, OrderSubmitted } from '../events/order.ts'
import type { InstrumentTerms } from './position-options.ts'

/** New values of an order that stands; what is absent stays as it is. */
export interface OrderChanges extends Partial<
  Pick<OrderModified, 'quantity' | 'price' | 'triggerPrice'>
> {}

/** How a command is given. */
export interface CommandOptions {
  /** The event because of which it is given: becomes the cause of what follows. */
  readonly cause?: TradewireEvent | undefined
}

/** The account that a broker trades for. */
export interface BrokerAccount {
  /** What it is kept in, such as `USD`. */
  readonly currency: string
  /**
   * What positions and broker together know of instruments, by symbol: where it says nothing of a
   * currency, that of the broker counts, or else that of the account. Absent: nothing is known.
   */
  readonly instruments?: Readonly<Record<string, InstrumentTerms>>
}

/**
 * Where orders go: a venue, or something that plays one. `paperBroker` is one; a venue of yours is
 * another, so that a strategy does not know where it trades.
 *
 * A broker answers by events alone (`order.placed`, `order.partial_fill`, `order.rejected` and so on), whenever
 * it knows the answer. None of its methods may throw for what a venue would refuse: that is an
 * `order.rejected`, `order.cancel_rejected` or `order.modify_rejected`.
 */
export interface Broker {
  /** A word for messages, such as `paper` or `binance`. */
  readonly name: string
  /**
   * What prices are in, such as `USDT`, of which `instruments` says nothing else. Absent: the currency of
   * the account.
   */
  readonly currency?: string | undefined
  /**
   * What it knows of instruments, by symbol; the desk tells its positions. Absent: it knows nothing.
   */
  readonly instruments?: Readonly<Record<string, InstrumentTerms>> | undefined
  /**
   * Begins to take commands, and to answer them on `bus`. Called once, by the desk.
   *
   * @param account whose orders it takes; absent where there is no desk.
   */
  start(bus: Bus, account?: BrokerAccount): RunningBroker
}

/** A broker that takes commands. */
export interface RunningBroker {
  /**
   * Takes an order that was submitted and that no guard has refused.
   *
   * @param event the `order.submitted`, cause of the answers.
   */
  submit(order: OrderSubmitted, event: TradewireEvent): void
  /** Asks for an order to be cancelled; the answer is `order.cancelled` or `order.cancel_rejected`. */
  cancel(orderId: string, options: CommandOptions): void
  /** Asks for an order to be changed; the answer is `order.modified` or `order.modify_rejected`. */
  modify(orderId: string, changes: OrderChanges, options: CommandOptions): void
  /** The position that it holds for the account: above 0 is long, below 0 short. Absent: it cannot tell. */
  positionOf?(symbol: string): Decimal
  /** Takes away its subscriptions and timers. Orders that stand at a real venue stay there. */
  close(): void | Promise<void>
}
