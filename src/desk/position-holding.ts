import { compareDecimals, Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { OrderFilled, OrderPartialFill } from '../events/order.ts'
import type { Timer } from '../time/clock.ts'
import type { Position } from './position.ts'
import type { CostBasis } from './position-basis.ts'
import { Exact, quotient, toFloat, zero } from './position-exact.ts'
import type { Instrument } from './position-instrument.ts'
import type { CostMethod } from './position-options.ts'

/** The event of a fill. */
export type FillEvent = TradewireEvent<
  'order.filled' | 'order.partial_fill',
  OrderFilled | OrderPartialFill
>

/** What a mark came from. */
export type MarkEvent = TradewireEvent<string, { readonly timestamp: number }>

/** What all events of a position say alike. Absent values have no key. */
export interface HoldingIdentity {
  readonly positionId: string
  readonly symbol: string
  readonly accountId?: string
  readonly strategyId?: string
  readonly venue?: string
  readonly currency: string
}

/** A fill, or the part of one that goes into one position. Amounts are `Exact`. */
export interface Part {
  readonly event: FillEvent
  /** 1 if it buys, -1 if it sells. */
  readonly direction: 1 | -1
  readonly quantity: Decimal
  readonly price: Decimal
  /** In the currency of the instrument. */
  readonly fee: Decimal
}

/** The values of fills, and their quantities: what averages over the life of a position are made of. */
export interface Turnover {
  value: Decimal
  quantity: Decimal
}

/** What a holding is made of. Amounts are `Exact`. */
export interface HoldingState {
  readonly identity: HoldingIdentity
  readonly instrument: Instrument
  /** 1 if it is long, -1 if it is short. */
  readonly direction: 1 | -1
  readonly basis: CostBasis
  readonly openedAt: number
  readonly openingOrderId: string
  averageEntryPrice: Decimal
  /** Profit and loss of what was closed, without fees and without the multiplier. */
  gross: Decimal
  fees: Decimal
  readonly entered: Turnover
  readonly exited: Turnover
}

/** An open position as the keeper works with it. */
export class Holding {
  readonly state: HoldingState
  /** The order among all holdings, by which they are listed. */
  readonly number: number
  /** What it is valued at; undefined for the middle of the quote in `markEvent`. */
  #markPrice: Decimal | undefined
  /** What the mark came from, a fill included; undefined after a restore. */
  markEvent: MarkEvent | undefined = undefined
  /** Whether the mark holds until the next one, as a quote does and the price of a trade does not. */
  isStanding = false
  /** Near its signed quantity. */
  quantityFloat = 0
  /** Signed quantity x multiplier, as a float. */
  #factor = 0
  /** Near its value at the mark. */
  valueFloat = 0
  /** What the sum of all positions counts of it, and whether that is not its value any more. `Exact`. */
  counted: Decimal = zero
  isStale = false
  /** When its profit was reported last, and at which mark; that one is forgotten after a fill. */
  reportedAt = -Infinity
  reportedMark: Decimal | undefined = undefined
  /** Set while a mark waits to be reported. */
  timer: Timer | undefined = undefined
  /** Profit and loss of what was closed, fees included. `Exact`. */
  realized: Decimal = zero
  /** What its events say; 0 once it is closed. */
  quantity: Decimal = zero
  realizedPnl: Decimal = zero

  constructor(number: number, state: HoldingState, markPrice: Decimal) {
    this.number = number
    this.state = state
    this.#markPrice = markPrice
    this.refresh()
  }

  /** Takes a part in the direction of the holding. */
  increase(part: Part): void {
    const { basis, entered } = this.state
    const { quantity, price } = part
    basis.add(quantity, price)
    entered.value = entered.value.plus(price.times(quantity))
    entered.quantity = entered.quantity.plus(quantity)
    this.state.averageEntryPrice = quotient(basis.cost, basis.quantity)
    this.#settle(part)
  }

  /** Takes a part against the direction, of at most what is held. */
  reduce(part: Part, method: CostMethod): void {
    const { basis, direction, exited } = this.state
    const { quantity, price } = part
    const value = price.times(quantity)
    const gain = value.minus(basis.take(quantity))
    this.state.gross = direction === 1 ? this.state.gross.plus(gain) : this.state.gross.minus(gain)
    exited.value = exited.value.plus(value)
    exited.quantity = exited.quantity.plus(quantity)
    // With the average, all units cost the same: what is left costs what it did.
    if (method !== 'average' && !basis.quantity.isZero()) {
      this.state.averageEntryPrice = quotient(basis.cost, basis.quantity)
    }
    this.#settle(part)
  }

  #settle({ event, fee }: Part): void {
    this.state.fees = this.state.fees.plus(fee)
    // A fill is a trade, and newer than the last one; a quote stands beside it.
    if (!this.isStanding) {
      this.#markPrice = event.data.lastPrice
      this.markEvent = event
    }
    this.reportedMark = undefined
    this.refresh()
  }

  /** Computes anew what follows from the state. */
  refresh(): void {
    const { instrument, gross, fees, basis, direction } = this.state
    this.realized = gross.times(instrument.multiplier).minus(fees)
    this.realizedPnl = new Decimal(this.realized)
    this.quantity = new Decimal(basis.quantity)
    this.quantityFloat = direction * toFloat(basis.quantity)
    this.#factor = this.quantityFloat * instrument.multiplierFloat
    this.valueFloat = this.#factor * toFloat(this.markPrice)
  }

  /** Values it at a new price, near `float`; undefined is the middle of the quote that `event` has. */
  mark(event: MarkEvent, price: Decimal | undefined, float: number, isStanding: boolean): void {
    this.#markPrice = price
    this.markEvent = event
    this.isStanding = isStanding
    this.valueFloat = this.#factor * float
  }

  get markPrice(): Decimal {
    this.#markPrice ??= middleOf(this.markEvent!.data)
    return this.#markPrice
  }

  /** Whether its mark differs from the one that was reported last. */
  get isUnreported(): boolean {
    return (
      this.reportedMark === undefined || compareDecimals(this.reportedMark, this.markPrice) !== 0
    )
  }

  /** Its value at the mark: below 0 if it is short. `Exact`. */
  get value(): Decimal {
    const { basis, direction, instrument } = this.state
    const value = basis.quantity.times(this.markPrice)
    return multiplied(direction === 1 ? value : value.neg(), instrument)
  }

  /** What it would gain if it were closed at the mark. `Exact`. */
  get unrealized(): Decimal {
    const { basis, direction, instrument } = this.state
    const value = basis.quantity.times(this.markPrice)
    return multiplied(
      direction === 1 ? value.minus(basis.cost) : basis.cost.minus(value),
      instrument,
    )
  }

  /** The same as its events say it. */
  get unrealizedPnl(): Decimal {
    return new Decimal(this.unrealized)
  }

  /** Which way it gains. */
  get side(): 'long' | 'short' {
    return this.state.direction === 1 ? 'long' : 'short'
  }

  /** What users see of it. */
  toPosition(): Position {
    const { identity, instrument, basis, direction, fees, averageEntryPrice } = this.state
    const { quantity } = this
    return Object.freeze({
      positionId: identity.positionId,
      symbol: identity.symbol,
      accountId: identity.accountId,
      strategyId: identity.strategyId,
      venue: identity.venue,
      side: this.side,
      quantity,
      signedQuantity: direction === 1 ? quantity : quantity.neg(),
      multiplier: new Decimal(instrument.multiplier),
      averageEntryPrice,
      cost: new Decimal(basis.cost.times(instrument.multiplier)),
      realizedPnl: this.realizedPnl,
      fees: new Decimal(fees),
      markPrice: this.markPrice,
      value: new Decimal(this.value),
      unrealizedPnl: this.unrealizedPnl,
      currency: identity.currency,
      openedAt: this.state.openedAt,
      openingOrderId: this.state.openingOrderId,
    })
  }
}

/** Most instruments have a multiplier of 1, and a multiplication costs as much as half an emission. */
function multiplied(amount: Decimal, { multiplier, isPlain }: Instrument): Decimal {
  return isPlain ? amount : amount.times(multiplier)
}

/** The middle of a quote, exactly: half of a sum has one digit more at most. */
export function middleOf(quote: unknown): Decimal {
  const { bidPrice, askPrice } = quote as { bidPrice: Decimal; askPrice: Decimal }
  return new Decimal(new Exact(bidPrice).plus(askPrice).times('0.5'))
}
