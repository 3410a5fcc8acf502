import type { Timer } from '../time/clock.ts'
import { Attempt } from './attempt.ts'
import { Chain } from './chain.ts'
import { DurationHistogram } from './duration-histogram.ts'
import { allOf, type Entry, triesAfter } from './entry.ts'
import { HandlerTimeoutError } from './errors.ts'
import { TemporaryError } from './errors-of-handlers.ts'
import { Fifo } from './fifo.ts'
import type { DeliveryHost } from './host.ts'
import type { DeliverySettings } from './options.ts'
import { backoffMs, isWorthRetrying } from './retry.ts'
import type { Counts } from './stats.ts'
import type { BatchHandler, Handler, Subscription } from './subscription.ts'
import { thenOf, toPromise } from './thenable.ts'
import type { Valve } from './valve.ts'

/** How a call has failed. */
interface Failure {
  readonly error: unknown
  readonly timedOut: boolean
}

/** What the attempts of one subscription share with the rest of its delivery. */
export interface AttemptsOwner {
  readonly settings: DeliverySettings
  readonly host: DeliveryHost
  readonly subscription: Subscription
  readonly handler: Handler | BatchHandler
  readonly counts: Counts
  readonly valve: Valve
  /** Something has changed in what can be done next. */
  update(): void
  /** The event will not be tried again, and is in hand no more. */
  gaveUp(entry: Entry, reason: unknown): void
}

/** Calls a handler, in time, and again where it has failed. */
export class Attempts {
  readonly durations = new DurationHistogram()
  /** Events that have left the mailbox and whose end is open. */
  inHand = 0
  lastDeliveredAt: number | undefined = undefined
  readonly #owner: AttemptsOwner
  /** Events whose time for another attempt has come. */
  readonly #due = new Fifo<Entry>()
  /** Events that wait for their time, with the timer of each. */
  readonly #retrying = new Map<Entry, Timer>()
  /** Calls that have returned a promise and have not ended. */
  readonly #running = new Chain<Attempt>()
  /** Places taken, of `concurrency`: by calls, and with `order: 'keep'` by events to be tried again. */
  #places = 0
  #ended = false

  constructor(owner: AttemptsOwner) {
    this.#owner = owner
  }

  /** Calls that have not ended, each with what their end is known by. */
  get running(): Chain<Attempt> {
    return this.#running
  }

  /** Whether no new event may be tried now. */
  get full(): boolean {
    return this.#places >= this.#owner.settings.concurrency
  }

