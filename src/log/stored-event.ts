import { describeValue } from '../errors/checks.ts'
import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { requireEnvelope } from '../events/encoded-envelope.ts'
import {
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
    const { type, timestamp, source, id, correlationId } = event
    const correlation = correlationId === id ? undefined : correlationId
    if (!this.encrypted) {
      const text = encodeEventText(event, this.#catalog)
      return { type, timestamp, source, correlationId: correlation, text, secret: undefined }
    }
    const { open, secret } = encodeEventParts(event, this.#catalog)
    return { type, timestamp, source, correlationId: correlation, text: open, secret }
  }

  /**
   * The same of an event that is encoded already; its payload is not checked.
   *
   * @throws EventValidationError `EVENT_INVALID` if its envelope is malformed.
   */
  ofEncoded(encoded: EncodedEvent, position: number | undefined): StoredEvent {
    requireEnvelope(encoded)
    const written = this.#redact === undefined ? encoded : this.#redact(encoded)
    const { id, type, timestamp, source, correlationId } = written
    const { data, metadata, ...open } = written
    const parts = this.encrypted
      ? { text: JSON.stringify(open), secret: JSON.stringify({ data, metadata }) }
      : { text: JSON.stringify(written), secret: undefined }
    return {
      type,
      timestamp,
      source,
      correlationId: correlationId === id ? undefined : correlationId,
      ...parts,
      ...(position === undefined ? {} : { position }),
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
