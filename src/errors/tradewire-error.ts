/**
 * The stable code of every error that tradewire throws or rejects with. Codes never change their
 * meaning between releases, so they are safe to switch on and to alert on.
 */
export type ErrorCode =
  | 'CONFIGURATION'
  | 'EVENT_INVALID'
  | 'EVENT_UNKNOWN'
  | 'EVENT_VETOED'
  | 'HANDLER_FAILED'
  | 'WAIT_TIMEOUT'
  | 'WAIT_ENDED'
  | 'BUS_CLOSED'
  | 'EMIT_DEPTH'
  | 'EMIT_QUEUE_FULL'
  | 'STREAM_OVERFLOW'
  | 'WOULD_DEADLOCK'
  | 'CLOCK_BUSY'
  | 'SUBSCRIPTION_ENDED'
  | 'TEMPORARY'
  | 'PERMANENT'
  | 'HANDLER_TIMEOUT'
  | 'MAILBOX_FULL'
  | 'BREAKER_OPEN'
  | 'EVENT_HELD'
  | 'RATE_LIMITED'
  | 'ACCESS_DENIED'
  | 'EVENT_VERSION'
  | 'EVENT_TOO_LARGE'
  | 'LOG_LOCKED'
  | 'LOG_DAMAGED'
  | 'LOG_FORMAT'
  | 'LOG_STORAGE'
  | 'LOG_CLOSED'
  | 'LOG_READ_ONLY'
  | 'LOG_KEY'
  | 'LOG_BUFFER_FULL'
  | 'CONSUMER_BUSY'
  | 'REDUCER_FAILED'
  | 'EVENTS_REMOVED'
  | 'ARCHIVE_INVALID'
  | 'SOURCE_INVALID'
  | 'SOURCE_ORDER'
  | 'BACKTEST_FAILED'
  | 'STRAY_WORK'
  | 'CONNECTION_CLOSED'

/**
 * The base of every error that tradewire throws or rejects with.
 *
 * `message` says what was expected, what was found and what to do; `code` is stable and meant for
 * programs; `cause` keeps the original error where there is one.
 *
 * @example
 * ```ts
 * try {
 *   bus.emitSync('order.submitted', { ...order, symbol: '' })
 * } catch (error) {
 *   if (!(error instanceof TradewireError)) throw error
 *   console.log(error.code) // EVENT_INVALID
 * }
 * ```
 */
export abstract class TradewireError extends Error {
  /** Stable identifier of the kind of error, see {@link ErrorCode}. */
  abstract readonly code: ErrorCode

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/**
 * An argument or an option that cannot work: out of range, of the wrong type, or contradictory.
 * Thrown by the call that was given it, before anything has changed.
 */
export class ConfigurationError extends TradewireError {
  readonly code = 'CONFIGURATION'
}
