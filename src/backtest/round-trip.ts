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
   * they paid out. An open trade is valued at the last price that was seen.
   */
  readonly pnl: Decimal
  /** What the fills cost, in account currency; negative where rebates were more. Part of `pnl`. */
  readonly fees: Decimal
  /** `pnl` in percent of what entering has cost (quantity x price); absent if that is 0. */
  readonly returnPercent?: number
  /** How many bars of the symbol were seen while it was held. */
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
  /** Value of all buys, price x quantity x multiplier, without a sign, in account currency. */
  readonly bought: Decimal
  /** Value of all sells, price x quantity x multiplier, without a sign, in account currency. */
  readonly sold: Decimal
  /** All fees, in account currency; negative where rebates were more. */
  readonly fees: Decimal
  /** Fees in currencies that could not be converted, by currency. They are in no other sum. */
  readonly otherFees: ReadonlyMap<string, Decimal>
}
