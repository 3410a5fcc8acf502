import type { PageSource } from './sqlite-pages.ts'
import type { CutQuery, RemovalQuery } from './store.ts'

export function cutOf(_source: PageSource, _query: CutQuery): number {
  return 0
}

export function removeSome(
  _source: PageSource,
  _query: RemovalQuery,
): { readonly removed: number; readonly done: boolean } {
  return { removed: 0, done: true }
}
