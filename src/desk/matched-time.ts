import type { Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import { barLength } from './bar-length.ts'
import type { OrderState } from './order-state.ts'

/** How an order stood until it was cancelled, expired or was changed. */
export interface PastTerms {
  readonly order: OrderState
  /** From when on it had these terms. */
  readonly since: number
  /** The first time at which it had them no more. */
  until: number
  readonly quantity: Decimal
  readonly price: Decimal | undefined
  readonly trigger: Decimal | undefined
  /** Whether no trigger held it back any more. */
  readonly awake: boolean
  /** Whether a bar had been matched against them. */
  readonly rested: boolean
}

/** How many terms of the past are kept, should no market data come. */
const mostPast = 10_000

/**
 * Until when a market was matched, by the times that its data tell, and how orders stood since then that
 * stand no more. A bar that began before that time tells again what trades, quotes or other bars have
 * told, and is not matched.
 */
export class MatchedTime {
  /** Of the newest quote, depth, trade or last price: it belongs to the bar that begins at it. */
  #tickAt = -Infinity
  /** End of the newest bar that was matched. */
  #barsUntil = -Infinity
  #timeframe = ''
  #lengthMs = 0
  /** Oldest first. Bars are told at their end: what ended inside one stood at its open. */
  #past: PastTerms[] = []

  /** Notes a quote, depth, trade or last price. */
  tick(at: number): void {
    if (at > this.#tickAt) this.#tickAt = at
    if (this.#past.length > 0) this.#forget(at)
  }

  /** Whether nothing was matched yet of the time of a bar; from now on it was. */
  takes({ openTime, timestamp, timeframe }: NewBar): boolean {
    if (openTime <= this.#tickAt || openTime < this.#barsUntil) return false
    if (timeframe !== this.#timeframe) {
      this.#timeframe = timeframe
      this.#lengthMs = barLength(timeframe)
    }
    // A bar may carry the time that it was received at, when the next one had begun.
    this.#barsUntil = Math.min(timestamp, openTime + this.#lengthMs)
    return true
  }

  /** Notes that an order stands no more as it did, if a bar may still come that began before `now`. */
  ends(order: OrderState, now: number): void {
    const { quantity, price, trigger, awake, arrivedAt, changedAt, lastBar } = order
    const since = Math.max(arrivedAt, changedAt)
    if (now <= since || now <= this.#tickAt || now <= this.#barsUntil) return
    const rested = lastBar !== undefined
    this.#past.push({ order, since, until: now, quantity, price, trigger, awake, rested })
    if (this.#past.length > mostPast) this.#past.shift()
  }

  get hasPast(): boolean {
    return this.#past.length > 0
  }

  /** How orders stood when the bar began that was taken last, if they stand so no more. */
  pastAt(openTime: number): readonly PastTerms[] {
    return this.#past.filter(({ since, until }) => since <= openTime && openTime < until)
  }

  /** Forgets what no bar after that can have met. */
  forgetPast(): void {
    this.#forget(this.#barsUntil)
  }

  /** Knows until when another one was matched. */
  follow(other: MatchedTime): void {
    this.#tickAt = other.#tickAt
    this.#barsUntil = other.#barsUntil
  }

  /** Nothing of the past is filled any more, even if it is being matched. */
  close(): void {
    for (const terms of this.#past) terms.until = -Infinity
  }

  #forget(until: number): void {
    this.#past = this.#past.filter((terms) => terms.until > until)
  }
}
