import type { Catalog } from '../events/catalog.ts'
import { isParameter, matchesPattern } from '../events/pattern.ts'
import { notesOf } from './trading-event.ts'

/** A type among the notes of an event that is none of the catalog: most often, it is misspelt. */
export interface StrayNote {
  /** The event whose notes they are. */
  readonly event: string
  readonly list: 'before' | 'after'
  readonly type: string
}

/**
 * The types before and after the events of a catalog that it does not have. They are looked for as pages
 * are made: an event may be added after the one that names it.
 */
export function strayNotes({ entries }: Catalog): readonly StrayNote[] {
  const patterns = [...entries.values()]
    .filter(({ parameterised }) => parameterised)
    .map(({ tokens }) => tokens.map((token) => (isParameter(token) ? '*' : token)).join('.'))
  const known = (type: string): boolean =>
    entries.has(type) || patterns.some((pattern) => matchesPattern(pattern, type))
  return [...entries.values()].flatMap((entry) => {
    const notes = notesOf(entry)
    return (['before', 'after'] as const).flatMap((list) =>
      (notes[list] ?? [])
        .filter((type) => !known(type))
        .map((type) => ({ event: entry.name, list, type })),
    )
  })
}
