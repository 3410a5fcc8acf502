import type { Registration } from '../bus/observers.ts'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Decimal } from '../events/decimal.ts'
import { LedgerKeeper } from './position-handle.ts'
import {
  type PositionKeeperOptions,
  type PositionSettings,
  toPositionSettings,
} from './position-options.ts'
import type { PositionSnapshot } from './position-snapshot.ts'
import type { Position, PositionBus, PositionListener, PositionQuery } from './position.ts'

/**
 * Keeps positions, and what is gained and lost with them, from the fills and prices on a bus. It emits
 * `position.opened`, `position.updated`, `position.closed` and `position.pnl_update`.
 *
 * Fills are netted by account, strategy, symbol and venue, and a trade counts once, however often it is
 * reported. One fill that goes through zero closes a position and opens another one; its fee is shared
 * by quantity.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or `restore` is
 * damaged or of a keeper with other options.
 * @throws BusClosedError `BUS_CLOSED` if the bus is closed.
 * @example
 * ```ts
 * const bus = createBus()
 * using positions = positionKeeper(bus, { currency: 'USDT', initialCash: new Decimal('10000') })
 * bus.on('order.filled', ({ data }) => {
 *   console.log(data.symbol, positions.quantity(data.symbol).toString(), positions.equity.toString())
 * })
 * ```
 */
export function positionKeeper(
  bus: PositionBus,
  options: PositionKeeperOptions = {},
): PositionKeeper {
  return keeperOf(bus, toPositionSettings(options))
}

/**
 * A keeper with options that were checked.
 *
 * @throws ConfigurationError `CONFIGURATION` if there is no bus.
 */
export function keeperOf(bus: PositionBus, settings: PositionSettings): PositionKeeper {
  if (typeof (bus as Partial<PositionBus> | null | undefined)?.emitSync !== 'function') {
    throw new ConfigurationError(
      `positionKeeper takes a bus, as createBus() returned it, but was given ${describeValue(bus)}.`,
    )
  }
  return new LedgerKeeper(bus, settings)
}

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
  /** Near `equity`: a float that is off by less than 1e-9 of cash and exposure, for comparisons that are not close. */
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
  /** What prices of `symbol`, and the amounts of its positions, are in. */
  currencyOf(symbol: string): string
  /** Calls `listener` after each fill and each new mark of an open position, until it is removed. */
  onChange(listener: PositionListener): Registration
  /** All that it knows, as plain JSON, for `restore`. */
  snapshot(): PositionSnapshot
  /** Ends its subscriptions and timers. What it knows stays readable. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}
