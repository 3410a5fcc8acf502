import type { Priority } from './priority.ts'

/** Flat facts about an event that are not part of its payload, such as a request id. */
export type EventMetadata = Readonly<Record<string, string | number | boolean>>

/**
 * An event: an immutable envelope around a payload.
 *
 * `id`, `correlationId` and `causationId` are computed when they are read, so they are no own
 * properties: a spread copy lacks them. Use `encodeEvent` for a plain copy.
 */
export interface TradewireEvent<Type extends string = string, Payload = unknown> {
  /** `<run>-<sequence>`: unique among all events of all runs. */
  readonly id: string
  /** The dotted type, such as `order.filled`. */
  readonly type: Type
  /** The payload. Shared by all handlers: never change it. */
  readonly data: Payload
  /** The bus clock at emission: milliseconds since the Unix epoch, a fraction carries microseconds. */
  readonly timestamp: number
  /** Counts the emissions of one bus from 1, without gaps. */
  readonly sequence: number
  /** Who emitted it. */
  readonly source: string
  /** What all events of one causal chain share: the id of the event that began it, unless given. */
  readonly correlationId: string
  /** The id of the event that this one was emitted because of. */
  readonly causationId: string | undefined
  /** The version of its definition, from 1. */
  readonly version: number
  /**
   * How urgent it is where others wait: as its emission or else its definition says; by default risk
   * events are critical, order, position and system events high, performance events low, and all
   * others normal.
   */
  readonly priority: Priority
  /** Flat facts beside the payload. */
  readonly metadata: EventMetadata | undefined
}

/** An identity that is already decided, for an event that comes from another bus, log or wire. */
export interface EventIdentity {
  readonly id: string
  readonly correlationId: string
  readonly causationId: string | undefined
}

/**
 * The one implementation of {@link TradewireEvent}. Ids are kept as numbers and turned into strings
 * only when they are read; no event holds on to the event that caused it.
 */
export class Envelope<Type extends string = string, Payload = unknown> implements TradewireEvent<
  Type,
  Payload
> {
  readonly type: Type
  readonly data: Payload
  readonly timestamp: number
  readonly sequence: number
  readonly source: string
  readonly version: number
  readonly priority: Priority
  readonly metadata: EventMetadata | undefined
  /** How many causes in a row have the very timestamp of this event. */
  readonly #depth: number
  readonly #run: string
  /** Sequence of the cause in the same run, or the id of a cause from elsewhere. */
  readonly #cause: number | string | undefined
  /** Sequence of the first event in the same run, or an id; undefined for an event's own id. */
  readonly #correlation: number | string | undefined
  /** Set only for an event whose id was decided elsewhere. */
  readonly #identity: string | undefined

  constructor(
    run: string,
    sequence: number,
    type: Type,
    data: Payload,
    timestamp: number,
    source: string,
    version: number,
    priority: Priority,
    metadata: EventMetadata | undefined,
    cause: TradewireEvent | undefined,
    correlation: string | undefined,
    identity: EventIdentity | undefined,
  ) {
    this.type = type
    this.data = data
    this.timestamp = timestamp
    this.sequence = sequence
    this.source = source
    this.version = version
    this.priority = priority
    this.metadata = metadata
    this.#depth = cause === undefined ? 0 : Envelope.depthAfter(cause, timestamp)
    this.#run = run
    if (cause !== undefined) {
      const near = #run in cause && cause.#run === run && cause.#identity === undefined
      this.#cause = near ? cause.sequence : cause.id
      this.#correlation =
        correlation ?? (near ? (cause.#correlation ?? cause.sequence) : cause.correlationId)
      this.#identity = undefined
    } else if (identity === undefined) {
      this.#cause = undefined
      this.#correlation = correlation
      this.#identity = undefined
    } else {
      this.#cause = identity.causationId
      this.#correlation = identity.correlationId
      this.#identity = identity.id
    }
  }

  /** Whether `value` is an event itself, and no proxy or copy of one. */
  static is(value: unknown): value is Envelope {
    return typeof value === 'object' && value !== null && #run in value
  }

  /** The length of the chain of causes at `timestamp` that an event caused by `cause` would end. */
  static depthAfter(cause: TradewireEvent, timestamp: number): number {
    return #run in cause && cause.timestamp === timestamp ? cause.#depth + 1 : 0
  }

  get id(): string {
    return this.#identity ?? `${this.#run}-${this.sequence}`
  }

  get correlationId(): string {
    const correlation = this.#correlation
    if (correlation === undefined) return this.id
    return typeof correlation === 'number' ? `${this.#run}-${correlation}` : correlation
  }

  get causationId(): string | undefined {
    const cause = this.#cause
    return typeof cause === 'number' ? `${this.#run}-${cause}` : cause
  }

  /** A plain copy with every field, for `JSON.stringify` and for logs; Decimals print exactly. */
  toJSON(): Record<string, unknown> {
    return {
      id: this.id,
      type: this.type,
      data: this.data,
      timestamp: this.timestamp,
      sequence: this.sequence,
      source: this.source,
      correlationId: this.correlationId,
      causationId: this.causationId,
      version: this.version,
      priority: this.priority,
      metadata: this.metadata,
    }
  }

  /** What `console.log` shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON()
  }
}
