import { DedupWindow } from '../delivery/dedup-window.ts'
import { requireFunction, requireInteger, requireOptions, requireText } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import type { FillTotals, RoundTrip } from './round-trip.ts'
import { barLength } from '../desk/bar-length.ts'
import { converted } from '../desk/conversion.ts'
import { tradeKey } from '../desk/position-trades.ts'
import type { Fill } from './trade-fill.ts'
import { type Mark, type TradeFee, TradeInProgress, type TradeTerms } from './trade-in-progress.ts'

/** How fills become trades. Each function of a symbol is asked once for each of them. */
export interface TradeCollectorOptions {
  /** The account currency, in which trades and fees are counted. Default `'USD'`. */
  readonly currency?: string
  /**
   * How much of the currency of its prices one unit of a symbol stands for at a price of 1. Default: 1 for
   * every symbol.
   */
  readonly multiplier?: (symbol: string) => Decimal
  /** What the prices of a symbol are in. Default: the account currency, for every symbol. */
  readonly currencyOf?: (symbol: string) => string
  /**
   * What an amount of one currency is worth in another one at a time in milliseconds since the Unix epoch;
   * undefined if that is not known. A fee is converted to the currency of the symbol, as the positions do
   * it, and then to that of the account. Default: nothing is known, so fees in other currencies are
   * counted apart.
   */
  readonly convert?: (amount: Decimal, from: string, to: string, at: number) => Decimal | undefined
  /** How many ids of fills are remembered to know a repeated one. 1 to 10,000,000. Default 100,000. */
  readonly dedupCapacity?: number
}

