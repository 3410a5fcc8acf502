import type { Consumer, ConsumeHandler, ConsumeOptions } from './consumer-options.ts'
import { type ConsumerSettings, toConsumerSettings } from './consumer-settings.ts'
import { ConsumerBusyError, LogClosedError } from './errors.ts'
import { type ConsumerHost, LogConsumer } from './log-consumer.ts'
import type { LogDeadLetters } from './log-dead-letters.ts'
import type { LogStats } from './log-stats.ts'
import { LoggedDeadLetters } from './logged-dead-letters.ts'
import type { Note } from './store.ts'

/** What the consumers of a log are made of. */
export interface ConsumersHost extends ConsumerHost {
  readonly readOnly: boolean
}

/** The consumers of a log: those that run, and the cursors of those that do not. */
export class Consumers {
  /** What they have failed on for good. */
  readonly deadLetters: LogDeadLetters<never>
  readonly #host: ConsumersHost
  /** Those that run, or are being stopped, by name; undefined while one is being started. */
  readonly #running = new Map<string, LogConsumer | undefined>()
  #closed = false

  constructor(host: ConsumersHost) {
    this.#host = host
    const letters = new LoggedDeadLetters({ ...host, running: this.#running })
    // What the events of the log are is for its own type to say.
    this.deadLetters = letters as unknown as LogDeadLetters<never>
  }

  /** Starts one, on a log that may be written. See `EventLog.consume`. */
  async consume(
    name: string,
    handler: ConsumeHandler,
    options: ConsumeOptions = {},
  ): Promise<Consumer> {
    this.#requireOpen(name)
    const settings = toConsumerSettings(name, handler, options, this.#host.log.catalog)
    if (this.#running.has(name)) throw new ConsumerBusyError(name)
    this.#running.set(name, undefined)
    try {
      const position = await this.#positionOf(name, settings)
      this.#requireOpen(name)
      const ended = (): void => void this.#running.delete(name)
      const plan = { name, handler, settings, position, ended }
      const consumer = new LogConsumer(this.#host, plan)
      this.#running.set(name, consumer)
      return consumer
    } catch (error) {
      this.#running.delete(name)
      throw error
    }
  }

  /** How far each has come that ever ran, and whether it runs, by name. */
  async list(): Promise<LogStats['consumers']> {
    const notes = await this.#host.store.notes('consumer')
    return notes.map((note) => {
      const { name } = note
      const consumer = this.#running.get(name)
      if (consumer === undefined) return { name, position: positionIn(note), running: false }
      return { name, position: consumer.position, running: consumer.running }
    })
  }

  /** Stops all of them, and starts none any more. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#running.values()].map(async (consumer) => consumer?.stop()))
  }

  /** Where it goes on. One that has never run begins where it is told to, and that is written down. */
  async #positionOf(name: string, { from, pattern }: ConsumerSettings): Promise<number> {
    const { store } = this.#host
    const key = { kind: 'consumer', name, number: 0 } as const
    const note = await store.noteUpTo(key)
    if (note !== undefined) return positionIn(note)
    const position = from === 'end' ? await store.last() : from - 1
    this.#requireOpen(name)
    await store.writeNotes([{ ...key, text: JSON.stringify({ position, pattern }) }], [])
    return position
  }

  #requireOpen(name: string): void {
    if (this.#closed) throw new LogClosedError(`consume ${JSON.stringify(name)}`)
  }
}

function positionIn(note: Note): number {
  return (JSON.parse(note.text) as { readonly position: number }).position
}
