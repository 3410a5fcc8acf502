import { describeValue, requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type {
  EventLog,
  LogEntry,
  LoggedEvents,
  LogPatterns,
  ReadQuery,
  TailQuery,
} from './event-log.ts'
import { Folding } from './folding.ts'
import { asLoose, type ProjectedLog } from './projection.ts'
import type { Reducer } from './reducer.ts'
import { requireWhole } from './whole-pages.ts'

/** Options of `follow`. */
export interface FollowOptions<State = unknown> {
  /** Only events from this position on. A whole number from 1. Default 1. */
  readonly from?: number
  /**
   * Writes a snapshot after so many events, and when it stops; a log that is read-only gets none. A
   * whole number from 0; 0 writes none. Default 0.
   */
  readonly snapshotEvery?: number
  /** Stops it when it aborts, as `stop` does. */
  readonly signal?: AbortSignal
  /** Is called after each event, with what it has come to. What it throws stops the projection. */
  readonly onChange?: (state: State, position: number) => void
}

/** A state that follows the log as it grows. */
export interface LiveProjection<State> extends AsyncDisposable {
  /** What the events up to `position` come to. Not to be changed. */
  readonly state: State
  /** The position of the last event that it knows; before the first, the position before that. */
  readonly position: number
  /** Why the newest snapshot could not be written; undefined if it could. The next is tried nevertheless. */
  readonly snapshotFailure: unknown
  /** Resolves when it has stopped; rejects with what has stopped it, if that was not asked for. */
  readonly stopped: Promise<void>
  /**
   * Resolves once it knows the events that the log held at the time of the call.
   *
   * @throws ConfigurationError `CONFIGURATION` if it has stopped before; `cause` is what has stopped it.
   */
  caughtUp(): Promise<void>
  /** Takes no more events, writes the last snapshot, and resolves. Never rejects. */
  stop(): Promise<void>
}

/**
 * A projection that follows what is appended until it is stopped or the log is closed. It begins at the
 * newest snapshot, as `project` does, and resolves as soon as it runs: see `caughtUp`.
 *
 * When the reducer throws, it stops with a `ReducerError`, and its state stays as it was before that event.
 * When `retain` removes events that it has not come to, it stops with an `EventsRemovedError`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option or the reducer is malformed, or a snapshot cannot
 * be decoded.
 * @throws EventsRemovedError `EVENTS_REMOVED` if events of the pattern are gone that neither a snapshot
 * knows of nor `from` leaves out.
 * @example
 * ```ts
 * await using fills = await follow(log, {
 *   name: 'fills',
 *   pattern: 'order.filled',
 *   initial: () => 0,
 *   reduce: (count) => count + 1,
 * })
 * await fills.caughtUp()
 * console.log(fills.state, fills.position)
 * ```
 */
export async function follow<
  Schemas extends EventSchemas,
  const Patterns extends LogPatterns<Schemas> = '*',
  State = unknown,
>(
  log: EventLog<Schemas>,
  reducer: Reducer<LoggedEvents<Schemas, Patterns>, Patterns, State>,
  options: FollowOptions<State> = {},
): Promise<LiveProjection<State>> {
  requireFollow(options)
  const { from, snapshotEvery = 0 } = options
  // All logs are made by openLog, memoryLog and openStore, and are of the one class that can do this.
  const host = log as unknown as FollowedLog
  const folding = new Folding(host, asLoose(reducer), { from, snapshotEvery })
  await folding.restore(Number.MAX_SAFE_INTEGER, Infinity)
  requireWhole(folding.position, await host.removedThrough(folding.pattern))
  return new Following(host, folding, options)
}

/** A log as all live projections see it, whatever its catalog. */
interface FollowedLog extends ProjectedLog {
  read(query: ReadQuery): AsyncIterable<LogEntry>
  /** The same as `tail`, but ends with an `EventsRemovedError` where events of the pattern are gone. */
  tailWhole(query: TailQuery): AsyncIterable<LogEntry>
  /** The highest position at which an event that the pattern covers is gone; 0 if there is none. */
  removedThrough(pattern: string | readonly string[]): Promise<number>
}

interface Waiter {
  readonly position: number
  resolve(): void
  reject(error: Error): void
}

class Following<State> implements LiveProjection<State> {
  readonly stopped: Promise<void>
  readonly #log: FollowedLog
  readonly #folding: Folding<State>
  readonly #onChange: FollowOptions<State>['onChange']
  readonly #stopping = new AbortController()
  #waiters: Waiter[] = []
  #ended = false
  /** What has stopped it, if that was not asked for. */
  #failure: { readonly cause: unknown } | undefined = undefined
  #snapshotFailure: unknown = undefined

  constructor(log: FollowedLog, folding: Folding<State>, options: FollowOptions<State>) {
    this.#log = log
    this.#folding = folding
    this.#onChange = options.onChange
    this.stopped = this.#run(options.signal)
    // Who does not look at it is not to be punished for that.
    this.stopped.catch(() => {})
  }

  get state(): State {
    return this.#folding.state
  }

  get position(): number {
    return this.#folding.position
  }

  get snapshotFailure(): unknown {
    return this.#snapshotFailure
  }

  async caughtUp(): Promise<void> {
    const position = await this.#lastPosition()
    if (this.#ended) throw stoppedError(this.#failure)
    if (this.position >= position) return
    await new Promise<void>((resolve, reject) => {
      this.#waiters.push({ position, resolve, reject })
    })
  }

  stop(): Promise<void> {
    this.#stopping.abort()
    return this.stopped.catch(() => {})
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #run(signal: AbortSignal | undefined): Promise<void> {
    const stop = (): void => this.#stopping.abort()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    try {
      await this.#follow()
      // After a failure there is none: a reducer may have left its state half changed.
      await this.#save()
    } catch (error) {
      this.#failure = { cause: error }
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#ended = true
      for (const { reject } of this.#waiters.splice(0)) reject(stoppedError(this.#failure))
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    const { pattern, position } = this.#folding
    try {
      for await (const entry of this.#log.tailWhole({ pattern, from: position + 1, signal })) {
        this.#folding.take(entry)
        this.#onChange?.(this.state, entry.position)
        this.#tell()
        if (this.#folding.due) await this.#save()
      }
    } catch (error) {
      // That the reader ends so was asked for.
      if (!signal.aborted || error !== signal.reason) throw error
    }
  }

  /** A state that cannot be written down goes on nevertheless: it only begins further back next time. */
  async #save(): Promise<void> {
    try {
      await this.#folding.save()
      this.#snapshotFailure = undefined
    } catch (error) {
      this.#snapshotFailure = error
    }
  }

  #tell(): void {
    if (this.#waiters.length === 0) return
    const done = this.#waiters.filter(({ position }) => position <= this.position)
    this.#waiters = this.#waiters.filter(({ position }) => position > this.position)
    for (const { resolve } of done) resolve()
  }

  async #lastPosition(): Promise<number> {
    const { pattern } = this.#folding
    const query = { pattern, order: 'backward', limit: 1, unknown: 'keep' } as const
    for await (const { position } of this.#log.read(query)) return position
    return 0
  }
}

function stoppedError(failure: { readonly cause: unknown } | undefined): ConfigurationError {
  const what =
    failure === undefined
      ? 'The projection was stopped. Follow again.'
      : 'The projection has stopped by the failure that is the cause of this. Follow again once it is mended.'
  return new ConfigurationError(what, failure)
}

function requireFollow(options: FollowOptions<never>): void {
  requireOptions('follow', options, ['from', 'snapshotEvery', 'signal', 'onChange'])
  const { from, snapshotEvery, signal, onChange } = options
  if (from !== undefined) requireInteger('from', from, 1)
  if (snapshotEvery !== undefined) requireInteger('snapshotEvery', snapshotEvery, 0)
  if (onChange !== undefined) requireFunction('onChange', onChange)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ConfigurationError(`signal must be an AbortSignal, but is ${describeValue(signal)}.`)
  }
}
