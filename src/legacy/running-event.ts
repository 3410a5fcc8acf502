import type { TradewireEvent } from '../events/envelope.ts'

/**
 * The event because of which legacy code is running now: that of the listener that is being called, or
 * that because of which the emission was made that it hears. What it emits has this event as cause.
 */
export interface RunningEvent {
  /** Undefined while no listener runs, and in one that was called because of no event. */
  event: TradewireEvent | undefined
}
