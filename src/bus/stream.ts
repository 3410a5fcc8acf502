import { requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { StreamOverflowError } from './errors.ts'
import { Fifo } from '../delivery/fifo.ts'
import { type ListeningHost, requireSignal } from './waiting.ts'

/** What a full stream does with one more event. */
export type StreamOverflow =
  /** Forgets the oldest event that it holds. */
  | 'drop-oldest'
  /** Forgets the one that came. */
  | 'drop-newest'
  /** Ends; the reader gets what it holds, and then a `StreamOverflowError`. */
  | 'error'

/** Options of `stream`. * @example
 * ```ts
 * for await (const { data } of bus.stream('market.trade_tick', { capacity: 1_000, overflow: 'error' })) {
 *   if (data.price.lt(stop)) break // detaches
 * }
 * ```
 */
export interface StreamOptions<Event extends TradewireEvent = TradewireEvent> {
  /** How many events it holds for its reader. A whole number from 1. Default 1,000. */
  readonly capacity?: number
  /** What to do when it is full. Default `drop-oldest`. */
  readonly overflow?: StreamOverflow
  /** Only events that it returns `true` for are taken. A throw counts as a failed delivery. */
  readonly where?: (event: Event) => boolean
  /** Ends the stream when it aborts: the reader gets the reason of the signal, thrown. */
  readonly signal?: AbortSignal
}

/**
 * Events as an async iterator, from the moment that `stream` was called. It detaches from the bus
 * when the loop over it ends in any way, when it is aborted, and when the bus closes.
 */
export interface EventStream<
  Event extends TradewireEvent = TradewireEvent,
> extends AsyncIterableIterator<Event, undefined, void> {
  /** Events that it holds for its reader. */
  readonly size: number
  /** Events that it has dropped because it was full. */
  readonly dropped: number
  /** The next event; waits for one if it holds none. */
  next(): Promise<IteratorResult<Event, undefined>>
  /** Detaches, and forgets what it holds. */
  return(): Promise<IteratorReturnResult<undefined>>
  /** Detaches, and rejects with `error`. */
  throw(error?: unknown): Promise<IteratorReturnResult<undefined>>
  /** The stream itself. */
  [Symbol.asyncIterator](): EventStream<Event>
  /** The same as `return`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Throws `CONFIGURATION` if an option is unknown or out of range. */
export function requireStreamOptions(options: StreamOptions): void {
  requireOptions('stream', options, ['capacity', 'overflow', 'where', 'signal'])
  const { capacity, overflow = 'drop-oldest', where, signal } = options
  if (capacity !== undefined) requireInteger('capacity', capacity, 1)
  if (!['drop-oldest', 'drop-newest', 'error'].includes(overflow)) {
    throw new ConfigurationError("overflow must be 'drop-oldest', 'drop-newest' or 'error'.")
  }
  if (where !== undefined) requireFunction('where', where)
  requireSignal(signal)
}

interface Reader {
  readonly resolve: (result: IteratorResult<TradewireEvent, undefined>) => void
  readonly reject: (error: unknown) => void
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** The one implementation of {@link EventStream}. */
export class BufferedStream implements EventStream {
  readonly #capacity: number
  readonly #overflow: StreamOverflow
  readonly #pattern: string
  readonly #held = new Fifo<TradewireEvent>()
  /** Readers that wait; empty whenever events are held. */
  readonly #readers = new Fifo<Reader>()
  /** How the stream ended; undefined while it is attached. The error is thrown once. */
  #end: { error?: unknown; failed: boolean } | undefined = undefined
  #dropped = 0
  readonly #onDropped: (event: TradewireEvent) => void
  /** Present while the stream is attached. */
  #detach: (() => void) | undefined = undefined

  constructor(
    host: ListeningHost,
    pattern: string,
    { capacity = 1_000, overflow = 'drop-oldest', signal }: StreamOptions,
    onDropped: (event: TradewireEvent) => void,
  ) {
    this.#capacity = capacity
    this.#overflow = overflow
    this.#pattern = pattern
    this.#onDropped = onDropped
    if (signal?.aborted === true) {
      this.#end = { error: signal.reason, failed: true }
      return
    }
    const onAbort = (): void => {
      this.#held.clear()
      this.#finish({ error: signal!.reason, failed: true })
    }
    const subscription = host.listen(
      (event) => this.#take(event),
      () => this.#finish({ failed: false }),
    )
    const forgetClose = host.onClose(
      () => this.#finish({ failed: false }),
      () => this.#readers.size,
    )
    signal?.addEventListener('abort', onAbort)
    this.#detach = () => {
      subscription.unsubscribe()
      forgetClose()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  get size(): number {
    return this.#held.size
  }

  get dropped(): number {
    return this.#dropped
  }

  next(): Promise<IteratorResult<TradewireEvent, undefined>> {
    const event = this.#held.shift()
    if (event !== undefined) return Promise.resolve({ done: false, value: event })
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => {
        this.#readers.push({ resolve, reject })
      })
    }
    if (!this.#end.failed) return Promise.resolve(done)
    const { error } = this.#end
    this.#end = { failed: false }
    return Promise.reject(error)
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#held.clear()
    this.#finish({ failed: false })
    this.#end = { failed: false }
    return Promise.resolve(done)
  }

  async throw(error?: unknown): Promise<never> {
    await this.return()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #take(event: TradewireEvent): void {
    const reader = this.#readers.shift()
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event })
      return
    }
    if (this.#held.size < this.#capacity) {
      this.#held.push(event)
      return
    }
    if (this.#overflow === 'drop-oldest') {
      const oldest = this.#held.shift()!
      this.#held.push(event)
      this.#drop(oldest)
      return
    }
    this.#drop(event)
    if (this.#overflow === 'error') {
      this.#finish({ error: new StreamOverflowError(this.#pattern, this.#capacity), failed: true })
    }
  }

  #drop(event: TradewireEvent): void {
    this.#dropped += 1
    this.#onDropped(event)
  }

  #finish(end: { error?: unknown; failed: boolean }): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#detach!()
    const first = this.#readers.shift()
    if (first === undefined) return
    if (end.failed) {
      this.#end = { failed: false }
      first.reject(end.error)
    } else first.resolve(done)
    for (let next = this.#readers.shift(); next !== undefined; next = this.#readers.shift()) {
      next.resolve(done)
    }
  }
}
