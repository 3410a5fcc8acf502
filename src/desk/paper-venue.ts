import { ahead } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import type { Registration } from '../bus/observers.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { DataUpdate, DepthUpdate, NewBar, QuoteUpdate, TradeTick } from '../events/market.ts'
import type { OrderSubmitted } from '../events/order.ts'
import { BarMatching } from './bar-matching.ts'
import type { CommandOptions, OrderChanges, RunningBroker } from './broker.ts'
import { none } from './fill-arithmetic.ts'
import { FillExecution } from './fill-execution.ts'
import { isMarketable } from './matching.ts'
import { TradeMatching } from './matching-trades.ts'
import { OrderState, type PaperOrder } from './order-state.ts'
import { refusalOfChanges, refusalOfOrder, trailOf } from './paper-acceptance.ts'
import { PaperAnswers, type PaperRefusal } from './paper-answers.ts'
import { PaperFaults } from './paper-faults.ts'
import { PaperLatency } from './paper-latency.ts'
import { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'
import { PaperOrders } from './paper-orders.ts'
import { QuoteMatching } from './quote-matching.ts'

/** A paper broker that takes commands. */
export interface RunningPaperBroker extends RunningBroker {
  /** The sum of its fills of an instrument: above 0 is long, below 0 short. */
  positionOf(symbol: string): Decimal
  /** The orders that stand, by instrument, first come first. */
  orders(symbol?: string): readonly PaperOrder[]
  /** An order that stands. */
  find(orderId: string): PaperOrder | undefined
  /**
   * Ends it: orders that stand are dropped without a word, and commands are no longer taken. Does nothing
   * the second time.
   */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/** Plays a venue on a bus. */
export class PaperVenue implements RunningPaperBroker {
  readonly #bus: Bus
  readonly #settings: PaperSettings
  readonly #answers: PaperAnswers
  readonly #faults: PaperFaults
  readonly #latency: PaperLatency
  readonly #execution: FillExecution
  readonly #bars: BarMatching
  readonly #quotes: QuoteMatching
  readonly #trades: TradeMatching
  readonly #markets = new Map<string, PaperMarket>()
  readonly #orders = new PaperOrders()
  readonly #hooks: readonly Registration[]
  #arrived = 0
  #closed = false

  constructor(bus: Bus, settings: PaperSettings) {
    this.#bus = bus
    this.#settings = settings
    this.#answers = new PaperAnswers(bus, settings.venue, settings.source)
    this.#faults = new PaperFaults(settings.faults)
    this.#latency = new PaperLatency(bus.clock, settings.latency, settings.seed)
    this.#execution = new FillExecution(settings, this.#answers, this.#faults, (order) => {
      order.stopExpiry?.()
      this.#orders.end(order)
    })
    this.#bars = new BarMatching(this.#execution, settings)
    this.#quotes = new QuoteMatching(this.#execution)
    this.#trades = new TradeMatching(this.#execution, this.#quotes, settings)
    this.#hooks = [
      ahead(bus, 'market.new_bar', this.#onBar),
      ahead(bus, 'market.quote_update', this.#onBook),
      ahead(bus, 'market.depth_update', this.#onBook),
      ahead(bus, 'market.trade_tick', this.#onTrade),
      ahead(bus, 'market.data_update', this.#onData),
    ]
  }

  submit(terms: OrderSubmitted, event: TradewireEvent): void {
    this.#send(terms.orderId, () => this.#arrive(terms, event))
  }

  cancel(orderId: string, { cause }: CommandOptions): void {
    this.#send(orderId, () => this.#cancel(orderId, cause))
  }

  modify(orderId: string, changes: OrderChanges, { cause }: CommandOptions): void {
    this.#send(orderId, () => this.#modify(orderId, changes, cause))
  }

  #send(orderId: string, arrive: () => void): void {
    this.#latency.send(orderId, () => {
      if (this.#open) arrive()
    })
  }

  /** Whether anybody can hear what it answers. */
  get #open(): boolean {
    return !this.#closed && !this.#bus.closed
  }

  positionOf(symbol: string): Decimal {
    return this.#markets.get(symbol)?.position ?? none
  }

  orders(symbol?: string): readonly PaperOrder[] {
    const markets = symbol === undefined ? [...this.#markets.values()] : [this.#markets.get(symbol)]
    return markets.flatMap((market) =>
      (market?.orders ?? []).filter(({ open }) => open).map((order) => order.view()),
    )
  }

  find(orderId: string): PaperOrder | undefined {
    const order = this.#orders.get(orderId)
    return order?.open === true ? order.view() : undefined
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const hook of this.#hooks) hook.remove()
    this.#latency.close()
    for (const market of this.#markets.values()) {
      for (const order of market.orders) {
        order.stopExpiry?.()
        // It may be in the middle of matching them.
        order.open = false
        order.late = false
      }
      market.orders = []
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  // The hooks run for every market event: where nobody has an order they only note what was new.

  readonly #onBar = (bar: NewBar): void => {
    const market = this.#markets.get(bar.symbol) ?? this.#marketOf(bar.symbol)
    market.last = bar.close
    market.bar = bar
    if (market.orders.length === 0) return
    this.#bars.match(market, bar)
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  readonly #onBook = (update: QuoteUpdate | DepthUpdate): void => {
    const market = this.#markets.get(update.symbol) ?? this.#marketOf(update.symbol)
    market.book.show(update)
    if (market.orders.length === 0) return
    this.#quotes.match(market, update.timestamp)
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  readonly #onTrade = ({ symbol, price, size, timestamp }: TradeTick): void => {
    this.#onPrice(symbol, price, size, timestamp)
  }

  readonly #onData = ({ symbol, last, timestamp }: DataUpdate): void => {
    if (last !== undefined) this.#onPrice(symbol, last, undefined, timestamp)
  }

  #onPrice(symbol: string, price: Decimal, size: Decimal | undefined, at: number): void {
    const market = this.#markets.get(symbol) ?? this.#marketOf(symbol)
    market.last = price
    if (market.orders.length === 0) return
    this.#trades.match(market, price, size, at)
    if (market.faults > 0) this.#execution.endFaults(market)
  }

  #marketOf(symbol: string): PaperMarket {
    const { instruments, anyInstrument } = this.#settings
    const market = new PaperMarket(symbol, instruments?.get(symbol) ?? anyInstrument)
    this.#markets.set(symbol, market)
    return market
  }

  #arrive(terms: OrderSubmitted, event: TradewireEvent): void {
    const { symbol, orderId } = terms
    const { venue, instruments } = this.#settings
    const now = this.#bus.clock.now()
    this.#arrived += 1
    const order = new OrderState(terms, event, `${venue}-${this.#arrived}`)
    if (instruments !== undefined && !instruments.has(symbol)) {
      const reason = `${symbol} is not traded at ${venue}`
      return this.#answers.rejected(order, { code: 'SYMBOL', reason }, now)
    }
    if (this.#orders.get(orderId) !== undefined) {
      const reason = `there is, or was, an order ${orderId}`
      return this.#answers.rejected(order, { code: 'DUPLICATE_ORDER', reason }, now)
    }
    const market = this.#markets.get(symbol) ?? this.#marketOf(symbol)
    const refusal = refusalOfOrder(order, market, now) ?? this.#drilledRefusal()
    if (refusal === undefined) return this.#accept(market, order, now)
    this.#orders.add(order)
    this.#orders.end(order)
    this.#answers.rejected(order, refusal, now)
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
      if (this.#open) this.#execution.expire(market, order, clock.now())
    })
    order.stopExpiry = () => timer.cancel()
  }

  #cancel(orderId: string, cause: TradewireEvent | undefined): void {
    const now = this.#bus.clock.now()
    const order = this.#orders.get(orderId)
    if (order?.open !== true) {
      const refusal = unknownOrder(orderId, order)
      this.#answers.refused('order.cancel_rejected', orderId, order, refusal, now, cause)
      return
    }
    this.#execution.cancelAsAsked(this.#markets.get(order.terms.symbol)!, order, now, cause)
  }

  #modify(orderId: string, changes: OrderChanges, cause: TradewireEvent | undefined): void {
    const now = this.#bus.clock.now()
    const order = this.#orders.get(orderId)
    const market = order?.open === true ? this.#markets.get(order.terms.symbol)! : undefined
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
