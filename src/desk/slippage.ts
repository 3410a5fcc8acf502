import { describeValue, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal, isDecimal } from '../events/decimal.ts'
import type { OrderSubmitted } from '../events/order.ts'
import {
  differenceOf,
  lesserOf,
  ontoGrid,
  productOf,
  requireAmount,
  sumOf,
} from './fill-arithmetic.ts'
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
 * a limit never slips. A price above 0 stays above 0: it falls to one tick at the least, or stays as it
 * was if it is less than that.
 */
export type Slippage =
  | 'none'
  /** Hundredths of a percent of the price; onto the next worse tick if the instrument has a tickSize. */
  | {
      /** Basis points of the price, from 0, below 10,000: 1 is 0.01 %. */
      readonly bps: Amount | number
    }
  /** A whole number of ticks from 0, and the size of one, above 0. */
  | {
      /** How many ticks, from 0. */
      readonly ticks: number
      /** The size of a tick, above 0. */
      readonly tickSize: Amount
    }
  /** Returns the price; of a price above 0 one above 0. */
  | ((fill: SlippageQuestion) => Decimal)

/** Says at which price a fill happens. `tickSize` is that of the instrument, if it is known. */
export type SlippageModel = (fill: SlippageQuestion, tickSize: Decimal | undefined) => Decimal

/** @throws ConfigurationError `CONFIGURATION` if `slippage` is malformed. */
export function slippageModel(slippage: Slippage | undefined): SlippageModel | undefined {
  if (slippage === undefined || slippage === 'none') return undefined
  if (typeof slippage === 'function') return (fill) => requirePrice(slippage(fill), fill)
  requireOptions('slippage', slippage, ['bps', 'ticks', 'tickSize'])
  if ('bps' in slippage) return basisPoints(slippage)
  requireOptions('slippage', slippage, ['ticks', 'tickSize'])
  const ticks = requireInteger('slippage.ticks', slippage.ticks)
  const tickSize = requireAmount('slippage.tickSize', slippage.tickSize, 'above 0')
  const worse = productOf(tickSize, new Decimal(ticks))
  return ({ order, price }) => aboveZero(slipped(order, price, worse), price, tickSize)
}

function basisPoints(slippage: { readonly bps: Amount | number }): SlippageModel {
  requireOptions('slippage', slippage, ['bps'])
  const given = slippage.bps
  const amount = typeof given === 'number' && Number.isFinite(given) ? new Decimal(given) : given
  const bps = requireAmount('slippage.bps', amount, '0 or more')
  if (bps.gte(10_000)) {
    throw new ConfigurationError(
      `slippage.bps must be below 10000, which is the whole price, but is ${bps.toFixed()}: 1 is 0.01 %.`,
    )
  }
  const share = productOf(bps, new Decimal('0.0001'))
  return ({ order, price }, tickSize) => {
    const exact = slipped(order, price, productOf(price.abs(), share))
    if (tickSize === undefined) return exact
    return aboveZero(ontoGrid(exact, tickSize, order.side === 'buy'), price, tickSize)
  }
}

function slipped({ side }: OrderSubmitted, price: Decimal, worse: Decimal): Decimal {
  return side === 'buy' ? sumOf(price, worse) : differenceOf(price, worse)
}

/** Whoever sells at a price above 0 gets something, be it one tick; never more than without slippage. */
function aboveZero(slippedPrice: Decimal, price: Decimal, tickSize: Decimal): Decimal {
  return price.gt(0) && slippedPrice.lte(0) ? lesserOf(price, tickSize) : slippedPrice
}

function requirePrice(price: unknown, fill: SlippageQuestion): Decimal {
  if (isDecimal(price)) {
    if (price.gt(0) || fill.price.lte(0)) return price
    throw new ConfigurationError(
      `slippage must return a price above 0 for one of ${fill.price.toFixed()}, but returned ${price.toFixed()}.`,
    )
  }
  throw new ConfigurationError(
    `slippage must return the price as a Decimal, but returned ${describeValue(price)}.`,
  )
}
