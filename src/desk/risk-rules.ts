import { compareDecimals, Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderSubmitted } from '../events/order.ts'
import type { OrderChanges } from './broker.ts'
import type { OpenOrder } from './open-order.ts'
import type { OpenOrders } from './open-orders.ts'
import type { Refusal } from './order-check.ts'
import { OrderRate } from './order-rate.ts'
import { zero } from './position-exact.ts'
import type { Subject } from './risk-amounts.ts'
import { type Breach, isOwned, type Proposal, type RiskCheck, type Unpriced } from './risk-check.ts'
import { RiskGauge } from './risk-gauge.ts'
import type { GuardedLimit } from './risk-options.ts'
import type { RiskReport } from './risk-report.ts'
import type { RiskWatch } from './risk-watch.ts'

/** Says which orders, and which changes of orders, may go to the broker. */
export class RiskRules {
  readonly #report: RiskReport
  readonly #check: RiskCheck
  readonly #watch: RiskWatch
  readonly #orders: OpenOrders
  readonly #rate: OrderRate | undefined
  readonly #rateLimit: Decimal
  /** By limit, and by symbol where it is for one. */
  readonly #gauges = new Map<string, RiskGauge>()

  constructor(report: RiskReport, check: RiskCheck, watch: RiskWatch, orders: OpenOrders) {
    const { maxOrderRate } = report.settings
    this.#report = report
    this.#check = check
    this.#watch = watch
    this.#orders = orders
    this.#rate = maxOrderRate && new OrderRate(maxOrderRate.orders, maxOrderRate.windowMs)
    this.#rateLimit = new Decimal(maxOrderRate?.orders ?? 0)
  }

  get gauges(): Iterable<RiskGauge> {
    return this.#gauges.values()
  }

  checkOrder(
    order: OrderSubmitted,
    event: TradewireEvent,
    halt: string | undefined,
  ): Refusal | undefined {
    const open = this.#orders.get(order.orderId)
    if (open !== undefined) {
      // Its rejection bears the id of the order that works.
      open.refusals += 1
      return {
        code: 'RISK_DUPLICATE_ORDER',
        reason: `An order with the id ${order.orderId} works already: give each order an id of its own.`,
      }
    }
    const { quantity } = order
    const proposal = { order, quantity, more: quantity, price: order.price ?? order.triggerPrice }
    const reduces = this.#check.projection.reduces(proposal)
    const refusal = this.#refuse(proposal, reduces, event, halt)
    if (refusal !== undefined) return refusal
    this.#orders.add(order)
    this.#accepted(proposal, reduces, event)
    return undefined
  }

  checkChanges(
    order: OrderSubmitted,
    changes: OrderChanges,
    cause: TradewireEvent | undefined,
    halt: string | undefined,
  ): Refusal | undefined {
    const open = this.#orders.get(order.orderId)
    // With changes that are not answered yet: one by one they may be harmless.
    const quantity = changes.quantity ?? open?.most ?? order.quantity
    const before = open?.open ?? order.quantity
    const after = quantity.minus(open?.filled ?? zero)
    const price = priceOf(order, changes, open)
    const proposal = { order, quantity, more: zero.plus(after).minus(before), price }
    // An order that only becomes smaller is no new risk.
    const isSmaller =
      changes.price === undefined &&
      changes.triggerPrice === undefined &&
      compareDecimals(proposal.more, zero) <= 0
    const reduces = isSmaller || this.#check.projection.reduces(proposal)
    const refusal = isSmaller ? undefined : this.#refuse(proposal, reduces, cause, halt)
    if (refusal !== undefined) {
      if (open !== undefined) open.refusedChanges += 1
      return refusal
    }
    this.#orders.change(order.orderId, changes)
    this.#accepted(proposal, reduces, cause)
    return undefined
  }

  /** Compares what may become of the position of a symbol with its limit. */
  judgePosition(symbol: string, cause: TradewireEvent | undefined, subject?: Subject): void {
    const limit = this.#report.settings.maxPosition?.of(symbol)
    if (limit === undefined) return
    const worst = this.#check.projection.worst(symbol)
    this.#gauge('position_size', symbol, limit, symbol).judge(worst, limit, cause, subject)
  }

