import type { Catalog } from '../events/catalog.ts'
import type { LogEntry } from '../log/event-log.ts'
import type { Divergence } from './divergence.ts'
import type { ReplayRecord } from './replay-record.ts'
import type { ReplayRules } from './replay-rules.ts'
import type { ReplayStage } from './replay-stage.ts'

/** What a replay is made of. */
export interface ReplayParts {
  readonly stage: ReplayStage
  readonly record: ReplayRecord
  readonly rules: ReplayRules
  readonly catalog: Catalog
  /** Whether the session went on after what is replayed. */
  readonly isPart: boolean
}

/** How far a replay has come. */
export interface ReplayCounts {
  /** Events of the record that are behind it. */
  events: number
  /** Of these, those that were fed. */
  inputs: number
  /** Events that were emitted again, and compared. */
  compared: number
}

/** A way to replay a record. */
export interface ReplayWay {
  readonly counts: ReplayCounts
  /** Goes on with the first event of the record that is not behind. */
  next(entry: LogEntry): Promise<Divergence | undefined>
  /** Compares what was emitted meanwhile, once all has come to rest. */
  check(): Promise<Divergence | undefined>
  /** Compares what comes after the record. */
  finish(): Promise<Divergence | undefined>
}
