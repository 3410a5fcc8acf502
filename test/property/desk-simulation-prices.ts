import type { PayloadOf } from 'tradewire'
import type { Level, RandomMarket, ShownEvent } from './desk-simulation-market.ts'
import { type Micros, micros } from './desk-simulation-money.ts'
import { type BookedOrder, hasCome } from './desk-simulation-booked.ts'
import type { VenueTerms } from './desk-simulation-orders.ts'

/** What fills are held against. */
export interface Showing {
  readonly market: RandomMarket
  readonly terms: VenueTerms
}

/**
 * Throws unless the price of a fill is one that the market shows now, or that stands in the book: none of
 * before, none of later. There is as much of it as is filled, where several show it of all of them together.
 */
export function requireShown(
  order: BookedOrder,
  { lastPrice, lastQuantity, liquidity, timestamp, tradeId }: PayloadOf<'order.filled'>,
  { market, terms }: Showing,
): void {
  const slip = order.limit === undefined ? terms.slip : 0n
  const filled = micros(lastPrice.toFixed())
  const price = order.terms.side === 'buy' ? filled - slip : filled + slip
  const isMaker = liquidity === 'maker'
  const { current } = market
  const shown: { left: Micros | undefined }[] = levelsOf(market, order, isMaker, price)
  const place = { price, isMaker, timestamp }
  if (current !== undefined && isOfCurrent(order, current, place, terms.fillOnTouch)) {
    if (current.kind === 'bar' && shown.length === 0) order.unplaced.push(current.from)
    // What came, was changed or was woken in a trade meets the book.
    if (order.meetsBookIn === current && current.kind !== 'bar') shown.push(current)
    else shown.unshift(current)
  }
  let left = micros(lastQuantity.toFixed())
  for (const each of shown) {
    if (each.left === undefined) return
    const taken = left < each.left ? left : each.left
    each.left -= taken
    left -= taken
  }
  must(left === 0n, `${tradeId} is filled at a price, or in a size, that is not shown`)
}

/** What a fill says of itself. */
interface Place {
  readonly price: Micros
  readonly isMaker: boolean
  readonly timestamp: number
}

function isOfCurrent(
  order: BookedOrder,
  current: ShownEvent,
  { price, isMaker, timestamp }: Place,
  onTouch: boolean,
): boolean {
  const { limit, terms } = order
  if (current.told || current.symbol !== terms.symbol || current.kind === 'book') return false
  if (current.repeats) return false
  // What stands at its limit is filled as the price goes through it.
  const isBuy = terms.side === 'buy'
  const stands = isMaker && limit === price
  const isPassed = stands && isThrough(isBuy, isBuy ? current.low : current.high, price, onTouch)
  if (current.kind !== 'bar') return stands ? isPassed : price === current.close
  if (timestamp === current.from) return price === current.open && hasCome(order, timestamp)
  if (!hasSeen(order, current, price)) return false
  if (stands && price !== current.open && price !== current.close) return isPassed
  return price >= current.low && price <= current.high
}

/** The levels of the book that show a price, or go through a limit that is filled. */
function levelsOf(
  market: RandomMarket,
  { terms, limit }: BookedOrder,
  isMaker: boolean,
  price: Micros,
): Level[] {
  const book = market.bookOf(terms.symbol)
  const isBuy = terms.side === 'buy'
  return ((isBuy ? book?.asks : book?.bids) ?? []).filter((level) =>
    isMaker && price === limit ? isThrough(isBuy, level.price, price, true) : level.price === price,
  )
}

/** Whether an order stood when a bar began, or was changed before its end and is filled there. */
function hasSeen(
  { arrivedAt, submittedAt, changedAt }: BookedOrder,
  bar: ShownEvent,
  price: Micros,
): boolean {
  if ((arrivedAt ?? submittedAt) > bar.from) return false
  return changedAt <= bar.from || (changedAt < bar.time && price === bar.close)
}

function isThrough(isBuy: boolean, price: Micros, limit: Micros, onTouch: boolean): boolean {
  if (price === limit) return onTouch
  return isBuy ? price < limit : price > limit
}

/** Throws unless something holds. */
export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message)
}
