import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { tradingEvents, type TradingSchemas } from '../events/trading-events.ts'
import type { EventIn, EventMatching, PatternIn, PayloadIn, TypeIn } from '../events/types.ts'
import type { Clock } from '../time/clock.ts'
import type { CloseOptions } from './closing.ts'
import { CoreBus } from './core-bus.ts'
import type { Middleware } from './middleware.ts'
import type { Observer, Registration } from './observers.ts'
import { type BusOptions, type EmitOptions, toSettings } from './options.ts'
import type { EventRoute } from './routing.ts'
import type { EventStream, StreamOptions } from './stream.ts'
import type { BatchOptions } from '../delivery/options.ts'
import type { BusStats, CloseReport } from '../delivery/stats.ts'
import type {
  BatchHandler,
  Handler,
  SubscribeOptions,
  Subscription,
} from '../delivery/subscription.ts'
import type {
  BatchItemIn,
  DeadLetterBox,
  DraftIn,
  EventsMatching,
  History,
  NarrowingOptions,
  NarrowingSubscribeOptions,
  PatternsIn,
} from './typing.ts'
import type { WaitOptions } from './waiting.ts'

/**
 * Carries the events of a catalog to whoever subscribed. The guide "Semantics" says what it
 * promises: order, failures, waiting, the end.
 *
 * A bus of an extended catalog can be given to code that wants a bus of the trading events. Its `'*'`
 * handlers then get the other events, too: a `switch` over all types still needs its `default`.
 *
 * @typeParam Schemas payload schemas by event name; inferred from the catalog.
 */
export interface Bus<out Schemas extends EventSchemas = TradingSchemas> {
  /** Which events it carries. */
  readonly catalog: Catalog<Schemas>
  /** Where its timestamps and timeouts come from. */
  readonly clock: Clock
  /** The first part of the ids of its events. */
  readonly run: string
  /** The newest events. */
  readonly history: History<Schemas>
  /** The events that handlers with `deadLetter` have failed on for good. */
  readonly deadLetters: DeadLetterBox<Schemas>
  /** Whether it was paused. */
  readonly paused: boolean
  /** What became of all its events, as it is now. */
  readonly stats: BusStats
  /** Whether `close` was called. */
  readonly closed: boolean

  /**
   * Calls `handler` with every event that the pattern, or one of a list of patterns, covers, from
   * the next one on. The same function registered twice is two subscriptions. A `where` that is a
   * type guard narrows the event; write the type of its parameter.
   *
   * With delivery options, such as `mailbox`, `retry` or `deadLetter`, events wait in a mailbox for the
   * handler, and what fails or floods it is dealt with as they say.
   *
   * @throws ConfigurationError `CONFIGURATION` if the handler is no function, or the pattern or an
   * option is malformed, out of range, or contradicts another one.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match the pattern.
   * @throws BusClosedError `BUS_CLOSED` after `close`.
   * @example
   * ```ts
   * const bus = createBus()
   * using fills = bus.on('order.filled', ({ data }) => {
   *   console.log(data.orderId, data.lastPrice.toString())
   * }, { priority: 10 })
   * ```
   */
  on<
    const Patterns extends PatternsIn<Schemas>,
    Narrowed extends TradewireEvent = EventsMatching<Schemas, Patterns>,
  >(
    pattern: Patterns,
    // A call in this place, such as withErrorBoundary(…), is typed while Narrowed is yet unknown: never.
    handler: Handler<
      NoInfer<[Narrowed] extends [never] ? EventsMatching<Schemas, Patterns> : Narrowed>
    >,
    options?: NarrowingSubscribeOptions<EventsMatching<Schemas, Patterns>, Narrowed>,
  ): Subscription

  /**
   * Calls `handler` with the events that the pattern covers, collected in a mailbox: `maxSize` of them
   * at a time, or as many as have come `maxWaitMs` after the first of them. `idle` and `close` let an
   * incomplete batch go at once. A batch succeeds, fails and is tried again as a whole; its events are
   * counted, and become dead letters, one by one.
   *
   * @throws what `on` throws.
   * @example
   * ```ts
   * bus.onBatch('market.trade_tick', (trades) => store(trades), { maxSize: 500, maxWaitMs: 250 })
   * ```
   */
  onBatch<const Patterns extends PatternsIn<Schemas>>(
    pattern: Patterns,
    handler: BatchHandler<EventsMatching<Schemas, Patterns>>,
    options?: SubscribeOptions<EventsMatching<Schemas, Patterns>> & BatchOptions,
  ): Subscription

