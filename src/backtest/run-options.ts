import { describeValue, requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { Catalog } from '../events/catalog.ts'
import type { DeskOptions } from '../desk/desk.ts'
import type { EventLog } from '../log/event-log.ts'
import type { OutOfOrder } from './sort-window.ts'
import type { RunProgress } from './progress.ts'
import type { Source } from './source.ts'
import type { StatisticsOptions } from './statistics.ts'
import type { Strategy } from './strategy.ts'

/**
 * How the positions of a run are kept unless it is told: 100,000 in cash, and at most one
 * `position.pnl_update` for each position in an hour of simulated time. The curve of the equity does not
 * depend on these events, and one at each bar of a minute would take a third of the time of a run.
 */
export const defaultPositions = { initialCash: '100000', pnlIntervalMs: 3_600_000 } as const

/**
 * Options of {@link runBacktest}.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface BacktestOptions<Schemas extends EventSchemas = TradingSchemas> {
  /**
   * Where the data come from: merged by time; of one time in the order given here, and then in their own.
   */
  readonly sources: readonly Source<NoInfer<Schemas>>[]
  /** What trades: one strategy, or several on one desk. */
  readonly strategy: Strategy<NoInfer<Schemas>> | readonly Strategy<NoInfer<Schemas>>[]
  /**
   * The desk. Default: a `paperBroker()` with its defaults, positions in USD with 100,000 in cash, no limits.
   * Unless `positions.pnlIntervalMs` says otherwise, a position is reported by `position.pnl_update` once in an
   * hour of simulated time at most.
   */
  readonly desk?: DeskOptions
  /** Which events the bus carries. Default `tradingEvents`. */
  readonly catalog?: Catalog<Schemas>
  /** The first part of the ids of its events, 1 to 200 characters. Default `sim`. */
  readonly run?: string
  /** What random choices begin with: a whole number. Default 0. */
  readonly seed?: number
  /** Only data of this time or later, in milliseconds since the Unix epoch. Default: all. */
  readonly from?: number
  /** Only data before this time, in milliseconds since the Unix epoch. Default: all. */
  readonly until?: number
  /** What to do with a source that goes back in time. Default `refuse`. */
  readonly outOfOrder?: OutOfOrder
  /** Where to record all events. Default: nowhere. The log stays open. */
  readonly log?: EventLog
  /**
   * Whether the result has the SHA-256 of all events, by which two runs can be compared. It costs some
   * microseconds an event. Default false.
   */
  readonly digest?: boolean
  /** How many of the newest events `bus.history` holds. Default 1,000. */
  readonly history?: number
  /** Whether a handler that fails ends the run, or the run goes on and counts it. Default `stop`. */
  readonly onFailure?: 'stop' | 'continue'
  /** How the statistics are calculated. */
  readonly statistics?: StatisticsOptions
  /**
   * Whether a bar shows how far the run is, or who is told so, ten times a second at most. Default: a bar
   * on the standard error stream, if that is a terminal.
   */
  readonly progress?: boolean | ((progress: RunProgress) => void)
  /** Ends the run when it aborts: `runBacktest` rejects with its reason. */
  readonly signal?: AbortSignal
}

const names: readonly (keyof BacktestOptions)[] = [
  'sources',
  'strategy',
  'desk',
  'catalog',
  'run',
  'seed',
  'from',
  'until',
  'outOfOrder',
  'log',
  'digest',
  'history',
  'onFailure',
  'statistics',
  'progress',
  'signal',
]

const deskNames: readonly (keyof DeskOptions)[] = ['broker', 'positions', 'risk', 'protection']

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown, missing or out of range. */
export function requireBacktestOptions(options: BacktestOptions): void {
  requireOptions('runBacktest', options, names)
  const { sources, strategy, from, until, history, seed, onFailure = 'stop' } = options
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new ConfigurationError(
      'sources must be a list with at least one source, such as [csvBars(path, { symbol })].',
    )
  }
  for (const each of strategiesOf(strategy)) requireFunction('strategy', each)
  requireTime('from', from)
  requireTime('until', until)
  if (from !== undefined && until !== undefined && from >= until) {
    throw new ConfigurationError('until must be later than from.')
  }
  if (history !== undefined) requireInteger('history', history, 0, 100_000_000)
  if (seed !== undefined) requireInteger('seed', seed, Number.MIN_SAFE_INTEGER)
  requireParts(options)
  if (onFailure !== 'stop' && onFailure !== 'continue') {
    throw new ConfigurationError("onFailure must be 'stop' or 'continue'.")
  }
}

function requireTime(name: string, value: unknown): void {
  if (value === undefined || Number.isFinite(value)) return
  const advice = value instanceof Date ? ' Give date.getTime().' : ''
  throw new ConfigurationError(
    `${name} must be a finite number of milliseconds since the Unix epoch, but is ${describeValue(value)}.${advice}`,
  )
}

function requireParts({ desk, progress, signal }: BacktestOptions): void {
  if (desk !== undefined) requireOptions('desk', desk, deskNames)
  if (progress !== undefined && typeof progress !== 'boolean' && typeof progress !== 'function') {
    throw new ConfigurationError(
      `progress must be true, false or a function, but is ${describeValue(progress)}.`,
    )
  }
  if (signal === undefined || typeof Object(signal).throwIfAborted === 'function') return
  throw new ConfigurationError(
    `signal must be an AbortSignal, but is ${describeValue(signal)}: give that of a controller.`,
  )
}

export function strategiesOf(strategy: BacktestOptions['strategy']): readonly Strategy[] {
  return Array.isArray(strategy) ? (strategy as readonly Strategy[]) : [strategy as Strategy]
}
