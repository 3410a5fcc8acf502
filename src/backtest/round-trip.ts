import type { Decimal } from '../events/decimal.ts'

/**
 * A trade from the fill that opened a position to the one that made it flat. A fill that turns a
 * position through zero ends one trade and begins the next.
 */
export interface RoundTrip {
  /** Counts the trades of a run from 1, in the order in which they were opened. */
  readonly number: number
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  readonly symbol: string
  /** Where it was traded, if the fills say so. */
  readonly venue?: string
  /** The account that traded, if the fills say so. */
  readonly accountId?: string
  /** The strategy that traded, if the fills say so. */
  readonly strategyId?: string
  /** Which way the trade gains: `long` when prices rise, `short` when they fall. */
  readonly side: 'long' | 'short'
  /** The most that was held at once, in units of the instrument; above 0. */
  readonly quantity: Decimal
  /** When it was opened, in milliseconds since the Unix epoch. */
  readonly openedAt: number
  /** When it was flat again, in milliseconds since the Unix epoch; absent while it is open. */
  readonly closedAt?: number
  /** Average price of the fills that entered, weighted by quantity. */
  readonly entryPrice: Decimal
  /** Average price of the fills that left, weighted by quantity; absent before the first of them. */
  readonly exitPrice?: Decimal
  /**
   * What was gained, fees taken off, in account currency. Exact: what the fills paid in, less what
   * they paid out. An open trade is valued at the last price that was seen. What an instrument in another
   * currency gained is converted by the rate of when the trade was closed, or of that last price.
   */
  readonly pnl: Decimal
  /**
   * What the fills cost, in account currency, by the rates of when they were paid; negative where rebates
   * were more. Part of `pnl`.
   */
  readonly fees: Decimal
  /**
   * What `pnl` and `fees` are in where a rate to the account currency was missing: the currency of the
   * instrument. Absent: both are in account currency.
   */
  readonly currency?: string
  /**
   * What was gained, fees taken off, in percent of what entering has cost (quantity x price x multiplier),
   * both in the currency of the instrument; absent if that is 0.
   */
  readonly returnPercent?: number
  /**
   * How many bars of the symbol were seen while it was held. Of several timeframes the shortest counts that
   * there were any bars of.
   */
  readonly bars: number
  /** From opening to closing, or to the last price that was seen, in milliseconds. */
  readonly durationMs: number
  /** Whether something is still held. */
  readonly open: boolean
}

/** What all fills of a run come to. */
export interface FillTotals {
  /** How many fills there were; a repeated one counts once. */
  readonly fills: number
  /**
   * Value of all buys, price x quantity x multiplier, without a sign, in account currency, by the rates of
   * when they were filled. What could not be converted is left out.
   */
  readonly bought: Decimal
  /** Value of all sells, as that of the buys. */
  readonly sold: Decimal
  /**
   * All fees, in account currency, by the rates of when they were paid; negative where rebates were more.
   */
  readonly fees: Decimal
  /** Fees in currencies that could not be converted, by currency. They are in no other sum. */
  readonly otherFees: ReadonlyMap<string, Decimal>
}
