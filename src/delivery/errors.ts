import { TradewireError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'

/** A handler has not settled in time. Its signal was aborted, and its late result changes nothing. */
export class HandlerTimeoutError extends TradewireError {
  readonly code = 'HANDLER_TIMEOUT'
  /** How long it was given, in milliseconds. */
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(
      `The handler has not settled within ${timeoutMs} ms. Its signal was aborted; let it heed context.signal, or raise timeoutMs.`,
    )
    this.timeoutMs = timeoutMs
  }
}

/** A mailbox had no room for an event, and was not to drop another one for it. */
export class MailboxFullError extends TradewireError {
  readonly code = 'MAILBOX_FULL'
  /** The id of the subscription whose mailbox it is. */
  readonly subscriptionId: string
  /** How many events it may hold. */
  readonly capacity: number

  constructor(event: TradewireEvent, subscriptionId: string, capacity: number, why: string) {
    super(
      `The mailbox of subscription ${subscriptionId} holds ${capacity} events, as many as it may, and did not take ${event.type} ${event.id}: ${why}`,
    )
    this.subscriptionId = subscriptionId
    this.capacity = capacity
  }
}

/** The circuit breaker of a subscription is open: with `whileOpen: 'dead-letter'` an event became one. */
export class BreakerOpenError extends TradewireError {
  readonly code = 'BREAKER_OPEN'

  constructor(subscriptionId: string, diverts: boolean) {
    super(
      `The circuit breaker of subscription ${subscriptionId} is open, and ${diverts ? 'sends what comes meanwhile to the dead letters. Redeliver it once the breaker has closed' : 'lets what comes meanwhile wait'}.`,
    )
  }
}

/** An event became a dead letter because an earlier one of its key is a dead letter. */
export class EventHeldError extends TradewireError {
  readonly code = 'EVENT_HELD'
  /** The id of the dead letter that it must not overtake. */
  readonly behind: string

  constructor(behind: string) {
    super(
      `The event must not overtake the dead letter ${behind}, which has the same key and came before it. Redeliver or discard that one first, or both together.`,
    )
    this.behind = behind
  }
}

/** More came than a rate limit allows. */
export class RateLimitError extends TradewireError {
  readonly code = 'RATE_LIMITED'
  /** Who is limited: the id of a subscription, or a source. */
  readonly limited: string
  /** How many a second are allowed in the long run. */
  readonly perSecond: number
  /** When the next one would be allowed, in milliseconds from now. */
  readonly retryAfterMs: number

  constructor(
    limited: string,
    what: 'subscription' | 'source',
    perSecond: number,
    retryAfterMs: number,
    advice: string,
  ) {
    super(
      `The ${what} ${limited} is limited to ${perSecond} events a second, and the next one is allowed in ${retryAfterMs} ms. ${advice}`,
    )
    this.limited = limited
    this.perSecond = perSecond
    this.retryAfterMs = retryAfterMs
  }
}
