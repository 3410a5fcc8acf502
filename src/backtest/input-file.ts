import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { zipEntry } from './input-zip.ts'
import { SourceError } from './source-errors.ts'

/** How much is read at once, in bytes. */
const pieceBytes = 256 * 1024

/** What a gzip stream begins with. */
const gzipMagic = 0x1f_8b
/** What a zip archive begins with: `PK`. */
const zipMagic = 0x50_4b

/**
 * A file that is read from its beginning to its end, inflated if it is gzip or zip, as its first bytes say.
 */
export class InputFile {
  /** Where it is. */
  readonly path: string
  readonly #entry: string | undefined
  #size = 0
  #read = 0

  /** @param entry which file of a zip archive is meant; undefined where it has one only. */
  constructor(path: string, entry: string | undefined) {
    this.path = path
    this.#entry = entry
  }

  /** How much of it has been read, from 0 to 1; undefined where its size is not known. */
  get fraction(): number | undefined {
    return this.#size === 0 ? undefined : Math.min(1, this.#read / this.#size)
  }

  /**
   * Its bytes, piece by piece.
   *
   * @throws SourceError `SOURCE_INVALID` if there is no such file, or it cannot be read to its end.
   */
  async *bytes(): AsyncGenerator<Buffer, void, void> {
    const handle = await this.#opened()
    try {
      this.#size = (await handle.stat()).size
      const first = await readPiece(handle)
      const magic = first.length < 2 ? 0 : first.readUInt16BE(0)
      const raw = this.#pieces(handle, first)
      if (magic === gzipMagic) yield* gunzipped(raw)
      else if (magic === zipMagic)
        yield* zipEntry(this.path, this.#entry, (read) => this.#add(read))
      else yield* raw
    } catch (cause) {
      throw cause instanceof SourceError ? cause : unreadable(this.path, cause as Error)
    } finally {
      await handle.close()
    }
  }

  async #opened(): Promise<FileHandle> {
    try {
      return await open(this.path)
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
      if (!missing) throw unreadable(this.path, cause as Error)
      throw new SourceError(this.path, 'there is no such file.', {}, { cause })
    }
  }

  async *#pieces(handle: FileHandle, first: Buffer): AsyncGenerator<Buffer, void, void> {
    for (let piece = first; piece.length > 0; piece = await readPiece(handle)) {
      this.#add(piece.length)
      yield piece
    }
  }

  #add(bytes: number): void {
    this.#read += bytes
  }
}

async function readPiece(handle: FileHandle): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes)
  return buffer.subarray(0, bytesRead)
}

async function* gunzipped(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  // What fails on the way ends the loop below with its error.
  const gunzip = pipeline(raw, createGunzip({ chunkSize: pieceBytes }), () => {})
  for await (const piece of gunzip) yield piece as Buffer
}

function unreadable(path: string, cause: Error): SourceError {
  return new SourceError(
    path,
    `it cannot be read to its end: ${cause.message}. Get the file anew, or give one that this process may read.`,
    {},
    { cause },
  )
}

/**
 * The path of a file that was given by path or by `file:` URL.
 *
 * @throws ConfigurationError `CONFIGURATION` if it is neither.
 */
export function requirePath(reader: string, path: unknown): string {
  if (typeof path === 'string' && path !== '') return path
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path)
  throw new ConfigurationError(
    `${reader} reads a file: give its path or its file: URL. It was given ${path instanceof URL ? path.href : describeValue(path)}.`,
  )
}
