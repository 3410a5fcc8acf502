import type { OrderState } from './order-state.ts'

/** How many orders are remembered after their end, to answer for them by name. */
const capacity = 10_000

/** The orders of a paper venue by id: all that stand or are on their way, and the last that have ended. */
export class PaperOrders {
  readonly #byId = new Map<string, OrderState>()
  /** Ring of the orders that ended last. */
  readonly #ended: OrderState[] = []
  #next = 0

  get(orderId: string): OrderState | undefined {
    return this.#byId.get(orderId)
  }

  add(order: OrderState): void {
    this.#byId.set(order.terms.orderId, order)
  }

  /** Notes the end of an order; forgets the one that ended longest ago if they are too many. */
  end(order: OrderState): void {
    const oldest = this.#ended[this.#next]
    if (oldest !== undefined) this.#byId.delete(oldest.terms.orderId)
    this.#ended[this.#next] = order
    this.#next = (this.#next + 1) % capacity
  }
}
