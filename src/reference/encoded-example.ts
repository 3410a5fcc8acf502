import type { CatalogEntry } from '../events/catalog-entry.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import { isParameter } from '../events/pattern.ts'
import { isTradingEvent } from './trading-event.ts'

/** The event that a failure in the examples is one of; the example itself comes right after it. */
const earlier = 'k3v9q2-1042'
const id = 'k3v9q2-1043'

/** When the example of an event without a `timestamp` of its own was emitted. */
const someTime = 1_767_225_600_123

/** A whole event with the example of an entry as its payload, encoded as JSON has it. */
export function encodedExample(entry: CatalogEntry): EncodedEvent {
  const type = entry.tokens
    .map((token) => (isParameter(token) ? token.slice(1, -1) : token))
    .join('.')
  const { timestamp, originalEvent } = entry.example as {
    readonly timestamp?: unknown
    readonly originalEvent?: unknown
  }
  const failure = isTradingEvent(entry) && originalEvent !== undefined
  return {
    id,
    type,
    data: entry.encode(type, entry.example),
    timestamp: typeof timestamp === 'number' ? timestamp : someTime,
    sequence: 1_043,
    source: 'my-bot',
    correlationId: failure ? earlier : id,
    // The bus emits what tells of a failure as an effect of the event that it failed on.
    ...(failure && { causationId: earlier }),
    version: entry.version,
  }
}
