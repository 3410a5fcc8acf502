import { crc32 } from 'node:zlib'
import { type Entry, openPromise } from 'yauzl'
import { SourceError } from './source-errors.ts'

/** How many names of files a message lists. */
const mostListed = 8

/**
 * The bytes of one file of a zip archive, checked against its checksum.
 *
 * @param name which file; undefined where there is one only.
 * @param onRead is told how many bytes of the archive were read.
 * @throws SourceError `SOURCE_INVALID` if there is no such file, or several where no name was given.
 * @throws Error if the archive is damaged.
 */
export async function* zipEntry(
  path: string,
  name: string | undefined,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, void> {
  const zip = await openPromise(path, { autoClose: false })
  try {
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) if (isFile(entry)) entries.push(entry)
    const entry = chosen(path, entries, name)
    const share = entry.uncompressedSize === 0 ? 0 : zip.fileSize / entry.uncompressedSize
    let checksum = 0
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      const bytes = piece as Buffer
      checksum = crc32(bytes, checksum)
      onRead(bytes.length * share)
      yield bytes
    }
    if (checksum !== entry.crc32)
      throw new Error(`the checksum of ${entry.fileName} does not match`)
  } finally {
    zip.close()
  }
}

/** Folders have names that end with a slash; what lies under `__MACOSX` is not data. */
function isFile({ fileName }: Readonly<Pick<Entry, 'fileName'>>): boolean {
  return !fileName.endsWith('/') && !fileName.startsWith('__MACOSX/')
}

function chosen(path: string, entries: readonly Entry[], name: string | undefined): Entry {
  const fitting = name === undefined ? entries : entries.filter(({ fileName }) => fileName === name)
  const [entry] = fitting
  if (entry !== undefined && (name !== undefined || fitting.length === 1)) return entry
  const names = entries.slice(0, mostListed).map(({ fileName }) => JSON.stringify(fileName))
  const more = entries.length > mostListed ? ` and ${entries.length - mostListed} more` : ''
  const found = names.length === 0 ? 'no file' : `${names.join(', ')}${more}`
  throw new SourceError(
    path,
    name === undefined
      ? `a zip archive with one file was expected, and it holds ${found}. Give { entry } with the name of one.`
      : `the zip archive has no file ${JSON.stringify(name)}; it holds ${found}.`,
  )
}
