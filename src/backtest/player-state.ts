import { requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** What a player is at. Once it is closed it plays no more; ended, all of its events are played. */
export type PlayerState = 'idle' | 'playing' | 'paused' | 'ended' | 'closed'

/** Where to go on: at the first event of a time, or at an event by its number. */
export type SeekTarget =
  | {
      /** Milliseconds since the Unix epoch. */
      readonly time: number
    }
  | {
      /** How many events come before it: a whole number from 0. */
      readonly position: number
    }

/** How far a player has come. */
export interface PlayerProgress {
  /** What it is at. */
  readonly state: PlayerState
  /** How many events are behind it: played, and skipped by `seek`. */
  readonly position: number
  /** How many it has played. */
  readonly played: number
  /** How many it has skipped. */
  readonly skipped: number
  /** The recorded time that it has come to, in milliseconds since the Unix epoch; absent before the first event. */
  readonly time?: number
  /** How many events there are; absent where nobody knows. */
  readonly total?: number
}

/** @throws ConfigurationError `CONFIGURATION` unless `target` is a {@link SeekTarget}. */
export function requireTarget(target: SeekTarget): void {
  requireOptions('seek', target, ['time', 'position'])
  const { time, position } = target as { readonly time?: number; readonly position?: number }
  if ((time === undefined) === (position === undefined)) {
    throw new ConfigurationError('seek takes either { time } or { position }.')
  }
  if (time === undefined) requireInteger('position', position)
  else requireNumber('time', time)
}
