import { type EmitFrom, emitterOf } from '../bus/backstage.ts'
import type { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { DataUpdate, NewBar, QuoteUpdate, TradeTick } from '../events/market.ts'
import type { Timer } from '../time/clock.ts'
import { toFloat } from './position-exact.ts'
import type { Holding, MarkEvent } from './position-holding.ts'
import type { Ledger } from './position-ledger.ts'
import { isSameVenue, type Market } from './position-market.ts'

type MarketEvent<Payload> = TradewireEvent<string, Payload>

/**
 * Values open positions at new prices, and reports what that makes of them. For a symbol without a
 * position it takes a price to a map, and no more.
 */
export class Marking {
  readonly #ledger: Ledger
  readonly #markAt: 'mid' | 'exit'
  readonly #intervalMs: number
  readonly #emit: EmitFrom

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    this.#emit = emitterOf(ledger.bus)
    this.#markAt = ledger.settings.markAt
    this.#intervalMs = ledger.settings.pnlIntervalMs
  }

  bar(event: MarketEvent<NewBar>): void {
    this.#price(event, event.data, event.data.close, false)
  }

  trade(event: MarketEvent<TradeTick>): void {
    this.#price(event, event.data, event.data.price, false)
  }

  data(event: MarketEvent<DataUpdate>): void {
    const { markPrice, last } = event.data
    const price = markPrice ?? last
    if (price !== undefined) this.#price(event, event.data, price, markPrice !== undefined)
  }

  quote(event: MarketEvent<QuoteUpdate>): void {
    const { data } = event
    const { bidPrice, askPrice } = data
    // One size of 0 is a side without a price; two are sizes that the feed does not tell.
    const hasBid = !data.bidSize.isZero()
    const hasAsk = !data.askSize.isZero()
    const market = this.#ledger.marketOf(data.symbol)
    if (hasBid === hasAsk) note(market, event, data.venue, undefined, true)
    if (market.holdings.length === 0) return
    let changed = false
    for (const holding of market.holdings) {
      if (!isSameVenue(holding.state.identity.venue, data.venue)) continue
      const isLong = holding.state.direction === 1
      if (this.#markAt === 'exit') {
        if (hasBid !== hasAsk && isLong !== hasBid) continue
        const price = isLong ? bidPrice : askPrice
        this.#mark(holding, event, price, toFloat(price), true)
      } else if (hasBid === hasAsk) {
        const middle = (toFloat(bidPrice) + toFloat(askPrice)) / 2
        this.#mark(holding, event, undefined, middle, true)
      } else continue
      changed = true
    }
    if (changed) this.#ledger.tell('mark', event)
  }

  /** Reports nothing more that waits to be reported. */
  close(): void {
    for (const { timer } of this.#ledger.open) timer?.cancel()
  }

  #price(
    event: MarkEvent,
    { symbol, venue }: { readonly symbol: string; readonly venue?: string | undefined },
    price: Decimal,
    isStanding: boolean,
  ): void {
    const market = this.#ledger.marketOf(symbol)
    note(market, event, venue, price, isStanding)
    if (market.holdings.length === 0) return
    const float = toFloat(price)
    let changed = false
    for (const holding of market.holdings) {
      if (!isSameVenue(holding.state.identity.venue, venue)) continue
      this.#mark(holding, event, price, float, isStanding)
      changed = true
    }
    if (changed) this.#ledger.tell('mark', event)
  }

  #mark(
    holding: Holding,
    event: MarkEvent,
    price: Decimal | undefined,
    float: number,
    isStanding: boolean,
  ): void {
    const before = holding.valueFloat
    holding.mark(event, price, float, isStanding)
    this.#ledger.revalue(holding, before)
    if (this.#intervalMs === Infinity) return
    const elapsed = event.timestamp - holding.reportedAt
    // Less than 0: the wall clock was set back.
    if (elapsed >= this.#intervalMs || elapsed < 0) this.#report(holding, event.timestamp)
    else holding.timer ??= this.#reportLater(holding, this.#intervalMs - elapsed)
  }

  #reportLater(holding: Holding, delayMs: number): Timer {
    const { clock } = this.#ledger.bus
    return clock.setTimer(delayMs, () => this.#report(holding, clock.now()))
  }

  /** Emits what its newest mark makes of a position, unless that is known. */
  #report(holding: Holding, now: number): void {
    const { bus, settings } = this.#ledger
    holding.timer?.cancel()
    holding.timer = undefined
    if (!holding.isUnreported || bus.closed) return
    const { markEvent, markPrice } = holding
    const { identity, averageEntryPrice } = holding.state
    holding.reportedAt = now
    holding.reportedMark = markPrice
    const data = {
      ...identity,
      timestamp: markEvent!.data.timestamp,
      side: holding.side,
      quantity: holding.quantity,
      averageEntryPrice,
      realizedPnl: holding.realizedPnl,
      markPrice,
      unrealizedPnl: holding.unrealizedPnl,
    }
    this.#emit('position.pnl_update', data, settings.source, markEvent)
  }
}

/** Remembers the newest mark of a symbol. */
function note(
  market: Market,
  event: MarkEvent,
  venue: string | undefined,
  price: Decimal | undefined,
  isStanding: boolean,
): void {
  market.markPrice = price
  market.markEvent = event
  market.markVenue = venue
  market.isStanding = isStanding
}
