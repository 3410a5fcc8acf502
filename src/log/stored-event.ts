import { describeValue } from '../errors/checks.ts'
import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { requireEnvelope } from '../events/encoded-envelope.ts'
import { EventValidationError } from '../events/errors.ts'
import { requireMetadata } from '../events/metadata.ts'
import { requirePlainJSON } from '../events/plain-json.ts'
import {
  decodeEvent,
  decodeTrusted,
  type EncodedEvent,
  encodeEvent,
  encodeEventParts,
  encodeEventText,
} from '../events/encoding.ts'
import { Envelope, type TradewireEvent } from '../events/envelope.ts'
import { type Redactor, redactor } from '../events/redaction.ts'
import { LogDamagedError } from './errors.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import type { StoredEvent } from './store.ts'

/** Turns events into what a home keeps, and back. */
export class StoredEvents {
  readonly #catalog: Catalog
  /** Whether payloads are kept apart, to be encrypted. */
  readonly encrypted: boolean
  readonly #redact: Redactor | undefined

  /** @throws ConfigurationError `CONFIGURATION` if a path cannot be redacted. */
  constructor(catalog: Catalog, encrypted: boolean, redact: readonly string[]) {
    this.#catalog = catalog
    this.encrypted = encrypted
    this.#redact = redact.length === 0 ? undefined : redactor(redact, catalog)
  }

  /** What to keep of an event, as it is now. Throws what `encodeEvent` throws. */
  of(event: TradewireEvent): StoredEvent {
    if (!Envelope.is(event)) {
      throw new ConfigurationError(
        `A log takes events that a bus emitted or decodeEvent returned, but was given ${describeValue(event)}.`,
      )
    }
    if (this.#redact?.touches(event.type) === true) {
      return this.ofEncoded(encodeEvent(event, this.#catalog), undefined)
    }
    const { timestamp, id, correlationId } = event
    const [type, source] = [event.type.toWellFormed(), event.source.toWellFormed()]
    const correlation = correlationId === id ? undefined : correlationId.toWellFormed()
    if (!this.encrypted) {
      const text = encodeEventText(event, this.#catalog)
      return { type, timestamp, source, correlationId: correlation, text, secret: undefined }
    }
    const { open, secret } = encodeEventParts(event, this.#catalog)
    return { type, timestamp, source, correlationId: correlation, text: open, secret }
  }

  /**
   * The same of an event that is encoded already; its payload need be nothing but plain JSON.
   *
   * @throws EventValidationError `EVENT_INVALID` if its envelope is malformed, or it is no plain JSON.
   */
  ofEncoded(encoded: EncodedEvent, position: number | undefined): StoredEvent {
    requireWritable(encoded)
    const written = this.#redact === undefined ? encoded : this.#redact(this.#lifted(encoded))
    const { id, type, timestamp, source, correlationId } = written
    const { data, metadata, ...open } = written
    const parts = this.encrypted
      ? { text: textOf(open), secret: textOf({ data, metadata }) }
      : { text: textOf(written), secret: undefined }
    return {
      type: type.toWellFormed(),
      timestamp,
      source: source.toWellFormed(),
      correlationId: correlationId === id ? undefined : correlationId.toWellFormed(),
      ...parts,
      ...(position === undefined ? {} : { position }),
    }
  }

  /**
   * An event of an older version in the version of the catalog, where it can be lifted to it: paths to
   * redact are those of that version.
   */
  #lifted(encoded: EncodedEvent): EncodedEvent {
    const { type, version } = encoded
    const entry = this.#catalog.find(type)
    if (entry === undefined || version >= entry.version || !this.#redact!.touches(type)) {
      return encoded
    }
    try {
      return encodeEvent(decodeEvent(encoded, this.#catalog), this.#catalog)
    } catch {
      // What cannot be lifted can never be read as that version either.
      return encoded
    }
  }

  /** The encoded event of a record. */
  encoded(position: number, text: string, secret: string | undefined): EncodedEvent {
    try {
      const open = JSON.parse(text) as EncodedEvent
      return secret === undefined ? open : { ...open, ...(JSON.parse(secret) as object) }
    } catch (cause) {
      throw new LogDamagedError(`The record ${position} is no JSON.`, position, position, { cause })
    }
  }

  /**
   * The event of a record.
   *
   * @throws UnknownEventError `EVENT_UNKNOWN`, EventVersionError `EVENT_VERSION` with `refuse`.
   */
  event(
    position: number,
    text: string,
    secret: string | undefined,
    unknown: UnknownPolicy,
  ): TradewireEvent {
    const encoded = this.encoded(position, text, secret)
    try {
      return decodeTrusted(encoded, this.#catalog)
    } catch (error) {
      if (unknown === 'keep' && isUnknown(error)) return unknownEvent(encoded)
      // Where it stands, only the log knows.
      if (error instanceof TradewireError) error.message = `Record ${position}: ${error.message}`
      throw error
    }
  }
}

/** @throws EventValidationError `EVENT_INVALID` unless it is an envelope around plain JSON. */
function requireWritable(encoded: EncodedEvent): void {
  const { type, data, metadata } = requireEnvelope(encoded)
  requirePlainJSON(type, encoded, 1)
  if (metadata !== undefined) requireMetadata(type, metadata)
  if (data !== undefined && typeof data !== 'function' && typeof data !== 'symbol') return
  throw new EventValidationError(type, [{ path: 'data', message: 'expected plain JSON' }])
}

/** @throws EventValidationError `EVENT_INVALID` if it cannot be written as JSON. */
function textOf(value: object): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    const issue = { path: '', message: 'expected plain JSON, which can be written' }
    throw new EventValidationError('An encoded event', [issue], { cause })
  }
}

const unknownCodes = new Set(['EVENT_UNKNOWN', 'EVENT_VERSION'])

function isUnknown(error: unknown): boolean {
  return unknownCodes.has(String((error as { readonly code?: unknown }).code))
}

/** An event whose payload nobody here can read, as it was written. */
function unknownEvent(encoded: EncodedEvent): TradewireEvent {
  const { id, type, data, timestamp, sequence, source, correlationId, causationId } = encoded
  return new Envelope(
    '',
    sequence,
    type,
    data,
    timestamp,
    source,
    encoded.version,
    encoded.priority ?? 'normal',
    encoded.metadata,
    undefined,
    undefined,
    { id, correlationId, causationId },
  )
}
