import type { Catalog } from './catalog.ts'
import { cloudTime, timestampOf } from './cloud-time.ts'
import type { EventSchemas } from './definition.ts'
import { decodeEvent, type EncodedEvent, encodeEvent } from './encoding.ts'
import type { EventMetadata, TradewireEvent } from './envelope.ts'
import { EventValidationError } from './errors.ts'
import { requireMetadata } from './metadata.ts'
import { requirePlainJSON } from './plain-json.ts'
import { priorities, type Priority } from './priority.ts'
import { tradingEvents, type TradingSchemas } from './trading-events.ts'
import type { AnyEventIn } from './types.ts'

/**
 * An event in the JSON format of CloudEvents 1.0.2 (structured mode). What CloudEvents does not know
 * stands in extension attributes.
 *
 * Sources: github.com/cloudevents/spec, cloudevents/spec.md, cloudevents/formats/json-format.md and
 * cloudevents/extensions/sequence.md, at 1.0.2.
 */
export interface CloudEvent {
  /** The version of CloudEvents. */
  readonly specversion: '1.0'
  /** The event's id. */
  readonly id: string
  /** Who emitted it, as a URI reference: percent-encoded, with slashes as they are. */
  readonly source: string
  /** The dotted type, such as `order.filled`. */
  readonly type: string
  /** The bus clock at emission: RFC 3339 in UTC, with as many digits as its timestamp has. */
  readonly time?: string
  /** What `data` is: JSON. */
  readonly datacontenttype: 'application/json'
  /** The payload as plain JSON. */
  readonly data: unknown
  /** Its number on its bus, from 1: 16 digits, so that text sorts as numbers do. */
  readonly sequence: string
  /** What all events of its causal chain share. */
  readonly correlationid: string
  /** The id of the event that it was emitted because of. */
  readonly causationid?: string
  /** The version of its definition, from 1. */
  readonly dataversion: number
  /** How urgent it is, where its emission has said otherwise than its definition. */
  readonly priority?: Priority
  /** Flat facts beside the payload, as the JSON text of an object. */
  readonly eventmetadata?: string
  /**
   * JSON text of those fields of the event that an attribute cannot hold exactly, by their names in
   * {@link EncodedEvent}, such as a timestamp after the year 9999 or an id with control characters.
   */
  readonly eventexact?: string
}

/**
 * An event in the JSON format of CloudEvents 1.0.
 *
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventValidationError `EVENT_INVALID` if the payload does not match its schema, is
 * nested too deep, or holds a key `__proto__`.
 * @example
 * ```ts
 * const cloudEvent = toCloudEvent(bus.emitSync('order.submitted', order))
 * console.log(cloudEvent.type, cloudEvent.source, JSON.stringify(cloudEvent))
 * ```
 */
export function toCloudEvent<Schemas extends EventSchemas = TradingSchemas>(
  event: TradewireEvent,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): CloudEvent {
  return cloudEventOf(encodeEvent(event, catalog))
}

/**
 * The event that {@link toCloudEvent} wrote, exact to the last digit. Extension attributes of others
 * are ignored.
 *
 * @param json what `JSON.parse` returned.
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventVersionError `EVENT_VERSION` if the version is newer than the one that the catalog
 * defines, or too old to be lifted to it.
 * @throws EventValidationError `EVENT_INVALID` naming the attribute if it is no CloudEvent of
 * tradewire, or the payload does not match its schema.
 * @example
 * ```ts
 * const received: unknown = JSON.parse(JSON.stringify(toCloudEvent(bus.emitSync('order.submitted', order))))
 * const event = fromCloudEvent(received)
 * console.log(event.type) // order.submitted
 * ```
 */
export function fromCloudEvent<Schemas extends EventSchemas = TradingSchemas>(
  json: unknown,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): AnyEventIn<Schemas> {
  return decodeEvent(encodedOf(json), catalog)
}

/** The largest integer of an attribute, says CloudEvents. */
const largestInteger = 2_147_483_647

