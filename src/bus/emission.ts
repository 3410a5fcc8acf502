import type { TradewireEvent } from '../events/envelope.ts'
import type { Flight } from './flight.ts'
import type { Hold } from './hold.ts'
import type { EmitOptions } from './options.ts'

/** Something that waits for its turn in the run to completion, other than an event. */
export interface QueuedTask {
  readonly task: () => void
  readonly depth: number
  readonly hold?: undefined
}

/** An emission in line for its dispatch. */
export interface QueuedEmission {
  readonly task?: undefined
  readonly event: TradewireEvent
  readonly depth: number
  readonly flight: Flight | undefined
  /** What a gate has said of it; undefined where none was asked. */
  readonly hold: Hold | undefined
}

/** An event to emit, as `emitBatch` takes it. */
export interface BatchItem {
  readonly type: string
  readonly data: unknown
  readonly options?: EmitOptions
}
