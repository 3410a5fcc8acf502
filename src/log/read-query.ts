import {
  describeValue,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import { parsePattern } from '../events/pattern.ts'
import type { ReadQuery } from './event-log.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import type { ReadPlan } from './reader.ts'

const readNames = [
  'pattern',
  'from',
  'since',
  'until',
  'source',
  'correlationId',
  'limit',
  'order',
  'unknown',
  'signal',
] as const
const tailNames = readNames.filter((name) => name !== 'order' && name !== 'until')

/**
 * What a query asks for, checked.
 *
 * @param method whose options they are: `read` or `tail`.
 * @throws ConfigurationError `CONFIGURATION` if a condition is unknown or malformed.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match a pattern, unless
 * unknown events are to be kept.
 */
export function toReadPlan(method: 'read' | 'tail', query: ReadQuery, catalog: Catalog): ReadPlan {
  requireOptions(method, query, method === 'read' ? readNames : tailNames)
  const { pattern, from, since, until, source, correlationId, limit, signal } = query
  const { order = 'forward', unknown = 'refuse' } = query
  if (order !== 'forward' && order !== 'backward') {
    throw new ConfigurationError(
      `order must be 'forward' or 'backward', but is ${describeValue(order)}.`,
    )
  }
  requireUnknownPolicy(unknown)
  if (from !== undefined) requireInteger('from', from, 1)
  if (since !== undefined) requireNumber('since', since)
  if (until !== undefined) requireNumber('until', until)
  if (source !== undefined) requireText('source', source)
  if (correlationId !== undefined) requireText('correlationId', correlationId)
  if (limit !== undefined) requireInteger('limit', limit, 0)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ConfigurationError(`signal must be an AbortSignal, but is ${describeValue(signal)}.`)
  }
  const forward = order === 'forward'
  return {
    after: forward ? (from ?? 1) - 1 : (from ?? Number.MAX_SAFE_INTEGER - 1) + 1,
    through: undefined,
    order,
    patterns: toPatterns(pattern, catalog, unknown),
    since,
    until,
    // A home keeps names as well-formed text; what was written stands in the event itself.
    source: source?.toWellFormed(),
    correlationId: correlationId?.toWellFormed(),
    limit: limit ?? Infinity,
    signal,
  }
}

/** @throws ConfigurationError `CONFIGURATION` unless it is one. */
export function requireUnknownPolicy(unknown: unknown): UnknownPolicy {
  if (unknown === 'refuse' || unknown === 'keep') return unknown
  throw new ConfigurationError(
    `unknown must be 'refuse' or 'keep', but is ${describeValue(unknown)}.`,
  )
}

/** The patterns, checked; undefined where they cover everything. */
export function toPatterns(
  pattern: string | readonly string[] | undefined,
  catalog: Catalog,
  unknown: UnknownPolicy,
): readonly string[] | undefined {
  if (pattern === undefined || pattern === '*' || pattern === '**') return undefined
  const list: readonly string[] = Array.isArray(pattern) ? [...pattern] : [pattern as string]
  if (list.length === 0) {
    throw new ConfigurationError('A list of patterns must hold at least one pattern.')
  }
  for (const one of list) requireCovering(one, catalog, unknown)
  return list.some((one) => one === '*' || one === '**') ? undefined : list
}

function requireCovering(pattern: string, catalog: Catalog, unknown: UnknownPolicy): void {
  if (unknown === 'keep') parsePattern(pattern)
  else if (catalog.find(pattern) === undefined) catalog.parsePattern(pattern)
}
