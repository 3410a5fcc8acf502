import type { CatalogEntry } from './catalog-entry.ts'
import type { Catalog } from './catalog.ts'
import type { EventSchemas } from './definition.ts'
import { type PlainEnvelope, requireEnvelope, subject } from './encoded-envelope.ts'
import { Envelope, type EventMetadata, type TradewireEvent } from './envelope.ts'
import { jsonText, quote } from './json-text.ts'
import { requireMetadata } from './metadata.ts'
import { requirePlainJSON } from './plain-json.ts'
import type { Priority } from './priority.ts'
import { tradingEvents, type TradingSchemas } from './trading-events.ts'
import type { AnyEventIn } from './types.ts'

/** An event as plain JSON: Decimals are strings, absent fields are absent. */
export interface EncodedEvent {
  /** `<run>-<sequence>`. */
  readonly id: string
  /** The dotted type, such as `order.filled`. */
  readonly type: string
  /** The payload as plain JSON. */
  readonly data: unknown
  /** Milliseconds since the Unix epoch; a fraction carries microseconds. */
  readonly timestamp: number
  /** Its number on its bus, from 1. */
  readonly sequence: number
  /** Who emitted it. */
  readonly source: string
  /** What all events of its causal chain share. */
  readonly correlationId: string
  /** The id of the event that it was emitted because of. */
  readonly causationId?: string
  /** The version of its definition, from 1. */
  readonly version: number
  /** How urgent it is, where its emission has said otherwise than its definition. */
  readonly priority?: Priority
  /** Flat facts beside the payload. */
  readonly metadata?: EventMetadata
}

/**
 * An event as plain JSON, exact to the last digit.
 *
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventValidationError `EVENT_INVALID` if the payload does not match its schema, is
 * nested too deep, or holds a key `__proto__`.
 * @example
 * ```ts
 * const event = bus.emitSync('market.new_bar', bar)
 * const encoded = encodeEvent(event)
 * console.log(JSON.stringify(encoded))
 * ```
 */
export function encodeEvent<Schemas extends EventSchemas = TradingSchemas>(
  event: TradewireEvent,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): EncodedEvent {
  const { id, type, timestamp, sequence, source, correlationId, causationId, version } = event
  const { priority, metadata } = event
  const entry = catalog.get(type)
  const data = entry.encode(type, event.data)
  const encoded = {
    id,
    type,
    data,
    timestamp,
    sequence,
    source,
    correlationId,
    ...(causationId === undefined ? {} : { causationId }),
    version,
    ...(priority === entry.priority ? {} : { priority }),
    ...(metadata === undefined ? {} : { metadata }),
  }
  // What could not be decoded again is not written in the first place.
  requirePlainJSON(type, encoded, 1)
  return encoded
}

/** An event as two JSON objects, so that one of them can be encrypted. */
export interface EventParts {
  /** The JSON text of the encoded event without `data` and `metadata`. */
  readonly open: string
  /** The JSON text of an object with `data`, and with `metadata` if there is any. */
  readonly secret: string
}

/**
 * The JSON text of an encoded event: what `JSON.stringify` makes of {@link encodeEvent}, faster.
 *
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventValidationError `EVENT_INVALID` if the payload does not match its schema, or anything
 * holds a key `__proto__`.
 * @throws EventTooLargeError `EVENT_TOO_LARGE` if the payload is nested deeper than 64 levels, or its
 * text is longer than 1,048,576 UTF-16 units.
 * @example
 * ```ts
 * const event = bus.emitSync('order.submitted', order)
 * const text = encodeEventText(event)
 * console.log(text === JSON.stringify(encodeEvent(event))) // true
 * console.log(decodeEvent(JSON.parse(text)).id === event.id) // true
 * ```
 */
export function encodeEventText<Schemas extends EventSchemas = TradingSchemas>(
  event: TradewireEvent,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): string {
  const { front, data, back, metadata } = partsOf(event, catalog)
  return metadata === undefined
    ? `${front},"data":${data}${back}}`
    : `${front},"data":${data}${back},"metadata":${metadata}}`
}

/**
 * The same as {@link encodeEventText}, in two parts: what names and orders the event, and what it
 * says.
 *
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventValidationError `EVENT_INVALID` if the payload does not match its schema, or anything
 * holds a key `__proto__`.
 * @throws EventTooLargeError `EVENT_TOO_LARGE` if the payload is nested deeper than 64 levels, or its
 * text is longer than 1,048,576 UTF-16 units.
 */
