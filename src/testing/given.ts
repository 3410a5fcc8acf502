import type { Bus } from '../bus/bus.ts'
import { type Desk, type DeskOptions, startDesk } from '../desk/desk.ts'
import { requireFunction, requireOptions } from '../errors/checks.ts'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import { tradingEvents, type TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching } from '../events/types.ts'
import type { EventLog, LoggedEvents, LogPatterns, LogReader } from '../log/event-log.ts'
import type { Reducer } from '../log/reducer.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { foldedStates } from './folded-states.ts'
import { Scene } from './scene.ts'
import { type Step, type TestInput, type TestInputs, toSteps } from './test-input.ts'

/**
 * Options of {@link given}.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface GivenOptions<Schemas extends EventSchemas = EventSchemas> {
  /** Which events there are. Default: that of the log, if one is given; else `tradingEvents`. */
  readonly catalog?: Catalog<Schemas>
  /**
   * Where time starts, in milliseconds since the Unix epoch. Default: the time of the first event
   * that has one, else 2026-01-02T00:00:00.000Z.
   */
  readonly start?: number
}

/** What happens now. */
export interface When<Schemas extends EventSchemas, Outcome> {
  /**
   * Plays what was given, then these, each at its time and once all that the one before has led to
   * is done. What happens without a time of its own happens as time stands. Handlers that wait for the
   * outside world are waited for as by `settle` of `testBus`.
   *
   * @throws EventAssertionError if a handler fails, or does not settle within 4 seconds of real time.
   * @throws ConfigurationError `CONFIGURATION` if the events go back in time, or one is malformed.
   * @throws EventValidationError `EVENT_INVALID`, UnknownEventError `EVENT_UNKNOWN` if one cannot be emitted.
   */
  when(inputs: TestInputs<Schemas>): Promise<Outcome>
}

/** What handlers have made of what happened. Give it to `expectEvents`. */
export interface Reaction<Schemas extends EventSchemas = TradingSchemas> {
  /** The bus that it happened on. Its history holds what was given, too. */
  readonly bus: Bus<Schemas>
  /** Its time. */
  readonly clock: SimulatedClock
  /**
   * The events that were emitted in answer, oldest first: since `when`, without what `when` was
   * given. If the test lets more time pass on `clock`, what is emitted then comes after them.
   */
  readonly emitted: readonly EventMatching<Schemas, '*'>[]
}

/** What a strategy has made of what happened. */
export interface StrategyReaction<
  Schemas extends EventSchemas = TradingSchemas,
> extends Reaction<Schemas> {
  /** Its desk: orders that work, positions, equity. */
  readonly desk: Desk<Schemas>
}

/** What a reducer has made of what happened. */
export interface StateChange<State> {
  /** The state that follows from what was given. */
  readonly before: State
  /** The state that follows from that and from what happened then. */
  readonly state: State
}

/** What is to be tested, on top of what was given. */
export interface Given<Schemas extends EventSchemas = TradingSchemas> {
  /**
   * A strategy, as `runBacktest` takes it. It starts before what was given, and hears it. If it is
   * asynchronous, `when` waits until it has settled, or waits for simulated time or an event, and rejects
   * with what it throws. What it throws after that is a rejection that nobody handles, which test
   * runners report.
   *
   * @param desk as of `startDesk`. Default: an account of 100,000 USD without a broker, so that orders are
   * submitted and nobody answers.
   */
  strategy(
    strategy: (desk: Desk<Schemas>) => unknown,
    desk?: DeskOptions,
  ): When<Schemas, StrategyReaction<Schemas>>
  /** Handlers of a bus: `subscribe` is called before what was given, and subscribes them. */
  handlers(
    subscribe: (bus: Bus<Schemas>, clock: SimulatedClock) => unknown,
  ): When<Schemas, Reaction<Schemas>>
  /**
   * A reducer, as `project` and `follow` of `tradewire/log` take it.
   *
   * @typeParam Patterns which events it is given; inferred from its `pattern`.
   * @typeParam State its state; inferred from `initial`.
   */
  reducer<const Patterns extends LogPatterns<Schemas> = '*', State = unknown>(
    reducer: Reducer<LoggedEvents<Schemas, Patterns>, Patterns, State>,
  ): When<Schemas, StateChange<State>>
}

