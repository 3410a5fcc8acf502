import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Consumer, ConsumeHandler, ConsumeOptions } from './consumer-options.ts'
import { type ConsumerSettings, toConsumerSettings } from './consumer-settings.ts'
import { tellTrouble } from './consumer-trouble.ts'
import { ConsumerBusyError, EventsRemovedError, LogClosedError } from './errors.ts'
import { type ConsumerHost, LogConsumer, notAwaitedInside } from './log-consumer.ts'
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
      const removed = await this.#host.store.removedThrough(settings.patterns)
      this.#requireOpen(name)
      const ended = (): void => void this.#running.delete(name)
      const plan = { name, handler, settings, position, ended }
      const consumer = new LogConsumer(this.#host, plan)
      this.#running.set(name, consumer)
      if (removed > position) this.#tellRemoved(name, position, removed)
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

  /** Events were removed from the log. */
  removed(): void {
    for (const consumer of this.#started()) consumer.removed()
  }

  /** Stops all of them, and starts none any more. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#started().map((consumer) => consumer.end()))
  }

  /** `closing`, unless this is called inside a handler that it waits for. */
  notAwaitedInside(closing: Promise<void>): Promise<void> {
    return notAwaitedInside(this.#started(), 'close', closing)
  }

  /** Where it goes on. One that has never run begins where it is told to, and that is written down. */
  async #positionOf(name: string, { from, pattern }: ConsumerSettings): Promise<number> {
    const { store } = this.#host
    const key = { kind: 'consumer', name, number: 0 } as const
    const note = await store.noteUpTo(key)
    if (note !== undefined) return positionOfSame(note, pattern)
    const position = from === 'end' ? await store.last() : from - 1
    this.#requireOpen(name)
    await store.writeNotes([{ ...key, text: JSON.stringify({ position, pattern }) }], [])
    return position
  }

  #started(): readonly LogConsumer[] {
    return [...this.#running.values()].filter((consumer) => consumer !== undefined)
  }

  #tellRemoved(consumer: string, after: number, through: number): void {
    const message = `The consumer ${JSON.stringify(consumer)} begins behind position ${after}, but events of its pattern are gone up to position ${through}: it does not get those that it has not consumed. It goes on with what is left.`
    const error = new EventsRemovedError(message, after, through)
    tellTrouble(this.#host.onError, error, { consumer, kind: 'removed', position: through })
  }

  #requireOpen(name: string): void {
    if (this.#closed) throw new LogClosedError(`consume ${JSON.stringify(name)}`)
  }
}

type Pattern = string | readonly string[]

/** @throws ConfigurationError `CONFIGURATION` if the note is of a consumer of other events. */
function positionOfSame(note: Note, pattern: Pattern): number {
  const before = JSON.parse(note.text) as { readonly position: number; readonly pattern: Pattern }
  const { position } = before
  if (patternsOf(before.pattern) === patternsOf(pattern)) return position
  throw new ConfigurationError(
    `The consumer ${JSON.stringify(note.name)} has come to position ${position} with the pattern ${patternsOf(before.pattern)}, and was not given the other events of ${patternsOf(pattern)} before. Give the new one another name: with { from: ${position + 1} } it goes on from there, without it begins at the first event.`,
  )
}

/** The same for lists that cover the same by the same patterns. */
function patternsOf(pattern: Pattern): string {
  const list = [...new Set([pattern].flat())].toSorted()
  const all = list.some((one) => one === '*' || one === '**')
  return JSON.stringify(all ? ['*'] : list)
}

function positionIn(note: Note): number {
  return (JSON.parse(note.text) as { readonly position: number }).position
}
