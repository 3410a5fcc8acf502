import type { Catalog } from '../events/catalog.ts'
import { eventPage } from './event-page.ts'
import { fileNames } from './file-name.ts'
import { jsonSchemasOf } from './json-schemas.ts'
import { pageMarkdown } from './markdown.ts'
import { overviewPage } from './overview-page.ts'
import type { Page } from './page.ts'

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
 * in the order of the catalog. Links between pages are relative. Each page also links to the JSON Schema
 * of its event, `schemas/order.filled.schema.json`: write what `jsonSchemasOf` returns to `schemas/`
 * under the `$id` of each.
 */
export function eventPages(catalog: Catalog): readonly EventPage[] {
  return pagesOf(catalog).map((page) => ({
    path: `${page.name}.md`,
    title: page.title,
    category: page.category,
    markdown: pageMarkdown(page),
  }))
}

/** The pages before they are written as Markdown or HTML. */
export function pagesOf(catalog: Catalog): readonly Page[] {
  const files = fileNames(catalog)
  const schemas = jsonSchemasOf(catalog)
  return [
    overviewPage(catalog, files),
    ...[...catalog.entries.values()].map((entry) => eventPage(entry, { files, schemas })),
  ]
}
