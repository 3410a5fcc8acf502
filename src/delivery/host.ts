import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Scheduler } from './scheduler.ts'
import type { Subscription } from './subscription.ts'

/** Why an event that a mailbox had accepted, or was to accept, was not delivered. */
export type LossReason =
  /** The mailbox was full, or the wait for room too long. */
  | 'overflow'
  /** A newer event of its key has taken its place. */
  | 'conflated'
  /** It had waited for too long. */
  | 'expired'
  /** It came faster than the rate limit allows. */
  | 'rate-limit'
  /** Memory is short, and it is among the least urgent. */
  | 'memory'
  /** It was there before. */
  | 'duplicate'
  /** The handler has failed on it for good, and there are no dead letters. */
  | 'failed'
  /** The subscription has ended. */
  | 'unsubscribed'

/** The payload of an event of the bus itself: it has happened at its timestamp. */
export interface Announcement {
  readonly timestamp: number
  readonly [field: string]: unknown
}

/** What a delivery needs of the bus that it belongs to. */
export interface DeliveryHost {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly deadLetters: DeadLetters
  /** From 0 to below 1. */
  readonly random: () => number
  /** How deep the chain of emissions is whose event is being dispatched. */
  readonly depth: number

  /**
   * Does `work` as part of a dispatch, at `depth` of the chain of emissions, and then dispatches what
   * it has emitted. Returns whether there was any.
   */
  during(depth: number, work: () => void): boolean

  /** How the names of probes begin that are of this bus. */
  readonly probeName: string

  /** Tells observers of an event that was not delivered. */
  lost(subscription: Subscription, event: TradewireEvent, reason: LossReason): void

  /** Tells observers of an attempt that has succeeded. */
  handled(subscription: Subscription, event: TradewireEvent, durationMs: number): void

  /** Tells observers of an attempt that has failed. */
  failed(subscription: Subscription, event: TradewireEvent, error: unknown, attempt: number): void

  /** Emits the one `system.error` of an event that is given up. */
  gaveUp(
    subscription: Subscription,
    handler: object,
    event: TradewireEvent,
    error: unknown,
    attempts: number,
  ): void

  /** Tells the last resort what must not become an event. */
  complain(error: unknown, event: TradewireEvent | undefined): void

  /** Emits an event about the delivery itself. */
  warn(type: string, data: Announcement): void

  /** The longest chain of emissions. */
  readonly maxDepth: number

  /** Nothing more will be heard of a subscription that has ended. */
  finished(subscription: Subscription): void

  /** The first event of a subscription to only one was accepted: no other is to come. */
  consumed(subscription: Subscription): void
}
