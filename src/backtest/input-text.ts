import { isAscii } from 'node:buffer'
import { SourceError } from './source-errors.ts'

const lineFeed = 0x0a
const byteOrderMark = '\uFEFF'

/** The longest line, in bytes. */
const longestLine = 16 * 1024 ** 2

/**
 * UTF-8 text in blocks of whole lines, ends of lines included; the last one may lack its own. A mark of
 * byte order at the beginning is left out.
 *
 * @param path where it comes from, for messages.
 * @param linesBefore tells how many lines stood in the blocks before.
 * @throws SourceError `SOURCE_INVALID` if it is no UTF-8 text, or a line is longer than 16 MiB.
 */
export async function* textBlocks(
  path: string,
  bytes: AsyncIterable<Buffer>,
  linesBefore: () => number,
): AsyncGenerator<string, void, void> {
  let [begun, held]: [Buffer[], number] = [[], 0]
  let first = true
  const block = (whole: Buffer): string => {
    const text = decoded(path, whole, linesBefore)
    const atBegin = first
    first = false
    return atBegin && text.startsWith(byteOrderMark) ? text.slice(1) : text
  }
  for await (const piece of bytes) {
    const end = piece.lastIndexOf(lineFeed) + 1
    if (end > 0) {
      const head = piece.subarray(0, end)
      yield block(begun.length === 0 ? head : Buffer.concat([...begun, head]))
      begun = []
      held = 0
    }
    if (end === piece.length) continue
    begun.push(piece.subarray(end))
    held += piece.length - end
    if (held > longestLine) throw overlong(path, linesBefore() + 1)
  }
  if (held > 0) yield block(Buffer.concat(begun))
}

function overlong(path: string, line: number): SourceError {
  return new SourceError(
    path,
    `the line is longer than ${longestLine} bytes: it is no such file.`,
    {
      line,
    },
  )
}

/** Text that is all ASCII, as market data are, need not be decoded. */
function decoded(path: string, whole: Buffer, linesBefore: () => number): string {
  if (isAscii(whole)) return whole.toString('latin1')
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return decoder.decode(whole)
  } catch (cause) {
    const line = linesBefore() + badLine(decoder, whole)
    throw new SourceError(path, 'it is no UTF-8 text. Save it as UTF-8.', { line }, { cause })
  }
}

/** Which line of a block is no UTF-8 text, from 1. An end of a line is never part of a character. */
function badLine(decoder: TextDecoder, whole: Buffer): number {
  let line = 1
  let start = 0
  for (;;) {
    const found = whole.indexOf(lineFeed, start)
    const end = found === -1 ? whole.length : found + 1
    try {
      decoder.decode(whole.subarray(start, end))
    } catch {
      return line
    }
    line += 1
    start = end
  }
}
