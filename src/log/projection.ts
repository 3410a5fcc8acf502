import { requireFunction, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventLog, LogEntry, LoggedEvents, LogPatterns, ReadQuery } from './event-log.ts'
import { Folding, type FoldingHost } from './folding.ts'
import type { Progress } from './progress.ts'
import type { Reducer } from './reducer.ts'

/** Options of `project`. */
export interface ProjectOptions {
  /** Only events from this position on. A whole number from 1. Default 1. */
  readonly from?: number
  /** Only events up to this position, it included. A whole number from 0. Default: all. */
  readonly through?: number
  /**
   * Writes a snapshot after so many events, and at the end; a log that is read-only gets none. A whole
   * number from 0; 0 writes none. Default 0.
   */
  readonly snapshotEvery?: number
  /** Ends it when it aborts: the promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal
  /** Is told how far it has come, every 1,000 events and at the end; the total is not known. */
  readonly onProgress?: (progress: Progress) => void
}

/** A log as all projections see it, whatever its catalog. */
export interface ProjectedLog extends FoldingHost {
  /** The same as `read`, but ends with an `EventsRemovedError` where events of the pattern are gone. */
  readWhole(query: ReadQuery): AsyncIterable<LogEntry>
}

const optionNames = ['from', 'through', 'snapshotEvery', 'signal', 'onProgress']
const progressEvery = 1_000

/**
 * The state that follows from the events of a log, up to the last one at the time of the call.
 *
 * It begins at the newest snapshot of this reducer, of its version and of the same `from`, if there is
 * one; so a state may know of events that `retain` has removed since. Of each such kind the 10 newest
 * snapshots are kept.
 *
 * Where events of the pattern are gone that the state needs, there is none: not in place of those that
 * `retain` has removed before a snapshot knew of them, nor of those that it removes before they are read.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option or the reducer is malformed, if a snapshot cannot
 * be decoded, or if the state cannot be written as a snapshot.
 * @throws ReducerError `REDUCER_FAILED` if the reducer throws.
 * @throws EventsRemovedError `EVENTS_REMOVED` if events of the pattern are gone that neither a snapshot
 * knows of nor `from` leaves out.
 * @throws LogStorageError `LOG_STORAGE` if a snapshot cannot be written; and what `read` throws.
 * @example
 * ```ts
 * const positions = await project(log, {
 *   name: 'positions',
 *   pattern: 'order.filled',
 *   initial: () => new Map<string, Decimal>(),
 *   reduce: (held, { data }) => {
 *     const { symbol, side, lastQuantity } = data
 *     const change = side === 'buy' ? lastQuantity : lastQuantity.neg()
 *     return held.set(symbol, change.plus(held.get(symbol) ?? 0))
 *   },
 * })
 * ```
 */
export async function project<
  Schemas extends EventSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
  State = unknown,
>(
  log: EventLog<Schemas>,
  reducer: Reducer<LoggedEvents<Schemas, Patterns>, Patterns, State>,
  options: ProjectOptions = {},
): Promise<State> {
  const { from, through = Number.MAX_SAFE_INTEGER, signal, onProgress } = checked(options)
  const host = asProjected(log)
  const { snapshotEvery = 0 } = options
  const folding = new Folding(host, asLoose(reducer), { from, snapshotEvery })
  await folding.restore(through, Infinity)
  const { pattern, position } = folding
  // There are no more of them; and where there are none, it does not matter what is gone.
  const limit = Math.max(0, through - position)
  const query = { pattern, from: position + 1, limit }
  let done = 0
  for await (const entry of host.readWhole(signal === undefined ? query : { ...query, signal })) {
    if (entry.position > through) break
    folding.take(entry)
    if (folding.due) await folding.save()
    done += 1
    if (done % progressEvery === 0) onProgress?.({ done, total: undefined })
  }
  await folding.save()
  onProgress?.({ done, total: done })
  return folding.state
}

/**
 * The state that follows from all events whose timestamp is `time` or before, in the order of the log.
 * Where a clock was set back, events of later times may stand between them; they are left out. Snapshots
 * of `project` are used where they hold no event of a later time; none is written.
 *
 * @param time milliseconds since the Unix epoch.
 * @param options `from`: as that of `project`.
 * @throws ConfigurationError `CONFIGURATION`, ReducerError `REDUCER_FAILED`, EventsRemovedError
 * `EVENTS_REMOVED` as `project` does.
 * @example
 * ```ts
 * const fills = await stateAt(
 *   log,
 *   { name: 'fills', pattern: 'order.filled', initial: () => 0, reduce: (count) => count + 1 },
 *   Date.UTC(2026, 10, 20, 14, 29),
 * )
 * console.log(fills)
 * ```
 */
export async function stateAt<
  Schemas extends EventSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
  State = unknown,
>(
  log: EventLog<Schemas>,
  reducer: Reducer<LoggedEvents<Schemas, Patterns>, Patterns, State>,
  time: number,
  options: Pick<ProjectOptions, 'from'> = {},
): Promise<State> {
  requireNumber('time', time)
  requireOptions('stateAt', options, ['from'])
  const { from } = options
  if (from !== undefined) requireInteger('from', from, 1)
  const host = asProjected(log)
  const folding = new Folding(host, asLoose(reducer), { from, snapshotEvery: 0 })
  await folding.restore(Number.MAX_SAFE_INTEGER, time)
  const query = { pattern: folding.pattern, from: folding.position + 1 }
  // `until` is the first time that is too late; beyond 2 ** 53 there is no such whole number.
  const until = Math.floor(time) + 1
  for await (const entry of host.readWhole(until > time ? { ...query, until } : query)) {
    if (entry.event.timestamp <= time) folding.take(entry)
  }
  return folding.state
}

function asProjected<Schemas extends EventSchemas>(log: EventLog<Schemas>): ProjectedLog {
  // All logs are made by openLog, memoryLog and openStore, and are of the one class that can do this.
  return log as unknown as ProjectedLog
}

/** A reducer for events that the log has matched against its pattern. */
export function asLoose<State>(
  reducer: Reducer<never, string | readonly string[], State>,
): Reducer<TradewireEvent, string | readonly string[], State> {
  return reducer as Reducer<TradewireEvent, string | readonly string[], State>
}

function checked(options: ProjectOptions): ProjectOptions {
  requireOptions('project', options, optionNames)
  const { from, through, snapshotEvery, onProgress } = options
  if (from !== undefined) requireInteger('from', from, 1)
  if (through !== undefined) requireInteger('through', through, 0)
  if (snapshotEvery !== undefined) requireInteger('snapshotEvery', snapshotEvery, 0)
  if (onProgress !== undefined) requireFunction('onProgress', onProgress)
  return options
}
