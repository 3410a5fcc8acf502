import type { Bus } from '../bus/bus.ts'
import { printed } from '../bus/failure-report.ts'
import type { Subscription } from '../delivery/subscription.ts'
import type { Decimal } from '../events/decimal.ts'
import type { BookLevel } from '../events/market.ts'
import type { BookView } from './order-book-checksum.ts'
import {
  type OrderBookOptions,
  type OrderBookSettings,
  type SnapshotReason,
  toOrderBookSettings,
} from './order-book-options.ts'
import { type BookEvent, BookPublisher } from './order-book-publisher.ts'
import { SnapshotRequests } from './order-book-requests.ts'
import {
  type BookChange,
  type BookStanding,
  type BookStats,
  type LevelCounts,
  OrderBookState,
} from './order-book-state.ts'

/**
 * The order book of one symbol. Works with `using`.
 *
 * While it is not `live` it shows no levels: what may be wrong is not traded on.
 */
export interface OrderBook extends BookView {
  /**
   * `empty`: no update has come; `waiting`: for a snapshot, as there was none, or updates were lost;
   * `live`: it is as the venue has it.
   */
  readonly state: BookStanding
  /** The highest bid, `[price, size]`. */
  readonly bestBid: BookLevel | undefined
  /** The lowest ask, `[price, size]`. */
  readonly bestAsk: BookLevel | undefined
  /** Half way between best bid and best ask, exact, in quote currency; undefined without both. */
  readonly mid: Decimal | undefined
  /** Best ask less best bid, in quote currency, negative in a crossed book; undefined without both. */
  readonly spread: Decimal | undefined
  /** How many levels each side has. */
  readonly levels: LevelCounts
  /** The venue's number of the last update; undefined if it gives none, or the book is not live. */
  readonly sequence: number | undefined
  /** What became of the updates, as it is now. */
  readonly stats: BookStats

  /** The size that stands at a price, in units of the instrument; undefined if there is no such level. */
  sizeAt(side: 'bid' | 'ask', price: Decimal): Decimal | undefined

  /** Forgets the book and requests a snapshot: after a lost connection, say. */
  resync(): void

  /** Takes its subscription and timers away. The book stays as it is. */
  close(): void
  /** The same as `close`. */
  [Symbol.dispose](): void
}

/**
 * Keeps the book of a symbol out of its `market.orderbook_update`s: holds deltas until a snapshot has
 * come, drops old ones, and when updates are missing, or a checksum differs, emits a `system.warning`
 * and requests a snapshot. Emits `market.quote_update` and `market.depth_update`, caused by the update,
 * while it is live and only then.
 *
 * Codes of its warnings: `order_book_gap`, `order_book_checksum`, `order_book_outdated_snapshot`,
 * `order_book_overflow`, `order_book_request_failed`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range.
 * @throws BusClosedError `BUS_CLOSED` if the bus is closed.
 * @example
 * ```ts
 * using book = orderBook(bus, {
 *   symbol: 'BTCUSDT',
 *   venue: 'binance',
 *   requestSnapshot: () => send({ method: 'depth', symbol: 'BTCUSDT' }), // emitted as a snapshot
 * })
 * bus.on('market.depth_update', () => console.log(book.mid?.toFixed()))
 * ```
 */
export function orderBook(bus: Bus, options: OrderBookOptions): OrderBook {
  return new BusOrderBook(bus, toOrderBookSettings(options))
}

const warnings = {
  gap: {
    code: 'order_book_gap',
    message: 'updates are missing: it waits for a snapshot',
  },
  checksum: {
    code: 'order_book_checksum',
    message: 'its checksum is not that of the venue: it waits for a snapshot',
  },
  outdated: {
    code: 'order_book_outdated_snapshot',
    message: 'a snapshot is older than the updates at hand: it waits for another one',
  },
  overflow: {
    code: 'order_book_overflow',
    message: 'more updates wait for a snapshot than bufferCapacity: the oldest are dropped',
  },
} as const

class BusOrderBook implements OrderBook {
  readonly #bus: Bus
  readonly #settings: OrderBookSettings
  readonly #book: OrderBookState
  readonly #publisher: BookPublisher
  readonly #requests: SnapshotRequests | undefined
  readonly #subscription: Subscription
  /** The update that is taken in, or was last: what warnings are caused by. */
  #cause: BookEvent | undefined = undefined

