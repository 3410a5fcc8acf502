import type { Decimal } from '../events/decimal.ts'
import type { OrderSubmitted } from '../events/order.ts'
import { differenceOf } from './fill-arithmetic.ts'
import type { Position, PositionQuery } from './position.ts'
import { type Subject, subjectOf } from './risk-amounts.ts'
import type { WorkingOrder } from './working-orders.ts'

/** What a closing order needs of a position. */
export type ClosingPosition = Pick<
  Position,
  'positionId' | 'symbol' | 'side' | 'quantity' | 'accountId' | 'strategyId' | 'venue'
>

/** The terms of an order that closes a position, as far as they follow from it. */
export interface ClosingTerms extends Subject {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly reduceOnly?: true
}

/**
 * The terms of the order that closes a position: with its strategy, account and venue, or it would open
 * another position. It may only reduce, unless a position of the other side is open beside it: a venue knows the
 * sum of both alone, and would refuse the order of the smaller one.
 *
 * @param open the positions that are open, of its symbol or of all.
 */
export function closingTerms(
  position: ClosingPosition,
  open: readonly ClosingPosition[],
): ClosingTerms {
  const { symbol, side } = position
  const isOpposed = open.some((other) => other.symbol === symbol && other.side !== side)
  return {
    ...subjectOf(position),
    symbol,
    side: side === 'long' ? 'sell' : 'buy',
    ...(!isOpposed && { reduceOnly: true }),
  }
}

/** The positions of a symbol that a query allows. */
export function selectPositions<Each extends ClosingPosition>(
  open: readonly Each[],
  symbol: string,
  { accountId, strategyId, venue }: PositionQuery,
): readonly Each[] {
  return open.filter(
    (position) =>
      position.symbol === symbol &&
      (accountId === undefined || position.accountId === accountId) &&
      (strategyId === undefined || position.strategyId === strategyId) &&
      (venue === undefined || position.venue === venue),
  )
}

/**
 * How much of a position no order at the market closes yet; undefined if nothing is left. A venue does not
 * see whose position an order may reduce, so beside others a second order would turn it.
 */
export function quantityLeft(
  position: ClosingPosition,
  working: Iterable<Pick<WorkingOrder, 'terms'> & Partial<WorkingOrder>>,
): Decimal | undefined {
  const side = position.side === 'long' ? 'sell' : 'buy'
  let left = position.quantity
  for (const { terms, remainingQuantity = terms.quantity } of working) {
    if (terms.orderType !== 'market' || terms.side !== side || !isOf(position, terms)) continue
    left = differenceOf(left, remainingQuantity)
  }
  return left.gt(0) ? left : undefined
}

function isOf(position: ClosingPosition, order: OrderSubmitted): boolean {
  return (
    order.symbol === position.symbol &&
    order.accountId === position.accountId &&
    order.strategyId === position.strategyId &&
    // One without a venue is filled at that of the broker.
    (order.venue === undefined || order.venue === position.venue)
  )
}
