import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { DurationHistogram } from '../../src/delivery/duration-histogram.ts'

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram()
  for (const duration of durations) histogram.record(duration)
  return histogram
}

/** The middle of a bucket may be off by so much: 6.25 %, or half a microsecond. */
function errorOf(durationMs: number): number {
  return Math.max(durationMs * 0.0625, 0.000_5) * (1 + 1e-9)
}

describe('DurationHistogram', () => {
  it('has no summary before the first duration', () => {
    expect(new DurationHistogram().summary()).toBeUndefined()
    expect(new DurationHistogram().percentile(50)).toBe(0)
  })

  it('sums up a single duration exactly', () => {
    expect(histogramOf([12.345]).summary()).toEqual({
      count: 1,
      p50: 12.345,
      p99: 12.345,
      max: 12.345,
    })
  })

  it('counts what is not above 0 as 0', () => {
    const histogram = histogramOf([0, -5, Number.NaN, -Infinity])
    expect(histogram.summary()).toEqual({ count: 4, p50: 0, p99: 0, max: 0 })
  })

  it('keeps the exact longest of durations that are too long for it', () => {
    const histogram = histogramOf([1e9, 1e10, Infinity, 5e6])
    expect(histogram.summary()).toMatchObject({ count: 4, p99: Infinity, max: Infinity })
    expect(histogram.percentile(50) / 60_000).toBeCloseTo(69.4, 0)
  })

  it('takes percentiles by nearest rank, of which the last is the longest', () => {
    const histogram = histogramOf(Array.from({ length: 100 }, (_, index) => 2 ** (index / 8)))
    for (const p of [1, 7, 29, 50, 57, 99]) {
      const exact = 2 ** ((p - 1) / 8)
      expect(Math.abs(histogram.percentile(p) - exact)).toBeLessThanOrEqual(errorOf(exact))
    }
    expect(histogram.percentile(100)).toBe(2 ** (99 / 8))
    expect(histogram.percentile(0)).toBe(histogram.percentile(1))
  })

  it('has no gap between its buckets', () => {
    for (let micros = 1; micros < 2 ** 32; micros += Math.ceil(micros / 40)) {
      const exact = micros / 1_000
      const histogram = histogramOf([exact, 1e9])
      expect(Math.abs(histogram.percentile(50) - exact)).toBeLessThanOrEqual(errorOf(exact))
    }
  })

  test.prop([
    fc.array(fc.double({ min: 0, max: 4_294_967, noNaN: true }), { minLength: 1 }),
    fc.integer({ min: 0, max: 100 }),
  ])('agrees with a sorted list, and never exceeds the longest', (durations, p) => {
    const histogram = histogramOf(durations)
    const sorted = durations.toSorted((left, right) => left - right)
    const exact = sorted[Math.max(0, Math.ceil((p * sorted.length) / 100) - 1)]!
    const found = histogram.percentile(p)
    expect(Math.abs(found - exact)).toBeLessThanOrEqual(errorOf(exact))
    expect(found).toBeLessThanOrEqual(sorted.at(-1)!)
    expect(histogram.summary()).toMatchObject({ count: durations.length, max: sorted.at(-1) })
  })
})