  /** The lane of an event that may be tried again now; undefined if there is none. */
  get dueLane(): number | undefined {
    const first = this.#due.first
    if (first === undefined || (this.#releases && this.full)) return undefined
    return first.lane
  }

  /** The next event that is to be tried again, if it may be. It has a place then. */
  takeDue(): Entry | undefined {
    if (this.dueLane === undefined) return undefined
    if (this.#releases) this.#places += 1
    return this.#due.shift()
  }

  /** Gives a place to what has just been taken from the mailbox. */
  takePlace(): void {
    this.#places += 1
  }

  /** Takes the place back: there will be no call. */
  leavePlace(): void {
    this.#places -= 1
  }

  /** Calls the handler with an event that has a place. */
  call(entry: Entry): void {
    const { host, subscription, valve } = this.#owner
    const { scheduler } = host
    const startedAt = scheduler.now()
    const ticket = valve.started(startedAt, entry.event)
    const attempt = new Attempt(subscription, entry)
    this.lastDeliveredAt = entry.event.timestamp
    let promise: Promise<unknown> | undefined
    try {
      promise = this.#invoke(entry, attempt)
    } catch (error) {
      const now = scheduler.readNow()
      this.#failed(entry, now, now - startedAt, ticket, { error, timedOut: false })
      return
    }
    const now = scheduler.readNow()
    if (promise === undefined) this.#succeeded(entry, now, now - startedAt, ticket)
    else {
      Attempt.begin(attempt, startedAt, ticket)
      this.#follow(attempt, promise)
    }
  }

  /** An event that has a place will not be tried again. */
  giveUp(entry: Entry, reason: unknown): void {
    this.#places -= 1
    this.#bury(entry, reason)
  }

  /** Tries nothing again. Calls that run are told by their signals, and still count as they end. */
  end(reason: unknown): void {
    this.#ended = true
    const left = [...this.#retrying.keys()]
    for (let entry = this.#due.shift(); entry !== undefined; entry = this.#due.shift()) {
      left.push(entry)
    }
    for (const timer of this.#retrying.values()) timer.cancel()
    this.#retrying.clear()
    for (const entry of left) {
      if (!this.#releases) this.#places -= 1
      this.#bury(entry, entry.tries!.errors.at(-1))
    }
    for (let attempt = this.#running.first; attempt !== undefined; attempt = attempt.next) {
      Attempt.abort(attempt, reason)
    }
  }

  /** Nobody waits any more for the calls that run: neither do their timers. */
  abandon(): void {
    for (let attempt = this.#running.first; attempt !== undefined; attempt = attempt.next) {
      Attempt.forgetLimit(attempt)
    }
  }

  get #releases(): boolean {
    return this.#owner.settings.retry?.order === 'release'
  }

  #bury(entry: Entry, reason: unknown): void {
    const { tries } = entry
    for (const each of allOf(entry)) {
      each.tries = tries
      this.inHand -= 1
      this.#owner.gaveUp(each, reason)
    }
  }

  #invoke(entry: Entry, attempt: Attempt): Promise<unknown> | undefined {
    const { handler, settings } = this.#owner
    const input = settings.batch === undefined ? entry.event : allOf(entry).map(toEvent)
    // Which of the two it takes was decided when it was subscribed.
    const result = (handler as (input: unknown, context: Attempt) => unknown)(input, attempt)
    const isObject = typeof result === 'object' || typeof result === 'function'
    return isObject && result !== null ? toPromise(result) : undefined
  }

  #follow(attempt: Attempt, promise: Promise<unknown>): void {
    this.#running.append(attempt)
    const { settings, host } = this.#owner
    const fail = (error: unknown): void => this.#ends(attempt, { error, timedOut: false })
    try {
      attempt.tail = thenOf(promise, () => this.#ends(attempt, undefined), fail)
    } catch (error) {
      // Its constructor throws, and it is as good as rejected.
      attempt.tail = Promise.resolve().then(() => fail(error))
    }
    // Last, because a clock may refuse; the call ends by itself then.
    const { timeoutMs } = settings
    if (timeoutMs !== undefined) {
      const onTimeout = (): void => {
        const error = new HandlerTimeoutError(timeoutMs)
        // Told first: with its end the next call begins.
        Attempt.abort(attempt, error)
        this.#ends(attempt, { error, timedOut: true })
      }
      Attempt.limit(attempt, host.clock.setTimer(timeoutMs, onTimeout))
    }
  }

  /** A call that has returned a promise has ended, for the first time or too late. */
  #ends(attempt: Attempt, failure: Failure | undefined): void {
    if (!Attempt.settle(attempt)) return
    const { scheduler } = this.#owner.host
    // Its place is free: the next call follows at once.
    const held = scheduler.hold()
    try {
      this.#running.remove(attempt)
      const now = scheduler.readNow()
      const entry = Attempt.entryOf(attempt)
      const durationMs = now - Attempt.startOf(attempt)
      const ticket = Attempt.ticketOf(attempt)
      if (failure === undefined) this.#succeeded(entry, now, durationMs, ticket)
      else {
        this.#failed(entry, now, durationMs, ticket, failure)
        scheduler.forgetNow()
      }
      this.#owner.update()
    } finally {
      if (held) scheduler.release()
    }
  }

  #succeeded(entry: Entry, now: number, durationMs: number, ticket: number): void {
    const { host, counts, valve, subscription } = this.#owner
    const { companions } = entry
    const events = companions === undefined ? 1 : companions.length + 1
    this.#places -= 1
    this.inHand -= events
    counts.delivered += events
    this.durations.record(durationMs)
    valve.succeeded(now, ticket, entry.event)
    host.handled(subscription, entry.event, durationMs)
    for (const { event } of companions ?? []) host.handled(subscription, event, durationMs)
  }

  #failed(
    entry: Entry,
    now: number,
    durationMs: number,
    ticket: number,
    { error, timedOut }: Failure,
  ): void {
    const { host, counts, valve, subscription } = this.#owner
    counts.failed += 1
    if (timedOut) counts.timedOut += 1
    this.durations.record(durationMs)
    entry.tries = triesAfter(entry.tries, error, host.clock.now() - durationMs)
    valve.failed(now, ticket, entry.event)
    for (const { event } of allOf(entry)) {
      host.failed(subscription, event, error, entry.tries.count)
    }
    let reason = error
    try {
      if (this.#triesAgain(entry, error)) return
    } catch (thrown) {
      reason = new AggregateError([error, thrown], 'The handler failed, and then its retry.when.')
    }
    this.giveUp(entry, reason)
  }

  /** Arranges for another attempt, if there is to be one. */
  #triesAgain(entry: Entry, error: unknown): boolean {
    const { host, counts, settings } = this.#owner
    const { retry } = settings
    const { count } = entry.tries!
    if (retry === undefined || this.#ended || count >= retry.attempts) return false
    // What is asked is the user's, and may end the subscription.
    if (!isWorthRetrying(retry, error) || this.#ended) return false
    const atLeast = error instanceof TemporaryError ? error.retryAfterMs : 0
    const backoff = backoffMs(retry, count, host.random)
    // Whoever set it later may have set anything.
    const delayMs = Number.isFinite(atLeast) ? Math.max(atLeast!, backoff) : backoff
    const timer = host.clock.setTimer(delayMs, () => {
      this.#retrying.delete(entry)
      this.#due.push(entry)
      this.#owner.update()
    })
    this.#retrying.set(entry, timer)
    counts.retried += 1
    if (this.#releases) this.#places -= 1
    return true
  }
}

function toEvent({ event }: Entry): Entry['event'] {
  return event
}