export function encodeEventParts<Schemas extends EventSchemas = TradingSchemas>(
  event: TradewireEvent,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): EventParts {
  const { front, data, back, metadata } = partsOf(event, catalog)
  const more = metadata === undefined ? '' : `,"metadata":${metadata}`
  return { open: `${front}${back}}`, secret: `{"data":${data}${more}}` }
}

/**
 * The event that {@link encodeEvent} made plain, from text whose checksum has been verified: as
 * {@link decodeEvent} gives it, faster.
 *
 * @param json what `JSON.parse` returned.
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventVersionError `EVENT_VERSION` if the version is newer than the one that the catalog
 * defines, or too old to be lifted to it.
 * @throws EventValidationError `EVENT_INVALID` if envelope, metadata or payload are malformed.
 */
export function decodeTrusted<Schemas extends EventSchemas = TradingSchemas>(
  json: unknown,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): AnyEventIn<Schemas> {
  const envelope = requireEnvelope(json)
  const { type, version, data } = envelope
  const entry = catalog.get(type)
  // What is not refused by a schema is looked for: a key __proto__, and depth.
  if (!entry.closed || version !== entry.version) requirePlainJSON(subject, { data }, 1)
  return eventFrom(envelope, entry)
}

/**
 * The event that {@link encodeEvent} made plain, with its identity, checked all through. An
 * event of an older version is lifted to the one that the catalog defines, and carries it.
 *
 * @param json what `JSON.parse` returned.
 * @param catalog where its type is defined. Default `tradingEvents`.
 * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
 * @throws EventVersionError `EVENT_VERSION` if the version is newer than the one that the catalog
 * defines, or too old to be lifted to it.
 * @throws EventValidationError `EVENT_INVALID` if envelope, metadata or payload are malformed, if
 * an upcast throws, if anything is nested deeper than 64 levels, or if it holds a key `__proto__`.
 * @example
 * ```ts
 * const text = encodeEventText(bus.emitSync('market.new_bar', bar), tradingEvents)
 * const event = decodeEvent(JSON.parse(text))
 * if (event.type === 'market.new_bar') console.log(event.data.close.eq(bar.close)) // true
 * ```
 */
export function decodeEvent<Schemas extends EventSchemas = TradingSchemas>(
  json: unknown,
  catalog: Catalog<Schemas> = tradingEvents as unknown as Catalog<Schemas>,
): AnyEventIn<Schemas> {
  requirePlainJSON(subject, json, 1)
  const envelope = requireEnvelope(json)
  return eventFrom(envelope, catalog.get(envelope.type))
}

function eventFrom<Schemas extends EventSchemas>(
  envelope: PlainEnvelope,
  entry: CatalogEntry,
): AnyEventIn<Schemas> {
  const { type, version, priority, metadata } = envelope
  const data = version === entry.version ? envelope.data : entry.lift(type, version, envelope.data)
  const event = new Envelope(
    '',
    envelope.sequence,
    type,
    entry.decode(type, data),
    envelope.timestamp,
    envelope.source,
    entry.version,
    priority ?? entry.priority,
    metadata === undefined ? undefined : requireMetadata(type, metadata),
    undefined,
    undefined,
    {
      id: envelope.id,
      correlationId: envelope.correlationId,
      causationId: envelope.causationId,
    },
  )
  // The entry of this type has just checked the payload.
  return event as unknown as AnyEventIn<Schemas>
}

/** The texts that an encoded event is made of, in their order; `front` and `back` are not closed. */
interface TextParts {
  readonly front: string
  readonly data: string
  readonly back: string
  readonly metadata: string | undefined
}

function partsOf<Schemas extends EventSchemas>(
  event: TradewireEvent,
  catalog: Catalog<Schemas>,
): TextParts {
  const { type, metadata, priority } = event
  const entry = catalog.get(type)
  const data = entry.write(type, event.data)
  const id = jsonText(event.id)
  const front = id === undefined ? `{"type":${quote(type)}` : `{"id":${id},"type":${quote(type)}`
  const back =
    member(',"timestamp":', event.timestamp) +
    member(',"sequence":', event.sequence) +
    member(',"source":', event.source) +
    member(',"correlationId":', event.correlationId) +
    member(',"causationId":', event.causationId) +
    member(',"version":', event.version) +
    (priority === entry.priority ? '' : member(',"priority":', priority))
  if (metadata === undefined) return { front, data, back, metadata }
  requirePlainJSON(type, { metadata }, 1)
  return { front, data, back, metadata: jsonText(metadata) }
}

/** What is undefined is left out, as by `JSON.stringify`. */
function member(label: string, value: unknown): string {
  if (value === undefined) return ''
  const text = jsonText(value)
  return text === undefined ? '' : label + text
}
