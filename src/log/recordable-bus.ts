import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { Clock } from '../time/clock.ts'

/** Something that was added to a bus and can be taken away again. */
export interface BusAttachment {
  /** Takes it away. Does nothing the second time. */
  remove(): void
}

/** What {@link record} needs of a bus. Every `Bus` has it. */
export interface RecordableBus<out Schemas extends EventSchemas = TradingSchemas> {
  /** Which events it carries. */
  readonly catalog: Catalog<Schemas>
  /** Where its timestamps come from. */
  readonly clock: Clock
  /** Whether it refuses events from now on. */
  readonly closed: boolean
  /** Emits a warning. Which types a bus may emit is its own business, and checked at run time. */
  emitSync(
    type: never,
    data: never,
    options?: { readonly source?: string; readonly cause?: TradewireEvent },
  ): TradewireEvent
  /** Tells of every event, in order, as its dispatch begins and before any handler. */
  observe(observer: { onEmitted(event: TradewireEvent): void }): BusAttachment
  /** Asks before an event is dispatched, in order; the dispatch waits for the promise. */
  hold(gate: (event: TradewireEvent) => Promise<unknown> | undefined): BusAttachment
}
