import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { OrderSubmitted } from '../events/order.ts'
import { type MoreOpen, project, worstFloat, worstOf } from './open-order-sums.ts'
import type { OpenOrders } from './open-orders.ts'
import { Exact, toFloat, zero } from './position-exact.ts'
import { larger } from './risk-amounts.ts'
import type { RiskSettings } from './risk-options.ts'
import { type RiskPositions, type RiskWatch, trust } from './risk-watch.ts'

/** An order, or a change of one, as the limits look at it. */
export interface Proposal {
  readonly order: OrderSubmitted
  /** How much the order is in all, if it is let through. */
  readonly quantity: Decimal
  /** How much more than before may be filled. */
  readonly more: Decimal
  /** Its limit, or else its trigger price. */
  readonly price: Decimal | undefined
}

/** What orders do to positions and exposure, by what is known now. Amounts are `Exact`. */
export class RiskProjection {
  readonly #positions: RiskPositions
  readonly #orders: OpenOrders

  constructor(positions: RiskPositions, orders: OpenOrders) {
    this.#positions = positions
    this.#orders = orders
  }

  /**
   * Whether it can do no more than to make a position smaller: it may only reduce, or it is within
   * what is held, in all or by its own strategy, account and venue, together with all other orders of its side.
   * Those that may only reduce count, too: once they are filled, it would open a position.
   */
  reduces({ order, more }: Proposal): boolean {
    const { symbol, side, reduceOnly } = order
    if (reduceOnly === true) return true
    if (this.#isWithin(this.#positions.quantity(symbol), order, more)) return true
    if (!isOwned(order)) return false
    const held = this.#positions.quantityFloat(symbol, order)
    if (side === 'sell' ? held <= 0 : held >= 0) return false
    return this.#isWithin(this.#positions.quantity(symbol, order), order, more)
  }

  #isWithin(position: Decimal, { symbol, side }: OrderSubmitted, more: Decimal): boolean {
    const held = side === 'sell' ? position : position.neg()
    if (compareDecimals(held, zero) <= 0) return false
    const orders = this.#orders.of(symbol)
    const open = (side === 'sell' ? orders?.sell : orders?.buy) ?? zero
    const reducing = (side === 'sell' ? orders?.reduceSell : orders?.reduceBuy) ?? zero
    return compareDecimals(open.plus(reducing).plus(more), held) <= 0
  }

  /** How large the position can become on the side of the proposal, and by the other orders alone. */
  position(proposal: Proposal): { readonly before: Decimal; readonly after: Decimal } {
    const { symbol, side } = proposal.order
    const position = this.#positions.quantity(symbol)
    const orders = this.#orders.of(symbol)
    const before = project(position, orders)
    const after = project(position, orders, moreOf(proposal))
    return side === 'buy'
      ? { before: before.highest, after: after.highest }
      : { before: before.lowest.neg(), after: after.lowest.neg() }
  }

