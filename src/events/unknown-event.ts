import { describeValue } from '../errors/checks.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import { EventType } from './event-type.ts'
import { isParameter } from './pattern.ts'
import { closestTo } from './suggestion.ts'

/** The most types of a category that one message lists. */
const mostListed = 12

/**
 * The message about a type or a pattern that names no event of the catalog: what was asked for, what
 * may have been meant, and what to do. Never throws, whatever `asked` is.
 *
 * @param what whether an event type or a pattern was asked for.
 */
export function describeUnknown(
  what: 'event type' | 'pattern',
  asked: unknown,
  entries: ReadonlyMap<string, CatalogEntry>,
): string {
  if (typeof asked !== 'string') {
    const hint = asked === undefined ? ' Is the constant misspelt?' : ''
    return `An event type must be a string, such as "order.filled", but is ${describeValue(asked)}.${hint}`
  }
  if (what === 'event type' && asked.includes('*')) {
    return `${describeValue(asked)} is a pattern, which can be subscribed to, but not emitted or counted. Name one event type, such as "order.filled".`
  }
  const hint = suggestion(what, asked, entries)
  return `The catalog has no event for the ${what} ${describeValue(asked)}.${hint} Add events of your own with catalog.extend({…}).`
}

function suggestion(
  what: 'event type' | 'pattern',
  asked: string,
  entries: ReadonlyMap<string, CatalogEntry>,
): string {
  const renamed = byOtherName(asked, entries)
  if (renamed !== undefined) return ` Did you mean ${describeValue(renamed)}?`
  const all = [...entries.values()]
  const loose = all.find((entry) => entry.parameterised && fitsLoosely(asked, entry))
  if (loose !== undefined) {
    return ` Did you mean ${describeValue(loose.name)}? A parameter stands for one token, which is not empty and has no dots, stars, braces or white space.`
  }
  const names = what === 'pattern' ? patternsOf(all) : entries.keys()
  const closest = closestTo(asked, names)
  if (closest !== undefined) return ` Did you mean ${describeValue(closest)}?`
  return listCategory(asked.split('.')[0]!, all)
}

/** The type whose constant or legacy name was given in the place of the type. */
function byOtherName(
  asked: string,
  entries: ReadonlyMap<string, CatalogEntry>,
): string | undefined {
  for (const [constant, type] of Object.entries(EventType)) {
    if (asked === constant && entries.has(type)) return type
  }
  for (const entry of entries.values()) {
    // Many a legacy name is an ordinary word: it must be written as it was, or in capitals.
    if (asked === entry.legacyName || asked === entry.legacyName?.toUpperCase()) return entry.name
  }
  return undefined
}

/** Whether `type` begins and ends as the name does around its parameters. */
function fitsLoosely(type: string, entry: CatalogEntry): boolean {
  const first = entry.tokens.findIndex(isParameter)
  const last = entry.tokens.findLastIndex(isParameter)
  const head = `${entry.tokens.slice(0, first).join('.')}.`
  const tail = entry.tokens.slice(last + 1).map((token) => `.${token}`)
  const end = tail.join('')
  return type.length >= head.length + end.length && type.startsWith(head) && type.endsWith(end)
}

function patternsOf(entries: readonly CatalogEntry[]): Set<string> {
  return new Set(
    entries.flatMap(({ name, category, tokens }) => [
      name,
      `${category}.*`,
      `${category}.**`,
      `*.${tokens.slice(1).join('.')}`,
    ]),
  )
}

function listCategory(asked: string, entries: readonly CatalogEntry[]): string {
  const categories = new Set(entries.map(({ category }) => category))
  const category = categories.has(asked) ? asked : closestTo(asked, categories)
  if (category === undefined) return ''
  const names = entries.filter((entry) => entry.category === category).map(({ name }) => name)
  const listed = names.slice(0, mostListed).map(describeValue).join(', ')
  const more = names.length > mostListed ? ', …' : ''
  return ` The category ${describeValue(category)} has ${listed}${more}.`
}
