import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, SimulatedClock, SystemClock } from 'tradewire'
import { type EventLog, type LogStore, openLog, openStore } from 'tradewire/log'
import { MemoryStore } from '../../src/log/memory-store.ts'
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
    const { store, kill } = killable(this.#store)
    this.#kill = kill
    return openStore(store, { catalog: logCatalog, clock: this.clock })
  }

  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false
    const end = (): void => void (settled = true)
    promise.then(end, end)
    for (let rounds = 0; !settled && rounds < 10_000; rounds += 1) await this.clock.advanceBy(1)
    if (!settled) throw new Error('Something does not end, however much time passes.')
    return promise
  }

  crash(): void {
    this.#kill()
  }

  async end(): Promise<void> {}
}

function killable(store: MemoryStore): { readonly store: LogStore; kill(): void } {
  let killed = false
  const never = new Promise<never>(() => {})
  const proxy = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const method = value as (...values: unknown[]) => Promise<unknown>
      return async (...values: unknown[]) => {
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

/** A file; after a crash, a copy of what was of it at that moment. */
export class SqliteHome implements ModelHome {
  readonly clock = shifted(50_000)
  readonly #directory: string
  #file = 0
  #log: ModelLog | undefined = undefined
  readonly #closing: Promise<void>[] = []

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory)
  }

  async open(): Promise<ModelLog> {
    await Promise.all(this.#closing)
    this.#log = await openLog(this.#path(), { catalog: logCatalog, clock: this.clock })
    return this.#log
  }

  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    return promise
  }

  /** What a process leaves that is killed: what it has given to the operating system by then. */
  crash(): void {
    const before = this.#path()
    this.#file += 1
    // The file itself only changes at checkpoints, for which programs are too short.
    for (const part of ['', '-wal']) snapshot(`${before}${part}`, `${this.#path()}${part}`)
    this.#closing.push(this.#log!.close().catch(() => {}))
  }

  async end(): Promise<void> {
    await this.#log?.close().catch(() => {})
    await Promise.all(this.#closing)
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #path(): string {
    return join(this.#directory, `log-${this.#file}.db`)
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
