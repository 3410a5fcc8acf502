import { type Bus, createBus } from '../bus/bus.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import { type Desk, type DeskOptions, startDesk } from '../desk/desk.ts'
import { paperBroker } from '../desk/paper-broker.ts'
import { record } from '../log/record.ts'
import type { Recording } from '../log/recording.ts'
import { SimulatedClock } from '../time/simulated-clock.ts'
import { SystemClock } from '../time/system-clock.ts'
import { type BacktestResult, playedSource, type ResultData, resultOf } from './backtest-result.ts'
import { Driver, type DriverHost } from './driver.ts'
import { EventDigest } from './event-digest.ts'
import { type MergedChunk, mergeSources } from './merge.ts'
import { ProgressBar, ProgressMeter } from './progress.ts'
import { RunCollector } from './run-collector.ts'
import { RunChunks } from './run-chunks.ts'
import {
  type BacktestOptions,
  defaultPositions,
  requireBacktestOptions,
  strategiesOf,
} from './run-options.ts'
import { RunGuesses } from './run-guesses.ts'
import { fractionOf } from './source-fraction.ts'
import { statistics } from './statistics.ts'
import type { Strategy, StrategyEnd } from './strategy.ts'
import { within } from './time-range.ts'

/** A recording may be so far behind before the run waits for it, in events. */
const mostUnrecorded = 50_000

/** What a log shows of itself while it writes: its thread, and the pace that it keeps. */
const ofLog = ['MessagePort', 'Timeout'] as const

/**
 * Runs strategies over recorded time, as fast as possible: the same data and the same strategies give the
 * same events in the same order, with the same ids and times.
 *
 * At each time T first fire the timers before T, each at its own time, then come the data of T, one after
 * another, each once all that the one before has led to is done, then the timers at T. What handlers
 * return is awaited before time moves.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range.
 * @throws BacktestError `BACKTEST_FAILED` if a handler fails, unless `onFailure` is `continue`, or if the
 * strategy itself or its end does.
 * @throws what a function of `fees` or `slippage` throws, and the refusal of an emission that nobody awaits,
 * unless `onFailure` is `continue`.
 * @throws StrayWorkError `STRAY_WORK` if something emits that no handler waits for.
 * @throws SourceError `SOURCE_INVALID`, SourceOrderError `SOURCE_ORDER` if the data are bad.
 * @throws EventValidationError `EVENT_INVALID` if a payload of the data is invalid.
 * @throws the reason of `signal` if it aborts.
 * @example
 * ```ts
 * const result = await runBacktest({
 *   sources: [csvBars('spx.csv', { symbol: 'SPX', timeframe: '1d' })],
 *   desk: { broker: paperBroker({ latencyMs: 20 }) },
 *   strategy: ({ bus, orders }) => {
 *     bus.once('market.new_bar', (event) => {
 *       orders.buy('SPX', '10', { cause: event })
 *     })
 *   },
 * })
 * console.log(result.summary())
 * await result.writeReport('report.html')
 * ```
 */
export async function runBacktest<Schemas extends EventSchemas = TradingSchemas>(
  given: BacktestOptions<Schemas>,
): Promise<BacktestResult> {
  // Types by name were checked where it is called; below they are checked at run time, by the catalog.
  const options = given as unknown as BacktestOptions
  requireBacktestOptions(options)
  const { sources, outOfOrder, from, until } = options
  const merged = mergeSources(sources, outOfOrder === undefined ? {} : { outOfOrder })
  const chunks = new RunChunks(within(merged, from, until), options.signal)
  let run: Run | undefined
  try {
    const first = await chunks.next()
    if (first === undefined) {
      throw new ConfigurationError(
        'The sources have no event to play. Check the files, and from and until, if given.',
      )
    }
    run = new Run(options, merged.names, first.times[0]!)
    return await run.play(first, chunks)
  } finally {
    try {
      await chunks.close()
    } finally {
      await run?.close()
    }
  }
}

function busOf(
  { catalog, run, seed, history }: BacktestOptions,
  clock: SimulatedClock,
  failed: (error: unknown) => void,
): Bus {
  return createBus({
    clock,
    source: 'backtest',
    // Failures of handlers are looked at where the data are played.
    onError: (error, { origin }) => {
      if (origin !== 'handler') failed(error)
    },
    ...(catalog !== undefined && { catalog }),
    ...(run !== undefined && { run }),
    ...(seed !== undefined && { seed }),
    ...(history !== undefined && { history }),
  })
}

function deskOptionsOf({ desk = {} }: BacktestOptions): DeskOptions {
  const { broker = paperBroker(), positions = {} } = desk
  return { ...desk, broker, positions: { ...defaultPositions, ...positions } }
}

class Run implements DriverHost {
  readonly #options: BacktestOptions
  readonly #clock: SimulatedClock
  readonly #bus: Bus
  readonly #desk: Desk
  readonly #collector: RunCollector
  readonly #driver: Driver
  readonly #recording: Recording | undefined
  readonly #digest: EventDigest | undefined
  readonly #realClock = new SystemClock()
  readonly #bar = new ProgressBar(process.stderr)
  readonly #meter: ProgressMeter | undefined
  readonly #guesses = new RunGuesses()

