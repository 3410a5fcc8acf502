import {
  type BookLevel,
  createBus,
  Decimal,
  type EventMetadata,
  type OrderbookUpdate,
  SimulatedClock,
  type TradingEvent,
} from 'tradewire'
import { expect } from 'vitest'
import type { OrderBookOptions } from '../../src/desk/order-book-options.ts'
import { orderBook } from '../../src/desk/order-book.ts'

/** When the clocks of these tests start. */
const start = Date.UTC(2026, 0, 1)

/** `'100:2 99.5:1'` as levels. */
export const levels = (text: string): BookLevel[] =>
  text
    .split(' ')
    .filter((part) => part !== '')
    .map((part) => {
      const [price, size] = part.split(':')
      return [new Decimal(price!), new Decimal(size!)]
    })

/** Levels as `'100:2 99.5:1'`. */
export const textOf = (list: readonly BookLevel[]): string =>
  list.map(([price, size]) => `${price.toFixed()}:${size.toFixed()}`).join(' ')

const update = (
  kind: 'snapshot' | 'delta',
  bids: string,
  asks: string,
  numbers: Partial<OrderbookUpdate>,
): OrderbookUpdate => ({
  symbol: 'BTCUSDT',
  timestamp: start,
  kind,
  bids: levels(bids),
  asks: levels(asks),
  ...numbers,
})

/** A whole book; `numbers` may be its sequence alone. */
export const snapshot = (
  bids: string,
  asks: string,
  sequence?: number,
  rest: Partial<OrderbookUpdate> = {},
): OrderbookUpdate =>
  update('snapshot', bids, asks, { ...(sequence === undefined ? {} : { sequence }), ...rest })

/** Changes, with the numbers of the update before and of this one. */
export const delta = (
  bids: string,
  asks: string,
  previousSequence?: number,
  sequence?: number,
  rest: Partial<OrderbookUpdate> = {},
): OrderbookUpdate =>
  update('delta', bids, asks, {
    ...(previousSequence === undefined ? {} : { previousSequence }),
    ...(sequence === undefined ? {} : { sequence }),
    ...rest,
  })

/** A bus with a book, and what the book has emitted. */
export function setUp(options: Partial<OrderBookOptions> = {}) {
  const clock = new SimulatedClock({ start })
  const bus = createBus({ clock, onError: (error) => expect.fail(String(error)) })
  const emitted: TradingEvent[] = []
  bus.on('*', (event) => {
    if (event.source === (options.source ?? 'order-book')) emitted.push(event)
    if (event.type === 'system.error') expect.fail(event.data.message)
  })
  const book = orderBook(bus, { symbol: 'BTCUSDT', ...options })
  const update = (data: OrderbookUpdate, metadata?: EventMetadata) =>
    bus.emitSync('market.orderbook_update', data, metadata === undefined ? {} : { metadata })
  const depths = () => emitted.filter((event) => event.type === 'market.depth_update')
  const quotes = () => emitted.filter((event) => event.type === 'market.quote_update')
  const warnings = () => emitted.filter((event) => event.type === 'system.warning')
  return { clock, bus, book, update, emitted, depths, quotes, warnings }
}
