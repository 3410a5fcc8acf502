import type { Candidate } from './candidate.ts'

export interface MeasureOptions {
  /** Rounds that count. */
  readonly rounds: number
  /** Rounds before them that do not. */
  readonly warmupRounds: number
  /** How long one batch of one candidate lasts, in milliseconds. */
  readonly batchMs: number
  /** Whether this is for a first look: what lasts a minute lasts seconds then. */
  readonly quick: boolean
}

export interface Row {
  readonly name: string
  /** Nanoseconds per event, one for each round. The same index is the same round in every row. */
  readonly samples: readonly number[]
}

/**
 * Times candidates in turn, A B C A B C …, so that what disturbs the machine disturbs all of them.
 * Each gets batches of about the same duration.
 *
 * @param fixedTimes how many events a batch has for all of them, where it must be the same number.
 */
export async function measure(
  candidates: readonly Candidate[],
  { rounds, warmupRounds, batchMs }: MeasureOptions,
  fixedTimes?: number,
): Promise<Row[]> {
  const entries = candidates.map((candidate) => ({
    candidate,
    times: fixedTimes ?? 100,
    samples: [] as number[],
  }))
  for (let round = -warmupRounds; round < rounds; round += 1) {
    for (const entry of entries) {
      const nanoseconds = await timeBatch(entry.candidate, entry.times)
      if (round >= 0) entry.samples.push(nanoseconds / entry.times)
      else entry.times = fixedTimes ?? nextTimes(entry.times, nanoseconds, batchMs)
    }
  }
  return entries.map(({ candidate, samples }) => ({ name: candidate.name, samples }))
}

async function timeBatch({ run, sink }: Candidate, times: number): Promise<number> {
  sink.reset()
  // What the one before has left in the young generation is not for this one to clean up. Whatever
  // this one leaves is collected on its own time, but for the last part of the last batch.
  globalThis.gc?.({ type: 'minor' })
  const startedAt = process.hrtime.bigint()
  const running = run(times)
  if (running !== undefined) await running
  return Number(process.hrtime.bigint() - startedAt)
}

/** Comes near `batchMs`, at most tenfold at a time, as the first batches run in the interpreter. */
function nextTimes(times: number, nanoseconds: number, batchMs: number): number {
  const wanted = (times * batchMs * 1e6) / Math.max(nanoseconds, 1)
  return Math.max(1, Math.round(Math.min(wanted, times * 10)))
}

/** The middle of the values, in order. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Half of the distance between the quartiles, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
}

/** The value that so large a share of the values is at or below, in between where none is there. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}
