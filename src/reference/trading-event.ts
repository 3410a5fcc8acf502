import type { CatalogEntry } from '../events/catalog-entry.ts'
import { EventType } from '../events/event-type.ts'
import type { EventNotes } from '../events/notes.ts'
import { tradingEvents } from '../events/trading-events.ts'
import { tradingFields } from './trading-fields.ts'
import { tradingNotes } from './trading-notes.ts'

/**
 * Whether an entry is one of the trading events and not an event of the user's of the same name. Not by
 * identity: the entry may be of another copy of the package.
 */
export function isTradingEvent({ name, description }: CatalogEntry): boolean {
  return tradingEvents.entries.get(name)?.description === description
}

/** The sentences of the fields of a trading event by path, such as `fee.amount`; none of another one. */
export function sentencesOf(entry: CatalogEntry): Readonly<Record<string, string>> {
  return isTradingEvent(entry) ? tradingFields[entry.name]! : {}
}

/** What is noted of an event: by its author, or by us. */
export function notesOf(entry: CatalogEntry): EventNotes {
  const ours = isTradingEvent(entry) ? tradingNotes[entry.name] : undefined
  return ours ?? entry.notes ?? {}
}

/** The constant of a trading event, such as `ORDER_FILLED`. */
export function constantOf(entry: CatalogEntry): string | undefined {
  if (!isTradingEvent(entry)) return undefined
  return Object.entries(EventType).find(([, type]) => type === entry.name)?.[0]
}
