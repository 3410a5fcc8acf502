import { Counts } from '../delivery/stats.ts'
import { laneCount } from '../delivery/turns.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchTokens } from '../events/pattern.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { DurationHistogram } from '../delivery/duration-histogram.ts'
import type { SubscriptionStats } from '../delivery/stats.ts'
import type { Handler, Subscription } from '../delivery/subscription.ts'
import { DirectContext } from './direct-context.ts'
import { SubscriptionEndedError } from './errors.ts'

/** Why a subscriber cannot be called just so: bits of {@link Subscriber.gate}. */
export const Gate = {
  /** It was removed, and is never called again. */
  removed: 1,
  /** It is paused: events pass it by, counted. */
  paused: 2,
  /** A serial emission has not reached it yet: later events wait in its backlog. */
  held: 4,
  /** It wants only events that its predicate accepts, or of some priority. */
  where: 8,
  /** It ends with the first event that it is called with. */
  once: 16,
} as const

/** What a subscriber was made for; `clear()` removes only handlers. */
export type SubscriberKind = 'handler' | 'wait' | 'stream' | 'forward' | 'route'

/** What the bus remembers of one registration. */
export class Subscriber implements Subscription {
  /** Bits of {@link Gate}; 0 lets dispatch call the handler directly. */
  gate: number
  /** Without a mailbox: calls of the handler that have not failed. */
  delivered = 0
  /** Without a mailbox: calls of the handler or of `where` that have failed. */
  failed = 0
  /** Without a mailbox: events that passed it by. */
  dropped = 0
  /** Timestamp of the last event delivered, or -Infinity before the first. */
  lastDeliveredAt = -Infinity
  /** Events that wait for a serial emission to pass; present only while the gate is held. */
  backlog: TradewireEvent[] | undefined
  /** What dispatch calls: the handler itself, or what puts events into its mailbox. */
  readonly handler: Handler
  /** What a handler without a mailbox is told beside the event. */
  readonly context: DirectContext
  /** Present for a subscription with a mailbox, from right after it was made. */
  delivery: Delivery | undefined
  /** When the call began whose promise is to be measured; only between the call and `follow`. */
  measuredSince: number | undefined
  /** How long some of the calls took, without a mailbox. */
  durations: DurationHistogram | undefined
  readonly pattern: string
  /** Patterns as tokens, for a subscription to more than one exact type. */
  readonly patterns: readonly (readonly string[])[]
  readonly priority: number
  /** Counts registrations: breaks ties between equal priorities. */
  readonly order: number
  readonly kind: SubscriberKind
  readonly where: ((event: TradewireEvent) => boolean) | undefined
  /** The least urgent lane that it wants. */
  readonly lowestLane: number
  readonly #id: string | undefined
  readonly #remove: (subscriber: Subscriber) => void
  readonly #onEnd: (() => void) | undefined
  #signal: AbortSignal | undefined
  #onAbort: (() => void) | undefined

  constructor(
    handler: Handler,
    pattern: string,
    patterns: readonly (readonly string[])[],
    order: number,
    kind: SubscriberKind,
    id: string | undefined,
    priority: number,
    where: ((event: TradewireEvent) => boolean) | undefined,
    lowestLane: number,
    once: boolean,
    remove: (subscriber: Subscriber) => void,
    onEnd: (() => void) | undefined,
  ) {
    const wantsAll = where === undefined && lowestLane === laneCount - 1
    this.gate = (wantsAll ? 0 : Gate.where) | (once ? Gate.once : 0)
    this.backlog = undefined
    this.handler = handler
    this.pattern = pattern
    this.patterns = patterns
    this.priority = priority
    this.order = order
    this.kind = kind
    this.where = where
    this.lowestLane = lowestLane
    this.context = new DirectContext(this)
    this.delivery = undefined
    this.measuredSince = undefined
    this.durations = undefined
    this.#id = id
    this.#remove = remove
    this.#onEnd = onEnd
    this.#signal = undefined
    this.#onAbort = undefined
  }

  get id(): string {
    return this.#id ?? `${this.kind}-${this.order}`
  }

  get active(): boolean {
    return (this.gate & Gate.removed) === 0
  }

  /** Whether it can be ended: it is active, or was consumed and has events left. */
  get open(): boolean {
    return this.active || (this.delivery?.ended === false && this.delivery.pending > 0)
  }

  get paused(): boolean {
    return this.delivery?.paused ?? (this.gate & Gate.paused) !== 0
  }

  get stats(): SubscriptionStats {
    if (this.delivery !== undefined) return this.delivery.stats
    return {
      ...countsOf(this).ledger(0),
      depth: 0,
      oldestAgeMs: 0,
      lastDeliveredAt: this.lastDeliveredAt === -Infinity ? undefined : this.lastDeliveredAt,
      handlerDurationMs: this.durations?.summary(),
      breaker: undefined,
    }
  }

  pause(): void {
    if (this.delivery === undefined) this.gate |= Gate.paused
    else this.delivery.pause()
  }

  resume(): void {
    if (this.delivery === undefined) this.gate &= ~Gate.paused
    else this.delivery.resume()
  }

  unsubscribe(): void {
    if (!this.open) return
    if (this.active) this.retire()
    this.delivery?.end(new SubscriptionEndedError(this.id))
    this.context.end()
  }

  /** Hears no further event; what waits in its mailbox is still delivered. */
  retire(): void {
    this.gate |= Gate.removed
    this.backlog = undefined
    if (this.delivery === undefined) this.forgetSignal()
    this.#remove(this)
    this.delivery?.retire()
    // Whoever waits behind this subscription must not wait for ever.
    this.#onEnd?.()
  }

  /** Is not ended by its signal any more. */
  forgetSignal(): void {
    if (this.#onAbort !== undefined) this.#signal!.removeEventListener('abort', this.#onAbort)
  }

  [Symbol.dispose](): void {
    this.unsubscribe()
  }

  /** Whether its pattern covers events of `type`. */
  covers(type: string): boolean {
    if (this.patterns.length === 0) return this.pattern === type
    const tokens = type.split('.')
    return this.patterns.some((pattern) => matchTokens(pattern, tokens))
  }

  /** Whether `remove` is how it leaves its bus, and so whether it is of that bus. */
  leavesBy(remove: (subscriber: Subscriber) => void): boolean {
    return this.#remove === remove
  }

  /** Ends the subscription when `signal` aborts; the listener goes when the subscription does. */
  endWith(signal: AbortSignal): void {
    this.#signal = signal
    this.#onAbort = () => this.unsubscribe()
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }
}

/** What became of the events of a subscription without a mailbox. */
export function countsOf({ delivered, failed, dropped }: Subscriber): Counts {
  const counts = new Counts()
  counts.accepted = delivered + failed + dropped
  counts.delivered = delivered
  counts.failed = failed
  counts.dropped = dropped + failed
  return counts
}
