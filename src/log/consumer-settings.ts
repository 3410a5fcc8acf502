import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { ConsumeOptions, ConsumeRetry } from './consumer-options.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import { requireUnknownPolicy, toPatterns } from './read-query.ts'

/** {@link ConsumeOptions} with every default filled in and every value checked. */
export interface ConsumerSettings {
  /** What the reader is asked for. */
  readonly pattern: string | readonly string[]
  /** What the home is asked for: undefined for all. */
  readonly patterns: readonly string[] | undefined
  readonly from: number | 'end'
  readonly retry: Required<ConsumeRetry>
  readonly onFailure: 'dead-letter' | 'stop'
  readonly timeoutMs: number | undefined
  readonly unknown: UnknownPolicy
}

const optionNames = ['pattern', 'from', 'retry', 'onFailure', 'timeoutMs', 'unknown'] as const
const retryNames = ['attempts', 'initialMs', 'maxMs'] as const
const longestName = 256

/**
 * @throws ConfigurationError `CONFIGURATION` if an argument or an option is malformed.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match a pattern, unless
 * unknown events are to be kept.
 */
export function toConsumerSettings(
  name: unknown,
  handler: unknown,
  options: ConsumeOptions,
  catalog: Catalog,
): ConsumerSettings {
  if (requireText('The name of a consumer', name).length > longestName) {
    throw new ConfigurationError(
      `The name of a consumer must have at most ${longestName} characters, but is ${describeValue(name)}.`,
    )
  }
  requireFunction('The handler of a consumer', handler)
  requireOptions('consume', options, optionNames)
  const { pattern = '*', from = 1, retry = {}, timeoutMs } = options
  const { onFailure = 'dead-letter', unknown = 'refuse' } = options
  if (from !== 'end') requireInteger('from', from, 1)
  if (onFailure !== 'dead-letter' && onFailure !== 'stop') {
    throw new ConfigurationError(
      `onFailure must be 'dead-letter' or 'stop', but is ${describeValue(onFailure)}.`,
    )
  }
  if (timeoutMs !== undefined && requireNumber('timeoutMs', timeoutMs, 0) === 0) {
    throw new ConfigurationError('timeoutMs must be above 0. Leave it out for no limit.')
  }
  return {
    pattern,
    patterns: toPatterns(pattern, catalog, requireUnknownPolicy(unknown)),
    from,
    retry: toRetry(retry),
    onFailure,
    timeoutMs,
    unknown,
  }
}

function toRetry(retry: ConsumeRetry): Required<ConsumeRetry> {
  requireOptions('retry', retry, retryNames)
  const { attempts = 3, initialMs = 100 } = retry
  requireInteger('retry.attempts', attempts, 1, 1_000_000)
  requireNumber('retry.initialMs', initialMs, 0)
  const { maxMs = Math.max(30_000, initialMs) } = retry
  if (requireNumber('retry.maxMs', maxMs, 0) < initialMs) {
    throw new ConfigurationError(
      `retry.maxMs must be at least initialMs, ${initialMs}, but is ${maxMs}. Raise it, or lower initialMs.`,
    )
  }
  return { attempts, initialMs, maxMs }
}
