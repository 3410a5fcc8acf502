import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { type Decimal, isDecimal } from '../events/decimal.ts'
import type { OrderFilled, OrderSubmitted } from '../events/order.ts'
import { differenceOf, greaterOf, productOf, requireAmount, sumOf } from './fill-arithmetic.ts'
import type { Amount } from './amount.ts'

/** What a fill costs, as `order.filled` says it. */
export type FillFee = NonNullable<OrderFilled['fee']>

/** A fill whose fee is asked for. */
export interface FeeQuestion {
  /** The terms that the order was submitted with. */
  readonly order: OrderSubmitted
  /** Price of the fill, in quote currency. */
  readonly price: Decimal
  /** Quantity of the fill, in units of the instrument; above 0. */
  readonly quantity: Decimal
  /** Quantity of all fills of the order, this one included. */
  readonly filledQuantity: Decimal
  /** Fees of the earlier fills of the order. */
  readonly feesSoFar: Decimal
  /** Units of the underlying in one unit of the instrument. */
  readonly multiplier: Decimal
  /** The currency that prices and fees are in. */
  readonly currency: string
  /** Whether the order stood in the book, or met one that did. */
  readonly liquidity: 'maker' | 'taker'
}

/** Fees as shares of what was traded. */
export interface FeeRates {
  /**
   * Share of |price x quantity x multiplier| for orders that stood, above -1 and below 1: `0.001` is 0.1 %,
   * `0.0002` is 2 basis points; below 0 is a rebate.
   */
  readonly maker: Amount
  /** The same for orders that met one that stood. */
  readonly taker: Amount
}

/** Fees by the unit, such as those of stock brokers. */
export interface FeePerShare {
  /** For each unit of the instrument, in quote currency, 0 or more. */
  readonly perShare: Amount
  /**
   * The least that an order costs that is filled at all: 0, or `perShare` or more, as less would never count;
   * its first fill pays it. Default 0.
   */
  readonly minimum?: Amount
}

/**
 * What fills cost: rates, a price for each unit, or a function that says it; what that leaves undefined
 * has no fee.
 */
export type Fees = FeeRates | FeePerShare | ((fill: FeeQuestion) => FillFee | undefined)

/** Says what a fill costs. */
export type FeeModel = (fill: FeeQuestion) => FillFee | undefined

/** @throws ConfigurationError `CONFIGURATION` if `fees` is malformed. */
export function feeModel(fees: Fees | undefined): FeeModel | undefined {
  if (fees === undefined) return undefined
  if (typeof fees === 'function') return (fill) => requireFee(fees(fill))
  if (typeof fees !== 'object' || fees === null || Array.isArray(fees)) {
    throw new ConfigurationError(
      `fees must be { maker, taker } with shares such as '0.0005', { perShare, minimum }, or a function, but is ${describeValue(fees)}.`,
    )
  }
  requireOptions('fees', fees, ['maker', 'taker', 'perShare', 'minimum'])
  // Either is of fees by the unit; what else is missing or there is looked at next.
  if ('perShare' in fees || 'minimum' in fees) return perShare(fees as FeePerShare)
  requireOptions('fees', fees, ['maker', 'taker'])
  const rates = {
    maker: requireRate('fees.maker', fees.maker),
    taker: requireRate('fees.taker', fees.taker),
  }
  return ({ price, quantity, multiplier, liquidity, currency }) => {
    const notional = productOf(productOf(price, quantity), multiplier).abs()
    return { amount: productOf(notional, rates[liquidity]), currency }
  }
}

/** A rate of 1 or more is a percentage or a number of basis points that was taken for a share. */
function requireRate(name: string, value: unknown): Decimal {
  const rate = requireAmount(name, value)
  if (rate.abs().lt(1)) return rate
  throw new ConfigurationError(
    `${name} must be a share above -1 and below 1, but is ${rate.toFixed()}: '0.001' means 0.1 %.`,
  )
}

function perShare(fees: FeePerShare): FeeModel {
  requireOptions('fees', fees, ['perShare', 'minimum'])
  const each = requireAmount('fees.perShare', fees.perShare, '0 or more')
  const minimum = requireAmount('fees.minimum', fees.minimum ?? '0', '0 or more')
  if (minimum.gt(0) && minimum.lt(each)) {
    throw new ConfigurationError(
      `fees.minimum must be 0, or fees.perShare (${each.toFixed()}) or more, but is ${minimum.toFixed()}: it is an amount for each order, as fees.perShare is one for each unit. For a share of the value, give { maker, taker }: '0.001' means 0.1 %.`,
    )
  }
  // The order as a whole pays the larger of both, so a later fill pays what is not paid yet.
  return ({ filledQuantity, feesSoFar, currency }) => ({
    amount: differenceOf(greaterOf(productOf(each, filledQuantity), minimum), feesSoFar),
    currency,
  })
}

function requireFee(fee: unknown): FillFee | undefined {
  if (fee === undefined) return undefined
  const { amount, currency } = Object(fee) as Partial<FillFee>
  if (isDecimal(amount) && typeof currency === 'string' && currency !== '') {
    return { amount, currency }
  }
  throw new ConfigurationError(
    `fees must return { amount, currency } with a Decimal and a string, or undefined, but returned ${describeValue(fee)}.`,
  )
}

/** What an order has paid after one more fee. */
export function feesAfter(feesSoFar: Decimal, fee: FillFee | undefined): Decimal {
  return fee === undefined ? feesSoFar : sumOf(feesSoFar, fee.amount)
}
