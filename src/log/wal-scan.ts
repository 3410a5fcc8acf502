import { flippedBit, frameSum, pageWords, sameSum, type WalSum } from './wal-checksum.ts'
import type { Frame } from './wal-frames.ts'

/** Goes through the frames of a write-ahead log in order, and finds where, and how, it ends. */
export class WalScan {
  readonly #salts: Uint32Array
  /** The checksums that the next frame may follow from: one, or two behind the first bad frame. */
  #sums: readonly WalSum[]
  #frames = 0
  #committed = 0
  #bad = false
  /** Whether the first bad frame is whole but for a bit or its salts, and all after it are whole. */
  #whole = false
  /** Whether the transaction of the first bad frame has ended. */
  #ended = false
  #leftover = false
  #damage: string | undefined

  constructor(sum: WalSum, salts: Uint32Array) {
    this.#sums = [sum]
    this.#salts = salts
  }

  /** How many frames are whole, from the first one. */
  get frames(): number {
    return this.#frames
  }

  /** How many of them there are up to the last commit. */
  get committed(): number {
    return this.#committed
  }

  /** Whether the first frame that is not whole is one of another round. */
  get leftover(): boolean {
    return this.#leftover
  }

  /** What was committed and is not as it was written, if anything. */
  get damage(): string | undefined {
    return this.#damage
  }

  /** Looks at the next frame. */
  take(frame: Frame): void {
    const sums = this.#sums.map((before) => frameSum(before, frame.words))
    const right = sums.some((sum) => sameSum(sum, frame.sum))
    const salted = frame.words[2] === this.#salts[0] && frame.words[3] === this.#salts[1]
    if (this.#bad) this.#takeBehind(frame, right, salted)
    else if (right && salted) this.#takeWhole(frame)
    else this.#takeBad(frame, sums[0]!, right, salted)
  }

  #takeWhole(frame: Frame): void {
    this.#sums = [frame.sum]
    this.#frames++
    if (commits(frame.words[1]!)) this.#committed = this.#frames
  }

  #takeBad(frame: Frame, sum: WalSum, right: boolean, salted: boolean): void {
    this.#bad = true
    const size = right ? frame.words[1] : mended(frame, sum)
    this.#whole = size !== undefined
    this.#leftover = !salted && !this.#whole
    this.#ended = (this.#whole || salted) && commits(size ?? frame.words[1]!)
    // Perhaps what is wrong is in the checksum that it carries, and perhaps elsewhere.
    this.#sums = [frame.sum, sum]
    if (this.#whole && this.#ended) this.#damage = 'a bit of it has changed'
  }

  #takeBehind(frame: Frame, right: boolean, salted: boolean): void {
    const valid = right && salted
    const commit = salted && commits(frame.words[1]!)
    if (valid && this.#ended) this.#damage = 'what was committed later follows'
    this.#whole &&= valid
    if (this.#whole && commit) this.#damage ??= 'a bit of it has changed'
    this.#ended ||= commit
    this.#sums = [frame.sum]
  }
}

/** A commit says how many pages the database has then, every other frame says 0. */
function commits(databaseSize: number): boolean {
  return databaseSize !== 0
}

/**
 * The database size that a frame in which one bit is wrong may have had; undefined if more than a bit is.
 * Where several bits would do, it is one that makes the frame a commit, if any does.
 */
function mended(frame: Frame, sum: WalSum): number | undefined {
  const size = frame.words[1]!
  // The bit may be one of the checksum itself.
  if (bitsBetween(sum, frame.sum) === 1) return size
  const flipped = flippedBit(pageWords(frame.words), sum, frame.sum)
  if (flipped === undefined) return undefined
  return flipped.word === 1 && size === 0 ? flipped.mask : size
}

function bitsBetween(one: WalSum, other: WalSum): number {
  let bits = 0
  for (let word = 0; word < 2; word++) {
    for (let left = one[word]! ^ other[word]!; left !== 0; left &= left - 1) bits++
  }
  return bits
}
