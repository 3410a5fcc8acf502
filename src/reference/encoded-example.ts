import type { CatalogEntry } from '../events/catalog-entry.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import { isParameter } from '../events/pattern.ts'

/** When the example of an event without a `timestamp` of its own was emitted. */
const someTime = 1_767_225_600_123

/** A whole event with the example of an entry as its payload, encoded as JSON has it. */
export function encodedExample(entry: CatalogEntry): EncodedEvent {
  const type = entry.tokens
    .map((token) => (isParameter(token) ? token.slice(1, -1) : token))
    .join('.')
  const { timestamp } = entry.example as { readonly timestamp?: unknown }
  return {
    id: 'k3v9q2-1042',
    type,
    data: entry.encode(type, entry.example),
    timestamp: typeof timestamp === 'number' ? timestamp : someTime,
    sequence: 1_042,
    source: 'my-bot',
    correlationId: 'k3v9q2-1042',
    version: entry.version,
  }
}
