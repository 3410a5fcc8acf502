import { describeValue, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal, isDecimal } from '../events/decimal.ts'
import type { OrderSubmitted } from '../events/order.ts'
import { differenceOf, ontoGrid, productOf, requireAmount, sumOf } from './fill-arithmetic.ts'
import type { Amount } from './amount.ts'

/** A fill whose price may slip. */
export interface SlippageQuestion {
  /** The terms that the order was submitted with. */
  readonly order: OrderSubmitted
  /** The price that the market data gave, in quote currency. */
  readonly price: Decimal
  /** How much is filled, in units of the instrument. */
  readonly quantity: Decimal
}

/**
 * How much worse than the market data the fills of `market`, `stop` and `trailing_stop` orders are: so
 * many basis points of the price, so many ticks, or what a function returns as the price. An order with
 * a limit never slips.
 */
export type Slippage =
  | 'none'
  /** Hundredths of a percent of the price, 0 or more; onto the next worse tick if the instrument has a tickSize. */
  | {
      /** Basis points of the price, 0 or more. */
      readonly bps: Amount | number
    }
  /** A whole number of ticks from 0, and the size of one, above 0. */
  | {
      /** How many ticks, from 0. */
      readonly ticks: number
      /** The size of a tick, above 0. */
      readonly tickSize: Amount
    }
  | ((fill: SlippageQuestion) => Decimal)

/** Says at which price a fill happens. `tickSize` is that of the instrument, if it is known. */
export type SlippageModel = (fill: SlippageQuestion, tickSize: Decimal | undefined) => Decimal

/** @throws ConfigurationError `CONFIGURATION` if `slippage` is malformed. */
export function slippageModel(slippage: Slippage | undefined): SlippageModel | undefined {
  if (slippage === undefined || slippage === 'none') return undefined
  if (typeof slippage === 'function') return (fill) => requirePrice(slippage(fill))
  requireOptions('slippage', slippage, ['bps', 'ticks', 'tickSize'])
  if ('bps' in slippage) return basisPoints(slippage)
  requireOptions('slippage', slippage, ['ticks', 'tickSize'])
  const ticks = requireInteger('slippage.ticks', slippage.ticks)
  const tickSize = requireAmount('slippage.tickSize', slippage.tickSize, 'above 0')
  const worse = productOf(tickSize, new Decimal(ticks))
  return ({ order, price }) => slipped(order, price, worse)
}

function basisPoints(slippage: { readonly bps: Amount | number }): SlippageModel {
  requireOptions('slippage', slippage, ['bps'])
  const given = slippage.bps
  const amount = typeof given === 'number' && Number.isFinite(given) ? new Decimal(given) : given
  const bps = requireAmount('slippage.bps', amount, '0 or more')
  const share = productOf(bps, new Decimal('0.0001'))
  return ({ order, price }, tickSize) => {
    const exact = slipped(order, price, productOf(price.abs(), share))
    return tickSize === undefined ? exact : ontoGrid(exact, tickSize, order.side === 'buy')
  }
}

function slipped({ side }: OrderSubmitted, price: Decimal, worse: Decimal): Decimal {
  return side === 'buy' ? sumOf(price, worse) : differenceOf(price, worse)
}

function requirePrice(price: unknown): Decimal {
  if (isDecimal(price)) return price
  throw new ConfigurationError(
    `slippage must return the price as a Decimal, but returned ${describeValue(price)}.`,
  )
}
