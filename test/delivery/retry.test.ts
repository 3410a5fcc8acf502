import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { PermanentError, TemporaryError } from '../../src/delivery/errors-of-handlers.ts'
import {
  backoffMs,
  isWorthRetrying,
  type RetryOptions,
  toRetrySettings,
} from '../../src/delivery/retry.ts'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'

const unasked = (): number => {
  throw new Error('No random number is needed.')
}

describe('toRetrySettings', () => {
  it('fills in the defaults', () => {
    expect(toRetrySettings({})).toEqual({
      attempts: 3,
      initialMs: 100,
      factor: 2,
      maxMs: 30_000,
      jitter: 'full',
      when: undefined,
      order: 'keep',
    })
  })

  it('keeps what it is given', () => {
    const options: Required<RetryOptions> = {
      attempts: 1_000_000,
      initialMs: 0,
      factor: 1,
      maxMs: 0,
      jitter: 'none',
      when: () => true,
      order: 'release',
    }
    expect(toRetrySettings(options)).toEqual(options)
  })

  it('waits for initialMs where that is more than the default of maxMs', () => {
    expect(toRetrySettings({ initialMs: 60_000 }).maxMs).toBe(60_000)
  })

  it.each([
    [{ attempts: 0 }, 'retry.attempts must be a whole number from 1 to 1000000, but is 0.'],
    [{ attempts: 1_000_001 }, 'retry.attempts'],
    [{ attempts: 1.5 }, 'retry.attempts'],
    [{ initialMs: -1 }, 'retry.initialMs must be a finite number of at least 0, but is -1.'],
    [{ initialMs: Infinity }, 'retry.initialMs'],
    [{ factor: 0.9 }, 'retry.factor must be a finite number of at least 1, but is 0.9.'],
    [{ maxMs: 99 }, 'retry.maxMs must be at least initialMs, 100, but is 99.'],
    [{ jitter: 'half' }, "retry.jitter must be 'full' or 'none', but is \"half\"."],
    [{ order: true }, "retry.order must be 'keep' or 'release', but is true."],
    [{ when: 'always' }, 'retry.when must be a function, but is "always".'],
    [{ retries: 3 }, 'retry has no option "retries".'],
    [5, 'The options of retry must be an object, but are 5.'],
  ])('refuses %o', (options, message) => {
    const call = (): unknown => toRetrySettings(options as RetryOptions)
    expect(call).toThrow(ConfigurationError)
    expect(call).toThrow(message)
  })
})

describe('backoffMs', () => {
  it('grows by the factor up to the longest wait', () => {
    const settings = toRetrySettings({ initialMs: 10, factor: 3, maxMs: 200, jitter: 'none' })
    const waits = [1, 2, 3, 4, 5].map((failures) => backoffMs(settings, failures, unasked))
    expect(waits).toEqual([10, 30, 90, 200, 200])
  })

  it('takes a random part of the wait with full jitter', () => {
    const settings = toRetrySettings({ initialMs: 100, maxMs: 300 })
    expect(backoffMs(settings, 2, () => 0)).toBe(0)
    expect(backoffMs(settings, 2, () => 0.25)).toBe(50)
    expect(backoffMs(settings, 9, () => 0.5)).toBe(150)
  })

  it('does not wait where the first wait is 0, however many failures there were', () => {
    const settings = toRetrySettings({ initialMs: 0, jitter: 'none' })
    expect(backoffMs(settings, 1, unasked)).toBe(0)
    expect(backoffMs(settings, 1_000_000, unasked)).toBe(0)
  })

  test.prop([
    fc.double({ min: 0, max: 1e300, noNaN: true }),
    fc.double({ min: 1, max: 1e300, noNaN: true }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.integer({ min: 1, max: 1_000_000 }),
  ])('stays between 0 and maxMs', (initialMs, factor, part, failures) => {
    const settings = toRetrySettings({ initialMs, factor })
    const waitMs = backoffMs(settings, failures, () => part)
    expect(waitMs).toBeGreaterThanOrEqual(0)
    expect(waitMs).toBeLessThanOrEqual(settings.maxMs)
  })
})

describe('isWorthRetrying', () => {
  it('says yes to every error by default', () => {
    expect(isWorthRetrying(toRetrySettings({}), new Error('x'))).toBe(true)
    expect(isWorthRetrying(toRetrySettings({}), undefined)).toBe(true)
  })

  it('asks when, whose answer counts as the language has it', () => {
    const settings = toRetrySettings({ when: (error) => error as boolean })
    expect(isWorthRetrying(settings, true)).toBe(true)
    expect(isWorthRetrying(settings, 'yes')).toBe(true)
    expect(isWorthRetrying(settings, 0)).toBe(false)
    expect(isWorthRetrying(settings, undefined)).toBe(false)
  })

  it('asks nobody about temporary and permanent errors', () => {
    const when = (): boolean => {
      throw new Error('asked')
    }
    expect(isWorthRetrying(toRetrySettings({ when }), new TemporaryError('x'))).toBe(true)
    expect(isWorthRetrying(toRetrySettings({ when }), new PermanentError('x'))).toBe(false)
    expect(isWorthRetrying(toRetrySettings({}), new PermanentError('x'))).toBe(false)
  })

  it('throws what when throws', () => {
    const failure = new Error('when failed')
    const settings = toRetrySettings({
      when: () => {
        throw failure
      },
    })
    expect(() => isWorthRetrying(settings, 'x')).toThrow(failure)
  })

  it('refuses a promise for an answer, even one that rejects', () => {
    for (const answer of [async () => true, () => Promise.reject(new Error('late'))]) {
      const settings = toRetrySettings({ when: answer as () => never })
      expect(() => isWorthRetrying(settings, 'x')).toThrow(ConfigurationError)
    }
  })
})
