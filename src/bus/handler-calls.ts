import type { TradewireEvent } from '../events/envelope.ts'
import { DurationHistogram } from '../delivery/duration-histogram.ts'
import type { Announcement, LossReason } from '../delivery/host.ts'
import { Scheduler } from '../delivery/scheduler.ts'
import { Counts } from '../delivery/stats.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { laneOf } from '../delivery/turns.ts'
import { HandlerError } from './errors.ts'
import { failureReport, printed } from './failure-report.ts'
import type { Flight } from './flight.ts'
import type { Observers } from './observers.ts'
import type { BusSettings, ErrorContext } from './options.ts'
import { Pending, type PendingHost, PendingList } from './pending.ts'
import { Gate, type Subscriber } from './subscriber.ts'
import { accepts } from '../delivery/predicate.ts'
import { onRejection, toPromise } from '../delivery/thenable.ts'

/** Emits an event of the bus itself, because of another one if there is one. */
type Announce = (type: string, data: Announcement, cause: TradewireEvent | undefined) => boolean

/** How many events may wait behind a serial emission, for each subscriber. */
const backlogCapacity = 100_000

/** Calls handlers, each isolated from the others, and knows which of them have not settled. */
export class HandlerCalls implements PendingHost {
  /** Undefined while nobody observes. */
  observers: Observers | undefined = undefined
  /** The first failure of a handler; kept for whoever drives the bus and must not miss it. */
  firstFailure: HandlerError | undefined = undefined
  /** Events of the bus itself, from their announcement on; those that were refused left out. */
  announced = 0
  readonly pending: PendingList
  /** Who calls the handlers that have mailboxes. */
  readonly scheduler: Scheduler
  /** What became of the events of subscriptions that have ended and had no mailbox. */
  readonly gone = new Counts()
  readonly #settings: BusSettings
  /** Emits an event of the bus itself; throws if it is refused, tells whether it is heard. */
  readonly #announce: Announce

  constructor(settings: BusSettings, announce: Announce) {
    this.#settings = settings
    this.#announce = announce
    this.scheduler = new Scheduler(
      settings.clock,
      () => this.pending.wake(),
      () => this.pending.awaited,
    )
    this.pending = new PendingList(() => this.scheduler.busy)
  }

  /** The last resort for errors that cannot be events. */
  lastResort(error: unknown, context: ErrorContext): void {
    try {
      onRejection(this.#settings.onError(error, context), complain)
    } catch (failure) {
      complain(failure)
    }
  }

  /** Whether the running code is a part, over any number of awaits, of a handler. */
  runsInHandler(): boolean {
    for (const mailbox of this.scheduler.mailboxes) mailbox.watch()
    return this.pending.runsInHandler(this.scheduler.mailboxes.size > 0)
  }

  /** Counts an event that did not reach `subscriber`. */
  dropped(subscriber: Subscriber, event: TradewireEvent, reason: 'paused' | 'overflow'): void {
    if (subscriber.delivery === undefined) subscriber.dropped += 1
    else subscriber.delivery.passedBy()
    this.lost(subscriber, event, reason)
  }

  /** Counts an event that a stream had taken, and has dropped because it was full. */
  droppedByStream(subscriber: Subscriber, event: TradewireEvent): void {
    subscriber.delivered -= 1
    this.dropped(subscriber, event, 'overflow')
  }

  /** Tells observers of an event that did not reach `subscriber`. */
  lost(subscriber: Subscription, event: TradewireEvent, reason: LossReason | 'paused'): void {
    this.observers?.dropped({ type: event.type, reason, event, subscription: subscriber })
  }

  /** Whether a subscriber with something in its gate is to be called now. */
  admits(subscriber: Subscriber, event: TradewireEvent, flight: Flight | undefined): boolean {
    const { gate, where } = subscriber
    if ((gate & Gate.removed) !== 0) return false
    if ((gate & Gate.paused) !== 0) {
      this.dropped(subscriber, event, 'paused')
      return false
    }
    if ((gate & Gate.held) !== 0) return this.#hold(subscriber, event)
    try {
      if (laneOf(event.priority) > subscriber.lowestLane) return false
      // A predicate may end the very subscription that it is asked for.
      if (where !== undefined && (!accepts(where, event) || !subscriber.active)) return false
    } catch (error) {
      // It was not called, but counts as if it had been, and failed.
      if (subscriber.delivery !== undefined) subscriber.delivery.failedBefore()
      else if (!subscriber.active) this.#calledAfterEnd()
      this.#fail(subscriber, event, error, flight)
      return false
    }
    // Consumed before the call, so that nested emissions cannot call it twice.
    if ((gate & Gate.once) !== 0) {
      subscriber.retire()
      this.#calledAfterEnd()
    }
    return true
  }

  /** A call that is not in the counts with which its subscription has ended. */
  #calledAfterEnd(): void {
    this.gone.accepted += 1
    this.gone.delivered += 1
  }

