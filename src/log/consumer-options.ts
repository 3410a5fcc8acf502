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

/**
 * Consumes an event. It is done with it once what it returns has fulfilled; it has failed if it throws,
 * or if what it returns rejects. It must not wait for `stop`, `reset` or `caughtUp` of its own consumer,
 * for a redelivery of its dead letters, nor for `close` of the log, because these wait for it: they reject
 * with a `ConsumerDeadlockError`, `WOULD_DEADLOCK`. It may call `stop` and `close` without waiting for them.
 */
export type ConsumeHandler<Event extends TradewireEvent = TradewireEvent> = (
  event: Event,
  context: ConsumeContext,
) => unknown

/**
 * How often a consumer tries an event. After a `PermanentError` it is not tried again. While it is tried,
 * no later event is begun.
 */
export interface ConsumeRetry {
  /** How often the handler is called with one event. A whole number from 1. Default 3. */
  readonly attempts?: number
  /**
   * How long to wait before the second attempt, in milliseconds from 0, on the clock of the log; doubled
   * each time. Default 100.
   */
  readonly initialMs?: number
  /**
   * The longest wait, in milliseconds. From `initialMs`. Default 30,000, or `initialMs` where that is
   * more.
   */
  readonly maxMs?: number
}

/** Options of `consume`. */
export interface ConsumeOptions<Patterns = string | readonly string[]> {
  /**
   * Only events that this pattern, or one of the list, covers. It belongs to the name: a consumer that is
   * started with another one than before is refused, because nobody could tell what it has been given.
   * Default `*`.
   */
  readonly pattern?: Patterns
  /**
   * Where a consumer begins that has never run: at this position, or after the last event of now. A
   * whole number from 1, or `'end'`. Default 1.
   */
  readonly from?: number | 'end'
  /** How often an event is tried. */
  readonly retry?: ConsumeRetry
  /**
   * What becomes of an event that the handler has failed on for good: a dead letter, kept in the log until
   * it is redelivered or discarded, and the consumer goes on; or the consumer stops before it, and `stopped`
   * rejects with what the handler has thrown last. Default `dead-letter`.
   */
  readonly onFailure?: 'dead-letter' | 'stop'
  /**
   * How long the handler may take, in milliseconds above 0, on the clock of the log. Then its signal aborts
   * with a `ConsumerTimeoutError`, which is what it has failed with; what it does later changes nothing, but
   * may overlap with the next attempt. Default: as long as it wants.
   */
  readonly timeoutMs?: number
  /** What to do with events that the catalog does not know. Default `refuse`: the consumer stops before them. */
  readonly unknown?: UnknownPolicy
}

/**
 * A consumer that runs.
 *
 * How far it has come is written down after each event, or after several where they are consumed faster
 * than that takes. If the storage does not take it, the consumer begins no further event and tries again,
 * at first after 100 ms; after 10 attempts, about 20 seconds, it stops, and `stopped` rejects. Nothing is
 * lost by that: what is not written down comes again.
 */
export interface Consumer extends AsyncDisposable {
  /** Its name. */
  readonly name: string
  /**
   * Up to here it is done: with each event of its pattern, which it has consumed or made a dead letter; 0 at
   * the beginning.
   */
  readonly position: number
  /** How often the handler was done with an event since the consumer was started. */
  readonly consumed: number
  /** Whether it runs. */
  readonly running: boolean
  /**
   * Resolves when it has stopped; rejects with what has stopped it, if it was not `stop` or `close`, or with
   * why the last position could not be written. It need not be looked at.
   */
  readonly stopped: Promise<void>
  /**
   * How many events of its pattern it has still to consume.
   *
   * @throws ConfigurationError `CONFIGURATION` if it has stopped; `cause` is what has stopped it.
   */
  lag(): Promise<number>
  /**
   * Resolves once it is done with what the log held at the time of the call.
   *
   * @throws ConfigurationError `CONFIGURATION` if it has stopped, or stops before that; `cause` is what has
   * stopped it.
   * @throws ConsumerDeadlockError `WOULD_DEADLOCK` inside its handler.
   */
  caughtUp(): Promise<void>
  /**
   * Goes on after this position, back or ahead, once the handler that runs has settled; an event that it
   * has failed on is not tried again. Resolves once the position is durable.
   *
   * @param position a whole number from 0, up to the last of the log; 0 begins from the start.
   * @throws ConfigurationError `CONFIGURATION` if it is none, or the consumer has stopped.
   * @throws ConsumerDeadlockError `WOULD_DEADLOCK` inside its handler, where nothing is reset.
   */
  reset(position: number): Promise<void>
  /**
   * Aborts the signal of the handler that runs, lets it finish, writes down how far it has come, and
   * stops. A handler that fails now has not consumed its event, which comes again. One that does not settle
   * within 5,000 ms on the clock of the log is left to itself: its event comes again, too. Rejects only
   * inside its own handler, where it stops as well, but must not be awaited.
   *
   * @throws ConsumerDeadlockError `WOULD_DEADLOCK` if it is awaited inside its handler.
   */
  stop(): Promise<void>
}
