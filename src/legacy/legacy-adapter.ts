import { EventEmitter } from 'eventemitter3'
import { describeValue, requireText } from '../errors/checks.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { LegacyBridge } from './legacy-bridge.ts'
import type { LegacyRegistration, RegistrationQuery } from './listener-table.ts'
import type { LegacyReport } from './report.ts'
import type { LegacySubscription } from './subscription.ts'
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
 * An `EventEmitter3` on a bus: old code is handed it unchanged. A listener of a legacy name, of the
 * same in upper case, of a constant of `EventType` or of an event type is a subscription on the bus;
 * an emission of such a name is an event on the bus. All other names go from legacy code to legacy
 * code.
 *
 * It differs from eventemitter3 where that is wrong: `once` is consumed before the call, the same
 * function added twice is two listeners of which `off` removes the newer one, a listener that is no
 * function is a `TypeError` and removes nothing, a listener that fails disturbs nobody, and an
 * emission made by a listener waits until everybody has heard the one that it answers.
 *
 * The names that stand for one event are one event: each of them counts and removes the listeners of
 * all of them.
 *
 * @typeParam Schemas payload schemas of the bus by event name; inferred.
 * @typeParam Mapping the `mapping` option; inferred.
 * @typeParam Form the `decimals` option; inferred.
 */
export class LegacyAdapter<
  Schemas extends EventSchemas = TradingSchemas,
  Mapping = NoMapping,
  Form extends DecimalForm = 'text',
> extends EventEmitter {
  readonly #bridge: LegacyBridge

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
  override on<Name extends LegacyName>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, false)
    return this
  }

  /** The same as `on`. */
  override addListener<Name extends LegacyName>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
    context?: unknown,
  ): this {
    return this.on(name, listener, context)
  }

  /** The same as `on`, for one call: the listener is gone before it is called. */
  override once<Name extends LegacyName>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
    context?: unknown,
  ): this {
    this.#add(name, listener, context, true)
    return this
  }

  /**
   * Removes one listener: of several that fit, the one added last. To remove all listeners of a name,
   * call `removeAllListeners`.
   *
   * @param context only a listener that was added with this context. Default: any.
   * @param once whether only a listener that was added with `once` counts. Default false.
   * @throws TypeError if the listener is no function; nothing is removed.
   */
  override off<Name extends LegacyName>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
    context?: unknown,
    once = false,
  ): this {
    const query: RegistrationQuery = {
      listener: requireListener(listener),
      context: context ?? undefined,
      once,
    }
    this.#bridge.removeOne(name, query)
    return this
  }

  /** The same as `off`. */
  override removeListener<Name extends LegacyName>(
    name: Name,
    listener: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
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
   * `57.638` is exact, but `0.1 + 0.2` was wrong before it came here. `emit('error', error)` takes an
   * Error, too. Any other name takes any arguments, and is heard by legacy listeners alone.
   *
   * Listeners have been called when it returns, unless a handler or listener emits: then the bus
   * (or, for other names, the adapter) first brings the event that it answers to everybody.
   *
   * Returns whether anybody listens: legacy listeners, and typed subscriptions of the event.
   *
   * @throws EventValidationError `EVENT_INVALID` if the payload is invalid; nobody hears of it.
   * @throws EventVetoedError `EVENT_VETOED` if a middleware of the bus refuses the event.
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

  /** How many listeners an emission of `name` would call, typed handlers left out. */
  override listenerCount(name: LegacyName): number {
    return this.#bridge.registrations(name).length
  }

  /** The names that have listeners, as these were added. */
  override eventNames(): LegacyName[] {
    return this.#bridge.listenedNames()
  }

  /**
   * Adds a listener in the way of the Python original: `name` says who subscribes, and stands in the
   * `system.error` of a failure. Several subscriptions may have one name.
   *
   * @param event a legacy name or an event type.
   * @param handler is called as a listener of `on` is.
   * @throws TypeError if the handler is no function.
   * @throws BusClosedError `BUS_CLOSED` for a name of the catalog once the bus is closed.
   * @throws ConfigurationError `CONFIGURATION` if `name` is empty or no string, and after `dispose`.
   */
  subscribe<Name extends string>(
    name: string,
    event: Name,
    handler: ListenerOf<Schemas, TypeOfLegacyName<Schemas, Mapping, Name>, Form>,
  ): LegacySubscription {
    requireText('The name of the subscriber', name)
    const registration = this.#add(event, handler, undefined, false, name)
    const unsubscribe = (): void => this.#bridge.remove(registration)
    return {
      name,
      event,
      get active() {
        return registration.active
      },
      unsubscribe,
      [Symbol.dispose]: unsubscribe,
    }
  }

  /** What legacy code has used so far, and how much of the traffic it still is. */
  report(): LegacyReport {
    return this.#bridge.report()
  }

  /**
   * Detaches from the bus: removes every listener. From then on `on`, `once`, `subscribe` and `emit`
   * throw, so that no fill of forgotten legacy code is lost in silence; `off` and all questions work.
   * The bus stays open.
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
    subscriber?: string,
  ): LegacyRegistration {
    const listener = requireListener(given)
    // A function may have been given a name that is no text.
    const own: unknown = listener.name
    const label = subscriber ?? (typeof own === 'string' ? own : '')
    return this.#bridge.add({ name, listener, context: context ?? this, once, label })
  }
}

function requireListener(listener: unknown): LegacyListener {
  if (typeof listener !== 'function') {
    throw new TypeError(`The listener must be a function, but is ${describeValue(listener)}.`)
  }
  // The adapter calls it with what its type in `on` says, or passes on what was emitted.
  return listener as LegacyListener
}
