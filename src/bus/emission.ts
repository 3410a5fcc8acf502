import type { TradewireEvent } from '../events/envelope.ts'
import type { Flight } from './flight.ts'
import type { EmitOptions } from './options.ts'

/** Something that waits for its turn in the run to completion, other than an event. */
export interface QueuedTask {
  readonly task: () => void
  readonly depth: number
}

/** An emission that a handler made, in line for its dispatch. */
export interface QueuedEmission {
  readonly task?: undefined
  readonly event: TradewireEvent
  readonly depth: number
  readonly flight: Flight | undefined
}

/** An event to emit, as `emitBatch` takes it. */
export interface BatchItem {
  readonly type: string
  readonly data: unknown
  readonly options?: EmitOptions
}