/**
 * An encoded event of any type and version in the JSON format of CloudEvents 1.0.
 *
 * @example
 * ```ts
 * const encoded = encodeEvent(bus.emitSync('order.submitted', order))
 * const cloudEvent = cloudEventOf(encoded)
 * console.log(cloudEvent.specversion) // 1.0
 * console.log(cloudEvent.sequence) // 0000000000000001
 * ```
 */
export function cloudEventOf(encoded: EncodedEvent): CloudEvent {
  const { timestamp, version, priority, metadata, data } = encoded
  const exact: Record<string, unknown> = {}
  const attribute = (
    name: 'id' | 'type' | 'correlationId' | 'causationId',
    text: string,
  ): string => {
    const printed = printable(text)
    if (printed !== text) exact[name] = text
    return printed
  }
  const time = cloudTime(timestamp)
  // JSON has no negative zero of its own: JSON.stringify drops the sign.
  if (time === undefined) exact['timestamp'] = Object.is(timestamp, -0) ? '-0' : timestamp
  if (version > largestInteger) exact['version'] = version
  if (!encoded.source.isWellFormed()) exact['source'] = encoded.source
  const attributes: CloudEvent = {
    specversion: '1.0',
    id: attribute('id', encoded.id),
    source: encodeURIComponent(encoded.source.toWellFormed()).replaceAll('%2F', '/'),
    type: attribute('type', encoded.type),
    ...(time === undefined ? {} : { time }),
    datacontenttype: 'application/json',
    data,
    sequence: String(encoded.sequence).padStart(16, '0'),
    correlationid: attribute('correlationId', encoded.correlationId),
    ...(encoded.causationId === undefined
      ? {}
      : { causationid: attribute('causationId', encoded.causationId) }),
    dataversion: Math.min(version, largestInteger),
    ...(priority === undefined ? {} : { priority }),
    ...(metadata === undefined ? {} : { eventmetadata: printable(JSON.stringify(metadata)) }),
  }
  if (Object.keys(exact).length === 0) return attributes
  return { ...attributes, eventexact: printable(JSON.stringify(exact)) }
}

/**
 * The encoded event that {@link cloudEventOf} wrote, of whatever type and version, with its payload
 * as it is. Extension attributes of others are ignored.
 *
 * @param cloudEvent what `JSON.parse` returned.
 * @throws EventValidationError `EVENT_INVALID` naming the attribute if it is no CloudEvent of
 * tradewire, if anything is nested deeper than 64 levels, or if it holds a key `__proto__`.
 * @example
 * ```ts
 * const cloudEvent = toCloudEvent(bus.emitSync('order.submitted', order))
 * const received: unknown = JSON.parse(JSON.stringify(cloudEvent))
 * const { type, sequence } = encodedOf(received)
 * console.log(type) // order.submitted
 * console.log(sequence) // 1
 * ```
 */
export function encodedOf(cloudEvent: unknown): EncodedEvent {
  requirePlainJSON(subject, cloudEvent, 1)
  if (typeof cloudEvent !== 'object' || cloudEvent === null || Array.isArray(cloudEvent)) {
    throw refusal('', 'expected an object')
  }
  const attributes = cloudEvent as Readonly<Record<string, unknown>>
  requireFormat(attributes)
  const exact = parsedObject(attributes, 'eventexact') ?? {}
  const metadata = parsedObject(attributes, 'eventmetadata')
  const causationId = textOf(attributes, 'causationid', exact['causationId'])
  const priority = priorityOf(attributes)
  return {
    id: required('id', textOf(attributes, 'id', exact['id'])),
    type: required('type', textOf(attributes, 'type', exact['type'])),
    data: attributes['data'],
    timestamp: timestampFrom(attributes, exact['timestamp']),
    sequence: sequenceFrom(attributes),
    source: sourceFrom(attributes, exact['source']),
    correlationId: required(
      'correlationid',
      textOf(attributes, 'correlationid', exact['correlationId']),
    ),
    ...(causationId === undefined ? {} : { causationId }),
    version: versionFrom(attributes, exact['version']),
    ...(priority === undefined ? {} : { priority }),
    ...(metadata === undefined ? {} : { metadata: metadataFrom(metadata) }),
  }
}

