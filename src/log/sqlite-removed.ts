import { LogDamagedError } from './errors.ts'
import { isGap } from './sqlite-order.ts'
import type { PageSource } from './sqlite-pages.ts'

/**
 * The highest position at which retention has removed a record that one of the patterns covers, or that
 * an archive has left out, which may have held any type; 0 if there is none.
 */
export function removedThrough(
  { connection, directory }: PageSource,
  patterns: readonly string[] | undefined,
): number {
  return directory
    .covered(patterns)
    .reduce((most, type) => Math.max(most, type.removedThrough), lastLeftOut(connection))
}

function lastLeftOut(connection: PageSource['connection']): number {
  const row = connection
    .statement('SELECT first, last FROM gaps ORDER BY first DESC LIMIT 1')
    .first()
  if (row === undefined) return 0
  const [first, last] = row as [number, number]
  if (isGap(connection, first, last)) return last
  throw new LogDamagedError(
    'What the file says of left out positions is not what was written.',
    0,
    0,
  )
}
