import type { Subscription } from '../delivery/subscription.ts'
import { compareDecimals, type Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { NewBar } from '../events/market.ts'
import type { EventOf } from '../events/trading-events.ts'
import { barLength } from './bar-length.ts'
import type { PositionBus } from './position.ts'
import { toFloat, zero } from './position-exact.ts'
import { isSameVenue } from './position-market.ts'
import type { ArmedPosition } from './protection-armed.ts'
import { bars, PriceFeed, type PriceSeen, trades } from './protection-feed.ts'
import type { ProtectionSettings, TriggerPrice } from './protection-options.ts'

/** What is watched of one symbol. */
interface SymbolWatch {
  armed: readonly ArmedPosition[]
  /** By venue, those first that came first. */
  readonly feeds: PriceFeed[]
}

/** Is told of each price of a position of which a rule was reached, by this price or an earlier one. */
export type ReachedListener = (
  armed: ArmedPosition,
  price: Decimal,
  by: TriggerPrice,
  event: TradewireEvent,
) => void

/** Compares the prices of a bus with the levels of positions. */
export class ProtectionPrices {
  readonly #settings: ProtectionSettings
  readonly #reached: ReachedListener
  readonly #watches = new Map<string, SymbolWatch>()

  constructor(settings: ProtectionSettings, reached: ReachedListener) {
    this.#settings = settings
    this.#reached = reached
  }

  of(symbol: string): SymbolWatch {
    let watch = this.#watches.get(symbol)
    if (watch === undefined) {
      watch = { armed: [], feeds: [] }
      this.#watches.set(symbol, watch)
    }
    return watch
  }

  *armed(): Iterable<ArmedPosition> {
    for (const { armed } of this.#watches.values()) yield* armed
  }

  subscribe(bus: PositionBus): Subscription[] {
    const { triggeredBy, priority } = this.#settings
    const options = { priority }
    const hasLast = triggeredBy === undefined || triggeredBy === 'last'
    return [
      hasLast && bus.on('market.new_bar', (event) => this.#bar(event), options),
      hasLast && bus.on('market.trade_tick', (event) => this.#trade(event), options),
      (hasLast || triggeredBy === 'mark') &&
        bus.on('market.data_update', (event) => this.#data(event), options),
      (triggeredBy === undefined || triggeredBy === 'bid' || triggeredBy === 'ask') &&
        bus.on('market.quote_update', (event) => this.#quote(event), options),
    ].filter((subscription) => subscription !== false)
  }

  #bar(event: EventOf<'market.new_bar'>): void {
    const bar = event.data
    const watch = this.of(bar.symbol)
    const length = barLength(bar.timeframe)
    const seen = { rank: bars, timestamp: bar.timestamp, barLength: length } as const
    for (const armed of watch.armed) {
      // A position that was opened after the bar, which has come late, is none of its.
      if (armed.position.openedAt > bar.timestamp) continue
      if (!isWatched(watch, armed, bar.venue, seen)) continue
      const isWhole = !hasBetterSince(watch, armed, bar.openTime, length)
      if (this.#settings.useBarRange && isWhole) this.#range(armed, bar, event)
      else this.#price(armed, bar.close, 'last', event)
    }
    // Afterwards, as it was compared with what had come before it.
    this.#feedOf(watch, bar.venue).bar(bar.timestamp, length)
  }

  #range(armed: ArmedPosition, bar: NewBar, event: TradewireEvent): void {
    const { stop, target, trailing, direction, position } = armed
    if (armed.reached !== undefined) {
      this.#reached(armed, bar.close, 'last', event)
      return
    }
    const worst = direction === 1 ? bar.low : bar.high
    const isOpening = position.openedAt > bar.openTime
    const best = isOpening ? bar.close : direction === 1 ? bar.high : bar.low
    const bestFloat = toFloat(best)
    if (stop?.isReached(worst, toFloat(worst)) === true) {
      this.#reach(armed, 'stop-loss', worst, 'last', event)
    } else if (target?.isReached(best, bestFloat) === true) {
      this.#reach(armed, 'take-profit', best, 'last', event)
    } else if (trailing !== undefined) {
      trailing.improve(best, bestFloat)
      // The close is the last price: whatever was best in the bar was before it.
      if (trailing.level.isReached(bar.close, toFloat(bar.close))) {
        this.#reach(armed, 'stop-loss', bar.close, 'last', event)
      }
    }
  }

  #trade(event: EventOf<'market.trade_tick'>): void {
    const { symbol, venue, price, timestamp } = event.data
    const watch = this.of(symbol)
    this.#feedOf(watch, venue).trade(timestamp)
    if (watch.armed.length === 0) return
    const seen = { rank: trades, timestamp, barLength: 0 } as const
    for (const armed of watch.armed) {
      if (isWatched(watch, armed, venue, seen)) this.#price(armed, price, 'last', event)
    }
  }

  #data(event: EventOf<'market.data_update'>): void {
    const by = this.#settings.triggeredBy === 'mark' ? 'mark' : 'last'
    const { symbol, venue, markPrice, last, timestamp } = event.data
    const price = by === 'mark' ? markPrice : last
    if (price === undefined) return
    const watch = this.of(symbol)
    const seen = { rank: bars, timestamp, barLength: 0 } as const
    for (const armed of watch.armed) {
      if (isWatched(watch, armed, venue, seen)) this.#price(armed, price, by, event)
    }
  }

  #quote(event: EventOf<'market.quote_update'>): void {
    const { symbol, venue, bidPrice, bidSize, askPrice, askSize, timestamp } = event.data
    const { triggeredBy } = this.#settings
    const watch = this.of(symbol)
    this.#feedOf(watch, venue).quote(timestamp)
    if (watch.armed.length === 0) return
    // One size of 0 is a side without a price; two are sizes that the feed does not tell.
    const hasBid = compareDecimals(bidSize, zero) !== 0
    const hasAsk = compareDecimals(askSize, zero) !== 0
    for (const armed of watch.armed) {
      if (!isSameVenue(armed.position.venue, venue)) continue
      const by = triggeredBy ?? (armed.direction === 1 ? 'bid' : 'ask')
      if (hasBid !== hasAsk && hasBid !== (by === 'bid')) continue
      this.#price(armed, by === 'bid' ? bidPrice : askPrice, by, event)
    }
  }

  #feedOf({ feeds }: SymbolWatch, venue: string | undefined): PriceFeed {
    for (const feed of feeds) if (feed.venue === venue) return feed
    const feed = new PriceFeed(venue, this.#settings.staleAfterMs)
    feeds.push(feed)
    return feed
  }

  #price(armed: ArmedPosition, price: Decimal, by: TriggerPrice, event: TradewireEvent): void {
    if (armed.reached !== undefined) {
      this.#reached(armed, price, by, event)
      return
    }
    const float = toFloat(price)
    if (armed.stop?.isReached(price, float) === true) {
      this.#reach(armed, 'stop-loss', price, by, event)
    } else if (armed.target?.isReached(price, float) === true) {
      this.#reach(armed, 'take-profit', price, by, event)
    } else armed.trailing?.improve(price, float)
  }

  #reach(
    armed: ArmedPosition,
    label: 'stop-loss' | 'take-profit',
    price: Decimal,
    by: TriggerPrice,
    event: TradewireEvent,
  ): void {
    const level = label === 'stop-loss' ? armed.stop : armed.target
    armed.reached = { label, triggerPrice: level!.price }
    this.#reached(armed, price, by, event)
  }
}

/**
 * Whether a price of a venue counts for a position: it is that of the position, or one of them is not
 * named, and nothing that tells more comes from such a venue.
 */
function isWatched(
  { feeds }: SymbolWatch,
  { position }: ArmedPosition,
  venue: string | undefined,
  seen: PriceSeen,
): boolean {
  if (!isSameVenue(position.venue, venue)) return false
  for (const feed of feeds) {
    if (feed.outranks(seen) && isSameVenue(position.venue, feed.venue)) return false
  }
  return true
}

/** Whether what tells more than a bar has come for a position after a time. */
function hasBetterSince(
  { feeds }: SymbolWatch,
  { position }: ArmedPosition,
  time: number,
  length: number,
): boolean {
  return feeds.some(
    (feed) => feed.hasBetterSince(time, length) && isSameVenue(position.venue, feed.venue),
  )
}
