import { describeValue, requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { Dispatcher } from './dispatcher.ts'
import type { BatchItem } from './emission.ts'
import { BusClosedError } from './errors.ts'
import { forwardHandler, type ForwardMap } from './forward.ts'
import { EventHistory } from './history.ts'
import { type Middleware, requireMiddleware } from './middleware.ts'
import {
  type Observer,
  Observers,
  registration,
  type Registration,
  requireObserver,
} from './observers.ts'
import { type BusSettings, type EmitOptions, requireName } from './options.ts'
import { refusal } from './refusal.ts'
import { Registry } from './registry.ts'
import { BufferedStream, requireStreamOptions, type StreamOptions } from './stream.ts'
import { Subscriber, type SubscriberKind } from './subscriber.ts'
import type { Handler, SubscribeOptions } from './subscription.ts'
import {
  type ListeningHost,
  requireSignal,
  requireWaitOptions,
  waitForEvent,
  type WaitOptions,
} from './waiting.ts'

type Patterns = string | readonly string[]

/** What a list of patterns means, once it was checked. */
interface ParsedPatterns {
  /** The patterns, joined by a comma. */
  readonly text: string
  /** Their tokens; empty for one exact type. */
  readonly tokens: readonly (readonly string[])[]
}

const subscribeOptions = ['id', 'priority', 'where', 'signal', 'once'] as const
const noOptions: SubscribeOptions = {}

/**
 * The one implementation of `Bus`, for any catalog: types by name are checked by the compiler at the
 * interface, and at run time by the catalog.
 */
export class CoreBus {
  readonly history: EventHistory
  readonly #settings: BusSettings
  readonly #registry: Registry
  readonly #dispatcher: Dispatcher
  /** What ends with the bus: waits and streams. */
  readonly #endings = new Set<() => void>()
  #middlewares: readonly Middleware[] = []
  #observers: readonly Observer[] = []
  /** Counts registrations. */
  #order = 0
  #closing: Promise<void> | undefined = undefined

  constructor(settings: BusSettings) {
    const { catalog } = settings
    this.#settings = settings
    this.history = new EventHistory(settings.history, (pattern) => catalog.parsePattern(pattern))
    this.#registry = new Registry(catalog)
    this.#dispatcher = new Dispatcher(settings, this.#registry, this.history)
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
    if (options !== noOptions) requireSubscribeOptions(options)
    return this.#subscribe(this.#parse(patterns), handler, options, 'handler')
  }

  once(patterns: Patterns, handler: Handler, options: SubscribeOptions = noOptions): Subscriber {
    requireSubscribeOptions(options)
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
    if (subscriber?.active !== true || !subscriber.leavesBy(this.#remove)) return false
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
    return this.#dispatcher.emit(type, data, options)
  }

  emitSync(type: string, data: unknown, options?: EmitOptions): TradewireEvent {
    return this.#dispatcher.emitSync(type, data, options)
  }

  emitSerial(type: string, data: unknown, options?: EmitOptions): Promise<TradewireEvent> {
    return this.#dispatcher.emitSerial(type, data, options)
  }

  emitBatch(items: readonly BatchItem[]): Promise<TradewireEvent[]> {
    return this.#dispatcher.emitBatch(items)
  }

  waitFor(patterns: Patterns, options: WaitOptions = {}): Promise<TradewireEvent> {
    try {
      requireWaitOptions(options)
      const parsed = this.#parse(patterns)
      return waitForEvent(this.#hostFor(parsed, noOptions, 'wait'), parsed.text, options)
    } catch (error) {
      return refusal(error)
    }
  }

  stream(patterns: Patterns, options: StreamOptions = {}): BufferedStream {
    requireStreamOptions(options)
    const parsed = this.#parse(patterns)
    let subscriber: Subscriber | undefined
    const { where } = options
    const host = this.#hostFor(
      parsed,
      where === undefined ? noOptions : { where },
      'stream',
      (made) => {
        subscriber = made
      },
    )
    return new BufferedStream(host, parsed.text, options, (event) =>
      this.#dispatcher.calls.dropped(subscriber!, event, 'overflow'),
    )
  }

  use(middleware: Middleware): Registration {
    requireMiddleware(middleware)
    // Identity is per registration: the same object used twice runs twice.
    const own = { ...middleware }
    if (middleware.before !== undefined) own.before = (draft) => middleware.before!(draft)
    if (middleware.after !== undefined) own.after = (event, all) => middleware.after!(event, all)
    this.#setMiddlewares([...this.#middlewares, own])
    return registration(() => this.#setMiddlewares(without(this.#middlewares, own)))
  }

  observe(observer: Observer): Registration {
    requireObserver(observer)
    const own: Observer = {
      onEmitted: (event) => observer.onEmitted?.(event),
      onHandled: (...handled) => observer.onHandled?.(...handled),
      onFailed: (...failed) => observer.onFailed?.(...failed),
      onDropped: (drop) => observer.onDropped?.(drop),
    }
    this.#setObservers([...this.#observers, own])
    return registration(() => this.#setObservers(without(this.#observers, own)))
  }

  forward(target: unknown, options: { pattern?: Patterns; map?: ForwardMap } = {}): Subscriber {
    requireOptions('forward', options, ['pattern', 'map'])
    if (options.map !== undefined) requireFunction('map', options.map)
    if (!(target instanceof CoreBus) || target === this) {
      throw new ConfigurationError('forward takes another bus, as createBus() returned it.')
    }
    if (target.run === this.run) {
      throw new ConfigurationError(
        `Both buses have the run ${describeValue(this.run)}, so events of one would have the ids of the other. Give each a run of its own: createBus({ run: 'backtest-1' }).`,
      )
    }
    const handler = forwardHandler(this.#dispatcher, target.#dispatcher, options.map)
    return this.#subscribe(this.#parse(options.pattern ?? '*'), handler, noOptions, 'forward')
  }

  /** See {@link defer}. */
  static defer(bus: object, task: () => void): void {
    if (!(#dispatcher in bus)) throw new ConfigurationError('defer takes a bus of createBus().')
    bus.#dispatcher.defer(task)
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
    return deadlock === undefined ? this.#dispatcher.calls.pending.idle() : refusal(deadlock)
  }

  close(): Promise<void> {
    const deadlock = this.#dispatcher.deadlock('close')
    if (deadlock !== undefined) {
      // Nobody may be looking at the promise, and a bus that stays open is worth a word.
      this.#dispatcher.calls.lastResort(deadlock, { origin: 'handler', event: undefined })
      return refusal(deadlock)
    }
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#dispatcher.closed = true
    // Each ending takes itself out of the set, which iteration allows for.
    for (const end of this.#endings) end()
    await this.#dispatcher.calls.pending.idle()
    for (const subscriber of this.#registry.all()) subscriber.unsubscribe()
  }

  #setMiddlewares(list: readonly Middleware[]): void {
    this.#middlewares = list
    const before = list.filter((middleware) => middleware.before !== undefined)
    const after = list.filter((middleware) => middleware.after !== undefined)
    this.#dispatcher.acceptance.before = before.length === 0 ? undefined : before
    this.#dispatcher.after = after.length === 0 ? undefined : after
  }

  #setObservers(list: readonly Observer[]): void {
    this.#observers = list
    const report = (error: unknown): void =>
      this.#dispatcher.calls.lastResort(error, { origin: 'observer', event: undefined })
    this.#dispatcher.calls.observers = list.length === 0 ? undefined : new Observers(list, report)
  }

  #hostFor(
    parsed: ParsedPatterns,
    options: SubscribeOptions,
    kind: SubscriberKind,
    onListen?: (subscriber: Subscriber) => void,
  ): ListeningHost {
    return {
      clock: this.#settings.clock,
      listen: (handler, onEnd) => {
        const subscriber = this.#subscribe(parsed, handler, options, kind, onEnd)
        onListen?.(subscriber)
        return subscriber
      },
      onClose: (end) => {
        this.#endings.add(end)
        return () => this.#endings.delete(end)
      },
    }
  }

  #parse(patterns: Patterns): ParsedPatterns {
    this.#requireOpen()
    const { catalog } = this.#settings
    if (typeof patterns === 'string' && !patterns.includes('*')) {
      // What the catalog does not know may be malformed, too.
      if (catalog.find(patterns) === undefined) catalog.parsePattern(patterns)
      this.#registry.route(patterns)
      return { text: patterns, tokens: [] }
    }
    // Copied with its holes as undefined, which are refused then.
    const list: readonly string[] = Array.isArray(patterns) ? [...patterns] : [patterns as string]
    if (list.length === 0) {
      throw new ConfigurationError('A list of patterns must hold at least one pattern.')
    }
    const tokens = list.map((pattern) => catalog.parsePattern(pattern))
    return { text: list.join(','), tokens }
  }

  #subscribe(
    { text, tokens }: ParsedPatterns,
    handler: Handler,
    { id, priority = 0, where, signal, once = false }: SubscribeOptions,
    kind: SubscriberKind,
    onEnd?: () => void,
  ): Subscriber {
    this.#requireOpen()
    if (id !== undefined) this.#registry.requireFreeId(id)
    this.#order += 1
    const subscriber = new Subscriber(
      handler,
      text,
      tokens,
      this.#order,
      kind,
      id,
      priority,
      where,
      once,
      this.#remove,
      onEnd,
    )
    this.#registry.add(subscriber, id)
    if (signal === undefined) return subscriber
    if (signal.aborted) subscriber.unsubscribe()
    else subscriber.endWith(signal)
    return subscriber
  }

  readonly #remove = (subscriber: Subscriber): void => this.#registry.remove(subscriber)

  #requireOpen(): void {
    if (this.#dispatcher.closed) throw new BusClosedError('No subscription was made')
  }
}

/**
 * Does `task` in its turn of the bus: at once, as if it were an event, if nothing is being dispatched,
 * else behind what is in line. What it throws goes to the last resort of the bus. For rooms that add
 * deliveries of their own to a bus and keep its one order.
 *
 * @throws EmitDepthError `EMIT_DEPTH`, EmitQueueFullError `EMIT_QUEUE_FULL` as an emission would.
 */
export function defer(bus: object, task: () => void): void {
  CoreBus.defer(bus, task)
}

function requireSubscribeOptions(options: SubscribeOptions): void {
  requireOptions('on', options, subscribeOptions)
  const { id, priority, where, signal, once } = options
  if (id !== undefined) requireName('id', id)
  if (priority !== undefined) requireInteger('priority', priority)
  if (where !== undefined) requireFunction('where', where)
  requireSignal(signal)
  if (once !== undefined && typeof once !== 'boolean') {
    throw new ConfigurationError('once must be true or false.')
  }
}

function without<Item>(list: readonly Item[], gone: Item): readonly Item[] {
  return list.filter((item) => item !== gone)
}
