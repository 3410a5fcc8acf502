import type { Decimal } from '../events/decimal.ts'
import type { OrderFilled } from '../events/order.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { PayloadIn } from '../events/types.ts'
import { createBasis } from './position-basis.ts'
import { Exact, quotient, shareOf, toFloat, zero } from './position-exact.ts'
import { type FillEvent, Holding, type HoldingIdentity, type Part } from './position-holding.ts'
import type { Ledger } from './position-ledger.ts'
import { isSameVenue, type Market } from './position-market.ts'
import { tradeKey } from './position-trades.ts'

/** The longest id that a position may have. */
const longestId = 256

/** Books fills into a ledger, and emits what becomes of positions. */
export class Booking {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /**
   * Books a fill once. Whatever else is known of its order is of no account: fills do come before the
   * acceptance of an order, after its end, and for orders that nobody knows.
   */
  book(event: FillEvent): void {
    const ledger = this.#ledger
    const { data } = event
    if (!ledger.trades.add(tradeKey(data))) {
      ledger.repeatedCount += 1
      return
    }
    ledger.fillCount += 1
    const market = ledger.marketOf(data.symbol)
    const part: Part = {
      event,
      direction: data.side === 'buy' ? 1 : -1,
      quantity: new Exact(data.lastQuantity),
      price: new Exact(data.lastPrice),
      fee: this.#feeOf(event, market),
    }
    this.#pay(market, part)
    const holding = market.find(data)
    if (holding === undefined) this.#open(market, part)
    else if (holding.state.direction === part.direction) this.#increase(holding, part)
    else this.#against(market, holding, part)
    ledger.refreshFloats()
    ledger.tell('fill', event)
  }

