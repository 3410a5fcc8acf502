import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, SimulatedClock, SystemClock } from 'tradewire'
import { type EventLog, type LogStore, openLog, openStore } from 'tradewire/log'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { SqliteFile } from '../../src/log/sqlite-file.ts'
import { nextTurn } from '../../src/time/turn.ts'
import { logCatalog } from '../support/logged-events.ts'

export type ModelLog = EventLog<typeof logCatalog.schemas>

/** Where the log of one program lives. */
export interface ModelHome {
  /** What the age of events is told by. */
  readonly clock: Pick<Clock, 'now'>
  open(): Promise<ModelLog>
  /** Waits for something that may need time. */
  drive<Value>(promise: Promise<Value>): Promise<Value>
  /** From now on, what is open is as good as killed; `open` finds what that has left behind. */
  crash(): void
  /** Releases everything. */
  end(): Promise<void>
}

/** Records in memory that outlive the logs on them; calls of a log that was killed are never answered. */
export class MemoryHome implements ModelHome {
  readonly clock = new SimulatedClock({ start: 50_000 })
  readonly #store = new MemoryStore()
  #kill = (): void => {}

  open(): Promise<ModelLog> {
    const { store, kill } = killable(this.store())
    this.#kill = kill
    return openStore(store, { catalog: logCatalog, clock: this.clock, onError: () => {} })
  }

  protected store(): LogStore | SqliteFile {
    return this.#store
  }

  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { settled: false }
    const end = (): void => void (state.settled = true)
    promise.then(end, end)
    for (let rounds = 0; !state.settled && rounds < 10_000; rounds += 1) {
      await this.clock.advanceBy(1)
    }
    if (!state.settled) throw new Error('Something does not end, however much time passes.')
    return promise
  }

  crash(): void {
    this.#kill()
  }

  async end(): Promise<void> {}
}

/** Nothing is asked any more of a home that was killed, and nothing that it was asked is answered. */
function killable(store: LogStore | SqliteFile): { readonly store: LogStore; kill(): void } {
  let killed = false
  const never = new Promise<never>(() => {})
  const proxy = new Proxy(store as LogStore, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const method = value as (...values: unknown[]) => unknown
      return async (...values: unknown[]) => {
        // A request takes a while to get there, and those before it get there first.
        for (let tick = 0; tick < 8; tick += 1) await Promise.resolve()
        if (killed) return never
        const answer = await method.apply(target, values)
        // What was done may have been done without anybody hearing of it.
        return killed ? never : answer
      }
    },
  })
  return { store: proxy, kill: () => void (killed = true) }
}

/** A real clock that shows a time of our own. */
function shifted(now: number): Clock {
  const clock = new SystemClock()
  return {
    deterministic: false,
    now: () => now,
    monotonic: () => clock.monotonic(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    sleep: (delayMs) => clock.sleep(delayMs),
  }
}

/** Files of a program; after a crash there is a copy of what was of the one before at that moment. */
class Files {
  readonly #directory: string
  #count = 0

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory)
  }

  get path(): string {
    return join(this.#directory, `log-${this.#count}.db`)
  }

  /** What a process leaves that is killed: what it has given to the operating system by then. */
  crash(): void {
    const before = this.path
    this.#count += 1
    // The file itself only changes at checkpoints, for which programs are too short.
    for (const part of ['', '-wal']) snapshot(`${before}${part}`, `${this.path}${part}`)
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** A file, written by a thread of its own: a crash comes at any time of a commit. */
export class SqliteHome implements ModelHome {
  readonly clock = shifted(50_000)
  readonly #files: Files
  #log: ModelLog | undefined = undefined
  readonly #closing: Promise<void>[] = []

  constructor(directory: string) {
    this.#files = new Files(directory)
  }

  async open(): Promise<ModelLog> {
    await Promise.all(this.#closing)
    this.#log = await openLog(this.#files.path, {
      catalog: logCatalog,
      clock: this.clock,
      onError: () => {},
    })
    return this.#log
  }

  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    return promise
  }

  crash(): void {
    this.#files.crash()
    this.#closing.push(this.#log!.close().catch(() => {}))
  }

  async end(): Promise<void> {
    await this.#log?.close().catch(() => {})
    await Promise.all(this.#closing)
    this.#files.remove()
  }
}

/** The same without a thread, which takes long to start: a crash comes between two calls of the home. */
export class SqliteHereHome extends MemoryHome {
  readonly #files: Files
  #file: SqliteFile | undefined = undefined

  constructor(directory: string) {
    super()
    this.#files = new Files(directory)
  }

  protected override store(): LogStore | SqliteFile {
    this.#file = new SqliteFile({ path: this.#files.path, readOnly: false, repair: false })
    return this.#file
  }

  override crash(): void {
    super.crash()
    this.#files.crash()
    this.#file!.close()
  }

  override async end(): Promise<void> {
    this.#file?.close()
    this.#files.remove()
  }
}

/** Copies a file that only grows, as it is at one moment. */
function snapshot(from: string, to: string): void {
  const file = openSync(from, 'r')
  try {
    const bytes = Buffer.alloc(fstatSync(file).size)
    readSync(file, bytes, 0, bytes.length, 0)
    writeFileSync(to, bytes)
  } finally {
    closeSync(file)
  }
}

/** Lets go on what can. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn()
}
