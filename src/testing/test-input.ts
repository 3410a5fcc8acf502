import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { EventMetadata } from '../events/envelope.ts'
import type { PayloadIn, TypeIn } from '../events/types.ts'
import type { EventLog, LogReader } from '../log/event-log.ts'
import { payloadIn, type PayloadOverrides } from './payloads.ts'

/** An event to be emitted in a test, with its whole payload: of `bars`, of a log, of a source. */
export interface GivenEvent<Type extends string = string, Payload = object> {
  /** The type to emit. */
  readonly type: Type
  /** The payload to emit. */
  readonly data: Payload
  /**
   * When, in milliseconds since the Unix epoch. Default: `timestamp`, else that of `data`, else
   * now.
   */
  readonly time?: number
  /** When a recorded event was emitted. */
  readonly timestamp?: number
  /** Who emits it. Default `test`. */
  readonly source?: string
  /** Flat facts beside the payload. */
  readonly metadata?: EventMetadata
}

/** A step of a test: time passes. */
export interface TimePasses {
  /** How much, in milliseconds from 0. */
  readonly advanceMs: number
  /** Never beside it: an event has a `time`. */
  readonly type?: never
  /** Never beside it. */
  readonly data?: never
}

/**
 * What happens in a test: a type, which stands for the example of the catalog; a type and what of
 * the payload is other than in the example, as of `payloadOf`; an event with its whole payload; or
 * time that passes.
 *
 * @typeParam Schemas payload schemas by event name.
 */
export type TestInput<Schemas extends EventSchemas> =
  | TypeIn<Schemas>
  | TimePasses
  | {
      [Type in TypeIn<Schemas>]:
        | readonly [Type, PayloadOverrides<PayloadIn<Schemas, Type>>]
        | GivenEvent<Type, PayloadIn<Schemas, Type>>
    }[TypeIn<Schemas>]

/** Inputs, or a log of which all events are taken, or what `log.read(…)` of one returns. */
export type TestInputs<Schemas extends EventSchemas> =
  | readonly TestInput<Schemas>[]
  | EventLog<Schemas>
  | LogReader

/** An event whose type the compiler does not know; without a time it is emitted as time stands. */
export interface TimedInput {
  readonly type: string
  /** The payload, once it is known when it is emitted. */
  readonly payload: (now: number) => object
  readonly time: number | undefined
  readonly source: string
  readonly metadata: EventMetadata | undefined
}

/** What is to be done, one after the other. */
export type Step = TimedInput | TimePasses

/** Recorded events have some that are made anew. */
const eventFields = [
  'type',
  'data',
  'time',
  'timestamp',
  'source',
  'metadata',
  'id',
  'sequence',
  'correlationId',
  'causationId',
  'version',
  'priority',
]

/**
 * The steps of what a test was given.
 *
 * @throws ConfigurationError `CONFIGURATION` if something is no input; and what reading a log throws.
 */
export async function toSteps(inputs: unknown, catalog: Catalog): Promise<Step[]> {
  if (Array.isArray(inputs)) {
    return inputs.map((input: unknown, index) => toStep(input, index, catalog))
  }
  const log = Object(inputs) as Partial<EventLog & LogReader>
  const entries = typeof log.read === 'function' ? log.read() : log
  if (typeof (entries as Partial<LogReader>)[Symbol.asyncIterator] !== 'function') {
    throw new ConfigurationError(
      `given and when take a list of events, a log, or what log.read() returns, but were given ${describeValue(inputs)}.${inputs instanceof Promise ? ' Is the await missing?' : ''}`,
    )
  }
  const steps: Step[] = []
  for await (const { event } of entries as LogReader) {
    steps.push(wholeEvent(event as unknown as GivenEvent))
  }
  return steps
}

function toStep(input: unknown, index: number, catalog: Catalog): Step {
  if (typeof input === 'string') return partial(input, {}, catalog)
  if (Array.isArray(input) && typeof input[0] === 'string' && input.length <= 2) {
    const [type, overrides = {}] = input as [string, object?]
    return partial(type, overrides, catalog)
  }
  const { advanceMs, type, data } = Object(input) as Partial<TimePasses> & Partial<GivenEvent>
  if (advanceMs !== undefined) {
    requireOptions(`Event ${index + 1}, where time passes,`, input, ['advanceMs'])
    return { advanceMs }
  }
  if (typeof type === 'string' && typeof data === 'object' && data !== null) {
    requireOptions(`Event ${index + 1}`, input, eventFields)
    return wholeEvent(input as GivenEvent)
  }
  throw new ConfigurationError(
    `Event ${index + 1} must be a type, [type, fields], { type, data } or { advanceMs }, but is ${describeValue(input)}.`,
  )
}

/** Without a time of its own it is emitted now, and says so, where its payload has a timestamp. */
function partial(type: string, overrides: object, catalog: Catalog): TimedInput {
  const hasTime = 'timestamp' in catalog.get(type).example
  const { timestamp } = Object(overrides) as { readonly timestamp?: number }
  return {
    type,
    payload: (now) =>
      payloadIn(
        catalog,
        type,
        hasTime && timestamp === undefined ? { ...overrides, timestamp: now } : overrides,
      ),
    time: hasTime ? timestamp : undefined,
    source: 'test',
    metadata: undefined,
  }
}

function wholeEvent({ type, data, time, timestamp, source, metadata }: GivenEvent): TimedInput {
  const own: unknown = (data as { readonly timestamp?: unknown }).timestamp
  return {
    type,
    payload: () => data,
    time: time ?? timestamp ?? (typeof own === 'number' ? own : undefined),
    source: source ?? 'test',
    metadata,
  }
}