type Attributes = Readonly<Record<string, unknown>>

const subject = 'A CloudEvent'

function refusal(path: string, message: string): EventValidationError {
  return new EventValidationError(subject, [{ path, message }])
}

/** The value of an attribute; null means, as in the JSON format of CloudEvents, that it is absent. */
function valueOf(attributes: Attributes, name: string): unknown {
  return Object.hasOwn(attributes, name) ? (attributes[name] ?? undefined) : undefined
}

function requireFormat(attributes: Attributes): void {
  if (valueOf(attributes, 'specversion') !== '1.0') {
    throw refusal('specversion', 'expected "1.0"')
  }
  const format = valueOf(attributes, 'datacontenttype') ?? 'application/json'
  if (typeof format !== 'string' || !/^application\/json\s*(?:;|$)/i.test(format)) {
    throw refusal('datacontenttype', 'expected "application/json"')
  }
  if (!Object.hasOwn(attributes, 'data')) throw refusal('data', 'is missing: expected JSON')
}

/** The exact text, or else that of the attribute. */
function textOf(attributes: Attributes, name: string, exact: unknown): string | undefined {
  const value = exact ?? valueOf(attributes, name)
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw refusal(name, 'expected a string that is not empty')
}

function required(name: string, text: string | undefined): string {
  if (text === undefined) throw refusal(name, 'is missing: expected a string')
  return text
}

function parsedObject(attributes: Attributes, name: string): Attributes | undefined {
  const text = textOf(attributes, name, undefined)
  if (text === undefined) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The message of the parser repeats what it was given.
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Attributes
  throw refusal(name, 'expected the JSON text of an object')
}

function metadataFrom(metadata: Attributes): EventMetadata {
  return requireMetadata(subject, metadata)
}

function timestampFrom(attributes: Attributes, exact: unknown): number {
  if (exact === '-0') return -0
  if (typeof exact === 'number' && Number.isFinite(exact)) return exact
  const time = exact === undefined ? valueOf(attributes, 'time') : undefined
  const timestamp = typeof time === 'string' ? timestampOf(time) : undefined
  if (timestamp !== undefined) return timestamp
  throw refusal('time', 'expected a time of RFC 3339')
}

function sequenceFrom(attributes: Attributes): number {
  const text = valueOf(attributes, 'sequence')
  const sequence = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : 0
  if (sequence >= 1 && Number.isSafeInteger(sequence)) return sequence
  throw refusal('sequence', 'expected a whole number of at least 1, as text')
}

function sourceFrom(attributes: Attributes, exact: unknown): string {
  const source = required('source', textOf(attributes, 'source', exact))
  if (exact !== undefined) return source
  try {
    return decodeURIComponent(source)
  } catch {
    throw refusal('source', 'expected a URI reference')
  }
}

function versionFrom(attributes: Attributes, exact: unknown): number {
  const version = exact ?? valueOf(attributes, 'dataversion')
  if (Number.isSafeInteger(version) && (version as number) >= 1) return version as number
  throw refusal('dataversion', 'expected a whole number of at least 1')
}

function priorityOf(attributes: Attributes): Priority | undefined {
  const priority = valueOf(attributes, 'priority')
  if (priority === undefined || priorities.includes(priority as Priority)) {
    return priority as Priority | undefined
  }
  throw refusal('priority', `expected one of ${priorities.join(', ')}`)
}

/** What the text of an attribute must not hold: control characters, half pairs, non-characters. */
const unprintable = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu

/** `text` with what an attribute must not hold written as JSON escapes it. */
function printable(text: string): string {
  return text.replaceAll(unprintable, (found) => {
    let escaped = ''
    for (let index = 0; index < found.length; index += 1) {
      escaped += `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`
    }
    return escaped
  })
}
