import { readSync } from 'node:fs'
import { wordsOf, type WalSum } from './wal-checksum.ts'

/** The bytes of the header of a write-ahead log. */
export const walHeaderBytes = 32

/** The bytes ahead of every page. */
export const frameHeaderBytes = 24

/** How much is read at once. */
const chunkBytes = 1 << 20

/** How the pages of a write-ahead log are written. */
export interface WalShape {
  /** Bytes of a page: a power of two from 512 to 65,536. */
  readonly pageSize: number
  /** The byte order of the words that checksums are made of. */
  readonly bigEndian: boolean
}

/** One page of a write-ahead log, and what stands ahead of it. */
export interface Frame {
  /**
   * All of it: the number of the page, the size of the database after a commit or 0, two salts, two
   * words of checksum, and the page.
   */
  readonly words: Uint32Array
  /** The checksum that it carries. */
  readonly sum: WalSum
}

/** The whole frames of an open write-ahead log of `size` bytes, one after the other. */
export function* framesOf(file: number, size: number, shape: WalShape): Generator<Frame, void> {
  const frameBytes = frameHeaderBytes + shape.pageSize
  const frames = Math.floor((size - walHeaderBytes) / frameBytes)
  const atOnce = Math.ceil(chunkBytes / frameBytes)
  for (let first = 0; first < frames; first += atOnce) {
    const count = Math.min(atOnce, frames - first)
    const bytes = readBytes(file, walHeaderBytes + first * frameBytes, count * frameBytes)
    const words = wordsOf(bytes, shape.bigEndian)
    for (let start = 0; start < bytes.length; start += frameBytes) {
      yield {
        words: words.subarray(start / 4, (start + frameBytes) / 4),
        sum: [bytes.readUInt32BE(start + 16), bytes.readUInt32BE(start + 20)],
      }
    }
  }
}

/** The bytes at a place of an open file; zeros where it ends before. */
export function readBytes(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length;) {
    const read = readSync(file, bytes, done, length - done, position + done)
    if (read === 0) break
    done += read
  }
  return bytes
}
