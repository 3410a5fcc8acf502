import { existsSync, mkdirSync, readFileSync, writeFileSync, globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { eventPages } from '../../src/reference/event-pages.ts'
import { eventSchemas } from './catalog-files.ts'

/** The element that the document of AsyncAPI holds until its page is written. */
export const asyncApiPlace = '<div id="asyncapi"></div>'

/**
 * Writes the documents that are made from the catalog into `folder`, for TypeDoc to take: a page for each
 * event below `events/`, and the place of the AsyncAPI page. What stands there from earlier goes.
 *
 * @returns how many pages of events there are.
 */
export function writeGeneratedDocuments(folder: string): number {
  const pages = eventPages(tradingEvents)
  const files = new Map<string, string>()
  for (const [order, { path, title, category, markdown }] of pages.entries()) {
    const place = category === '' ? [] : [`category: ${category}`, `order: ${order}`]
    files.set(
      `events/${path}`,
      ['---', `title: ${title}`, ...place, '---', '', markdown].join('\n'),
    )
  }
  files.set('asyncapi.md', asyncApiMarkdown())
  // Pages link to them from here; the site has them in a folder of its own.
  for (const [file, text] of eventSchemas()) files.set(`events/schemas/${file}`, text)
  const stale = globSync('**/*.{md,json}', { cwd: folder }).filter((path) => !files.has(path))
  for (const path of stale) rmSync(join(folder, path))
  for (const [path, text] of files) writeChanged(join(folder, path), text)
  return pages.filter(({ category }) => category !== '').length
}

function asyncApiMarkdown(): string {
  const categories = Map.groupBy(tradingEvents.entries.keys(), (name) => name.replace(/\..*/, ''))
  const links = Array.from(categories, ([category, names]) => {
    const line = names.map((name) => `<a href="#operation-send-${name}">${name}</a>`)
    return `## ${category}\n\n<p>${line.join(' · ')}</p>`
  })
  return `---
title: AsyncAPI
---

# AsyncAPI

The trading events as an AsyncAPI 3 document, for whoever sends them over a wire: as
<a href="site:asyncapi.json">asyncapi.json</a>, and here. [Events](events/events.md) says more of each: when it is
emitted, by whom, and what comes before and after it.

${links.join('\n\n')}

${asyncApiPlace}
`
}

/** Whoever builds at the same time never sees half a file that was whole before. */
function writeChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
