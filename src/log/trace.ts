import { requireInteger, requireOptions, requireText } from '../errors/checks.ts'
import type { EventSchemas } from '../events/definition.ts'
import { type CausalTree, toCausalTree } from './causal-tree.ts'
import type { EncodedEntry, EventLog } from './event-log.ts'
import { requireLog } from './require-log.ts'

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
 * @param id what the events of the chain share, their `correlationId`: the id of the event that began it,
 * unless it was given another one. Or the id of any event of the chain; to find it, the log is read from
 * its end, so the `correlationId` is quicker where it is known.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed, or `log` is none.
 * @throws LogDamagedError `LOG_DAMAGED` if a record is not what was written.
 * @example
 * ```ts
 * console.log(printTrace(await trace(log, fill.correlationId)))
 * ```
 */
export async function trace(
  log: EventLog<EventSchemas>,
  id: string,
  options: TraceOptions = {},
): Promise<CausalTree> {
  requireLog('trace', log)
  requireOptions('trace', options, ['limit', 'signal'])
  requireText('id', id)
  const { limit = 100_000, signal } = options
  requireInteger('limit', limit, 1)
  const tree = await chainOf(log, id, limit, signal)
  if (tree.events > 0) return tree
  const found = await findEvent(log, id, signal)
  return found === undefined ? tree : chainOf(log, found.event.correlationId, limit, signal)
}

async function chainOf(
  log: EventLog<EventSchemas>,
  correlationId: string,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<CausalTree> {
  const entries: EncodedEntry[] = []
  // One more than is taken shows whether there are more.
  const chain = log.readEncoded({ correlationId, limit: limit + 1, signal })
  for await (const entry of chain) entries.push(entry)
  const truncated = entries.length > limit
  return toCausalTree(correlationId, truncated ? entries.slice(0, limit) : entries, truncated)
}

/** The last event of this id: there is no index of ids, so it is looked for one by one. */
async function findEvent(
  log: EventLog<EventSchemas>,
  id: string,
  signal: AbortSignal | undefined,
): Promise<EncodedEntry | undefined> {
  for await (const entry of log.readEncoded({ order: 'backward', signal })) {
    if (entry.event.id === id) return entry
  }
  return undefined
}
