import type { Catalog } from '../events/catalog.ts'

/** One page of the reference of a catalog. */
export interface EventPage {
  /** Its file, relative to the folder of all pages, such as `order.filled.md`. No folders. */
  readonly path: string
  /** The name of the event, such as `order.filled`; `Events` for the overview. */
  readonly title: string
  /** The first token of the name, such as `order`; empty for the overview. */
  readonly category: string
  /** The whole page as Markdown, with its title as the only heading of level 1. */
  readonly markdown: string
}

/**
 * The reference of a catalog as Markdown: the overview `events.md` first, then a page for each event
 * in the order of the catalog. Links between pages are relative.
 */
export function eventPages(catalog: Catalog): readonly EventPage[] {
  return [...catalog.entries.values()].map(({ name, category, description }) => ({
    path: `${name.replaceAll(/[{}]/g, '')}.md`,
    title: name,
    category,
    markdown: `# ${name}\n\n${description}\n`,
  }))
}
