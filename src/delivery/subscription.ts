import type { TradewireEvent } from '../events/envelope.ts'
import type { DeliveryOptions } from './options.ts'
import type { SubscriptionStats } from './stats.ts'

/** What a handler is told beside the event. */
export interface HandlerContext {
  /**
   * Aborts when the attempt has timed out and when the subscription ends. Hand it to `fetch` and the
   * like. Made when it is first read.
   */
  readonly signal: AbortSignal
  /** Which attempt at the event this is, from 1; more than 1 only with `retry`. */
  readonly attempt: number
  /** The subscription that the handler is called for. */
  readonly subscription: Subscription
}

/**
 * What is called with an event. It may return a promise, which an awaited `emit` then awaits; any
 * other result is ignored.
 */
export type Handler<Event extends TradewireEvent = TradewireEvent> = (
  event: Event,
  context: HandlerContext,
) => unknown

/** What is called with the events of a batch, in order of their sequence. */
export type BatchHandler<Event extends TradewireEvent = TradewireEvent> = (
  events: readonly Event[],
  context: HandlerContext,
) => unknown

/** Options of every kind of subscription. */
export interface SubscriptionOptions<
  Event extends TradewireEvent = TradewireEvent,
> extends DeliveryOptions<Event> {
  /**
   * A name for logs, errors and `off`, 1 to 256 characters; unique on its bus. Default: one that the
   * bus makes.
   */
  readonly id?: string
  /** Higher is called earlier; equal ones in order of registration. A whole number from 0. Default 0. */
  readonly priority?: number
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal
  /** Whether the first event delivered is the last. Default false. */
  readonly once?: boolean
}

/**
 * Options of `on`. With any of {@link DeliveryOptions}, but for `minPriority`, the subscription gets a
 * mailbox: events wait there for the handler, and `emit` awaits only that they got in.
 */
export interface SubscribeOptions<
  Event extends TradewireEvent = TradewireEvent,
> extends SubscriptionOptions<Event> {
  /** Only events that it returns `true` for are delivered. A throw counts as a failed delivery. */
  readonly where?: (event: Event) => boolean
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
  /** Whether it was paused. */
  readonly paused: boolean
  /** Counts, as they are now. */
  readonly stats: SubscriptionStats
  /**
   * Keeps its handler from being called, until `resume`. With a mailbox, events wait there, up to its
   * capacity; without one they pass by, counted in `stats.dropped`.
   */
  pause(): void
  /** Lets the handler be called again: first with what waits. */
  resume(): void
  /**
   * Ends it. An event that is being dispatched and has not reached it does not call it, and what waits
   * in its mailbox is dropped, counted in `stats.dropped`.
   */
  unsubscribe(): void
  /** The same as `unsubscribe`. */
  [Symbol.dispose](): void
}
