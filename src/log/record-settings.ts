import type { SystemWarning } from '../events/system.ts'
import type { Clock } from '../time/clock.ts'
import type { RecordOverflow } from './recording.ts'
import type { Durability } from './store.ts'

/** Options of `record` with every default filled in and every value checked. */
export interface RecordSettings {
  readonly policy: 'write-ahead' | RecordOverflow
  readonly durability: Durability
  /** How many events may wait for the storage. */
  readonly capacity: number
  /** Milliseconds; undefined for the default of the writer. */
  readonly retryMs: number | undefined
  readonly onWarning: ((warning: SystemWarning) => unknown) | undefined
  /** Real time. */
  readonly clock: Clock
  /** The patterns, for people. */
  readonly pattern: string
}
