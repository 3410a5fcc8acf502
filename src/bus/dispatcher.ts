import { RateLimitError } from '../delivery/errors.ts'
import type { Announcement } from '../delivery/host.ts'
import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Envelope, TradewireEvent } from '../events/envelope.ts'
import { Acceptance, type AcceptedDraft } from './acceptance.ts'
import { DispatchLine } from './dispatch-line.ts'
import type { BatchItem, QueuedEmission } from './emission.ts'
import { AccessDeniedError, BusClosedError, DeadlockError } from './errors.ts'
import { Flight } from './flight.ts'
import { HandlerCalls } from './handler-calls.ts'
import type { EventHistory } from './history.ts'
import { type Middleware, runAfter } from './middleware.ts'
import type { BusSettings, EmitOptions } from './options.ts'
import type { Pending } from './pending.ts'
import { noticed, noticedRefusal } from './refusal.ts'
import type { Registry, Route } from './registry.ts'
import { deliverSerially } from './serial-delivery.ts'

/** Calls handlers: in one order, isolated from each other, to completion. */
export class Dispatcher {
  readonly acceptance: Acceptance
  /** Set by `close()`; from then on emissions are refused. */
  closed = false
  /** Emissions that were refused. */
  refusals = 0
  /** Of these, those whose source may not make them. */
  denied = 0
  /** Of these, those whose source was too fast. */
  rateLimited = 0
  /** Middlewares with an `after`, in order; replaced when one comes or goes. */
  after: readonly Middleware[] | undefined = undefined
  readonly calls: HandlerCalls
  readonly #settings: BusSettings
  readonly #registry: Registry
  readonly #history: EventHistory
  readonly line: DispatchLine

  constructor(settings: BusSettings, registry: Registry, history: EventHistory) {
    this.#settings = settings
    this.#registry = registry
    this.#history = history
    this.line = new DispatchLine(settings.maxDepth, {
      dispatch: (emission) => this.#dispatchQueued(emission),
      failed: (error) => this.calls.lastResort(error, { origin: 'handler', event: undefined }),
      refused: (emission, error) => this.#refuseQueued(emission, error),
      tellsOfRefusals: () => this.calls.observers?.tellingOfRefusal !== true,
      holdBegan: () => this.calls.pending.begin(),
      holdEnded: () => this.calls.pending.end(),
    })
    this.acceptance = new Acceptance(settings, (type) => this.#requireOpen(type))
    this.calls = new HandlerCalls(settings, (...announcement) => this.announce(...announcement))
  }

  emitSync(type: string, data: unknown, options: EmitOptions | undefined): TradewireEvent {
    const route = this.#open(type)
    const event = this.#accept(route, data, options)
    const flight = this.#flightFor(event, options, false)
    if (this.line.busy) this.#join(event, flight)
    else this.#dispatch(route, event, flight)
    if (flight !== undefined && flight.error !== undefined) throw flight.error
    return event
  }

  /** See `emitterOf`. */
  emitFrom(
    type: string,
    data: unknown,
    source: string,
    cause: TradewireEvent | undefined,
  ): TradewireEvent {
    const route = this.#open(type)
    let event: Envelope
    try {
      event = this.acceptance.acceptFrom(route, data, source, cause)
    } catch (error) {
      this.refused(type, error)
      throw error
    }
    const flight = this.#flightFor(event, undefined, false)
    if (this.line.busy) this.#join(event, flight)
    else this.#dispatch(route, event, flight)
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
    const flight = this.#flightFor(event, options, this.line.busy)
    if (this.line.busy) return this.#launch(flight!)
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
    let drafts: AcceptedDraft[]
    const flights: Flight[] = []
    const { gated, asking } = this.line
    try {
      if (!Array.isArray(items)) {
        throw new ConfigurationError(
          `emitBatch takes a list of { type, data, options? }, but was given ${describeValue(items)}.`,
        )
      }
      // Not map, which would pass over holes.
      drafts = Array.from(items, (item) => this.#check(item))
      this.#requireRoomFor(items)
    } catch (error) {
      return this.#refuse(error)
    }
    // What is emitted ahead of one of them must not overtake those before it.
    this.line.during(-1, () => {
      for (const draft of drafts) {
        const event = this.acceptance.mint(draft)
        const flight = this.#flightFor(event, draft.options, true)!
        flights.push(flight)
        this.line.push(event, flight)
      }
    })
    if (asking) return Promise.resolve(flights.map(({ event }) => event))
    const all = Promise.all(flights.map((flight) => flight.promise()))
    all.catch(() => {})
    return gated ? this.#noticed(all, flights) : all
  }

  /** Emits an event that a route makes of another one: by its source, but not counted against it. */
  derive(type: string, data: unknown, options: EmitOptions): TradewireEvent {
    try {
      this.#settings.access?.require(type, options.source ?? this.#settings.source)
    } catch (error) {
      this.refused(type, error)
      throw error
    }
    return this.emitSync(type, data, options)
  }

  /** Makes an event of another bus one of this bus, under its own identity; see `forward`. */
  adopt(type: string, data: unknown, origin: TradewireEvent): TradewireEvent {
    const route = this.#open(type)
    try {
      this.#settings.access?.require(type, origin.source)
      return this.acceptance.adopt(route, data, origin)
    } catch (error) {
      this.refused(type, error)
      throw error
    }
  }

  /** Dispatches a recorded event again, with the sequence that it had. */
  replay(event: TradewireEvent): TradewireEvent {
    const route = this.#open(event.type)
    this.acceptance.continueAt(event.sequence)
    const again = this.acceptance.adopt(route, event.data, event)
    this.#join(again, undefined)
    return again
  }

  /** Dispatches an adopted event; resolves once its handlers have settled. */
  launchAdopted(event: TradewireEvent): Promise<TradewireEvent> {
    return this.#launch(new Flight(event, false, this.#onLanded))
  }

  /** Why waiting for all handlers could never end, if so. */
  deadlock(method: string): DeadlockError | undefined {
    const within = this.line.running || this.calls.runsInHandler()
    return within ? new DeadlockError(method) : undefined
  }

  /** The route of an emission, if there may be one now. */
  #open(type: string): Route {
    try {
      if (this.closed || this.line.busy || this.line.size > 0) this.#makeWay(type)
      return this.#registry.route(type)
    } catch (error) {
      this.refused(type, error)
      throw error
    }
  }

  /** What is rarely needed before an emission, apart so that the rest is small enough to inline. */
  #makeWay(type: string): void {
    this.#requireOpen(type)
    if (this.line.busy) this.line.requireRoom(type, 1)
    else this.line.run()
  }

