import { type Activity, activityOf } from '../bus/backstage.ts'
import { Standstill } from '../bus/standstill.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { SystemClock } from '../time/system-clock.ts'
import { nextTurn, pause } from '../time/turn.ts'
import { EventAssertionError } from './assertion-error.ts'

/**
 * How many turns of the event loop are taken at once before a handler is waited for with patience.
 */
const eagerTurns = 1_000
/** How long a turn then takes, in milliseconds of real time. */
const patientMs = 1
/**
 * How long is waited at most, in milliseconds of real time, where all that is unfinished seems to wait for time or
 * for events, and yet something has been opened since the test began: it may be a server of the test.
 */
const shownMs = 1_000
/** The same where it is not known what a handler waits for: it may be another handler. */
const unseenMs = 500

/** Moves the time of a bus, and waits at each moment for what it has started. */
export class Rest {
  readonly #clock: SimulatedClock
  readonly #activity: Activity
  readonly #patienceMs: number
  readonly #realClock = new SystemClock()
  readonly #standstill: Standstill
  #isStuck = false

  /** @param patienceMs how long a handler may take, in milliseconds of real time. */
  constructor(bus: object, clock: SimulatedClock, patienceMs: number) {
    this.#clock = clock
    this.#activity = activityOf(bus)
    this.#patienceMs = patienceMs
    this.#standstill = new Standstill(
      this.#activity,
      clock,
      {
        shownMs: Math.min(shownMs, patienceMs / 2),
        neededMs: Infinity,
        unseenMs: Math.min(unseenMs, patienceMs / 2),
        passesWork: false,
      },
      () => this.#realClock.monotonic(),
      () => {},
    )
  }

  /** Waits for `work`, too, wherever it waits for handlers. */
  watch(work: Promise<unknown>): void {
    this.#standstill.watch(work)
  }

  /** Whether a handler was told to be stuck. */
  get stuck(): boolean {
    return this.#isStuck
  }

  /**
   * Resolves once all handlers have settled, or what has not waits for simulated time, for an event, or
   * for another handler.
   *
   * @throws EventAssertionError if a handler takes longer than that, and waits for none of these.
   */
  readonly settle = async (): Promise<void> => {
    const standstill = this.#standstill
    const since = this.#realClock.monotonic()
    standstill.begin()
    for (let turns = 1; ; turns += 1) {
      await nextTurn()
      if (standstill.isOver()) return
      if (turns <= eagerTurns) continue
      if (this.#realClock.monotonic() - since >= this.#patienceMs) throw this.#stuck()
      await pause(patientMs)
    }
  }

  /** Moves time to `time`, at least past the timers before it; those of `time` itself stay. */
  async moveTo(time: number): Promise<void> {
    await this.#clock.advanceBefore(time, this.settle)
  }

  /** Moves time to `time`, past the timers of that time, too. */
  async passTo(time: number): Promise<void> {
    await this.moveTo(time)
    await this.#clock.advanceTo(time)
    await this.settle()
  }

  #stuck(): EventAssertionError {
    this.#isStuck = true
    const { idle, example = 'a handler with a mailbox' } = this.#activity
    const handler = idle ? 'what the test has started' : example
    return new EventAssertionError(
      `After ${this.#patienceMs} ms of real time this has not settled: ${handler}. It waits for neither simulated time nor an event. Have what it waits for answer at once in the test, or raise patienceMs of testBus.`,
      { actual: handler, expected: 'every handler settled', operator: 'settle' },
    )
  }
}
