import { DeadLetters } from '../delivery/dead-letters.ts'
import { Delivery } from '../delivery/delivery.ts'
import { type BatchOptions, toDeliverySettings, wantsMailbox } from '../delivery/options.ts'
import type { BusStats, CloseReport } from '../delivery/stats.ts'
import type { BatchHandler, Handler, SubscribeOptions } from '../delivery/subscription.ts'
import { laneOf } from '../delivery/turns.ts'
import { describeValue, requireFunction, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { type CloseOptions, Closing } from './closing.ts'
import { CountedClock } from './counted-clock.ts'
import type { Backstage } from './parts.ts'
import { BusDeliveryHost } from './delivery-host.ts'
import { Dispatcher } from './dispatcher.ts'
import { Doorman } from './doorman.ts'
import type { BatchItem } from './emission.ts'
import { BusClosedError } from './errors.ts'
import { Extensions } from './extensions.ts'
import { forwardHandler, type ForwardMap, requireOtherRun } from './forward.ts'
import { EventHistory } from './history.ts'
import { Listeners } from './listeners.ts'
import type { EventGate } from './hold.ts'
import type { Middleware } from './middleware.ts'
import type { Observer, Registration } from './observers.ts'
import type { BusSettings, EmitOptions } from './options.ts'
import { type ParsedPatterns, parsePatterns, type Patterns } from './patterns.ts'
import { refusal } from './refusal.ts'
import { Registry } from './registry.ts'
import {
  type EventRoute,
  handlerOf,
  requireRule,
  type RouteRule,
  SubscribedRoute,
} from './routing.ts'
import { Statistics } from './statistics.ts'
import { type BufferedStream, requireStreamOptions, type StreamOptions } from './stream.ts'
import { type BatchSubscribeOptions, requireSubscribeOptions } from './subscribe-options.ts'
import { countsOf, Subscriber, type SubscriberKind } from './subscriber.ts'
import { requireWaitOptions, type WaitOptions } from './waiting.ts'

const noOptions: SubscribeOptions = {}

/**
 * The one implementation of `Bus`, for any catalog: types by name are checked by the compiler at the
 * interface, and at run time by the catalog.
 */
export class CoreBus {
  readonly history: EventHistory
  readonly deadLetters: DeadLetters
  readonly #settings: BusSettings
  readonly #registry: Registry
  readonly #dispatcher: Dispatcher
  readonly #extensions: Extensions
  readonly #listeners: Listeners
  readonly #host: BusDeliveryHost
  readonly #statistics: Statistics
  /** Undefined where every emission may be made at once. */
  readonly #doorman: Doorman | undefined
  readonly #routes = new Set<SubscribedRoute>()
  readonly #parts: Backstage
  /** Counts registrations. */
  #order = 0
  #closing: Closing | undefined = undefined

  constructor(settings: BusSettings) {
    const { catalog, clock } = settings
    this.#settings = settings
    const timers = clock.deterministic ? new CountedClock(clock) : undefined
    const timed = { ...settings, clock: timers ?? clock }
    this.history = new EventHistory(settings.history, (pattern) => catalog.parsePattern(pattern))
    this.#registry = new Registry(catalog)
    this.#dispatcher = new Dispatcher(settings, this.#registry, this.history)
    this.deadLetters = new DeadLetters(
      settings.deadLetters,
      ({ subscriptionId, event: { type } }) => {
        const subscriber = this.#registry.find(subscriptionId)
        const delivery = subscriber?.covers(type) === true ? subscriber.delivery : undefined
        return delivery === undefined ? undefined : (event) => delivery.redeliver(event)
      },
    )
    this.#extensions = new Extensions(this.#dispatcher)
    this.#listeners = new Listeners(settings.clock, this.#subscribe, (...drop) =>
      this.#dispatcher.calls.droppedByStream(...drop),
    )
    this.#host = new BusDeliveryHost(timed, this.deadLetters, this.#dispatcher)
    const { access, rateLimits, memory } = settings
    const guarded = access !== undefined || rateLimits.size > 0
    this.#doorman = guarded ? new Doorman(timed, this.#dispatcher) : undefined
    this.#statistics = new Statistics(this.#dispatcher, this.#registry, this.deadLetters)
    if (memory !== undefined) this.#host.guardMemory(memory)
    this.#parts = {
      dispatcher: this.#dispatcher,
      registry: this.#registry,
      listeners: this.#listeners,
      guarded,
      timers,
    }
  }

  get catalog(): BusSettings['catalog'] {
    return this.#settings.catalog
  }

  get clock(): Clock {
    return this.#settings.clock
  }

  get run(): string {
    return this.#settings.run
  }

  get closed(): boolean {
    return this.#dispatcher.closed
  }

  on(patterns: Patterns, handler: Handler, options: SubscribeOptions = noOptions): Subscriber {
    requireFunction('The handler', handler)
    if (options !== noOptions) requireSubscribeOptions(options, false)
    return this.#subscribe(this.#parse(patterns), handler, options, 'handler')
  }

  onBatch(
    patterns: Patterns,
    handler: BatchHandler,
    options: BatchSubscribeOptions = noOptions,
  ): Subscriber {
    requireFunction('The handler', handler)
    requireSubscribeOptions(options, true)
    const { maxSize, maxWaitMs } = options
    const batch = {
      ...(maxSize === undefined ? {} : { maxSize }),
      ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
    }
    return this.#subscribe(this.#parse(patterns), handler, options, 'handler', undefined, batch)
  }

  once(patterns: Patterns, handler: Handler, options: SubscribeOptions = noOptions): Subscriber {
    requireSubscribeOptions(options, false)
    return this.on(patterns, handler, { ...options, once: true })
  }

  onAny(handler: Handler, options: SubscribeOptions = noOptions): Subscriber {
    return this.on('*', handler, options)
  }

  off(target: unknown, ...more: unknown[]): boolean {
    if (more.length > 0) {
      throw new ConfigurationError(
        'off takes one subscription or id: a function may be registered more than once, so keep what on returns and unsubscribe that.',
      )
    }
    if (typeof target !== 'string' && !(target instanceof Subscriber)) {
      throw new ConfigurationError(
        `off takes a subscription, as on returned it, or its id, but was given ${describeValue(target)}.`,
      )
    }
    const subscriber = typeof target === 'string' ? this.#registry.find(target) : target
    if (subscriber?.open !== true || !subscriber.leavesBy(this.#remove)) return false
    subscriber.unsubscribe()
    return true
  }

  clear(pattern?: string): number {
    if (pattern !== undefined) this.#parse(pattern)
    const removed = this.#registry
      .all()
      .filter(({ kind, pattern: own }) => kind === 'handler' && (pattern ?? own) === own)
    for (const subscriber of removed) subscriber.unsubscribe()
    return removed.length
  }

  emit(type: string, data: unknown, options?: EmitOptions): Promise<TradewireEvent> {
    if (this.#doorman === undefined) return this.#dispatcher.emit(type, data, options)
    return this.#doorman.admit(type, options, () => this.#dispatcher.emit(type, data, options))
  }

  emitSync(type: string, data: unknown, options?: EmitOptions): TradewireEvent {
    if (this.#doorman !== undefined) this.#doorman.admitNow(type, options)
    return this.#dispatcher.emitSync(type, data, options)
  }

  emitSerial(type: string, data: unknown, options?: EmitOptions): Promise<TradewireEvent> {
    const emit = (): Promise<TradewireEvent> => this.#dispatcher.emitSerial(type, data, options)
    return this.#doorman === undefined ? emit() : this.#doorman.admit(type, options, emit)
  }

  emitBatch(items: readonly BatchItem[]): Promise<TradewireEvent[]> {
    const emit = (): Promise<TradewireEvent[]> => this.#dispatcher.emitBatch(items)
    return this.#doorman === undefined ? emit() : this.#doorman.admitBatch(items, emit)
  }

  waitFor(patterns: Patterns, options: WaitOptions = {}): Promise<TradewireEvent> {
    try {
      requireWaitOptions(options)
      return this.#listeners.waitFor(this.#parse(patterns), options)
    } catch (error) {
      return refusal(error)
    }
  }

  stream(patterns: Patterns, options: StreamOptions = {}): BufferedStream {
    requireStreamOptions(options)
    return this.#listeners.stream(this.#parse(patterns), options)
  }

  use(middleware: Middleware): Registration {
    return this.#extensions.use(middleware)
  }

  observe(observer: Observer): Registration {
    return this.#extensions.observe(observer)
  }

  hold(gate: EventGate): Registration {
    return this.#extensions.hold(gate)
  }

  forward(target: unknown, options: { pattern?: Patterns; map?: ForwardMap } = {}): Subscriber {
    requireOptions('forward', options, ['pattern', 'map'])
    if (options.map !== undefined) requireFunction('map', options.map)
    const other = this.#requireOther('forward', target)
    const handler = forwardHandler(this.#dispatcher, other.#dispatcher, options.map)
    return this.#subscribe(this.#parse(options.pattern ?? '*'), handler, noOptions, 'forward')
  }

  addRoute(rule: RouteRule): SubscribedRoute {
    requireRule(rule)
    const { id, where, pattern, to } = rule
    const options = { ...(id !== undefined && { id }), ...(where !== undefined && { where }) }
    requireSubscribeOptions(options, false)
    const parsed = this.#parse(pattern)
    let handler: Handler
    let name: string
    if (typeof to === 'string') {
      this.#registry.route(to)
      handler = handlerOf(rule, (data, event) => this.#dispatcher.derive(to, data, event))
      name = to
    } else {
      const other = this.#requireOther('addRoute', to)
      // What it returns is checked when it is used.
      handler = forwardHandler(this.#dispatcher, other.#dispatcher, rule.map as ForwardMap)
      name = `run ${other.run}`
    }
    const subscriber = this.#subscribe(parsed, handler, options, 'route', () =>
      this.#routes.delete(route),
    )
    const route = new SubscribedRoute(subscriber, name)
    this.#routes.add(route)
    return route
  }

  routes(): EventRoute[] {
    return [...this.#routes]
  }

  #requireOther(method: string, target: unknown): CoreBus {
    if (!(target instanceof CoreBus) || target === this) {
      throw new ConfigurationError(`${method} takes another bus, as createBus() returned it.`)
    }
    requireOtherRun(this.run, target.run)
    return target
  }

  /** What other rooms may do with a bus that its users may not; undefined for other objects. */
  static backstage(bus: object): Backstage | undefined {
    return #dispatcher in bus ? bus.#parts : undefined
  }

  handlerCount(type?: string): number {
    return type === undefined ? this.#registry.size : this.#registry.countFor(type)
  }

  eventCounts(): Map<string, number> {
    return this.#registry.eventCounts()
  }

  subscriptions(): Subscriber[] {
    return this.#registry.all()
  }

  idle(): Promise<void> {
    const deadlock = this.#dispatcher.deadlock('idle')
    if (deadlock !== undefined) return refusal(deadlock)
    const { pending, scheduler } = this.#dispatcher.calls
    const idle = pending.idle()
    // Somebody waits now: incomplete batches may go.
    scheduler.refresh()
    return idle
  }

  get stats(): BusStats {
    return this.#statistics.stats
  }

  slowest(count = 10): Subscriber[] {
    return this.#statistics.slowest(count)
  }

  get paused(): boolean {
    return this.#dispatcher.line.paused
  }

  pause(): void {
    this.#requireOpen()
    this.#dispatcher.line.pause()
    this.#host.scheduler.pause()
  }

  resume(): void {
    this.#host.scheduler.resume()
    // It runs handlers, which may pause the bus again.
    this.#dispatcher.line.resume()
  }

  close(options: CloseOptions = {}): Promise<CloseReport> {
    requireOptions('close', options, ['drainMs'])
    const { drainMs } = options
    if (drainMs !== undefined) requireNumber('drainMs', drainMs, 0)
    const deadlock = this.#dispatcher.deadlock('close')
    if (deadlock !== undefined) {
      // Nobody may be looking at the promise, and a bus that stays open is worth a word.
      this.#dispatcher.calls.lastResort(deadlock, { origin: 'handler', event: undefined })
      return refusal(deadlock)
    }
    this.#closing ??= new Closing({
      dispatcher: this.#dispatcher,
      registry: this.#registry,
      listeners: this.#listeners,
      doorman: this.#doorman,
      statistics: this.#statistics,
      clock: this.clock,
    })
    this.#closing.limit(drainMs)
    return this.#closing.report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #parse(patterns: Patterns): ParsedPatterns {
    this.#requireOpen()
    const parsed = parsePatterns(patterns, this.catalog)
    // What it refuses is refused before anything has changed.
    if (parsed.tokens.length === 0) this.#registry.route(parsed.text)
    return parsed
  }

  readonly #subscribe = (
    { text, tokens }: ParsedPatterns,
    handler: Handler | BatchHandler,
    options: SubscribeOptions,
    kind: SubscriberKind,
    onEnd?: () => void,
    batch?: BatchOptions,
  ): Subscriber => {
    this.#requireOpen()
    const { id, priority = 0, where, signal, once = false, minPriority = 'low' } = options
    const settings =
      batch !== undefined || wantsMailbox(options) ? toDeliverySettings(options, batch) : undefined
    if (id !== undefined) this.#registry.requireFreeId(id)
    this.#order += 1
    const subscriber: Subscriber = new Subscriber(
      // A handler of batches has a mailbox.
      settings === undefined ? (handler as Handler) : (event) => subscriber.delivery!.accept(event),
      text,
      tokens,
      this.#order,
      kind,
      id,
      priority,
      where,
      laneOf(minPriority),
      once && settings === undefined,
      this.#remove,
      onEnd,
    )
    if (settings !== undefined) {
      subscriber.delivery = new Delivery(settings, handler, subscriber, once, this.#host)
    }
    this.#registry.add(subscriber, id)
    if (signal === undefined) return subscriber
    if (signal.aborted) subscriber.unsubscribe()
    else subscriber.endWith(signal)
    return subscriber
  }

  readonly #remove = (subscriber: Subscriber): void => {
    this.#registry.remove(subscriber)
    if (subscriber.delivery === undefined) this.#dispatcher.calls.gone.add(countsOf(subscriber))
  }

  #requireOpen(): void {
    if (this.#dispatcher.closed) throw new BusClosedError('No subscription was made')
  }
}
