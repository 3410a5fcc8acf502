import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Clock } from '../time/clock.ts'
import { type OutOfOrder, requireOutOfOrder } from './sort-window.ts'

/** Options of {@link createPlayer}. */
export interface PlayerOptions {
  /** How fast it plays: so many times real time, above 0. `Infinity` is as fast as possible. Default `Infinity`. */
  readonly speed?: number
  /** Which events it plays: a pattern, or a list of them. The others are passed over. Default `*`. */
  readonly pattern?: string | readonly string[]
  /**
   * Whether recorded events are played with the id, sequence, timestamp and causes that they had, or as new
   * events of the bus: where handlers of the bus emit events of their own, there may be no room left for the
   * sequence of the record. Events of a source that were not recorded are new in any case. Default `kept`.
   */
  readonly identity?: 'kept' | 'new'
  /** The real clock that a speed is measured by. Default a `SystemClock`. */
  readonly pace?: Clock
  /** What to do with a source that goes back in time; a log is played in the order of its record. Default `refuse`. */
  readonly outOfOrder?: OutOfOrder
  /** Closes the player when it aborts: `finished` rejects with its reason. */
  readonly signal?: AbortSignal
}

const names: readonly (keyof PlayerOptions)[] = [
  'speed',
  'pattern',
  'identity',
  'pace',
  'outOfOrder',
  'signal',
]

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function requirePlayerOptions(options: PlayerOptions): void {
  requireOptions('createPlayer', options, names)
  const { speed = Infinity, identity = 'kept', outOfOrder } = options
  requireSpeed(speed)
  if (identity !== 'kept' && identity !== 'new') {
    throw new ConfigurationError(
      `identity must be 'kept' or 'new', but is ${describeValue(identity)}.`,
    )
  }
  if (outOfOrder !== undefined) requireOutOfOrder(outOfOrder)
}

/** @throws ConfigurationError `CONFIGURATION` unless `speed` is a number above 0. */
export function requireSpeed(speed: unknown): number {
  if (typeof speed === 'number' && speed > 0) return speed
  throw new ConfigurationError(
    `speed must be a number above 0, or Infinity, but is ${describeValue(speed)}.`,
  )
}
