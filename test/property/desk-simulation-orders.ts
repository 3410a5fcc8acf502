import type { Decimal, TradingEvent } from 'tradewire'
import { type Micros, micros } from './desk-simulation-money.ts'
import type { RandomMarket, ShownEvent } from './desk-simulation-market.ts'
import {
  begun,
  type BookedOrder,
  type EndOfOrder,
  stoodAt,
  termsAt,
} from './desk-simulation-booked.ts'
import { must, requireShown } from './desk-simulation-prices.ts'

type Typed<Type extends TradingEvent['type']> = Extract<TradingEvent, { readonly type: Type }>
export type OrderEvent = Extract<TradingEvent, { readonly type: `order.${string}` }>
export type FillEvent = Typed<'order.filled' | 'order.partial_fill'>

/** What the books know of the venue. */
export interface VenueTerms {
  readonly minLatencyMs: number
  readonly maxLatencyMs: number
  readonly fillOnTouch: boolean
  /** How much worse orders without a limit are filled. */
  readonly slip: Micros
  readonly lateFills: boolean
  readonly earlyFills: boolean
  readonly sessionEnd: number
}

/** A change that was asked for; undefined stays as it is. */
export interface Wish {
  readonly quantity: Micros | undefined
  readonly limit: Micros | undefined
  readonly trigger: Micros | undefined
}

/** What was asked of an order, maybe before anybody has heard of its submission. */
interface Asked {
  cancels: number
  /** The largest quantity that was wished for. */
  most: Micros
  readonly wishes: Wish[]
}

const toMicros = (value: Decimal): Micros => micros(value.toFixed())
const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/**
 * The orders of a desk by their events alone, held against the terms that they were given with and against
 * what the market has shown. It throws at the first thing that may not be.
 */
export class OrderBooks {
  readonly orders = new Map<string, BookedOrder>()
  readonly #market: RandomMarket
  readonly #terms: VenueTerms
  readonly #now: () => number
  readonly #trades = new Map<string, string>()
  readonly #asked = new Map<string, Asked>()
  repeated = 0
  cancelAnswers = 0
  modifyAnswers = 0
  /** What was filled after a cancellation, by symbol. */
  readonly late = new Map<string, Micros>()

  constructor(market: RandomMarket, terms: VenueTerms, now: () => number) {
    this.#market = market
    this.#terms = terms
    this.#now = now
  }

  askCancel(orderId: string): void {
    this.#askedOf(orderId).cancels += 1
  }

  askChange(orderId: string, wish: Wish): void {
    const asked = this.#askedOf(orderId)
    asked.wishes.push(wish)
    if (wish.quantity !== undefined && wish.quantity > asked.most) asked.most = wish.quantity
  }

