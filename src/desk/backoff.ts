import { describeValue, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** How long to wait before another attempt. */
export interface BackoffOptions {
  /** The wait after the first failure, in milliseconds, more than 0. Default 500. */
  readonly initialMs?: number
  /**
   * The longest wait, in milliseconds, from `initialMs`. Default 30,000, or `initialMs` where that is
   * more.
   */
  readonly maxMs?: number
  /** By how much each wait is longer than the one before. From 1. Default 2. */
  readonly factor?: number
  /**
   * Which share of a wait is left to chance, from 0 to 1, so that those who failed together do not come
   * back together; `full` is 1. Default `full`.
   */
  readonly jitter?: 'full' | number
}

/** {@link BackoffOptions} with every default filled in and every value checked. */
export interface BackoffSettings {
  readonly initialMs: number
  readonly maxMs: number
  readonly factor: number
  /** From 0 to 1. */
  readonly jitter: number
}

/**
 * How long to wait, in milliseconds, after `failures` in a row, from 1: of
 * `min(maxMs, initialMs * factor ** (failures - 1))` the share `jitter` at random. `random` gives
 * numbers from 0 to below 1.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function waitAfter(
  { initialMs, maxMs, factor, jitter }: BackoffSettings,
  failures: number,
  random: () => number,
): number {
  // The power may be infinite; the minimum never is.
  const dueMs = Math.min(maxMs, initialMs * factor ** (failures - 1))
  return dueMs * (1 - jitter * random())
}

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toBackoffSettings(options: BackoffOptions): BackoffSettings {
  requireOptions('backoff', options, ['initialMs', 'maxMs', 'factor', 'jitter'])
  const { initialMs = 500, factor = 2, jitter = 'full' } = options
  if (!(requireNumber('backoff.initialMs', initialMs, 0) > 0)) {
    throw new ConfigurationError('backoff.initialMs must be more than 0.')
  }
  const { maxMs = Math.max(30_000, initialMs) } = options
  requireNumber('backoff.maxMs', maxMs, initialMs)
  requireNumber('backoff.factor', factor, 1)
  if (jitter !== 'full' && !(requireNumber('backoff.jitter', jitter, 0) <= 1)) {
    throw new ConfigurationError(
      `backoff.jitter must be 'full', or from 0 to 1, but is ${describeValue(jitter)}.`,
    )
  }
  return { initialMs, maxMs, factor, jitter: jitter === 'full' ? 1 : jitter }
}
