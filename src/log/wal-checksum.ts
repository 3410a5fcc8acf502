import { endianness } from 'node:os'

/** The two words of a checksum, unsigned. */
export type WalSum = readonly [number, number]

/** Where the words of a page begin in those of its frame. */
const firstPageWord = 6

/** What the checksums of a log begin with. */
export const noSum: WalSum = [0, 0]

/** Whether two checksums are the same. */
export function sameSum(one: WalSum, other: WalSum): boolean {
  return one[0] === other[0] && one[1] === other[1]
}

/** The words of some bytes, in the byte order of the file. */
export function wordsOf(bytes: Uint8Array, bigEndian: boolean): Uint32Array {
  // A copy begins where words may begin.
  const copy = Buffer.from(Uint8Array.from(bytes).buffer)
  if (bigEndian !== (endianness() === 'BE')) copy.swap32()
  return new Uint32Array(copy.buffer)
}

/**
 * The checksum after the words from `start` to before `end`, which are a multiple of two, where it was
 * `before` ahead of them.
 *
 * Source: https://www.sqlite.org/fileformat2.html#checksum_algorithm
 */
export function sumOf(before: WalSum, words: Uint32Array, start: number, end: number): WalSum {
  let [first, second] = before
  for (let at = start; at < end; at += 2) {
    first = (first + words[at]! + second) | 0
    second = (second + words[at + 1]! + first) | 0
  }
  return [first >>> 0, second >>> 0]
}

/** The words of a frame that its checksum covers: all but the salts and the checksum itself. */
export function pageWords(words: Uint32Array): Uint32Array {
  const covered = new Uint32Array(words.length - 4)
  covered.set(words.subarray(0, 2))
  covered.set(words.subarray(firstPageWord), 2)
  return covered
}

/** The checksum of a frame that follows one with the checksum `before`. */
export function frameSum(before: WalSum, words: Uint32Array): WalSum {
  return sumOf(sumOf(before, words, 0, 2), words, firstPageWord, words.length)
}

/**
 * Which one bit of some words, if it were the other way round, would turn their checksum from `is` into
 * `should`: the index of the word, and the mask of the bit. Undefined if no bit would; the one with the
 * lowest index if several would, as happens with the upper bits of words that are far apart.
 *
 * A word adds itself to the two sums times two neighbours of the Fibonacci sequence, modulo 2^32: the last
 * word times (0, 1), the one before it times (1, 1), then (1, 2), and so on backwards. There are 2^64
 * checksums and some 10,000 bits, so what fits is no chance.
 */
export function flippedBit(
  words: Uint32Array,
  is: WalSum,
  should: WalSum,
): { readonly word: number; readonly mask: number } | undefined {
  const first = (should[0] - is[0]) | 0
  const second = (should[1] - is[1]) | 0
  let found
  let [factor, next] = [0, 1]
  for (let word = words.length - 1; word >= 0; word--) {
    for (let bit = 0; bit < 32; bit++) {
      const mask = (1 << bit) >>> 0
      const change = (words[word]! & mask) === 0 ? mask : -mask
      if (Math.imul(change, factor) !== first || Math.imul(change, next) !== second) continue
      found = { word, mask }
    }
    const sum = (factor + next) | 0
    factor = next
    next = sum
  }
  return found
}
