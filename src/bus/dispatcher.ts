import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Envelope, type TradewireEvent } from '../events/envelope.ts'
import { Acceptance, type AcceptedDraft } from './acceptance.ts'
import { BusClosedError, DeadlockError, EmitDepthError, EmitQueueFullError } from './errors.ts'
import type { BatchItem, QueuedEmission, QueuedTask } from './emission.ts'
import { failureReport } from './failure-report.ts'
import { Fifo } from './fifo.ts'
import { Flight } from './flight.ts'
import { HandlerCalls } from './handler-calls.ts'
import type { EventHistory } from './history.ts'
import type { Middleware } from './middleware.ts'
import type { BusSettings, EmitOptions } from './options.ts'
import type { Pending } from './pending.ts'
import { noticedRefusal } from './refusal.ts'
import type { Registry, Route } from './registry.ts'
import { deliverSerially } from './serial-delivery.ts'
import type { Subscriber } from './subscriber.ts'
import { onRejection } from '../delivery/thenable.ts'

/** How many emissions of handlers may wait behind a running dispatch. */
const queueCapacity = 100_000

/** Calls handlers: in one order, isolated from each other, to completion. */
export class Dispatcher {
  readonly acceptance: Acceptance
  /** Set by `close()`; from then on emissions are refused. */
  closed = false
  /** Middlewares with an `after`, in order; replaced when one comes or goes. */
  after: readonly Middleware[] | undefined = undefined
  readonly calls: HandlerCalls
  readonly #settings: BusSettings
  readonly #registry: Registry
  readonly #history: EventHistory
  /** Whether a dispatch is on the stack: emissions then join the queue. */
  #busy = false
  /** How deep the emission chain is whose event is being dispatched. */
  #depth = 0
  /** Emissions of handlers; empty while not busy, unless a full stack has kept some from their turn. */
  readonly #queue = new Fifo<QueuedEmission | QueuedTask>()