/**
 * A test in three sentences: given what has happened, when something happens, then these events are
 * emitted, or this is the state.
 *
 * What was given is emitted anew, with ids of its own, on simulated time; whoever is tested hears
 * it and may answer, but only what is emitted since `when` counts. Leave out of a log what the
 * tested part emits itself: `given(log.read({ pattern: 'market.*' }))`.
 *
 * @param past what has happened: events, a log, or what `log.read(…)` returns. An empty list for nothing.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @example
 * ```ts
 * const series = bars({ symbol: 'ABC', closes: ['10', '9', '8', '9'] })
 * // `strategy` buys when a bar closes above its open.
 * const reaction = await given(series.slice(0, 3)).strategy(strategy).when(series.slice(3))
 * expectEvents(reaction, 'order.*').toMatch([['order.submitted', { side: 'buy', symbol: 'ABC' }]])
 * ```
 */
export function given<Schemas extends EventSchemas = TradingSchemas>(
  past: readonly TestInput<NoInfer<Schemas>>[] | EventLog<Schemas> | LogReader,
  options: GivenOptions<Schemas> = {},
): Given<Schemas> {
  requireOptions('given', options, ['catalog', 'start'])
  const { catalog: ofLog } = Object(past) as { readonly catalog?: Catalog<Schemas> }
  const trading = tradingEvents as unknown as Catalog<Schemas>
  const { catalog = ofLog ?? trading, start } = options
  return new GivenPast({ past, catalog, start })
}

interface Setting<Schemas extends EventSchemas> {
  readonly past: TestInputs<Schemas>
  readonly catalog: Catalog<Schemas>
  readonly start: number | undefined
}

/** As of `runBacktest`. */
const defaultPositions = { initialCash: '100000', pnlIntervalMs: 3_600_000 } as const

class GivenPast<Schemas extends EventSchemas> implements Given<Schemas> {
  readonly #setting: Setting<Schemas>

  constructor(setting: Setting<Schemas>) {
    this.#setting = setting
  }

  strategy(
    strategy: (desk: Desk<Schemas>) => unknown,
    desk: DeskOptions = {},
  ): When<Schemas, StrategyReaction<Schemas>> {
    requireFunction('The strategy', strategy)
    const options = { ...desk, positions: { ...defaultPositions, ...desk.positions } }
    return this.#whenPlayed((scene) => {
      const started = startDesk(scene.bus, options)
      scene.follow(() => strategy(started))
      return { desk: started }
    })
  }

  handlers(
    subscribe: (bus: Bus<Schemas>, clock: SimulatedClock) => unknown,
  ): When<Schemas, Reaction<Schemas>> {
    requireFunction('What subscribes the handlers', subscribe)
    return this.#whenPlayed((scene) => {
      scene.follow(() => subscribe(scene.bus, scene.clock))
      return {}
    })
  }

  reducer<const Patterns extends LogPatterns<Schemas> = '*', State = unknown>(
    reducer: Reducer<LoggedEvents<Schemas, Patterns>, Patterns, State>,
  ): When<Schemas, StateChange<State>> {
    return {
      when: async (inputs) => {
        const { scene, past, news } = await this.#scene(inputs)
        await scene.play(past)
        const given = scene.carried.length
        await scene.play(news)
        return foldedStates(scene.catalog, reducer as unknown as Reducer, scene.carried, given) as {
          readonly before: State
          readonly state: State
        }
      },
    }
  }

  #whenPlayed<Extra extends object>(
    start: (scene: Scene<Schemas>) => Extra,
  ): When<Schemas, Reaction<Schemas> & Extra> {
    return {
      when: async (inputs) => {
        const { scene, past, news } = await this.#scene(inputs)
        const extra = start(scene)
        await scene.play(past)
        return scene.reactionTo(await scene.playNews(news), extra)
      },
    }
  }

  async #scene(inputs: TestInputs<Schemas>): Promise<{
    readonly scene: Scene<Schemas>
    readonly past: Step[]
    readonly news: Step[]
  }> {
    const { catalog, start } = this.#setting
    const anyCatalog = catalog as unknown as Catalog
    const past = await toSteps(this.#setting.past, anyCatalog)
    const news = await toSteps(inputs, anyCatalog)
    const first = [...past, ...news].find(
      (step) => !('advanceMs' in step) && step.time !== undefined,
    )
    const begin = start ?? (first as { readonly time?: number } | undefined)?.time
    return { scene: new Scene(catalog, begin), past, news }
  }
}
