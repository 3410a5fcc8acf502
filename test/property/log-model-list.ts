import type { TradewireEvent } from 'tradewire'
import type { LogEntry } from 'tradewire/log'

/** An event, and where it stands. */
export interface Item {
  readonly position: number
  readonly event: TradewireEvent
}

/** What a reader is asked for, with every place named. */
export interface ModelQuery {
  readonly pattern?: string | readonly string[]
  readonly from?: number
  readonly since?: number
  readonly until?: number
  readonly source?: string
  readonly correlationId?: string
  readonly limit?: number
  readonly order?: 'forward' | 'backward'
}

/** Everything that an event is known by, as text. */
export function keyOf(event: TradewireEvent): string {
  const { id, type, timestamp, sequence, source, correlationId, causationId, version } = event
  const known = [id, type, timestamp, sequence, source, correlationId, causationId, version]
  return JSON.stringify([...known, event.data, event.metadata])
}

/** An entry of the log or of the model as text. */
export function lineOf({ position, event }: Item | LogEntry): string {
  return `${position} ${keyOf(event)}`
}

/** Whether a pattern, written by hand for two-token types, covers a type. */
export function covers(pattern: string | readonly string[] | undefined, type: string): boolean {
  const list = typeof pattern === 'string' ? [pattern] : (pattern ?? ['*'])
  const [category] = type.split('.')
  return list.some((one) => one === '*' || one === type || one === `${category}.*`)
}

/** Whether an item is what a query asks for, limits aside. */
export function matches(query: ModelQuery, { position, event }: Item): boolean {
  const { pattern, from, since, until, source, correlationId, order = 'forward' } = query
  const reached = order === 'forward' ? position >= (from ?? 1) : position <= (from ?? Infinity)
  return (
    reached &&
    covers(pattern, event.type) &&
    event.timestamp >= (since ?? -Infinity) &&
    event.timestamp < (until ?? Infinity) &&
    event.source === (source ?? event.source) &&
    event.correlationId === (correlationId ?? event.correlationId)
  )
}

/** What a log that ends at `end` answers. */
export function answer(query: ModelQuery, items: readonly Item[], end: number): readonly Item[] {
  const found = items.filter((item) => item.position <= end && matches(query, item))
  const ordered = query.order === 'backward' ? found.toReversed() : found
  return ordered.slice(0, query.limit)
}
