import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventMatching } from '../events/types.ts'

/**
 * What an attempt of a consumer has failed with, as far as it can be written down: without its cause and
 * its stack. It is encrypted where the log is.
 */
export interface RecordedError {
  /** The name of its class; `NoError` for what is none, whose `message` shows what it is. */
  readonly name: string
  /** At most 1,000 UTF-16 units of what it says, as it says it: escape it before it is printed. */
  readonly message: string
  /** Its code, where it has one. */
  readonly code: string | undefined
}

/** An event that a consumer has failed on for good. */
export interface LoggedDeadLetter<Event extends TradewireEvent = TradewireEvent> {
  /** Which consumer. */
  readonly consumer: string
  /** Where in the log the event stands. */
  readonly position: number
  /** The event; undefined if it was removed from the log since. */
  readonly event: Event | undefined
  /** How often the handler was called with it, redeliveries included. */
  readonly attempts: number
  /** When it was given up last, in milliseconds since the Unix epoch, by the clock of the log. */
  readonly failedAt: number
  /** What the attempts failed with: the newest 10, the newest last. */
  readonly errors: readonly RecordedError[]
}

/** The dead letters of the consumers of a log. */
export interface LogDeadLetters<out Schemas extends EventSchemas> {
  /**
   * Those of one consumer, or of all, by consumer and position. Events that the catalog does not know are
   * shown as they were written.
   *
   * @throws LogClosedError `LOG_CLOSED`.
   */
  list<Pattern extends '*' = '*'>(
    consumer?: string,
  ): Promise<readonly LoggedDeadLetter<EventMatching<Schemas, Pattern>>[]>
  /**
   * Gives them to their consumer again, in the order of their positions, ahead of what it has not
   * consumed; it must be running. Those that fail again stay, also with `onFailure: 'stop'`, and those whose
   * event was removed from the log. When the consumer stops or is reset, the rest stays, too. Resolves to
   * how many are no dead letters any more.
   *
   * @param position only the one at this position. Default: all of the consumer.
   * @throws ConfigurationError `CONFIGURATION` if no such consumer runs.
   * @throws ConsumerDeadlockError `WOULD_DEADLOCK` inside the handler of that consumer.
   * @throws LogReadOnlyError `LOG_READ_ONLY`, LogClosedError `LOG_CLOSED`, LogStorageError `LOG_STORAGE`.
   */
  redeliver(consumer: string, position?: number): Promise<number>
  /**
   * Forgets them, whether their consumer runs or not. Resolves to how many there were.
   *
   * @param position only the one at this position. Default: all of the consumer.
   * @throws LogReadOnlyError `LOG_READ_ONLY`, LogClosedError `LOG_CLOSED`, LogStorageError `LOG_STORAGE`.
   */
  discard(consumer: string, position?: number): Promise<number>
}
