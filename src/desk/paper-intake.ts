import type { Bus } from '../bus/bus.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { OrderChanges } from './broker.ts'
import type { FillExecution } from './fill-execution.ts'
import { isMarketable } from './matching.ts'
import { OrderState } from './order-state.ts'
import { refusalOfChanges, refusalOfOrder, trailOf } from './paper-acceptance.ts'
import type { PaperAnswers, PaperRefusal } from './paper-answers.ts'
import type { PaperFaults } from './paper-faults.ts'
import type { PaperMarket } from './paper-market.ts'
import type { PaperMarkets } from './paper-markets.ts'
import type { PaperSettings } from './paper-options.ts'
import type { PaperOrders } from './paper-orders.ts'
import type { QuoteMatching } from './quote-matching.ts'

/** What the intake works with. */
export interface PaperParts {
  readonly bus: Bus
  readonly settings: PaperSettings
  readonly answers: PaperAnswers
  readonly faults: PaperFaults
  readonly markets: PaperMarkets
  readonly orders: PaperOrders
  readonly execution: FillExecution
  readonly quotes: QuoteMatching
}

/** Takes commands as they arrive at a paper venue, and accepts or refuses them. */
export class PaperIntake {
  readonly #bus: Bus
  readonly #settings: PaperSettings
  readonly #answers: PaperAnswers
  readonly #faults: PaperFaults
  readonly #markets: PaperMarkets
  readonly #orders: PaperOrders
  readonly #execution: FillExecution
  readonly #quotes: QuoteMatching
  #arrived = 0

  constructor(parts: PaperParts) {
    this.#bus = parts.bus
    this.#settings = parts.settings
    this.#answers = parts.answers
    this.#faults = parts.faults
    this.#markets = parts.markets
    this.#orders = parts.orders
    this.#execution = parts.execution
    this.#quotes = parts.quotes
  }

  submit(terms: OrderSubmitted, event: TradewireEvent): void {
    const { symbol, orderId } = terms
    const { name, instruments } = this.#settings
    const now = this.#bus.clock.now()
    this.#arrived += 1
    const order = new OrderState(terms, event, `${name}-${this.#arrived}`)
    if (instruments !== undefined && !instruments.has(symbol)) {
      const reason = `${symbol} is not traded at ${name}`
      return this.#answers.rejected(order, { code: 'SYMBOL', reason }, now)
    }
    if (this.#orders.get(orderId) !== undefined) {
      const reason = `there is, or was, an order ${orderId}`
      return this.#answers.rejected(order, { code: 'DUPLICATE_ORDER', reason }, now)
    }
    const refusal =
      this.#markets.refusalOf(terms) ??
      refusalOfOrder(order, this.#marketOf(terms, now), now) ??
      this.#drilledRefusal()
    if (refusal === undefined) return this.#accept(this.#marketOf(terms, now), order, now)
    this.#orders.add(order)
    this.#orders.end(order)
    this.#answers.rejected(order, refusal, now)
  }

  /** The market of an order as it is now. */
  #marketOf(terms: OrderSubmitted, now: number): PaperMarket {
    const market = this.#markets.of(terms)
    market.book.age(now)
    return market
  }

  #drilledRefusal(): PaperRefusal | undefined {
    return this.#faults.rejects() ? { code: 'FAULT', reason: 'a drill of faults' } : undefined
  }

  #accept(market: PaperMarket, order: OrderState, now: number): void {
    const end = this.#endOf(order, market, now)
    this.#orders.add(order)
    order.arrivedAt = now
    order.open = true
    market.add(order)
    if (order.terms.orderType === 'trailing_stop') {
      order.trail = trailOf(order.buy, market.priceFor(order.buy)!, order.trigger!)
    }
    this.#look(market, order)
    order.forOneBar = end === 'bar'
    if (typeof end === 'number') this.#expireAt(end, market, order)
    if (this.#faults.fillsBeforePlaced()) market.faults += 1
    else this.#answers.placed(order)
    this.#meetBook(market, order, now)
  }

  /** Whether an order may take what is there, by what is known as it arrives. */
  #look(market: PaperMarket, order: OrderState): void {
    const price = market.priceFor(order.buy)
    const stands = price !== undefined && order.awake && !isMarketable(order, price)
    order.taking = !stands && order.terms.postOnly !== true
  }

  #meetBook(market: PaperMarket, order: OrderState, now: number): void {
    // Whoever heard of its acceptance may have ended it.
    if (market.book.known && order.open) this.#quotes.meet(market, order, now)
  }

  /** When an order ends by itself: at a time, with the first bar that could fill it, or never. */
  #endOf({ terms }: OrderState, market: PaperMarket, now: number): number | 'bar' | undefined {
    const { timeInForce, expireTime } = terms
    if (timeInForce === 'gtd') return expireTime
    if (timeInForce !== 'day') return undefined
    if (/[dwM]$/.test(market.bar?.timeframe ?? '')) return 'bar'
    return this.#settings.sessionEnd(now, market.symbol)
  }

  #expireAt(end: number, market: PaperMarket, order: OrderState): void {
    const { clock } = this.#bus
    const timer = clock.setTimer(end - clock.now(), () => {
      if (this.#bus.closed) return
      market.matched.ends(order, clock.now())
      this.#execution.expire(market, order, clock.now())
    })
    order.stopExpiry = () => timer.cancel()
  }

  cancel(orderId: string, cause: TradewireEvent | undefined): void {
    const now = this.#bus.clock.now()
    const order = this.#orders.get(orderId)
    if (order?.open !== true) {
      const refusal = unknownOrder(orderId, order)
      this.#answers.refused('order.cancel_rejected', orderId, order, refusal, now, cause)
      return
    }
    this.#execution.cancelAsAsked(this.#markets.of(order.terms), order, now, cause)
  }

  modify(orderId: string, changes: OrderChanges, cause: TradewireEvent | undefined): void {
    const now = this.#bus.clock.now()
    const order = this.#orders.get(orderId)
    // Before it is looked at: whoever hears of its acceptance may end or change it.
    if (order?.open === true) this.#answers.ensurePlaced(order)
    const market = order?.open === true ? this.#marketOf(order.terms, now) : undefined
    const refusal =
      market === undefined
        ? unknownOrder(orderId, order)
        : refusalOfChanges(order!, market, changes)
    if (refusal !== undefined) {
      this.#answers.refused('order.modify_rejected', orderId, order, refusal, now, cause)
      return
    }
    this.#change(market!, order!, changes, now)
    this.#answers.modified(order!, changes, now, cause)
    this.#meetBook(market!, order!, now)
  }

  #change(market: PaperMarket, order: OrderState, changes: OrderChanges, now: number): void {
    const { quantity, price, triggerPrice } = changes
    const keepsPlace =
      price === undefined && triggerPrice === undefined && quantity!.lte(order.quantity)
    if (!keepsPlace) market.matched.ends(order, now)
    order.quantity = quantity ?? order.quantity
    if (keepsPlace) return
    order.price = price ?? order.price
    order.trigger = triggerPrice ?? order.trigger
    if (order.trail !== undefined && triggerPrice !== undefined) {
      order.trail = trailOf(order.buy, market.priceFor(order.buy)!, triggerPrice)
    }
    order.changedAt = now
    order.lastBar = undefined
    // It is the newest now among those that stand.
    market.remove(order)
    market.add(order)
    this.#look(market, order)
  }
}

function unknownOrder(orderId: string, order: OrderState | undefined): PaperRefusal {
  const reason =
    order === undefined ? `no order ${orderId} is known` : `the order ${orderId} has ended`
  return { code: 'UNKNOWN_ORDER', reason }
}
