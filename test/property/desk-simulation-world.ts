import { createBus, Decimal, SimulatedClock, type TradingEvent } from 'tradewire'
import {
  type Desk,
  type OrderTerms,
  paperBroker,
  type PaperBrokerOptions,
  startDesk,
} from 'tradewire/desk'
import { Choice } from './choice.ts'
import {
  type Feed,
  RandomMarket,
  start,
  type SymbolName,
  symbols,
} from './desk-simulation-market.ts'
import { type Method, micros } from './desk-simulation-money.ts'
import type { VenueTerms } from './desk-simulation-orders.ts'
import { must } from './desk-simulation-prices.ts'

export const multipliers: Readonly<Record<SymbolName, string>> = { AAA: '1', FUT: '12.5' }
export const initialCash = '100000.01'
/** Rates in millionths of the value: a rebate, and a fee. */
export const rates = { maker: -100n, taker: 375n }
const dayMs = 86_400_000
const marketEvents = 60

/** What a world is, by its seed. */
export interface Plan {
  readonly method: Method
  readonly feed: Feed
  readonly latencyMs: { readonly min: number; readonly max: number }
  readonly maxPosition: string | undefined
  readonly maxOrderSize: string | undefined
  readonly tradeTenths: bigint
  readonly staleAfterMs: number
  readonly barTenths: bigint | undefined
  readonly limitFill: 'through' | 'touch'
  readonly slipTicks: number
  readonly faulty: boolean
  readonly lateFills: boolean
}

function planOf(choice: Choice): Plan {
  const faulty = !choice.chance(3)
  return {
    method: choice.of(['average', 'fifo', 'lifo']),
    feed: choice.of(['bars', 'ticks', 'mixed']),
    latencyMs: choice.of([
      { min: 0, max: 0 },
      { min: 20, max: 20 },
      { min: 0, max: 40_000 },
    ]),
    maxPosition: choice.chance(4) ? undefined : choice.of(['4', '10', '25.5']),
    maxOrderSize: choice.chance(2) ? undefined : '7.25',
    tradeTenths: choice.of([10n, 5n]),
    staleAfterMs: choice.of([Infinity, 60_000, 400]),
    barTenths: choice.of([undefined, 10n, 2n]),
    limitFill: choice.of(['through', 'touch']),
    slipTicks: choice.below(3),
    faulty,
    lateFills: faulty && choice.chance(2),
  }
}

export function venueTermsOf({
  latencyMs,
  limitFill,
  slipTicks,
  lateFills,
  faulty,
}: Plan): VenueTerms {
  return {
    minLatencyMs: latencyMs.min,
    maxLatencyMs: latencyMs.max,
    fillOnTouch: limitFill === 'touch',
    slip: micros('0.05') * BigInt(slipTicks),
    lateFills,
    earlyFills: faulty,
    sessionEnd: Math.floor(start / dayMs + 1) * dayMs,
  }
}

function brokerOptionsOf(seed: number, plan: Plan): PaperBrokerOptions {
  const { latencyMs, limitFill, tradeTenths, barTenths, slipTicks, faulty, lateFills } = plan
  const { staleAfterMs } = plan
  return {
    fees: { maker: '-0.0001', taker: '0.000375' },
    instruments: {
      AAA: { tickSize: '0.05' },
      FUT: { multiplier: multipliers.FUT, lotSize: '0.001' },
    },
    latencyMs,
    seed,
    limitFill,
    staleAfterMs,
    tradeParticipation: tradeTenths === 10n ? '1' : '0.5',
    ...(barTenths !== undefined && { barParticipation: barTenths === 10n ? '1' : '0.2' }),
    slippage: { ticks: slipTicks, tickSize: '0.05' },
    ...(faulty && {
      faults: {
        seed,
        rejectRate: 0.05,
        duplicateFillRate: 0.2,
        partialFillRate: 0.3,
        fillBeforePlacedRate: 0.2,
        fillAfterCancelRate: lateFills ? 0.4 : 0,
      },
    }),
  }
}

/** Hears of everything that happens in a world. */
export interface Witness {
  /** Everybody hears of an event now; the desk has. */
  event(event: TradingEvent): void
  /** The world asks for a cancel. */
  cancel(orderId: string): void
  /** The world asks for a change. */
  modify(
    orderId: string,
    changes: Partial<Record<'quantity' | 'price' | 'triggerPrice', string>>,
  ): void
  /** Nothing is being dispatched. */
  rest(): void
}

/** A desk in a random market, and somebody who trades on it without sense. */
export class World {
  readonly plan: Plan
  readonly desk: Desk
  readonly market: RandomMarket
  readonly clock = new SimulatedClock({ start })
  readonly failures: unknown[] = []
  witness: Witness | undefined = undefined
  readonly #choice: Choice
  #orders = 0
  #isOver = false

