import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { toBackoffSettings, waitAfter } from '../../src/desk/backoff.ts'
import { coded } from '../support/buses.ts'

describe('toBackoffSettings', () => {
  it('begins with half a second, and doubles it up to half a minute, all of it at random', () => {
    expect(toBackoffSettings({})).toEqual({ initialMs: 500, maxMs: 30_000, factor: 2, jitter: 1 })
  })

  it('does not wait for less than the first wait', () => {
    expect(toBackoffSettings({ initialMs: 60_000, jitter: 0.25 })).toEqual({
      initialMs: 60_000,
      maxMs: 60_000,
      factor: 2,
      jitter: 0.25,
    })
  })

  it.each<[object, string]>([
    [{ limit: 5 }, 'backoff has no option "limit".'],
    [{ initialMs: 0 }, 'backoff.initialMs must be more than 0.'],
    [{ maxMs: 499 }, 'backoff.maxMs must be a finite number of at least 500, but is 499.'],
    [{ factor: 0.5 }, 'backoff.factor must be a finite number of at least 1, but is 0.5.'],
    [{ jitter: 1.5 }, "backoff.jitter must be 'full', or from 0 to 1, but is 1.5."],
    [{ jitter: -0.1 }, 'backoff.jitter must be a finite number of at least 0, but is -0.1.'],
    [{ jitter: 'half' }, 'backoff.jitter must be a finite number of at least 0, but is "half".'],
  ])('refuses %j', (options, message) => {
    expect(() => toBackoffSettings(options)).toThrow(message)
    expect(() => toBackoffSettings(options)).toThrow(coded('CONFIGURATION'))
  })
})

describe('waitAfter', () => {
  const settings = toBackoffSettings({ jitter: 0 })

  it('doubles each wait up to the longest', () => {
    const waits = [1, 2, 3, 6, 7, 8, 5_000].map((failures) =>
      waitAfter(settings, failures, () => 0),
    )
    expect(waits).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000])
  })

  test.prop([
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.integer({ min: 1, max: 2_000 }),
  ])('leaves the share of jitter to chance', (jitter, chance, failures) => {
    const dueMs = waitAfter(settings, failures, () => 0)
    const waitMs = waitAfter({ ...settings, jitter }, failures, () => chance)
    expect(waitMs).toBeLessThanOrEqual(dueMs)
    expect(waitMs).toBeGreaterThanOrEqual(dueMs * (1 - jitter))
  })
})
