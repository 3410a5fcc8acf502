import type { TradewireEvent } from '../events/envelope.ts'

/**
 * How a state follows from events: a projection.
 *
 * @typeParam Event the events that it is given; inferred from log and pattern.
 * @typeParam Patterns which events these are; inferred from `pattern`.
 * @typeParam State what it makes of them; inferred from `initial`.
 */
export interface Reducer<
  Event extends TradewireEvent = TradewireEvent,
  Patterns extends string | readonly string[] = string | readonly string[],
  State = unknown,
> {
  /** What its snapshots are kept under. Not empty; one name for one projection. */
  readonly name: string
  /**
   * Raise it whenever `pattern`, `reduce` or the shape of the state changes: snapshots of another version
   * are not looked at. A whole number from 1. Default 1.
   */
  readonly version?: number
  /** Only events that this pattern, or one of the list, covers. Default `*`. */
  readonly pattern?: Patterns
  /** The state before the first event; a new one for each call. */
  readonly initial: () => State
  /**
   * The state after one more event, which may be the state that it was given, changed. It must depend on
   * nothing else, must not be async, and if it changes the state that it was given, it must not throw
   * after it has begun to: the state would be half changed.
   */
  readonly reduce: (state: State, event: Event, position: number) => State
  /**
   * The state as text, for a snapshot. Default: JSON that also carries Decimal, bigint, Date, Map, Set,
   * undefined, NaN and infinite numbers; it refuses functions, symbols and instances of other classes.
   */
  readonly encode?: (state: State) => string
  /** The state of the text that `encode` has made. Given exactly if `encode` is. */
  readonly decode?: (text: string) => State
}
