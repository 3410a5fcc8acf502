import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from './errors.ts'

/** What an archive is encrypted with. */
export interface ArchiveKey {
  /** The name of the key. */
  readonly key: string
}

/** What an archive file holds: the JSON of `<first>-<last>.manifest.json` beside it. */
export interface ArchiveManifest {
  /** Always `tradewire-archive`. */
  readonly format: 'tradewire-archive'
  /** The version of this format. */
  readonly version: 1
  /** How many events it holds. */
  readonly events: number
  /** The position of the first. */
  readonly first: number
  /** The position of the last. */
  readonly last: number
  /** The id of the last: tells whether a log is the one that was archived. */
  readonly lastId: string
  /** The last position of the archive before it; 0 for the first. So a missing one is noticed. */
  readonly previous: number
  /** The lowest timestamp, in milliseconds since the Unix epoch. */
  readonly since: number
  /** The highest timestamp, in milliseconds since the Unix epoch. */
  readonly until: number
  /** SHA-256 of the NDJSON, neither compressed nor encrypted, in hexadecimal. */
  readonly sha256: string
  /** SHA-256 of the file as it is, in hexadecimal. */
  readonly fileSha256: string
  /** The size of the file, in bytes. */
  readonly bytes: number
  /** How many events of each type it holds. */
  readonly types: Readonly<Record<string, number>>
  /** When it was made, as ISO 8601 text. */
  readonly createdAt: string
  /** The name of the key that it is encrypted with, if it is. */
  readonly encrypted?: ArchiveKey
}

const namePattern = /^\d{12,}-\d{12,}\.manifest\.json$/
const hashPattern = /^[0-9a-f]{64}$/

/** The name that an archive of these positions has, without its endings. */
export function archiveName(first: number, last: number): string {
  return `${padded(first)}-${padded(last)}`
}

const padded = (position: number): string => String(position).padStart(12, '0')

/** The name of the file with the events. */
export function eventsFile({ first, last, encrypted }: ArchiveManifest): string {
  return `${archiveName(first, last)}.ndjson.gz${encrypted === undefined ? '' : '.sealed'}`
}

/**
 * The manifests of a folder in the order of their positions, each of them and all together as they must
 * be: none overlaps another, and none is missing in between. A folder that does not exist has none.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` otherwise.
 */
export async function readManifests(folder: string): Promise<readonly ArchiveManifest[]> {
  const names = await namesIn(folder)
  const manifests: ArchiveManifest[] = []
  for (const name of names) manifests.push(await readManifest(folder, name))
  manifests.sort((left, right) => left.first - right.first)
  for (const [index, { first, previous }] of manifests.entries()) {
    const before = manifests[index - 1]?.last
    if (before === undefined || before === previous) continue
    throw new ArchiveError(
      `${folder}: the archive that begins at position ${first} was made to follow position ${previous}, but the one before it ends at ${before}. An archive is missing, or does not belong here.`,
    )
  }
  return manifests
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => namePattern.test(name))
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === 'ENOENT') return []
    throw new ArchiveError(`${folder} cannot be read: ${(cause as Error).message}.`, { cause })
  }
}

async function readManifest(folder: string, name: string): Promise<ArchiveManifest> {
  const path = join(folder, name)
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new ArchiveError(`${path} cannot be read, or is no JSON.`, { cause })
  }
  const manifest = requireManifest(path, json)
  const expected = `${archiveName(manifest.first, manifest.last)}.manifest.json`
  if (name === expected) return manifest
  throw new ArchiveError(`${path} speaks of other positions than its name: expected ${expected}.`)
}

type Check = (value: unknown) => boolean

const isWhole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isPosition: Check = (value) => isWhole(value) && value !== 0
const isHash: Check = (value) => typeof value === 'string' && hashPattern.test(value)
const isText: Check = (value) => typeof value === 'string'
const isObject: Check = (value) => typeof value === 'object' && value !== null

const checks: Readonly<Record<keyof ArchiveManifest, Check>> = {
  format: (value) => value === 'tradewire-archive',
  version: isPosition,
  events: isPosition,
  first: isPosition,
  last: isPosition,
  lastId: isText,
  previous: isWhole,
  since: Number.isFinite,
  until: Number.isFinite,
  sha256: isHash,
  fileSha256: isHash,
  bytes: isPosition,
  types: (value) => isObject(value) && Object.values(value as object).every(isPosition),
  createdAt: isText,
  encrypted: (value) =>
    value === undefined || (isObject(value) && isText((value as { key?: unknown }).key)),
}

function requireManifest(path: string, json: unknown): ArchiveManifest {
  const fields = (isObject(json) ? json : {}) as Record<string, unknown>
  if (fields['format'] === 'tradewire-archive' && isPosition(fields['version'])) {
    if (fields['version'] !== 1) {
      throw new ArchiveError(
        `${path} has version ${String(fields['version'])}, and this program reads version 1. Update it.`,
      )
    }
  }
  for (const [field, fits] of Object.entries(checks)) {
    if (fits(fields[field])) continue
    throw new ArchiveError(`${path} is no manifest of an archive: its ${field} is malformed.`)
  }
  const manifest = fields as unknown as ArchiveManifest
  const { first, last, previous, events } = manifest
  if (previous < first && first <= last && events <= last - first + 1) return manifest
  throw new ArchiveError(
    `${path} is no manifest of an archive: its positions contradict each other.`,
  )
}
