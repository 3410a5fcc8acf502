import type { Bus } from '../bus/bus.ts'
import { compareDecimals } from '../events/decimal.ts'
import type { BookLevel, OrderbookUpdate } from '../events/market.ts'
import type { EventOf } from '../events/trading-events.ts'
import type { Timer } from '../time/clock.ts'
import type { OrderBookSettings } from './order-book-options.ts'
import type { OrderBookState } from './order-book-state.ts'

/** An event that changes an order book. */
export type BookEvent = EventOf<'market.orderbook_update'>

/** Emits the best bid and ask, and the top levels, of a live book as they change. */
export class BookPublisher {
  readonly #bus: Bus
  readonly #settings: OrderBookSettings
  readonly #book: OrderBookState
  /** What the last quote said. */
  #bid: BookLevel | undefined = undefined
  #ask: BookLevel | undefined = undefined
  /** The update that has changed the top levels last, while they are to be emitted. */
  #due: BookEvent | undefined = undefined
  #timer: Timer | undefined = undefined
  /** When depth was emitted last, on the monotonic clock. */
  #emittedAt = -Infinity

  constructor(bus: Bus, settings: OrderBookSettings, book: OrderBookState) {
    this.#bus = bus
    this.#settings = settings
    this.#book = book
  }

  /** The book is live, and an update has come. */
  changed(event: BookEvent): void {
    const touched = this.#book.takeTouched()
    if (touched === 0 && this.#settings.quotes) this.#quote(event)
    if (touched < this.#settings.depth) this.#depth(event)
  }

  /** The book is not live any more: nothing of it may be emitted, and all of it is news afterwards. */
  silence(): void {
    this.#bid = undefined
    this.#ask = undefined
    this.#due = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #quote(event: BookEvent): void {
    const { bestBid, bestAsk } = this.#book
    if (bestBid === undefined || bestAsk === undefined) return
    if (isSame(bestBid, this.#bid) && isSame(bestAsk, this.#ask)) return
    this.#bid = bestBid
    this.#ask = bestAsk
    const quote = {
      ...this.#head(event.data),
      bidPrice: bestBid[0],
      bidSize: bestBid[1],
      askPrice: bestAsk[0],
      askSize: bestAsk[1],
    }
    this.#bus.emitSync('market.quote_update', quote, this.#options(event))
  }

  #depth(event: BookEvent): void {
    this.#due = event
    if (this.#timer !== undefined) return
    const { clock } = this.#bus
    const waitMs = this.#emittedAt + this.#settings.depthIntervalMs - clock.monotonic()
    if (waitMs <= 0) this.#emitDepth(event)
    else this.#timer = clock.setTimer(waitMs, () => this.#emitDue())
  }

  #emitDue(): void {
    this.#timer = undefined
    // The timer is set while something is due, and cancelled with it.
    if (!this.#bus.closed) this.#emitDepth(this.#due!)
  }

  #emitDepth(event: BookEvent): void {
    const { depth } = this.#settings
    this.#due = undefined
    this.#emittedAt = this.#bus.clock.monotonic()
    const levels = {
      ...this.#head(event.data),
      bids: this.#book.bids(depth),
      asks: this.#book.asks(depth),
    }
    this.#bus.emitSync('market.depth_update', levels, this.#options(event))
  }

  #head({ symbol, venue, timestamp }: OrderbookUpdate): {
    symbol: string
    timestamp: number
    venue?: string
    sequence?: number
  } {
    const { sequence } = this.#book
    return {
      symbol,
      timestamp,
      ...(venue === undefined ? {} : { venue }),
      ...(sequence === undefined ? {} : { sequence }),
    }
  }

  #options(cause: BookEvent): { readonly source: string; readonly cause: BookEvent } {
    return { source: this.#settings.source, cause }
  }
}

function isSame(level: BookLevel, quoted: BookLevel | undefined): boolean {
  if (level === quoted) return true
  return (
    quoted !== undefined &&
    compareDecimals(level[0], quoted[0]) === 0 &&
    compareDecimals(level[1], quoted[1]) === 0
  )
}
