import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs'
import { frameSum, noSum, sameSum, sumOf, wordsOf, type WalSum } from './wal-checksum.ts'
import { frameHeaderBytes, framesOf, readBytes, walHeaderBytes } from './wal-frames.ts'
import type { WalShape } from './wal-frames.ts'
import { WalScan } from './wal-scan.ts'

/** What the write-ahead log of a log file is like, before SQLite opens it. */
export type WalState =
  /** There is none, or it is empty. */
  | { readonly kind: 'none' }
  /** All that was committed is there. */
  | WalFound<'sound'>
  /** Something was being written when the process or the machine stopped. What was committed is there. */
  | WalFound<'torn'>
  /** Something that was committed is not as it was written; SQLite would drop it, and all after it. */
  | (WalFound<'damaged'> & {
      /** What is wrong, in a few words. */
      readonly reason: string
    })

/** What a write-ahead log holds. */
export interface WalFound<Kind extends string> {
  readonly kind: Kind
  /** How many frames are whole and in order, from the first one. A frame is a page of the database. */
  readonly frames: number
  /** How many of them are up to the last commit among them. */
  readonly committed: number
  /** Where that commit ends, in bytes; 0 if the header is not as it was written. */
  readonly end: number
  /** Where the first frame is that is not whole, in bytes; undefined if all are. */
  readonly badAt: number | undefined
}

/**
 * Looks at the write-ahead log of a log file. SQLite reads it up to the first frame that is not as it was
 * written, and drops the rest without a word. That is right for the last transaction, which was perhaps
 * never finished. It is wrong for one before it: each was synced before the next one began.
 *
 * So a bad frame is damage if anything valid follows the end of its transaction, and also if what is wrong
 * with it is one bit, in the page or around it, since a torn write does not turn one bit. It is torn if
 * neither holds: more than one wrong bit in the last transaction cannot be told from a write that did not
 * finish. Transactions that were not synced (`lazy`) may reach the disk out of order in a power cut, and
 * then count as damage as well. Frames of another round, with other salts, are leftovers.
 *
 * Only who has the writer lock may ask: while somebody writes, the answer means nothing.
 *
 * Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 *
 * @param path the log file itself, as `logPath` gives it, not the one ending in `-wal`.
 * @throws Error of the file system if it cannot be read.
 */
export function checkWal(path: string): WalState {
  const file = openWal(path)
  if (file === undefined) return { kind: 'none' }
  try {
    const { size } = fstatSync(file)
    return size === 0 ? { kind: 'none' } : checkFile(file, size)
  } finally {
    closeSync(file)
  }
}

/**
 * Cuts the write-ahead log after the last commit that is whole, and syncs it. What was torn is gone
 * either way; where it is damaged, this gives up what came after.
 *
 * @throws Error of the file system if it cannot be written.
 */
export function cutWal(path: string, state: WalState): void {
  if (state.kind === 'none') return
  const file = openSync(`${path}-wal`, 'r+')
  try {
    ftruncateSync(file, state.end)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function openWal(path: string): number | undefined {
  try {
    return openSync(`${path}-wal`, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function checkFile(file: number, size: number): WalState {
  const bytes = readBytes(file, 0, walHeaderBytes)
  const header = readHeader(bytes)
  if (header === undefined) return withoutHeader(file, size, bytes)
  const scan = new WalScan(header.sum, header.salts)
  for (const frame of framesOf(file, size, header.shape)) {
    scan.take(frame)
    if (scan.damage !== undefined) break
  }
  const frameBytes = frameHeaderBytes + header.shape.pageSize
  const place = (frames: number): number => walHeaderBytes + frames * frameBytes
  const { frames, committed, damage } = scan
  const badAt = place(frames) < size ? place(frames) : undefined
  const found = { frames, committed, end: place(committed), badAt }
  if (damage !== undefined) return { kind: 'damaged', ...found, reason: damage }
  const finished = frames === committed && (badAt === undefined || scan.leftover)
  return { kind: finished ? 'sound' : 'torn', ...found }
}

interface WalHeader {
  readonly shape: WalShape
  readonly sum: WalSum
  /** The salts as words, in the byte order of checksums. */
  readonly salts: Uint32Array
}

const magic = 0x377f_0682
const formatVersion = 3_007_000
const pageSizes = [4_096, 512, 1_024, 2_048, 8_192, 16_384, 32_768, 65_536]

/** What a header says. Undefined if it is not as it was written. */
function readHeader(bytes: Buffer): WalHeader | undefined {
  const first = bytes.readUInt32BE(0)
  const pageSize = bytes.readUInt32BE(8)
  const bigEndian = first === magic + 1
  const words = wordsOf(bytes, bigEndian)
  const sum: WalSum = [bytes.readUInt32BE(24), bytes.readUInt32BE(28)]
  if (first !== magic && !bigEndian) return undefined
  if (bytes.readUInt32BE(4) !== formatVersion || !pageSizes.includes(pageSize)) return undefined
  if (!sameSum(sumOf(noSum, words, 0, 6), sum)) return undefined
  return { shape: { pageSize, bigEndian }, sum, salts: words.slice(4, 6) }
}

/**
 * The header is synced before the first frame is written. So it can be torn only where nothing follows;
 * zeros, which a file system may show in place of what it had not written, count as nothing.
 */
function withoutHeader(file: number, size: number, header: Buffer): WalState {
  const found = { frames: 0, committed: 0, end: 0, badAt: 0 }
  const room = size >= walHeaderBytes + frameHeaderBytes + Math.min(...pageSizes)
  const empty = header.every((byte) => byte === 0)
  if (!room || (empty && !anyFrames(file, size))) return { kind: 'torn', ...found }
  return { kind: 'damaged', ...found, reason: 'its header is not as it was written' }
}

/** Whether any frame carries the checksum that follows from the frame before it. */
function anyFrames(file: number, size: number): boolean {
  for (const pageSize of pageSizes) {
    for (const bigEndian of [false, true]) {
      let before: WalSum = noSum
      for (const { words, sum } of framesOf(file, size, { pageSize, bigEndian })) {
        // Zeros have the checksum that follows from zeros.
        if (!sameSum(sum, noSum) && sameSum(frameSum(before, words), sum)) return true
        before = sum
      }
    }
  }
  return false
}
