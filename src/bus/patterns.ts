import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'

/** One pattern, or a list of them. */
export type Patterns = string | readonly string[]

/** What a list of patterns means, once it was checked. */
export interface ParsedPatterns {
  /** The patterns, joined by a comma. */
  readonly text: string
  /** Their tokens; empty for one exact type. */
  readonly tokens: readonly (readonly string[])[]
}

/**
 * Takes patterns apart.
 *
 * @throws ConfigurationError `CONFIGURATION` if one is malformed.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the catalog could match one.
 */
export function parsePatterns(patterns: Patterns, catalog: Catalog): ParsedPatterns {
  if (typeof patterns === 'string' && !patterns.includes('*')) {
    // What the catalog does not know may be malformed, too.
    if (catalog.find(patterns) === undefined) catalog.parsePattern(patterns)
    return { text: patterns, tokens: [] }
  }
  // Copied with its holes as undefined, which are refused then.
  const list: readonly string[] = Array.isArray(patterns) ? [...patterns] : [patterns as string]
  if (list.length === 0) {
    throw new ConfigurationError('A list of patterns must hold at least one pattern.')
  }
  const tokens = list.map((pattern) => catalog.parsePattern(pattern))
  return { text: list.join(','), tokens }
}
