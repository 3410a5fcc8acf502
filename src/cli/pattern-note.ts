import { matchesPattern } from '../events/pattern.ts'
import { closestTo } from '../events/suggestion.ts'
import type { Catalog } from '../events/catalog.ts'
import type { LogStats } from '../log/log-stats.ts'
import type { Room } from './command.ts'

/** What the patterns are compared with. */
interface Typed {
  readonly catalog: Catalog
  stats(): Promise<Pick<LogStats, 'types'>>
}

/**
 * Says which patterns cover no type of the catalog and none that the log holds: most often, they are
 * misspelt.
 *
 * @throws ConfigurationError `CONFIGURATION` if a pattern is malformed.
 */
export async function notePatterns(
  log: Typed,
  patterns: readonly string[],
  room: Pick<Room, 'note'>,
): Promise<void> {
  const known = [...log.catalog.entries.keys()]
  const strange = patterns.filter((pattern) => !covers(pattern, known))
  if (strange.length === 0) return
  const held = (await log.stats()).types.map(({ type }) => type)
  for (const pattern of strange.filter((pattern) => !covers(pattern, held))) {
    const closest = closestTo(pattern, candidates([...held, ...known]))
    const hint = closest === undefined ? '' : ` Did you mean ${closest}?`
    room.note(
      `The pattern ${JSON.stringify(pattern)} covers no type of the catalog, and none in the log.${hint}`,
    )
  }
}

function covers(pattern: string, types: readonly string[]): boolean {
  return types.some((type) => matchesPattern(pattern, type))
}

/** What may have been meant: types, and all of a category. */
function candidates(types: readonly string[]): ReadonlySet<string> {
  return new Set(types.flatMap((type) => [type, `${type.split('.')[0]!}.*`]))
}
