import { describeValue, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { DeskOptions } from '../desk/desk.ts'
import { strategiesOf } from './run-options.ts'
import type { Strategy } from './strategy.ts'

/**
 * Options of {@link replaySession}.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the log.
 */
export interface ReplayOptions<Schemas extends EventSchemas = TradingSchemas> {
  /** What traded in the session: one strategy, or several on one desk, in the order they were started. */
  readonly strategy: Strategy<Schemas> | readonly Strategy<Schemas>[]
  /**
   * The desk of the session, but for its broker, whose answers come from the record. Default: positions in USD
   * with 100,000 in cash, no limits, no protection, as in `runBacktest`. Multipliers and currencies that the
   * broker alone was told go into `positions.instruments`.
   */
  readonly desk?: Omit<DeskOptions, 'broker'>
  /** What the strategies emit: a pattern, or a list of them. Default `order.submitted`. */
  readonly outputs?: string | readonly string[]
  /**
   * What is compared. `everything`: whatever strategies, positions, limits and protection emit, with ids and times,
   * in its place among the other events; for sessions on a simulated clock. `outputs`: the outputs
   * alone, in their order, without the times and ids that they have from the clock and the bus; for live sessions,
   * whose clock went on while handlers ran. Default `everything`.
   */
  readonly compare?: 'everything' | 'outputs'
  /** The events that were recorded, if not all were: a pattern, or a list of them. Default `*`. */
  readonly recorded?: string | readonly string[]
  /** The position in the log at which the session begins. Default: the first. */
  readonly from?: number
  /** How many events of the log to replay at most. Default: all. */
  readonly limit?: number
  /** What the bus of the session called events without a source. Default `backtest`. */
  readonly source?: string
  /** What random choices of the bus begin with: a whole number. Default 0. */
  readonly seed?: number
  /** Ends the replay when it aborts: `replaySession` rejects with its reason. */
  readonly signal?: AbortSignal
}

const names: readonly (keyof ReplayOptions)[] = [
  'strategy',
  'desk',
  'outputs',
  'compare',
  'recorded',
  'from',
  'limit',
  'source',
  'seed',
  'signal',
]

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown, missing or out of range. */
export function requireReplayOptions(options: ReplayOptions): void {
  requireOptions('replaySession', options, names)
  const { strategy, desk = {}, compare = 'everything', seed = 0 } = options
  for (const each of strategiesOf(strategy)) {
    if (typeof each === 'function') continue
    throw new ConfigurationError(`strategy must be a function, but is ${describeValue(each)}.`)
  }
  requireOptions('the desk of replaySession', desk, ['positions', 'risk', 'protection'])
  requireInteger('seed', seed, Number.MIN_SAFE_INTEGER)
  if (compare !== 'everything' && compare !== 'outputs') {
    throw new ConfigurationError(
      `compare must be 'everything' or 'outputs', but is ${describeValue(compare)}.`,
    )
  }
}
