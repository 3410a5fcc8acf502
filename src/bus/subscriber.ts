import type { TradewireEvent } from '../events/envelope.ts'
import type { Handler, Subscription, SubscriptionStats } from './subscription.ts'

/** Why a subscriber cannot be called just so: bits of {@link Subscriber.gate}. */
export const Gate = {
  /** It was removed, and is never called again. */
  removed: 1,
  /** It is paused: events pass it by, counted. */
  paused: 2,
  /** A serial emission has not reached it yet: later events wait in its backlog. */
  held: 4,
  /** It wants only events that its predicate accepts. */
  where: 8,
  /** It ends with the first event that it is called with. */
  once: 16,
} as const

/** What a subscriber was made for; `clear()` removes only handlers. */
export type SubscriberKind = 'handler' | 'wait' | 'stream' | 'forward'

/** What the bus remembers of one registration. */
export class Subscriber implements Subscription {
  /** Bits of {@link Gate}; 0 lets dispatch call the handler directly. */
  gate: number
  delivered = 0
  failed = 0
  dropped = 0
  /** Timestamp of the last event delivered, or -Infinity before the first. */
  lastDeliveredAt = -Infinity
  /** Events that wait for a serial emission to pass; present only while the gate is held. */
  backlog: TradewireEvent[] | undefined
  readonly handler: Handler
  readonly pattern: string
  /** Patterns as tokens, for a subscription to more than one exact type. */
  readonly patterns: readonly (readonly string[])[]
  readonly priority: number
  /** Counts registrations: breaks ties between equal priorities. */
  readonly order: number
  readonly kind: SubscriberKind
  readonly where: ((event: TradewireEvent) => boolean) | undefined
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
    once: boolean,
    remove: (subscriber: Subscriber) => void,
    onEnd: (() => void) | undefined,
  ) {
    this.gate = (where === undefined ? 0 : Gate.where) | (once ? Gate.once : 0)
    this.backlog = undefined
    this.handler = handler
    this.pattern = pattern
    this.patterns = patterns
    this.priority = priority
    this.order = order
    this.kind = kind
    this.where = where
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

  get paused(): boolean {
    return (this.gate & Gate.paused) !== 0
  }

  get stats(): SubscriptionStats {
    return {
      delivered: this.delivered,
      failed: this.failed,
      dropped: this.dropped,
      lastDeliveredAt: this.lastDeliveredAt === -Infinity ? undefined : this.lastDeliveredAt,
    }
  }

  pause(): void {
    this.gate |= Gate.paused
  }

  resume(): void {
    this.gate &= ~Gate.paused
  }

  unsubscribe(): void {
    if (!this.active) return
    this.gate |= Gate.removed
    this.backlog = undefined
    if (this.#onAbort !== undefined) this.#signal!.removeEventListener('abort', this.#onAbort)
    this.#remove(this)
    // Whoever waits behind this subscription must not wait for ever.
    this.#onEnd?.()
  }

  [Symbol.dispose](): void {
    this.unsubscribe()
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
