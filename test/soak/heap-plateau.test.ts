import { describe, expect, it } from 'vitest'
import { runChild } from './child-process.ts'
import { type HeapSample, heapSlope } from './heap-trend.ts'

/** The most that the heap may grow by with each event, in bytes: 20 kB in 20 million events. */
const mostBytesPerEvent = 0.001

/** `TRADEWIRE_SOAK=full` asks for 20 million events; the short form is a tenth of that. */
const full = process.env['TRADEWIRE_SOAK'] === 'full'
const events = full ? 20_000_000 : 2_000_000

/**
 * Optimising compilers put tables of their own among the objects of a program, some 50 kB of them
 * over the first million events. Without them, every sample of a bus that keeps nothing is equal to
 * the byte, so that the short form can have the bound of the full one.
 */
const unoptimised = ['--no-opt', '--no-maglev']

/** Bytes by which the heap grows with each event in the life of a bus. */
async function measure(count: number, nodeOptions: string[], ...leak: string[]): Promise<number> {
  const child = await runChild(
    'heap-plateau.child.ts',
    [String(count), ...leak],
    ['--expose-gc', ...nodeOptions],
  )
  expect(child.errors).toBe('')
  expect(child.exitCode).toBe(0)
  const report = JSON.parse(child.output) as HeapReport
  expect(report.handlers).toBe(0)
  expect(report.samples.at(-1)!.events).toBeGreaterThan(count * 0.9)
  const slope = heapSlope(report.samples)
  const how = [...nodeOptions, ...leak].join(' ')
  console.log(
    `heap plateau ${how}: ${slope.toFixed(6)} B per event over ${report.samples.at(-1)!.events} events, ${child.seconds.toFixed(1)} s`,
  )
  return slope
}

describe('Bus', () => {
  it('keeps nothing of the events that have passed', { timeout: 1_800_000 }, async () => {
    expect(await measure(events, unoptimised)).toBeLessThanOrEqual(mostBytesPerEvent)
  })

  it.runIf(full)('keeps nothing of them when it is optimised', { timeout: 1_800_000 }, async () => {
    expect(await measure(events, [])).toBeLessThanOrEqual(mostBytesPerEvent)
  })
})

describe('heapSlope', () => {
  it('finds one small object kept for every 10,000 events', { timeout: 600_000 }, async () => {
    expect(await measure(1_000_000, unoptimised, 'leak')).toBeGreaterThan(mostBytesPerEvent)
  })

  it('is 0 on a level and the leak on a slope', () => {
    const samples = Array.from({ length: 50 }, (_, index) => ({ events: index * 100, bytes: 7 }))
    const leaking = samples.map(({ events: passed }) => ({ events: passed, bytes: passed * 3 }))
    expect(heapSlope(samples)).toBe(0)
    expect(heapSlope(leaking)).toBeCloseTo(3)
  })
})

interface HeapReport {
  /** Subscriptions left after the bus was closed. */
  readonly handlers: number
  readonly samples: readonly HeapSample[]
}
