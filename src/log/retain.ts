import type { Progress } from './progress.ts'

/** What a log is to keep. An event goes as soon as one limit wants it to. At least one is given. */
export interface RetainOptions<Pattern extends string = string> {
  /**
   * Only events up to this age stay, in milliseconds from 0, by the clock of the log. The oldest positions go
   * first: an event with an old time stays while a younger one stands before it.
   */
  readonly maxAgeMs?: number
  /** Only the newest so many stay. A whole number from 0. */
  readonly maxEvents?: number
  /** Only as many of the newest stay as take this many bytes of storage. A whole number from 0. */
  readonly maxBytes?: number
  /** Only events from this position on stay. A whole number from 1. */
  readonly before?: number
  /** Only events that this pattern, or one of the list, covers are counted and removed. Default `*`. */
  readonly pattern?: Pattern | readonly Pattern[]
  /** Is told how far it has come. */
  readonly onProgress?: (progress: Progress) => void
}

/** What `retain` has done. */
export interface RetainReport {
  /** How many events it has removed. */
  readonly removed: number
}
