import type { TradewireEvent } from '../events/envelope.ts'
import { HandlerError } from './errors.ts'
import { printed } from './failure-report.ts'
import type { Flight } from './flight.ts'
import type { Observers } from './observers.ts'
import type { BusSettings, ErrorContext } from './options.ts'
import { Pending, type PendingHost, PendingList } from './pending.ts'
import { Gate, type Subscriber } from './subscriber.ts'
import { accepts } from './predicate.ts'
import { onRejection, toPromise } from '../delivery/thenable.ts'

/** How many events may wait behind a serial emission, for each subscriber. */
const backlogCapacity = 100_000

/** Calls handlers, each isolated from the others, and knows which of them have not settled. */
export class HandlerCalls implements PendingHost {
  /** Undefined while nobody observes. */
  observers: Observers | undefined = undefined
  readonly pending = new PendingList()
  readonly #settings: BusSettings
  /** Emits the `system.error` of a failure; throws if it is refused, tells whether it is heard. */
  readonly #report: (subscriber: Subscriber, event: TradewireEvent, cause: unknown) => boolean

  constructor(
    settings: BusSettings,
    report: (subscriber: Subscriber, event: TradewireEvent, cause: unknown) => boolean,
  ) {
    this.#settings = settings
    this.#report = report
  }

  /** The last resort for errors that cannot be events. */
  lastResort(error: unknown, context: ErrorContext): void {
    try {
      onRejection(this.#settings.onError(error, context), complain)
    } catch (failure) {
      complain(failure)
    }
  }

  /** Counts an event that did not reach `subscriber`. */
  dropped(subscriber: Subscriber, event: TradewireEvent, reason: 'paused' | 'overflow'): void {
    subscriber.dropped += 1
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
      // A predicate may end the very subscription that it is asked for.
      if (where !== undefined && (!accepts(where, event) || !subscriber.active)) return false
    } catch (error) {
      this.#fail(subscriber, event, error, flight)
      return false
    }
    // Consumed before the call, so that nested emissions cannot call it twice.
    if ((gate & Gate.once) !== 0) subscriber.unsubscribe()
    return true
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
    const { observers } = this
    if (observers === undefined) return this.#invoke(subscriber, event, flight)
    const { clock } = this.#settings
    const startedAt = clock.monotonic()
    const { failed } = subscriber
    const promise = this.#invoke(subscriber, event, flight)
    if (promise !== undefined) return this.#observe(subscriber, event, promise, startedAt)
    if (subscriber.failed === failed) {
      observers.handled(event, subscriber, clock.monotonic() - startedAt)
    }
    return undefined
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
      result = handler(event)
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

  settled(pending: Pending): void {
    pending.flight?.settled()
    pending.resolve?.(pending.event)
    this.pending.remove(pending)
  }

  async #observe(
    subscriber: Subscriber,
    event: TradewireEvent,
    promise: Promise<unknown>,
    startedAt: number,
  ): Promise<void> {
    await promise
    this.observers?.handled(event, subscriber, this.#settings.clock.monotonic() - startedAt)
  }

  /** Counts and reports a failure. Never throws, even where the stack has no room left. */
  #fail(
    subscriber: Subscriber,
    event: TradewireEvent,
    cause: unknown,
    flight: Flight | undefined,
  ): void {
    subscriber.failed += 1
    try {
      const error = new HandlerError(event, subscriber.id, cause)
      flight?.fail(error)
      this.observers?.failed(event, subscriber, error)
      if (event.type === 'system.error') this.lastResort(error, { origin: 'handler', event })
      else this.#reportOrResort(error, subscriber)
    } catch (failure) {
      complain(failure)
    }
  }

  #reportOrResort(error: HandlerError, subscriber: Subscriber): void {
    const { event, cause } = error
    try {
      // A failure that no handler of system.error hears of must not be silent.
      if (!this.#report(subscriber, event, cause)) {
        this.lastResort(error, { origin: 'handler', event })
      }
    } catch (failure) {
      // The catalog has no such system.error, or a middleware refused it.
      error.message += ` Its system.error was refused: ${printed(failure)}`
      this.lastResort(error, { origin: 'report', event })
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
