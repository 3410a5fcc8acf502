import type { BreakerState } from './breaker.ts'
import type { Durations } from './duration-histogram.ts'

/**
 * What became of events. At every moment
 * `accepted = delivered + dropped + conflated + expired + deadLettered + pending`.
 */
export interface Ledger {
  /** Events that were there for a handler to be called with; redelivered ones count again. */
  readonly accepted: number
  /** Events that a handler was called with and has not failed on. */
  readonly delivered: number
  /**
   * Events that were given up without a dead letter: for want of room, by a rate limit, under memory
   * pressure, while paused without a mailbox, because the handler failed for good, or because the
   * subscription ended.
   */
  readonly dropped: number
  /** Events that a newer one of the same key has replaced while they waited. */
  readonly conflated: number
  /** Events that waited for longer than `maxAgeMs`, or for room for longer than `waitMs`. */
  readonly expired: number
  /** Events that became dead letters. */
  readonly deadLettered: number
  /** Events whose end is open: they wait, are being handled, or will be tried again. */
  readonly pending: number
  /** Calls of handlers, and of a `where` or `key`, that threw, rejected or timed out. */
  readonly failed: number
  /** Calls that were made, or will be, because the one before has failed. */
  readonly retried: number
  /** Calls that did not settle in time; they count as failed, too. */
  readonly timedOut: number
  /** Events that were not accepted because one of the same key was there before; see `dedup`. */
  readonly duplicates: number
}

/** Counts of one subscription since it was made. */
export interface SubscriptionStats extends Ledger {
  /** Events that wait in its mailbox, emissions that wait for room included. */
  readonly depth: number
  /** How long ago the oldest of them was emitted, by their timestamps, in milliseconds; 0 if none waits. */
  readonly oldestAgeMs: number
  /** Timestamp of the event that it was called with last, in milliseconds since the Unix epoch. */
  readonly lastDeliveredAt: number | undefined
  /**
   * How long its handler takes, from call to end; undefined before the first call. With a mailbox
   * every call is measured, without one each 256th from the first one on, if it does not fail.
   */
  readonly handlerDurationMs: Durations | undefined
  /** The state of its circuit breaker; undefined without one. */
  readonly breaker: BreakerState | undefined
}

/** The ledgers of all subscriptions of a bus, those that have ended included, in one. */
export interface BusStats extends Ledger {
  /** Events that were emitted. */
  readonly emitted: number
  /** Emissions that were refused, for whatever reason. */
  readonly refused: number
  /** Of these, how many because their source may not emit their type; see `allow`. */
  readonly denied: number
  /** Of these, how many because of a rate limit on their source. */
  readonly rateLimited: number
  /** Subscriptions that there are now. */
  readonly subscriptions: number
  /** Events that wait in mailboxes. */
  readonly depth: number
  /** Dead letters that are kept now. */
  readonly deadLetters: number
}

/** What became of events from the call of `close` to its end. */
export interface CloseReport {
  /** Events that were delivered. */
  readonly delivered: number
  /** Events that were given up. */
  readonly dropped: number
  /** Events that became dead letters. */
  readonly deadLettered: number
  /** Events that were left: no handler has handled them, or none has finished. */
  readonly pending: number
}

/** The counts of a {@link Ledger} that only grow. */
export class Counts {
  accepted = 0
  delivered = 0
  dropped = 0
  conflated = 0
  expired = 0
  deadLettered = 0
  failed = 0
  retried = 0
  timedOut = 0
  duplicates = 0

  /** A plain copy, with how many events are pending. */
  ledger(pending: number): Ledger {
    const { accepted, delivered, dropped, conflated, expired, deadLettered } = this
    const { failed, retried, timedOut, duplicates } = this
    return {
      accepted,
      delivered,
      dropped,
      conflated,
      expired,
      deadLettered,
      pending,
      failed,
      retried,
      timedOut,
      duplicates,
    }
  }

  /** Adds those of another one. */
  add(other: Readonly<Counts>): void {
    this.accepted += other.accepted
    this.delivered += other.delivered
    this.dropped += other.dropped
    this.conflated += other.conflated
    this.expired += other.expired
    this.deadLettered += other.deadLettered
    this.failed += other.failed
    this.retried += other.retried
    this.timedOut += other.timedOut
    this.duplicates += other.duplicates
  }
}