  #refuse(
    proposal: Proposal,
    reduces: boolean,
    cause: TradewireEvent | undefined,
    halt: string | undefined,
  ): Refusal | undefined {
    if (reduces) {
      // What closes a part of all that is held may make the sum larger.
      if (proposal.order.reduceOnly !== true && !isOwned(proposal.order)) return undefined
      return this.#refuseFor(this.#check.position(proposal), proposal, cause)
    }
    if (halt !== undefined) {
      const reason = `Trading is halted, and only orders that reduce a position are let through. ${halt}`
      return { code: 'RISK_HALTED', reason: reason.slice(0, 1_000) }
    }
    return (
      this.#refuseByRate(proposal, cause) ??
      this.#refuseByLosses(proposal, cause) ??
      this.#refuseFor(this.#check.breaches(proposal), proposal, cause)
    )
  }

  #refuseFor(
    breaches: Iterable<Breach | Unpriced>,
    proposal: Proposal,
    cause: TradewireEvent | undefined,
  ): Refusal | undefined {
    for (const breach of breaches) {
      const refusal = this.#act(proposal, breach, cause)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #refuseByRate(proposal: Proposal, cause: TradewireEvent | undefined): Refusal | undefined {
    if (this.#rate === undefined) return undefined
    const count = this.#rate.count(this.#report.bus.clock.monotonic()) + 1
    if (count <= this.#rate.capacity) return undefined
    return this.#pass(this.#rateGauge(), proposal, new Decimal(count), this.#rateLimit, cause)
  }

  #refuseByLosses({ order }: Proposal, cause: TradewireEvent | undefined): Refusal | undefined {
    const { dailyLoss, drawdown } = this.#watch
    for (const gauge of [dailyLoss, drawdown]) {
      if (gauge?.isExceeded !== true || gauge.action === 'none') continue
      // It may have come back since, but not far enough to be over.
      this.#watch.judge(cause)
      if (!gauge.isPassed) continue
      const { value, limitValue } = gauge.state
      gauge.exceed(value, limitValue, cause, order)
      return refusalOf(gauge, value, limitValue)
    }
    return undefined
  }

  /** Does what is to be done about an order that would pass a limit. */
  #act(
    proposal: Proposal,
    breach: Breach | Unpriced,
    cause: TradewireEvent | undefined,
  ): Refusal | undefined {
    const gauge = this.#gaugeOf(breach.limit, proposal.order.symbol)
    if (breach.value === undefined) {
      if (gauge.action === 'none') return undefined
      const reason = `The limit ${breach.limit} needs a price, and none of ${proposal.order.symbol} is known yet. Wait for market data, or give the order a price.`
      return { code: 'RISK_NO_PRICE', reason }
    }
    return this.#pass(gauge, proposal, breach.value, breach.limitValue, cause)
  }

  #pass(
    gauge: RiskGauge,
    { order }: Proposal,
    value: Decimal,
    limitValue: Decimal,
    cause: TradewireEvent | undefined,
  ): Refusal | undefined {
    // The gauge tells of it once the order was let through.
    if (gauge.action === 'none') return undefined
    gauge.exceed(value, limitValue, cause, order)
    return refusalOf(gauge, value, limitValue)
  }

  /** An order, or a change, goes to the broker: counts it, and warns if it comes close to a limit. */
  #accepted(proposal: Proposal, reduces: boolean, cause: TradewireEvent | undefined): void {
    const { order } = proposal
    const now = this.#report.bus.clock.monotonic()
    const count = (this.#rate?.count(now) ?? 0) + 1
    this.#rate?.add(now)
    // What reduces is let through, whatever the limits on orders are.
    if (!reduces) this.#judgeOrder(proposal, count, cause)
    this.judgePosition(order.symbol, cause, order)
  }

  #judgeOrder(proposal: Proposal, count: number, cause: TradewireEvent | undefined): void {
    const { order, quantity } = proposal
    const { maxOrderSize, maxOrderValue } = this.#report.settings
    if (this.#rate !== undefined) {
      this.#rateGauge().judge(new Decimal(count), this.#rateLimit, cause, order)
    }
    const size = maxOrderSize?.of(order.symbol)
    if (size !== undefined) {
      this.#gaugeOf('order_size', order.symbol).judge(quantity, size, cause, order)
    }
    if (maxOrderValue === undefined) return
    const value = this.#check.projection.value(proposal) ?? zero
    this.#gaugeOf('order_value', order.symbol).judge(value, maxOrderValue, cause, order)
  }

  #rateGauge(): RiskGauge {
    const { windowMs } = this.#rate!
    const unit = windowMs === 1_000 ? 'orders/s' : `orders/${windowMs}ms`
    return this.#gauge('order_rate', unit, this.#rateLimit)
  }

  #gaugeOf(limit: Breach['limit'], symbol: string): RiskGauge {
    const { maxOrderSize, maxOrderValue, maxPosition } = this.#report.settings
    switch (limit) {
      case 'order_size':
        return this.#gauge(limit, symbol, maxOrderSize!.of(symbol)!, symbol)
      case 'order_value':
        return this.#gauge(limit, this.#check.currency, maxOrderValue!)
      case 'position_size':
        return this.#gauge(limit, symbol, maxPosition!.of(symbol)!, symbol)
      default:
        return this.#watch[limit]!
    }
  }

  #gauge(limit: GuardedLimit, unit: string, limitValue: Decimal, symbol?: string): RiskGauge {
    const key = symbol === undefined ? limit : `${limit} ${symbol}`
    let gauge = this.#gauges.get(key)
    if (gauge === undefined) {
      gauge = new RiskGauge(this.#report, limit, unit, limitValue, symbol)
      this.#gauges.set(key, gauge)
    }
    return gauge
  }
}

/** The price that an order is valued at after a change: its limit, or else its trigger. */
function priceOf(
  order: OrderSubmitted,
  changes: OrderChanges,
  open: OpenOrder | undefined,
): Decimal | undefined {
  const of = (name: 'price' | 'triggerPrice'): Decimal | undefined =>
    changes[name] ?? (open === undefined ? order[name] : open.farthest(name, order[name]))
  return of('price') ?? of('triggerPrice')
}

function refusalOf(gauge: RiskGauge, value: Decimal, limitValue: Decimal): Refusal {
  const shown = gauge.shown(value, limitValue)
  const of = gauge.symbol === undefined ? '' : ` of ${gauge.symbol}`
  const reason = `The limit ${gauge.limit}${of} is ${printed(shown.limitValue)} ${shown.unit}, and ${printed(shown.value)} is more than that.`
  return { code: `RISK_${gauge.limit.toUpperCase()}`, reason: reason.slice(0, 1_000) }
}

function printed(value: Decimal): string {
  return new Decimal(value).toSignificantDigits(20).toFixed()
}
