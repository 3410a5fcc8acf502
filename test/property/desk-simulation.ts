import type { TradingEvent } from 'tradewire'
import { someSeed } from '../support/start-seed.ts'
import {
  type BookedFill,
  feeOf,
  fine,
  type Fine,
  micros,
  MoneyBooks,
} from './desk-simulation-money.ts'
import { type FillEvent, OrderBooks } from './desk-simulation-orders.ts'
import { must } from './desk-simulation-prices.ts'
import { initialCash, multipliers, rates, venueTermsOf, World } from './desk-simulation-world.ts'

const environment = globalThis.process.env
const given = environment['TRADEWIRE_SEED']

/** What worlds have come to: that they were not idle is checked as well. */
export interface Tally {
  worlds: number
  orders: number
  fills: number
  repeated: number
  late: number
  refused: number
  checks: number
}

/** How many worlds a half has. */
export const worldsOfHalf = 5_000

/** The seed of the first of so many worlds, and how many there are. `TRADEWIRE_SEED` replays one. */
export function seedsOf(part: number, worlds: number): { first: number; count: number } {
  const all = Number(environment['TRADEWIRE_DESK_RUNS'] ?? (given === undefined ? worlds : 1))
  const first = given === undefined ? someSeed * 1_000 : Number(given)
  return { first: given === undefined ? first + part * worlds : first, count: all }
}

