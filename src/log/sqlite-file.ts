import { LogDamagedError, LogStorageError } from './errors.ts'
import type { EncryptionOptions } from './sealing.ts'
import { positionsOf, RecordBatch } from './sqlite-append.ts'
import type { Connection } from './sqlite-connection.ts'
import { countOf, Directory, type Head } from './sqlite-directory.ts'
import { isCorruption, toLogError } from './sqlite-fault.ts'
import { LaneGate } from './sqlite-lanes.ts'
import { Notes } from './sqlite-notes.ts'
import {
  createFile,
  openReader,
  openWriter,
  requireNoSecrets,
  requireReadableWal,
  requireSameKeys,
  requireWal,
  requireWritable,
} from './sqlite-open.ts'
import { ordinalUpTo } from './sqlite-order.ts'
import { type PageSource, readPage } from './sqlite-pages.ts'
import { requireEnd, removeAfter } from './sqlite-recovery.ts'
import { removedThrough } from './sqlite-removed.ts'
import { cutOf, removeSome } from './sqlite-retention.ts'
import { SealedBatches } from './sqlite-sealed.ts'
import { verifySome } from './sqlite-verify.ts'
import type {
  CutQuery,
  Durability,
  Note,
  NoteKey,
  NoteKind,
  Page,
  PageQuery,
  RemovalQuery,
  StoreAppend,
  StoredEvent,
  StoreStats,
  VerifyStep,
} from './store.ts'
import { logPath } from './log-path.ts'
import { acquireWriterLock, type WriterLock } from './writer-lock.ts'

/** How a log file is opened. */
export interface SqliteOptions {
  readonly path: string
  readonly readOnly: boolean
  /** Whether to cut off what lies behind damage in the write-ahead log. */
  readonly repair: boolean
  readonly encryption?: EncryptionOptions
}

/** What there is while the file can be used. */
interface Opened {
  readonly connection: Connection
  directory: Directory
  readonly notes: Notes
}

/** A log in an SQLite file: what `LogStore` asks for, synchronously. */
export class SqliteFile {
  readonly #options: SqliteOptions
  readonly #sealed: SealedBatches
  readonly #lanes = new LaneGate()
  #path: string
  #lock: WriterLock | undefined = undefined
  #opened: Opened | undefined = undefined
  /** The last position that was acknowledged, or found when it was opened. */
  #last = 0
  /** Whether a commit has failed, and what it has left behind is not yet known or removed. */
  #doubtful = false
  /** What SQLite calls the state of the file that `#opened` has seen; only readers look. */
  #version = -1
  #synchronous: 'FULL' | 'NORMAL' = 'FULL'

  constructor(options: SqliteOptions) {
    this.#options = options
    this.#path = options.path
    this.#sealed = new SealedBatches(options.encryption)
  }

  get readOnly(): boolean {
    return this.#options.readOnly
  }

