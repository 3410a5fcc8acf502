import { DedupWindow } from '../delivery/dedup-window.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type {
  OrderFilled,
  OrderModified,
  OrderPartialFill,
  OrderPlaced,
  OrderSubmitted,
} from '../events/order.ts'
import type { EventOf } from '../events/trading-events.ts'
import type { OrderChanges } from './broker.ts'
import { OpenOrder } from './open-order.ts'
import { SymbolOrders } from './open-order-sums.ts'
import type { PositionBus } from './position.ts'

/** How many ids of orders are remembered, so that a late acceptance does not revive an order. */
const rememberedIds = 10_000
/** How many orders are kept that have ended, and of which fills are still to come. */
const mostLate = 1_000

type OrderEvent = EventOf<
  | 'order.placed'
  | 'order.filled'
  | 'order.partial_fill'
  | 'order.cancelled'
  | 'order.expired'
  | 'order.rejected'
  | 'order.modified'
  | 'order.modify_rejected'
>

/** Hears that less, or more, of the orders of a symbol may still be filled. */
export type OpenOrdersListener = (symbol: string, event: TradewireEvent) => void

/**
 * What may still be filled, worst case: orders that were let through count at once, wishes to make one
 * larger too, and one that has ended counts until all of the fills that its end tells of have come.
 */
export class OpenOrders {
  readonly #orders = new Map<string, OpenOrder>()
  readonly #bySymbol = new Map<string, SymbolOrders>()
  /** Those that have ended, and of which fills are still to come; oldest first. */
  readonly #late = new Set<OpenOrder>()
  readonly #ids = new DedupWindow(rememberedIds)
  readonly #subscription: Subscription
  readonly #changed: OpenOrdersListener

  /** @param changed is told after each event that has changed something. */
  constructor(bus: PositionBus, priority: number, changed: OpenOrdersListener) {
    this.#changed = changed
    this.#subscription = bus.on(
      [
        'order.placed',
        'order.filled',
        'order.partial_fill',
        'order.cancelled',
        'order.expired',
        'order.rejected',
        'order.modified',
        'order.modify_rejected',
      ],
      (event) => this.#apply(event),
      { priority },
    )
  }

  /** What is open of a symbol; undefined is nothing. */
  of(symbol: string): SymbolOrders | undefined {
    return this.#bySymbol.get(symbol)
  }

  /** What is open, by symbol. */
  get bySymbol(): ReadonlyMap<string, SymbolOrders> {
    return this.#bySymbol
  }

  /** The order of an id, if fills of it may still come. */
  get(orderId: string): OpenOrder | undefined {
    return this.#orders.get(orderId)
  }

  /** The orders that have not ended, oldest first. */
  working(): readonly OpenOrder[] {
    return [...this.#orders.values()].filter((order) => !order.ended)
  }

  /** An order goes to the broker. Its id is of none that is open. */
  add(terms: OrderSubmitted | OrderPlaced): void {
    this.#ids.add(terms.orderId)
    const order = new OpenOrder(terms)
    this.#orders.set(terms.orderId, order)
    let sums = this.#bySymbol.get(terms.symbol)
    if (sums === undefined) {
      sums = new SymbolOrders()
      this.#bySymbol.set(terms.symbol, sums)
    }
    sums.count += 1
    sums.price = terms.price ?? terms.triggerPrice ?? sums.price
    sums.update(order)
  }

  /** A wish to change an order goes to the broker. */
  change(orderId: string, changes: OrderChanges): void {
    const order = this.#orders.get(orderId)
    if (order === undefined) return
    order.wishes.push(changes)
    this.#update(order)
  }

  close(): void {
    this.#subscription.unsubscribe()
  }

  #apply(event: OrderEvent): void {
    const { orderId } = event.data
    const order = this.#orders.get(orderId)
    if (order === undefined) {
      // An order that was sent by others, or before. An id that was seen is of one that has ended.
      if (event.type !== 'order.placed' || !this.#ids.add(orderId)) return
      this.add(event.data)
    } else if (event.type === 'order.placed' || !this.#applyTo(order, event)) return
    this.#changed(event.data.symbol, event)
  }

  /** Returns whether it has changed something. */
  #applyTo(order: OpenOrder, event: Exclude<OrderEvent, EventOf<'order.placed'>>): boolean {
    switch (event.type) {
      case 'order.partial_fill':
        return this.#fill(order, event.data)
      case 'order.filled':
        this.#fill(order, event.data)
        return this.#end(order, event.data.filledQuantity)
      case 'order.cancelled':
      case 'order.expired':
        return this.#end(order, event.data.filledQuantity)
      case 'order.rejected':
        if (order.takeRefusal()) return false
        return this.#end(order, order.filled)
      case 'order.modified':
        return this.#modify(order, event.data)
      default:
        if (order.refusedChanges > 0) order.refusedChanges -= 1
        else order.wishes.shift()
        return this.#update(order)
    }
  }

  #fill(order: OpenOrder, { tradeId, lastQuantity }: OrderFilled | OrderPartialFill): boolean {
    return order.fill(tradeId, lastQuantity) && this.#update(order)
  }

  #modify(order: OpenOrder, changes: OrderModified): boolean {
    if (order.ended) return false
    order.modify(changes)
    return this.#update(order)
  }

  /** An order has ended, with so much of it filled in all. */
  #end(order: OpenOrder, total: Decimal): boolean {
    order.end(total)
    this.#late.add(order)
    this.#update(order)
    if (this.#late.size > mostLate) {
      const [oldest] = this.#late
      oldest!.end(oldest!.filled)
      this.#update(oldest!)
    }
    return true
  }

  #update(order: OpenOrder): boolean {
    const { symbol } = order
    const sums = this.#bySymbol.get(symbol)!
    const changed = sums.update(order)
    if (order.ended && compareDecimals(order.filled, order.total) >= 0) {
      this.#orders.delete(order.orderId)
      this.#late.delete(order)
      sums.count -= 1
      if (sums.count === 0) this.#bySymbol.delete(symbol)
    }
    return changed
  }
}
