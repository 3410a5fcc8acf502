import { expect } from 'vitest'
import { type Bus, createBus } from '../../src/bus/bus.ts'
import type { Decimal } from '../../src/events/decimal.ts'
import type { DepthUpdate, NewBar, QuoteUpdate, TradeTick } from '../../src/events/market.ts'
import type { OrderSubmitted } from '../../src/events/order.ts'
import type { TradingEvent } from '../../src/events/trading-events.ts'
import type { OrderChanges } from '../../src/desk/broker.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import type { RunningPaperBroker } from '../../src/desk/paper-venue.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { at } from '../support/payloads.ts'

/** Monday 5 January 2026, 00:00 UTC. */
export const start = 1_767_571_200_000
export const minute = 60_000
export const symbol = 'ABC'

/** An order as tests write it: numbers as text, and only what differs from a market order for 10. */
export interface OrderText {
  readonly orderId?: string
  readonly symbol?: string
  readonly side?: 'buy' | 'sell'
  readonly orderType?: OrderSubmitted['orderType']
  readonly quantity?: string
  readonly price?: string
  readonly triggerPrice?: string
  readonly timeInForce?: OrderSubmitted['timeInForce']
  readonly postOnly?: boolean
  readonly reduceOnly?: boolean
  readonly expireTime?: number
  readonly accountId?: string
  readonly strategyId?: string
  readonly venue?: string
}

/** A paper broker on a bus of its own, and all order events but submissions, as they were emitted. */
export interface VenueRun {
  readonly bus: Bus
  readonly clock: SimulatedClock
  readonly broker: RunningPaperBroker
  readonly events: TradingEvent[]
  readonly errors: unknown[]
  submit(order?: OrderText): void
  cancel(orderId: string): void
  modify(orderId: string, changes: Partial<Record<keyof OrderChanges, string>>): void
  /** The next bar of a minute; it begins where the one before ended. */
  bar(ohlc: string, change?: Partial<NewBar>): Promise<void>
  quote(bid: string, bidSize: string, ask: string, askSize: string): void
  trade(price: string, size: string): void
  depth(bids: string, asks: string): void
  last(price: string): void
  /** What was said since the last call: one line for each event. */
  said(): string[]
}

export function runVenue(options: PaperBrokerOptions = {}): VenueRun {
  const clock = new SimulatedClock({ start })
  const errors: unknown[] = []
  const bus = createBus({ clock, onError: (error) => errors.push(error) })
  const broker = paperBroker(options).start(bus)
  const events: TradingEvent[] = []
  let orders = 0
  let told = 0
  bus.on('order.submitted', (event) => broker.submit(event.data, event))
  bus.on('order.*', (event) => {
    if (event.type !== 'order.submitted') events.push(event)
  })
  const stamp = {
    symbol,
    get timestamp() {
      return clock.now()
    },
  }
  return {
    bus,
    clock,
    broker,
    events,
    errors,
    submit(order = {}) {
      orders += 1
      bus.emitSync('order.submitted', orderOf({ orderId: `o${orders}`, ...order }, clock.now()))
    },
    cancel: (orderId) => broker.cancel(orderId, {}),
    modify(orderId, changes) {
      const entries = Object.entries(changes).map(([name, text]) => [name, at(text)])
      broker.modify(orderId, Object.fromEntries(entries) as OrderChanges, {})
    },
    async bar(ohlc, change = {}) {
      const bar = barOf(ohlc, clock.now(), change)
      await clock.advanceBefore(bar.timestamp)
      bus.emitSync('market.new_bar', bar)
    },
    quote(bid, bidSize, ask, askSize) {
      const prices = {
        bidPrice: at(bid),
        bidSize: at(bidSize),
        askPrice: at(ask),
        askSize: at(askSize),
      }
      bus.emitSync('market.quote_update', { ...stamp, ...prices } satisfies QuoteUpdate)
    },
    trade(price, size) {
      const trade = { price: at(price), size: at(size), aggressorSide: 'none' } as const
      bus.emitSync('market.trade_tick', { ...stamp, ...trade } satisfies TradeTick)
    },
    depth(bids, asks) {
      const depth = { bids: levelsOf(bids), asks: levelsOf(asks) }
      bus.emitSync('market.depth_update', { ...stamp, ...depth } satisfies DepthUpdate)
    },
    last: (price) => {
      bus.emitSync('market.data_update', { ...stamp, last: at(price) })
    },
    said() {
      expect(errors).toEqual([])
      const lines = events.slice(told).map(lineOf)
      told = events.length
      return lines
    },
  }
}

export function orderOf(order: OrderText, timestamp: number): OrderSubmitted {
  const { quantity = '10', price, triggerPrice, ...others } = order
  return {
    orderId: 'o1',
    symbol,
    side: 'buy',
    orderType: 'market',
    timeInForce: 'gtc',
    quantity: at(quantity),
    ...(price !== undefined && { price: at(price) }),
    ...(triggerPrice !== undefined && { triggerPrice: at(triggerPrice) }),
    ...others,
    timestamp,
  }
}

/** A bar of a minute: open, high, low and close as one text, volume 100. */
export function barOf(ohlc: string, openTime: number, change: Partial<NewBar> = {}): NewBar {
  const [open, high, low, close] = ohlc.split(' ').map(at)
  return {
    symbol,
    timeframe: '1m',
    openTime,
    timestamp: openTime + minute,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: at('100'),
    ...change,
  }
}

function levelsOf(text: string): [Decimal, Decimal][] {
  if (text === '') return []
  return text.split(' ').map((level) => {
    const [price, size] = level.split('x')
    return [at(price!), at(size!)]
  })
}

/** What an event of an order says, as one line; times in seconds since the start. */
export function lineOf(event: TradingEvent): string {
  const { type, data } = event
  const word = type.slice('order.'.length)
  const { orderId, timestamp } = data as { orderId: string; timestamp: number }
  const head = `${orderId} ${word} @${(timestamp - start) / 1_000}`
  switch (type) {
    case 'order.partial_fill':
    case 'order.filled':
      return `${head} ${data.lastQuantity.toFixed()} at ${data.lastPrice.toFixed()} ${data.liquidity}, ${data.filledQuantity.toFixed()}/${data.remainingQuantity.toFixed()}`
    case 'order.rejected':
    case 'order.cancel_rejected':
    case 'order.modify_rejected':
      return `${head} ${data.code}`
    case 'order.triggered':
      return `${head} ${data.triggerPrice.toFixed()}`
    case 'order.cancelled':
      return `${head} ${data.filledQuantity.toFixed()}: ${data.reason}`
    case 'order.expired':
      return `${head} ${data.filledQuantity.toFixed()}`
    default:
      return head
  }
}
