import {
  type DocumentReflection,
  IndexEvent,
  type Reflection,
  ReflectionKind,
  type Renderer,
} from 'typedoc'
import { documentPath } from './site-router.ts'

/** How much more a page counts in search than a symbol of the API, by the folder that it stands in. */
const weights: Readonly<Record<string, number>> = {
  events: 4,
  guides: 3,
  decisions: 0.5,
  sources: 0.1,
}

const members = [ReflectionKind.Property, ReflectionKind.EnumMember]

/** Has search prefer events and guides, and find an event by each word of its type and by its fields. */
export function addSearchWords(renderer: Renderer): void {
  renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    index.searchFieldWeights['words'] = 8
    for (const [place, found] of index.searchResults.entries()) {
      // A field of a payload is a property of an interface, too; its event says more of it.
      if (found.kindOf(members)) found.relevanceBoost = 0.2
      if (!isDocument(found)) continue
      const path = documentPath(found) ?? ''
      found.relevanceBoost = weights[path.replace(/\/.*/, '')] ?? 1
      index.searchFields[place] = {
        words: path.startsWith('events/') ? wordsOf(found) : found.name,
      }
    }
  })
}

function isDocument(reflection: Reflection): reflection is DocumentReflection {
  return reflection.isDocument()
}

/** The words of the type, and what the first column of the tables of the page holds. */
function wordsOf(page: DocumentReflection): string {
  const text = page.content.map((part) => part.text).join('')
  const fields = Array.from(text.matchAll(/^\| `([\w.]+)` \|/gm), ([, field]) => field)
  return [...page.name.split('.'), ...fields].join(' ')
}
