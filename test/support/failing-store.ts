import { LogStorageError } from '../../src/log/errors.ts'
import { MemoryStore } from '../../src/log/memory-store.ts'
import type { StoreAppend, StoredEvent } from '../../src/log/store.ts'

/**
 * A double of a home, which fails and stalls on command; what it takes is in memory. Disks that are really
 * full are the business of other tests.
 */
export class FailingStore extends MemoryStore {
  /** What it fails with; undefined while it works. */
  failure: Error | undefined = undefined
  /** How many appends it was given. */
  appends = 0
  /** The attempt of each lane that has failed: what was sent behind it fails, too. */
  readonly #failed = new Map<string, number>()
  #stalled: PromiseWithResolvers<void> | undefined = undefined

  /** From now on it refuses every append. */
  fail(failure: Error = new LogStorageError('The disk is full: made up by a test.')): void {
    this.failure = failure
  }

  /** From now on it works. */
  mend(): void {
    this.failure = undefined
  }

  /** From now on it answers nothing. */
  stall(): void {
    this.#stalled ??= Promise.withResolvers()
  }

  /** It does what it was given meanwhile, in that order. */
  go(): void {
    this.#stalled?.resolve()
    this.#stalled = undefined
  }

  override async append(
    events: readonly StoredEvent[],
    options: StoreAppend,
  ): Promise<readonly number[]> {
    this.appends += 1
    await this.#stalled?.promise
    const { lane } = options
    const behind = lane !== undefined && (this.#failed.get(lane.name) ?? 0) >= lane.attempt
    if (this.failure === undefined && !behind) return super.append(events, options)
    if (lane !== undefined) this.#failed.set(lane.name, lane.attempt)
    throw this.failure ?? new LogStorageError('An append before this one has failed.')
  }
}
