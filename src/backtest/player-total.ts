import type { EventLog } from '../log/event-log.ts'
import { isLog } from './player-feed.ts'
import type { AnySource } from './source-chunks.ts'

/** How many events there are to play; undefined where nobody knows before they are read. */
export async function totalOf(
  source: AnySource | EventLog,
  pattern: string | readonly string[],
): Promise<number | undefined> {
  if (pattern !== '*') return undefined
  if (Array.isArray(source)) return source.length
  if (!isLog(source)) return undefined
  // Whatever keeps a log from counting, reading it will say.
  return source.stats().then(
    ({ events }) => events,
    () => undefined,
  )
}
