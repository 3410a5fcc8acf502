import type { EmitOptions } from '../bus/options.ts'
import type { EventsMatching, NarrowingSubscribeOptions, PatternsIn } from '../bus/typing.ts'
import type { HandlerContext } from '../delivery/subscription.ts'
import { describeValue, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { PayloadIn, TypeIn } from '../events/types.ts'
import { declarationOf, type MethodContext } from './declaration.ts'

/** Any method. */
export type AnyMethod = (...parameters: never[]) => unknown

/** The context of a decorator on a method that is not static. */
export type InstanceMethodContext<This> = ClassMethodDecoratorContext<This> & {
  /** Static methods have no instance to bind. */
  readonly static: false
}

/** A method that takes the event, or a sentence that says what is wrong with it. */
export type TakesEvent<Method extends AnyMethod, Event extends TradewireEvent> = Method extends (
  event: Event,
  context: HandlerContext,
) => unknown
  ? Method
  : 'The first parameter of this method must accept every event that the pattern of subscribeTo covers.'

/** A method that returns the payload, or a sentence that says what is wrong with it. */
export type ReturnsPayload<Method extends AnyMethod, Payload> = Method extends (
  ...parameters: never[]
) => Published<Payload>
  ? Method
  : 'This method must return the payload of the event that it publishes, a promise of it, or undefined.'

/** What a method that publishes may return; undefined publishes nothing. */
export type Published<Payload> = Payload | undefined | void | Promise<Payload | undefined | void>

/** Stands on a method that takes the events of a pattern. */
export type SubscribeDecorator<Event extends TradewireEvent> = <This, Method extends AnyMethod>(
  method: TakesEvent<Method, Event> & Method,
  context: InstanceMethodContext<This>,
) => void

/** Stands on a method that returns a payload. */
export type PublishDecorator<Payload> = <This, Method extends AnyMethod>(
  method: ReturnsPayload<Method, Payload> & Method,
  context: InstanceMethodContext<This>,
) => void

/** Options of `publishes`, as of `emit`. */
export type PublishOptions = Pick<EmitOptions, 'source' | 'priority' | 'metadata'>

/** The decorators, typed by the events of a catalog. */
export interface Decorators<Schemas extends EventSchemas> {
  /** As {@link subscribeTo}, for the events of the catalog. */
  subscribeTo<
    const Patterns extends PatternsIn<Schemas>,
    Narrowed extends TradewireEvent = EventsMatching<Schemas, Patterns>,
  >(
    pattern: Patterns,
    options?: NarrowingSubscribeOptions<EventsMatching<Schemas, Patterns>, Narrowed>,
  ): SubscribeDecorator<Narrowed>

  /** As {@link publishes}, for the events of the catalog. */
  publishes<const Type extends TypeIn<Schemas>>(
    type: Type,
    options?: PublishOptions,
  ): PublishDecorator<PayloadIn<Schemas, Type>>
}

/**
 * Makes a method a handler of trading events, once {@link bindHandlers} has bound its instance to a bus.
 * The method is called as `method(event, context)`, with `this`. Several on one method are several
 * subscriptions. A subclass that overrides the method keeps the subscriptions, with its own method; one
 * that decorates its override replaces them.
 *
 * It stands on methods, private `#methods` included, and is a standard decorator: the compiler option
 * `experimentalDecorators` must be off.
 *
 * @param pattern what `bus.on` takes: a type, a pattern or a list of them. It is checked by `bindHandlers`.
 * @param options those of `bus.on`. Default: none.
 * @throws ConfigurationError `CONFIGURATION` if it stands on a static method or on anything but a method,
 * or was compiled as an experimental decorator.
 * @example
 * ```ts
 * import { createBus, type EventOf } from 'tradewire'
 * import { bindHandlers, subscribeTo } from 'tradewire/handlers'
 *
 * class Journal {
 *   @subscribeTo('order.filled', { priority: 10 })
 *   onFill({ data }: EventOf<'order.filled'>): void {
 *     console.log(data.orderId, data.lastPrice.toString())
 *   }
 * }
 *
 * using binding = bindHandlers(createBus(), new Journal())
 * ```
 */
export function subscribeTo<
  const Patterns extends PatternsIn<TradingSchemas>,
  Narrowed extends TradewireEvent = EventsMatching<TradingSchemas, Patterns>,
>(
  pattern: Patterns,
  options?: NarrowingSubscribeOptions<EventsMatching<TradingSchemas, Patterns>, Narrowed>,
): SubscribeDecorator<Narrowed> {
  return subscribe(pattern, options)
}

/**
 * Emits what the method returns, as an event of this type whose cause is the event that it was called
 * with: as if the handler ended with `await bus.emit(type, result, { cause: event })`. Undefined emits
 * nothing. A payload that is refused is a failure of the handler.
 *
 * An event is answered at most once for each subscription. Where the emission takes longer than
 * `timeoutMs`, a retry waits for the same emission instead of calling the method again; and what the
 * method returns after its attempt has timed out, or after its subscription has ended, is not emitted.
 *
 * It stands on a method with {@link subscribeTo}, at most once. Only calls by the bus publish: code that
 * calls the method itself gets what it returns, and nothing is emitted.
 *
 * @param type a type of the trading events.
 * @param options those of `emit`: `source` (default: that of the binding, else of the bus), `priority`
 * (default: as the event's definition says) and `metadata` (default: none).
 * @throws ConfigurationError `CONFIGURATION` if it stands on a static method, on anything but a method, or
 * twice on one; if an option is unknown; or if it was compiled as an experimental decorator.
 * @example
 * ```ts
 * class Crossed {
 *   @subscribeTo('market.quote_update')
 *   @publishes('system.warning')
 *   check({ timestamp, data }: EventOf<'market.quote_update'>): PayloadOf<'system.warning'> | undefined {
 *     if (data.bidPrice.lte(data.askPrice)) return undefined
 *     return { timestamp, code: 'crossed', message: `${data.symbol} is crossed` }
 *   }
 * }
 * ```
 */
export function publishes<const Type extends TypeIn<TradingSchemas>>(
  type: Type,
  options: PublishOptions = {},
): PublishDecorator<PayloadIn<TradingSchemas, Type>> {
  return publish(type, options)
}

/**
 * `subscribeTo` and `publishes` for a catalog of your own.
 *
 * @param catalog only its types are used: which events there are is up to the bus of `bindHandlers`.
 * @throws ConfigurationError `CONFIGURATION` if `catalog` is none.
 * @example
 * ```ts
 * const { subscribeTo, publishes } = decoratorsFor(catalog)
 * ```
 */
export function decoratorsFor<Schemas extends EventSchemas>(
  catalog: Catalog<Schemas>,
): Decorators<Schemas> {
  if (!(catalog instanceof Catalog)) {
    throw new ConfigurationError(
      `catalog must come from defineEvents({…}) or tradingEvents.extend({…}), but is ${describeValue(catalog)}.`,
    )
  }
  return { subscribeTo: subscribe, publishes: (type, options = {}) => publish(type, options) }
}

function subscribe(pattern: string | readonly string[], options: object | undefined) {
  return (method: object, context: object): void => {
    // Decorators are applied from the lower to the upper.
    const { subscriptions } = declarationOf('subscribeTo', method, context as MethodContext)
    subscriptions.unshift({ pattern, options })
  }
}

function publish(type: string, options: PublishOptions) {
  requireText('type', type)
  requireOptions('publishes', options, ['source', 'priority', 'metadata'])
  return (method: object, context: object): void => {
    const declaration = declarationOf('publishes', method, context as MethodContext)
    if (declaration.publication !== undefined) {
      throw new ConfigurationError(
        `@publishes(…) must stand on a method once, but ${String(declaration.name)} is to publish ${describeValue(declaration.publication.type)} and ${describeValue(type)}. Emit one of them with bus.emit.`,
      )
    }
    declaration.publication = { type, options }
  }
}
