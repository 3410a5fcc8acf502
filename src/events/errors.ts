import { TradewireError } from '../errors/tradewire-error.ts'

/** One reason why a payload was refused. */
export interface ValidationIssue {
  /** Where in the payload, such as `bids.0.1`; empty for the payload as a whole. */
  readonly path: string
  /** What was expected there, and what was found. */
  readonly message: string
}

/**
 * A payload, an envelope or metadata does not match its schema. Nothing was dispatched or stored.
 */
export class EventValidationError extends TradewireError {
  readonly code = 'EVENT_INVALID'
  /** The event type whose payload was refused. */
  readonly type: string
  /** Every reason, at least one. */
  readonly issues: readonly ValidationIssue[]

  constructor(type: string, issues: readonly ValidationIssue[], options?: ErrorOptions) {
    const reasons = issues.map(({ path, message }) =>
      path === '' ? message : `${path}: ${message}`,
    )
    super(`${type} was refused: ${reasons.join('; ')}.`, options)
    this.type = type
    this.issues = issues
  }
}

/** A type or a pattern that names no event of the catalog. */
export class UnknownEventError extends TradewireError {
  readonly code = 'EVENT_UNKNOWN'
  /** The type or pattern that was asked for. */
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}
