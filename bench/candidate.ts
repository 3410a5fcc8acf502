import assert from 'node:assert/strict'
import type { Sink } from './sink.ts'

/** One side of a comparison. */
export interface Candidate {
  readonly name: string
  /** Where all of its handlers report. */
  readonly sink: Sink
  /**
   * Emits `times` events. Each candidate has a loop of its own, so that its emitter can be inlined
   * into it and no candidate pays for another one's types.
   */
  run(times: number): void | Promise<void>
}

/** What one event must lead to. */
export interface Expectation {
  /** Calls of handlers. */
  readonly calls: number
  /** What these calls add to the sum. */
  readonly sum: number
}

/** Throws unless every candidate delivers the same as is expected: nothing wrong is ever timed. */
export async function checkCandidates(
  candidates: readonly Candidate[],
  expected: Expectation,
): Promise<void> {
  const events = 100
  for (const { name, sink, run } of candidates) {
    sink.reset()
    await run(events)
    assert.equal(sink.calls, events * expected.calls, `${name}: calls of handlers`)
    // Sums of 100 timestamps stay below 2 ** 53, so they are exact but for the first fraction.
    const sum = Math.floor(sink.sum)
    assert.equal(sum, events * expected.sum, `${name}: what the handlers added up`)
  }
}
