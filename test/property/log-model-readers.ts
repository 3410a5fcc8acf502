import type { LogEntry, LogReader } from 'tradewire/log'
import type { ModelLog } from './log-model-homes.ts'
import { answer, type Item, lineOf, matches, type ModelQuery } from './log-model-list.ts'

type Reader = LogReader

/** A read that goes on while others write; it is looked at once it is known where everything stands. */
export class PendingRead {
  readonly query: ModelQuery
  readonly promise: Promise<readonly LogEntry[]>
  readonly #take: number | undefined
  /** What was acknowledged at the call must be in it. */
  readonly #low: number
  /** Events made at or after the call must not. */
  readonly #made: number

  constructor(
    log: ModelLog,
    query: ModelQuery,
    take: number | undefined,
    at: { readonly low: number; readonly made: number },
  ) {
    this.query = query
    this.#take = take
    this.#low = at.low
    this.#made = at.made
    this.promise = entriesOf(log.read(query as object), take)
    this.promise.catch(() => {})
  }

  async require(items: readonly Item[], last: number): Promise<void> {
    const got = (await this.promise).map(lineOf).join('\n')
    const later = items.find(({ event }) => event.sequence > this.#made)
    const high = later === undefined ? last : later.position - 1
    for (let end = high; end >= this.#low; end -= 1) {
      const wanted = answer(this.query, items, end).slice(0, this.#take)
      if (wanted.map(lineOf).join('\n') === got) return
    }
    const wanted = answer(this.query, items, high).slice(0, this.#take)
    throw new Error(
      `read ${JSON.stringify(this.query)} between ${this.#low} and ${high} gave\n${got}\nbut not\n${wanted.map(lineOf).join('\n')}`,
    )
  }
}

async function entriesOf(reader: Reader, take: number | undefined): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  if (take === 0) await reader.return()
  for await (const entry of reader) {
    entries.push(entry)
    if (entries.length === take) break
  }
  return entries
}

/** How long a reader may take to come to what is there, in real milliseconds, before that is an error. */
const patienceMs = 10_000

/** A reader that follows the log in the background. */
export class Tail {
  readonly query: ModelQuery
  readonly got: LogEntry[] = []
  readonly #reader: Reader
  readonly #ended: Promise<void>
  #over = false
  #failure: unknown = undefined
  #moved = (): void => {}

  constructor(log: ModelLog, query: ModelQuery) {
    this.query = query
    this.#reader = log.tail(query as object)
    this.#ended = this.#follow()
  }

  /** It has come, or comes, to the end of what there is for it; all of that is right. */
  async require(items: readonly Item[], history: ReadonlySet<string>): Promise<void> {
    const { limit = Infinity } = this.query
    const wanted = items.filter((item) => matches(this.query, item))
    const last = wanted.at(-1)?.position ?? 0
    const timer = setTimeout(() => {
      this.#failure ??= new Error(`a tail ${JSON.stringify(this.query)} does not come to ${last}`)
      this.#moved()
    }, patienceMs)
    while (!this.#over && this.#failure === undefined && !this.#has(last, limit)) {
      await new Promise<void>((resolve) => (this.#moved = resolve))
    }
    clearTimeout(timer)
    this.#requireRight(wanted, history)
  }

  async leave(): Promise<void> {
    await this.#reader.return()
    await this.#ended
    if (this.#failure !== undefined) throw this.#failure
  }

  #has(last: number, limit: number): boolean {
    return this.got.length >= limit || (this.got.at(-1)?.position ?? 0) >= last
  }

  #requireRight(wanted: readonly Item[], history: ReadonlySet<string>): void {
    if (this.#failure !== undefined) throw this.#failure
    const said = JSON.stringify(this.query)
    const positions = new Set<number>()
    let before = 0
    for (const entry of this.got) {
      if (entry.position <= before)
        throw new Error(`tail ${said}: ${entry.position} after ${before}`)
      before = entry.position
      positions.add(before)
      if (!history.has(lineOf(entry)) || !matches(this.query, entry)) {
        throw new Error(`tail ${said} gave ${lineOf(entry)}`)
      }
    }
    const { limit = Infinity } = this.query
    if (positions.size > limit) throw new Error(`tail ${said} gave ${positions.size}`)
    const full = positions.size === limit
    const missed = wanted.find(
      ({ position }) => !positions.has(position) && (!full || position < before),
    )
    if (missed !== undefined) throw new Error(`tail ${said} has missed ${missed.position}`)
  }

  async #follow(): Promise<void> {
    try {
      for await (const entry of this.#reader) {
        this.got.push(entry)
        this.#moved()
      }
    } catch (error) {
      this.#failure = error
    }
    this.#over = true
    this.#moved()
  }
}
