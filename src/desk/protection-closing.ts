import type { Subscription } from '../delivery/subscription.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventOf } from '../events/trading-events.ts'
import { type ClosingPosition, closingTerms } from './closing-order.ts'
import type { PositionBus } from './position.ts'
import type { SubmitClosing } from './protection-submit.ts'

/** How closing orders are sent. */
export interface ClosingSettings {
  /** What the ids of the orders tell, such as `flatten`. */
  readonly source: string
  /** How many orders in a row may fail for one position. */
  readonly attempts: number
  readonly priority: number
}

/** How the closing of one position goes. */
interface Closing {
  /** How many orders were sent. */
  sent: number
  /** How many of them in a row were refused, cancelled or expired. */
  failed: number
  /** The order that works; undefined if none does. */
  orderId: string | undefined
}

type EndEvent = EventOf<'order.filled' | 'order.rejected' | 'order.cancelled' | 'order.expired'>

/** Closes positions at the market, with one order at a time for each. */
export class ClosingOrders {
  readonly #bus: PositionBus
  readonly #submit: SubmitClosing
  readonly #settings: ClosingSettings
  /** By position; of those that are being closed alone. */
  readonly #closings = new Map<string, Closing>()
  /** Those whose order works, by that order. */
  readonly #byOrder = new Map<string, Closing>()
  readonly #subscription: Subscription

  constructor(bus: PositionBus, submit: SubmitClosing, settings: ClosingSettings) {
    this.#bus = bus
    this.#submit = submit
    this.#settings = settings
    this.#subscription = bus.on(
      ['order.filled', 'order.rejected', 'order.cancelled', 'order.expired'],
      (event) => this.#end(event),
      { priority: settings.priority },
    )
  }

  /** Whether an order works that closes the position. */
  isWorking(positionId: string): boolean {
    return this.#closings.get(positionId)?.orderId !== undefined
  }

  /** The id that the next order of a position would have: of the same position always another one. */
  nextId(positionId: string, label: string): string {
    return `${positionId}:${label}:${(this.#closings.get(positionId)?.sent ?? 0) + 1}`
  }

  /**
   * Sends an order for all of a position.
   *
   * @param open the positions that are open, of its symbol or of all.
   */
  send(
    position: ClosingPosition,
    open: readonly ClosingPosition[],
    orderId: string,
    cause: TradewireEvent | undefined,
  ): void {
    const { positionId, quantity } = position
    const closing = this.#of(positionId)
    closing.sent += 1
    closing.orderId = orderId
    this.#byOrder.set(orderId, closing)
    const order = {
      ...closingTerms(position, open),
      orderId,
      orderType: 'market',
      quantity,
      timeInForce: 'gtc',
    } as const
    try {
      this.#submit(order, { cause })
    } catch (error) {
      this.#byOrder.delete(orderId)
      closing.orderId = undefined
      throw error
    }
  }

  /** The position is closed: nothing is known of it any more. */
  forget(positionId: string): void {
    const closing = this.#closings.get(positionId)
    if (closing?.orderId !== undefined) this.#byOrder.delete(closing.orderId)
    this.#closings.delete(positionId)
  }

  /** Those positions that are being closed. */
  get positionIds(): Iterable<string> {
    return this.#closings.keys()
  }

  close(): void {
    this.#subscription.unsubscribe()
  }

  #of(positionId: string): Closing {
    let closing = this.#closings.get(positionId)
    if (closing === undefined) {
      closing = { sent: 0, failed: 0, orderId: undefined }
      this.#closings.set(positionId, closing)
    }
    return closing
  }

  /** What is left of a position is closed by another order. */
  #end(event: EndEvent): void {
    const { orderId } = event.data
    const closing = this.#byOrder.get(orderId)
    if (closing === undefined) return
    this.#byOrder.delete(orderId)
    closing.orderId = undefined
    if (event.type === 'order.filled') {
      closing.failed = 0
      return
    }
    closing.failed += 1
    if (closing.failed !== this.#settings.attempts || this.#bus.closed) return
    const message = `${event.data.symbol}: ${closing.failed} orders in a row that were to close a position have failed, the last one ${orderId} by ${event.type}. No more is sent. Close it yourself.`
    const data = { timestamp: this.#bus.clock.now(), code: 'closing_failed', message }
    this.#bus.emitSync('system.warning', data, { source: this.#settings.source, cause: event })
  }

  /** Whether too many orders in a row have failed for a position. */
  hasFailed(positionId: string): boolean {
    return (this.#closings.get(positionId)?.failed ?? 0) >= this.#settings.attempts
  }
}
