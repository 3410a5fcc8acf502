import { LogStorageError } from './errors.ts'
import type { StoreAppend } from './store.ts'

/** Keeps the appends of a lane in order: behind one that has failed, none passes of the same attempt. */
export class LaneGate {
  /** The attempt of each lane that has failed. */
  readonly #failed = new Map<string, number>()

  /** @throws LogStorageError `LOG_STORAGE` if an append before this one has failed. */
  pass<Result>(lane: StoreAppend['lane'], append: () => Result): Result {
    if (lane === undefined) return append()
    const failed = this.#failed.get(lane.name)
    if (failed !== undefined && lane.attempt <= failed) {
      throw new LogStorageError(
        'Nothing was appended: an append of this writer before it has failed.',
      )
    }
    try {
      const result = append()
      this.#failed.delete(lane.name)
      return result
    } catch (error) {
      this.#failed.set(lane.name, lane.attempt)
      throw error
    }
  }
}
