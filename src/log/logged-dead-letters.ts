import { requireInteger, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { entryAt, lettersOf, textOf } from './dead-letter-notes.ts'
import { LogClosedError, LogReadOnlyError } from './errors.ts'
import type { ConsumedLog, LogConsumer } from './log-consumer.ts'
import type { LoggedDeadLetter } from './log-dead-letters.ts'
import type { LogStore } from './store.ts'

/** What the dead letters of a log need. */
export interface DeadLetterHost {
  readonly log: ConsumedLog
  readonly store: LogStore
  readonly readOnly: boolean
  /** The consumers that run, by name. */
  readonly running: ReadonlyMap<string, LogConsumer | undefined>
}

/** The dead letters of all consumers of a log. */
export class LoggedDeadLetters {
  readonly #host: DeadLetterHost

  constructor(host: DeadLetterHost) {
    this.#host = host
  }

  async list(consumer?: string): Promise<readonly LoggedDeadLetter[]> {
    this.#requireOpen('list')
    if (consumer !== undefined) requireText('consumer', consumer)
    const letters: LoggedDeadLetter[] = []
    for (const note of await lettersOf(this.#host.store, consumer)) {
      this.#requireOpen('list')
      const { name, number: position } = note
      const { attempts, failedAt, errors } = textOf(note)
      // What the catalog does not know is shown nevertheless: nobody could find it otherwise.
      const entry = await entryAt(this.#host.log, position, 'keep')
      letters.push({ consumer: name, position, event: entry?.event, attempts, failedAt, errors })
    }
    return letters
  }

  async redeliver(consumer: string, position?: number): Promise<number> {
    this.#requireArguments('redeliver', consumer, position)
    const running = this.#host.running.get(consumer)
    if (running === undefined || !running.running) {
      throw new ConfigurationError(
        `Dead letters go to their consumer, and ${JSON.stringify(consumer)} does not run. Start it with log.consume first.`,
      )
    }
    return running.redeliver(position)
  }

  async discard(consumer: string, position?: number): Promise<number> {
    this.#requireArguments('discard', consumer, position)
    const { store } = this.#host
    const letters = await lettersOf(store, consumer, position)
    if (letters.length > 0) await store.writeNotes([], letters)
    return letters.length
  }

  #requireArguments(method: string, consumer: string, position: number | undefined): void {
    this.#requireOpen(method)
    if (this.#host.readOnly) throw new LogReadOnlyError(`deadLetters.${method}`)
    requireText('consumer', consumer)
    if (position !== undefined) requireInteger('position', position, 1)
  }

  #requireOpen(method: string): void {
    if (this.#host.log.closed) throw new LogClosedError(`deadLetters.${method}`)
  }
}