  constructor(settings: BusSettings, registry: Registry, history: EventHistory) {
    this.#settings = settings
    this.#registry = registry
    this.#history = history
    this.acceptance = new Acceptance(settings, (type) => this.#requireOpen(type))
    this.calls = new HandlerCalls(settings, (...failure) => this.#report(...failure))
  }

  emitSync(type: string, data: unknown, options: EmitOptions | undefined): TradewireEvent {
    const route = this.#open(type)
    const event = this.#accept(route, data, options)
    const flight = this.#flightFor(event, options, false)
    if (this.#busy) {
      this.#enqueue(event, flight)
      return event
    }
    this.#dispatch(route, event, flight)
    if (flight !== undefined && flight.error !== undefined) throw flight.error
    return event
  }

  emit(type: string, data: unknown, options: EmitOptions | undefined): Promise<TradewireEvent> {
    let route: Route
    let event: TradewireEvent
    try {
      route = this.#open(type)
      event = this.#accept(route, data, options)
    } catch (error) {
      return this.#refuse(error)
    }
    const flight = this.#flightFor(event, options, this.#busy)
    if (this.#busy) {
      this.#enqueue(event, flight)
      return flight!.promise()
    }
    const pending = this.#dispatch(route, event, flight)
    if (flight !== undefined) return flight.promise()
    if (pending === undefined) return Promise.resolve(event)
    return new Promise((resolve) => {
      pending.resolve = resolve
    })
  }

  emitSerial(
    type: string,
    data: unknown,
    options: EmitOptions | undefined,
  ): Promise<TradewireEvent> {
    let event: TradewireEvent
    try {
      event = this.#accept(this.#open(type), data, options)
    } catch (error) {
      return this.#refuse(error)
    }
    const flight = this.#flightFor(event, options, true)!
    flight.serial = true
    return this.#launch(flight)
  }

  emitBatch(items: readonly BatchItem[]): Promise<TradewireEvent[]> {
    let flights: Flight[]
    try {
      if (!Array.isArray(items)) {
        throw new ConfigurationError(
          `emitBatch takes a list of { type, data, options? }, but was given ${describeValue(items)}.`,
        )
      }
      // Not map, which would pass over holes.
      const drafts = Array.from(items, (item) => this.#check(item))
      this.#requireRoomFor(items)
      flights = drafts.map((draft) => {
        const event = this.acceptance.mint(draft)
        return this.#flightFor(event, draft.options, true)!
      })
    } catch (error) {
      return this.#refuse(error)
    }
    for (const flight of flights) this.#enqueue(flight.event, flight)
    if (!this.#busy) this.#run()
    const all = Promise.all(flights.map((flight) => flight.promise()))
    all.catch(() => {})
    return all
  }

  /** Makes an event of another bus one of this bus, under its own identity; see `forward`. */
  adopt(type: string, data: unknown, origin: TradewireEvent): TradewireEvent {
    const route = this.#open(type)
    try {
      return this.acceptance.adopt(route, data, origin)
    } catch (error) {
      this.#refused(type, error)
      throw error
    }
  }

  /** Dispatches an adopted event; resolves once its handlers have settled. */
  launchAdopted(event: TradewireEvent): Promise<TradewireEvent> {
    return this.#launch(new Flight(event, false, this.#onLanded))
  }

  /**
   * Does `task` in its turn: at once if nothing is being dispatched, else behind what is in line.
   *
   * @throws EmitDepthError `EMIT_DEPTH`, EmitQueueFullError `EMIT_QUEUE_FULL` as an emission would.
   */
  defer(task: () => void): void {
    if (!this.#busy) {
      this.#queue.push({ task, depth: 0 })
      this.#run()
      return
    }
    this.#requireRoom('A deferred task', 1)
    this.#queue.push({ task, depth: this.#depth + 1 })
  }

  /** Why waiting for all handlers could never end; undefined where it can. */
  deadlock(method: string): DeadlockError | undefined {
    return this.#busy || this.calls.pending.runsInHandler() ? new DeadlockError(method) : undefined
  }

  /** The route of an emission, if there may be one now. */
  #open(type: string): Route {
    try {
      if (this.closed || this.#busy || this.#queue.size > 0) this.#makeWay(type)
      return this.#registry.route(type)
    } catch (error) {
      this.#refused(type, error)
      throw error
    }
  }

  /** What is rarely needed before an emission, apart so that the rest is small enough to inline. */
  #makeWay(type: string): void {
    this.#requireOpen(type)
    if (this.#busy) this.#requireRoom(type, 1)
    else this.#run()
  }

  #requireOpen(type: string): void {
    if (this.closed) throw new BusClosedError(`${describeValue(type)} was refused`)
  }

  /** Refuses an event that is too deep in a chain of causes during which no time has passed. */
  #requireShallow(type: string, options: EmitOptions | null): void {
    const { cause, timestamp } = options ?? {}
    if (!Envelope.is(cause)) return
    const { maxDepth, clock } = this.#settings
    const depth = Envelope.depthAfter(cause, timestamp ?? clock.now())
    if (depth > maxDepth) throw new EmitDepthError(type, maxDepth)
  }

  #accept(route: Route, data: unknown, options: EmitOptions | undefined): TradewireEvent {
    try {
      if (options !== undefined) this.#requireShallow(route.type, options)
      return this.acceptance.accept(route, data, options)
    } catch (error) {
      this.#refused(route.type, error)
      throw error
    }
  }

  #check(item: BatchItem): AcceptedDraft {
    requireOptions('an event of emitBatch', item, ['type', 'data', 'options'])
    const { type, data, options } = item
    const route = this.#open(type)
    try {
      if (options !== undefined) this.#requireShallow(type, options)
      return this.acceptance.check(route, data, options)
    } catch (error) {
      this.#refused(type, error)
      throw error
    }
  }

