import type { StoreStats } from './store.ts'

/** A consumer, as the log knows it. */
export interface ConsumerState {
  /** Its name. */
  readonly name: string
  /** The position of the last event that it is done with. */
  readonly position: number
  /** Whether it runs. */
  readonly running: boolean
}

/** What a log holds, and what waits. */
export interface LogStats extends StoreStats {
  /** Events that were given to it and are not durable yet. */
  readonly pending: number
  /** Commits since it was opened. */
  readonly commits: number
  /** Events that were appended since it was opened. */
  readonly appended: number
  /** Consumers: how far each has come, and whether it runs. */
  readonly consumers: readonly ConsumerState[]
}
