import type { Bus } from '../bus/bus.ts'
import type { EmitOptions } from '../bus/options.ts'
import type { Handler, HandlerContext, Subscription } from '../delivery/subscription.ts'
import { toPromise } from '../delivery/thenable.ts'
import { describeValue, requireFunction, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { declarationsFor, endWithRefusal, type MethodDeclaration } from './declaration.ts'

/** Options of {@link bindHandlers}. */
export interface BindOptions {
  /**
   * Who emits what its methods publish, in 1 to 256 characters, unless `publishes` says so itself.
   * Default: the `source` of the bus.
   */
  readonly source?: string
}

/** The subscriptions of one instance on one bus. Works with `using`. */
export interface HandlerBinding {
  /** In order of declaration: methods as they stand in their class, base class first. */
  readonly subscriptions: readonly Subscription[]
  /** Ends them all; the instance may then be bound to the bus again. */
  unsubscribe(): void
  /** The same as `unsubscribe`. */
  [Symbol.dispose](): void
}

/** What a binding needs of a bus, whatever its events are; the bus checks names at run time. */
interface BindableBus {
  on(pattern: string | readonly string[], handler: Handler, options?: object): Subscription
  emit(type: string, data: object, options: EmitOptions): Promise<unknown>
}

/** The buses that an instance is bound to. */
const busesOf = new WeakMap<object, WeakSet<object>>()

/**
 * Subscribes the methods of an instance that are decorated with `subscribeTo`: all of them, or, if the bus
 * refuses one, none. An instance may be bound to several buses, and several instances of one class to one
 * bus.
 *
 * Among handlers of one `priority`, methods are called in the order in which they are declared, and those
 * of a base class first.
 *
 * Bind an instance after `new`: in the constructor of a base class, what a subclass declares is not known
 * yet, and constructing that subclass then throws, after the subscriptions of the instance were ended.
 *
 * @throws ConfigurationError `CONFIGURATION` if the instance has no decorated methods, is bound to this bus
 * already, or has a method that publishes and subscribes to nothing; if an option is malformed; and if the
 * bus refuses a pattern or an option.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the bus could match a pattern.
 * @throws BusClosedError `BUS_CLOSED` if the bus is closed. The messages of the bus begin with class and
 * method.
 * @example
 * ```ts
 * import { type EventOf } from 'tradewire'
 * import { bindHandlers, subscribeTo } from 'tradewire/handlers'
 *
 * class Journal {
 *   submitted = 0
 *
 *   @subscribeTo('order.submitted')
 *   onSubmitted({ data }: EventOf<'order.submitted'>): void {
 *     this.submitted += 1
 *     console.log(data.orderId) // momentum-1
 *   }
 * }
 *
 * const journal = new Journal()
 * const binding = bindHandlers(bus, journal)
 * bus.emitSync('order.submitted', order)
 * binding.unsubscribe()
 * bus.emitSync('order.submitted', order)
 * console.log(journal.submitted) // 1
 * ```
 */
export function bindHandlers<Schemas extends EventSchemas>(
  bus: Bus<Schemas>,
  instance: object,
  options: BindOptions = {},
): HandlerBinding {
  requireOptions('bindHandlers', options, ['source'])
  if (options.source !== undefined) requireText('source', options.source)
  requireFunction('bus.on', (bus as Partial<Bus<Schemas>> | null)?.on)
  const declarations = requireDeclarations(instance)
  const bound = busesOf.get(instance) ?? new WeakSet()
  if (bound.has(bus)) {
    throw new ConfigurationError(
      `This ${instance.constructor.name} is bound to this bus already. Unsubscribe its binding first, or bind another instance.`,
    )
  }
  // Bus is this, by name; which events there are is checked by the bus.
  const target = bus as unknown as BindableBus
  const subscriptions = subscribeAll(target, instance, declarations, options)
  busesOf.set(instance, bound.add(bus))
  let ended = false
  const unsubscribe = (): void => {
    // A later binding to the same bus is not this one's to end.
    if (ended) return
    ended = true
    for (const subscription of subscriptions) subscription.unsubscribe()
    bound.delete(bus)
  }
  endWithRefusal(instance, unsubscribe)
  return { subscriptions, unsubscribe, [Symbol.dispose]: unsubscribe }
}

function requireDeclarations(instance: object): readonly MethodDeclaration[] {
  const declarations = Object(instance) === instance ? declarationsFor(instance) : []
  if (declarations.length === 0) {
    throw new ConfigurationError(
      `bindHandlers must be given an instance of a class with methods that are decorated with @subscribeTo, but was given ${describeValue(instance)}.`,
    )
  }
  for (const { name, subscriptions } of declarations) {
    if (subscriptions.length > 0) continue
    throw new ConfigurationError(
      `${instance.constructor.name}.${String(name)} publishes, but is subscribed to nothing, so that nobody would call it. Decorate it with @subscribeTo, too.`,
    )
  }
  return declarations
}

function subscribeAll(
  bus: BindableBus,
  instance: object,
  declarations: readonly MethodDeclaration[],
  options: BindOptions,
): readonly Subscription[] {
  const made: Subscription[] = []
  for (const declaration of declarations) {
    const name = `${instance.constructor.name}.${String(declaration.name)}`
    for (const { pattern, options: subscribeOptions } of declaration.subscriptions) {
      const handler = handlerOf(bus, instance, declaration, options)
      // What a system.error calls the handler.
      Object.defineProperty(handler, 'name', { value: name })
      try {
        made.push(bus.on(pattern, handler, subscribeOptions))
      } catch (error) {
        for (const subscription of made) subscription.unsubscribe()
        throw located(error as Error, name)
      }
    }
  }
  return made
}

/** The same error, with where it happened in front, in its stack, too. */
function located(error: Error, name: string): Error {
  const { message, stack } = error
  error.message = `${name}: ${message}`
  error.stack = String(stack).replace(message, () => error.message)
  return error
}

/** What one subscription calls. */
function handlerOf(
  bus: BindableBus,
  instance: object,
  { read, publication }: MethodDeclaration,
  { source }: BindOptions,
): Handler {
  const call = (event: TradewireEvent, context: HandlerContext): unknown =>
    // A decorator checked, at compile time, that the method takes the event.
    (read(instance) as Handler).call(instance, event, context)
  if (publication === undefined) return call
  const { type, options } = publication
  return publisherOf(call, (data, cause) => bus.emit(type, data, { source, ...options, cause }))
}

/**
 * Calls a method, and emits what it returns: once for each event, however often the event is tried, and
 * not once the attempt was given up.
 */
function publisherOf(
  call: Handler,
  emit: (data: object, cause: TradewireEvent) => Promise<unknown>,
): Handler {
  /** What came of an event; one that was refused is not in here. */
  const emissions = new WeakMap<TradewireEvent, Promise<unknown>>()
  const publish = (data: unknown, event: TradewireEvent, { signal }: HandlerContext): unknown => {
    if (data === undefined || signal.aborted) return undefined
    // What is no object is refused by the bus, with type and expectation.
    const emission = emit(data as object, event)
    emissions.set(event, emission)
    emission.catch(() => emissions.delete(event))
    return emission
  }
  return (event, context) => {
    // The event is here again because whoever hears of the emission took too long: wait for the same.
    const earlier = emissions.get(event)
    if (earlier !== undefined) return earlier
    const result = call(event, context)
    const promise = Object(result) === result ? toPromise(result as object) : undefined
    if (promise === undefined) return publish(result, event, context)
    return promise.then((data) => publish(data, event, context))
  }
}
