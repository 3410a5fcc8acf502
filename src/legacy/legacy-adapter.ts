import { EventEmitter } from 'eventemitter3'
import { requireText } from '../errors/checks.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { LegacyBridge } from './legacy-bridge.ts'
import { type LegacyRegistration, requireListener } from './registration.ts'
import type { LegacyReport } from './report.ts'
import { type LegacySubscription, toSubscription } from './subscription.ts'
import type {
  ArgumentsOf,
  DecimalForm,
  LegacyListener,
  LegacyName,
  ListenerOf,
  NoMapping,
  TypeOfLegacyName,
} from './types.ts'

/**
 * An `EventEmitter3` on a bus: old code is handed it unchanged. A listener of a legacy name, of a
 * constant of `EventType`, of either in the other case (`order_submitted`), or of an event type is a
 * subscription on the bus; an emission of such a name is an event. All other names, and
 * those that `mapping` has with false, go from legacy code to legacy code. The names of one event count and remove the listeners of each other.
 *
 * It differs from eventemitter3 where that is wrong: `once` is consumed before the call, the same
 * function added twice is two listeners of which `off` removes the later one, a listener that is no
 * function is a `TypeError` and removes nothing, a listener that fails disturbs nobody, and an
 * emission made by a listener waits until everybody has heard the one that it answers.
 *
 * @typeParam Schemas payload schemas of the bus by event name; inferred.
 * @typeParam Mapping the `mapping` option; inferred.
 * @typeParam Form the `decimals` option; inferred.
 * @example
 * ```ts
 * // Old code takes it for an EventEmitter3.
 * function startOldBot(emitter: LegacyAdapter): void {
 *   emitter.on('order_filled', ({ lastPrice }) => console.log(lastPrice)) // 61659.7
 *   emitter.emit('order_submitted', { ...order, quantity: '0.25' })
 * }
 *
 * const bus = createBus()
 * bus.on('order.submitted', ({ data }) => console.log(data.quantity.toFixed())) // 0.25
 * startOldBot(createLegacyAdapter(bus))
 * bus.emitSync('order.filled', payloadOf('order.filled', { lastPrice: '61659.7' }))
 * ```
 */
export class LegacyAdapter<
  Schemas extends EventSchemas = TradingSchemas,
  Mapping = NoMapping,
  Form extends DecimalForm = 'text',
