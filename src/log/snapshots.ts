import { requireInteger, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { LogClosedError, LogReadOnlyError } from './errors.ts'
import type { LogStore } from './store.ts'

/** What a projection was at a position of the log. */
export interface Snapshot {
  /** It holds what follows from the events up to this position, this one included. */
  readonly position: number
  /** What was saved. */
  readonly text: string
}

/**
 * Small texts that are kept in the log beside the events, by name and position, so that a projection
 * need not begin at the first event again. They are encrypted where the log is, and `retain` leaves them alone.
 *
 * `project` names its own after the reducer and its version, as in `positions@2`.
 */
export interface LogSnapshots {
  /**
   * The newest of this name at or before a position; undefined if there is none.
   *
   * @param upTo a whole number from 0. Default: the newest of all.
   * @throws LogClosedError `LOG_CLOSED`.
   */
  latest(name: string, upTo?: number): Promise<Snapshot | undefined>
  /**
   * Keeps one, in the place of what was kept for this name and position; resolves once that is durable.
   * Of each name the 10 with the highest positions are kept: an older one goes, and one that is older
   * than 10 others is not kept at all.
   *
   * @param position a whole number from 1.
   * @throws ConfigurationError `CONFIGURATION` if an argument is malformed.
   * @throws LogReadOnlyError `LOG_READ_ONLY`, LogStorageError `LOG_STORAGE`, LogClosedError `LOG_CLOSED`.
   */
  save(name: string, position: number, text: string): Promise<void>
  /** The positions of those of this name, in order. */
  list(name: string): Promise<readonly number[]>
  /** Forgets all of this name. Resolves to how many there were. */
  discard(name: string): Promise<number>
}

/** What snapshots need of the log that they are kept in. */
export interface SnapshotHost {
  readonly log: { readonly closed: boolean; readonly readOnly: boolean }
  readonly store: Pick<LogStore, 'notes' | 'noteUpTo' | 'writeNotes'>
}

const mostKept = 10

/** {@link LogSnapshots} as notes of a home. */
export class StoredSnapshots implements LogSnapshots {
  readonly #host: SnapshotHost
  /** The positions of each name that was saved, in order; so that a save need not read what is kept. */
  readonly #positions = new Map<string, Promise<number[]>>()

  constructor(host: SnapshotHost) {
    this.#host = host
  }

  async latest(
    name: string,
    upTo: number = Number.MAX_SAFE_INTEGER,
  ): Promise<Snapshot | undefined> {
    this.#requireOpen('latest', name)
    requireInteger('upTo', upTo, 0)
    const note = await this.#host.store.noteUpTo({ kind: 'snapshot', name, number: upTo })
    return note === undefined ? undefined : { position: note.number, text: note.text }
  }

  async save(name: string, position: number, text: string): Promise<void> {
    this.#requireWritable('save', name)
    requireInteger('position', position, 1)
    if (typeof text !== 'string')
      throw new ConfigurationError('The text of a snapshot must be a string.')
    const positions = await this.#positionsOf(name)
    if (!positions.includes(position)) positions.push(position)
    positions.sort((one, other) => one - other)
    const gone = positions.splice(0, positions.length - mostKept)
    const put = gone.includes(position)
      ? []
      : [{ kind: 'snapshot' as const, name, number: position, text }]
    const remove = gone.map((number) => ({ kind: 'snapshot' as const, name, number }))
    await this.#write('save', name, () => this.#host.store.writeNotes(put, remove))
  }

  async list(name: string): Promise<readonly number[]> {
    this.#requireOpen('list', name)
    const notes = await this.#host.store.notes('snapshot', name)
    return notes.map((note) => note.number)
  }

  async discard(name: string): Promise<number> {
    this.#requireWritable('discard', name)
    const positions = await this.#positionsOf(name)
    const remove = positions
      .splice(0)
      .map((number) => ({ kind: 'snapshot' as const, name, number }))
    await this.#write('discard', name, () => this.#host.store.writeNotes([], remove))
    return remove.length
  }

  #positionsOf(name: string): Promise<number[]> {
    const known = this.#positions.get(name)
    if (known !== undefined) return known
    const read = this.list(name).then((positions) => [...positions])
    this.#positions.set(name, read)
    read.catch(() => this.#positions.delete(name))
    return read
  }

  /** What the home has after a write that failed is not known: it is read again. */
  async #write(what: string, name: string, write: () => Promise<void>): Promise<void> {
    try {
      // It may have been closed since.
      this.#requireWritable(what, name)
      await write()
    } catch (error) {
      this.#positions.delete(name)
      throw error
    }
  }

  #requireWritable(what: string, name: string): void {
    this.#requireOpen(what, name)
    if (this.#host.log.readOnly) throw new LogReadOnlyError(`snapshots.${what}`)
  }

  #requireOpen(what: string, name: string): void {
    if (this.#host.log.closed) throw new LogClosedError(`snapshots.${what}`)
    requireText('The name of a snapshot', name)
  }
}
