import { requireFunction, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock, Timer } from '../time/clock.ts'
import { requireDurability } from './durability.ts'
import { LogBufferFullError, LogClosedError } from './errors.ts'
import { GroupPace, mostGrouped } from './group-pace.ts'
import { promiseOf } from './handler-result.ts'
import type { BufferOverflow, LogWriter, LogWriterOptions, WriterState } from './log-writer.ts'
import type { Durability, LogStore, StoredEvent } from './store.ts'
import { Tickets } from './tickets.ts'

/** The longest pause between two attempts on a storage that fails, in milliseconds. */
const longestRetryMs = 5_000

/** The most text of one commit, in characters, unless one event has more. */
const mostText = 4_000_000

/** Batches that are on their way at once, so that the storage need not wait for the next one. */
const mostSent = 2

interface Waiting {
  readonly ticket: number
  readonly event: StoredEvent
}

/** What a writer needs of its log. */
export interface WriterHost {
  readonly store: LogStore
  readonly clock: Clock
  /** A name for it that no other writer of the log has. */
  readonly lane: string
  encode(event: TradewireEvent): StoredEvent
  committed(positions: readonly number[]): void
  closed(writer: StoredWriter): void
}

/** The one implementation of {@link LogWriter}. */
export class StoredWriter implements LogWriter {
  written = 0
  lost = 0
  position = 0
  failure: Error | undefined = undefined
  readonly #host: WriterHost
  readonly #durability: Durability
  readonly #capacity: number
  readonly #overflow: BufferOverflow
  readonly #onState: ((state: WriterState) => void) | undefined
  readonly #retryMs: number
  readonly #pace: GroupPace
  readonly #tickets = new Tickets()
  /** Taken, and not on their way; in order. */
  #queue: Waiting[] = []
  /** Where the queue begins: what lies before has gone. */
  #head = 0
  /** Sent, and not answered; in order. */
  readonly #sent: (readonly Waiting[])[] = []
  /** What came back while others of the lane were still on their way. */
  #returned: Waiting[] = []
  #attempt = 1
  #delayMs: number
  #timer: Timer | undefined = undefined
  #scheduled = false
  #hurried = 0
  #closing: Promise<void> | undefined = undefined
  /** How often a storage that fails is tried again once the writer is being closed. */
  #chances = 1
  /** Set once nothing is tried any more. */
  #ended = false

  constructor(host: WriterHost, options: LogWriterOptions) {
    requireOptions('writer', options, ['durability', 'capacity', 'overflow', 'onState', 'retryMs'])
    const { durability = 'group', capacity = 100_000, overflow = 'refuse', onState } = options
    const { retryMs = 100 } = options
    this.#host = host
    this.#durability = requireDurability(durability)
    this.#capacity = requireInteger('capacity', capacity, 1)
    this.#overflow = requireOverflow(overflow)
    if (onState !== undefined) requireFunction('onState', onState)
    this.#onState = onState
    this.#retryMs = requireNumber('retryMs', retryMs, Number.MIN_VALUE)
    this.#delayMs = retryMs
    this.#pace = new GroupPace(host.clock)
  }

  get pending(): number {
    const sent = this.#sent.reduce((sum, batch) => sum + batch.length, 0)
    return this.#queue.length - this.#head + this.#returned.length + sent
  }