  #requireOpen(type: string): void {
    if (this.closed) throw new BusClosedError(`${describeValue(type)} was refused`)
  }

  #accept(route: Route, data: unknown, options: EmitOptions | undefined): TradewireEvent {
    try {
      this.acceptance.requireShallow(route.type, options?.cause, options?.timestamp)
      return this.acceptance.accept(route, data, options)
    } catch (error) {
      this.refused(route.type, error)
      throw error
    }
  }

  #check(item: BatchItem): AcceptedDraft {
    requireOptions('an event of emitBatch', item, ['type', 'data', 'options'])
    const { type, data, options } = item
    const route = this.#open(type)
    try {
      this.acceptance.requireShallow(type, options?.cause, options?.timestamp)
      return this.acceptance.check(route, data, options)
    } catch (error) {
      this.refused(type, error)
      throw error
    }
  }

  #requireRoomFor(items: readonly BatchItem[]): void {
    try {
      this.line.requireRoom('A batch', items.length)
    } catch (error) {
      this.refused('emitBatch', error)
      throw error
    }
  }

  /** A rejection that goes to the last resort if nobody looks at it. */
  #refuse(error: unknown): Promise<never> {
    return noticedRefusal(error, () =>
      this.calls.lastResort(error, { origin: 'emission', event: undefined }),
    )
  }

  /** Counts and tells of an emission that was refused. */
  refused(type: string, error: unknown): void {
    this.refusals += 1
    if (error instanceof AccessDeniedError) this.denied += 1
    if (error instanceof RateLimitError) this.rateLimited += 1
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
    runAfter(this.after ?? [], event, failures, (error) =>
      this.calls.lastResort(error, { origin: 'middleware', event }),
    )
  }

  #join(event: TradewireEvent, flight: Flight | undefined): void {
    this.line.push(event, flight)
    this.line.start()
  }

  #launch(flight: Flight): Promise<TradewireEvent> {
    const { gated, asking } = this.line
    this.#join(flight.event, flight)
    // The line waits for the gate, so the gate must not wait for the line.
    if (asking) return Promise.resolve(flight.event)
    return gated ? this.#noticed(flight.promise(), [flight]) : flight.promise()
  }

  /** The same; if nobody awaits it, the last resort is told of the events that a gate refuses. */
  #noticed<Result>(work: Promise<Result>, flights: readonly Flight[]): Promise<Result> {
    return noticed(work, () => {
      for (const flight of flights) {
        const { event } = flight
        flight.ifRefused((error) => this.calls.lastResort(error, { origin: 'emission', event }))
      }
    })
  }

  /** A gate has refused an event in line. */
  #refuseQueued({ event, flight, hold }: QueuedEmission, error: unknown): void {
    this.refusals += 1
    if (hold?.told === true) {
      this.calls.observers?.dropped({ type: event.type, reason: 'refused', event, error })
    }
    if (flight !== undefined) flight.refused = true
    if (flight?.cancel(error) !== true) {
      this.calls.lastResort(error, { origin: 'emission', event })
    }
  }

  /**
   * Dispatches an event at top level, and then what its handlers have emitted. Returns what
   * {@link #deliver} returns.
   */
  #dispatch(route: Route, event: TradewireEvent, flight: Flight | undefined): Pending | undefined {
    const { line } = this
    line.busy = true
    line.depth = 0
    try {
      return this.#deliver(route, event, flight)
    } finally {
      // Even a stack too full for one more call must not leave the bus busy.
      try {
        if (line.size > 0) line.drain()
      } finally {
        line.rest()
      }
    }
  }

  #dispatchQueued({ event, depth, flight }: QueuedEmission): void {
    // Looked up again: what was emitted before may have changed who listens.
    const route = this.#registry.route(event.type)
    if (flight?.serial === true) {
      this.#begin(route, event)
      deliverSerially(this, this.#registry.listOf(route), event, flight, depth)
    } else this.#deliver(route, event, flight)
  }

  /** See {@link DispatchLine.during}. */
  during(depth: number, work: () => void): boolean {
    return this.line.during(depth, work)
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
   * Emits an event of the bus itself; also while it is closing, at any depth. Returns whether somebody
   * hears it.
   */
  announce(type: string, data: Announcement, cause: TradewireEvent | undefined): boolean {
    const route = this.#registry.route(type)
    const { timestamp } = data
    const options = cause === undefined ? { timestamp } : { cause, timestamp }
    const event = this.acceptance.accept(route, data, options)
    this.line.push(event, this.#flightFor(event, undefined, false))
    const heard = this.#registry.listOf(route).length > 0
    this.line.start()
    return heard
  }
}
