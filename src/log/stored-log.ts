import { requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import type { Catalog } from '../events/catalog.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { AppendLine } from './append-line.ts'
import { ChainPages } from './chain-pages.ts'
import type { ConsumeHandler, ConsumeOptions, Consumer } from './consumer-options.ts'
import type { OnConsumerError } from './consumer-trouble.ts'
import { Consumers } from './consumers.ts'
import { requireDurability } from './durability.ts'
import { LogClosedError, LogReadOnlyError } from './errors.ts'
import type {
  AppendOptions,
  EncodedEntry,
  LogEntry,
  NewEncodedEntry,
  ReadQuery,
  TailQuery,
} from './event-log.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import { LogGrowth } from './growth.ts'
import type { LogDeadLetters } from './log-dead-letters.ts'
import type { LogStats } from './log-stats.ts'
import type { LogWriter, LogWriterOptions } from './log-writer.ts'
import type { Progress } from './progress.ts'
import { toPatterns, toReadPlan } from './read-query.ts'
import { PagedReader, type ReaderHost, type ReadPlan } from './reader.ts'
import type { RetainOptions, RetainReport } from './retain.ts'
import { retain } from './retention.ts'
import { type LogSnapshots, StoredSnapshots } from './snapshots.ts'
import type { LogStore, Page, PageQuery, StoredEvent } from './store.ts'
import type { StoredEvents } from './stored-event.ts'
import { StoredWriter } from './stored-writer.ts'
import type { Verification } from './verify.ts'
import { wholePages } from './whole-pages.ts'

/** The highest position that can be asked for: room enough, and far from where numbers are not exact. */
const highestPosition = 2 ** 52

/** What a log is made of. */
export interface LogParts {
  readonly store: LogStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly events: StoredEvents
  readonly onError: OnConsumerError
  /** The last position as the store was opened. */
  readonly last: number
}

/**
 * The one implementation of `EventLog`, over any home and of any catalog: types by name are checked by
 * the compiler at the interface, and at run time by the catalog.
 */
export class StoredLog {
  readonly catalog: Catalog
  readonly snapshots: LogSnapshots
  readonly #store: LogStore
  readonly #clock: Clock
  readonly #events: StoredEvents
  readonly #line: AppendLine
  readonly #growth: LogGrowth
  readonly #consumers: Consumers
  readonly #writers = new Set<StoredWriter>()
  /** Those that read, and what the log does to them as it is closed. */
  readonly #readers = new Map<unknown, () => void>()
  #writerCount = 0
  #commits = 0
  #appended = 0
  /** Calls of the home that `close` has to wait for. */
  #closing: Promise<void> | undefined = undefined

  constructor({ store, catalog, clock, events, onError, last }: LogParts) {
    this.catalog = catalog
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#growth = new LogGrowth(store, clock, last)
    this.#line = new AppendLine(store, clock, this.#committed)
    this.snapshots = new StoredSnapshots({ log: this, store })
    const { readOnly } = store
    this.#consumers = new Consumers({ log: this, store, clock, onError, readOnly })
  }

  get readOnly(): boolean {
    return this.#store.readOnly
  }

  get encrypted(): boolean {
    return this.#events.encrypted
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  get deadLetters(): LogDeadLetters<never> {
    return this.#consumers.deadLetters
  }

  async append(
    events: TradewireEvent | readonly TradewireEvent[],
    options: AppendOptions = {},
  ): Promise<readonly number[]> {
    const durability = this.#requireAppend(options)
    const list = Array.isArray(events) ? events : [events as TradewireEvent]
    // All are encoded before any is on its way.
    return this.#append(
      list.map((event: TradewireEvent) => this.#events.of(event)),
      durability,
    )
  }

  async appendEncoded(
    entries: readonly NewEncodedEntry[],
    options: AppendOptions = {},
  ): Promise<readonly number[]> {
    const durability = this.#requireAppend(options)
    const stored = entries.map(({ event, position }) => this.#events.ofEncoded(event, position))
    this.#requireRising(entries)
    return this.#append(stored, durability)
  }

  writer(options: LogWriterOptions = {}): LogWriter {
    this.#requireWritable('No writer was made')
    this.#writerCount += 1
    const writer = new StoredWriter(
      {
        store: this.#store,
        clock: this.#clock,
        lane: `writer-${this.#writerCount}`,
        encode: (event) => this.#events.of(event),
        committed: this.#committed,
        closed: (gone) => this.#writers.delete(gone),
      },
      options,
    )
    this.#writers.add(writer)
    return writer
  }

  read(query: ReadQuery = {}): PagedReader<LogEntry> {
    return this.#reader('read', query, this.#decoder(query.unknown))
  }

  tail(query: TailQuery = {}): PagedReader<LogEntry> {
    return this.#reader('tail', query, this.#decoder(query.unknown))
  }

  /** The same as `read`, but ends with an `EventsRemovedError` where events of the pattern are gone. */
  readWhole(query: ReadQuery): PagedReader<LogEntry> {
    return this.#reader('read', query, this.#decoder(query.unknown), wholePages(this.#store))
  }

  /** The same as `tail`, but ends with an `EventsRemovedError` where events of the pattern are gone. */
  tailWhole(query: TailQuery): PagedReader<LogEntry> {
    return this.#reader('tail', query, this.#decoder(query.unknown), wholePages(this.#store))
  }

  /** The highest position at which an event that the pattern covers is gone; 0 if there is none. */
  async removedThrough(pattern: string | readonly string[]): Promise<number> {
    this.#requireOpen('Nothing was looked up')
    return this.#store.removedThrough(toPatterns(pattern, this.catalog, 'refuse'))
  }

  readEncoded(query: ReadQuery = {}): PagedReader<EncodedEntry> {
    return this.#reader('read', { unknown: 'keep', ...query }, (position, text, secret) => ({
      position,
      event: this.#events.encoded(position, text, secret),
    }))
  }

  async consume(
    name: string,
    handler: ConsumeHandler,
    options: ConsumeOptions = {},
  ): Promise<Consumer> {
    this.#requireWritable('No consumer was started')
    return this.#consumers.consume(name, handler, options)
  }

  async stats(): Promise<LogStats> {
    this.#requireOpen('There are no stats')
    const [store, consumers] = await Promise.all([this.#store.stats(), this.#consumers.list()])
    const waiting = [...this.#writers].reduce((sum, { pending }) => sum + pending, 0)
    return {
      ...store,
      pending: this.#line.pending + waiting,
      commits: this.#commits,
      appended: this.#appended,
      consumers,
    }
  }

  async verify(
    options: { readonly onProgress?: (progress: Progress) => void } = {},
  ): Promise<Verification> {
    requireOptions('verify', options, ['onProgress'])
    const { onProgress } = options
    if (onProgress !== undefined) requireFunction('onProgress', onProgress)
    this.#requireOpen('Nothing was verified')
    const { events: total, last } = await this.#store.stats()
    let result: Verification = { ok: true, records: 0, damaged: [] }
    let step = { through: 0, done: false }
    while (!step.done) {
      this.#requireOpen('The log was not verified to its end')
      const next = await this.#store.verify(step.through, last)
      const damaged = [...result.damaged, ...next.damaged]
      result = { ok: damaged.length === 0, records: result.records + next.records, damaged }
      step = next
      onProgress?.({ done: result.records, total })
    }
    return result
  }

  async retain(options: RetainOptions): Promise<RetainReport> {
    this.#requireWritable('Nothing was removed')
    try {
      return await retain(this.#store, options, this.catalog, this.#clock, () =>
        this.#requireOpen('Not everything was removed'),
      )
    } finally {
      this.#consumers.removed()
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#consumers.notAwaitedInside(this.#closing)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    try {
      await this.#consumers.close()
      await Promise.all([...this.#writers].map((writer) => writer.close()))
      await this.#line.settle()
    } finally {
      for (const end of this.#readers.values()) end()
      this.#growth.close()
      await this.#store.close()
    }
  }

  readonly #committed = (positions: readonly number[]): void => {
    this.#commits += 1
    this.#appended += positions.length
    this.#growth.grown(positions.at(-1) ?? 0)
  }

  async #append(
    stored: readonly StoredEvent[],
    durability: AppendOptions['durability'],
  ): Promise<readonly number[]> {
    return stored.length === 0 ? [] : this.#line.append(stored, durability!)
  }

  #requireAppend(options: AppendOptions): NonNullable<AppendOptions['durability']> {
    requireOptions('append', options, ['durability'])
    this.#requireWritable('Nothing was appended')
    return requireDurability(options.durability ?? 'group')
  }

  /** Positions that are given must rise, and lie above what the log has. */
  #requireRising(entries: readonly NewEncodedEntry[]): void {
    let last = this.#growth.last
    for (const { position } of entries) {
      if (position !== undefined) requireInteger('position', position, last + 1, highestPosition)
      last = position ?? last + 1
    }
  }

  #decoder(unknown: UnknownPolicy = 'refuse') {
    return (position: number, text: string, secret: string | undefined): LogEntry => ({
      position,
      event: this.#events.event(position, text, secret, unknown),
    })
  }

  #reader<Entry>(
    method: 'read' | 'tail',
    query: ReadQuery,
    entry: (position: number, text: string, secret: string | undefined) => Entry,
    whole?: LogStore['page'],
  ): PagedReader<Entry> {
    const plan = toReadPlan(method, query, this.catalog)
    this.#requireOpen('Nothing was read')
    const pages = whole ?? this.#pagesOf(plan)
    const once = method === 'read' ? this.#once(plan, pages) : undefined
    const reader: PagedReader<Entry> = new PagedReader<Entry>(
      {
        entry,
        page: once?.page ?? pages,
        through: once?.through ?? ((seen) => this.#growth.beyond(seen, reader)),
        ended: (gone) => {
          this.#readers.delete(gone)
          this.#growth.leave(gone)
        },
      },
      plan,
    )
    // Who follows has followed to the end; who reads has not read to the end.
    const reason = new LogClosedError('The log was not read to its end')
    const failure = method === 'read' ? { reason } : undefined
    this.#readers.set(reader, () => reader.close(failure))
    return reader
  }

  #pagesOf({ correlationId }: ReadPlan): (query: PageQuery) => ReturnType<LogStore['page']> {
    const pages =
      correlationId === undefined ? this.#store : new ChainPages(this.#store, correlationId)
    return (query) => pages.page(query)
  }

  /** How to read once: forward up to the last position of now, or backward from there to the first. */
  #once(plan: ReadPlan, pages: LogStore['page']): Pick<ReaderHost<unknown>, 'through' | 'page'> {
    const forward = plan.order === 'forward'
    const last = this.#growth.now()
    last.catch(() => {})
    let asked = false
    const through = async (): Promise<number | undefined> => {
      if (asked) return undefined
      asked = true
      return forward ? last : 1
    }
    if (forward) return { through, page: pages }
    const page = async (query: PageQuery): Promise<Page> =>
      pages({ ...query, after: Math.min(query.after, (await last) + 1) })
    return { through, page }
  }

  #requireOpen(what: string): void {
    if (this.closed) throw new LogClosedError(what)
  }

  #requireWritable(what: string): void {
    this.#requireOpen(what)
    if (this.#store.readOnly) throw new LogReadOnlyError(what)
  }
}