> extends EventEmitter {
  readonly #bridge: LegacyBridge
  #maxListeners = 10

  /** @internal */
  constructor(bridge: LegacyBridge) {
    super()
    this.#bridge = bridge
  }

  /**
   * Calls `listener` with the payload as plain JSON (Decimals are text, or numbers with the option
   * `decimals`) and then the typed event; for a name that the catalog does not know, with whatever is
   * emitted. All listeners of an event share one copy of its payload.
   *
   * @param context what `this` is in the listener. Default: the adapter.
   * @throws TypeError if the listener is no function.
   * @throws BusClosedError `BUS_CLOSED` for a name of the catalog once the bus is closed.
   * @throws ConfigurationError `CONFIGURATION` after `dispose`.
   */
  override on<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, false)
    return this
  }

  /** The same as `on`. */
  override addListener<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
  ): this {
    return this.on(name, listener, context)
  }

  /** The same as `on`, for one call: the listener is gone before it is called. */
  override once<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, true)
    return this
  }

  /**
   * The same as `on`, but in front of the listeners that are there already; for a name of the catalog
   * also before typed handlers, unless their priority is above 1,000,000.
   */
  prependListener<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, false, true)
    return this
  }

  /** The same as `prependListener`, for one call. */
  prependOnceListener<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, true, true)
    return this
  }

  /**
   * Removes one listener: of several that fit, the last in order of call.
   *
   * @param context only a listener added with this context. Default: any.
   * @param once whether only a listener added with `once` counts. Default false.
   * @throws TypeError if the listener is no function; nothing is removed.
   */
  override off<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
    once = false,
  ): this {
    const wanted = requireListener(listener)
    this.#bridge.removeOne(name, { listener: wanted, context: context ?? undefined, once })
    return this
  }

  /** The same as `off`. */
  override removeListener<Name extends LegacyName, Args extends unknown[]>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
    context?: unknown,
    once?: boolean,
  ): this {
    return this.off(name, listener, context, once)
  }

  /** Removes every listener of a name, or, without one, of all names. Typed handlers stay. */
  override removeAllListeners(name?: LegacyName): this {
    this.#bridge.removeAll(name)
    return this
  }

  /**
   * Emits. A name of the catalog takes one payload: plain JSON whose decimals may be text, finite
   * numbers or Decimals. It is decoded and checked, and becomes an event on the bus, where legacy
   * listeners and typed handlers hear it once, in one order. A number counts as its shortest text:
   * `57.638` is exact, but `0.1 + 0.2` was wrong before it came here. `emit('error', thrown)` takes an
   * Error, a text, or whatever else is thrown; if nobody listens, the `onError` of `createBus` is told,
   * which prints it unless it was given. The option `payloads` makes payloads of what old code
   * emits, and without one further arguments are refused, except behind a thrown value, where they are
   * left out. Any other name takes any arguments, and is heard by legacy listeners alone.
   *
   * Listeners have been called when it returns, unless a handler or listener emits: then the bus first
   * brings what it answers to everybody, for all names in one order.
   * What a listener emits while it is called has the event that it hears as its cause; after an `await`
   * it has none.
   * Returns whether anybody listens, typed handlers included.
   *
   * @throws EventValidationError `EVENT_INVALID`, EventVetoedError `EVENT_VETOED` if the payload is
   * invalid, or a middleware refuses the event; nobody hears of it.
   * @throws EmitDepthError `EMIT_DEPTH`, EmitQueueFullError `EMIT_QUEUE_FULL` if listeners answer each
   * other in a cycle.
   * @throws BusClosedError `BUS_CLOSED` for a name of the catalog once the bus is closed.
   * @throws ConfigurationError `CONFIGURATION` after `dispose`.
   */
  override emit<Name extends LegacyName>(
    name: Name,
    ...args: ArgumentsOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>>
  ): boolean {
    return this.#bridge.emit(name, args)
  }

  /** The listeners that an emission of `name` would call, typed handlers left out. */
  override listeners(name: LegacyName): LegacyListener[] {
    return this.#bridge.registrations(name).map(({ listener }) => listener)
  }

  /** The same as `listeners`, with those of `once` in wrappers that have a `listener`, as in Node. */
  rawListeners(name: LegacyName): LegacyListener[] {
    return this.#bridge.rawListeners(name)
  }

  /** How many listeners an emission of `name` would call, typed handlers left out. */
  override listenerCount(name: LegacyName): number {
    return this.#bridge.registrations(name).length
  }

  /** The names that have listeners, as these were added. */
  override eventNames(): LegacyName[] {
    return this.#bridge.listenedNames()
  }

  /** Remembers `count`, and limits nothing. */
  setMaxListeners(count: number): this {
    this.#maxListeners = count
    return this
  }

  /** What `setMaxListeners` was given. Default 10, as in Node. */
  getMaxListeners(): number {
    return this.#maxListeners
  }

  /**
   * Adds a listener in the way of the Python original: `name` says who subscribes, and stands in the
   * `system.error` of a failure. Several subscriptions may have one name.
   *
   * @throws TypeError if the handler is no function.
   * @throws BusClosedError `BUS_CLOSED` for a name of the catalog once the bus is closed.
   * @throws ConfigurationError `CONFIGURATION` if `name` is empty or no string, and after `dispose`.
   */
  subscribe<Name extends string, Args extends unknown[]>(
    name: string,
    event: Name,
    handler: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form, Args>,
  ): LegacySubscription {
    requireText('The name of the subscriber', name)
    const registration = this.#add(event, handler, undefined, false, false, name)
    return toSubscription(name, event, registration, () => this.#bridge.remove(registration))
  }

  /** What legacy code has used so far, and how much of the traffic it still is. */
  report(): LegacyReport {
    return this.#bridge.report()
  }

  /**
   * Removes every listener. From then on what adds listeners and `emit` throw, so that no fill of
   * forgotten legacy code is lost in silence; `off` and all questions work. The bus stays open.
   */
  dispose(): void {
    this.#bridge.dispose()
  }

  /** The same as `dispose`. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  #add(
    name: LegacyName,
    given: unknown,
    context: unknown,
    once: boolean,
    ahead = false,
    subscriber?: string,
  ): LegacyRegistration {
    const listener = requireListener(given)
    // A function may have been given a name that is no text.
    const own: unknown = listener.name
    const label = subscriber ?? (typeof own === 'string' ? own : '')
    return this.#bridge.add({ name, listener, context: context ?? this, once, ahead, label })
  }
}