  #askedOf(orderId: string): Asked {
    let asked = this.#asked.get(orderId)
    if (asked === undefined) {
      asked = { cancels: 0, most: 0n, wishes: [] }
      this.#asked.set(orderId, asked)
    }
    return asked
  }

  /** A market order that stood as a bar began is filled by it, whatever became of the order since. */
  requireCertain(bar: ShownEvent): void {
    if (bar.kind !== 'bar' || bar.repeats || bar.left !== undefined) return
    for (const order of this.orders.values()) {
      const { terms, arrivedAt, modified, end, cancelledAt } = order
      if (terms.symbol !== bar.symbol || terms.orderType !== 'market') continue
      if (terms.reduceOnly === true || modified || end === 'rejected') continue
      if (arrivedAt === undefined || !stoodAt(order, bar.from)) continue
      // Whoever heard of a fill of this bar may have cancelled it.
      if (end === 'cancelled' && cancelledAt === bar.index) continue
      must(order.filled === order.quantity, 'a bar has not filled what stood at its open')
    }
  }

  /** Books an event; returns true if it is a fill that was not known. */
  book(event: OrderEvent, held: (symbol: string) => Micros): boolean {
    const { orderId } = event.data
    if (event.type === 'order.submitted') {
      must(!this.orders.has(orderId), 'an order is submitted twice')
      const order = begun(event.data, this.#now())
      this.orders.set(orderId, order)
      order.worst = this.#worstOf(event.data.symbol, held)
      return false
    }
    if (event.type === 'order.cancel_rejected') this.cancelAnswers += 1
    if (event.type === 'order.modify_rejected') this.modifyAnswers += 1
    const order = this.orders.get(orderId)
    if (event.type === 'order.cancel_rejected' || event.type === 'order.modify_rejected') {
      return false
    }
    must(order !== undefined, 'an event of an order that nobody has submitted')
    if (event.type === 'order.filled' || event.type === 'order.partial_fill') {
      return this.#fill(order, event, held)
    }
    this.#change(order, event)
    return false
  }

  /** The position of a symbol and all that may still be filled, as if all of it were of one side. */
  #worstOf(symbol: string, held: (symbol: string) => Micros): Micros {
    let worst = absolute(held(symbol))
    for (const { terms, end, quantity, filled } of this.orders.values()) {
      if (end !== undefined || terms.symbol !== symbol) continue
      const { most } = this.#askedOf(terms.orderId)
      worst += (most > quantity ? most : quantity) - filled
    }
    return worst
  }

  #change(order: BookedOrder, event: Exclude<OrderEvent, FillEvent>): void {
    switch (event.type) {
      case 'order.placed':
        this.#place(order, event)
        return
      case 'order.rejected':
        must(!order.placed && order.filled === 0n, 'a rejected order was accepted before')
        this.#end(order, 'rejected')
        return
      case 'order.triggered':
        this.#trigger(order, event)
        return
      case 'order.modified':
        this.#modify(order, event)
        return
      case 'order.cancelled':
        must(toMicros(event.data.filledQuantity) === order.filled, 'filled differs at the cancel')
        if (event.data.reason === 'as asked') {
          this.cancelAnswers += 1
          must(this.#askedOf(event.data.orderId).cancels > 0, 'nobody has asked for the cancel')
        }
        order.cancelledAt = this.#market.count(order.terms.symbol)
        this.#end(order, 'cancelled')
        return
      case 'order.expired':
        must(toMicros(event.data.filledQuantity) === order.filled, 'filled differs at the expiry')
        must(Math.abs(this.#now() - this.#expiryOf(order)!) < 0.001, 'it expires at another time')
        this.#end(order, 'expired')
        return
      default:
    }
  }

  #place(order: BookedOrder, { data }: Typed<'order.placed'>): void {
    must(!order.placed, 'placed twice')
    must(order.filled === 0n || this.#terms.earlyFills, 'filled before it was placed')
    const latency = data.timestamp - order.submittedAt
    const { minLatencyMs, maxLatencyMs } = this.#terms
    // A command may wait for those that were sent before it, by as much again at most.
    must(latency >= minLatencyMs && latency <= maxLatencyMs, 'arrived outside of the latency')
    for (const from of order.unplaced)
      must(data.timestamp <= from, 'filled by a bar before it came')
    order.placed = true
    order.arrivedAt = data.timestamp
    order.meetsBookIn = this.#market.current
  }

  #trigger(order: BookedOrder, { data }: Typed<'order.triggered'>): void {
    const { orderType, side, symbol } = order.terms
    must(order.placed && this.#isOpen(order), 'triggered though it does not work')
    must(!order.triggered && orderType !== 'market' && orderType !== 'limit', 'no stop to trigger')
    const at = toMicros(data.triggerPrice)
    const trails = orderType === 'trailing_stop'
    const isTighter = side === 'buy' ? at <= order.trigger! : at >= order.trigger!
    const { trigger } = termsAt(order, data.timestamp)
    must(trails ? order.modified || isTighter : at === trigger, 'triggered at another price')
    const { current } = this.#market
    const book = this.#market.bookOf(symbol)
    const best = side === 'buy' ? book?.asks[0]?.price : book?.bids[0]?.price
    const shown = [best]
    if (current !== undefined && !current.told && current.symbol === symbol) {
      if (current.kind !== 'book' && !current.repeats)
        shown.push(side === 'buy' ? current.high : current.low)
    }
    must(
      shown.some((price) => price !== undefined && (side === 'buy' ? price >= at : price <= at)),
      'triggered by no price that was shown',
    )
    order.triggered = true
    order.meetsBookIn = current
  }

  #modify(order: BookedOrder, { data }: Typed<'order.modified'>): void {
    this.modifyAnswers += 1
    must(order.placed && this.#isOpen(order), 'modified though it does not work')
    const quantity = data.quantity && toMicros(data.quantity)
    const limit = data.price && toMicros(data.price)
    const trigger = data.triggerPrice && toMicros(data.triggerPrice)
    const { wishes } = this.#askedOf(data.orderId)
    const found = wishes.findIndex(
      (wish) => wish.quantity === quantity && wish.limit === limit && wish.trigger === trigger,
    )
    must(found >= 0, 'nobody has asked for the change')
    wishes.splice(found, 1)
    must(quantity === undefined || quantity > order.filled, 'smaller than what is filled')
    const isLarger = quantity !== undefined && quantity > order.quantity
    if (limit !== undefined || trigger !== undefined || isLarger) order.changedAt = this.#now()
    order.quantity = quantity ?? order.quantity
    order.limit = limit ?? order.limit
    order.trigger = trigger ?? order.trigger
    order.modified = true
    order.meetsBookIn = this.#market.current
    order.dated.push({ since: data.timestamp, limit: order.limit, trigger: order.trigger })
  }

  /** Whoever hears late that an order was placed may cancel it before what it was placed for is told. */
  #isOpen({ end }: BookedOrder): boolean {
    return end === undefined || (end === 'cancelled' && this.#terms.earlyFills)
  }

  #end(order: BookedOrder, end: EndOfOrder): void {
    must(order.end === undefined, `${end} after it was ${order.end}`)
    order.end = end
    order.endedAt = end === 'filled' ? -Infinity : this.#now()
  }

  #expiryOf({ terms, arrivedAt }: BookedOrder): number | undefined {
    if (terms.timeInForce === 'gtd') return terms.expireTime
    if (terms.timeInForce !== 'day' || arrivedAt === undefined) return undefined
    return arrivedAt < this.#terms.sessionEnd ? this.#terms.sessionEnd : Infinity
  }

  #fill(order: BookedOrder, event: FillEvent, held: (symbol: string) => Micros): boolean {
    const { data, type } = event
    const text = JSON.stringify([type, data])
    const known = this.#trades.get(data.tradeId)
    if (known !== undefined) {
      must(known === text, 'a trade is told again, and differs')
      this.repeated += 1
      return false
    }
    this.#trades.set(data.tradeId, text)
    const { terms } = order
    const [quantity, price] = [toMicros(data.lastQuantity), toMicros(data.lastPrice)]
    must(data.side === terms.side && data.symbol === terms.symbol, 'the fill of another order')
    must(quantity > 0n, 'a fill of nothing')
    order.filled += quantity
    order.paid += quantity * price
    const left = toMicros(data.remainingQuantity)
    must(toMicros(data.filledQuantity) === order.filled, 'filled is not the sum of the fills')
    must(order.filled + left === order.quantity, 'filled + remaining is not the quantity')
    must((type === 'order.filled') === (left === 0n), 'the type does not tell what remains')
    this.#requireAverage(order, data.averagePrice)
    const isOfPast = this.#isOfPast(order, data.timestamp)
    this.#requireWorking(order, data.timestamp, quantity, isOfPast)
    if (terms.reduceOnly === true) {
      const position = held(terms.symbol)
      must(position < 0n === (terms.side === 'buy'), 'reduceOnly makes a position larger')
      must(quantity <= absolute(position), 'reduceOnly goes through zero')
    }
    if (isOfPast) this.#requireOpen(order, event)
    this.#requireTerms(order, event, left, isOfPast)
    requireShown(order, event.data, { market: this.#market, terms: this.#terms })
    if (type === 'order.filled' && order.end === undefined) this.#end(order, 'filled')
    return true
  }

  /** 64 significant digits: what was paid, within one of the last of 40 places. */
  #requireAverage({ filled, paid }: BookedOrder, average: Decimal): void {
    const places = 40
    const [whole, fraction = ''] = average.toFixed(places).split('.')
    const off = BigInt(whole! + fraction) * filled - paid * 10n ** BigInt(places - 6)
    must(absolute(off) <= filled, 'the average is not what was paid')
  }

  /** Whether a bar tells of an order that has ended that it was filled at its open, before it ended. */
  #isOfPast(order: BookedOrder, timestamp: number): boolean {
    const { current } = this.#market
    if (order.end !== 'cancelled' && order.end !== 'expired') return false
    return current?.kind === 'bar' && timestamp === current.from && stoodAt(order, timestamp)
  }

  /** The open had reached the trigger as it was then. */
  #requireOpen({ terms, triggered, ...order }: BookedOrder, { data }: FillEvent): void {
    const { orderType, side } = terms
    if (orderType === 'market' || orderType === 'limit' || triggered) return
    // Where a trailing one had come to is not known here.
    if (orderType === 'trailing_stop') return
    const { open } = this.#market.current!
    const trigger = termsAt(order, data.timestamp).trigger!
    must(side === 'buy' ? open >= trigger : open <= trigger, 'a stop that sleeps at the open')
  }

  #requireWorking(
    order: BookedOrder,
    timestamp: number,
    quantity: Micros,
    isOfPast: boolean,
  ): void {
    const { terms, submittedAt } = order
    must(order.placed || this.#terms.earlyFills, 'filled before it was placed')
    must(this.#now() >= submittedAt + this.#terms.minLatencyMs, 'filled before it arrived')
    must(timestamp >= (order.arrivedAt ?? submittedAt), 'filled, it says, before it arrived')
    if (order.end === undefined) {
      const expiry = this.#expiryOf(order)
      must(expiry === undefined || this.#now() < expiry + 0.001, 'filled after it expired')
      return
    }
    if (isOfPast) {
      must(order.pastFills === 0, 'two bars have filled it after its end')
      order.pastFills += 1
    } else {
      const events = this.#market.count(terms.symbol) - order.cancelledAt
      must(order.end === 'cancelled' && this.#terms.lateFills, `filled after it was ${order.end}`)
      must(order.lateFills === 0 && events <= 1, 'more than the next event has filled it')
      order.lateFills += 1
    }
    this.late.set(terms.symbol, (this.late.get(terms.symbol) ?? 0n) + quantity)
  }

  #requireTerms(order: BookedOrder, { data }: FillEvent, left: Micros, isOfPast: boolean): void {
    const { timeInForce, orderType, postOnly, reduceOnly } = order.terms
    if (orderType !== 'market' && orderType !== 'limit') {
      must(order.triggered || isOfPast, 'a stop that sleeps')
    }
    must(postOnly !== true || data.liquidity === 'maker', 'postOnly has taken')
    const { current } = this.#market
    if (timeInForce === 'ioc' || timeInForce === 'fok') {
      must(order.filledBy === undefined || order.filledBy === current, 'filled at two moments')
    }
    order.filledBy = current
    if (timeInForce === 'fok' && reduceOnly !== true) {
      // All of it is there, be it in several levels of the book.
      must(
        left === 0n || this.#market.bookOf(order.terms.symbol) !== undefined,
        'fok is filled in part',
      )
    }
    const { limit } = termsAt(order, data.timestamp)
    if (limit === undefined) return
    const price = toMicros(data.lastPrice)
    must(data.side === 'buy' ? price <= limit : price >= limit, 'filled beyond its limit')
  }
}
