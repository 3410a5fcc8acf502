import type { Catalog } from '../events/catalog.ts'
import { pagesOf } from './event-pages.ts'
import { addressOf, nameOf, pageHTML } from './html.ts'
import { siteScript } from './site-script.ts'
import { siteStyle } from './site-style.ts'

/**
 * The reference of a catalog as a web site: texts by file name. It has no foreign hosts, and works under
 * any path and from files. The pages link to JSON Schemas in `schemas/`, which are not among them.
 */
export function htmlSite(
  catalog: Catalog,
  { title }: { readonly title: string },
): ReadonlyMap<string, string> {
  const pages = pagesOf(catalog)
  const files = new Map<string, string>()
  for (const page of pages) {
    files.set(decodeURIComponent(addressOf(page.name)), pageHTML(page, { title, pages }))
  }
  files.set('style.css', siteStyle)
  const index = pages.map((page) => ({
    title: nameOf(page),
    category: page.category,
    address: addressOf(page.name),
    words: [...new Set(page.keywords)],
  }))
  files.set('script.js', siteScript(index))
  return files
}
