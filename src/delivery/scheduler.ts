import type { Clock } from '../time/clock.ts'
import { nextTurn } from '../time/turn.ts'
import { Chain, type Linked } from './chain.ts'
import type { MemoryGuard } from './memory-guard.ts'
import { Counts } from './stats.ts'
import { laneCount, Turns } from './turns.ts'

/** A mailbox, as the scheduler sees it. */
export interface Schedulable extends Linked<Schedulable> {
  /** The id of its subscription. */
  readonly id: string
  readonly counts: Readonly<Counts>
  /** Events whose end is open. */
  readonly pending: number
  /** Events that wait. */
  readonly depth: number
  /** Calls that have returned a promise and have not ended. */
  readonly running: number
  /** The lane that it is in line for; -1 while it is not in line. Only the scheduler sets it. */
  ringLane: number
  /** Starts its next call, and leaves the line if it cannot start another one. */
  step(): void
  /** Gives up what waits: the bus has closed. */
  end(reason: unknown): void
  /** Nobody waits any more for what still runs. */
  abandon(): void
  /** Looks anew at what it can do. */
  update(): void
  /** Gives up what waits in a lane, or in a less urgent one. */
  shed(lane: number): void
  /** Makes the calls that run known by name to whatever they do from here on. */
  watch(): void
}

/** Calls after which timers and I/O get their turn; on a live clock alone. */
const callsPerTurn = 256
/** Time after which they do, in milliseconds. */
const turnMs = 5

/**
 * Decides which mailbox of a bus calls its handler next: the lanes of their most urgent events take
 * turns as {@link Turns} has it, and mailboxes of one lane take turns, too. So of `m` mailboxes that
 * are ready with events of one priority each starts a call after at most `2 m`, `4 m`, `8 m` or
 * `15 m` calls in all.
 *
 * Calls are started in microtasks. On a live clock it makes way for timers and I/O after 256 calls or
 * 5 ms; on a deterministic one it does not, because that would depend on the machine.
 */
export class Scheduler {
  /** What became of the events of mailboxes that are no more. */
  readonly gone = new Counts()
  /** Set once the bus is made; undefined where memory does not matter. */
  guard: MemoryGuard | undefined = undefined
  readonly #clock: Clock
  readonly #onQuiet: () => void
  readonly #isDraining: () => boolean
  /** The mailboxes that there are, and those that have ended with events still open. */
  readonly #mailboxes = new Set<Schedulable>()
  /** How many of them will do something by themselves. */
  #active = 0
  readonly #rings: readonly Chain<Schedulable>[] = Array.from(
    { length: laneCount },
    () => new Chain(),
  )
  /** A bit for each ring that is not empty. */
  #filled = 0
  readonly #turns = new Turns()
  /** Whether a pump is under way, or will be. */
  #pumping = false
  #paused = false
  /** Calls since it has last made way for others. */
  #calls = 0
  /** Time that they took, but for those of the present turn, in milliseconds. */
  #spentMs = 0
  /** Monotonic time of the latest reading in this turn; -1 if it may be out of date. */
  #now = -1
  readonly #pump = (): void => this.#runTurn()

  /**
   * @param onQuiet called when no mailbox has anything to do any more.
   * @param isDraining whether somebody waits for that.
   */
  constructor(clock: Clock, onQuiet: () => void, isDraining: () => boolean) {
    this.#clock = clock
    this.#onQuiet = onQuiet
    this.#isDraining = isDraining
  }

  /** Whether all that waits is to be handled as soon as it can be: incomplete batches, too. */
  get draining(): boolean {
    return this.#isDraining()
  }

  /** Looks anew at what every mailbox can do. */
  refresh(): void {
    for (const mailbox of this.#mailboxes) mailbox.update()
  }

  get mailboxes(): ReadonlySet<Schedulable> {
    return this.#mailboxes
  }

  /** Whether a mailbox will do something by itself. */
  get busy(): boolean {
    return this.#active > 0
  }

  join(mailbox: Schedulable): void {
    this.#mailboxes.add(mailbox)
  }

  /** Returns whether it has not left before. */
  leave(mailbox: Schedulable): boolean {
    const left = this.#mailboxes.delete(mailbox)
    if (left) this.gone.add(mailbox.counts)
    return left
  }

  /** One mailbox more, or less, has something to do. */
  activity(change: 1 | -1): void {
    this.#active += change
    if (this.#active === 0) this.#onQuiet()
  }

  /** Whether an event of a lane is to be given up for want of memory. */
  sheds(lane: number): boolean {
    return this.guard !== undefined && this.guard.sheds(lane)
  }

  get paused(): boolean {
    return this.#paused
  }

  pause(): void {
    this.#paused = true
    this.refresh()
  }

  resume(): void {
    this.#paused = false
    this.refresh()
    if (this.#filled !== 0 && !this.#pumping) this.#start()
  }

  /** Monotonic time, in milliseconds, read again only where it may have passed. */
  now(): number {
    if (this.#now === -1) this.#now = this.#clock.monotonic()
    return this.#now
  }

  /** Reads the time, for the end of one call, which is the start of the next. */
  readNow(): number {
    this.#now = this.#clock.monotonic()
    return this.#now
  }

  /** Says that time has passed with something other than calls. */
  forgetNow(): void {
    this.#now = -1
  }

  /** Puts a mailbox in line for a call, or moves it to another lane. */
  add(mailbox: Schedulable, lane: number): void {
    if (mailbox.ringLane === lane) return
    if (mailbox.ringLane !== -1) this.remove(mailbox)
    mailbox.ringLane = lane
    this.#rings[lane]!.append(mailbox)
    this.#filled |= 1 << lane
    if (!this.#pumping && !this.#paused) this.#start()
  }

  remove(mailbox: Schedulable): void {
    const lane = mailbox.ringLane
    if (lane === -1) return
    mailbox.ringLane = -1
    const ring = this.#rings[lane]!
    ring.remove(mailbox)
    if (ring.first === undefined) this.#filled &= ~(1 << lane)
  }

  /**
   * Keeps calls from being started until {@link release}, for something that ends calls. Returns false
   * if that is not needed, because they are being started already.
   */
  hold(): boolean {
    if (this.#pumping) return false
    this.#pumping = true
    return true
  }

  /** Starts the calls that may be started, at once. */
  release(): void {
    this.#runTurn()
  }

  #start(): void {
    this.#pumping = true
    queueMicrotask(this.#pump)
  }

  #runTurn(): void {
    const live = !this.#clock.deterministic
    const startedAt = live ? this.now() : 0
    while (this.#filled !== 0 && !this.#paused) {
      if (live && this.#isTurnOver(startedAt)) {
        this.#now = -1
        this.#calls = 0
        this.#spentMs = 0
        void nextTurn().then(this.#pump)
        return
      }
      this.#calls += 1
      const ring = this.#rings[this.#turns.next(this.#filled)]!
      const mailbox = ring.first!
      if (ring.size > 1) {
        ring.remove(mailbox)
        ring.append(mailbox)
      }
      mailbox.step()
    }
    if (live) this.#spentMs += this.now() - startedAt
    this.#now = -1
    this.#pumping = false
  }

  #isTurnOver(startedAt: number): boolean {
    return this.#calls >= callsPerTurn || this.#spentMs + this.now() - startedAt >= turnMs
  }
}
