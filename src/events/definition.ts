import type * as z from 'zod'
import type { EventNotes } from './notes.ts'
import type { Priority } from './priority.ts'

/** A zod schema of a payload: an object, or a union of objects. */
export type PayloadSchema = z.ZodType<object>

/**
 * The part of a {@link PayloadSchema} that event types are made of. To compare whole zod schemas would
 * take the compiler longer than all else: a second for 300 events.
 */
export interface PayloadTyping {
  /** Where zod keeps the type of a payload. */
  readonly _zod: {
    /** The payload in the process. */
    readonly output: object
  }
}

/** Payload schemas by event name: what a catalog knows, as a type. */
export type EventSchemas = Readonly<Record<string, PayloadTyping>>

/**
 * What an author says of one kind of event.
 *
 * @typeParam Schema the zod schema of its payload.
 */
export interface EventDefinition<Schema extends PayloadTyping = PayloadTyping> {
  /** One sentence: what fact it states. */
  readonly description: string
  /**
   * The payload. Use `z.strictObject`, so that misspelt fields are refused, and `decimal()` for
   * prices, sizes and money. It must be readable in both directions: codecs, no one-way transforms.
   */
  readonly payload: Schema
  /** One valid payload, as a handler would see it. */
  readonly example: z.output<Schema>
  /** Raised when the payload changes its meaning or shape. A whole number from 1. Default 1. */
  readonly version?: number
  /**
   * How older events are read: the function under `n` turns the plain JSON payload of version `n`
   * into that of version `n + 1`; it returns another value and leaves its argument as it is. The keys
   * are whole numbers that reach without a gap up to `version - 1`. Default none: then an event of
   * another version is refused.
   */
  readonly upcast?: Readonly<Record<number, (data: unknown) => unknown>>
  /**
   * How urgent it is to subscriptions that have others waiting. Default by category: `critical` for
   * risk, `high` for order, position and system, `low` for performance, `normal` for all others.
   */
  readonly priority?: Priority
  /** What the event was called in the world of string events, for migration. */
  readonly legacyName?: string
  /** What its page in a reference says of it beside the rest. Default none. */
  readonly notes?: EventNotes
}
