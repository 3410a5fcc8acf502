import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { PermanentError, TemporaryError } from './errors-of-handlers.ts'
import { onRejection } from './thenable.ts'

/** How a handler that failed is called again. */
export interface RetryOptions {
  /** Calls in all, the first included. A whole number from 1 to 1,000,000. Default 3. */
  readonly attempts?: number
  /** The wait after the first failure, in milliseconds. From 0. Default 100. */
  readonly initialMs?: number
  /** By how much each wait is longer than the one before. From 1. Default 2. */
  readonly factor?: number
  /**
   * The longest wait, in milliseconds. From `initialMs`. Default 30,000, or `initialMs` where that is
   * more.
   */
  readonly maxMs?: number
  /**
   * `full`: waits a random part of what is due, so that those who failed together do not come back
   * together. `none`: waits all of it. Default `full`.
   */
  readonly jitter?: 'full' | 'none'
  /**
   * Whether an error is worth another attempt. Not asked about a `TemporaryError`, which always is,
   * or a `PermanentError`, which never is. Default: every error is.
   */
  readonly when?: (error: unknown) => boolean
  /**
   * `keep`: an event that failed keeps its place while it waits, so with a concurrency of 1 no later
   * event overtakes it. `release`: frees its place meanwhile. Default `keep`.
   */
  readonly order?: 'keep' | 'release'
}

/** {@link RetryOptions} with every default filled in and every value checked. */
export interface RetrySettings {
  readonly attempts: number
  readonly initialMs: number
  readonly factor: number
  readonly maxMs: number
  readonly jitter: 'full' | 'none'
  readonly when: ((error: unknown) => boolean) | undefined
  readonly order: 'keep' | 'release'
}

const optionNames = ['attempts', 'initialMs', 'factor', 'maxMs', 'jitter', 'when', 'order'] as const

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toRetrySettings(options: RetryOptions): RetrySettings {
  requireOptions('retry', options, optionNames)
  const { attempts = 3, initialMs = 100, factor = 2, jitter = 'full', when } = options
  requireInteger('retry.attempts', attempts, 1, 1_000_000)
  requireNumber('retry.initialMs', initialMs, 0)
  requireNumber('retry.factor', factor, 1)
  const { maxMs = Math.max(30_000, initialMs), order = 'keep' } = options
  if (requireNumber('retry.maxMs', maxMs, 0) < initialMs) {
    throw new ConfigurationError(
      `retry.maxMs must be at least initialMs, ${initialMs}, but is ${maxMs}. Raise it, or lower initialMs.`,
    )
  }
  if (jitter !== 'full' && jitter !== 'none') {
    throw new ConfigurationError(
      `retry.jitter must be 'full' or 'none', but is ${describeValue(jitter)}.`,
    )
  }
  if (order !== 'keep' && order !== 'release') {
    throw new ConfigurationError(
      `retry.order must be 'keep' or 'release', but is ${describeValue(order)}.`,
    )
  }
  if (when !== undefined) requireFunction('retry.when', when)
  return { attempts, initialMs, factor, maxMs, jitter, when, order }
}

/**
 * How long to wait, in milliseconds, after a call has failed `failures` times in a row, from 1:
 * `min(maxMs, initialMs * factor ** (failures - 1))`, or with full jitter a random part of that,
 * evenly spread. `random` gives numbers from 0 to below 1.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, "Full Jitter":
 * `sleep = random_between(0, min(cap, base * 2 ** attempt))`.
 */
export function backoffMs(settings: RetrySettings, failures: number, random: () => number): number {
  const { initialMs, factor, maxMs, jitter } = settings
  // The power becomes infinite: its minimum with maxMs is still finite, but 0 times it is no number.
  const dueMs = initialMs === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (failures - 1))
  return jitter === 'full' ? random() * dueMs : dueMs
}

/**
 * Whether `error` is worth another attempt: a `PermanentError` is not, a `TemporaryError` is, and of
 * all others `when` decides, if it is given. Throws what `when` throws.
 *
 * @throws ConfigurationError `CONFIGURATION` if `when` answers with a promise, which would otherwise
 * count as a yes to everything.
 */
export function isWorthRetrying(settings: RetrySettings, error: unknown): boolean {
  if (error instanceof PermanentError) return false
  if (error instanceof TemporaryError || settings.when === undefined) return true
  const answer: unknown = settings.when(error)
  if (answer instanceof Promise) {
    onRejection(answer, () => {})
    throw new ConfigurationError('retry.when must return true or false, but returned a promise.')
  }
  return Boolean(answer)
}