const known = ['currency', 'multiplier', 'currencyOf', 'convert', 'dedupCapacity']
const zero = new Decimal(0)
const one = new Decimal(1)
const noFee: TradeFee = { own: zero, account: zero }

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
  readonly #currencyOf: (symbol: string) => string
  readonly #convert: TradeCollectorOptions['convert']
  readonly #seen: DedupWindow
  /** By symbol: the last price, and how many bars there were. */
  readonly #marks = new Map<string, Mark>()
  /** By symbol, from its first fill. */
  readonly #terms = new Map<string, TradeTerms>()
  /** By account, strategy, symbol and venue: what is held. */
  readonly #open = new Map<string, TradeInProgress>()
  readonly #closed: RoundTrip[] = []
  /** By symbol: the currency that there was no rate for. */
  readonly #unconverted = new Map<string, string>()
  readonly #otherFees = new Map<string, Decimal>()
  #opened = 0
  #fills = 0
  #bought = zero
  #sold = zero
  #fees = zero

  /** @throws ConfigurationError `CONFIGURATION` when an option is unknown or of the wrong type. */
  constructor(options: TradeCollectorOptions = {}) {
    requireOptions('TradeCollector', options, known)
    const { currency = 'USD', multiplier = () => one, currencyOf = () => currency } = options
    const { convert } = options
    requireFunction('multiplier', multiplier)
    requireFunction('currencyOf', currencyOf)
    if (convert !== undefined) requireFunction('convert', convert)
    this.#currency = requireText('currency', currency)
    this.#currencyOf = currencyOf
    this.#multiplier = multiplier
    this.#convert = convert
    const { dedupCapacity = 100_000 } = options
    this.#seen = new DedupWindow(requireInteger('dedupCapacity', dedupCapacity, 1, 10_000_000))
  }

  /**
   * Tells of a bar of `symbol` that closed at `price`.
   *
   * @param at in milliseconds since the Unix epoch.
   * @param timeframe such as `5m`, as `market.new_bar` has it; needed where there are several of a symbol.
   */
  bar(symbol: string, price: Decimal, at: number, timeframe?: string): void {
    const mark = this.#mark(symbol)
    countBar(mark, timeframe)
    mark.price = price
    mark.at = at
  }

  /** Tells of a price of `symbol`. `at` is in milliseconds since the Unix epoch. */
  price(symbol: string, price: Decimal, at: number): void {
    const mark = this.#mark(symbol)
    mark.price = price
    mark.at = at
  }

  /** Takes a fill; one whose `tradeId` was seen for its symbol, venue and side is left out. */
  fill(fill: Fill): void {
    if (!this.#seen.add(tradeKey(fill))) return
    this.price(fill.symbol, fill.lastPrice, fill.timestamp)
    const terms = this.#termsOf(fill.symbol)
    this.#count(fill, terms)
    const fee = this.#feeOf(fill, terms)
    const key = JSON.stringify([fill.accountId, fill.strategyId, fill.symbol, fill.venue])
    const held = this.#open.get(key)
    if (held === undefined) {
      this.#begin(key, fill, fill.lastQuantity, fee, terms)
      return
    }
    if (held.side === sideOf(fill)) {
      held.enter(fill.lastPrice, fill.lastQuantity, fee)
      return
    }
    this.#reduce(key, held, fill, fee, terms)
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

  /**
   * Of which symbols an amount could not be converted to the account currency, and what they are in: such
   * fills are in no total, and such trades have a `currency`.
   */
  get unconverted(): ReadonlyMap<string, string> {
    return new Map(this.#unconverted)
  }

  /** All trades in the order in which they were opened, those that are still open among them. */
  roundTrips(): RoundTrip[] {
    const open = [...this.#open.values()].map((trade) => trade.roundTrip(undefined))
    return [...this.#closed, ...open].toSorted((left, right) => left.number - right.number)
  }

  #mark(symbol: string): Mark {
    let mark = this.#marks.get(symbol)
    if (mark === undefined) {
      mark = { price: zero, at: 0, counts: [] }
      this.#marks.set(symbol, mark)
    }
    return mark
  }

  #termsOf(symbol: string): TradeTerms {
    return this.#terms.get(symbol) ?? this.#newTerms(symbol)
  }

  #newTerms(symbol: string): TradeTerms {
    const currency = this.#currencyOf(symbol)
    const multiplier = this.#multiplier(symbol)
    const toAccount: TradeTerms['toAccount'] = (amount, at) => {
      const inAccount = this.#converted(amount, currency, this.#currency, at)
      if (inAccount === undefined) this.#unconverted.set(symbol, currency)
      return inAccount
    }
    const terms = { multiplier, currency, toAccount }
    this.#terms.set(symbol, terms)
    return terms
  }

  #converted(amount: Decimal, from: string, to: string, at: number): Decimal | undefined {
    if (from === to) return amount
    const result = converted(this.#convert, amount, from, to, at)
    return typeof result === 'string' ? undefined : result
  }

  #count({ side, lastPrice, lastQuantity, timestamp }: Fill, terms: TradeTerms): void {
    this.#fills += 1
    const own = lastPrice.times(lastQuantity).times(terms.multiplier).abs()
    const value = terms.toAccount(own, timestamp)
    if (value === undefined) return
    if (side === 'buy') this.#bought = this.#bought.plus(value)
    else this.#sold = this.#sold.plus(value)
  }

  /** One that cannot be converted to the currency of the instrument is counted apart, and is 0 here. */
  #feeOf({ fee, timestamp }: Fill, { currency, toAccount }: TradeTerms): TradeFee {
    if (fee === undefined) return noFee
    const own = this.#converted(fee.amount, fee.currency, currency, timestamp)
    if (own === undefined) {
      this.#setApart(fee)
      return noFee
    }
    const account = fee.currency === this.#currency ? fee.amount : toAccount(own, timestamp)
    if (account === undefined) this.#setApart(fee)
    else this.#fees = this.#fees.plus(account)
    return { own, account }
  }

  #setApart({ amount, currency }: NonNullable<Fill['fee']>): void {
    this.#otherFees.set(currency, amount.plus(this.#otherFees.get(currency) ?? zero))
  }

  #begin(key: string, fill: Fill, quantity: Decimal, fee: TradeFee, terms: TradeTerms): void {
    this.#opened += 1
    const mark = this.#mark(fill.symbol)
    const trade = new TradeInProgress(this.#opened, fill, sideOf(fill), terms, mark)
    trade.enter(fill.lastPrice, quantity, fee)
    this.#open.set(key, trade)
  }

  #reduce(key: string, held: TradeInProgress, fill: Fill, fee: TradeFee, terms: TradeTerms): void {
    const rest = fill.lastQuantity.minus(held.quantity)
    if (rest.isNegative() && !rest.isZero()) {
      held.leave(fill.lastPrice, fill.lastQuantity, fee)
      return
    }
    const { quantity } = held
    const shared = rest.isZero() ? { share: fee, left: noFee } : sharesOf(fee, quantity, fill)
    held.leave(fill.lastPrice, quantity, shared.share)
    this.#closed.push(held.roundTrip(fill.timestamp))
    this.#open.delete(key)
    if (!rest.isZero()) this.#begin(key, fill, rest, shared.left, terms)
  }
}

/** What the quotient is rounded by goes to the next trade, so that the shares add up to the fee. */
function sharesOf(
  { own, account }: TradeFee,
  quantity: Decimal,
  { lastQuantity }: Fill,
): { readonly share: TradeFee; readonly left: TradeFee } {
  const share = {
    own: own.times(quantity).div(lastQuantity),
    account: account?.times(quantity).div(lastQuantity),
  }
  const left = { own: own.minus(share.own), account: account?.minus(share.account!) }
  return { share, left }
}

function countBar({ counts }: Mark, timeframe: string | undefined): void {
  // By index, which a run over bars of a minute feels.
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index]!
    if (count.timeframe === timeframe) {
      count.bars += 1
      return
    }
  }
  const lengthMs = timeframe === undefined ? 0 : barLength(timeframe)
  counts.push({ timeframe, lengthMs, bars: 1 })
}

function sideOf({ side }: Fill): RoundTrip['side'] {
  return side === 'buy' ? 'long' : 'short'
}