  /**
   * The same as `on` with `once: true`: the first event delivered is the last. Throws what `on` throws.
   */
  once<const Patterns extends PatternsIn<Schemas>>(
    pattern: Patterns,
    handler: Handler<EventsMatching<Schemas, Patterns>>,
    options?: Omit<SubscribeOptions<EventsMatching<Schemas, Patterns>>, 'once'>,
  ): Subscription

  /**
   * The same as `on('*', …)`: every event.
   *
   * @typeParam Pattern always `'*'`; it puts off the union of all events until it is needed.
   */
  onAny<Pattern extends '*' = '*'>(
    handler: Handler<EventMatching<Schemas, [Pattern] extends [never] ? '*' : Pattern>>,
    options?: SubscribeOptions<EventMatching<Schemas, Pattern>>,
  ): Subscription

  /**
   * Ends a subscription. Returns whether it was active on this bus.
   *
   * @throws ConfigurationError `CONFIGURATION` if `target` is neither a subscription nor an id.
   */
  off(target: Subscription | string): boolean

  /**
   * Ends every subscription made with `on`, `once` and `onAny`, or those of exactly this pattern.
   * Waits, streams and forwards go on. Returns how many it ended.
   */
  clear(pattern?: PatternIn<Schemas>): number

  /**
   * Emits an event, and resolves to it once every handler that it started has settled. Handlers are
   * started in order of priority, then registration, and run concurrently. Of a handler with a mailbox
   * it awaits only that its event has got in.
   *
   * A refused emission rejects. If nobody awaits it, it is no unhandled rejection, and `onError` is
   * told.
   *
   * @throws EventValidationError `EVENT_INVALID` if the payload or the metadata is invalid.
   * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog has no such type.
   * @throws EventVetoedError `EVENT_VETOED` if a middleware refuses it.
   * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
   * @throws EmitDepthError `EMIT_DEPTH` if the chain of emissions, each made by a handler of the one
   * before, or each caused by the one before while no time passed, is longer than `maxDepth`.
   * @throws EmitQueueFullError `EMIT_QUEUE_FULL` if 100,000 events wait for their dispatch.
   * @throws AccessDeniedError `ACCESS_DENIED` if its source may not emit the type, by `allow`.
   * @throws RateLimitError `RATE_LIMITED` if its source is too fast, by `rateLimits`.
   * @throws BusClosedError `BUS_CLOSED` after `close`.
   * @throws AggregateError of `HandlerError`s with `throwOnError`, if handlers failed.
   */
  emit<const Type extends TypeIn<Schemas>>(
    type: Type,
    data: PayloadIn<Schemas, Type>,
    options?: EmitOptions,
  ): Promise<EventIn<Schemas, Type>>

  /**
   * Emits an event and returns it at once, with all handlers started; before its dispatch inside a
   * handler, on a paused bus, and if it is held (see `hold`). Throws what `emit` rejects with, except
   * what a gate does; with `throwOnError` only the failures that have happened by its return.
   */
  emitSync<const Type extends TypeIn<Schemas>>(
    type: Type,
    data: PayloadIn<Schemas, Type>,
    options?: EmitOptions,
  ): EventIn<Schemas, Type>

  /**
   * The same as `emit`, but starts each handler only once the one before has settled. Events that
   * are emitted meanwhile reach the handlers still to come after this one; whoever emits them does
   * not wait for those handlers, nor hears of their failures by `throwOnError`. Two serial emissions
   * at a time keep the order for each handler, but the second does not wait for handlers that the
   * first has not reached.
   */
  emitSerial<const Type extends TypeIn<Schemas>>(
    type: Type,
    data: PayloadIn<Schemas, Type>,
    options?: EmitOptions,
  ): Promise<EventIn<Schemas, Type>>

  /**
   * Emits several events in order, after all of them were checked: if one is refused, none is
   * emitted.
   *
   * @throws what `emit` rejects with.
   */
  emitBatch<const Items extends readonly BatchItemIn<Schemas>[]>(
    items: Items,
  ): Promise<{ -readonly [Index in keyof Items]: EventIn<Schemas, Items[Index]['type']> }>