  /**
   * @param names what the sources are called.
   * @param start when the first event of the data is, in milliseconds since the Unix epoch.
   */
  constructor(options: BacktestOptions, names: readonly string[], start: number) {
    this.#options = options
    const { log, digest = false, signal, onFailure } = options
    this.#clock = new SimulatedClock({ start })
    this.#bus = busOf(options, this.#clock, (error) => this.#driver.failed(error))
    this.#digest = digest ? new EventDigest(this.#bus) : undefined
    this.#recording = log && record(this.#bus, log, { capacity: 1_000_000 })
    this.#desk = startDesk(this.#bus, deskOptionsOf(options))
    this.#collector = new RunCollector(this.#desk, options.desk?.positions?.convert)
    this.#meter = this.#toMeter()
    this.#driver = new Driver(this.#bus, this.#clock, this, {
      names,
      stuck: (waitedMs, handler) => {
        const time = new Date(this.#clock.now()).toISOString()
        this.#bar.note(
          `runBacktest stands at ${time}: it has waited ${Math.round(waitedMs / 1_000)} s for ${handler}.`,
        )
      },
      guessed: (guess) => this.#guesses.add(guess, this.#clock.now()),
      own: () =>
        this.#recording === undefined || this.#recording.stats.pending === 0 ? [] : ofLog,
      stopsAtFailure: onFailure !== 'continue',
      ...(signal !== undefined && { signal }),
    })
  }

  /** Plays all data. */
  async play(first: MergedChunk, rest: RunChunks): Promise<BacktestResult> {
    const startedAt = this.#realClock.monotonic()
    const from = this.#clock.now()
    const ends = this.#startStrategies()
    await this.#driver.begin()
    for (
      let chunk: MergedChunk | undefined = first;
      chunk !== undefined;
      chunk = await rest.next()
    ) {
      await this.#driver.play(chunk)
    }
    await this.#driver.rest()
    await this.#driver.end()
    for (const end of ends) await this.#driver.finish(end)
    // What the ends have led to comes to rest as what was started before the data.
    await this.#driver.begin()
    await this.#driver.end()
    this.#collector.finish(this.#clock.now())
    const elapsedMs = this.#realClock.monotonic() - startedAt
    await this.#recording?.stop()
    this.#tellEnd()
    return this.#result(from, elapsedMs)
  }

  /** Whatever has failed, nothing is left behind. */
  async close(): Promise<void> {
    this.#bar.clear()
    try {
      await this.#recording?.stop()
    } finally {
      await this.#bus.close({ drainMs: 0 })
      await this.#desk.close()
    }
  }

  moving(time: number): void {
    this.#collector.moving(time)
  }

  played(time: number): void {
    this.#collector.sample(time)
  }

  turn(events: number, time: number): Promise<void> | undefined {
    this.#meter?.tick(events, time, fractionOf(this.#options.sources, events))
    const recording = this.#recording
    if (recording === undefined || recording.stats.pending < mostUnrecorded) return undefined
    return recording.flush()
  }

  #startStrategies(): StrategyEnd[] {
    const ends: StrategyEnd[] = []
    for (const strategy of strategiesOf(this.#options.strategy)) {
      const started = this.#started(strategy)
      if (typeof started === 'function') ends.push(started)
      else if (started !== undefined) this.#driver.follow(started)
    }
    return ends
  }

  #started(strategy: Strategy): ReturnType<Strategy> {
    try {
      return strategy(this.#desk)
    } catch (error) {
      throw this.#driver.strategyError(error)
    }
  }

  #toMeter(): ProgressMeter | undefined {
    const { progress = true } = this.#options
    if (progress === false) return undefined
    return new ProgressMeter(this.#realClock, progress === true ? this.#bar.draw : progress)
  }

  /** However short the run was, whoever is told how far it is hears that it is done. */
  #tellEnd(): void {
    const { events } = this.#driver
    const fraction = fractionOf(this.#options.sources, events)
    this.#meter?.tell(events, this.#clock.now(), fraction === undefined ? undefined : 1)
  }

  #statistics(): Pick<ResultData, 'equity' | 'trades' | 'statistics'> {
    const { trades, curve } = this.#collector
    const equity = curve.summary(this.#desk.positions)
    const roundTrips = trades.roundTrips()
    const input = { equity, trades: roundTrips, totals: trades.totals }
    return {
      equity,
      trades: roundTrips,
      statistics: statistics(input, this.#options.statistics ?? {}),
    }
  }

  #result(from: number, elapsedMs: number): BacktestResult {
    const sources = this.#options.sources.map(playedSource)
    const data: ResultData = {
      ...this.#statistics(),
      from,
      to: this.#clock.now(),
      eventCounts: this.#bus.eventCounts(),
      sourceEvents: this.#driver.events,
      elapsedMs,
      desk: this.#desk,
      openOrders: this.#desk.orders.open(),
      sources,
      notices: [
        ...this.#collector.notices.sentences(this.#desk, sources, this.#collector),
        ...this.#guesses.sentences(),
      ],
      ...(this.#digest !== undefined && { digest: this.#digest.end() }),
    }
    return resultOf(data, this.#collector.prices())
  }
}
