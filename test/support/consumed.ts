import { SimulatedClock } from 'tradewire'
import { type EventLog, LogStorageError, type Note, type NoteKey, openStore } from 'tradewire/log'
import type { ConsumerTrouble } from '../../src/log/consumer-trouble.ts'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { rest } from './buses.ts'
import { eventMaker, logCatalog } from './logged-events.ts'

/** A log of the test catalog. */
export type NotedLog = EventLog<typeof logCatalog.schemas>

/** A home in memory that counts, refuses and holds up what is kept beside the events. */
export class NoteStore extends MemoryStore {
  /** How often notes were written, or were to be. */
  writes = 0
  /** So many of the next writes are refused. */
  refusals = 0
  /** So many of the next other questions are refused: last, countAfter, notes. */
  silences = 0
  #gate: PromiseWithResolvers<void> | undefined = undefined

  /** Writes wait from now on. */
  hold(): void {
    this.#gate = Promise.withResolvers()
  }

  /** Those that wait go on, and none waits any more. */
  release(): void {
    this.#gate?.resolve()
    this.#gate = undefined
  }

  override async writeNotes(put: readonly Note[], remove: readonly NoteKey[]): Promise<void> {
    this.writes += 1
    await this.#gate?.promise
    if (this.refusals > 0) {
      this.refusals -= 1
      throw new LogStorageError('The disk is full: made up by a test.')
    }
    await super.writeNotes(put, remove)
  }

  override async last(): Promise<number> {
    if (this.silences > 0) {
      this.silences -= 1
      throw new LogStorageError('The disk cannot be read: made up by a test.')
    }
    return super.last()
  }

  /** How far a consumer has come, as it is written down. */
  async cursor(name: string): Promise<number | undefined> {
    const note = await this.noteUpTo({ kind: 'consumer', name, number: 0 })
    if (note === undefined) return undefined
    return (JSON.parse(note.text) as { readonly position: number }).position
  }
}

/** A home that can be killed like a process: then nothing that was asked of it is answered any more. */
export function killable(store: NoteStore): { readonly store: NoteStore; kill(): void } {
  let killed = false
  const proxy = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const method = value as (...values: unknown[]) => unknown
      return (...values: unknown[]) =>
        killed ? new Promise(() => {}) : method.apply(target, values)
    },
  })
  return { store: proxy, kill: () => void (killed = true) }
}

/** A log in memory on a clock that stands, what its events are made with, and its home. */
export async function noted(store = new NoteStore()) {
  const clock = new SimulatedClock({ start: 5_000 })
  /** What `onError` was told. */
  const troubles: (readonly [Error, ConsumerTrouble])[] = []
  const log: NotedLog = await openStore(store, {
    catalog: logCatalog,
    clock,
    onError: (error, trouble) => troubles.push([error, trouble]),
  })
  const maker = eventMaker()
  /** Appends a note for each letter but `!`, which is an alarm. */
  const append = async (letters: string): Promise<void> => {
    for (const letter of letters) {
      const event = letter === '!' ? maker.alarm(letter) : maker.note(letter)
      await log.append(event, { durability: 'each' })
    }
  }
  return { log, store, clock, maker, append, troubles }
}

/** Lets everything that could go on without time go on. */
export async function settle(): Promise<void> {
  await rest()
  await rest()
}
