import { Worker } from 'node:worker_threads'
import { LogClosedError, LogStorageError } from './errors.ts'
import type { SqliteOptions } from './sqlite-file.ts'
import { toParcel } from './sqlite-parcel.ts'
import { fromWire, type WireAnswer, type WireMethod, type WireRequest } from './sqlite-wire.ts'
import type {
  CutQuery,
  LogStore,
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

/** Someone who waits for an answer. */
interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** The file of the thread ends as this one does, in the sources and when it is compiled. */
const workerUrl = new URL(`./sqlite-worker${import.meta.url.slice(-3)}`, import.meta.url)

/**
 * A log in an SQLite file, as a thread of its own has it, so that no commit holds up this one. While
 * nothing is under way, the thread does not keep the process alive.
 */
export class SqliteStore implements LogStore {
  readonly readOnly: boolean
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #exited: Promise<void>
  #sent = 0
  /** Why there are no more answers, once that is so. */
  #ended: Error | undefined = undefined

  constructor(options: SqliteOptions) {
    this.readOnly = options.readOnly
    this.#worker = new Worker(workerUrl, { workerData: options, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', this.#settle)
    this.#worker.on('messageerror', (error) => {
      this.#fail(error)
      void this.#worker.terminate()
    })
    this.#worker.on('error', this.#fail)
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(undefined)
        resolve()
      })
    })
  }

  open(): Promise<number> {
    return this.#ask<number>('open').catch(async (error: unknown) => {
      this.#ended ??= new LogClosedError('The log was not opened')
      await this.#exit()
      throw error
    })
  }

  append(events: readonly StoredEvent[], options: StoreAppend): Promise<readonly number[]> {
    return this.#ask('append', toParcel(events), options)
  }

  page(query: PageQuery): Promise<Page> {
    return this.#ask('page', query)
  }

  last(): Promise<number> {
    return this.#ask('last')
  }

  notes(kind: NoteKind, name?: string): Promise<readonly Note[]> {
    return this.#ask('notes', kind, name)
  }

  noteUpTo(key: NoteKey): Promise<Note | undefined> {
    return this.#ask('noteUpTo', key)
  }

  writeNotes(put: readonly Note[], remove: readonly NoteKey[]): Promise<void> {
    return this.#ask('writeNotes', put, remove)
  }

  cut(query: CutQuery): Promise<number> {
    return this.#ask('cut', query)
  }

  remove(query: RemovalQuery): Promise<{ readonly removed: number; readonly done: boolean }> {
    return this.#ask('remove', query)
  }

  countAfter(position: number, patterns: readonly string[] | undefined): Promise<number> {
    return this.#ask('countAfter', position, patterns)
  }

  removedThrough(patterns: readonly string[] | undefined): Promise<number> {
    return this.#ask('removedThrough', patterns)
  }

  stats(): Promise<StoreStats> {
    return this.#ask('stats')
  }

  verify(position: number, through: number): Promise<VerifyStep> {
    return this.#ask('verify', position, through)
  }

  async close(): Promise<void> {
    try {
      await this.#ask<undefined>('close')
      // The end of the thread may be heard of before its answer.
      this.#ended = new LogClosedError('The storage of the log was not asked')
    } finally {
      this.#ended ??= new LogClosedError('The storage of the log was not asked')
      await this.#exit()
    }
  }

  /** Resolves once the thread has come to its end, which nobody hurries: it may hold a file. */
  async #exit(): Promise<void> {
    this.#worker.ref()
    await this.#exited
  }

  #ask<Result>(method: WireMethod, ...values: readonly unknown[]): Promise<Result> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#sent += 1
    const request: WireRequest = { id: this.#sent, method, values }
    return new Promise<Result>((resolve, reject) => {
      this.#worker.postMessage(request, [])
      this.#waiting.set(request.id, { resolve, reject })
      this.#worker.ref()
    })
  }

  readonly #settle = (answer: WireAnswer): void => {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('error' in answer) waiting?.reject(fromWire(answer.error))
    else waiting?.resolve(answer.value as never)
  }

  readonly #fail = (cause: unknown): void => {
    this.#ended ??= new LogStorageError(
      'The thread that has the log file has ended. What was not acknowledged may be missing; open the log again.',
      { cause },
    )
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}
