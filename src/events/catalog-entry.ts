import * as z from 'zod'
import { describeValue, requireInteger, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventDefinition, PayloadSchema } from './definition.ts'
import { EventTooLargeError, EventValidationError } from './errors.ts'
import { inOurWords, toIssues } from './issues.ts'
import { type EventNotes, requireNotes } from './notes.ts'
import { isParameter, parseName } from './pattern.ts'
import { Allowance, longestPayload, type Measure, measureAny } from './payload-size.ts'
import { type PayloadWriter, payloadWriter } from './payload-writer.ts'
import { requirePlainJSON } from './plain-json.ts'
import { type Priority, priorityOf, requirePriority } from './priority.ts'
import { processSchema } from './process-schema.ts'
import { lift, requireUpcasts, type Upcast } from './upcast.ts'

/**
 * One event of a catalog, as it can be inspected at run time: for documentation, for tools, and for
 * the bus.
 *
 * @example
 * ```ts
 * const entry = tradingEvents.get('order.filled')
 * console.log(entry.category) // order
 * console.log(entry.accepts(entry.example)) // true
 * console.log(entry.accepts({ orderId: 'momentum-1' })) // false
 * ```
 */
export class CatalogEntry {
  /** Its name in the catalog, with parameters if it has any: `action.{name}.start`. */
  readonly name: string
  /** The first token of its name. */
  readonly category: string
  /** Its version, from 1. */
  readonly version: number
  /** How urgent its events are, unless an emission says otherwise. */
  readonly priority: Priority
  /** What fact it states. */
  readonly description: string
  /** The schema of its payload, decoding from plain JSON to the values of the process. */
  readonly payload: PayloadSchema
  /** One valid payload, as a handler would see it. */
  readonly example: object
  /** What it was called in the world of string events. */
  readonly legacyName: string | undefined
  /** What its page in a reference says of it beside the rest. */
  readonly notes: EventNotes | undefined
  /** Whether its name has parameters. */
  readonly parameterised: boolean
  /** The tokens of its name. */
  readonly tokens: readonly string[]
  /** How payloads of older versions are lifted, by the version that each step begins at. */
  readonly #upcasts: ReadonlyMap<number, Upcast>
  /** What the payload is in the process. */
  readonly #inProcess: z.ZodType
  /** The same, compiled when it is first needed. */
  #compiled: z.ZodType | undefined
  /** What writes payloads as text, made when it is first needed; zod, where only it knows how. */
  #writer: PayloadWriter | 'zod' | undefined
  /** The payload's own schema, compiled when it is first decoded: half the time. */
  #decoder: PayloadSchema | undefined

  /** @internal */
  constructor(name: string, definition: EventDefinition) {
    this.tokens = parseName(name)
    this.name = name
    this.category = this.tokens[0]!
    this.parameterised = this.tokens.some(isParameter)
    if (!(definition.payload instanceof z.ZodType)) {
      throw new ConfigurationError(
        `The payload of ${name} must be a zod schema, such as z.strictObject({…}), but is ${describeValue(definition.payload)}.`,
      )
    }
    this.version = requireInteger(`The version of ${name}`, definition.version ?? 1, 1)
    this.#upcasts = requireUpcasts(name, this.version, definition.upcast)
    const { priority = priorityOf(this.category) } = definition
    this.priority = requirePriority(`The priority of ${name}`, priority)
    this.description = requireText(`The description of ${name}`, definition.description)
    // Its output is an object, says its typing.
    this.payload = definition.payload as PayloadSchema
    this.example = definition.example
    this.legacyName = definition.legacyName
    this.notes = requireNotes(name, definition.notes)
    this.#inProcess = processSchema(definition.payload) as z.ZodType
  }

