import { DedupWindow } from '../delivery/dedup-window.ts'
import { requireFunction, requireInteger, requireOptions, requireText } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import type { FillTotals, RoundTrip } from './round-trip.ts'
import type { Fill } from './trade-fill.ts'
import { type Mark, TradeInProgress } from './trade-in-progress.ts'

/** How fills become trades. */
export interface TradeCollectorOptions {
  /** The account currency, in which fees are counted. Default `'USD'`. */
  readonly currency?: string
  /**
   * How much of its quote currency one unit of a symbol stands for at a price of 1. The quote currency
   * is taken to be the account currency. Default: 1 for every symbol.
   */
  readonly multiplier?: (symbol: string) => Decimal
  /**
   * What an amount of another currency is worth in the account currency at a time in milliseconds since
   * the Unix epoch; undefined if that is not known. Default: nothing is known, so fees in other
   * currencies are counted apart.
   */
  readonly convert?: (amount: Decimal, from: string, to: string, at: number) => Decimal | undefined
  /** How many ids of fills are remembered to know a repeated one. 1 to 10,000,000. Default 100,000. */
  readonly dedupCapacity?: number
}

const known = ['currency', 'multiplier', 'convert', 'dedupCapacity']
const zero = new Decimal(0)
const one = new Decimal(1)

/**
 * Makes trades out of fills, exactly. Positions are netted by account, strategy, symbol and venue. A
 * fill through zero closes one trade and opens the next, and its fee is shared by quantity. It keeps
 * every trade, so its memory grows with their number.
 *
 * @example
 * ```ts
 * const collector = new TradeCollector({ currency: 'USDT' })
 * const terms = { lastQuantity: '2', fee: { amount: '0.1', currency: 'USDT' } }
 * collector.fill(payloadOf('order.filled', { ...terms, tradeId: '1', side: 'buy', lastPrice: '100' }))
 * collector.fill(payloadOf('order.filled', { ...terms, tradeId: '2', side: 'sell', lastPrice: '103' }))
 * const [trade] = collector.roundTrips()
 * console.log(trade?.side) // long
 * console.log(trade?.pnl.toFixed()) // 5.8
 * console.log(collector.totals.fees.toFixed()) // 0.2
 * ```
 */
export class TradeCollector {
  readonly #currency: string
  readonly #multiplier: (symbol: string) => Decimal
  readonly #convert: NonNullable<TradeCollectorOptions['convert']>
  readonly #seen: DedupWindow
  /** By symbol: the last price, and how many bars there were. */
  readonly #marks = new Map<string, Mark>()
  /** By account, strategy, symbol and venue: what is held. */
  readonly #open = new Map<string, TradeInProgress>()
  readonly #closed: RoundTrip[] = []
  readonly #otherFees = new Map<string, Decimal>()
  #opened = 0
  #fills = 0
  #bought = zero
  #sold = zero
  #fees = zero

  /** @throws ConfigurationError `CONFIGURATION` when an option is unknown or of the wrong type. */
  constructor(options: TradeCollectorOptions = {}) {
    requireOptions('TradeCollector', options, known)
    const { currency = 'USD', multiplier = () => one, convert = () => undefined } = options
    requireFunction('multiplier', multiplier)
    requireFunction('convert', convert)
    this.#currency = requireText('currency', currency)
    this.#multiplier = multiplier
    this.#convert = convert
    const { dedupCapacity = 100_000 } = options
    this.#seen = new DedupWindow(requireInteger('dedupCapacity', dedupCapacity, 1, 10_000_000))
  }

  /** Tells of a bar of `symbol` that closed at `price`. `at` is in milliseconds since the Unix epoch. */
  bar(symbol: string, price: Decimal, at: number): void {
    const mark = this.#mark(symbol)
    mark.bars += 1
    mark.price = price
    mark.at = at
  }

