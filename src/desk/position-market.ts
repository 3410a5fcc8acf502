import type { Decimal } from '../events/decimal.ts'
import type { QuoteUpdate } from '../events/market.ts'
import { Exact, toFloat } from './position-exact.ts'
import { type Holding, type MarkEvent, middleOf } from './position-holding.ts'
import type { Instrument } from './position-instrument.ts'
import type { PositionQuery } from './position.ts'

/** Whose a position is. */
export interface Owner extends PositionQuery {
  /** What it is in. */
  readonly symbol: string
}

/** All that is known of one symbol: its newest mark, and the positions in it. */
export class Market {
  readonly instrument: Instrument
  /** Open positions in the order they were opened; replaced when one comes or goes. */
  holdings: readonly Holding[] = []
  /** Undefined before the first mark, and for the middle of the quote in `markEvent`. */
  markPrice: Decimal | undefined = undefined
  /** Where the newest mark came from; undefined before the first one, and after a restore. */
  markEvent: MarkEvent | undefined = undefined
  /** The venue that the newest mark is of, if it has one. */
  markVenue: string | undefined = undefined
  /** Whether the mark holds until the next one, as a quote does and the price of a trade does not. */
  isStanding = false

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  /** The newest mark; undefined before the first. */
  get mark(): Decimal | undefined {
    if (this.markPrice === undefined && this.markEvent !== undefined) {
      this.markPrice = middleOf(this.markEvent.data)
    }
    return this.markPrice
  }

  /** The newest mark for a position of this direction; undefined for the middle of a quote. */
  priceFor(direction: 1 | -1, markAt: 'mid' | 'exit'): Decimal | undefined {
    const { markEvent } = this
    if (markAt === 'mid' || markEvent?.type !== 'market.quote_update') return this.markPrice
    const { bidPrice, askPrice } = markEvent.data as QuoteUpdate
    return direction === 1 ? bidPrice : askPrice
  }

  /** The position of exactly this owner. */
  find({ accountId, strategyId, venue }: Owner): Holding | undefined {
    for (const holding of this.holdings) {
      const { identity } = holding.state
      if (
        identity.accountId === accountId &&
        identity.strategyId === strategyId &&
        identity.venue === venue
      ) {
        return holding
      }
    }
    return undefined
  }
}

/** Whether `query` allows a position. */
export function isAllowed(holding: Holding, query: PositionQuery): boolean {
  const { accountId, strategyId, venue } = holding.state.identity
  return (
    (query.accountId === undefined || query.accountId === accountId) &&
    (query.strategyId === undefined || query.strategyId === strategyId) &&
    (query.venue === undefined || query.venue === venue)
  )
}

/** Whether a price of one venue is one of another: venues that are not named are any. */
export function isSameVenue(left: string | undefined, right: string | undefined): boolean {
  return left === right || left === undefined || right === undefined
}

/** The instrument of a symbol. */
export function toInstrument(
  symbol: string,
  terms: { readonly multiplier?: Decimal | undefined; readonly currency?: string | undefined },
  currency: string,
): Instrument {
  const multiplier = new Exact(terms.multiplier ?? 1)
  return {
    symbol,
    multiplier,
    multiplierFloat: toFloat(multiplier),
    isPlain: multiplier.eq(1),
    currency: terms.currency ?? currency,
  }
}
