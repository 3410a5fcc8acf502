import type { CountedClock } from './counted-clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Listeners } from './listeners.ts'
import type { Registry } from './registry.ts'

/** The parts of a bus that other rooms work with, see `backstage.ts`. */
export interface Backstage {
  readonly dispatcher: Dispatcher
  readonly registry: Registry
  readonly listeners: Listeners
  /** Whether emissions are asked who makes them, and how often. */
  readonly guarded: boolean
  /** The timers of its deliveries and rate limits; undefined on a live clock. */
  readonly timers: CountedClock | undefined
}
