import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { OrderChanges } from './broker.ts'

/** Why an order may not go to the broker. */
export interface Refusal {
  /** In words, for `order.rejected`. */
  readonly reason: string
  /** A short code, such as `RISK_POSITION_SIZE`. */
  readonly code: string
}

/** Stands before the broker: looks at each order and each change before it goes there. */
export interface OrderCheck {
  /**
   * Looks at an order that was submitted; undefined lets it pass. It may emit events of its own (such as
   * `risk.limit_exceeded`), with `event` as their cause.
   */
  checkOrder(order: OrderSubmitted, event: TradewireEvent): Refusal | undefined
  /** Looks at a change of an order that stands; undefined lets it pass. */
  checkChanges(
    order: OrderSubmitted,
    changes: OrderChanges,
    cause: TradewireEvent | undefined,
  ): Refusal | undefined
}