  /**
   * Resolves to the next event that the pattern covers and `where` accepts. An event emitted before
   * the call does not count: start to wait before you act.
   *
   * @throws WaitTimeoutError `WAIT_TIMEOUT` after `timeoutMs` on the clock of the bus.
   * @throws BusClosedError `BUS_CLOSED` if the bus is closed first.
   * @throws the reason of `signal` if it aborts first, or what `where` throws.
   */
  waitFor<
    const Patterns extends PatternsIn<Schemas>,
    Narrowed extends TradewireEvent = EventsMatching<Schemas, Patterns>,
  >(
    pattern: Patterns,
    options?: NarrowingOptions<WaitOptions, EventsMatching<Schemas, Patterns>, Narrowed>,
  ): Promise<Narrowed>

  /**
   * The events that the pattern covers, as an async iterator with a bounded buffer that fills from
   * this call on.
   */
  stream<
    const Patterns extends PatternsIn<Schemas>,
    Narrowed extends TradewireEvent = EventsMatching<Schemas, Patterns>,
  >(
    pattern: Patterns,
    options?: NarrowingOptions<StreamOptions, EventsMatching<Schemas, Patterns>, Narrowed>,
  ): EventStream<Narrowed>

  /**
   * Stands around every emission: may replace its payload or veto it, and sees how it ended.
   *
   * @typeParam Pattern always `'*'`; it puts off the union of all events until it is needed.
   */
  use<Pattern extends '*' = '*'>(
    middleware: Middleware<DraftIn<Schemas, Pattern>, EventMatching<Schemas, Pattern>>,
  ): Registration

  /**
   * Watches without taking part. Free of cost while nobody does.
   *
   * @throws ConfigurationError `CONFIGURATION` if it has none of the four methods, or any other.
   */
  observe(observer: Observer): Registration

  /**
   * Has `gate` decide whether and when an event is dispatched; for instance, once it is on disk. It is
   * asked at emission, in order of sequence, for every event, those of the bus itself and forwarded ones
   * included, once it was checked and numbered, and before anybody sees it. Undefined lets it pass; a
   * promise holds it, and all behind it, until it fulfils. If it rejects, or `gate` throws, the event is
   * not dispatched: the emission rejects with that error, or, unless awaited, `onError` is told.
   *
   * What `gate` emits comes behind its event, and is not awaited: the promise resolves at once. After an
   * `await` it must not wait for emissions of this bus, which wait for it. Removing the registration
   * lets later events pass; those that are held still wait.
   *
   * @throws ConfigurationError `CONFIGURATION` if it is no function, or the bus has a gate.
   */
  hold(gate: (event: TradewireEvent) => Promise<unknown> | undefined): Registration

  /**
   * Passes events on to another bus, where they keep `id`, `timestamp`, `source`, `metadata`,
   * `correlationId` and `causationId`, and get the next `sequence`. Buses may forward to each other:
   * an event never comes to a bus that it has been on. End it like any subscription.
   */
  forward<TargetSchemas extends EventSchemas, const Patterns extends PatternsIn<Schemas> = '*'>(
    target: Bus<TargetSchemas>,
    options?: {
      /** Which events to pass on. Default `*`. */
      readonly pattern?: Patterns
      /** Another type or payload for the other bus; undefined keeps the event back. */
      readonly map?: (
        event: EventsMatching<Schemas, Patterns>,
      ) => { readonly type: TypeIn<TargetSchemas>; readonly data: object } | undefined
    },
  ): Subscription

  /**
   * Makes events of one type out of those that a pattern covers, with these as their cause, the same
   * metadata and, unless it gives another, the same source. A `map` that returns undefined keeps an event back; without one the
   * payload stays as it is, and must fit the other type. Remove it to end it.
   *
   * @throws what `on` throws.
   * @example
   * ```ts
   * bus.addRoute({
   *   pattern: 'market.quote_update', to: 'system.warning',
   *   where: ({ data }) => data.bidPrice.gt(data.askPrice),
   *   map: ({ timestamp, data }) => ({ timestamp, code: 'crossed', message: `${data.symbol} is crossed` }),
   * })
   * ```
   */
  addRoute<const Patterns extends PatternsIn<Schemas>, const To extends TypeIn<Schemas>>(rule: {
    /** A name for it, unique among the subscriptions of the bus. Default: one that the bus makes. */
    readonly id?: string
    /** Which events it takes. */
    readonly pattern: Patterns
    /** Only those that it returns `true` for. */
    readonly where?: (event: EventsMatching<Schemas, Patterns>) => boolean
    /** The type to emit. */
    readonly to: To
    /** Who is to emit it. Default: the source of the event. */
    readonly source?: string
    /** The payload to emit. */
    readonly map?: (
      event: EventsMatching<Schemas, Patterns>,
    ) => PayloadIn<Schemas, NoInfer<To>> | undefined
  }): EventRoute

