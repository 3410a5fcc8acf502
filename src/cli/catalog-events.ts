import { Catalog } from '../events/catalog.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { matchesPattern } from '../events/pattern.ts'
import { closestTo } from '../events/suggestion.ts'
import { strayNotes } from '../reference/stray-notes.ts'
import { isTradingEvent } from '../reference/trading-event.ts'
import { UsageError } from './usage-error.ts'

/**
 * The events that a description is to have: those that a pattern covers, or all. Categories without a
 * trading event come first, as they are what their author looks for.
 *
 * @throws UsageError if a pattern covers no event.
 */
export function chosenEvents(catalog: Catalog, only: readonly string[]): Catalog {
  const all = [...catalog.entries.values()]
  for (const pattern of only) requireCovering(pattern, all)
  const chosen = all.filter(
    ({ name }) => only.length === 0 || only.some((pattern) => matchesPattern(pattern, name)),
  )
  const ours = new Set(chosen.filter(isTradingEvent).map(({ category }) => category))
  const ordered = [
    ...chosen.filter(({ category }) => !ours.has(category)),
    ...chosen.filter(({ category }) => ours.has(category)),
  ]
  return new Catalog(new Map(ordered.map((entry) => [entry.name, entry])))
}

function requireCovering(pattern: string, entries: readonly CatalogEntry[]): void {
  if (entries.some(({ name }) => matchesPattern(pattern, name))) return
  const names = entries.flatMap(({ name, category }) => [name, `${category}.*`])
  throw new UsageError(
    `--only ${JSON.stringify(pattern)} covers no event of the catalog.${hint(pattern, names)}`,
  )
}

/** Says which notes of a catalog name an event that it does not have. */
export function noteStrays(catalog: Catalog, note: (text: string) => void): void {
  const names = [...catalog.entries.keys()]
  for (const { event, list, type } of strayNotes(catalog)) {
    note(
      `The notes of ${event} have ${JSON.stringify(type)} in ${list}, which is no event of the catalog.${hint(type, names)}`,
    )
  }
}

function hint(asked: string, names: readonly string[]): string {
  const closest = closestTo(asked, new Set(names))
  return closest === undefined ? '' : ` Did you mean ${closest}?`
}
