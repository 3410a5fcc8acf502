import { Decimal } from '../events/decimal.ts'
import type { Fill } from './trade-fill.ts'
import type { RoundTrip } from './round-trip.ts'

/** How many bars of one timeframe there were so far. */
export interface BarCount {
  /** Such as `1m`; undefined where nobody said it. */
  readonly timeframe: string | undefined
  /** How long its bars are, in milliseconds. */
  readonly lengthMs: number
  bars: number
}

/** What was last seen of a symbol. */
export interface Mark {
  price: Decimal
  /** When that was, in milliseconds since the Unix epoch. */
  at: number
  /** In the order in which timeframes were first seen: what comes later stands behind. */
  readonly counts: BarCount[]
}

/** What is to be known of an instrument. */
export interface TradeTerms {
  readonly multiplier: Decimal
  /** What prices are in. */
  readonly currency: string
  /** What an amount in `currency` is in account currency at a time; undefined if nobody knows. */
  readonly toAccount: (amount: Decimal, at: number) => Decimal | undefined
}

/** What a fill has cost. */
export interface TradeFee {
  /** In the currency of the instrument. */
  readonly own: Decimal
  /** In account currency, by the rate of when it was paid; undefined if nobody knew it. */
  readonly account: Decimal | undefined
}

const zero = new Decimal(0)

/** A trade while something is held. Sums are kept and quotients are made at the end: nothing is rounded. */
export class TradeInProgress {
  readonly side: RoundTrip['side']
  readonly #number: number
  readonly #opening: Fill
  readonly #terms: TradeTerms
  readonly #mark: Mark
  /** How many bars there were before it, in the order of `#mark.counts`. */
  readonly #barsBefore: readonly number[]
  #most = zero
  #entered = zero
  /** Sum of price x quantity of the fills that entered. */
  #entryValue = zero
  #left = zero
  /** Sum of price x quantity of the fills that left. */
  #exitValue = zero
  #ownFees = zero
  #accountFees: Decimal | undefined = zero

  constructor(
    number: number,
    opening: Fill,
    side: RoundTrip['side'],
    terms: TradeTerms,
    mark: Mark,
  ) {
    this.side = side
    this.#number = number
    this.#opening = opening
    this.#terms = terms
    this.#mark = mark
    this.#barsBefore = mark.counts.map(({ bars }) => bars)
  }

  /** What is held, without a sign. */
  get quantity(): Decimal {
    return this.#entered.minus(this.#left)
  }

  enter(price: Decimal, quantity: Decimal, fee: TradeFee): void {
    this.#entered = this.#entered.plus(quantity)
    this.#entryValue = this.#entryValue.plus(price.times(quantity))
    this.#pay(fee)
    this.#most = Decimal.max(this.#most, this.quantity)
  }

  leave(price: Decimal, quantity: Decimal, fee: TradeFee): void {
    this.#left = this.#left.plus(quantity)
    this.#exitValue = this.#exitValue.plus(price.times(quantity))
    this.#pay(fee)
  }

  #pay({ own, account }: TradeFee): void {
    this.#ownFees = this.#ownFees.plus(own)
    this.#accountFees = account && this.#accountFees?.plus(account)
  }

  roundTrip(closedAt: number | undefined): RoundTrip {
    const { symbol, venue, accountId, strategyId, timestamp } = this.#opening
    const endsAt = closedAt ?? this.#mark.at
    const gained = this.#gained()
    const cost = this.#entryValue.times(this.#terms.multiplier).abs()
    return {
      number: this.#number,
      symbol,
      ...(venue !== undefined && { venue }),
      ...(accountId !== undefined && { accountId }),
      ...(strategyId !== undefined && { strategyId }),
      side: this.side,
      quantity: this.#most,
      openedAt: timestamp,
      ...(closedAt !== undefined && { closedAt }),
      entryPrice: this.#entryValue.div(this.#entered),
      ...(!this.#left.isZero() && { exitPrice: this.#exitValue.div(this.#left) }),
      ...this.#money(gained, endsAt),
      ...(!cost.isZero() && {
        returnPercent: gained.minus(this.#ownFees).times(100).div(cost).toNumber(),
      }),
      bars: this.#bars(),
      durationMs: endsAt - timestamp,
      open: closedAt === undefined,
    }
  }

  /** What leaving brought in, and what is held at the last price, less what entering has cost. */
  #gained(): Decimal {
    const value = this.#exitValue.plus(this.#mark.price.times(this.quantity))
    const gained = value.minus(this.#entryValue).times(this.#terms.multiplier)
    return this.side === 'long' ? gained : gained.negated()
  }

  /** In account currency; where a rate is missing all of it in that of the instrument, never in both. */
  #money(gained: Decimal, at: number): Pick<RoundTrip, 'pnl' | 'fees' | 'currency'> {
    const fees = this.#accountFees
    const inAccount = fees && this.#terms.toAccount(gained, at)
    if (fees !== undefined && inAccount !== undefined) return { pnl: inAccount.minus(fees), fees }
    const own = this.#ownFees
    return { pnl: gained.minus(own), fees: own, currency: this.#terms.currency }
  }

  /** Of the shortest bars that there were any of. */
  #bars(): number {
    let [bars, lengthMs] = [0, Infinity]
    for (const [index, count] of this.#mark.counts.entries()) {
      const seen = count.bars - (this.#barsBefore[index] ?? 0)
      if (seen > 0 && (bars === 0 || count.lengthMs < lengthMs)) {
        bars = seen
        lengthMs = count.lengthMs
      }
    }
    return bars
  }
}
