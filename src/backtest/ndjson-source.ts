import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError, type TradewireError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { fromCloudEvent } from '../events/cloud-event.ts'
import type { EventSchemas } from '../events/definition.ts'
import { decodeEvent } from '../events/encoding.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { EventValidationError } from '../events/errors.ts'
import { requireMetadata } from '../events/metadata.ts'
import { requirePlainJSON } from '../events/plain-json.ts'
import { tradingEvents, type TradingSchemas } from '../events/trading-events.ts'
import type { RowLedger } from './bad-rows.ts'
import { fileOptions, type FileSource, fileSource, type FileSourceOptions } from './file-source.ts'
import { TextLines } from './input-lines.ts'
import { type EventTime, recordedItem, requireEventTime } from './source-recorded.ts'
import type { SourceEvent, TimedPayload } from './source.ts'

/** Options of {@link ndjsonSource}. */
export interface NdjsonSourceOptions<
  Schemas extends EventSchemas = TradingSchemas,
> extends FileSourceOptions {
  /** Where the types of its events are defined. Default `tradingEvents`. */
  readonly catalog?: Catalog<Schemas>
  /**
   * Which time of a recorded event counts: `recorded`, the clock of its bus, or `venue`, the
   * `timestamp` of its payload. Default `recorded`.
   */
  readonly time?: EventTime
}

/**
 * Events from lines of JSON: as `encodeEvent` makes them plain, as CloudEvents of `exportLog`, or each an
 * object of `type`, `data`, and maybe `time`, `source` and `metadata`, with decimals as text. `.gz` and
 * `.zip` are recognised by their content. Empty lines mean nothing.
 *
 * Recorded events come with their identity, as `recorded`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if the file cannot be read, or a line is bad and bad
 * lines are refused.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * await exportLog(log, './session.ndjson.gz', { pattern: 'market.*' })
 * const result = await runBacktest({ sources: [ndjsonSource('./session.ndjson.gz')], strategy })
 * ```
 */
export function ndjsonSource<Schemas extends EventSchemas = TradingSchemas>(
  path: string | URL,
  options: NdjsonSourceOptions<Schemas> = {},
): FileSource<SourceEvent<Schemas> & TimedPayload> {
  requireOptions('ndjsonSource', options, [...fileOptions, 'catalog', 'time'])
  const { catalog = tradingEvents as unknown as Catalog<Schemas>, time = 'recorded' } = options
  requireEventTime(time)
  if (typeof (catalog as Partial<Catalog<Schemas>>)?.get !== 'function') {
    throw new ConfigurationError(
      `catalog must be a catalog of events, such as tradingEvents, but is ${describeValue(catalog)}.`,
    )
  }
  const reading = (ledger: RowLedger): TextLines =>
    new TextLines((text, line) => takeLine(ledger, catalog, time, text, line))
  // The catalog has checked every payload by its schema.
  return fileSource('ndjsonSource', path, options, reading) as unknown as FileSource<
    SourceEvent<Schemas> & TimedPayload
  >
}

function takeLine<Schemas extends EventSchemas>(
  ledger: RowLedger,
  catalog: Catalog<Schemas>,
  time: EventTime,
  text: string,
  line: number,
): void {
  if (text.trim() === '') return
  ledger.read += 1
  let item: TimedPayload
  try {
    item = itemOf(catalog, time, parsed(text))
  } catch (error) {
    // The parts of events throw nothing else for what is malformed.
    const { column, reason } = faultOf(error as TradewireError)
    ledger.bad(line, column, reason)
    return
  }
  const at = item.time ?? (item.data as { readonly timestamp?: unknown }).timestamp
  if (typeof at === 'number') ledger.add(item, at, line)
  else ledger.bad(line, 'time', 'is missing: expected a time, or data with a timestamp.')
}

const subject = 'The line'

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The message of the parser repeats what it was given.
    throw refusal('', 'expected JSON', cause)
  }
}

function itemOf<Schemas extends EventSchemas>(
  catalog: Catalog<Schemas>,
  time: EventTime,
  json: unknown,
): TimedPayload {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusal('', `expected an object, found ${describeValue(json)}`)
  }
  if (Object.hasOwn(json, 'specversion')) {
    return recordedItem(fromCloudEvent(json, catalog) as TradewireEvent, time)
  }
  if (Object.hasOwn(json, 'sequence')) {
    // Where a log kept it is no part of the event.
    const { position: _, ...event } = json as Readonly<Record<string, unknown>>
    return recordedItem(decodeEvent(event, catalog) as TradewireEvent, time)
  }
  return plainItem(catalog, json as Readonly<Record<string, unknown>>)
}

function plainItem<Schemas extends EventSchemas>(
  catalog: Catalog<Schemas>,
  json: Readonly<Record<string, unknown>>,
): TimedPayload {
  requirePlainJSON(subject, json, 1)
  const { type, data, time, source, metadata, ...rest } = json
  const [stray] = Object.keys(rest)
  if (stray !== undefined) {
    throw refusal(stray, 'expected nothing but type, data, time, source and metadata')
  }
  if (typeof type !== 'string') throw refusal('type', 'expected the type of an event')
  if (time !== undefined && typeof time !== 'number') {
    throw refusal('time', 'expected milliseconds since the Unix epoch')
  }
  if (source !== undefined && (typeof source !== 'string' || source === '')) {
    throw refusal('source', 'expected text that is not empty')
  }
  return {
    type,
    data: catalog.get(type).decode(type, data),
    ...(time !== undefined && { time }),
    ...(source !== undefined && { source }),
    ...(metadata !== undefined && { metadata: requireMetadata(subject, metadata) }),
  }
}

function refusal(path: string, message: string, cause?: unknown): EventValidationError {
  return new EventValidationError(subject, [{ path, message }], { cause })
}

function faultOf(error: TradewireError): { column: string | undefined; reason: string } {
  if (!(error instanceof EventValidationError)) {
    return { column: undefined, reason: error.message }
  }
  const { path, message } = error.issues[0]!
  return { column: path === '' ? undefined : path, reason: `${message}.` }
}
