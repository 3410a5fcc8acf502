import assert from 'node:assert/strict'
import { DedupWindow } from '../src/delivery/dedup-window.ts'
import type { Candidate } from './candidate.ts'
import { measure } from './measure.ts'
import type { Scenario } from './scenario.ts'
import { Sink } from './sink.ts'

export const windowSizes = [1_000, 100_000, 1_000_000] as const

/** Where keys come from. */
export const dedupRows = ['trade ids, which are there', 'event ids, which are made'] as const

/** Each tenth event is one that was there before. */
const share = 10

/** What it costs to tell whether an event was there before, once the window is full. */
export const dedupScenarios: readonly Scenario[] = windowSizes.map((capacity) => ({
  id: `dedup-${capacity}`,
  group: 'delivery',
  unit: 'ns',
  // One window a process: a machine's caches hold one of a million keys less well than a small one.
  title: `Dedup, a full window of ${capacity.toLocaleString('en')} keys, 10 % duplicates`,
  async run(options) {
    check(capacity)
    return measure(
      [
        dedup(dedupRows[0], capacity, tradeIds(2 * capacity + 1_000)),
        dedup(dedupRows[1], capacity, undefined),
        idsAlone(),
      ],
      options,
    )
  },
}))

/** An id as a live bus makes it. */
function eventId(sequence: number): string {
  return `3f9k2m8q1x7z5w4v-${sequence}`
}

/** Ids as a venue counts them; read from messages, so that they are flat strings. */
function tradeIds(count: number): readonly string[] {
  return JSON.parse(
    JSON.stringify(Array.from({ length: count }, (_, index) => String(5_512_874_391 + index))),
  ) as string[]
}

/**
 * Keys that come round again long after the window has forgotten them are as good as new ones.
 *
 * @param keys where to take keys from; undefined to make each, as the id of an event is made.
 */
function dedup(name: string, capacity: number, keys: readonly string[] | undefined): Candidate {
  const sink = new Sink()
  const window = new DedupWindow(capacity)
  const keyAt = keys === undefined ? eventId : (index: number): string => keys[index % keys.length]!
  let next = 0
  for (; next < capacity; next += 1) window.add(keyAt(next))
  // Anywhere in the window, in an order that caches cannot guess.
  let random = 1
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) {
        if (i % share === 0) {
          random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
          const age = 1 + (random % capacity)
          if (window.add(keyAt(next - age))) sink.add(1)
        } else {
          sink.add(window.add(keyAt(next)) ? 1 : 0)
          next += 1
        }
      }
    },
  }
}

/** What of the row above is not the window. */
function idsAlone(): Candidate {
  const sink = new Sink()
  return {
    name: 'event ids alone, no window',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) sink.add(eventId(i).codePointAt(sink.calls % 10)!)
    },
  }
}

/** New keys are new, and duplicates are none: exactly nine of ten pass. */
function check(capacity: number): void {
  for (const keys of [tradeIds(2 * capacity + 1_000), undefined]) {
    const { name, run, sink } = dedup('check', capacity, keys)
    void run(3 * capacity)
    const passed = Math.ceil((3 * capacity) / share)
    assert.equal(sink.calls, 3 * capacity - passed, `${name}: events that were looked at as new`)
    assert.equal(Math.floor(sink.sum), 3 * capacity - passed, `${name}: events that were new`)
  }
}
