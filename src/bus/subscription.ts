import type { TradewireEvent } from '../events/envelope.ts'

/**
 * What is called with an event. It may return a promise, which an awaited `emit` then awaits; any
 * other result is ignored.
 */
export type Handler<Event extends TradewireEvent = TradewireEvent> = (event: Event) => unknown

/** Options of `on`. */
export interface SubscribeOptions<Event extends TradewireEvent = TradewireEvent> {
  /**
   * A name for logs, errors and `off`, 1 to 256 characters; unique on its bus. Default: one that the
   * bus makes.
   */
  readonly id?: string
  /** Higher is called earlier; equal ones in order of registration. A whole number from 0. Default 0. */
  readonly priority?: number
  /** Only events that it returns `true` for are delivered. A throw counts as a failed delivery. */
  readonly where?: (event: Event) => boolean
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal
  /** Whether the first event delivered is the last. Default false. */
  readonly once?: boolean
}

/** Counts of one subscription since it was made. */
export interface SubscriptionStats {
  /** Events that its handler was called with, less those that it has failed on. */
  readonly delivered: number
  /** Events that its handler, or its `where`, threw or rejected on. */
  readonly failed: number
  /** Events that passed it by while it was paused. */
  readonly dropped: number
  /** Timestamp of the event that it was called with last, in milliseconds since the Unix epoch. */
  readonly lastDeliveredAt: number | undefined
}

/** One registration of a handler. Works with `using`. */
export interface Subscription {
  /** Its name: the `id` option, or one that the bus made. */
  readonly id: string
  /** What it listens to; several patterns are joined by a comma. */
  readonly pattern: string
  /** Higher is called earlier. */
  readonly priority: number
  /** False once it was unsubscribed, consumed or aborted, and after the bus was closed. */
  readonly active: boolean
  /** Whether events pass it by. */
  readonly paused: boolean
  /** Counts, as they are now. */
  readonly stats: SubscriptionStats
  /** Lets events pass by, counted in `stats.dropped`, until `resume`. */
  pause(): void
  /** Hears events again, from the next one. */
  resume(): void
  /** Ends it. An event that is being dispatched and has not reached it does not call it. */
  unsubscribe(): void
  /** The same as `unsubscribe`. */
  [Symbol.dispose](): void
}