  constructor(seed: number) {
    const choice = new Choice(seed)
    const plan = planOf(choice)
    const bus = createBus({
      clock: this.clock,
      run: 'w',
      onError: (error) => this.failures.push(error),
    })
    this.plan = plan
    this.#choice = choice
    this.market = new RandomMarket(bus, choice, plan)
    const { maxPosition, maxOrderSize, method } = plan
    this.desk = startDesk(bus, {
      broker: paperBroker(brokerOptionsOf(seed, plan)),
      positions: {
        method,
        initialCash: new Decimal(initialCash),
        instruments: { FUT: { multiplier: new Decimal(multipliers.FUT) } },
        pnlIntervalMs: Infinity,
      },
      risk: {
        ...(maxPosition !== undefined && { maxPosition }),
        ...(maxOrderSize !== undefined && { maxOrderSize }),
      },
    })
    // Below the desk, and before whoever trades.
    bus.onAny((event) => this.witness?.event(event), { priority: 500 })
    bus.on('market.*', () => this.#trade(3))
    bus.on('order.*', () => {
      if (choice.chance(5)) this.#trade(2)
    })
  }

  /** Plays all of it. */
  async play(): Promise<void> {
    const { clock } = this
    for (let step = 0; step < marketEvents; step += 1) {
      const time = clock.now() + this.#choice.of([0, 0, 1, 500, 20_000, 60_000])
      await this.#advance(time)
      this.market.emit()
      this.#rest()
      if (this.#choice.chance(6)) {
        this.#trade(4)
        this.#rest()
      }
    }
    // All that is on its way arrives, and nobody sends more.
    this.#isOver = true
    await this.#advance(clock.now() + 2 * this.plan.latencyMs.max + 1)
    this.#rest()
  }

  async #advance(time: number): Promise<void> {
    if (!this.clock.skipTo(time)) await this.clock.advanceBefore(time)
  }

  #rest(): void {
    if (this.failures.length > 0) throw this.failures[0]
    this.witness?.rest()
  }

  /** Up to so many commands. */
  #trade(most: number): void {
    if (this.#isOver) return
    const choice = this.#choice
    for (let count = choice.below(most); count > 0; count -= 1) {
      const act = choice.below(9)
      if (act < 5) this.#submit()
      else if (act < 7) this.#cancel(this.#anyId())
      else if (act === 7) this.#close()
      else this.#modify(this.#anyId())
    }
  }

  /** Closes what is held of a symbol, in all or of a strategy: one order for each position, and for no more. */
  #close(): void {
    if (this.#orders >= 40) return
    const choice = this.#choice
    const symbol = choice.of(symbols)
    const query = choice.chance(2) ? { strategyId: 's1' } : {}
    const open = this.desk.positions.all().filter((position) => position.symbol === symbol)
    const sent = this.desk.orders.closePosition(symbol, query)
    this.#orders += 1
    for (const { data } of sent) {
      const { strategyId, side, quantity, reduceOnly } = data
      const position = open.find((each) => each.strategyId === strategyId)
      must(position !== undefined, 'an order closes what nobody holds')
      must(query.strategyId === undefined || strategyId === 's1', 'it closes what is of others')
      must(side === (position.side === 'long' ? 'sell' : 'buy'), 'it makes a position larger')
      // What answers to the first may change the positions that the others close.
      if (data !== sent[0]!.data) continue
      must(quantity.lte(position.quantity), 'it turns a position')
      const isOpposed = open.some((each) => each.side !== position.side)
      must(reduceOnly === true || isOpposed, 'it may do more than reduce the only position')
    }
  }

  #anyId(): string {
    // The newest are the likeliest to work; at times one that nobody knows.
    return `o${Math.max(1, this.#orders + 1 - this.#choice.below(8))}`
  }

  #cancel(orderId: string): void {
    this.witness?.cancel(orderId)
    this.desk.orders.cancel(orderId)
  }

  #modify(orderId: string): void {
    const choice = this.#choice
    const symbol = this.desk.orders.get(orderId)?.terms.symbol ?? 'AAA'
    const near = (): string => this.market.priceText(symbol as SymbolName, 8)
    const changes = {
      ...(choice.chance(2) && { quantity: this.#quantity() }),
      ...(choice.chance(2) && { price: near() }),
      ...(choice.chance(4) && { triggerPrice: near() }),
    }
    if (Object.keys(changes).length === 0) return
    this.witness?.modify(orderId, changes)
    this.desk.orders.modify(orderId, changes)
  }

  #quantity(): string {
    const choice = this.#choice
    // Few different ones at times, so that positions close exactly.
    if (choice.chance(2)) return String(1 + choice.below(4))
    return `${choice.below(9)}.${String(1 + choice.below(999)).padStart(3, '0')}`
  }

  #submit(): void {
    if (this.#orders >= 40) return
    const choice = this.#choice
    const symbol = choice.of(symbols)
    const near = (): string => this.market.priceText(symbol, 8)
    const orderType = choice.of([
      'market',
      'limit',
      'limit',
      'stop',
      'stop_limit',
      'trailing_stop',
    ] as const)
    const timeInForce = choice.of(['gtc', 'gtc', 'gtc', 'ioc', 'fok', 'day', 'gtd'] as const)
    this.#orders += 1
    const terms: OrderTerms = {
      orderId: `o${this.#orders}`,
      symbol,
      side: choice.of(['buy', 'sell']),
      quantity: this.#quantity(),
      orderType,
      timeInForce,
      ...((orderType === 'limit' || orderType === 'stop_limit') && { price: near() }),
      ...(orderType !== 'market' && orderType !== 'limit' && { triggerPrice: near() }),
      ...(timeInForce === 'gtd' && { expireTime: this.clock.now() + choice.below(600_000) }),
      ...(choice.chance(5) && { postOnly: true }),
      ...(choice.chance(5) && { reduceOnly: true }),
      ...(choice.chance(2) && { strategyId: 's1' }),
    }
    this.desk.orders.submit(terms)
  }
}
