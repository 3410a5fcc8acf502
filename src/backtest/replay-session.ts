import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventLog } from '../log/event-log.ts'
import { requireLog } from '../log/require-log.ts'
import { nextTurn } from '../time/turn.ts'
import type { Divergence } from './divergence.ts'
import { ExactReplay } from './replay-exact.ts'
import { type ReplayOptions, requireReplayOptions } from './replay-options.ts'
import { OutputsReplay } from './replay-outputs.ts'
import type { ReplayParts, ReplayWay } from './replay-parts.ts'
import { ReplayRecord } from './replay-record.ts'
import { ReplayRules } from './replay-rules.ts'
import { ReplayStage } from './replay-stage.ts'

/** What a replay has shown. */
export interface ReplayReport {
  /** Whether all that was compared was the same. */
  readonly same: boolean
  /** Events of the record that were replayed. */
  readonly events: number
  /** Of these, those that were fed: what others than the strategies and the desk had emitted. */
  readonly inputs: number
  /** Events that were emitted again and were the same. */
  readonly compared: number
  /** The first event that was not; absent if all were. The replay ends there. */
  readonly divergence?: Divergence
  /** The same in a sentence. */
  readonly message: string
}

/** After so many events other work of the process gets its turn. */
const turnEvery = 1_024

/**
 * Replays a recorded session to the same strategies, and says whether they do the same again. Market data and
 * the answers of the broker come from the record, each in its place and with its identity; what strategies,
 * positions, limits and protection emit must be what was recorded. At the first event that is not, the replay ends.
 *
 * Timers fire as in a backtest: those of a time after the recorded events of that time, or when an event
 * that was recorded is due to come.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range, or the log
 * holds no event, or more than one session.
 * @throws what `read` of the log throws, what a strategy throws as it starts, and the reason of `signal`.
 * @example
 * ```ts
 * const report = await replaySession(log, { strategy })
 * console.log(report.message)
 * ```
 */
export async function replaySession<Schemas extends EventSchemas = TradingSchemas>(
  log: EventLog<Schemas>,
  given: ReplayOptions<Schemas>,
): Promise<ReplayReport> {
  requireLog('replaySession', log)
  // Types by name were checked where it is called; below they are checked at run time, by the catalog.
  const options = given as unknown as ReplayOptions
  requireReplayOptions(options)
  const catalog = log.catalog as unknown as Catalog
  const rules = new ReplayRules(options, catalog)
  const { from, limit, signal, compare } = options
  const record = new ReplayRecord(log as unknown as EventLog, {
    ...(from !== undefined && { from }),
    ...(limit !== undefined && { limit }),
    ...(signal !== undefined && { signal }),
  })
  let stage: ReplayStage | undefined
  try {
    await record.fill()
    if (record.first === undefined) {
      throw new ConfigurationError('The log has no event to replay. Check the log, from and limit.')
    }
    stage = new ReplayStage(options, catalog, record.first.event)
    const parts: ReplayParts = { stage, record, rules, catalog, isPart: limit !== undefined }
    const way = compare === 'outputs' ? new OutputsReplay(parts) : new ExactReplay(parts)
    await stage.start()
    return reportOf(way, await replay(parts, way, signal))
  } finally {
    await record.close()
    await stage?.close()
  }
}

async function replay(
  { stage, record }: ReplayParts,
  way: ReplayWay,
  signal: AbortSignal | undefined,
): Promise<Divergence | undefined> {
  for (let steps = 1; ; steps += 1) {
    const settling = stage.settle()
    if (settling !== undefined) await settling
    let found = await way.check()
    if (found !== undefined) return found
    await record.fill()
    const { first } = record
    if (first === undefined) return way.finish()
    found = await way.next(first)
    if (found !== undefined) return found
    if (steps % turnEvery !== 0) continue
    await nextTurn()
    signal?.throwIfAborted()
  }
}

function reportOf({ counts }: ReplayWay, divergence: Divergence | undefined): ReplayReport {
  const { compared } = counts
  const same = `All ${compared} events that were compared are the same.`
  return {
    same: divergence === undefined,
    ...counts,
    ...(divergence !== undefined && { divergence }),
    message: divergence?.message ?? same,
  }
}