  /** Tells of a price of `symbol`. `at` is in milliseconds since the Unix epoch. */
  price(symbol: string, price: Decimal, at: number): void {
    const mark = this.#mark(symbol)
    mark.price = price
    mark.at = at
  }

  /** Takes a fill; one whose `tradeId` was seen for its symbol and venue is left out. */
  fill(fill: Fill): void {
    if (!this.#seen.add(JSON.stringify([fill.venue, fill.symbol, fill.tradeId]))) return
    this.price(fill.symbol, fill.lastPrice, fill.timestamp)
    this.#count(fill)
    const fee = this.#feeOf(fill)
    const key = JSON.stringify([fill.accountId, fill.strategyId, fill.symbol, fill.venue])
    const held = this.#open.get(key)
    if (held === undefined) {
      this.#begin(key, fill, fill.lastQuantity, fee)
      return
    }
    if (held.side === sideOf(fill)) {
      held.enter(fill.lastPrice, fill.lastQuantity, fee)
      return
    }
    this.#reduce(key, held, fill, fee)
  }

  /** What all fills come to. */
  get totals(): FillTotals {
    return {
      fills: this.#fills,
      bought: this.#bought,
      sold: this.#sold,
      fees: this.#fees,
      otherFees: new Map(this.#otherFees),
    }
  }

  /** All trades in the order in which they were opened, those that are still open among them. */
  roundTrips(): RoundTrip[] {
    const open = [...this.#open.values()].map((trade) => trade.roundTrip(undefined))
    return [...this.#closed, ...open].toSorted((left, right) => left.number - right.number)
  }

  #mark(symbol: string): Mark {
    let mark = this.#marks.get(symbol)
    if (mark === undefined) {
      mark = { price: zero, at: 0, bars: 0 }
      this.#marks.set(symbol, mark)
    }
    return mark
  }

  #count({ symbol, side, lastPrice, lastQuantity }: Fill): void {
    const value = lastPrice.times(lastQuantity).times(this.#multiplier(symbol)).abs()
    this.#fills += 1
    if (side === 'buy') this.#bought = this.#bought.plus(value)
    else this.#sold = this.#sold.plus(value)
  }

  /** The fee in account currency; one that cannot be converted is counted apart, and is 0 here. */
  #feeOf({ fee, timestamp }: Fill): Decimal {
    if (fee === undefined) return zero
    const { amount, currency } = fee
    const converted =
      currency === this.#currency
        ? amount
        : this.#convert(amount, currency, this.#currency, timestamp)
    if (converted === undefined) {
      this.#otherFees.set(currency, amount.plus(this.#otherFees.get(currency) ?? zero))
      return zero
    }
    this.#fees = this.#fees.plus(converted)
    return converted
  }

  #begin(key: string, fill: Fill, quantity: Decimal, fee: Decimal): void {
    this.#opened += 1
    const trade = new TradeInProgress(
      this.#opened,
      fill,
      sideOf(fill),
      this.#multiplier(fill.symbol),
      this.#mark(fill.symbol),
    )
    trade.enter(fill.lastPrice, quantity, fee)
    this.#open.set(key, trade)
  }

  #reduce(key: string, held: TradeInProgress, fill: Fill, fee: Decimal): void {
    const rest = fill.lastQuantity.minus(held.quantity)
    if (rest.isNegative() && !rest.isZero()) {
      held.leave(fill.lastPrice, fill.lastQuantity, fee)
      return
    }
    // What the quotient is rounded by goes to the next trade, so that the shares add up to the fee.
    const share = rest.isZero() ? fee : fee.times(held.quantity).div(fill.lastQuantity)
    held.leave(fill.lastPrice, held.quantity, share)
    this.#closed.push(held.roundTrip(fill.timestamp))
    this.#open.delete(key)
    if (!rest.isZero()) this.#begin(key, fill, rest, fee.minus(share))
  }
}

function sideOf({ side }: Fill): RoundTrip['side'] {
  return side === 'buy' ? 'long' : 'short'
}