  /**
   * Passes the events that a pattern covers, and `where` accepts, on to another bus, as `forward` does;
   * throws what that throws.
   */
  addRoute<const Patterns extends PatternsIn<Schemas>, TargetSchemas extends EventSchemas>(rule: {
    /** A name for it, unique among the subscriptions of the bus. Default: one that the bus makes. */
    readonly id?: string
    /** Which events it takes. */
    readonly pattern: Patterns
    /** Only those that it returns `true` for. */
    readonly where?: (event: EventsMatching<Schemas, Patterns>) => boolean
    /** The bus to pass them on to. */
    readonly to: Bus<TargetSchemas>
    /** Another type or payload for the other bus; undefined keeps the event back. */
    readonly map?: (
      event: EventsMatching<Schemas, Patterns>,
    ) => { readonly type: TypeIn<TargetSchemas>; readonly data: object } | undefined
  }): EventRoute

  /** The routes that were added and not removed, in that order. */
  routes(): readonly EventRoute[]

  /** How many subscriptions there are, waits, streams and forwards included, or who hears `type`. */
  handlerCount(type?: TypeIn<Schemas>): number

  /** How many events were emitted by catalog name, for every name emitted at least once. */
  eventCounts(): ReadonlyMap<string, number>

  /** Every subscription, waits, streams and forwards included, in order of registration. */
  subscriptions(): readonly Subscription[]

  /**
   * The subscriptions whose handlers take longest, by the 99th percentile of
   * `stats.handlerDurationMs`, longest first; of those that were measured.
   *
   * @param count how many, a whole number from 0. Default 10.
   */
  slowest(count?: number): readonly Subscription[]

  /**
   * Stops the bus: events that are emitted from now on, and those held, wait in line for their
   * dispatch, up to 100,000, then they are refused, and mailboxes call no handler. What is being
   * dispatched, or handled, goes on, and gates are asked. An awaited `emit` waits for `resume`.
   */
  pause(): void

  /** Dispatches what has come meanwhile, and lets mailboxes call their handlers again. */
  resume(): void

  /**
   * Resolves once every handler that has been started has settled, no event is held, and every mailbox
   * is empty that is not paused: nothing waits to be handled or tried again. Incomplete batches go.
   *
   * On a simulated clock, what waits for its time waits for somebody to advance it.
   *
   * @throws DeadlockError `WOULD_DEADLOCK` if called inside a handler that it would wait for.
   */
  idle(): Promise<void>

  /**
   * Refuses new events and subscriptions, ends waits (they reject) and streams (they end after what
   * they hold), and resolves once the bus is idle, or `drainMs` have passed, and every subscription is
   * gone. Tells what became of events since the call, and how many are left: in paused mailboxes, on
   * a paused bus, held, or with a handler that has not finished.
   *
   * @throws DeadlockError `WOULD_DEADLOCK` if called inside a handler that it would wait for; the bus
   * then stays open, and `onError` is told.
   */
  close(options?: CloseOptions): Promise<CloseReport>

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A bus for the events of a catalog, by default `tradingEvents`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 * @example
 * ```ts
 * const bus = createBus({ source: 'momentum-bot' })
 * bus.on('market.trade_tick', ({ data }) => console.log(data.symbol, data.price.toString()))
 * ```
 */
export function createBus<Schemas extends EventSchemas = TradingSchemas>(
  options: BusOptions<Schemas> = {},
): Bus<Schemas> {
  // The core works on any catalog and checks names at run time; Bus is the same by name.
  return new CoreBus(toSettings(options, tradingEvents)) as unknown as Bus<Schemas>
}
