/** How long something took, in milliseconds, over all its runs. */
export interface Durations {
  /** How many runs there were. */
  readonly count: number
  /** The median, to 6.25 %, or half a microsecond where that is more. */
  readonly p50: number
  /** What 99 % did not exceed, to 6.25 %, or half a microsecond where that is more. */
  readonly p99: number
  /** The longest. Exact. */
  readonly max: number
}

/** Below it each microsecond has its bucket; each doubling from it on is cut in as many. */
const perOctave = 8
const octaveBits = 3

/** What 32 bits hold. In microseconds it is 71.6 minutes. */
const longest = 0xffff_ffff

/** One for each microsecond below 8, and 8 for each of the 29 octaves from 8 to 2 ** 32. */
const bucketCount = perOctave + (32 - octaveBits) * perOctave

/**
 * Counts durations in buckets that are at most an eighth as wide as they are long, in 2 KB whatever
 * it records, and at the cost of a few nanoseconds. Percentiles are the middles of buckets, so they
 * are off by 6.25 % at most, or by half a microsecond where that is more. Durations of more than
 * 71 minutes count as such.
 */
export class DurationHistogram {
  /** Made for the second. Doubles: a count of 32 bits is full after five days of 10,000 a second. */
  #counts: Float64Array | undefined = undefined
  /** How many there were; the sum of `#counts` from the second on. */
  #count = 0
  #max = 0

  /** Adds one, in milliseconds. What is not above 0 counts as 0. */
  record(durationMs: number): void {
    this.#count += 1
    if (this.#count > 1) {
      this.#counts ??= this.#begin()
      this.#counts[toBucket(toMicros(durationMs))]! += 1
    }
    if (durationMs > this.#max) this.#max = durationMs
  }

  /** The buckets, with the one that there was: many a handler is called once. */
  #begin(): Float64Array {
    const counts = new Float64Array(bucketCount)
    counts[toBucket(toMicros(this.#max))] = 1
    return counts
  }

  /** What it has recorded; undefined before the first. */
  summary(): Durations | undefined {
    if (this.#count === 0) return undefined
    return {
      count: this.#count,
      p50: this.percentile(50),
      p99: this.percentile(99),
      max: this.#max,
    }
  }

  /**
   * The milliseconds that `p` percent of the durations did not exceed, by nearest rank; `p` is from 0
   * to 100. Never more than the longest, which 100 gives exactly. 0 before the first.
   */
  percentile(p: number): number {
    if (this.#counts === undefined) return this.#max
    const rank = Math.max(1, Math.ceil((p * this.#count) / 100))
    if (rank >= this.#count) return this.#max
    let passed = 0
    let bucket = -1
    while (passed < rank) {
      bucket += 1
      passed += this.#counts[bucket]!
    }
    return Math.min(middleMs(bucket), this.#max)
  }
}

function toMicros(durationMs: number): number {
  return durationMs > 0 ? Math.min(durationMs * 1_000, longest) >>> 0 : 0
}

/** `micros` is a whole number of 32 bits. */
function toBucket(micros: number): number {
  if (micros < perOctave) return micros
  const shift = 31 - octaveBits - Math.clz32(micros)
  // The upper four bits of `micros`, of which the first is always set: 8 to 15.
  return shift * perOctave + (micros >>> shift)
}

function middleMs(bucket: number): number {
  const shift = Math.max(0, (bucket >>> octaveBits) - 1)
  const lowest = (bucket - shift * perOctave) * 2 ** shift
  return (lowest + 2 ** shift / 2) / 1_000
}
