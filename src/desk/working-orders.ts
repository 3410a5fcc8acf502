import type { Bus } from '../bus/bus.ts'
import { DedupWindow } from '../delivery/dedup-window.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderModified, OrderSubmitted } from '../events/order.ts'
import type { EventMatching } from '../events/types.ts'
import type { EventOf, TradingSchemas } from '../events/trading-events.ts'
import { differenceOf } from './fill-arithmetic.ts'

/** How far an order that stands has come. */
export type WorkingStatus = 'submitted' | 'placed' | 'partially_filled'

/** An order that was submitted and has not ended. */
export interface WorkingOrder {
  /** Its terms, as submitted and modified since. */
  readonly terms: OrderSubmitted
  /** `submitted` until the broker has answered. */
  readonly status: WorkingStatus
  /** What was filled so far, in units of the instrument. */
  readonly filledQuantity: Decimal
  /** What may still be filled, in units of the instrument; above 0. */
  readonly remainingQuantity: Decimal
  /** The `order.submitted` itself; the `order.placed` of one that was submitted elsewhere. */
  readonly submitted: TradewireEvent
}

type OrderEvent = EventMatching<TradingSchemas, 'order.*'>

/** How many ids of orders are remembered, so that a late acceptance does not revive an order. */
const rememberedIds = 10_000

/** The orders of a bus that have been submitted and have not ended, as its events tell. */
export class WorkingOrders {
  readonly #orders = new Map<string, WorkingOrder>()
  /** Ids of submissions that repeat the id of an order that works: they are rejected under its id. */
  readonly #repeats = new Map<string, Set<string>>()
  readonly #ids = new DedupWindow(rememberedIds)
  readonly #subscription: Subscription

  constructor(bus: Bus, priority: number) {
    this.#subscription = bus.on('order.*', (event) => this.#apply(event), { priority })
  }

  /** The order of an id; undefined once it has ended. */
  get(orderId: string): WorkingOrder | undefined {
    return this.#orders.get(orderId)
  }

  /** Those of a symbol, or all, in the order they were submitted. */
  list(symbol?: string): readonly WorkingOrder[] {
    const all = [...this.#orders.values()]
    return symbol === undefined ? all : all.filter(({ terms }) => terms.symbol === symbol)
  }

  /** Ends its subscription. */
  close(): void {
    this.#subscription.unsubscribe()
  }

  #apply(event: OrderEvent): void {
    const { orderId } = event.data
    switch (event.type) {
      case 'order.submitted':
        this.#begin(orderId, event)
        return
      case 'order.placed':
        this.#place(orderId, event)
        return
      case 'order.partial_fill': {
        const { filledQuantity, remainingQuantity } = event.data
        this.#change(orderId, (order) =>
          // A fill that is sent again tells of less than is known.
          filledQuantity.gt(order.filledQuantity)
            ? { status: 'partially_filled', filledQuantity, remainingQuantity }
            : undefined,
        )
        return
      }
      case 'order.modified':
        this.#change(orderId, (order) => modified(order, event.data))
        return
      case 'order.filled':
      case 'order.cancelled':
      case 'order.expired':
        this.#end(orderId)
        return
      case 'order.rejected':
        this.#reject(orderId, event)
        return
      default:
    }
  }

  #place(orderId: string, event: EventOf<'order.placed'>): void {
    // It stands at the venue from before, or was sent by others. An id that was seen is of one that has ended.
    if (this.#ids.add(orderId)) {
      this.#orders.set(orderId, { ...begun(event.data, event), status: 'placed' })
      return
    }
    this.#change(orderId, ({ status }) =>
      status === 'submitted' ? { status: 'placed' } : undefined,
    )
  }

  #begin(orderId: string, event: EventOf<'order.submitted'>): void {
    this.#ids.add(orderId)
    if (!this.#orders.has(orderId)) {
      this.#orders.set(orderId, begun(event.data, event))
      return
    }
    // The guard or the broker refuses an id that it knows; the order that stands goes on.
    const repeats = this.#repeats.get(orderId)
    if (repeats === undefined) this.#repeats.set(orderId, new Set([event.id]))
    else repeats.add(event.id)
  }

  /** A second order of one id is rejected, and not the first. */
  #reject(orderId: string, { causationId }: TradewireEvent): void {
    const order = this.#orders.get(orderId)
    if (order === undefined) return
    const isRepeat = causationId !== undefined && this.#repeats.get(orderId)?.delete(causationId)
    if (isRepeat === true) return
    if (order.status === 'submitted' || causationId === order.submitted.id) this.#end(orderId)
  }

  #end(orderId: string): void {
    this.#orders.delete(orderId)
    this.#repeats.delete(orderId)
  }

  #change(
    orderId: string,
    change: (order: WorkingOrder) => Partial<WorkingOrder> | undefined,
  ): void {
    const order = this.#orders.get(orderId)
    if (order === undefined) return
    const changes = change(order)
    if (changes !== undefined) this.#orders.set(orderId, { ...order, ...changes })
  }
}

function begun(terms: OrderSubmitted, submitted: TradewireEvent): WorkingOrder {
  return {
    terms,
    status: 'submitted',
    filledQuantity: new Decimal(0),
    remainingQuantity: terms.quantity,
    submitted,
  }
}

function modified(
  order: WorkingOrder,
  { quantity, price, triggerPrice }: OrderModified,
): Partial<WorkingOrder> {
  const terms = {
    ...order.terms,
    ...(quantity !== undefined && { quantity }),
    ...(price !== undefined && { price }),
    ...(triggerPrice !== undefined && { triggerPrice }),
  }
  return { terms, remainingQuantity: differenceOf(terms.quantity, order.filledQuantity) }
}
