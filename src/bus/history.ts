import { requireInteger, requireNumber, requireOptions, requireText } from '../errors/checks.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchTokens } from '../events/pattern.ts'

/** What to look for in the history of a bus. Every condition given must hold. */
export interface HistoryQuery<Pattern extends string = string> {
  /** Only events that this pattern covers. Default `*`. */
  readonly pattern?: Pattern
  /** Only events at or after this time, in milliseconds since the Unix epoch. */
  readonly since?: number
  /** Only events before this time, in milliseconds since the Unix epoch. */
  readonly until?: number
  /** Only events of this causal chain. */
  readonly correlationId?: string
  /** At most the newest so many. A whole number from 0. Default: all. */
  readonly limit?: number
}

/**
 * The newest events of a bus: a ring buffer that overwrites the oldest when it is full.
 */
export class EventHistory {
  /** Slots; never longer than the capacity. */
  #ring: (TradewireEvent | undefined)[] = []
  #capacity: number
  /** Where the next event goes. */
  #next = 0
  /** Slots in use. */
  #size = 0
  readonly #parsePattern: (pattern: string) => readonly string[]

  constructor(capacity: number, parsePattern: (pattern: string) => readonly string[]) {
    this.#capacity = capacity
    this.#ring = new Array<TradewireEvent | undefined>(capacity)
    this.#parsePattern = parsePattern
  }

  /** How many events it may hold; 0 when it is off. */
  get capacity(): number {
    return this.#capacity
  }

  /** How many events it holds. */
  get size(): number {
    return this.#size
  }

  /** Adds the newest event. */
  record(event: TradewireEvent): void {
    const capacity = this.#capacity
    if (capacity === 0) return
    const next = this.#next
    this.#ring[next] = event
    this.#next = next + 1 === capacity ? 0 : next + 1
    if (this.#size < capacity) this.#size += 1
  }

  /** Changes the capacity, keeping the newest events that fit. */
  resize(capacity: number): void {
    requireInteger('The history capacity', capacity, 0, 100_000_000)
    const kept = capacity === 0 ? [] : this.#inOrder().slice(-capacity)
    this.#ring = new Array<TradewireEvent | undefined>(capacity)
    for (const [index, event] of kept.entries()) this.#ring[index] = event
    this.#capacity = capacity
    this.#size = kept.length
    this.#next = kept.length === capacity ? 0 : kept.length
  }

  /** Forgets every event. */
  clear(): void {
    this.#ring.fill(undefined)
    this.#next = 0
    this.#size = 0
  }

  /** The events that match, oldest first. */
  query(query: HistoryQuery = {}): TradewireEvent[] {
    const matches = this.#toPredicate(query)
    const limit = query.limit ?? this.#size
    const found: TradewireEvent[] = []
    const events = this.#inOrder()
    for (let index = events.length - 1; index >= 0 && found.length < limit; index -= 1) {
      const event = events[index]!
      if (matches(event)) found.push(event)
    }
    return found.toReversed()
  }

  #inOrder(): TradewireEvent[] {
    const start = this.#size < this.#capacity ? 0 : this.#next
    const ordered = [...this.#ring.slice(start), ...this.#ring.slice(0, start)]
    return ordered.slice(0, this.#size) as TradewireEvent[]
  }

  #toPredicate(query: HistoryQuery): (event: TradewireEvent) => boolean {
    requireOptions('query', query, ['pattern', 'since', 'until', 'correlationId', 'limit'])
    const { pattern, since, until, correlationId, limit } = query
    if (since !== undefined) requireNumber('since', since)
    if (until !== undefined) requireNumber('until', until)
    if (limit !== undefined) requireInteger('limit', limit)
    if (correlationId !== undefined) requireText('correlationId', correlationId)
    const tokens = pattern === undefined ? undefined : this.#parsePattern(pattern)
    return (event) =>
      (since === undefined || event.timestamp >= since) &&
      (until === undefined || event.timestamp < until) &&
      (tokens === undefined || matchTokens(tokens, event.type.split('.'))) &&
      (correlationId === undefined || event.correlationId === correlationId)
  }
}
