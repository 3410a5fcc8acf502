import { TradewireError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'

/** A handler threw, rejected, or returned a thenable that did. `cause` is what it threw. */
export class HandlerError extends TradewireError {
  readonly code = 'HANDLER_FAILED'
  /** Not a field that is listed: whoever prints the error would get each number of the payload. */
  readonly #event: TradewireEvent
  /** The id of its subscription. */
  readonly subscriptionId: string
  /** How often it was called with the event; 0 if it was given up before. */
  readonly attempts: number

  constructor(event: TradewireEvent, subscriptionId: string, cause: unknown, attempts = 1) {
    const what =
      attempts === 0
        ? `${event.type} ${event.id} was given up for subscription ${subscriptionId}, whose handler was not called with it.`
        : `The handler of subscription ${subscriptionId} failed on ${event.type} ${event.id}.`
    super(what, { cause })
    this.#event = event
    this.subscriptionId = subscriptionId
    this.attempts = attempts
  }

  /** The event that it was handling. */
  get event(): TradewireEvent {
    return this.#event
  }
}

/** The event that `waitFor` waited for did not come in time. */
export class WaitTimeoutError extends TradewireError {
  readonly code = 'WAIT_TIMEOUT'
  /** The pattern that was waited for. */
  readonly pattern: string
  /** How long the wait lasted, in milliseconds. */
  readonly timeoutMs: number

  constructor(pattern: string, timeoutMs: number) {
    super(
      `No event for ${pattern} came within ${timeoutMs} ms. An event emitted before waitFor was called does not count: start to wait before you act.`,
    )
    this.pattern = pattern
    this.timeoutMs = timeoutMs
  }
}

/** A wait was ended from outside: its subscription was unsubscribed, or given to `off`. */
export class WaitEndedError extends TradewireError {
  readonly code = 'WAIT_ENDED'
  /** The pattern that was waited for. */
  readonly pattern: string

  constructor(pattern: string) {
    super(`The wait for ${pattern} was ended by unsubscribing it. To end a wait, abort its signal.`)
    this.pattern = pattern
  }
}

/** The reason with which the signal of a handler aborts when its subscription ends. */
export class SubscriptionEndedError extends TradewireError {
  readonly code = 'SUBSCRIPTION_ENDED'
  /** The id of the subscription. */
  readonly subscriptionId: string

  constructor(subscriptionId: string) {
    super(`Subscription ${subscriptionId} has ended: nobody waits for what its handler does.`)
    this.subscriptionId = subscriptionId
  }
}

/** The bus is closed, or was closed while something waited for it. */
export class BusClosedError extends TradewireError {
  readonly code = 'BUS_CLOSED'

  constructor(what: string) {
    super(`${what}: the bus is closed. Create another one with createBus().`)
  }
}

/** An emission chain became deeper than `maxDepth`. The emission that went too deep was refused. */
export class EmitDepthError extends TradewireError {
  readonly code = 'EMIT_DEPTH'
  /** The type that was refused. */
  readonly type: string
  /** The deepest chain allowed. */
  readonly maxDepth: number

  constructor(type: string, maxDepth: number) {
    super(
      `${type} was refused: it would be more than ${maxDepth} emissions deep, each made by a handler of the one before. Look for handlers that answer each other in a cycle, or raise maxDepth.`,
    )
    this.type = type
    this.maxDepth = maxDepth
  }
}

/**
 * More events wait for their dispatch than the bus may hold in line: handlers emitted them during one
 * dispatch, or the bus is paused, or a gate holds them.
 */
export class EmitQueueFullError extends TradewireError {
  readonly code = 'EMIT_QUEUE_FULL'
  /** The type that was refused. */
  readonly type: string
  /** How many events may wait for their dispatch. */
  readonly capacity: number

  constructor(type: string, capacity: number, reason: 'handlers' | 'paused' | 'held') {
    super(`${type} was refused: ${fullLine[reason](capacity)}`)
    this.type = type
    this.capacity = capacity
  }
}

/** Why the line of a bus is full, and what to do. */
const fullLine = {
  handlers: (capacity: number) =>
    `${capacity} events that handlers emitted during one dispatch wait already. Look for handlers that each emit more than one event in answer to an event.`,
  paused: (capacity: number) =>
    `the bus is paused, and ${capacity} events wait already. Resume it, or emit less meanwhile.`,
  held: (capacity: number) =>
    `${capacity} events wait already for what the bus was given to hold them with. Await your emissions, or make it faster.`,
}

/** A `before` middleware vetoed the emission, or threw, which refuses it too (see `cause`). */
export class EventVetoedError extends TradewireError {
  readonly code = 'EVENT_VETOED'
  /** The type that was refused. */
  readonly type: string

  constructor(type: string, options?: ErrorOptions) {
    const reason =
      options === undefined ? 'a middleware vetoed it' : 'a middleware threw while it was asked'
    super(`${type} was refused: ${reason}.`, options)
    this.type = type
  }
}

/** The source of an emission may not emit its type, by the `allow` of the bus. */
export class AccessDeniedError extends TradewireError {
  readonly code = 'ACCESS_DENIED'
  /** The type that was refused. */
  readonly type: string
  /** Who was to emit it. */
  readonly source: string

  constructor(type: string, source: string, allowed: readonly string[]) {
    super(
      `${type} was refused: the source ${JSON.stringify(source)} may not emit it. Those that may: ${allowed.join(', ') || 'none'}. Give the right source to emit, or add it to allow.`,
    )
    this.type = type
    this.source = source
  }
}

/** A stream with `overflow: 'error'` got more events than it may hold. */
export class StreamOverflowError extends TradewireError {
  readonly code = 'STREAM_OVERFLOW'
  /** How many events the stream may hold. */
  readonly capacity: number

  constructor(pattern: string, capacity: number) {
    super(
      `The stream of ${pattern} was given more than the ${capacity} events that it may hold. Read faster, raise capacity, or choose an overflow that drops.`,
    )
    this.capacity = capacity
  }
}

/** A handler awaited something that waits for that very handler. */
export class DeadlockError extends TradewireError {
  readonly code = 'WOULD_DEADLOCK'

  constructor(method: string) {
    super(
      `${method}() was called inside a handler that it would wait for, so neither could ever end. Call it outside of handlers: queueMicrotask(() => bus.${method}()).`,
    )
  }
}
