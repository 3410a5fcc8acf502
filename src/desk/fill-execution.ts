import { compareDecimals, Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { feesAfter } from './fees.ts'
import { differenceOf, lesserOf, none, ontoGrid, productOf, sumOf } from './fill-arithmetic.ts'
import type { FillSupply } from './fill-supply.ts'
import type { PastTerms } from './matched-time.ts'
import type { OrderState } from './order-state.ts'
import type { PaperAnswers } from './paper-answers.ts'
import type { PaperFaults } from './paper-faults.ts'
import type { PaperMarket } from './paper-market.ts'
import type { PaperSettings } from './paper-options.ts'

const nothingToReduce = 'there is no position left to reduce'

/** Where and how a fill happens. */
export interface FillPlace {
  readonly price: Decimal
  /** The venue's time of it. */
  readonly at: number
  readonly liquidity: 'maker' | 'taker'
}

/** Does to orders what matching decides: fills, wakes and ends them, and says so. */
export class FillExecution {
  readonly #settings: PaperSettings
  readonly #answers: PaperAnswers
  readonly #faults: PaperFaults
  /** Told of each order that has ended. */
  readonly #onEnd: (order: OrderState) => void
  #trades = 0

  constructor(
    settings: PaperSettings,
    answers: PaperAnswers,
    faults: PaperFaults,
    onEnd: (order: OrderState) => void,
  ) {
    this.#settings = settings
    this.#answers = answers
    this.#faults = faults
    this.#onEnd = onEnd
  }

  /**
   * Fills what it may of an order. All that a fill changes is changed before anybody is told: whoever hears
   * of it may give commands, which may be filled at once.
   */
  fill(market: PaperMarket, order: OrderState, supply: FillSupply, place: FillPlace): void {
    const wanted = this.wanted(market, order)
    if (wanted.isZero()) {
      this.cancel(market, order, place.at, nothingToReduce)
      return
    }
    const quantity = supply.atMost(wanted)
    if (quantity.isZero()) return
    const limit = order.price
    const first = this.#firstPart(market, order, quantity) ?? quantity
    this.#fillPart(market, order, first, supply, place)
    if (!isAlive(order)) return
    // A new limit is for what comes after this.
    if (first !== quantity && order.price === limit) {
      const left = supply.atMost(this.wanted(market, order))
      const rest = lesserOf(left, differenceOf(quantity, first))
      if (!rest.isZero()) this.#fillPart(market, order, rest, supply, place)
    }
    if (order.terms.reduceOnly !== true || !this.wanted(market, order).isZero()) return
    this.cancel(market, order, place.at, nothingToReduce)
  }

  /**
   * Fills what the open of a bar has decided of an order that has ended, or was changed, since. Of one that
   * has ended the fill alone is told, and not that its trigger was reached.
   */
  fillPast(market: PaperMarket, past: PastTerms, supply: FillSupply, place: FillPlace): void {
    const { order } = past
    if (supply.atMost(this.wantedOfPast(market, past)).isZero()) return
    if (order.open && !order.awake) {
      order.awake = true
      this.#answers.triggered(order, place.at, past.trigger!)
    }
    // Whoever heard of it may have changed it, or what there is to reduce.
    const quantity = supply.atMost(this.wantedOfPast(market, past))
    if (quantity.isZero()) return
    order.late = !order.open
    this.#fillPart(market, order, quantity, supply, place)
  }

  /** How much of an order could be filled as it stood: 0 if it has been, or if the venue was closed. */
  wantedOfPast(market: PaperMarket, { order, quantity, until }: PastTerms): Decimal {
    if (until === -Infinity || compareDecimals(quantity, order.filled) <= 0) return none
    return lesserOf(differenceOf(quantity, order.filled), this.wanted(market, order))
  }

  /** How much of an order may be filled now: what remains, and of `reduceOnly` what there is to reduce. */
  wanted(market: PaperMarket, order: OrderState): Decimal {
    const { remaining } = order
    if (order.terms.reduceOnly !== true) return remaining
    return lesserOf(remaining, market.reducibleBy(order.buy))
  }

  /** Lets a stop order go: its trigger was reached. Whether it may trade now. */
  wake(order: OrderState, at: number): boolean {
    const { trigger } = order
    this.#answers.ensurePlaced(order)
    // Whoever heard of its acceptance may have ended it, changed it, or let it go by changing it.
    if (!order.open || order.trigger !== trigger) return false
    if (!order.awake) {
      order.awake = true
      order.taking = true
      this.#answers.triggered(order, at, trigger!)
    }
    return order.open
  }

  cancel(
    market: PaperMarket,
    order: OrderState,
    at: number,
    reason: string,
    cause?: TradewireEvent,
  ): void {
    if (!this.#end(market, order)) return
    this.#answers.cancelled(order, at, reason, cause)
  }

  /** Cancels on behalf of whoever sent the order. A fault of the venue may let one more fill through. */
  cancelAsAsked(
    market: PaperMarket,
    order: OrderState,
    at: number,
    cause: TradewireEvent | undefined,
  ): void {
    const late = order.awake && this.#faults.fillsAfterCancel()
    market.matched.ends(order, at)
    this.#end(market, order)
    if (late) {
      order.late = true
      market.faults += 1
      market.add(order)
    }
    this.#answers.cancelled(order, at, 'as asked', cause)
  }

  expire(market: PaperMarket, order: OrderState, at: number): void {
    if (this.#end(market, order)) this.#answers.expired(order, at)
  }

  /** Ends the faults that a market event was to befall: what it did not fill is as it should be again. */
  endFaults(market: PaperMarket): void {
    market.faults = 0
    market.orders = market.orders.filter(({ late }) => !late)
    for (const order of market.orders) {
      if (!order.placed && order.open) this.#answers.placed(order)
    }
  }

  #end(market: PaperMarket, order: OrderState): boolean {
    if (!order.open) return false
    order.open = false
    market.remove(order)
    this.#onEnd(order)
    return true
  }

  #fillPart(
    market: PaperMarket,
    order: OrderState,
    quantity: Decimal,
    supply: FillSupply,
    place: FillPlace,
  ): void {
    const { terms, buy } = order
    const { slippage, fees, name } = this.#settings
    let { price } = place
    if (order.atMarket && slippage !== undefined) {
      price = slippage({ order: terms, price, quantity }, market.terms.tickSize)
    }
    const { multiplier, currency } = market.terms
    const filledQuantity = sumOf(order.filled, quantity)
    const fee = fees?.({
      order: terms,
      price,
      quantity,
      filledQuantity,
      feesSoFar: order.fees,
      multiplier,
      currency,
      liquidity: place.liquidity,
    })
    supply.take(quantity)
    order.book(price, quantity)
    order.fees = feesAfter(order.fees, fee)
    market.trade(buy, quantity)
    const remainingQuantity = order.remaining
    if (order.late) this.#endLate(market, order)
    else if (remainingQuantity.isZero()) this.#end(market, order)
    this.#trades += 1
    const again = this.#answers.fill(
      order,
      {
        tradeId: `${name}-t${this.#trades}`,
        side: terms.side,
        lastPrice: price,
        lastQuantity: quantity,
        filledQuantity,
        remainingQuantity,
        averagePrice: order.averagePrice!,
        ...(fee !== undefined && { fee }),
        liquidity: place.liquidity,
      },
      place.at,
    )
    // A fault has kept it back until now, unless whoever heard of the fill has ended the order.
    if (!order.placed) this.#answers.placed(order)
    if (this.#faults.repeatsFill()) again()
  }

  #endLate(market: PaperMarket, order: OrderState): void {
    order.late = false
    market.remove(order)
  }

  /** The first of two parts if a fault splits this fill, on the grid of the instrument. */
  #firstPart(market: PaperMarket, order: OrderState, quantity: Decimal): Decimal | undefined {
    if (order.terms.timeInForce === 'fok' || !this.#faults.splitsFill()) return undefined
    const step = market.terms.lotSize ?? stepOf(quantity)
    const part = ontoGrid(productOf(quantity, new Decimal(this.#faults.firstShare())), step, false)
    return part.isZero() || compareDecimals(part, quantity) === 0 ? undefined : part
  }
}

/** Whether an order can be filled: it stands, or was cancelled and one fill is still on its way. */
export function isAlive(order: OrderState): boolean {
  return order.open || order.late
}

/** One unit of the last place of a quantity. */
function stepOf(quantity: Decimal): Decimal {
  return new Decimal(`1e-${quantity.decimalPlaces()}`)
}
