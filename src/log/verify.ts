import type { DamagedRange } from './store.ts'

/** What `verify` has found. */
export interface Verification {
  /** Whether all of it is as it was written. */
  readonly ok: boolean
  /** How many records it has looked at. */
  readonly records: number
  /** What is damaged, in order. */
  readonly damaged: readonly DamagedRange[]
}
