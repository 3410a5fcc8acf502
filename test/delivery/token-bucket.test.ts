import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  type RateLimitOptions,
  rateLimitWarning,
  TokenBucket,
  toRateLimitSettings,
} from '../../src/delivery/token-bucket.ts'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'

function bucketOf(options: RateLimitOptions, now = 0): TokenBucket {
  return new TokenBucket(toRateLimitSettings('rateLimit', options), now)
}

describe('toRateLimitSettings', () => {
  it('fills in the defaults', () => {
    expect(toRateLimitSettings('rateLimit', { perSecond: 2.5 })).toEqual({
      perSecond: 2.5,
      burst: 3,
      onLimit: 'wait',
      warnAt: 0.8,
    })
    expect(toRateLimitSettings('rateLimit', { perSecond: 0.000_001 }).burst).toBe(1)
  })

  it.each(['wait', 'drop', 'error'] as const)('keeps what it is given, with %s', (onLimit) => {
    const options = { perSecond: 1, burst: 1.5, onLimit, warnAt: 1 }
    expect(toRateLimitSettings('rateLimit', options)).toEqual(options)
  })

  it.each([
    [{}, 'limit.perSecond must be a finite number of at least 0.000001, but is undefined.'],
    [{ perSecond: 0 }, 'limit.perSecond'],
    [{ perSecond: Infinity }, 'limit.perSecond'],
    [{ perSecond: 1, burst: 0.5 }, 'limit.burst must be a finite number of at least 1'],
    [{ perSecond: 1, onLimit: 'fail' }, "limit.onLimit must be 'wait', 'drop' or 'error', but is"],
    [{ perSecond: 1, warnAt: 0 }, 'limit.warnAt must be a share of burst'],
    [{ perSecond: 1, warnAt: 1.01 }, 'limit.warnAt must be a share of burst'],
    [{ perSecond: 1, warnAt: '1' }, 'limit.warnAt must be a finite number'],
    [{ perSecond: 1, rate: 2 }, 'limit has no option "rate".'],
  ])('refuses %o', (options, message) => {
    const call = (): unknown => toRateLimitSettings('limit', options as RateLimitOptions)
    expect(call).toThrow(ConfigurationError)
    expect(call).toThrow(message)
  })
})

describe('TokenBucket', () => {
  it('starts full, and gives no more than it holds', () => {
    const bucket = bucketOf({ perSecond: 10, burst: 2 }, 500)
    expect(bucket.limit).toBe(2)
    expect(bucket.used(500)).toBe(0)
    expect([bucket.take(500), bucket.take(500), bucket.take(500)]).toEqual([true, true, false])
    expect(bucket.used(500)).toBe(2)
  })

  it('refills with time, up to its limit', () => {
    const bucket = bucketOf({ perSecond: 10, burst: 2 })
    bucket.take(0, 2)
    expect(bucket.waitMs(0)).toBe(100)
    expect(bucket.take(99)).toBe(false)
    expect(bucket.take(100)).toBe(true)
    expect(bucket.used(150)).toBe(1.5)
    expect(bucket.waitMs(150)).toBe(50)
    expect(bucket.used(10_000)).toBe(0)
    expect(bucket.waitMs(10_000, 2)).toBe(0)
  })

  it('never gives more at once than it can hold', () => {
    const bucket = bucketOf({ perSecond: 10, burst: 2 })
    expect(bucket.take(1e9, 2.5)).toBe(false)
    expect(bucket.waitMs(1e9, 2.5)).toBe(Infinity)
    expect(bucket.take(0, Number.NaN)).toBe(false)
    expect(bucket.used(0)).toBe(0)
  })

  it('refills nothing when time goes back, and nothing twice', () => {
    const bucket = bucketOf({ perSecond: 10, burst: 3 }, 1_000)
    expect(bucket.take(900)).toBe(true)
    expect(bucket.used(900)).toBe(1)
    expect(bucket.take(1_000, 2)).toBe(true)
    expect(bucket.take(500)).toBe(false)
    expect(bucket.waitMs(500)).toBe(600)
    expect(bucket.take(1_100)).toBe(true)
  })

  it('warns once when a share is used up, and again after it was half free', () => {
    const bucket = bucketOf({ perSecond: 1, burst: 10, warnAt: 0.8 })
    bucket.take(0, 7)
    expect(bucket.shouldWarn(0)).toBe(false)
    bucket.take(0)
    expect([bucket.shouldWarn(0), bucket.shouldWarn(0)]).toEqual([true, false])
    // 4 used up are half of 8, and not below it.
    expect(bucket.shouldWarn(4_000)).toBe(false)
    bucket.take(4_000, 4)
    expect(bucket.shouldWarn(4_000)).toBe(false)
    expect(bucket.shouldWarn(8_001)).toBe(false)
    bucket.take(8_001, 5)
    expect(bucket.shouldWarn(8_001)).toBe(true)
  })

  it('warns again where only takes have seen that it was free', () => {
    const bucket = bucketOf({ perSecond: 1, burst: 1 })
    const warned = [0, 1_000, 2_000].map((now) => bucket.take(now) && bucket.shouldWarn(now))
    expect(warned).toEqual([true, true, true])
  })

  test.prop([
    fc.double({ min: 0.000_001, max: 1e6, noNaN: true }),
    fc.double({ min: 1, max: 1e6, noNaN: true }),
    fc.double({ min: -1e6, max: 1e15, noNaN: true }),
    fc.array(
      fc.record({
        laterMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    ),
  ])('has a token once waitMs has passed', (perSecond, burst, start, steps) => {
    const bucket = bucketOf({ perSecond, burst }, start)
    let now = start
    let taken = 0
    for (const { laterMs, share } of steps) {
      now += laterMs
      const tokens = share * burst
      now += bucket.waitMs(now, tokens)
      expect(bucket.take(now, tokens)).toBe(true)
      taken += tokens
    }
    // And it gave no more than it held and gained. Rounding is that of times, each to an ulp.
    const roundedMs = (steps.length + 1) * 8 * Number.EPSILON * (Math.abs(start) + Math.abs(now))
    const most = burst + ((now - start + roundedMs) * perSecond) / 1_000
    expect(taken).toBeLessThanOrEqual(most * (1 + 1e-9))
  })

  test.prop([fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 50 })])(
    'waits no longer than it must',
    (perSecond, burst) => {
      const bucket = bucketOf({ perSecond, burst })
      bucket.take(0, burst)
      const waitMs = bucket.waitMs(0)
      expect(waitMs).toBeCloseTo(1_000 / perSecond, 9)
      expect(bucket.take(waitMs * (1 - 1e-9))).toBe(false)
    },
  )
})

describe('rateLimitWarning', () => {
  const settings = toRateLimitSettings('rateLimit', { perSecond: 4, burst: 2 })

  it('tells how much is used up of what, and within which time', () => {
    const bucket = new TokenBucket(settings, 0)
    bucket.take(0)
    expect(rateLimitWarning('desk', settings, bucket, 0)).toEqual({
      endpoint: 'desk',
      used: 1,
      limit: 2,
      windowMs: 500,
    })
  })

  it('tells when to come again, once nothing is left', () => {
    const bucket = new TokenBucket(settings, 0)
    bucket.take(0, 2)
    expect(rateLimitWarning('desk', settings, bucket, 125)).toEqual({
      endpoint: 'desk',
      used: 1.5,
      limit: 2,
      windowMs: 500,
      retryAfterMs: 125,
    })
  })
})
