import type { Bus } from '../bus/bus.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'

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

/** What the keeper uses of its bus. */
export type PositionBus = Pick<Bus, 'clock' | 'closed' | 'on' | 'emitSync'>
