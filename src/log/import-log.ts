import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { describeValue, requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError, TradewireError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import { decodeEvent, type EncodedEvent } from '../events/encoding.ts'
import type { EventValidationError } from '../events/errors.ts'
import { LogStorageError } from './errors.ts'
import type { EventLog, NewEncodedEntry } from './event-log.ts'
import { ImportError, type ImportReport } from './import-error.ts'
import { inflated, type Line, readLines } from './ndjson.ts'
import { eventOfLine } from './ndjson-event.ts'
import type { Progress } from './progress.ts'
import { requireLog } from './require-log.ts'

/** How to import. */
export interface ImportOptions {
  /** What a line does that is no event: it ends the import, or it is counted. Default `refuse`. */
  readonly onBadLine?: 'refuse' | 'skip'
  /** Is told how far it has come, with every batch. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends the import when it aborts, between two batches; it rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** The longest line, in UTF-16 units. */
const longestLine = 2 * 1024 ** 2
const mostEvents = 1_000
/** A batch ends behind so many UTF-16 units. */
const mostUnits = 1024 ** 2

/**
 * Appends the events of NDJSON lines, in their order: CloudEvents as {@link exportLog} writes them, or
 * events as `encodeEvent` makes them plain. They keep id, sequence, timestamp and causes, and get new
 * positions. Events that the catalog of the log does not know are kept as they are, those that it knows
 * are checked. Empty lines mean nothing.
 *
 * With a line that is no event the import ends, unless it is to be skipped: what stands before the line
 * is in the log then, and nothing behind it.
 *
 * @param from the name of a file, or a stream; gzip is recognised by its first bytes.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed, or `log` is none.
 * @throws LogStorageError `LOG_STORAGE` if there is no such file, or it cannot be opened.
 * @throws ImportError `ARCHIVE_INVALID` if a line is no event or longer than 2,097,152 characters, or
 * the file cannot be read to its end; it says what was imported.
 * @throws what `append` of a log throws.
 * @example
 * ```ts
 * await exportLog(log, './fills.ndjson', { pattern: 'order.filled' })
 * await using copy = await openLog('./copy.db')
 * const report = await importLog(copy, './fills.ndjson')
 * console.log(report.events)
 * ```
 */
export async function importLog(
  log: EventLog<EventSchemas>,
  from: string | Readable,
  options: ImportOptions = {},
): Promise<ImportReport> {
  requireLog('importLog', log)
  return importInto(log, from, options)
}

/** What events are imported into: a log, or what makes one for the first events. */
export type ImportTarget = Pick<EventLog<EventSchemas>, 'appendEncoded' | 'catalog'>

/** {@link importLog} into what need not be a whole log. */
export async function importInto(
  log: ImportTarget,
  from: string | Readable,
  options: ImportOptions,
): Promise<ImportReport> {
  requireImportOptions(options)
  const run = new ImportRun(log, typeof from === 'string' ? from : 'the stream', options)
  const source: AsyncIterable<Uint8Array | string> =
    typeof from === 'string' ? createReadStream(from) : requireReadable(from)
  try {
    for await (const lines of readLines(inflated(source), longestLine)) await run.take(lines)
    await run.flush()
  } catch (error) {
    if (error instanceof TradewireError || run.stopped) throw error
    requireOpened(from, error as NodeJS.ErrnoException)
    throw await run.unreadable(error)
  }
  return run.report()
}

class ImportRun {
  readonly #log: ImportTarget
  readonly #file: string
  readonly #options: ImportOptions
  #batch: NewEncodedEntry[] = []
  #units = 0
  #line = 0
  #events = 0
  #skipped = 0
  #firstPosition = 0
  #lastPosition = 0
  /** Whether the log or the signal has ended the import, and not what was read. */
  stopped = false

  constructor(log: ImportTarget, file: string, options: ImportOptions) {
    this.#log = log
    this.#file = file
    this.#options = options
  }

  async take(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      this.#line = line.number
      const refusal = this.#add(line)
      if (refusal !== undefined) await this.#refuse(refusal)
      if (this.#batch.length >= mostEvents || this.#units >= mostUnits) await this.flush()
    }
  }

  /** Puts the event of a line into the batch. Returns why it cannot. */
  #add({ text, fault }: Line): { readonly reason: string; readonly cause?: unknown } | undefined {
    if (text === undefined) return { reason: fault! }
    if (text.trim() === '') return undefined
    try {
      const { event } = eventOfLine(text)
      this.#check(event)
      this.#batch.push({ event })
      this.#units += text.length
      return undefined
    } catch (cause) {
      const { issues } = cause as EventValidationError
      const reasons = issues.map(({ path, message }) =>
        path === '' ? message : `${path}: ${message}`,
      )
      return { reason: reasons.join('; '), cause }
    }
  }

  /** Refuses an event whose type and version the catalog knows, and whose payload it does not allow. */
  #check(event: EncodedEvent): void {
    try {
      decodeEvent(event, this.#log.catalog)
    } catch (error) {
      // By its code: the catalog may come from another copy of this package.
      if ((error as { readonly code?: unknown }).code === 'EVENT_INVALID') throw error
    }
  }

  async #refuse({
    reason,
    cause,
  }: {
    readonly reason: string
    readonly cause?: unknown
  }): Promise<void> {
    if (this.#options.onBadLine === 'skip') {
      this.#skipped += 1
      return
    }
    await this.flush()
    throw new ImportError(this.#file, this.#line, reason, this.report(), { cause })
  }

  async flush(): Promise<void> {
    this.stopped = true
    this.#options.signal?.throwIfAborted()
    if (this.#batch.length > 0) {
      const positions = await this.#log.appendEncoded(this.#batch)
      if (this.#events === 0) this.#firstPosition = positions[0]!
      this.#lastPosition = positions.at(-1)!
      this.#events += positions.length
      this.#batch = []
      this.#units = 0
      this.#options.onProgress?.({ done: this.#events, total: undefined })
    }
    this.stopped = false
  }

  /** Imports what could be read. Returns why there is no more. */
  async unreadable(cause: unknown): Promise<ImportError> {
    await this.flush()
    const reason = `from here on it cannot be read: ${(cause as Error).message}`
    return new ImportError(this.#file, this.#line + 1, reason, this.report(), { cause })
  }

  report(): ImportReport {
    const [events, skipped] = [this.#events, this.#skipped]
    const [firstPosition, lastPosition] = [this.#firstPosition, this.#lastPosition]
    return { events, skipped, firstPosition, lastPosition }
  }
}

/** A file that is not there, or is no file, has no line that could be mended. */
function requireOpened(
  from: string | Readable,
  cause: Readonly<Pick<NodeJS.ErrnoException, 'code' | 'message' | 'syscall'>>,
): void {
  if (typeof from !== 'string') return
  const name = JSON.stringify(from)
  if (cause.code === 'ENOENT') {
    throw new LogStorageError(
      `There is no file ${name} to import. Give the path of an NDJSON file that exists.`,
      { cause },
    )
  }
  if (cause.syscall !== 'open' && cause.code !== 'EISDIR') return
  throw new LogStorageError(
    `${name} cannot be read: ${cause.message}. Give an NDJSON file that this process may read.`,
    { cause },
  )
}

function requireImportOptions(options: ImportOptions): void {
  requireOptions('importLog', options, ['onBadLine', 'onProgress', 'signal'])
  const { onBadLine = 'refuse', onProgress } = options
  if (onProgress !== undefined) requireFunction('onProgress', onProgress)
  if (onBadLine === 'refuse' || onBadLine === 'skip') return
  throw new ConfigurationError(
    `onBadLine must be 'refuse' or 'skip', but is ${describeValue(onBadLine)}.`,
  )
}

function requireReadable(from: unknown): Readable {
  const source = (from ?? {}) as Readable
  if (typeof source[Symbol.asyncIterator] === 'function') return source
  throw new ConfigurationError(
    `An import comes from the name of a file or from a readable stream, but was given ${describeValue(from)}.`,
  )
}
