import type { Catalog } from '../events/catalog.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { lifeCycles } from './life-cycles.ts'
import { type Block, type Page, prose } from './page.ts'

/** The name of the overview's file: no event has it, as the name of each has a dot. */
export const overviewName = 'events'

/** The first page: all events by category, and how orders and positions live. */
export function overviewPage(catalog: Catalog, files: ReadonlyMap<string, string>): Page {
  const entries = [...catalog.entries.values()]
  return {
    name: overviewName,
    title: 'Events',
    category: '',
    keywords: [],
    blocks: [
      ...categoriesOf(entries).flatMap((category): readonly Block[] => [
        { kind: 'heading', text: [category] },
        {
          kind: 'table',
          head: ['Type', 'Meaning'],
          rows: entries
            .filter((entry) => entry.category === category)
            .map(({ name, description }) => [
              [{ code: name, page: files.get(name)! }],
              prose(description),
            ]),
        },
      ]),
      ...lifeCycles(catalog),
    ],
  }
}

/** The categories in the order of the catalog. */
export function categoriesOf(entries: readonly CatalogEntry[]): readonly string[] {
  return [...new Set(entries.map(({ category }) => category))]
}