  /** Lets the event wait in the backlog. Returns false: it is not to be called now. */
  #hold(subscriber: Subscriber, event: TradewireEvent): false {
    const backlog = subscriber.backlog!
    if (backlog.length < backlogCapacity) backlog.push(event)
    else this.dropped(subscriber, event, 'overflow')
    return false
  }

  /**
   * Calls a handler; returns the promise behind what it returned, if there is one. The event counts
   * as delivered from then on, unless the handler fails.
   */
  call(
    subscriber: Subscriber,
    event: TradewireEvent,
    flight: Flight | undefined,
  ): Promise<unknown> | undefined {
    // Each 256th call is measured, because reading the clock costs more than all else here.
    if (this.observers === undefined && (subscriber.delivered & 255) !== 0) {
      return this.#invoke(subscriber, event, flight)
    }
    return this.#measure(subscriber, event, flight)
  }

  /** Calls a handler, and takes its time. What puts events into a mailbox is no handler. */
  #measure(
    subscriber: Subscriber,
    event: TradewireEvent,
    flight: Flight | undefined,
  ): Promise<unknown> | undefined {
    if (subscriber.delivery !== undefined) return this.#invoke(subscriber, event, flight)
    const { observers } = this
    const { clock } = this.#settings
    const startedAt = clock.monotonic()
    const { failed } = subscriber
    const promise = this.#invoke(subscriber, event, flight)
    if (promise !== undefined) {
      subscriber.measuredSince = startedAt
      return promise
    }
    if (subscriber.failed === failed) {
      // Those are told who watched as it began.
      this.#handled(subscriber, event, clock.monotonic() - startedAt, observers)
    }
    return undefined
  }

  #handled(
    subscriber: Subscriber,
    event: TradewireEvent,
    durationMs: number,
    observers: Observers | undefined,
  ): void {
    if (subscriber.kind === 'handler') {
      subscriber.durations ??= new DurationHistogram()
      subscriber.durations.record(durationMs)
    }
    observers?.handled(event, subscriber, durationMs)
  }

  #invoke(
    subscriber: Subscriber,
    event: TradewireEvent,
    flight: Flight | undefined,
  ): Promise<unknown> | undefined {
    subscriber.delivered += 1
    subscriber.lastDeliveredAt = event.timestamp
    let result: unknown
    try {
      const { handler } = subscriber
      result = handler(event, subscriber.context)
    } catch (error) {
      subscriber.delivered -= 1
      this.#fail(subscriber, event, error, flight)
      return undefined
    }
    if (result === null || (typeof result !== 'object' && typeof result !== 'function')) {
      return undefined
    }
    return toPromise(result)
  }

  /** Something pending for the handlers of `event` that return promises. */
  pend(event: TradewireEvent, flight: Flight | undefined): Pending {
    const pending = new Pending(event, flight, this)
    this.pending.add(pending)
    return pending
  }

  rejected(subscriber: Subscriber, { event, flight }: Pending, error: unknown): void {
    subscriber.delivered -= 1
    this.#fail(subscriber, event, error, flight)
  }

  waitsForRoom(): void {
    this.pending.wake()
  }

  settled(pending: Pending): void {
    pending.flight?.settled()
    pending.resolve?.(pending.event)
    this.pending.remove(pending)
  }

  measured(subscriber: Subscriber, event: TradewireEvent, startedAt: number): void {
    const durationMs = this.#settings.clock.monotonic() - startedAt
    this.#handled(subscriber, event, durationMs, this.observers)
  }

  /** Emits the one `system.error` of an event that a delivery gives up. Never throws. */
  gaveUp(
    subscription: Subscription,
    handler: object,
    event: TradewireEvent,
    cause: unknown,
    attempts: number,
  ): void {
    try {
      const error = new HandlerError(event, subscription.id, cause, attempts)
      this.#tell(error, subscription, handler, attempts)
    } catch (failure) {
      complain(failure)
    }
  }

  /** Tells observers of an attempt that has failed. */
  attemptFailed(
    subscription: Subscription,
    event: TradewireEvent,
    cause: unknown,
    attempt: number,
  ): void {
    if (this.observers === undefined) return
    const error = new HandlerError(event, subscription.id, cause, attempt)
    this.observers.failed(event, subscription, error)
  }

  /** Emits an event about a delivery; one that is refused goes to the last resort. */
  warn(type: string, data: Announcement): void {
    try {
      this.#tellOf(type, data, undefined)
    } catch (failure) {
      this.lastResort(failure, { origin: 'report', event: undefined })
    }
  }

  /** Counts and reports a failure. Never throws, even where the stack has no room left. */
  #fail(
    subscriber: Subscriber,
    event: TradewireEvent,
    cause: unknown,
    flight: Flight | undefined,
  ): void {
    subscriber.failed += 1
    if (!subscriber.active && subscriber.delivery === undefined) this.#failedAfterEnd()
    try {
      // What a mailbox has not taken, no handler was called with.
      const attempts = subscriber.delivery === undefined ? 1 : 0
      const error = new HandlerError(event, subscriber.id, cause, attempts)
      flight?.fail(error)
      this.observers?.failed(event, subscriber, error)
      this.#tell(error, subscriber, subscriber.delivery?.handler ?? subscriber.handler, undefined)
    } catch (failure) {
      complain(failure)
    }
  }

  /** A call has failed that is in the counts with which its subscription has ended. */
  #failedAfterEnd(): void {
    this.gone.delivered -= 1
    this.gone.failed += 1
    this.gone.dropped += 1
  }

  /** Tells of a failure: by a `system.error`, unless it is one that was failed on, or nobody hears. */
  #tell(
    error: HandlerError,
    subscription: Subscription,
    handler: object,
    attempts: number | undefined,
  ): void {
    const { event, cause } = error
    this.firstFailure ??= error
    if (event.type === 'system.error') {
      this.lastResort(error, { origin: 'handler', event })
      return
    }
    try {
      const timestamp = this.#settings.clock.now()
      const report = failureReport(timestamp, event, subscription, handler, cause, attempts)
      // A failure that no handler of system.error hears of must not be silent.
      if (!this.#tellOf('system.error', report, event)) {
        this.lastResort(error, { origin: 'handler', event })
      }
    } catch (failure) {
      // The catalog has no such system.error, or a middleware refused it.
      error.message += ` Its system.error was refused: ${printed(failure)}`
      this.lastResort(error, { origin: 'report', event })
    }
  }

  /** Announces and counts. */
  #tellOf(type: string, data: Announcement, cause: TradewireEvent | undefined): boolean {
    this.announced += 1
    try {
      return this.#announce(type, data, cause)
    } catch (failure) {
      this.announced -= 1
      throw failure
    }
  }
}

/** The very last: a console that fails has nobody left to tell. */
function complain(failure: unknown): void {
  try {
    console.error('tradewire: onError itself failed.', failure)
  } catch {
    // What was thrown cannot even be printed.
  }
}
