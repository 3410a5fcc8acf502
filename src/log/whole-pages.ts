import { EventsRemovedError } from './errors.ts'
import type { LogStore } from './store.ts'

/** Pages of a home that hold every event that was ever appended; where one is gone, there is no page. */
export function wholePages(store: Pick<LogStore, 'page' | 'removedThrough'>): LogStore['page'] {
  return async (query) => {
    // Asked for in one breath: nothing of the page is removed in between.
    const [page, removed] = await Promise.all([
      store.page(query),
      store.removedThrough(query.patterns),
    ])
    requireWhole(query.after, removed)
    return page
  }
}

/**
 * @param after the position behind which every event is needed.
 * @param removed the highest position at which one is gone.
 * @throws EventsRemovedError `EVENTS_REMOVED` if that is behind `after`.
 */
export function requireWhole(after: number, removed: number): void {
  if (removed <= after) return
  throw new EventsRemovedError(
    `Events of the pattern are gone up to position ${removed}, and those behind position ${after} are needed for the state to be right. Give { from: ${removed + 1} } to accept what is left; next time take a snapshot before events are removed, with project and snapshotEvery.`,
    after,
    removed,
  )
}
