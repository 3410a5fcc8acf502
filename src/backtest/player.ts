import type { TradewireEvent } from '../events/envelope.ts'
import type { PlayerProgress, PlayerState, SeekTarget } from './player-state.ts'

/**
 * Plays recorded events onto a bus. Promises of a player wait for the handlers of the bus, so do not await
 * them in such a handler; `play`, `pause` and `speed` do not wait.
 *
 * @typeParam Event the events that it may play; inferred from the bus.
 */
export interface Player<Event extends TradewireEvent = TradewireEvent> {
  /** What it is at. */
  readonly state: PlayerState
  /** How many times real time it plays; above 0, `Infinity` is as fast as possible. May be set at any time. */
  speed: number
  /** How many events are behind it: played, and skipped by `seek`. */
  readonly position: number
  /** The recorded time that it has come to, in milliseconds since the Unix epoch; undefined before the first event. */
  readonly time: number | undefined
  /** How far it has come. */
  readonly progress: PlayerProgress
  /**
   * Resolves once all events are played and what they have led to is done, or the player was closed. Rejects
   * with the error of the source, of an event that the bus refuses, or the reason of the signal.
   */
  readonly finished: Promise<PlayerProgress>

  /**
   * Plays on from here. Does nothing while it plays, or once it has ended.
   *
   * @throws ConfigurationError `CONFIGURATION` if it is closed.
   */
  play(): void
  /** Stops before the next event: nothing more is played, and the time of a simulated bus stands. */
  pause(): void
  /**
   * Plays the next events at once, whatever the speed, and is paused then. Resolves to how many it has
   * played once what they have led to is done: fewer than asked if the data end, or it is told otherwise meanwhile.
   *
   * @param count a whole number from 1. Default 1.
   * @throws ConfigurationError `CONFIGURATION` (as a rejection) if it plays or is closed, or `count` is out of range.
   * @throws what `finished` rejects with.
   */
  step(count?: number): Promise<number>
  /**
   * Plays on, and pauses when the time has come, before the first event of it, or after the first event for which a
   * predicate holds. Resolves to whether it was reached: not if the data end first, or it is paused or closed.
   *
   * @param target milliseconds since the Unix epoch, or a predicate.
   * @throws ConfigurationError `CONFIGURATION` (as a rejection) if it is closed, or goes somewhere already.
   * @throws what `finished` rejects with, and what the predicate throws.
   */
  until(target: number | ((event: Event) => boolean)): Promise<boolean>
  /**
   * Goes to another place without playing what lies between. What was played cannot be undone, so once
   * an event was played it goes forward alone. Before that, back too, if the source can be
   * iterated again. While it plays, it plays on from there. Resolves to how many events it has skipped now.
   *
   * @throws ConfigurationError `CONFIGURATION` (as a rejection) if it is closed, or would have to go back.
   * @throws what `finished` rejects with.
   */
  seek(target: SeekTarget): Promise<number>
  /** Ends it, and releases the source. The bus and the log stay open. */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}
