import type { Bus } from '../bus/bus.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderPartialFill, OrderSubmitted } from '../events/order.ts'
import type { OrderChanges } from './broker.ts'
import type { OrderState } from './order-state.ts'

/** Why a command was refused. */
export interface PaperRefusal {
  /** In words. */
  readonly reason: string
  /** A short code, such as `LOT_SIZE`. */
  readonly code: string
}

/** What a fill says beside the names of its order. */
export type FillFacts = Pick<
  OrderPartialFill,
  | 'tradeId'
  | 'side'
  | 'lastPrice'
  | 'lastQuantity'
  | 'filledQuantity'
  | 'remainingQuantity'
  | 'averagePrice'
  | 'fee'
  | 'liquidity'
>

type Names = Pick<
  OrderSubmitted,
  'orderId' | 'venueOrderId' | 'symbol' | 'accountId' | 'strategyId' | 'venue' | 'timestamp'
>

interface AnswerOptions {
  readonly source: string
  readonly cause?: TradewireEvent
}

/** Says on the bus what became of orders. */
export class PaperAnswers {
  readonly #bus: Bus
  /** Undefined where events name the venue that the order has. */
  readonly #venue: string | undefined
  readonly #source: string

  constructor(bus: Bus, venue: string | undefined, source: string) {
    this.#bus = bus
    this.#venue = venue
    this.#source = source
  }

  /** Once for each order; what it causes later names it as its cause. */
  placed(order: OrderState): void {
    order.placed = true
    const { venueOrderId } = order
    const stamp = { ...this.#venueOf(order.terms), timestamp: order.arrivedAt }
    const data = { ...order.terms, venueOrderId, ...stamp }
    order.cause = this.#bus.emitSync('order.placed', data, this.#by(order.cause))
  }

  fill(order: OrderState, facts: FillFacts, at: number): () => void {
    const data = { ...this.#namesOf(order, at), ...facts }
    const type = facts.remainingQuantity.isZero() ? 'order.filled' : 'order.partial_fill'
    const { cause } = order
    const say = (): void => {
      this.#bus.emitSync(type, data, this.#by(cause))
    }
    say()
    return say
  }

  triggered(order: OrderState, at: number, triggerPrice: Decimal): void {
    const data = { ...this.#namesOf(order, at), triggerPrice }
    this.#bus.emitSync('order.triggered', data, this.#by(order.cause))
  }

  cancelled(
    order: OrderState,
    at: number,
    reason: string,
    cause: TradewireEvent | undefined,
  ): void {
    this.ensurePlaced(order)
    const data = { ...this.#namesOf(order, at), filledQuantity: order.filled, reason }
    this.#bus.emitSync('order.cancelled', data, this.#by(cause ?? order.cause))
  }

  expired(order: OrderState, at: number): void {
    this.ensurePlaced(order)
    const data = { ...this.#namesOf(order, at), filledQuantity: order.filled }
    this.#bus.emitSync('order.expired', data, this.#by(order.cause))
  }

  modified(
    order: OrderState,
    changes: OrderChanges,
    at: number,
    cause: TradewireEvent | undefined,
  ): void {
    const { quantity, price, triggerPrice } = changes
    const data = {
      ...this.#namesOf(order, at),
      ...(quantity !== undefined && { quantity }),
      ...(price !== undefined && { price }),
      ...(triggerPrice !== undefined && { triggerPrice }),
    }
    this.#bus.emitSync('order.modified', data, this.#by(cause ?? order.cause))
  }

  rejected(order: OrderState, refusal: PaperRefusal, at: number): void {
    const data = { ...this.#namesOf(order, at), ...refusal }
    this.#bus.emitSync('order.rejected', data, this.#by(order.cause))
  }

  /** A cancellation or a change that was refused; `order` is undefined if nobody knows of it. */
  refused(
    type: 'order.cancel_rejected' | 'order.modify_rejected',
    orderId: string,
    order: OrderState | undefined,
    refusal: PaperRefusal,
    at: number,
    cause: TradewireEvent | undefined,
  ): void {
    const names =
      order === undefined
        ? { orderId, symbol: 'unknown', ...this.#venueOf({}), timestamp: at }
        : this.#namesOf(order, at)
    this.#bus.emitSync(type, { ...names, ...refusal }, this.#by(cause ?? order?.cause))
  }

  /** What is changed, triggered or ended before its acceptance was told is told to be accepted first. */
  ensurePlaced(order: OrderState): void {
    if (!order.placed) this.placed(order)
  }

  #by(cause: TradewireEvent | undefined): AnswerOptions {
    return cause === undefined ? { source: this.#source } : { source: this.#source, cause }
  }

  #namesOf({ terms, venueOrderId }: OrderState, timestamp: number): Names {
    const { orderId, symbol, accountId, strategyId } = terms
    return {
      orderId,
      venueOrderId,
      symbol,
      ...(accountId !== undefined && { accountId }),
      ...(strategyId !== undefined && { strategyId }),
      ...this.#venueOf(terms),
      timestamp,
    }
  }

  #venueOf(terms: { readonly venue?: string | undefined }): { readonly venue?: string } {
    const venue = this.#venue ?? terms.venue
    return venue === undefined ? {} : { venue }
  }
}
