import type { DeadLetter, DeadLetterFilter } from '../delivery/dead-letters.ts'
import type { SubscriptionOptions } from '../delivery/subscription.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching, PatternIn, PayloadIn, TypeIn } from '../events/types.ts'
import type { HistoryQuery } from './history.ts'
import type { Draft } from './middleware.ts'
import type { EmitOptions } from './options.ts'

/** One pattern, or a list of them. */
export type PatternsIn<Schemas extends EventSchemas> =
  | PatternIn<Schemas>
  | readonly PatternIn<Schemas>[]

/** The union of the events that one pattern or a list of them covers. */
export type EventsMatching<
  Schemas extends EventSchemas,
  Patterns extends string | readonly string[],
> = unknown extends Patterns
  ? TradewireEvent
  : EventMatching<Schemas, Patterns extends readonly string[] ? Patterns[number] : Patterns>

/**
 * The same options; a `where` that is a type guard narrows the event to `Narrowed`.
 *
 * `Narrowed` is not bound to `Event`: to find the bound, the compiler would go through the events of
 * every pattern there is.
 */
export type NarrowingOptions<
  Options extends {
    /** What it replaces. */
    readonly where?: unknown
  },
  Event extends TradewireEvent,
  Narrowed extends TradewireEvent,
> = Omit<Options, 'where'> & {
  /** Only events that it returns `true` for; as a type guard it narrows the event. */
  readonly where?: ((event: Event) => event is Event & Narrowed) | ((event: Event) => boolean)
}

/** `SubscribeOptions`; a `where` that is a type guard narrows the event to `Narrowed`. */
export interface NarrowingSubscribeOptions<
  Event extends TradewireEvent,
  Narrowed extends TradewireEvent,
> extends SubscriptionOptions<Event> {
  /**
   * Only events that it returns `true` for are delivered; as a type guard it narrows the event. A
   * throw counts as a failed delivery.
   */
  readonly where?: ((event: Event) => event is Event & Narrowed) | ((event: Event) => boolean)
}

/** One event of a batch. * @example
 * ```ts
 * const [submitted, closed] = await bus.emitBatch([
 *   { type: 'order.submitted', data: order },
 *   { type: 'market.new_bar', data: bar },
 * ])
 * console.log(closed.sequence - submitted.sequence) // 1
 * ```
 */
export type BatchItemIn<Schemas extends EventSchemas> = {
  [Type in TypeIn<Schemas>]: {
    /** The type to emit. */
    readonly type: Type
    /** Its payload. */
    readonly data: PayloadIn<Schemas, Type>
    /** As of `emit`. */
    readonly options?: EmitOptions
  }
}[TypeIn<Schemas>]

/** An emission as a middleware sees it: a union discriminated by `type`. */
export type DraftIn<
  Schemas extends EventSchemas,
  Pattern extends '*' = '*',
> = unknown extends Pattern
  ? Draft
  : { [Type in TypeIn<Schemas>]: Draft<Type, PayloadIn<Schemas, Type>> }[TypeIn<Schemas>]

/** The newest events of a bus: a ring buffer that forgets the oldest when it is full. */
export interface History<out Schemas extends EventSchemas = TradingSchemas> {
  /** How many events it may hold; 0 when it is off. */
  readonly capacity: number
  /** How many events it holds. */
  readonly size: number
  /**
   * The events that match every condition given, oldest first.
   *
   * @throws ConfigurationError `CONFIGURATION` if a condition is unknown or malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event could match the pattern.
   */
  query<const Pattern extends PatternIn<Schemas> = '*'>(
    query?: HistoryQuery<Pattern>,
  ): EventMatching<Schemas, Pattern>[]
  /** Changes the capacity (a whole number from 0), keeping the newest events that fit. */
  resize(capacity: number): void
  /** Forgets every event. */
  clear(): void
}

/** The dead letters of a bus, oldest first. */
export interface DeadLetterBox<out Schemas extends EventSchemas = TradingSchemas> {
  /** How many it may hold. When it is full, the oldest is forgotten for a new one. */
  readonly capacity: number
  /** How many it holds. */
  readonly size: number
  /** How many were forgotten because it was full. */
  readonly forgotten: number
  /**
   * Those that match, oldest first; all of them without a filter.
   *
   * @throws ConfigurationError `CONFIGURATION` if the filter is malformed.
   */
  list<const Type extends TypeIn<Schemas> | '*' = '*'>(
    filter?: DeadLetterFilter<EventMatching<Schemas, Type>, Type>,
  ): DeadLetter<EventMatching<Schemas, Type>>[]
  /**
   * The one with this id, if there is one.
   *
   * @typeParam Type always `'*'`; it puts off the union of all events until it is needed.
   */
  get<Type extends '*' = '*'>(id: string): DeadLetter<EventMatching<Schemas, Type>> | undefined
  /**
   * Puts events back into the mailboxes that they came from, in the order of their sequence and ahead
   * of later ones, to be tried as if for the first time. Each is out of here then; if it fails again it
   * comes back under a new id. What finds no room, is held behind a dead letter that stays, or whose
   * subscription is gone, stays. A new subscription with the same `id` whose pattern covers the event
   * counts as the same. Returns how many went; `bus.idle()` resolves
   * when they have been handled.
   *
   * @throws ConfigurationError `CONFIGURATION` if there is no such dead letter, its subscription is
   * gone, or it is held behind another one; or if the filter is malformed.
   */
  redeliver<const Type extends TypeIn<Schemas> | '*' = '*'>(
    which: string | DeadLetterFilter<EventMatching<Schemas, Type>, Type>,
  ): number
  /**
   * Forgets dead letters for good. Returns how many.
   *
   * @throws ConfigurationError `CONFIGURATION` if the filter is malformed.
   */
  discard<const Type extends TypeIn<Schemas> | '*' = '*'>(
    which: string | DeadLetterFilter<EventMatching<Schemas, Type>, Type>,
  ): number
}
