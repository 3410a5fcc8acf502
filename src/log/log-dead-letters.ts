import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventMatching } from '../events/types.ts'

/** What an attempt of a consumer has failed with, as far as it can be written down. */
export interface RecordedError {
  readonly name: string
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
  /** How often the handler was called with it. */
  readonly attempts: number
  /** When it was given up, in milliseconds since the Unix epoch. */
  readonly failedAt: number
  /** What the attempts failed with: the newest 10, the newest last. */
  readonly errors: readonly RecordedError[]
}

/** The dead letters of the consumers of a log. */
export interface LogDeadLetters<out Schemas extends EventSchemas> {
  /** Those of one consumer, or of all, by consumer and position. */
  list<Pattern extends '*' = '*'>(
    consumer?: string,
  ): Promise<readonly LoggedDeadLetter<EventMatching<Schemas, Pattern>>[]>
  /**
   * Gives them to their consumer again, in the order of their positions, ahead of what it has not
   * consumed; it must be running. Those that fail again stay. Resolves to how many are no dead letters any
   * more.
   *
   * @param position only the one at this position. Default: all of the consumer.
   * @throws ConfigurationError `CONFIGURATION` if no such consumer runs.
   */
  redeliver(consumer: string, position?: number): Promise<number>
  /** Forgets them. Resolves to how many there were. */
  discard(consumer: string, position?: number): Promise<number>
}
