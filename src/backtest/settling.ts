import { type Activity, activityOf } from '../bus/backstage.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { type Guess, type Patience, Standstill } from '../bus/standstill.ts'
import type { Clock } from '../time/clock.ts'
import { OutsideWorld } from '../time/outside-world.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { SystemClock } from '../time/system-clock.ts'
import { nextTurn, pause } from '../time/turn.ts'

/** How many turns of the event loop are taken at once before a handler is waited for with patience. */
const eagerTurns = 1_000
/** How long a turn then takes, in milliseconds of real time. */
const patientMs = 1
/** After how long it is told that time stands still, and how often, in milliseconds of real time. */
const stuckMs = 10_000

/** A model may take its time to answer; a connection that idles is to cost it once. */
const patience: Patience = {
  shownMs: 30_000,
  neededMs: 600_000,
  unseenMs: 1_000,
  passesWork: true,
}

/** How {@link Settling} settles. */
export interface SettlingOptions {
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Is told every ten seconds of real time that a handler keeps time standing still. */
  readonly stuck?: ((waitedMs: number, handler: string) => void) | undefined
  /** Is told when time goes on though nobody could tell what something waited for. */
  readonly guessed?: ((guess: Guess) => void) | undefined
  /** Names of resources of the process that are used beside the handlers at this moment. */
  readonly own?: (() => readonly string[]) | undefined
  /** Tells real time. Default: the system's. */
  readonly realClock?: Clock
}

/**
 * Knows whether all that a moment of simulated time has started is done, so that time may move on.
 *
 * What handlers return is awaited, mailboxes are emptied. A handler that waits for simulated time, or for
 * an event yet to come, cannot be awaited before time moves: a moment is over once all that is unfinished
 * waits for one of these, and nothing waits for the outside world. See {@link Standstill}.
 */
export class Settling {
  readonly #standstill: Standstill
  readonly #clock: SimulatedClock | undefined
  readonly #sleepers: { readonly sleepers: number }
  readonly #activity: Activity
  readonly #signal: AbortSignal | undefined
  readonly #realClock: Clock
  readonly #stuck: SettlingOptions['stuck']

  /** @param clock undefined where time moves by itself. */
  constructor(bus: object, clock: SimulatedClock | undefined, options: SettlingOptions = {}) {
    const { realClock = new SystemClock(), stuck, signal, guessed = () => {}, own } = options
    this.#realClock = realClock
    this.#stuck = stuck
    this.#clock = clock
    this.#sleepers = clock ?? { sleepers: 0 }
    this.#activity = activityOf(bus)
    this.#signal = signal
    this.#standstill = new Standstill(
      this.#activity,
      clock,
      patience,
      () => realClock.monotonic(),
      guessed,
      new OutsideWorld(own),
    )
  }

  /** The sequence of the last event of the bus. */
  get sequence(): number {
    return this.#activity.sequence
  }

  /** The first failure of a handler; undefined while none has failed for good. */
  get failure(): Activity['failure'] {
    return this.#activity.failure
  }

  /** Whether nothing is to be waited for: every handler that was called has returned, and no promise. */
  get settled(): boolean {
    // Written out here, because it is asked for at each event.
    const activity = this.#activity
    return (
      activity.idle &&
      !activity.waiting &&
      this.#sleepers.sleepers === 0 &&
      this.#standstill.working === 0
    )
  }

  /** Waits for `work` beside the handlers, too. */
  watch(work: Promise<unknown>): void {
    this.#standstill.watch(work)
  }

  /** Undefined if nothing is to be waited for, else what resolves once time may move on. */
  settle(): Promise<void> | undefined {
    return this.settled ? undefined : this.settleFully()
  }

  /**
   * Resolves once time may move on, after at least one turn of the event loop.
   *
   * @throws the reason of the signal if it aborts meanwhile.
   */
  readonly settleFully = async (): Promise<void> => {
    const standstill = this.#standstill
    let since: number | undefined
    let told = 0
    standstill.begin()
    for (let turns = 1; ; turns += 1) {
      await nextTurn()
      if (standstill.isOver()) return
      this.#signal?.throwIfAborted()
      if (turns <= eagerTurns) continue
      since ??= this.#realClock.monotonic()
      const waitedMs = this.#realClock.monotonic() - since
      if (waitedMs >= (told + 1) * stuckMs) {
        told += 1
        this.#stuck?.(waitedMs, this.#unsettled())
      }
      await pause(patientMs)
    }
  }

  /** What has not settled, in words. */
  #unsettled(): string {
    const { example, idle } = this.#activity
    const what = example ?? (idle ? 'the strategy itself' : 'a handler with a mailbox')
    const { shown } = this.#standstill
    return shown.length === 0 ? what : `${what}, while Node shows ${shown.join(', ')}`
  }

  /**
   * Calls `end`, once the data have ended, and waits for it, however long it takes in real time. Simulated
   * time stands still meanwhile.
   *
   * @throws ConfigurationError `CONFIGURATION` if it sleeps on the simulated clock: it would never wake.
   * @throws the reason of the signal if it aborts meanwhile; what `end` throws.
   */
  async outlast(end: () => void | Promise<void>): Promise<void> {
    const clock = this.#clock!
    const { sleepers } = clock
    let isDone = false
    const work = (async () => {
      try {
        await end()
      } finally {
        isDone = true
      }
    })()
    // It is awaited below, unless something else fails first.
    work.catch(() => {})
    for (let turns = 1; ; turns += 1) {
      await nextTurn()
      if (isDone) break
      this.#signal?.throwIfAborted()
      if (clock.sleepers > sleepers) {
        throw new ConfigurationError(
          'The end of a strategy sleeps on the simulated clock, which stands still once the data have ended: it would never wake. Do without the sleep, or end the strategy before the data do.',
        )
      }
      if (turns > eagerTurns) await pause(patientMs)
    }
    await work
  }
}

/** @throws ConfigurationError `CONFIGURATION` unless the clock of a bus is simulated. */
export function requireSimulatedClock(what: string, clock: unknown): SimulatedClock {
  // Not `instanceof`: the clock may come from another copy of this package.
  const { skipTo, advanceBefore } = clock as Partial<SimulatedClock>
  if (typeof skipTo === 'function' && typeof advanceBefore === 'function') {
    return clock as SimulatedClock
  }
  throw new ConfigurationError(
    `${what} needs a bus on a SimulatedClock, as it moves its time: createBus({ clock: new SimulatedClock() }).`,
  )
}
