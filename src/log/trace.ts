import { requireInteger, requireOptions, requireText } from '../errors/checks.ts'
import type { EventSchemas } from '../events/definition.ts'
import { type CausalTree, toCausalTree } from './causal-tree.ts'
import type { EncodedEntry, EventLog } from './event-log.ts'

/** Options of `trace`. */
export interface TraceOptions {
  /** The most events to take into the tree. A whole number from 1. Default 100,000. */
  readonly limit?: number
  /** Ends the search when it aborts; it rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/**
 * What happened because of what: all events of a causal chain as a tree. They are given as they were
 * written, also those that the catalog does not know.
 *
 * @param correlationId what the events of the chain share: the id of the event that began it, unless it
 * was given another one.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws LogDamagedError `LOG_DAMAGED` if a record is not what was written.
 * @example
 * ```ts
 * console.log(printTrace(await trace(log, fill.correlationId)))
 * ```
 */
export async function trace(
  log: EventLog<EventSchemas>,
  correlationId: string,
  options: TraceOptions = {},
): Promise<CausalTree> {
  requireOptions('trace', options, ['limit', 'signal'])
  requireText('correlationId', correlationId)
  const { limit = 100_000, signal } = options
  requireInteger('limit', limit, 1)
  const entries: EncodedEntry[] = []
  // One more than is taken shows whether there are more.
  const chain = log.readEncoded({ correlationId, limit: limit + 1, signal })
  for await (const entry of chain) entries.push(entry)
  const truncated = entries.length > limit
  return toCausalTree(correlationId, truncated ? entries.slice(0, limit) : entries, truncated)
}
