import { Decimal } from '../events/decimal.ts'
import type { Fill } from './trade-fill.ts'
import type { RoundTrip } from './round-trip.ts'

/** What was last seen of a symbol. */
export interface Mark {
  price: Decimal
  /** When that was, in milliseconds since the Unix epoch. */
  at: number
  /** How many bars there were so far. */
  bars: number
}

const zero = new Decimal(0)

/** A trade while something is held. Sums are kept and quotients are made at the end: nothing is rounded. */
export class TradeInProgress {
  readonly side: RoundTrip['side']
  readonly #number: number
  readonly #opening: Fill
  readonly #multiplier: Decimal
  readonly #mark: Mark
  readonly #barsBefore: number
  #most = zero
  #entered = zero
  /** Sum of price x quantity of the fills that entered. */
  #entryValue = zero
  #left = zero
  /** Sum of price x quantity of the fills that left. */
  #exitValue = zero
  #fees = zero

  constructor(
    number: number,
    opening: Fill,
    side: RoundTrip['side'],
    multiplier: Decimal,
    mark: Mark,
  ) {
    this.side = side
    this.#number = number
    this.#opening = opening
    this.#multiplier = multiplier
    this.#mark = mark
    this.#barsBefore = mark.bars
  }

  /** What is held, without a sign. */
  get quantity(): Decimal {
    return this.#entered.minus(this.#left)
  }

  enter(price: Decimal, quantity: Decimal, fee: Decimal): void {
    this.#entered = this.#entered.plus(quantity)
    this.#entryValue = this.#entryValue.plus(price.times(quantity))
    this.#fees = this.#fees.plus(fee)
    this.#most = Decimal.max(this.#most, this.quantity)
  }

  leave(price: Decimal, quantity: Decimal, fee: Decimal): void {
    this.#left = this.#left.plus(quantity)
    this.#exitValue = this.#exitValue.plus(price.times(quantity))
    this.#fees = this.#fees.plus(fee)
  }

  roundTrip(closedAt: number | undefined): RoundTrip {
    const { symbol, venue, accountId, strategyId, timestamp } = this.#opening
    const pnl = this.#pnl()
    const cost = this.#entryValue.times(this.#multiplier).abs()
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
      pnl,
      fees: this.#fees,
      ...(!cost.isZero() && { returnPercent: pnl.times(100).div(cost).toNumber() }),
      bars: this.#mark.bars - this.#barsBefore,
      durationMs: (closedAt ?? this.#mark.at) - timestamp,
      open: closedAt === undefined,
    }
  }

  /** What leaving brought in, and what is held at the last price, less what entering has cost. */
  #pnl(): Decimal {
    const value = this.#exitValue.plus(this.#mark.price.times(this.quantity))
    const gained = value.minus(this.#entryValue).times(this.#multiplier)
    return (this.side === 'long' ? gained : gained.negated()).minus(this.#fees)
  }
}
