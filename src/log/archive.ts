import { createHash, type Hash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import {
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { Clock } from '../time/clock.ts'
import { SystemClock } from '../time/system-clock.ts'
import { sealing } from './archive-frames.ts'
import { archiveName, type ArchiveManifest, eventsFile, readManifests } from './archive-manifest.ts'
import { ArchiveError } from './errors.ts'
import type { EncodedEntry, EventLog, ReadQuery } from './event-log.ts'
import { EventLines } from './export-lines.ts'
import { makeFolder, writeWhole } from './ndjson-file.ts'
import type { Progress } from './progress.ts'
import { requireLog } from './require-log.ts'
import { type EncryptionOptions, Sealer } from './sealing.ts'

/** How to archive. */
export interface ArchiveOptions {
  /** Encrypts the archive. Must be given if the log is encrypted. Default: it is not encrypted. */
  readonly encryption?: EncryptionOptions
  /** What says when it was made. Default: a `SystemClock`. */
  readonly clock?: Clock
  /** Is told how far it has come, every 1,000 events and at the end. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends it when it aborts; it rejects with the reason of the signal, and leaves no file behind. */
  readonly signal?: AbortSignal
}

/** Up to where to archive: events before a time in milliseconds since the Unix epoch, or a position. */
export type ArchiveUntil = number | ArchivePosition

/** Up to where to archive, as a position. */
export interface ArchivePosition {
  /** The first position that is not archived. A whole number from 1. */
  readonly position: number
}

/**
 * Writes the events before a time or a position that are not in the folder yet into one more archive: a
 * compressed NDJSON file of CloudEvents 1.0, and a manifest beside it, which is written last. An archive
 * has no holes: with a time, it ends before the first event at or after that time. The log is left as it
 * is; see `retain` for how to remove what was archived.
 *
 * @param folder is made if it does not exist. Everything in one folder is of one log.
 * @returns the manifest; undefined if there is nothing to archive.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed, `log` is none, or it is
 * encrypted and the archive would not be.
 * @throws ArchiveError `ARCHIVE_INVALID` if the folder holds what is no archive of this log.
 * @throws LogStorageError `LOG_STORAGE` if it cannot be written.
 * @throws LogDamagedError `LOG_DAMAGED` if a record is not what was written.
 * @example
 * ```ts
 * const { last } = await log.stats()
 * const manifest = await archive(log, { position: last }, './archive')
 * if (manifest !== undefined) console.log(manifest.first, manifest.last)
 * ```
 */
export async function archive(
  log: EventLog<EventSchemas>,
  until: ArchiveUntil,
  folder: string,
  options: ArchiveOptions = {},
): Promise<ArchiveManifest | undefined> {
  const sealer = requireArchiving(log, until, folder, options)
  const before = (await readManifests(folder)).at(-1)
  if (before !== undefined) await requireSameLog(log, folder, before)
  const previous = before?.last ?? 0
  const range = await rangeOf(log, until, previous, options.signal)
  if (range === undefined) return undefined
  await makeFolder(folder)
  const manifest = await writeEvents(log, folder, range, previous, sealer, options)
  const newest = (await readManifests(folder)).at(-1)
  if (newest?.last !== before?.last) {
    throw new ArchiveError(`${folder}: another archive was made there meanwhile. Try again.`)
  }
  const path = join(folder, `${archiveName(manifest.first, manifest.last)}.manifest.json`)
  await writeWhole(path, textOf(manifest), [], { overwrite: false })
  return manifest
}

async function* textOf(manifest: ArchiveManifest): AsyncGenerator<string, void, void> {
  yield `${JSON.stringify(manifest, undefined, 2)}\n`
}

interface Range {
  readonly first: EncodedEntry
  readonly last: EncodedEntry
}

/** The first and the last event to archive; undefined if there is none. */
async function rangeOf(
  log: EventLog<EventSchemas>,
  until: ArchiveUntil,
  previous: number,
  signal: AbortSignal | undefined,
): Promise<Range | undefined> {
  const one = async (query: ReadQuery): Promise<EncodedEntry | undefined> => {
    for await (const entry of log.readEncoded({ ...query, limit: 1, signal })) return entry
    return undefined
  }
  const from = previous + 1
  const newest = await one({ order: 'backward' })
  const first = await one({ from })
  if (newest === undefined || first === undefined) return undefined
  const end =
    typeof until === 'number' ? (await one({ from, since: until }))?.position : until.position
  if (end === undefined || end > newest.position) return { first, last: newest }
  const last = end === 1 ? undefined : await one({ order: 'backward', from: end - 1 })
  return last === undefined || last.position < first.position ? undefined : { first, last }
}

async function writeEvents(
  log: EventLog<EventSchemas>,
  folder: string,
  { first, last }: Range,
  previous: number,
  sealer: Sealer | undefined,
  { encryption, clock = new SystemClock(), onProgress, signal }: ArchiveOptions,
): Promise<ArchiveManifest> {
  const file = new FileSum()
  const entries = upTo(log.readEncoded({ from: first.position, signal }), last.position)
  const lines = new EventLines(entries, (done) => onProgress?.({ done, total: undefined }))
  const named = { first: first.position, last: last.position }
  const sealed = encryption === undefined ? {} : { encrypted: { key: encryption.current } }
  const name = eventsFile({ ...named, ...sealed } as ArchiveManifest)
  const stages = [createGzip(), ...(sealer === undefined ? [] : [sealing(sealer, name)]), file.pass]
  await writeWhole(join(folder, name), lines, stages, { overwrite: true, signal })
  const { events, sha256, ...written } = lines.report()
  if (written.first !== named.first || written.last !== named.last) {
    await rm(join(folder, name))
    throw new ArchiveError(
      `${folder}: events ${named.first} to ${named.last} were removed from the log while they were archived. Try again.`,
    )
  }
  return {
    format: 'tradewire-archive',
    version: 1,
    events,
    ...named,
    lastId: last.event.id,
    previous,
    ...lines.times,
    sha256,
    ...file.sum(),
    types: Object.fromEntries(lines.types),
    createdAt: new Date(clock.now()).toISOString(),
    ...sealed,
  }
}

async function* upTo(
  entries: AsyncIterable<EncodedEntry>,
  last: number,
): AsyncGenerator<EncodedEntry, void, void> {
  for await (const entry of entries) {
    if (entry.position > last) return
    yield entry
  }
}

/** The hash and the size of what passes through. */
class FileSum {
  readonly #hash: Hash = createHash('sha256')
  #bytes = 0

  readonly pass = (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    this.#pass(source)

  async *#pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of source) {
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      yield chunk
    }
  }

  sum(): { readonly fileSha256: string; readonly bytes: number } {
    return { fileSha256: this.#hash.digest('hex'), bytes: this.#bytes }
  }
}

/** Refuses to go on with the archive of one log from another one, as far as that can be told. */
async function requireSameLog(
  log: EventLog<EventSchemas>,
  folder: string,
  { last, lastId }: ArchiveManifest,
): Promise<void> {
  const { last: newest } = await log.stats()
  let found: string | undefined = lastId
  for await (const { position, event } of log.readEncoded({ from: last, limit: 1 })) {
    if (position === last) found = event.id
  }
  if (newest >= last && found === lastId) return
  throw new ArchiveError(
    `${folder} holds the archive of another log: there, event ${JSON.stringify(lastId)} stands at position ${last}. Give another folder.`,
  )
}

function requireArchiving(
  log: EventLog<EventSchemas>,
  until: ArchiveUntil,
  folder: string,
  options: ArchiveOptions,
): Sealer | undefined {
  requireLog('archive', log)
  requireOptions('archive', options, ['encryption', 'clock', 'onProgress', 'signal'])
  requireText('The folder of the archive', folder)
  if (typeof until === 'number') requireNumber('until', until)
  else {
    requireOptions('until', until, ['position'])
    requireInteger('until.position', until.position, 1)
  }
  if (options.onProgress !== undefined) requireFunction('onProgress', options.onProgress)
  if (options.encryption !== undefined) return new Sealer(options.encryption)
  if (!log.encrypted) return undefined
  throw new ConfigurationError(
    'The log is encrypted, and an archive of it must be too: give { encryption: { keys, current } }.',
  )
}
