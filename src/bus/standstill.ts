import { OutsideWorld } from '../time/outside-world.ts'
import type { Activity } from './backstage.ts'

/** How long is waited where nobody can tell what for, in milliseconds of real time. */
export interface Patience {
  /**
   * While the process shows that it waits for the outside world, and yet as many wait for time or for events as
   * are unfinished: what is open may be a connection that idles, or a timer that repeats.
   */
  readonly shownMs: number
  /** The same while fewer wait for time or events than are unfinished, so that somebody waits for something else. */
  readonly neededMs: number
  /**
   * While fewer wait than are unfinished, and the process shows nothing: for another handler, or for something
   * that it does not show. Halved each time that it was in vain, so that runs in which handlers wait for each
   * other are not held up.
   */
  readonly unseenMs: number
  /** Whether work beside the handlers may be passed over, too, where nothing waits for time or for an event. */
  readonly passesWork: boolean
}

/** Time was let go on though nobody could tell what something waited for. */
export interface Guess {
  /** What the process showed, as Node names it; empty where it showed nothing. */
  readonly shown: readonly string[]
  /** A handler that had not settled, in words; undefined if there was none without a mailbox. */
  readonly example: string | undefined
}

/** So many turns are taken at least before time goes on by a guess. */
const leastTurns = 10

/** Of a simulated clock: how many sleep on it. */
interface Sleepers {
  readonly sleepers: number
}

/** Nobody can tell who sleeps on a clock that moves by itself. */
const realTime: Sleepers = { sleepers: 0 }

/**
 * Knows whether simulated time has to stand still for something: it may move on once all that is
 * unfinished waits for time or for an event.
 *
 * Who waits is counted and not known by name. So what the process shows of the outside world is asked
 * first: while something is under way that was not before, time stands still, whoever waits for it.
 */
export class Standstill {
  /** How much work beside the handlers has not settled. */
  working = 0
  readonly #activity: Activity
  readonly #clock: Sleepers
  readonly #patience: Patience
  readonly #outside: OutsideWorld
  readonly #monotonic: () => number
  readonly #guessed: (guess: Guess) => void
  /** So many more than wait are unfinished, and it was found that nothing can be done about it. */
  #excused = 0
  #unseenMs: number
  #turns = 0
  #isFirst = true
  /** What it is in doubt about; undefined while it is in none. */
  #doubt: string | undefined = undefined
  /** Since when, on the real clock, and after how many turns. */
  #since = 0
  #sinceTurn = 0

  /**
   * @param clock undefined where time moves by itself: what may wait for it is not waited for.
   * @param monotonic real time.
   * @param guessed is told when time goes on and nobody can tell whether it should.
   */
  constructor(
    activity: Activity,
    clock: Sleepers | undefined,
    patience: Patience,
    monotonic: () => number,
    guessed: (guess: Guess) => void,
    outside: OutsideWorld = new OutsideWorld(),
  ) {
    this.#activity = activity
    this.#clock = clock ?? realTime
    this.#patience = patience
    this.#unseenMs = patience.unseenMs
    this.#monotonic = monotonic
    this.#guessed = guessed
    this.#outside = outside
  }

  /** What the process shows that it waits for, as Node names it. */
  get shown(): readonly string[] {
    return this.#outside.names
  }

  /** Counts `work` among what is unfinished, until it has settled. */
  watch(work: Promise<unknown>): void {
    this.working += 1
    const settled = (): void => {
      this.working -= 1
    }
    work.then(settled, settled)
  }

  /** Another moment begins. */
  begin(): void {
    this.#turns = 0
    this.#doubt = undefined
  }

  /** Whether time may move on. To be asked after each turn of the event loop, in the same one. */
  isOver(): boolean {
    this.#turns += 1
    const activity = this.#activity
    const isQuiet = activity.idle && this.working === 0
    if (isQuiet && !activity.reading) return this.#rest()
    const isAwaited = activity.waiting || this.#clock.sleepers > 0
    if (this.#clock === realTime) return isQuiet || isAwaited
    if (!isAwaited && (!activity.idle || !this.#patience.passesWork)) return false
    const { waits, unfinished } = activity
    const missing = isQuiet ? 0 : unfinished + this.working - waits - this.#clock.sleepers
    if (this.#outside.busy) {
      const { shownMs, neededMs } = this.#patience
      if (!this.#hasLasted('shown', missing, missing > 0 ? neededMs : shownMs)) return false
      this.#guess(this.#outside.names)
      this.#outside.accept()
      return true
    }
    this.#excused = Math.min(this.#excused, Math.max(missing, 0))
    if (missing <= this.#excused) return true
    if (!this.#hasLasted('unseen', missing, this.#unseenMs)) return false
    this.#guess([])
    this.#excused = missing
    this.#unseenMs /= 2
    return true
  }

  /** Nothing is unfinished: what is open now is nothing that anybody waits for. */
  #rest(): true {
    this.#excused = 0
    // To ask costs more than a turn. What opens in the first turn of a moment is found later, or closes.
    if (this.#isFirst || this.#turns > 2) this.#outside.accept()
    this.#isFirst = false
    return true
  }

  /** Whether a doubt has lasted for `durationMs` of real time without anything that has happened meanwhile. */
  #hasLasted(doubt: 'shown' | 'unseen', missing: number, durationMs: number): boolean {
    const now = this.#monotonic()
    const state = `${doubt} ${missing} ${this.#activity.sequence}`
    if (this.#doubt !== state) {
      this.#doubt = state
      this.#since = now
      this.#sinceTurn = this.#turns
    }
    return this.#turns - this.#sinceTurn >= leastTurns && now - this.#since >= durationMs
  }

  #guess(shown: readonly string[]): void {
    this.#guessed({ shown, example: this.#activity.example })
  }
}