  /** Whether `data` is a valid payload as it stands in the process; never throws. */
  accepts(data: unknown): boolean {
    this.#compiled ??= compiled(this.#inProcess)
    try {
      return z.validate(this.#compiled, data)
    } catch {
      // A hostile getter, or a refinement of the author's that threw.
      return false
    }
  }

  /** Why `data` was refused, as the error to throw. `type` is the concrete type. */
  refusal(type: string, data: unknown): EventValidationError {
    try {
      const result = this.#inProcess.safeParse(data, inOurWords)
      if (!result.success) return new EventValidationError(type, toIssues(result.error))
      return new EventValidationError(type, [
        { path: '', message: 'the payload changes as it is read' },
      ])
    } catch (cause) {
      return new EventValidationError(
        type,
        [{ path: '', message: 'the payload could not be read: reading or checking it threw' }],
        { cause },
      )
    }
  }

  /**
   * Decodes a payload from plain JSON and checks it.
   *
   * @throws EventValidationError `EVENT_INVALID` if it does not match the schema.
   */
  decode(type: string, json: unknown): object {
    this.#decoder ??= compiled(this.payload)
    const decoder = this.#decoder
    return converted(type, () => decoder.safeParse(json, inOurWords))
  }

  /**
   * Encodes a payload to plain JSON, checking it on the way.
   *
   * @throws EventValidationError `EVENT_INVALID` if it does not match the schema.
   */
  encode(type: string, data: unknown): unknown {
    // A codec writes before the other side is checked, and may throw on what is no payload at all.
    if (!this.accepts(data)) throw this.refusal(type, data)
    return converted(type, () => z.safeEncode(this.payload, data as object, inOurWords))
  }

  /**
   * The JSON text of a payload, checking it on the way: what `JSON.stringify` makes of
   * {@link encode}, and equal text for equal payloads.
   *
   * @throws EventValidationError `EVENT_INVALID` if it does not match the schema, or holds a key
   * `__proto__`.
   * @throws EventTooLargeError `EVENT_TOO_LARGE` if it is nested deeper than 64 levels, or its text is
   * longer than 1,048,576 UTF-16 units.
   */
  write(type: string, data: unknown): string {
    const writer = this.#writerOfPayload()
    const measure = writer === 'zod' ? measureAny : writer.measure
    if (measure !== undefined) requireSmall(type, data, measure)
    if (!this.accepts(data)) throw this.refusal(type, data)
    const text = converting(type, () =>
      writer === 'zod' ? this.#writeWithZod(type, data) : writer.write(data),
    )
    if (text.length <= longestPayload) return text
    throw new EventTooLargeError(type, 'size', longestPayload)
  }

  /**
   * Whether its schema itself refuses a key `__proto__` wherever it stands, and any depth but its own.
   *
   * @internal
   */
  get closed(): boolean {
    const writer = this.#writerOfPayload()
    return writer !== 'zod' && writer.closed
  }

  #writerOfPayload(): PayloadWriter | 'zod' {
    this.#writer ??= payloadWriter(this.payload) ?? 'zod'
    return this.#writer
  }

  #writeWithZod(type: string, data: unknown): string {
    const json = this.encode(type, data)
    requirePlainJSON(type, { data: json }, 1)
    const text = JSON.stringify(json) as string | undefined
    if (text === undefined) throw new TypeError('The payload has no text.')
    return text
  }

  /**
   * The plain JSON payload of another version as this version has it; not checked yet.
   *
   * @throws EventVersionError `EVENT_VERSION` if that version is newer, or too old to be lifted.
   * @throws EventValidationError `EVENT_INVALID` if an upcast throws.
   */
  lift(type: string, version: number, json: unknown): unknown {
    return lift(type, this.version, this.#upcasts, version, json)
  }
}

function converted<Result>(type: string, convert: () => z.ZodSafeParseResult<Result>): Result {
  const result = converting(type, convert)
  if (result.success) return result.data
  throw new EventValidationError(type, toIssues(result.error))
}

function converting<Result>(type: string, convert: () => Result): Result {
  try {
    return convert()
  } catch (cause) {
    if (cause instanceof EventValidationError) throw cause
    const message = 'the payload could not be converted: a codec or a check threw'
    throw new EventValidationError(type, [{ path: '', message }], { cause })
  }
}

function requireSmall(type: string, data: unknown, measure: Measure): void {
  try {
    measure(data, new Allowance(type), 1)
  } catch (error) {
    if (error instanceof EventTooLargeError) throw error
    // What cannot be read is refused as such by the check that follows.
  }
}

/** The schema as code, unless zod is told to make none, as under a policy that reports the attempt. */
function compiled<Schema extends z.ZodType>(schema: Schema): Schema {
  return z.config().jitless === true ? schema : z.compile(schema)
}
