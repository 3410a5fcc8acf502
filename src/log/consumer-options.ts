import type { TradewireEvent } from '../events/envelope.ts'
import type { UnknownPolicy } from './unknown-policy.ts'

/** What a handler of `consume` is told beside the event. */
export interface ConsumeContext {
  /** Where in the log the event stands. */
  readonly position: number
  /** Which attempt with this event it is since the consumer was started, from 1. */
  readonly attempt: number
  /** Aborts when the handler has run out of time, or the consumer is stopped. */
  readonly signal: AbortSignal
}

/** Consumes an event; it counts as consumed once what it returns has settled. */
export type ConsumeHandler<Event extends TradewireEvent = TradewireEvent> = (
  event: Event,
  context: ConsumeContext,
) => unknown

/** How often a consumer tries an event. */
export interface ConsumeRetry {
  /** How often the handler is called with one event. A whole number from 1. Default 3. */
  readonly attempts?: number
  /** How long to wait before the second attempt, in milliseconds from 0; doubled each time. Default 100. */
  readonly initialMs?: number
  /** The longest wait, in milliseconds. Default 30,000. */
  readonly maxMs?: number
}

/** Options of `consume`. */
export interface ConsumeOptions<Patterns = string | readonly string[]> {
  /** Only events that this pattern, or one of the list, covers. Default `*`. */
  readonly pattern?: Patterns
  /**
   * Where a consumer begins that has never run: at this position, or after the last event of now. A
   * whole number from 1, or `'end'`. Default 1.
   */
  readonly from?: number | 'end'
  /** How often an event is tried. */
  readonly retry?: ConsumeRetry
  /**
   * What becomes of an event that the handler has failed on for good: a dead letter, kept in the log, and
   * the consumer goes on; or the consumer stops before it. Default `dead-letter`.
   */
  readonly onFailure?: 'dead-letter' | 'stop'
  /** How long the handler may take, in milliseconds above 0. Default: as long as it wants. */
  readonly timeoutMs?: number
  /** What to do with events that the catalog does not know. Default `refuse`: the consumer stops before them. */
  readonly unknown?: UnknownPolicy
}

/** A consumer that runs. */
export interface Consumer extends AsyncDisposable {
  /** Its name. */
  readonly name: string
  /** The position of the last event that it is done with; 0 if there was none. */
  readonly position: number
  /** How many events the handler was done with since the consumer was started. */
  readonly consumed: number
  /** Whether it runs. */
  readonly running: boolean
  /** Resolves when it has stopped; rejects with what has stopped it, if it was not `stop` or `close`. */
  readonly stopped: Promise<void>
  /** How many events of its pattern it has still to consume. */
  lag(): Promise<number>
  /** Resolves once it has consumed what the log held at the time of the call. */
  caughtUp(): Promise<void>
  /**
   * Goes on after this position, back or ahead, once the handler that runs has settled.
   *
   * @param position a whole number from 0; 0 begins from the start.
   */
  reset(position: number): Promise<void>
  /** Lets the handler that runs finish, writes down how far it has come, and stops. */
  stop(): Promise<void>
}
