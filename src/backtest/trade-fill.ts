import type { OrderFilled, OrderPartialFill } from '../events/order.ts'

/** A fill, as order events tell of it. */
export type Fill = OrderFilled | OrderPartialFill