  write(event: TradewireEvent): number {
    if (this.#closing !== undefined) throw new LogClosedError('An event was not written')
    const stored = this.#host.encode(event)
    if (this.pending >= this.#capacity && !this.#makeRoom()) {
      const ticket = this.#tickets.take()
      this.#lose(ticket)
      return ticket
    }
    const ticket = this.#tickets.take()
    this.#queue.push({ ticket, event: stored })
    if (this.#queue.length - this.#head >= mostGrouped) this.#pump()
    else if (!this.#scheduled) this.#schedule()
    return ticket
  }

  durable(ticket: number): Promise<void> {
    requireInteger('ticket', ticket, 1, this.#tickets.newest)
    return this.#tickets.settled(ticket)
  }

  async flush(): Promise<void> {
    this.#hurried += 1
    this.#pump()
    try {
      await this.#tickets.allSettled()
    } finally {
      this.#hurried -= 1
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#hurried += 1
    // A storage that fails gets one more chance.
    this.#timer?.cancel()
    this.#timer = undefined
    this.#pump()
    await this.#tickets.allSettled()
    this.#ended = true
    this.#host.closed(this)
  }

  /** What is written in the same breath shares the commit. */
  #schedule(): void {
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  /** Whether there is room for one more now; throws where the policy says so. */
  #makeRoom(): boolean {
    if (this.#overflow === 'refuse') {
      throw new LogBufferFullError('An event was not written', this.#capacity)
    }
    if (this.#overflow === 'drop-newest' || this.#head >= this.#queue.length) return false
    this.#lose(this.#queue[this.#head]!.ticket)
    this.#head += 1
    this.#trim()
    return true
  }

  #lose(ticket: number): void {
    this.lost += 1
    this.#tickets.lose(ticket, new LogBufferFullError('An event was lost', this.#capacity))
    this.#tickets.release()
  }

  #pump(): void {
    while (this.#canSend()) {
      const waiting = this.#queue.length - this.#head
      const now = this.#hurried > 0 || this.#durability === 'each' || this.failure !== undefined
      const waitMs = now ? 0 : this.#pace.waitMs(waiting)
      // Who shares a commit need not be many: while one is on its way, others gather.
      if (waitMs > 0 || (this.#sent.length > 0 && waiting < mostGrouped && !now)) {
        if (waitMs > 0 && this.#timer === undefined) this.#wakeAfter(waitMs)
        return
      }
      this.#send(this.#take())
    }
  }

  #canSend(): boolean {
    const most = this.failure === undefined ? mostSent : 1
    return (
      !this.#ended &&
      this.#head < this.#queue.length &&
      this.#sent.length < most &&
      this.#returned.length === 0 &&
      (this.failure === undefined || this.#timer === undefined)
    )
  }

  #wakeAfter(delayMs: number): void {
    this.#timer = this.#host.clock.setTimer(delayMs, () => {
      this.#timer = undefined
      this.#pump()
    })
  }

  /** The next batch. */
  #take(): Waiting[] {
    const most = this.#durability === 'each' ? 1 : mostGrouped
    let end = this.#head
    let text = 0
    while (end < this.#queue.length && end - this.#head < most && text < mostText) {
      const { event } = this.#queue[end]!
      text += event.text.length + (event.secret?.length ?? 0)
      end += 1
    }
    const batch = this.#queue.slice(this.#head, end)
    this.#head = end
    this.#trim()
    return batch
  }

  /** Lets go of what lies before the head; not each time, as the rest is copied. */
  #trim(): void {
    if (this.#head <= this.#queue.length / 2) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }

  #send(batch: readonly Waiting[]): void {
    const { store, lane } = this.#host
    this.#pace.sent(batch.length)
    this.#sent.push(batch)
    const options = { durability: this.#durability, lane: { name: lane, attempt: this.#attempt } }
    const events = batch.map(({ event }) => event)
    store.append(events, options).then(
      (positions) => this.#succeeded(batch, positions),
      (error: unknown) => this.#failed(batch, error),
    )
  }

  #succeeded(batch: readonly Waiting[], positions: readonly number[]): void {
    this.#sent.shift()
    this.written += batch.length
    this.position = positions.at(-1)!
    this.#host.committed(positions)
    const recovered = this.failure !== undefined
    this.failure = undefined
    this.#delayMs = this.#retryMs
    for (const { ticket } of batch) this.#tickets.settle(ticket)
    this.#tickets.release()
    if (recovered) this.#tell({ kind: 'recovered', pending: this.pending, lost: this.lost })
    this.#pump()
  }

  #failed(batch: readonly Waiting[], error: unknown): void {
    this.#sent.shift()
    const first = this.failure === undefined
    // Whatever it is, it is not in the log. What was sent behind it comes back because of it, and says less.
    if (this.#returned.length === 0) {
      this.failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#returned.push(...batch)
    if (first) this.#tell({ kind: 'failing', error: this.failure!, pending: this.pending })
    // Those that were sent behind it come back, too: all go on in their order.
    if (this.#sent.length > 0) return
    this.#queue = [...this.#returned, ...this.#queue.slice(this.#head)]
    this.#head = 0
    this.#returned = []
    this.#attempt += 1
    if (this.#closing !== undefined) {
      this.#tryOnceMore()
      return
    }
    this.#timer?.cancel()
    this.#wakeAfter(this.#delayMs)
    this.#delayMs = Math.min(longestRetryMs, this.#delayMs * 2)
  }

  /** The writer is being closed, and the storage fails: after one more attempt what waits is lost. */
  #tryOnceMore(): void {
    if (this.#chances > 0) {
      this.#chances -= 1
      this.#pump()
      return
    }
    this.#ended = true
    const { queue, failure } = { queue: this.#queue, failure: this.failure! }
    this.#queue = []
    this.lost += queue.length
    for (const { ticket } of queue) this.#tickets.lose(ticket, failure)
    this.#tickets.release()
  }

  /** What it throws, or rejects with, is nothing to a writer. */
  #tell(state: WriterState): void {
    try {
      promiseOf(this.#onState?.(state))?.catch(() => {})
    } catch {
      // Who was told is not to stop what is written.
    }
  }
}

function requireOverflow(overflow: BufferOverflow): BufferOverflow {
  if (['refuse', 'drop-oldest', 'drop-newest'].includes(overflow)) return overflow
  throw new ConfigurationError("overflow must be 'refuse', 'drop-oldest' or 'drop-newest'.")
}