  open(): number {
    return this.#told('The log was not opened', () => {
      try {
        if (this.readOnly) this.#openReader()
        else this.#openWriter()
        return this.#last
      } catch (error) {
        this.#release()
        throw error
      }
    })
  }

  append(events: readonly StoredEvent[], { durability, lane }: StoreAppend): number[] {
    return this.#told('Nothing was appended', () =>
      this.#lanes.pass(lane, () => this.#append(events, durability)),
    )
  }

  page(query: PageQuery): Page {
    return this.#read('Nothing was read', (source) => pageBeforeDamage(source, query))
  }

  last(): number {
    return this.#read('The last position was not read', ({ last }) => last)
  }

  notes(kind: NoteKind, name?: string): readonly Note[] {
    return this.#read('No notes were read', () => this.#opened!.notes.list(kind, name))
  }

  noteUpTo(key: NoteKey): Note | undefined {
    return this.#read('No note was read', () => this.#opened!.notes.upTo(key))
  }

  writeNotes(put: readonly Note[], remove: readonly NoteKey[]): void {
    this.#told('No notes were written', () =>
      this.#commit('group', ({ notes }) => notes.write(put, remove)),
    )
  }

  cut(query: CutQuery): number {
    return this.#read('Nothing was counted', (source) => cutOf(source, query))
  }

  remove(query: RemovalQuery): { readonly removed: number; readonly done: boolean } {
    // A power cut may bring back what was removed: it goes again with the next call.
    return this.#told('Nothing was removed', () =>
      this.#commit('lazy', (opened) => removeSome(this.#source(opened), query)),
    )
  }

  countAfter(position: number, patterns: readonly string[] | undefined): number {
    return this.#read('Nothing was counted', ({ connection, directory }) =>
      directory
        .covered(patterns)
        .reduce((sum, type) => sum + type.appended - ordinalUpTo(connection, type, position), 0),
    )
  }

  removedThrough(patterns: readonly string[] | undefined): number {
    return this.#read('Nothing was looked up', (source) => removedThrough(source, patterns))
  }

  stats(): StoreStats {
    return this.#read('There are no stats', ({ connection, directory, last }) => {
      const end = (order: string) =>
        connection
          .statement(`SELECT position, timestamp FROM records ORDER BY position ${order} LIMIT 1`)
          .first()
      const [first, newest] = [end('ASC'), end('DESC')]
      const pages = connection.number('PRAGMA page_count')
      return {
        events: directory.events,
        first: Number(first?.[0] ?? 0),
        last,
        firstTimestamp: first === undefined ? undefined : Number(first[1]),
        lastTimestamp: newest === undefined ? undefined : Number(newest[1]),
        bytes: pages * connection.number('PRAGMA page_size'),
        deadLetters: connection.number("SELECT count(*) FROM notes WHERE kind = 'dead-letter'"),
        types: directory.types
          .map((type) => ({ type: type.name, events: countOf([type]) }))
          .filter(({ events }) => events > 0)
          .toSorted((left, right) => (left.type < right.type ? -1 : 1)),
      }
    })
  }

  verify(position: number, through: number): VerifyStep {
    return this.#read('Nothing was verified', (source) => verifySome(source, position, through))
  }

  close(): void {
    this.#told('The log was not closed', () => this.#release())
  }

  #openWriter(): void {
    requireWritable(this.#path)
    this.#lock = acquireWriterLock(this.#path)
    this.#path = this.#lock.path
    createFile(this.#path, this.#options.repair)
    requireWal(this.#path, this.#options.repair)
    const { connection, directory } = this.#connect()
    if (this.#sealed.encrypts) requireSameKeys(connection, directory.head.log, this.#sealed)
    else requireNoSecrets(connection)
    this.#last = directory.head.last
    requireEnd({ connection, directory, sealed: this.#sealed, last: this.#last })
  }

  #openReader(): void {
    this.#path = logPath(this.#path)
    requireReadableWal(this.#path)
    // A damaged end is no reason to refuse what is before it: reads and verify tell of it.
    this.#last = this.#connect().directory.head.last
  }

  #connect(): Opened {
    const connection = this.readOnly ? openReader(this.#path) : openWriter(this.#path)
    try {
      const directory = new Directory(connection)
      const notes = new Notes(connection, this.#sealed, directory.head.log)
      this.#opened = { connection, directory, notes }
      this.#synchronous = 'FULL'
      return this.#opened
    } catch (error) {
      connection.close()
      throw error
    }
  }

  #append(events: readonly StoredEvent[], durability: Durability): number[] {
    if (this.#doubtful) this.#recover()
    const { last } = this.#connected().directory.head
    const positions = positionsOf(events, last)
    return this.#commit(
      durability,
      ({ connection, directory }) => {
        new RecordBatch(connection, directory).write(events, positions, this.#sealed)
        return positions
      },
      positions.at(-1) ?? last,
    )
  }

  /**
   * Runs `work` in a transaction, which is durable when this returns.
   *
   * @param last the last position that there will be, where it changes.
   */
  #commit<Result>(durability: Durability, work: (opened: Opened) => Result, last?: number): Result {
    if (this.#doubtful) this.#recover()
    const opened = this.#connected()
    this.#setSynchronous(opened.connection, durability === 'lazy' ? 'NORMAL' : 'FULL')
    let result: { readonly value: Result } | undefined
    try {
      opened.connection.transaction('IMMEDIATE', () => {
        result = { value: work(opened) }
      })
    } catch (error) {
      this.#doubtful = true
      // What was to be written has changed what is known of the file: it is read anew in any case.
      const arrived = this.#arrived(opened.directory.head)
      // It may have come to the disk all the same: then it is as good as committed.
      if (result === undefined || last === undefined || !arrived) throw error
    }
    this.#last = last ?? this.#last
    return result!.value
  }

  /** Whether the file, opened anew and synced, ends with this record. */
  #arrived({ last, hash }: Head): boolean {
    try {
      this.#reopen()
    } catch {
      return false
    }
    const { head } = this.#connected().directory
    if (head.last !== last || head.hash !== hash) return false
    this.#doubtful = false
    return true
  }

  /** Makes sure that the file holds what was acknowledged, synced, and nothing else. */
  #recover(): void {
    this.#reopen()
    const { connection, directory } = this.#connected()
    if (directory.head.last > this.#last) {
      try {
        connection.transaction('IMMEDIATE', () => removeAfter(connection, directory, this.#last))
      } catch (error) {
        this.#forget()
        throw error
      }
    }
    this.#doubtful = false
  }

  /**
   * Opens the file anew, and brings all that its write-ahead log holds into it, synced: after a failed
   * sync, what is not written again counts as lost, whatever a second sync of it says.
   */
  #reopen(): void {
    this.#forget()
    const { connection } = this.#connect()
    const row = connection.statement('PRAGMA wal_checkpoint(TRUNCATE)').first()
    const [busy, pages, moved] = (row ?? [1, 0, -1]) as [number, number, number]
    if (busy === 0 || pages === moved) return
    throw new LogStorageError(
      'Somebody reads the log, so that its pages cannot be synced anew. It is tried again.',
    )
  }

  /** Closes the file; it is opened again by whoever needs it next. */
  #forget(): void {
    const opened = this.#opened
    this.#opened = undefined
    this.#sealed.clear()
    opened?.connection.close()
  }

  #setSynchronous(connection: Connection, mode: 'FULL' | 'NORMAL'): void {
    if (this.#synchronous === mode) return
    connection.exec(`PRAGMA synchronous = ${mode}`)
    this.#synchronous = mode
  }

  #connected(): Opened {
    if (this.#opened !== undefined) return this.#opened
    return this.#connect()
  }

  #source({ connection, directory }: Opened): PageSource {
    return { connection, directory, sealed: this.#sealed, last: this.#last }
  }

  /** Reads what there is at one moment. */
  #read<Result>(what: string, work: (source: PageSource) => Result): Result {
    return this.#told(what, () => {
      const opened = this.#connected()
      if (!this.readOnly) return work(this.#source(opened))
      return opened.connection.transaction('DEFERRED', () => {
        const version = opened.connection.number('PRAGMA data_version')
        if (version !== this.#version) {
          this.#sealed.clear()
          opened.directory = new Directory(opened.connection)
          this.#version = version
          this.#last = opened.directory.head.last
        }
        return work(this.#source(opened))
      })
    })
  }

  /** Runs `work`; what it throws is one of the errors of a log. */
  #told<Result>(what: string, work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw toLogError(error, what, this.#path)
    }
  }

  #release(): void {
    const opened = this.#opened
    this.#opened = undefined
    try {
      // The last connection brings the write-ahead log into the file, and removes it.
      opened?.connection.close()
    } finally {
      this.#lock?.release()
    }
  }
}

/** A page; if something in it is damaged, a shorter one, so that all that is before it can be read. */
function pageBeforeDamage(source: PageSource, query: PageQuery): Page {
  try {
    return readPage(source, query)
  } catch (error) {
    const damage = error instanceof LogDamagedError || isCorruption(error)
    if (!damage || query.limit === 1) throw error
    return pageBeforeDamage(source, { ...query, limit: query.limit >> 1 })
  }
}
