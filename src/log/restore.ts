import { requireFunction, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import { type ArchivedEntry, readArchive } from './archive-file.ts'
import { type ArchiveManifest, eventsFile, readManifests } from './archive-manifest.ts'
import { ArchiveError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { LogStats } from './log-stats.ts'
import type { Progress } from './progress.ts'
import { requireLog } from './require-log.ts'
import { type EncryptionOptions, Sealer } from './sealing.ts'

/** How to read archives. */
export interface RestoreOptions {
  /** The keys of archives that are encrypted. */
  readonly encryption?: EncryptionOptions
  /**
   * Is told how far it has come. For `restore` each event counts twice, because it is read twice: it is
   * proved before anything is appended.
   */
  readonly onProgress?: (progress: Progress) => void
  /** Ends it when it aborts; it rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** What was restored. */
export interface RestoreReport {
  /** How many archives. */
  readonly archives: number
  /** How many events. */
  readonly events: number
  /** The position of the first. */
  readonly first: number
  /** The position of the last. */
  readonly last: number
}

/** A file of an archive that is not as it was written. */
export interface DamagedFile {
  /** Its name in the folder. */
  readonly file: string
  /** What is wrong, in a few words. */
  readonly reason: string
}

/** What `verifyArchive` has found. */
export interface ArchiveVerification extends RestoreReport {
  /** Whether all of it is as it was written, and there is something. */
  readonly ok: boolean
  /** What is wrong, by file. */
  readonly damaged: readonly DamagedFile[]
}

const mostEvents = 1_000

/**
 * Appends the archives of a folder to a log, in order; events keep their positions. All of them are proved
 * to be what their manifests say before anything is appended.
 *
 * @param log is empty, or ends before the first archived event; it is encrypted if one of the archives is.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed, the log does not end
 * before the archive, or an archive is encrypted and the log is not.
 * @throws ArchiveError `ARCHIVE_INVALID` if an archive is missing, or not what its manifest says.
 * @throws LogKeyError `LOG_KEY` if the key that it is encrypted with is missing, or another one.
 * @throws what `append` of a log throws.
 * @example
 * ```ts
 * await archive(log, Date.now(), './archive')
 * await using copy = await openLog('./copy.db')
 * const { events } = await restore(copy, './archive')
 * console.log(events)
 * ```
 */
export async function restore(
  log: EventLog<EventSchemas>,
  folder: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  requireLog('restore', log)
  return restoreInto(log, folder, options)
}

/** What archives are restored into: a log, or what makes one for the first events. */
export interface RestoreTarget extends Pick<EventLog<EventSchemas>, 'appendEncoded' | 'encrypted'> {
  stats(): Promise<Pick<LogStats, 'last'>>
}

/** {@link restore} into what need not be a whole log. */
export async function restoreInto(
  log: RestoreTarget,
  folder: string,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const reading = requireReading('restore', folder, options)
  const manifests = await readManifests(folder)
  const report = reportOf(manifests)
  if (report.archives === 0) {
    throw new ArchiveError(
      `${folder} holds no archive. Give the folder that archives were written into.`,
    )
  }
  if (!log.encrypted) requirePlain(manifests)
  const { last } = await log.stats()
  if (last >= report.first) {
    throw new ConfigurationError(
      `The log ends at position ${last}, and the archive begins at ${report.first}: it must end before. Restore into a new log.`,
    )
  }
  const run = new ArchiveRun(folder, reading, options, report.events * 2)
  for (const manifest of manifests) await run.read(manifest)
  for (const manifest of manifests) {
    await run.read(manifest, async (entries) => {
      await log.appendEncoded(entries)
    })
  }
  return report
}

/** Refuses to write in plain what was encrypted. */
function requirePlain(manifests: readonly ArchiveManifest[]): void {
  const sealed = manifests.find(({ encrypted }) => encrypted !== undefined)
  if (sealed === undefined) return
  throw new ConfigurationError(
    `${eventsFile(sealed)} is encrypted with the key ${JSON.stringify(sealed.encrypted!.key)}, and the log is not encrypted: its secrets would be written in plain. Open the log with { encryption: { keys, current } }, and give restore the same.`,
  )
}

/**
 * Reads the archives of a folder to their ends, and compares them with their manifests.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws LogKeyError `LOG_KEY` if the key that one is encrypted with is missing.
 * @example
 * ```ts
 * await archive(log, Date.now(), './archive')
 * const { ok, damaged } = await verifyArchive('./archive')
 * if (!ok) for (const { file, reason } of damaged) console.error(file, reason)
 * ```
 */
export async function verifyArchive(
  folder: string,
  options: RestoreOptions = {},
): Promise<ArchiveVerification> {
  const reading = requireReading('verifyArchive', folder, options)
  const damaged: { readonly file: string; readonly reason: string }[] = []
  let manifests: readonly ArchiveManifest[] = []
  try {
    manifests = await readManifests(folder)
    if (manifests.length === 0) throw new ArchiveError('There is no archive.')
  } catch (error) {
    damaged.push({ file: folder, reason: reasonOf(error) })
  }
  const report = reportOf(manifests)
  const run = new ArchiveRun(folder, reading, options, report.events)
  for (const manifest of manifests) {
    try {
      await run.read(manifest)
    } catch (error) {
      damaged.push({ file: eventsFile(manifest), reason: reasonOf(error) })
    }
  }
  return { ok: damaged.length === 0, ...report, damaged }
}

/** What is wrong with an archive; anything else that was thrown is not about it. */
function reasonOf(error: unknown): string {
  if (error instanceof ArchiveError) return error.message
  throw error
}

function reportOf(manifests: readonly ArchiveManifest[]): RestoreReport {
  return {
    archives: manifests.length,
    events: manifests.reduce((sum, { events }) => sum + events, 0),
    first: manifests[0]?.first ?? 0,
    last: manifests.at(-1)?.last ?? 0,
  }
}

class ArchiveRun {
  readonly #folder: string
  readonly #sealer: Sealer | undefined
  readonly #options: RestoreOptions
  readonly #total: number
  #done = 0

  constructor(folder: string, sealer: Sealer | undefined, options: RestoreOptions, total: number) {
    this.#folder = folder
    this.#sealer = sealer
    this.#options = options
    this.#total = total
  }

  /** Reads an archive to its end, so that it is proved, and hands over its events if somebody wants them. */
  async read(
    manifest: ArchiveManifest,
    take?: (entries: readonly ArchivedEntry[]) => Promise<void>,
  ): Promise<void> {
    if (manifest.encrypted !== undefined && this.#sealer === undefined) {
      throw new ConfigurationError(
        `${eventsFile(manifest)} is encrypted with the key ${JSON.stringify(manifest.encrypted.key)}: give { encryption: { keys, current } }.`,
      )
    }
    for await (const group of readArchive(this.#folder, manifest, this.#sealer)) {
      for (let start = 0; start < group.length; start += mostEvents) {
        this.#options.signal?.throwIfAborted()
        const entries = group.slice(start, start + mostEvents)
        await take?.(entries)
        this.#done += entries.length
        this.#options.onProgress?.({ done: this.#done, total: this.#total })
      }
    }
  }
}

function requireReading(name: string, folder: string, options: RestoreOptions): Sealer | undefined {
  requireOptions(name, options, ['encryption', 'onProgress', 'signal'])
  requireText('The folder of the archive', folder)
  if (options.onProgress !== undefined) requireFunction('onProgress', options.onProgress)
  return options.encryption === undefined ? undefined : new Sealer(options.encryption)
}