  /** The fee in the currency of the instrument; 0 if it has to stand apart. */
  #feeOf(event: FillEvent, { instrument }: Market): Decimal {
    const { fee, timestamp } = event.data
    if (fee === undefined) return zero
    const ledger = this.#ledger
    const amount = new Exact(fee.amount)
    ledger.fees.add(fee.currency, amount)
    const { exchange } = ledger
    const own = exchange.convert(amount, fee.currency, instrument.currency, timestamp, event)
    if (own !== undefined) return own
    ledger.feesApart.add(fee.currency, amount)
    return zero
  }

  #pay({ instrument }: Market, { event, direction, quantity, price, fee }: Part): void {
    const { balances, exchange, settings } = this.#ledger
    const { currency } = instrument
    const value = price.times(quantity).times(instrument.multiplier)
    const paid = (direction === 1 ? value.neg() : value).minus(fee)
    // A currency that cannot be converted is to be heard of when it is first used, not when first asked.
    if (!balances.has(currency)) {
      exchange.convert(paid, currency, settings.currency, event.data.timestamp, event)
    }
    balances.add(currency, paid)
  }

  #open(market: Market, part: Part): void {
    const ledger = this.#ledger
    const { data } = part.event
    const { instrument } = market
    ledger.openings += 1
    const state = {
      identity: identityOf(data, ledger.openings, instrument.currency),
      instrument,
      direction: part.direction,
      basis: createBasis(ledger.settings.method),
      openedAt: data.timestamp,
      openingOrderId: data.orderId,
      averageEntryPrice: data.lastPrice,
      gross: zero,
      fees: zero,
      entered: { value: zero, quantity: zero },
      exited: { value: zero, quantity: zero },
    }
    const holding = new Holding(ledger.openings, state, data.lastPrice)
    holding.increase(part)
    this.#markFrom(market, holding)
    ledger.enter(market, holding)
    ledger.realized.add(instrument.currency, holding.realized)
    this.#emit('position.opened', part, {
      ...sharedOf(holding, data.timestamp),
      side: holding.side,
      openedAt: data.timestamp,
      openingOrderId: data.orderId,
    })
  }

  /** A quote that came before the fill holds still. */
  #markFrom(market: Market, holding: Holding): void {
    const { markEvent } = market
    if (!market.isStanding || markEvent === undefined) return
    if (!isSameVenue(holding.state.identity.venue, market.markVenue)) return
    const price = market.priceFor(holding.state.direction, this.#ledger.settings.markAt)
    holding.mark(markEvent, price, toFloat(price ?? market.mark!), true)
  }

  #increase(holding: Holding, part: Part): void {
    const before = holding.realized
    holding.increase(part)
    this.#realize(holding, before)
    this.#emitUpdated(holding, part)
  }

  /** A part against the direction of a holding makes it smaller, closes it, or goes through zero. */
  #against(market: Market, holding: Holding, part: Part): void {
    const held = holding.state.basis.quantity
    const rest = part.quantity.minus(held)
    if (rest.isNegative() && !rest.isZero()) {
      this.#reduce(holding, part)
      this.#emitUpdated(holding, part)
      return
    }
    if (rest.isZero()) {
      this.#close(market, holding, part)
      return
    }
    const fee = shareOf(part.fee, held, part.quantity)
    this.#close(market, holding, { ...part, quantity: held, fee })
    this.#open(market, { ...part, quantity: rest, fee: part.fee.minus(fee) })
  }

  #close(market: Market, holding: Holding, part: Part): void {
    const { data } = part.event
    const { entered, exited, openedAt } = holding.state
    this.#reduce(holding, part)
    this.#ledger.leave(market, holding)
    this.#emit('position.closed', part, {
      ...sharedOf(holding, data.timestamp),
      side: 'flat',
      averageEntryPrice: quotient(entered.value, entered.quantity),
      openedAt,
      closedAt: data.timestamp,
      averageExitPrice: quotient(exited.value, exited.quantity),
      closingOrderId: data.orderId,
    })
  }

  #reduce(holding: Holding, part: Part): void {
    const before = holding.realized
    holding.reduce(part, this.#ledger.settings.method)
    this.#realize(holding, before)
  }

  #realize(holding: Holding, before: Decimal): void {
    const { realized } = this.#ledger
    this.#ledger.touch(holding)
    realized.add(holding.state.instrument.currency, holding.realized.minus(before))
  }

  #emitUpdated(holding: Holding, part: Part): void {
    const { timestamp, lastPrice, lastQuantity, orderId } = part.event.data
    this.#emit('position.updated', part, {
      ...sharedOf(holding, timestamp),
      side: holding.side,
      lastPrice,
      lastQuantity,
      orderId,
    })
  }

  #emit<Type extends 'position.opened' | 'position.updated' | 'position.closed'>(
    type: Type,
    { event }: Part,
    data: PayloadIn<TradingSchemas, Type>,
  ): void {
    const { bus, settings } = this.#ledger
    // A bus that is closing has its last fills handled, and takes no more events.
    if (!bus.closed) bus.emitSync(type, data, { source: settings.source, cause: event })
  }
}

/** What all events of a position say, but for its side. */
function sharedOf(holding: Holding, timestamp: number) {
  return {
    ...holding.state.identity,
    timestamp,
    quantity: holding.quantity,
    averageEntryPrice: holding.state.averageEntryPrice,
    realizedPnl: holding.realizedPnl,
  }
}

/** The number makes the id unique, also where names hold slashes or have to be cut off. */
function identityOf(data: OrderFilled, number: number, currency: string): HoldingIdentity {
  const { accountId, strategyId, venue, symbol } = data
  const tail = `#${number}`
  const names = `${accountId ?? '-'}/${strategyId ?? '-'}/${symbol}`
  return {
    positionId: names.slice(0, longestId - tail.length) + tail,
    symbol,
    ...(accountId === undefined ? {} : { accountId }),
    ...(strategyId === undefined ? {} : { strategyId }),
    ...(venue === undefined ? {} : { venue }),
    currency,
  }
}
