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

/**
 * An encoded event whose version this catalog can neither read nor lift: it is newer than its
 * definition, or older than the oldest version that an upcast begins at.
 */
export class EventVersionError extends TradewireError {
  readonly code = 'EVENT_VERSION'
  /** The event type. */
  readonly type: string
  /** The version that the event carries. */
  readonly found: number
  /** The version that the catalog defines. */
  readonly expected: number

  constructor(type: string, found: number, expected: number) {
    const advice =
      found > expected
        ? 'a newer program has written it. Update this program, or its catalog'
        : `nothing lifts version ${found}. Add upcast[${found}] to the definition of the event`
    super(`${type} has version ${found}, and this catalog defines version ${expected}: ${advice}.`)
    this.type = type
    this.found = found
    this.expected = expected
  }
}

/** A payload that is nested too deep or too large to be written as text. Nothing was written. */
export class EventTooLargeError extends TradewireError {
  readonly code = 'EVENT_TOO_LARGE'
  /** The event type. */
  readonly type: string
  /** What the payload has too much of: levels of nesting, or UTF-16 units of JSON text. */
  readonly limit: 'depth' | 'size'
  /** The most that is allowed: levels of nesting, or UTF-16 units of JSON text. */
  readonly most: number

  constructor(type: string, limit: 'depth' | 'size', most: number) {
    super(
      limit === 'depth'
        ? `The payload of ${type} is nested deeper than ${most} levels. Flatten it, or write what is deep as text.`
        : `The payload of ${type} is longer than ${most} characters of JSON. Split it into several events, or store it elsewhere and emit where it is.`,
    )
    this.type = type
    this.limit = limit
    this.most = most
  }
}
