import { type EmitFrom, emitterOf } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { nextTurn } from '../time/turn.ts'
import { handlerFailed, StrayWorkError, strategyFailed } from './errors.ts'
import { Settling, type SettlingOptions } from './settling.ts'
import type { MergedChunk } from './merge.ts'
import { SourceError } from './source-errors.ts'
import type { TimedPayload } from './source.ts'
import type { StrategyEnd } from './strategy.ts'

/** After so many events other work of the process gets its turn. Counted, so that every run is the same. */
const turnEvery = 1_024

/** What a driver tells of its way. */
export interface DriverHost {
  /** Time is about to move on to `time`; nothing of that time has happened. */
  moving(time: number): void
  /** An event of the data, and all that it has led to, is done. */
  played(time: number): void
  /** Now and then, when other work of the process has its turn; may wait, for a storage for instance. */
  turn(events: number, time: number): Promise<void> | undefined
}

/** How a driver plays. */
export interface DriverOptions extends Pick<
  SettlingOptions,
  'signal' | 'stuck' | 'guessed' | 'own'
> {
  /** What the sources are called: who emits their events, unless these say so. */
  readonly names: readonly string[]
  /** Whether a handler that fails ends it. */
  readonly stopsAtFailure: boolean
}

/** The longest name that an event may have for its source. */
const longestName = 256

/**
 * Plays recorded events onto a bus, in order of time:
 *
 * 1. Before the data of a time T, timers that are due before T fire, each at its own time.
 * 2. The data of T are emitted, each once all that the one before has led to is done.
 * 3. Timers at T fire after all data of T; those of one time in the order they were set.
 */
export class Driver {
  /** Events of the data that were emitted. */
  events = 0
  readonly #bus: Bus
  readonly #emit: EmitFrom
  readonly #clock: SimulatedClock
  readonly #settling: Settling
  readonly #host: DriverHost
  readonly #signal: AbortSignal | undefined
  readonly #stopsAtFailure: boolean
  readonly #names: readonly string[]
  /** What failed of what is followed, or beside all handlers. */
  #rejection: { readonly error: unknown } | undefined = undefined
  /** The sequence that the bus stood at when nothing more was to be done. */
  #restedAt = 0

  constructor(bus: Bus, clock: SimulatedClock, host: DriverHost, options: DriverOptions) {
    this.#bus = bus
    this.#emit = emitterOf(bus)
    this.#names = options.names.map((name) => name.slice(0, longestName))
    this.#clock = clock
    this.#host = host
    this.#signal = options.signal
    this.#stopsAtFailure = options.stopsAtFailure
    const { signal, stuck, guessed, own } = options
    this.#settling = new Settling(bus, clock, { signal, stuck, guessed, own })
  }

  /**
   * Lets what was started before the data come to rest.
   *
   * @throws what {@link Driver.play} throws.
   */
  async begin(): Promise<void> {
    await this.#settling.settleFully()
    this.#check()
    this.#restedAt = this.#settling.sequence
  }

