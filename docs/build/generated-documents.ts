import { existsSync, mkdirSync, readFileSync, writeFileSync, globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { eventPages } from '../../src/reference/event-pages.ts'

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
  files.set('asyncapi.md', `---\ntitle: AsyncAPI\n---\n\n${asyncApiPlace}\n`)
  const stale = globSync('**/*.md', { cwd: folder }).filter((path) => !files.has(path))
  for (const path of stale) rmSync(join(folder, path))
  for (const [path, text] of files) writeChanged(join(folder, path), text)
  return pages.filter(({ category }) => category !== '').length
}

/** Whoever builds at the same time never sees half a file that was whole before. */
function writeChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
