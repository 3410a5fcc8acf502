import type { Bus } from '../bus/bus.ts'
import type { Registration } from '../bus/observers.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { PositionKeeperOptions } from './position-options.ts'
import type { PositionSnapshot } from './position-snapshot.ts'

/** Which position of a symbol is meant; what is left out is not asked about. */
export interface PositionQuery {
  /** Only of this account. */
  readonly accountId?: string
  /** Only of this strategy. */
  readonly strategyId?: string
  /** Only at this venue. */
  readonly venue?: string
}

/**
 * An open position, as it was when it was asked for. It is frozen, and later fills do not change it.
 * Prices are in the currency of the instrument for one unit, and so are `cost`, `realizedPnl`, `fees`,
 * `value` and `unrealizedPnl`, for the whole position with the contract multiplier; that currency is
 * `currency`.
 */
export interface Position {
  /** `<accountId>/<strategyId>/<symbol>#<n>`: `-` where one is absent, n counts openings from 1. */
  readonly positionId: string
  /** The instrument, in the venue's own spelling. */
  readonly symbol: string
  /** The account that holds it. */
  readonly accountId: string | undefined
  /** The strategy that holds it. */
  readonly strategyId: string | undefined
  /** Where it is held. */
  readonly venue: string | undefined
  /** Which way it gains. */
  readonly side: 'long' | 'short'
  /** How much is held, above 0, in units of the instrument. */
  readonly quantity: Decimal
  /** The same, below 0 for a short position. */
  readonly signedQuantity: Decimal
  /** How many units of the underlying one unit of the instrument is. */
  readonly multiplier: Decimal
  /** Average price of what is held, by the method of the keeper. A quotient: 64 significant digits. */
  readonly averageEntryPrice: Decimal
  /** What was paid for, or got from, what is held; above 0 unless prices are negative. Exact. */
  readonly cost: Decimal
  /** Profit and loss of what was closed, less `fees`. Exact. */
  readonly realizedPnl: Decimal
  /** Fees of all its fills that are in `realizedPnl`; negative for rebates. */
  readonly fees: Decimal
  /** What it is valued at: the newest mark, or before the first one the price of the last fill. */
  readonly markPrice: Decimal
  /** Its value at `markPrice`: below 0 for a short position. Exact. */
  readonly value: Decimal
  /** Profit and loss if what is held were closed at `markPrice`, without a fee. Exact. */
  readonly unrealizedPnl: Decimal
  /** The currency of its amounts: that of its instrument. */
  readonly currency: string
  /** When it was opened, in milliseconds since the Unix epoch: the timestamp of its first fill. */
  readonly openedAt: number
  /** The order whose fill opened it. */
  readonly openingOrderId: string
}

/**
 * Hears that amounts have changed: after a fill was booked, and after an open position got a new mark.
 * It is called before other handlers of `event` hear of it, unless their priority is higher.
 */
export type PositionListener = (reason: 'fill' | 'mark', event: TradewireEvent) => void

/**
 * Positions and money, from fills and prices. All amounts are exact Decimals, and at any time, where all
 * is in one currency,
 *
 *     cash + value of the positions = initialCash + realizedPnl + unrealizedPnl
 *
 * to the last digit. What is in another currency is converted when it is asked for, at the rate of then.
 */
export interface PositionKeeper {
  /** The currency of the totals. */
  readonly currency: string
  /** `initialCash` - what was bought + what was sold - fees, as if all were paid in full. */
  readonly cash: Decimal
  /** Cash by currency, unconverted. It has those of every instrument that was traded, and `currency`. */
  readonly balances: ReadonlyMap<string, Decimal>
  /** `cash` and the value of all open positions at their marks. */
  readonly equity: Decimal
  /** Profit and loss of all that was ever closed, fees included. */
  readonly realizedPnl: Decimal
  /** Profit and loss if all open positions were closed at their marks. */
  readonly unrealizedPnl: Decimal
  /** The sum of the values of all open positions without their signs. */
  readonly exposure: Decimal
  /** All fees that were paid, by the currency they were paid in; negative for rebates. */
  readonly fees: ReadonlyMap<string, Decimal>
  /**
   * Those of `fees` that could not be converted when they were paid, by currency. They stand here
   * alone: neither cash nor any profit has them.
   */
  readonly feesApart: ReadonlyMap<string, Decimal>
  /** How many positions were closed so far; a flip closes one. */
  readonly closedCount: number
  /** How many positions are open. */
  readonly openCount: number
  /** How many fills were booked. */
  readonly fillCount: number
  /** How many fills were ignored, because their trade was booked already. */
  readonly repeatedCount: number
  /** Near `equity`: a float of a relative error below 1e-9, for comparisons that are not close. */
  readonly equityFloat: number
  /** Near `exposure`: a float of a relative error below 1e-9, for comparisons that are not close. */
  readonly exposureFloat: number

  /** The open position that was opened first of those of `symbol` that `query` allows. */
  get(symbol: string, query?: PositionQuery): Position | undefined
  /** The signed sum of all open positions of `symbol` that `query` allows: 0 if there is none. */
  quantity(symbol: string, query?: PositionQuery): Decimal
  /** Near `quantity`, as a float: for comparisons that are not close. */
  quantityFloat(symbol: string, query?: PositionQuery): number
  /** All open positions, in the order they were opened. */
  all(): readonly Position[]
  /**
   * The newest price of `symbol` of those that marks are taken from; of a quote the middle, whatever
   * `markAt` is. Undefined before the first.
   */
  mark(symbol: string): Decimal | undefined
  /** Near `mark`, as a float; NaN before the first. */
  markFloat(symbol: string): number
  /** How many units of the underlying one unit of `symbol` is: 1 unless `instruments` says otherwise. */
  multiplier(symbol: string): Decimal
  /** Calls `listener` after each fill and each new mark of an open position, until it is removed. */
  onChange(listener: PositionListener): Registration
  /** All that it knows, as plain JSON, for `restore`. */
  snapshot(): PositionSnapshot
  /** Ends its subscriptions and timers. What it knows stays readable. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/** What the keeper uses of its bus. */
export type PositionBus = Pick<Bus, 'clock' | 'closed' | 'on' | 'emitSync'>
