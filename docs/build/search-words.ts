import {
  DocumentReflection,
  IndexEvent,
  type Reflection,
  ReflectionKind,
  type Renderer,
} from 'typedoc'
import { documentPath, type SiteRouter } from './site-router.ts'

/** How much more a page counts in search than a symbol of the API, by the folder that it stands in. */
const weights: Readonly<Record<string, number>> = {
  events: 4,
  guides: 8,
  decisions: 0.5,
  sources: 0.1,
}

const members = [ReflectionKind.Property, ReflectionKind.EnumMember]

/** What readers look for in a guide that has no heading of that name. */
const wishes: Readonly<Record<string, string>> = {
  'guides/quick-start': 'quickstart getting started install',
  'guides/first-backtest':
    'backtest backtesting runBacktest drawdown stop loss resample timeframe parameter sweep optimization fee fees commission slippage',
  'guides/live': 'paper trading venue fee fees',
  'guides/delivery': 'retry backoff',
}

/**
 * Has search prefer events and guides, find an event by each word of its type and by its fields, a guide by
 * its headings, and the code of an error where the guide to troubleshooting tells of it.
 */
export function addSearchWords(renderer: Renderer): void {
  renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    index.searchFieldWeights['words'] = 8
    index.searchResults = index.searchResults.filter((found) => !isNameless(found))
    const troubles = index.searchResults
      .filter(isDocument)
      .filter((page) => documentPath(page) === 'guides/troubleshooting')
    index.searchResults.push(...troubles.flatMap((page) => codesOf(page, renderer)))
    for (const [place, found] of index.searchResults.entries()) {
      // A field of a payload is a property of an interface, too; its event says more of it.
      if (found.kindOf(members)) found.relevanceBoost = 0.05
      // Whoever looks for `backtest` wants what runs one before what it returns and throws.
      if (found.kindOf(ReflectionKind.Function)) found.relevanceBoost = 2
      if (!isDocument(found)) continue
      const path = documentPath(found) ?? ''
      found.relevanceBoost ??= weights[path.replace(/\/.*/, '')] ?? 1
      index.searchFields[place] = {
        words: path.startsWith('events/') ? wordsOf(found) : headingsOf(found, path),
        // A field that few pages have counts for little, so these are in one that all have.
        ...(path in wishes && { name: `${found.name} ${wishes[path]}` }),
      }
    }
  })
}

/** A type without a name, which TypeDoc calls `__type`, and what is in it. */
function isNameless(found: Reflection): boolean {
  return found.getFullName().split('.').includes('__type')
}

function isDocument(reflection: Reflection): reflection is DocumentReflection {
  return reflection.isDocument()
}

/** A result for each error code that a guide has a heading for, which leads to that heading. */
function codesOf(guide: DocumentReflection, renderer: Renderer): DocumentReflection[] {
  const codes = Array.from(textOf(guide).matchAll(/^### ([A-Z][A-Z_]+)$/gm), ([, code]) => code!)
  return codes.map((code) => {
    const result = new DocumentReflection(code, guide, [], {})
    result.relevanceBoost = 1
    const address = `${renderer.router!.getFullUrl(guide)}#${code.toLowerCase()}`
    // The router that site.ts has chosen.
    ;(renderer.router as SiteRouter).addResult(result, address)
    return result
  })
}

function textOf(page: DocumentReflection): string {
  return page.content.map((part) => part.text).join('')
}

/** The name of a page, and the headings of a guide. */
function headingsOf(page: DocumentReflection, path: string): string {
  if (!path.startsWith('guides/')) return page.name
  const headings = Array.from(textOf(page).matchAll(/^#+ (.+)$/gm), ([, heading]) => heading)
  return [page.name, ...headings].join(' ')
}

/** The words of the type, and what the first column of the tables of the page holds. */
function wordsOf(page: DocumentReflection): string {
  const fields = Array.from(textOf(page).matchAll(/^\| `([\w.]+)` \|/gm), ([, field]) => field)
  return [...page.name.split('.'), ...fields].join(' ')
}
