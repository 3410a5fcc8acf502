import type { Catalog } from '../events/catalog.ts'
import { matchTokens } from '../events/pattern.ts'
import type { EventLog } from '../log/event-log.ts'
import { logSource } from './log-source.ts'
import { type MergedChunk, mergeSources } from './merge.ts'
import type { OutOfOrder } from './sort-window.ts'
import type { AnySource } from './source-chunks.ts'
import type { TimedPayload } from './source.ts'

/** Which events of a source are wanted, and in what order. */
export interface FeedQuery {
  readonly catalog: Catalog
  readonly pattern: string | readonly string[]
  readonly outOfOrder: OutOfOrder
}

/** Whether events are read from a log. */
export function isLog(source: AnySource | EventLog): source is EventLog {
  // Whoever writes plain JavaScript may give anything.
  const { readEncoded } = Object(source) as Partial<EventLog>
  return typeof readEncoded === 'function'
}

/** Hands out the events of a source or a log one by one, with one list of them in memory. */
export class PlayerFeed {
  /** How many were handed out or passed over. */
  position = 0
  readonly #open: () => AsyncGenerator<MergedChunk, void>
  #reader: AsyncGenerator<MergedChunk, void> | undefined = undefined
  #items: readonly TimedPayload[] = []
  #times: Float64Array = new Float64Array(0)
  #at = 0
  /** Whether the source is being waited for. */
  #loading = false

  /**
   * @throws ConfigurationError `CONFIGURATION` if a pattern is malformed, or the source cannot be iterated.
   * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match a pattern.
   */
  constructor(source: AnySource | EventLog, query: FeedQuery) {
    const { catalog, pattern, outOfOrder } = query
    const patterns: readonly string[] = typeof pattern === 'string' ? [pattern] : [...pattern]
    const tokens = patterns.map((each) => catalog.parsePattern(each))
    if (isLog(source)) {
      // The catalog of the log has looked at it; here it is a text.
      const events = logSource(source, { pattern: pattern as '*' })
      this.#open = () => timed(events.chunks())
    } else {
      const merged = mergeSources([source], { outOfOrder })
      this.#open = () => matching(merged, tokens)
    }
  }

  /** Whether the next event is in memory. */
  get ready(): boolean {
    return this.#at < this.#items.length
  }

  /** The time of the next event, in milliseconds since the Unix epoch. */
  get time(): number {
    return this.#times[this.#at]!
  }

  /** Resolves to whether there is a next event. */
  async load(): Promise<boolean> {
    if (this.ready) return true
    this.#reader ??= this.#open()
    this.#loading = true
    const { done, value } = await this.#reader.next()
    this.#loading = false
    if (done === true) return false
    this.#items = value.items
    this.#times = value.times
    this.#at = 0
    return true
  }

  /** The next event, and goes on to the one after. */
  take(): TimedPayload {
    const item = this.#items[this.#at]!
    this.#at += 1
    this.position += 1
    return item
  }

  /** Goes back to the first event. What can be iterated once only has none then. */
  async rewind(): Promise<void> {
    await this.close()
    this.position = 0
  }

  /** Releases the source. One that is being waited for is released once it answers. */
  async close(): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    this.#items = []
    const closing = reader?.return()
    if (!this.#loading) await closing
    else closing?.catch(() => {})
  }
}

const none = new Uint32Array(0)

/** Events in the order of their record: the clock of a machine is set back at times. */
async function* timed(
  chunks: AsyncIterable<readonly TimedPayload[]>,
): AsyncGenerator<MergedChunk, void> {
  let latest = -Infinity
  for await (const items of chunks) {
    const times = new Float64Array(items.length)
    for (const [index, { time }] of items.entries()) {
      latest = Math.max(latest, time!)
      times[index] = latest
    }
    yield { items, times, sources: none }
  }
}

async function* matching(
  merged: AsyncIterable<MergedChunk>,
  patterns: readonly (readonly string[])[],
): AsyncGenerator<MergedChunk, void> {
  const known = new Map<string, boolean>()
  const isWanted = ({ type }: TimedPayload): boolean => {
    let wanted = known.get(type)
    if (wanted === undefined) {
      const tokens = type.split('.')
      wanted = patterns.some((pattern) => matchTokens(pattern, tokens))
      known.set(type, wanted)
    }
    return wanted
  }
  for await (const chunk of merged) {
    const { items, times } = chunk
    if (items.every(isWanted)) {
      yield chunk
      continue
    }
    const kept = items.filter(isWanted)
    const keptTimes = times.filter((_, index) => index < items.length && isWanted(items[index]!))
    if (kept.length > 0) yield { items: kept, times: keptTimes, sources: none }
  }
}
