import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { opening } from './archive-frames.ts'
import { type ArchiveManifest, eventsFile } from './archive-manifest.ts'
import { TradewireError } from '../errors/tradewire-error.ts'
import { ArchiveError } from './errors.ts'
import type { NewEncodedEntry } from './event-log.ts'
import { gunzipped, type Line, readLines } from './ndjson.ts'
import { eventOfLine } from './ndjson-event.ts'
import type { Sealer } from './sealing.ts'

/** The longest line, in UTF-16 units: more than any event of a log takes. */
const longestLine = 16 * 1024 ** 2

/** An entry of an archive, which always has a position. */
export type ArchivedEntry = NewEncodedEntry & { readonly position: number }

/**
 * The events of an archive file, in groups. It has been proved to be what its manifest says only when the
 * last group was taken: whoever must not act on what is damaged reads it twice.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` if the file is not what its manifest says.
 * @throws LogKeyError `LOG_KEY` if the key that it is encrypted with is missing, or another one.
 */
export async function* readArchive(
  folder: string,
  manifest: ArchiveManifest,
  sealer: Sealer | undefined,
): AsyncGenerator<readonly ArchivedEntry[], void, void> {
  const file = eventsFile(manifest)
  const check = new ArchiveCheck(file, manifest)
  const path = join(folder, file)
  // First, so that damage is told as such, and not as what becomes of it when it is opened.
  await reading(file, () => check.file(createReadStream(path)))
  const stored: AsyncIterable<Uint8Array> = createReadStream(path)
  // Whoever calls has made sure that there is a sealer where one is needed.
  const open = manifest.encrypted === undefined ? stored : opening(sealer!, file)(stored)
  const lines = readLines(check.plain(gunzipped(open)), longestLine)
  for (;;) {
    const group = await reading(file, () => lines.next())
    if (group.done === true) break
    yield group.value.map((line) => check.entry(line))
  }
  check.end()
}

async function reading<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof TradewireError) throw cause
    throw new ArchiveError(`${file} cannot be read: ${(cause as Error).message}.`, { cause })
  }
}

/** Compares a file with its manifest while it is read. */
class ArchiveCheck {
  readonly #name: string
  readonly #manifest: ArchiveManifest
  readonly #plainHash = createHash('sha256')
  readonly #types = new Map<string, number>()
  #events = 0
  #first = 0
  #last = 0

  constructor(name: string, manifest: ArchiveManifest) {
    this.#name = name
    this.#manifest = manifest
  }

  /** Compares the file as it is. */
  async file(source: AsyncIterable<unknown>): Promise<void> {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      hash.update(chunk)
    }
    this.#same('bytes', this.#manifest.bytes, bytes)
    this.#same('fileSha256', this.#manifest.fileSha256, hash.digest('hex'))
  }

  async *plain(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of source) {
      this.#plainHash.update(chunk)
      yield chunk
    }
  }

  entry(line: Line): ArchivedEntry {
    const { event, position } = this.#eventOf(line)
    if (position === undefined || position <= this.#last || position > this.#manifest.last) {
      throw new ArchiveError(
        `${this.#name}:${line.number}: expected a position above ${this.#last} and up to ${this.#manifest.last}, but found ${position ?? 'none'}.`,
      )
    }
    if (this.#events === 0) this.#first = position
    this.#last = position
    this.#events += 1
    this.#types.set(event.type, (this.#types.get(event.type) ?? 0) + 1)
    return { event, position }
  }

  #eventOf({ number, text, fault }: Line): ReturnType<typeof eventOfLine> {
    if (text === undefined) throw new ArchiveError(`${this.#name}:${number}: ${fault!}.`)
    try {
      return eventOfLine(text)
    } catch (cause) {
      throw new ArchiveError(`${this.#name}:${number}: it is no event.`, { cause })
    }
  }

  end(): void {
    this.#same('sha256', this.#manifest.sha256, this.#plainHash.digest('hex'))
    this.#same('events', this.#manifest.events, this.#events)
    this.#same('first', this.#manifest.first, this.#first)
    this.#same('last', this.#manifest.last, this.#last)
    this.#same(
      'types',
      textOfTypes(this.#manifest.types),
      textOfTypes(Object.fromEntries(this.#types)),
    )
  }

  #same(field: keyof ArchiveManifest, expected: number | string, found: number | string): void {
    if (expected === found) return
    throw new ArchiveError(
      `${this.#name} is not what its manifest says: expected ${field} ${expected}, but found ${found}. Take another copy of it.`,
    )
  }
}

function textOfTypes(types: Readonly<Record<string, number>>): string {
  return JSON.stringify(
    Object.entries(types).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  )
}
