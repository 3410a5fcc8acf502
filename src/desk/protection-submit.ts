import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'

/**
 * Sends an order that closes a position, or a part of it: emits its `order.submitted`, with the time of
 * now, and `cause` as its cause.
 */
export type SubmitClosing = (
  order: Omit<OrderSubmitted, 'timestamp'>,
  options: { readonly cause?: TradewireEvent | undefined },
) => void