  constructor(bus: Bus, settings: OrderBookSettings) {
    const { bufferCapacity, checksum, requestSnapshot, snapshotRetryMs, priority } = settings
    this.#bus = bus
    this.#settings = settings
    this.#book = new OrderBookState({
      bufferCapacity,
      ...(checksum === undefined ? {} : { checksumOf: (book) => checksum.of(book) }),
    })
    this.#publisher = new BookPublisher(bus, settings, this.#book)
    this.#requests =
      requestSnapshot &&
      new SnapshotRequests({
        clock: bus.clock,
        retryMs: snapshotRetryMs,
        ended: () => bus.closed,
        request: requestSnapshot,
        failed: (error, reason) => this.#requestFailed(error, reason),
      })
    this.#subscription = bus.on('market.orderbook_update', (event) => this.#take(event), {
      priority,
    })
  }

  get state(): BookStanding {
    return this.#book.standing
  }

  get bestBid(): BookLevel | undefined {
    return this.#book.bestBid
  }

  get bestAsk(): BookLevel | undefined {
    return this.#book.bestAsk
  }

  get mid(): Decimal | undefined {
    const { bestBid, bestAsk } = this.#book
    return bestBid && bestAsk && bestBid[0].plus(bestAsk[0]).div(2)
  }

  get spread(): Decimal | undefined {
    const { bestBid, bestAsk } = this.#book
    return bestBid && bestAsk && bestAsk[0].minus(bestBid[0])
  }

  get levels(): LevelCounts {
    return this.#book.levels
  }

  get sequence(): number | undefined {
    return this.#book.sequence
  }

  get stats(): BookStats {
    return this.#book.stats
  }

  bids(count?: number): readonly BookLevel[] {
    return this.#book.bids(count)
  }

  asks(count?: number): readonly BookLevel[] {
    return this.#book.asks(count)
  }

  sizeAt(side: 'bid' | 'ask', price: Decimal): Decimal | undefined {
    return this.#book.sizeAt(side, price)
  }

  resync(): void {
    this.#book.reset()
    this.#publisher.silence()
    this.#requests?.answered()
    this.#requests?.want('resync')
  }

  close(): void {
    this.#subscription.unsubscribe()
    this.#publisher.silence()
    this.#requests?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #take(event: BookEvent): void {
    const { data } = event
    const { symbol, venue, checksum } = this.#settings
    if (data.symbol !== symbol || (venue !== undefined && data.venue !== venue)) return
    this.#cause = event
    const change = this.#book.apply(data, checksum?.in(event))
    if (this.#book.standing === 'live') {
      if (change === 'applied') this.#applied(event)
    } else {
      this.#lost(change)
    }
  }

  #applied(event: BookEvent): void {
    this.#requests?.answered()
    if (!this.#book.bridging) this.#requests?.settled()
    this.#publisher.changed(event)
  }

  #lost(change: BookChange): void {
    this.#publisher.silence()
    if (change in warnings) {
      const { code, message } = warnings[change as keyof typeof warnings]
      this.#warn(code, message, change === 'overflow' ? {} : { ...this.#book.mismatch })
    }
    this.#requests?.want(reasonOf(change))
  }

  #requestFailed(error: unknown, reason: SnapshotReason): void {
    const message = `requestSnapshot failed: ${printed(error)}`
    this.#warn('order_book_request_failed', message, { reason })
  }

  #warn(code: string, message: string, details: Record<string, string | number>): void {
    // A timer, or an answer that comes late, may find the bus closed.
    if (this.#bus.closed) return
    const { symbol, source } = this.#settings
    const cause = this.#cause
    const venue = cause?.data.venue
    this.#bus.emitSync(
      'system.warning',
      {
        timestamp: this.#bus.clock.now(),
        ...(venue === undefined ? {} : { venue }),
        code,
        message: `The order book of ${symbol}: ${message}`,
        details: { symbol, ...details },
      },
      { source, ...(cause === undefined ? {} : { cause }) },
    )
  }
}

function reasonOf(change: BookChange): SnapshotReason {
  return change === 'gap' || change === 'checksum' || change === 'outdated' ? change : 'start'
}