  /**
   * Emits a list of events, in order of time.
   *
   * @throws BacktestError `BACKTEST_FAILED` if a handler fails, unless failures are to be passed over.
   * @throws StrayWorkError `STRAY_WORK` if something emits that no handler waits for.
   * @throws EventValidationError `EVENT_INVALID` if a payload is invalid.
   * @throws the reason of the signal if it aborts.
   */
  async play({ items, times, sources }: MergedChunk): Promise<void> {
    const settling = this.#settling
    const host = this.#host
    this.#requireRest()
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index]!
      const { data } = item
      const time = times[index]!
      if (item.time !== undefined) this.#requireClosed(item, this.#names[sources[index]!]!)
      if (time !== this.#clock.now()) {
        host.moving(time)
        if (!this.#clock.skipTo(time)) {
          await this.#clock.advanceBefore(time, settling.settleFully)
          this.#check()
        }
      }
      if (item.source === undefined && item.metadata === undefined) {
        this.#emit(item.type, data, this.#names[sources[index]!]!, undefined)
      } else this.#emitChecked(item, this.#names[sources[index]!]!)
      if (!settling.settled) await settling.settleFully()
      if (settling.failure !== undefined || this.#rejection !== undefined) this.#check()
      host.played(time)
      this.events += 1
      if (this.events % turnEvery === 0) {
        this.#restedAt = settling.sequence
        await this.#turn(time)
      }
    }
    this.#restedAt = settling.sequence
  }

  /** Nobody can know a bar when it opens. */
  #requireClosed({ type, data, time }: TimedPayload, name: string): void {
    if (type !== 'market.new_bar') return
    const { openTime } = data as { readonly openTime: number }
    // A clock that runs behind that of the venue may see a bar a little before its close.
    if (!(time! <= openTime)) return
    throw new SourceError(
      name,
      `a bar that opens at ${new Date(openTime).toISOString()} is to be seen at ${new Date(time!).toISOString()}, before anybody can know it. Leave its time out, so that it is seen when it has closed.`,
      { index: this.events },
    )
  }

  /** What a source says beside the payload is looked at as that of any emission. */
  #emitChecked({ type, data, source, metadata }: TimedPayload, name: string): void {
    this.#bus.emitSync(type as never, data as never, {
      source: source ?? name,
      ...(metadata !== undefined && { metadata }),
    })
  }

  /**
   * Waits for `work` of a strategy wherever handlers are waited for, and ends the run if it fails.
   *
   * @throws ConfigurationError `CONFIGURATION` if it is no promise, which types alone do not prevent.
   */
  follow(work: Promise<void>): void {
    if (typeof (Object(work) as Partial<Promise<void>>).then !== 'function') {
      throw new ConfigurationError(
        `A strategy returns nothing, a promise, or a function to be called at the end, but this one returned ${describeValue(work)}. Put braces around the body of an arrow function.`,
      )
    }
    const followed = Promise.resolve(work)
    followed.catch((error: unknown) => {
      this.#rejection ??= { error: this.strategyError(error) }
    })
    this.#settling.watch(followed)
  }

  /**
   * What a run rejects with as a strategy has thrown `error`: the reason of the signal as it is.
   *
   * @param part what of the strategy it was.
   */
  strategyError(error: unknown, part = 'The strategy itself'): unknown {
    const isAbort = this.#signal?.aborted === true && error === this.#signal.reason
    return isAbort ? error : strategyFailed(part, error, this.#clock.now())
  }

  /**
   * Ends the run because of what has failed beside all handlers, such as a fee that was asked for, or an
   * emission that was refused and that nobody awaits; unless failures are to be passed over.
   */
  failed(error: unknown): void {
    if (this.#stopsAtFailure) this.#rejection ??= { error }
  }

  /**
   * Calls what a strategy has left for the end of the data, and waits for it.
   *
   * @throws ConfigurationError `CONFIGURATION` if it sleeps on the simulated clock.
   * @throws the reason of the signal if it aborts.
   * @throws BacktestError `BACKTEST_FAILED` if `end` fails.
   */
  async finish(end: StrategyEnd): Promise<void> {
    await this.#settling.outlast(async () => {
      try {
        await end()
      } catch (error) {
        throw this.strategyError(error, 'The end of the strategy')
      }
    })
  }

  /**
   * The data have ended: whatever was started and not waited for comes to light.
   *
   * @throws what {@link Driver.play} throws.
   */
  async rest(): Promise<void> {
    await nextTurn()
    this.#signal?.throwIfAborted()
    this.#check()
    this.#requireRest()
  }

  /**
   * Fires the timers of the last time.
   *
   * @throws what {@link Driver.play} throws.
   */
  async end(): Promise<void> {
    await this.#clock.advanceTo(this.#clock.now())
    await this.#settling.settleFully()
    this.#check()
  }

  async #turn(time: number): Promise<void> {
    await nextTurn()
    this.#signal?.throwIfAborted()
    this.#check()
    this.#requireRest()
    const wait = this.#host.turn(this.events, time)
    if (wait === undefined) return
    await wait
    this.#requireRest()
  }

  /** Throws if something has emitted since all that was known of was done. */
  #requireRest(): void {
    const { sequence } = this.#settling
    if (sequence === this.#restedAt) return
    const last = this.#bus.history.query({ limit: 1 }).at(-1)
    throw new StrayWorkError(
      `${sequence - this.#restedAt} events${last === undefined ? '' : `, the last of them ${last.type} of ${JSON.stringify(last.source)},`} were emitted after time had moved on from what had led to them. Something was started that no handler waits for: return or await its promise in the handler, so that time waits for it.`,
    )
  }

  #check(): void {
    if (this.#rejection !== undefined) throw this.#rejection.error
    const { failure } = this.#settling
    if (failure !== undefined && this.#stopsAtFailure) {
      throw handlerFailed(failure, this.#clock.now())
    }
  }
}
