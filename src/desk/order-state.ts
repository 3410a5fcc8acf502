import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { NewBar } from '../events/market.ts'
import type { OrderSubmitted } from '../events/order.ts'
import { differenceOf, none, productOf, sumOf } from './fill-arithmetic.ts'

/** An order that stands at the paper broker, as it is at the moment of asking. */
export interface PaperOrder extends Omit<OrderSubmitted, 'timestamp'> {
  /** When it came to the venue, in milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** The venue's own id of it. */
  readonly venueOrderId: string
  /** How much of it was filled, in units of the instrument. */
  readonly filledQuantity: Decimal
  /** How much of it stands, in units of the instrument. */
  readonly remainingQuantity: Decimal
  /** Average price of its fills; absent before the first. */
  readonly averagePrice?: Decimal
  /** Whether its trigger price has woken it; absent for orders without one. */
  readonly triggered?: boolean
}

/** What a paper venue knows of one order: its terms as they are now, and what was filled. */
export class OrderState {
  readonly terms: OrderSubmitted
  readonly buy: boolean
  /** Whether it trades at any price once it is awake: no limit. */
  readonly atMarket: boolean
  /** Whether it must trade at once or not at all: `ioc` and `fok`. */
  readonly immediate: boolean
  readonly venueOrderId: string
  /** The event that answers name as their cause: `order.placed`, before it `order.submitted`. */
  cause: TradewireEvent
  quantity: Decimal
  price: Decimal | undefined
  trigger: Decimal | undefined
  /** How far the trigger of a trailing stop stays behind the best price. */
  trail: Decimal | undefined
  /** When it came to the venue; -Infinity while it is on its way. */
  arrivedAt: number
  /** When its terms were last changed; -Infinity before. */
  changedAt: number
  /** Whether it stands: it was accepted, and has not ended. */
  open: boolean
  /** Whether `order.placed` was emitted. */
  placed: boolean
  /** Whether it was cancelled, and one fill is still on its way. */
  late: boolean
  /** Whether no trigger holds it back any more. */
  awake: boolean
  /** Whether it may still find what stands in the book: it has seen no price yet that it could not take. */
  taking: boolean
  /** The newest bar that was matched against it since it came or was changed. */
  lastBar: NewBar | undefined
  /** Removes the timer that ends it. */
  stopExpiry: (() => void) | undefined
  /** Whether it ends with the first bar that could fill it: a `day` order on bars of days. */
  forOneBar: boolean
  filled: Decimal
  /** Sum of price x quantity of its fills. */
  paid: Decimal
  /** Average price of its fills, in 64 significant digits; undefined before the first. */
  averagePrice: Decimal | undefined
  /** Fees of its fills. */
  fees: Decimal

  constructor(terms: OrderSubmitted, submitted: TradewireEvent, venueOrderId: string) {
    const { orderType, side, timeInForce, quantity, price, triggerPrice } = terms
    this.terms = terms
    this.buy = side === 'buy'
    this.atMarket = orderType !== 'limit' && orderType !== 'stop_limit'
    this.immediate = timeInForce === 'ioc' || timeInForce === 'fok'
    this.venueOrderId = venueOrderId
    this.cause = submitted
    this.quantity = quantity
    this.price = price
    this.trigger = triggerPrice
    this.trail = undefined
    this.arrivedAt = -Infinity
    this.changedAt = -Infinity
    this.open = false
    this.placed = false
    this.late = false
    this.awake = orderType === 'market' || orderType === 'limit'
    this.taking = true
    this.lastBar = undefined
    this.stopExpiry = undefined
    this.forOneBar = false
    this.filled = none
    this.paid = none
    this.averagePrice = undefined
    this.fees = none
  }

  get remaining(): Decimal {
    return this.filled.isZero() ? this.quantity : differenceOf(this.quantity, this.filled)
  }

  /** Notes a fill of at most what remains. */
  book(price: Decimal, quantity: Decimal): void {
    const first = this.filled.isZero()
    this.filled = sumOf(this.filled, quantity)
    this.paid = sumOf(this.paid, productOf(price, quantity))
    this.averagePrice = first ? price : this.paid.div(this.filled)
  }

  view(): PaperOrder {
    const { quantity, price, trigger, filled, averagePrice } = this
    const { timestamp: _, price: __, triggerPrice: ___, ...terms } = this.terms
    return Object.freeze({
      ...terms,
      timestamp: this.arrivedAt,
      venueOrderId: this.venueOrderId,
      quantity,
      ...(price !== undefined && { price }),
      ...(trigger !== undefined && { triggerPrice: trigger, triggered: this.awake }),
      filledQuantity: filled,
      remainingQuantity: this.remaining,
      ...(averagePrice !== undefined && { averagePrice }),
    })
  }
}