  /** How large the position of a symbol can become on either side. */
  worst(symbol: string): Decimal {
    return worstOf(project(this.#positions.quantity(symbol), this.#orders.of(symbol)))
  }

  /** What an order is worth; undefined if no price is known. */
  value({ order: { symbol }, quantity, price }: Proposal): Decimal | undefined {
    const at = price ?? this.#positions.mark(symbol)
    return at && zero.plus(quantity).times(at).times(this.#positions.multiplier(symbol)).abs()
  }

  /**
   * The exposure if each position goes as far as it can; undefined if a price is not known. Orders are
   * valued at the mark, as positions are, or before the first one at their own price.
   */
  exposure(proposal: Proposal): Decimal | undefined {
    const { symbol: own } = proposal.order
    let sum = new Exact(this.#positions.exposure)
    const symbols = new Set([own, ...this.#orders.bySymbol.keys()])
    for (const symbol of symbols) {
      const position = this.#positions.quantity(symbol)
      const more = symbol === own ? moreOf(proposal) : undefined
      const orders = this.#orders.of(symbol)
      const worst = worstOf(project(position, orders, more))
      const growth = worst.minus(position.abs())
      if (compareDecimals(growth, zero) <= 0) continue
      const price = this.#positions.mark(symbol) ?? (more && proposal.price) ?? orders?.price
      // What works elsewhere, and has no price, was not sent through this guard.
      if (price === undefined && symbol !== own) continue
      if (price === undefined) return undefined
      sum = sum.plus(growth.times(price).times(this.#positions.multiplier(symbol)).abs())
    }
    return sum
  }

  /** Near `exposure`, in floats, for an order that is not `reduceOnly`; NaN where a mark is missing. */
  exposureFloat(proposal: Proposal): number {
    const { symbol: own } = proposal.order
    let sum = this.#positions.exposureFloat + this.#growthFloat(own, moreOf(proposal))
    for (const symbol of this.#orders.bySymbol.keys()) {
      if (symbol !== own) sum += this.#growthFloat(symbol)
    }
    return sum
  }

  /** Near what the position of a symbol can become worth more. */
  #growthFloat(symbol: string, more?: MoreOpen): number {
    const position = this.#positions.quantityFloat(symbol)
    const growth = worstFloat(position, this.#orders.of(symbol), more) - Math.abs(position)
    if (growth <= 0) return 0
    const multiplier = toFloat(this.#positions.multiplier(symbol))
    return growth * Math.abs(this.#positions.markFloat(symbol)) * multiplier
  }
}

/** Whether it is a part of all that is held of a symbol that an order can close. */
export function isOwned({ strategyId, accountId, venue }: OrderSubmitted): boolean {
  return strategyId !== undefined || accountId !== undefined || venue !== undefined
}

function moreOf({ order: { side, reduceOnly = false }, more }: Proposal): MoreOpen {
  return { side, reduceOnly, quantity: larger(zero, more) }
}

/** A limit that an order would pass. */
export interface Breach {
  readonly limit: 'order_size' | 'order_value' | 'position_size' | 'exposure' | 'leverage'
  readonly value: Decimal
  readonly limitValue: Decimal
}

/** A limit that needs a price, and none is known. */
export interface Unpriced {
  readonly limit: 'order_value' | 'exposure' | 'leverage'
  readonly value: undefined
}

/** Compares orders with the limits on what they are and what they lead to. */
export class RiskCheck {
  readonly #settings: RiskSettings
  readonly #positions: RiskPositions
  readonly #watch: RiskWatch
  readonly projection: RiskProjection

  constructor(
    settings: RiskSettings,
    positions: RiskPositions,
    watch: RiskWatch,
    orders: OpenOrders,
  ) {
    this.#settings = settings
    this.#positions = positions
    this.#watch = watch
    this.projection = new RiskProjection(positions, orders)
  }

  /** The currency of the account. */
  get currency(): string {
    return this.#positions.currency
  }

  /** The limits that a proposal would pass; those that it comes up to are none. */
  *breaches(proposal: Proposal): Iterable<Breach | Unpriced> {
    const { maxOrderSize, maxOrderValue } = this.#settings
    const { order, quantity } = proposal
    const size = maxOrderSize?.of(order.symbol)
    if (size !== undefined && compareDecimals(quantity, size) > 0) {
      yield { limit: 'order_size', value: quantity, limitValue: size }
    }
    if (maxOrderValue !== undefined) {
      const value = this.projection.value(proposal)
      if (value === undefined) yield { limit: 'order_value', value }
      else if (compareDecimals(value, maxOrderValue) > 0) {
        yield { limit: 'order_value', value, limitValue: maxOrderValue }
      }
    }
    yield* this.position(proposal)
    yield* this.#exposure(proposal)
  }

  /** The limit on the position, if a proposal would pass it, or bring it farther beyond. */
  *position(proposal: Proposal): Iterable<Breach> {
    const limitValue = this.#settings.maxPosition?.of(proposal.order.symbol)
    if (limitValue === undefined) return
    const { before, after } = this.projection.position(proposal)
    if (compareDecimals(after, limitValue) > 0 && compareDecimals(after, before) > 0) {
      yield { limit: 'position_size', value: after, limitValue }
    }
  }

  *#exposure(proposal: Proposal): Iterable<Breach | Unpriced> {
    const { maxExposure, maxLeverage } = this.#settings
    if (maxExposure === undefined && maxLeverage === undefined) return
    if (this.#isFarBelow(this.projection.exposureFloat(proposal))) return
    const value = this.projection.exposure(proposal)
    if (value === undefined) {
      yield { limit: maxExposure === undefined ? 'leverage' : 'exposure', value }
      return
    }
    if (maxExposure !== undefined && compareDecimals(value, maxExposure) > 0) {
      yield { limit: 'exposure', value, limitValue: maxExposure }
    }
    if (maxLeverage === undefined) return
    const limitValue = this.#watch.allowedBy(this.#positions.equity)
    if (compareDecimals(value, limitValue) > 0) yield { limit: 'leverage', value, limitValue }
  }

  /** Whether an exposure is surely allowed, by what floats say. NaN is not. */
  #isFarBelow(exposure: number): boolean {
    const { maxExposure, maxLeverage } = this.#settings
    const equity = this.#positions.equityFloat
    const multiple = maxLeverage === undefined ? 0 : toFloat(maxLeverage)
    const atMost = exposure + trust * (exposure + multiple * Math.abs(equity))
    return (
      (maxExposure === undefined || atMost < toFloat(maxExposure)) &&
      (maxLeverage === undefined || atMost < multiple * equity)
    )
  }
}