  #requireRoomFor(items: readonly BatchItem[]): void {
    try {
      this.#requireRoom('A batch', items.length)
    } catch (error) {
      this.#refused('emitBatch', error)
      throw error
    }
  }

  #requireRoom(type: string, events: number): void {
    if (!this.#busy) return
    const { maxDepth } = this.#settings
    if (this.#depth >= maxDepth) throw new EmitDepthError(type, maxDepth)
    if (this.#queue.size + events > queueCapacity) {
      throw new EmitQueueFullError(type, queueCapacity)
    }
  }

  /** A rejection that goes to the last resort if nobody looks at it. */
  #refuse(error: unknown): Promise<never> {
    return noticedRefusal(error, () =>
      this.calls.lastResort(error, { origin: 'emission', event: undefined }),
    )
  }

  #refused(type: string, error: unknown): void {
    this.calls.observers?.dropped({ type, reason: 'refused', error })
  }

  /** A flight where one is needed from the start; else the first promise of a handler makes one. */
  #flightFor(
    event: TradewireEvent,
    options: EmitOptions | undefined,
    always: boolean,
  ): Flight | undefined {
    const throwOnError = options !== undefined && options.throwOnError === true
    if (!always && !throwOnError && this.after === undefined) return undefined
    return new Flight(event, throwOnError, this.#onLanded)
  }

  get #onLanded(): ((flight: Flight) => void) | undefined {
    return this.after === undefined ? undefined : this.#runAfter
  }

  readonly #runAfter = ({ event, failures }: Flight): void => {
    const failed = (error: unknown): void =>
      this.calls.lastResort(error, { origin: 'middleware', event })
    for (const middleware of this.after ?? []) {
      try {
        onRejection(middleware.after!(event, failures), failed)
      } catch (error) {
        failed(error)
      }
    }
  }

  #enqueue(event: TradewireEvent, flight: Flight | undefined): void {
    const depth = this.#busy ? this.#depth + 1 : 0
    this.#queue.push({ event, depth, flight })
  }

  #launch(flight: Flight): Promise<TradewireEvent> {
    this.#enqueue(flight.event, flight)
    if (!this.#busy) this.#run()
    return flight.promise()
  }

  /**
   * Dispatches an event at top level, and then what its handlers have emitted. Returns what
   * {@link #deliver} returns.
   */
  #dispatch(route: Route, event: TradewireEvent, flight: Flight | undefined): Pending | undefined {
    this.#busy = true
    this.#depth = 0
    try {
      return this.#deliver(route, event, flight)
    } finally {
      // Even a stack too full for one more call must not leave the bus busy.
      try {
        if (this.#queue.size > 0) this.#drain()
      } finally {
        this.#busy = false
      }
    }
  }

  /** Does `work` as part of a dispatch, and then dispatches all that waits. */
  #run(work?: () => void): void {
    this.#busy = true
    this.#depth = 0
    try {
      work?.()
    } finally {
      try {
        this.#drain()
      } finally {
        this.#busy = false
      }
    }
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#depth = next.depth
      if (next.task !== undefined) {
        this.#do(next.task)
        continue
      }
      const { event, flight } = next
      // Looked up again: what was emitted before may have changed who listens.
      const route = this.#registry.route(event.type)
      if (flight?.serial === true) {
        this.#begin(route, event)
        deliverSerially(this, this.#registry.listOf(route), event, flight, next.depth)
      } else this.#deliver(route, event, flight)
    }
  }

  /** Does `work` as part of a dispatch, at `depth` of the chain of emissions. */
  during(depth: number, work: () => void): void {
    if (this.#busy) {
      work()
      return
    }
    this.#run(() => {
      this.#depth = depth
      work()
    })
  }

  #do(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.calls.lastResort(error, { origin: 'handler', event: undefined })
    }
  }

  /** From here on the event has happened: before its turn nobody can find it anywhere. */
  #begin(route: Route, event: TradewireEvent): void {
    route.counter.count += 1
    this.#history.record(event)
    if (this.calls.observers !== undefined) this.calls.observers.emitted(event)
  }

  /**
   * Calls all who hear `event`, by the list that stands as the dispatch begins. Returns what is
   * pending, or undefined if all have settled.
   */
  #deliver(route: Route, event: TradewireEvent, flight: Flight | undefined): Pending | undefined {
    const { calls } = this
    // As #begin: written out, because one call more and the engine inlines less of all this.
    route.counter.count += 1
    this.#history.record(event)
    if (calls.observers !== undefined) calls.observers.emitted(event)
    const list = route.list ?? this.#registry.listOf(route)
    let pending: Pending | undefined
    for (let index = 0; index < list.length; index += 1) {
      const subscriber = list[index]!
      if (subscriber.gate !== 0 && !calls.admits(subscriber, event, flight)) continue
      const promise = calls.call(subscriber, event, flight)
      if (promise === undefined) continue
      pending ??= calls.pend(event, flight)
      pending.follow(subscriber, promise)
    }
    if (pending === undefined) flight?.land()
    return pending
  }

  /**
   * Emits the `system.error` of a failed handler; also while the bus is closing, at any depth.
   * Returns whether somebody hears it.
   */
  #report(subscriber: Subscriber, event: TradewireEvent, cause: unknown): boolean {
    const route = this.#registry.route('system.error')
    const timestamp = this.#settings.clock.now()
    const data = failureReport(timestamp, event, subscriber, subscriber.handler, cause)
    const report = this.acceptance.accept(route, data, { cause: event, timestamp })
    const flight = this.after === undefined ? undefined : new Flight(report, false, this.#runAfter)
    this.#enqueue(report, flight)
    const heard = this.#registry.listOf(route).length > 0
    if (!this.#busy) this.#run()
    return heard
  }
}
