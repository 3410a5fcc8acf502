import type { Bus } from '../bus/bus.ts'
import { BusClosedError } from '../bus/errors.ts'
import { requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventMatching } from '../events/types.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { carriedBy, note } from './carried.ts'
import { valueText } from './event-text.ts'
import { Rest } from './rest.ts'
import { type TestBus, testBus } from './test-bus.ts'
import type { Step, TimedInput } from './test-input.ts'

/** An emission whose type the compiler does not know: the bus checks it. */
type Emit = (
  type: string,
  data: object,
  options: Partial<Pick<TimedInput, 'source' | 'metadata'>>,
) => TradewireEvent

/** How long a handler may take, in milliseconds of real time. */
const patienceMs = 4_000

/** A test bus on which the steps of a test are played. */
export class Scene<Schemas extends EventSchemas> {
  readonly bus: Bus<Schemas>
  readonly clock: SimulatedClock
  readonly catalog: Catalog
  readonly #test: TestBus<Schemas>
  readonly #rest: Rest
  readonly #emit: Emit
  /** What something that nothing waits for has failed with. */
  #failure: { readonly error: unknown } | undefined = undefined
  /** Whether the test has the reaction. */
  #isShown = false

  /** @param start milliseconds since the Unix epoch; undefined for that of `testBus`. */
  constructor(catalog: Catalog<Schemas>, start: number | undefined) {
    this.#test = testBus({ catalog, ...(start !== undefined && { start }) })
    this.bus = this.#test.bus
    this.clock = this.#test.clock
    this.catalog = catalog
    this.#rest = new Rest(this.bus, this.clock, patienceMs)
    this.#emit = (this.bus.emitSync as unknown as Emit).bind(this.bus)
  }

  /** Every event so far, oldest first. */
  get carried(): readonly TradewireEvent[] {
    return this.#test.emitted
  }

  /**
   * Starts what is tested; if it is asynchronous, it is waited for as handlers are, and must not
   * fail: neither now nor, where nobody asks this any more, later.
   */
  follow(start: () => unknown): void {
    const work = start()
    if (!(work instanceof Promise)) return
    this.#rest.watch(work)
    work.catch((error: unknown) => {
      if (!this.#isShown) this.#failure ??= { error }
      // What waits for an event may end with the bus; anything else is to fail the test: test runners
      // report a rejection that nobody handles.
      else if (!(error instanceof BusClosedError)) throw error
    })
  }

  /**
   * Plays steps, one after the other, and returns the events that were emitted for them.
   *
   * @throws what a step, or whoever is tested, has failed with.
   */
  async play(steps: readonly Step[]): Promise<ReadonlySet<TradewireEvent>> {
    const played = new Set<TradewireEvent>()
    await this.#checked(this.#rest.settle())
    for (const step of steps) {
      if ('advanceMs' in step) {
        const durationMs = requireNumber('advanceMs', step.advanceMs, 0)
        await this.#checked(this.#rest.passTo(this.clock.now() + durationMs))
        continue
      }
      await this.#moveTo(step)
      const { type, payload, source, metadata } = step
      const data = payload(this.clock.now())
      played.add(this.#emit(type, data, { source, ...(metadata !== undefined && { metadata }) }))
      await this.#checked(this.#rest.settle())
    }
    return played
  }

  /**
   * Plays steps, and returns what tells what was emitted in answer up to now, with what is due as
   * time stands.
   */
  async playNews(steps: readonly Step[]): Promise<() => readonly TradewireEvent[]> {
    const before = this.carried.length
    const news = await this.play(steps)
    await this.#checked(this.#rest.passTo(this.clock.now()))
    return () => this.carried.slice(before).filter((event) => !news.has(event))
  }

  /** What `expectEvents` is given. */
  reactionTo<Extra extends object>(
    answers: () => readonly TradewireEvent[],
    extra: Extra,
  ): {
    readonly bus: Bus<Schemas>
    readonly clock: SimulatedClock
    readonly emitted: readonly EventMatching<Schemas, '*'>[]
  } & Extra {
    const { bus, clock, catalog } = this
    this.#throwFailure()
    this.#isShown = true
    const reaction = {
      bus,
      clock,
      get emitted() {
        return answers() as readonly unknown[] as readonly EventMatching<Schemas, '*'>[]
      },
      ...extra,
    }
    note(reaction, {
      catalog,
      get events() {
        return answers()
      },
      failures: carriedBy(bus).failures,
    })
    return reaction
  }

  async #moveTo({ type, time }: TimedInput): Promise<void> {
    const now = this.clock.now()
    if (time === undefined) return
    if (time < now) {
      throw new ConfigurationError(
        `${type} of ${valueText(time, 'time')} comes after time has moved to ${valueText(now, 'time')}. Order the events by their time; bars of one series are made by one call of bars(), and cut with slice.`,
      )
    }
    // As in a backtest: timers of the same time come after it.
    await this.#checked(this.#rest.moveTo(time))
  }

  async #checked(moved: Promise<void>): Promise<void> {
    await moved
    this.#throwFailure()
    this.#test.expectNoErrors()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