/** Plays worlds of consecutive seeds; prints how to play the one again that fails. */
export async function playWorlds(first: number, count: number): Promise<Tally> {
  const tally: Tally = {
    worlds: 0,
    orders: 0,
    fills: 0,
    repeated: 0,
    late: 0,
    refused: 0,
    checks: 0,
  }
  for (let seed = first; seed < first + count; seed += 1) {
    try {
      await new CheckedWorld(seed, tally).play()
    } catch (error) {
      console.log(`TRADEWIRE_SEED=${seed} replays the world that failed`)
      throw error
    }
  }
  return tally
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/** A world with books beside it, which have no line and no Decimal in common with the desk. */
class CheckedWorld {
  readonly #world: World
  readonly #tally: Tally
  readonly #orders: OrderBooks
  readonly #money: MoneyBooks
  #rests = 0
  #cancels = 0
  #modifies = 0
  #failure: Error | undefined = undefined

  constructor(seed: number, tally: Tally) {
    this.#world = new World(seed)
    this.#tally = tally
    const { plan, market, clock } = this.#world
    this.#orders = new OrderBooks(market, venueTermsOf(plan), () => clock.now())
    this.#money = new MoneyBooks(plan.method, initialCash)
    this.#world.witness = {
      event: (event) => this.#guarded(() => this.#hear(event)),
      cancel: (orderId) => this.#cancel(orderId),
      modify: (orderId, changes) => this.#modify(orderId, changes),
      rest: () => this.#rest(),
    }
  }

  async play(): Promise<void> {
    await this.#world.play()
    this.#requireEnds()
    const { desk } = this.#world
    await desk.close()
    await desk.bus.close()
    const tally = this.#tally
    tally.worlds += 1
    tally.orders += this.#orders.orders.size
    tally.fills += this.#money.fills
    tally.repeated += this.#orders.repeated
    tally.late += this.#orders.late.size
  }

  /** What throws in a handler is kept for the world to fail with. */
  #guarded(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#failure ??= error as Error
    }
  }

  #rest(): void {
    if (this.#failure !== undefined) throw this.#failure
    // Each fill is checked as it is told; a mark, which most events bring, now and then.
    this.#rests += 1
    if (this.#rests % 4 === 0) this.#requireMoney()
  }

  #cancel(orderId: string): void {
    this.#cancels += 1
    this.#orders.askCancel(orderId)
  }

  #modify(
    orderId: string,
    {
      quantity,
      price,
      triggerPrice,
    }: Partial<Record<'quantity' | 'price' | 'triggerPrice', string>>,
  ): void {
    this.#modifies += 1
    this.#orders.askChange(orderId, {
      quantity: quantity === undefined ? undefined : micros(quantity),
      limit: price === undefined ? undefined : micros(price),
      trigger: triggerPrice === undefined ? undefined : micros(triggerPrice),
    })
  }

  #hear(event: TradingEvent): void {
    const { market } = this.#world
    if (event.type.startsWith('market.')) {
      this.#orders.requireCertain(market.current!)
      market.current!.told = true
      return
    }
    must(event.type !== 'system.error', `a handler has failed: ${JSON.stringify(event.data)}`)
    if (!isOfOrder(event)) return
    this.#tally.checks += 1
    const isNew = this.#orders.book(event, (symbol) => this.#money.quantityOf(symbol))
    if (isNew) this.#take(event as FillEvent)
    if (event.type === 'order.rejected') this.#requireReason(event)
    this.#requireWorking((event.data as { orderId: string }).orderId)
    if (event.type === 'order.filled' || event.type === 'order.partial_fill') this.#requireMoney()
  }

  #take({ data }: FillEvent): void {
    const { symbol, strategyId = '-', liquidity, fee } = data
    const fill = {
      price: micros(data.lastPrice.toFixed()),
      quantity: micros(data.lastQuantity.toFixed()),
      multiplier: micros(multipliers[symbol as 'AAA' | 'FUT']) / 100_000n,
    }
    const cost = feeOf(fill, rates[liquidity!])
    must(fine(fee!.amount.toFixed()) === cost, 'the fee is not the rate of what was traded')
    const booked: BookedFill = {
      ...fill,
      key: `${strategyId}/${symbol}`,
      isBuy: data.side === 'buy',
      fee: cost,
    }
    this.#money.take(booked)
    this.#requireGuarded(symbol)
  }

  /** The limit holds, but for fills that came after a cancel. */
  #requireGuarded(symbol: string): void {
    const { maxPosition } = this.#world.plan
    if (maxPosition === undefined) return
    const most = micros(maxPosition) + (this.#orders.late.get(symbol) ?? 0n)
    must(absolute(this.#money.quantityOf(symbol)) <= most, 'the position is larger than allowed')
  }

  /** The guard may refuse only what could pass a limit, and the venue only what it has a reason for. */
  #requireReason({ data }: Extract<TradingEvent, { type: 'order.rejected' }>): void {
    const { maxPosition, maxOrderSize, faulty } = this.#world.plan
    const { quantity, terms, worst } = this.#orders.orders.get(data.orderId)!
    this.#tally.refused += 1
    if (data.code === 'RISK_ORDER_SIZE') must(quantity > micros(maxOrderSize!), 'not too large')
    if (data.code === 'FAULT') must(faulty, 'no drill of faults')
    if (data.code === 'REDUCE_ONLY') must(terms.reduceOnly === true, 'it may do more than reduce')
    if (data.code === 'POST_ONLY') must(terms.postOnly === true, 'it may take')
    if (data.code === 'RISK_POSITION_SIZE') must(worst > micros(maxPosition!), 'no limit to pass')
  }

  /** What the desk knows of an order is what its events say. */
  #requireWorking(orderId: string): void {
    const order = this.#orders.orders.get(orderId)
    const known = this.#world.desk.orders.get(orderId)
    if (order === undefined || order.end !== undefined) {
      must(known === undefined, `the desk knows an order that is ${order?.end ?? 'none'}`)
      return
    }
    must(known !== undefined, 'the desk does not know an order that works')
    must(micros(known.filledQuantity.toFixed()) === order.filled, 'filled, as the desk knows it')
    const left = order.quantity - order.filled
    must(micros(known.remainingQuantity.toFixed()) === left, 'remaining, as the desk knows it')
    const status = order.filled > 0n ? 'partially_filled' : order.placed ? 'placed' : 'submitted'
    must(known.status === status, `${known.status}, as the desk knows it, is ${status}`)
  }

  /** Positions are the sums of fills, and cash and value are what was begun with, gained and lost. */
  #requireMoney(): void {
    const { positions } = this.#world.desk
    const money = this.#money
    must(fine(positions.cash.toFixed()) === money.cash, 'cash is not what was paid')
    must(fine(positions.realizedPnl.toFixed()) === money.realized, 'realized')
    must(positions.fillCount === money.fills, 'fills are counted')
    must(positions.repeatedCount === this.#orders.repeated, 'repeated fills are counted')
    let value: Fine = 0n
    let unrealized: Fine = 0n
    let closed = 0
    const open = new Map(
      positions
        .all()
        .map((position) => [`${position.strategyId ?? '-'}/${position.symbol}`, position]),
    )
    for (const [key, booked] of money.positions) {
      must(booked.quantity === booked.traded, 'the books themselves are wrong')
      closed += booked.closed
      const position = open.get(key)
      must((position === undefined) === (booked.quantity === 0n), 'open or closed')
      if (position === undefined) continue
      open.delete(key)
      const { signedQuantity, markPrice, unrealizedPnl } = position
      must(micros(signedQuantity.toFixed()) === booked.quantity, 'a position is the sum of fills')
      const mark = fine(markPrice.toFixed())
      const own = booked.unrealized(mark)
      must(fine(unrealizedPnl.toFixed()) === own, 'unrealized')
      value += booked.value(mark)
      unrealized += own
    }
    must(open.size === 0, 'a position that nothing was traded of')
    must(positions.closedCount === closed, 'closed positions are counted')
    must(fine(positions.unrealizedPnl.toFixed()) === unrealized, 'unrealized in all')
    must(fine(positions.equity.toFixed()) === money.cash + value, 'equity')
    must(money.cash + value === money.initial + money.realized + unrealized, 'the balance')
  }

  /** Every order has ended once, or works; every command was answered. */
  #requireEnds(): void {
    this.#requireMoney()
    const { desk } = this.#world
    const working = [...this.#orders.orders]
      .filter(([, { end }]) => end === undefined)
      .map(([orderId]) => orderId)
      .toSorted()
    const open = desk.orders
      .open()
      .map(({ terms }) => terms.orderId)
      .toSorted()
    must(working.join() === open.join(), 'the desk knows what works')
    const venue = (desk.broker as { orders?(): readonly { orderId: string }[] }).orders!()
    const standing = venue.map(({ orderId }) => orderId).toSorted()
    must(working.join() === standing.join(), 'the venue and the desk disagree on what works')
    const { orders, cancelAnswers, modifyAnswers } = this.#orders
    for (const { end, placed } of orders.values()) {
      // A drill holds the acceptance back until the next market event.
      must(end !== undefined || placed || this.#world.plan.faulty, 'an order without an answer')
    }
    must(cancelAnswers === this.#cancels, 'each cancel has one answer')
    must(modifyAnswers === this.#modifies, 'each change has one answer')
    for (const symbol of ['AAA', 'FUT']) {
      const held = desk.broker!.positionOf!(symbol)
      must(micros(held.toFixed()) === this.#money.quantityOf(symbol), 'what the venue holds')
    }
  }
}

function isOfOrder(
  event: TradingEvent,
): event is Extract<TradingEvent, { type: `order.${string}` }> {
  return event.type.startsWith('order.')
}
