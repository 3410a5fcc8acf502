import { describeValue, requireFunction, requireInteger, requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Bus } from '../bus/bus.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching } from '../events/types.ts'
import type { EventLog } from '../log/event-log.ts'
import { SystemClock } from '../time/system-clock.ts'
import { nextTurn } from '../time/turn.ts'
import { PlayerFeed } from './player-feed.ts'
import { type PlayerOptions, requirePlayerOptions, requireSpeed } from './player-options.ts'
import { PlayerPace } from './player-pace.ts'
import { PlayerStage } from './player-stage.ts'
import { totalOf } from './player-total.ts'
import type { AnySource } from './source-chunks.ts'
import type { Source } from './source.ts'

/** What a player is at. Once it is closed it plays no more; ended, all of its events are played. */
export type PlayerState = 'idle' | 'playing' | 'paused' | 'ended' | 'closed'

/** Where to go on: at the first event of a time, or at an event by its number. */
export type SeekTarget =
  /** Milliseconds since the Unix epoch. */
  | { readonly time: number }
  /** How many events come before it: a whole number from 0. */
  | { readonly position: number }

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

/**
 * Makes a player, which plays recorded events onto a bus, in their order: a log or a source, as fast as
 * possible or so many times as fast as they were recorded. Events of a log keep their ids, sequence,
 * timestamps and causes.
 *
 * On a bus with a `SimulatedClock` the player moves its time to that of each event. Timers due before fire
 * first, each at its own time; timers of the same time fire after its events; and before time
 * moves, all that an event has led to is done. On a bus with any other clock events keep their recorded timestamps.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or the source is none.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the bus could match the pattern.
 * @example
 * ```ts
 * const bus = createBus({ clock: new SimulatedClock({ start: Date.UTC(2026, 10, 17) }) })
 * const player = createPlayer(bus, log, { speed: 10 })
 * player.play()
 * await player.finished
 * ```
 */
export function createPlayer<Schemas extends EventSchemas = TradingSchemas>(
  bus: Bus<Schemas>,
  source: EventLog<Schemas> | Source<Schemas>,
  options: PlayerOptions = {},
): Player<EventMatching<Schemas, '*'>> {
  requirePlayerOptions(options)
  // What the types say of events is checked at run time, by the catalog of the bus.
  const player = new SourcePlayer(bus as unknown as Bus, source as AnySource | EventLog, options)
  return player as unknown as Player<EventMatching<Schemas, '*'>>
}

/** Where `until` goes. */
interface Goal extends PromiseWithResolvers<boolean> {
  readonly time: number
  readonly isReached: ((event: TradewireEvent) => boolean) | undefined
}

/** After so many events other work of the process gets its turn. */
const turnEvery = 1_024

class SourcePlayer implements Player {
  readonly #feed: PlayerFeed
  readonly #pace: PlayerPace
  readonly #stage: PlayerStage
  readonly #finished = Promise.withResolvers<PlayerProgress>()
  /** Aborts as it closes: waits for handlers end. */
  readonly #ending = new AbortController()
  readonly #stopListening: () => void
  #state: PlayerState = 'idle'
  #played = 0
  #skipped = 0
  #time: number | undefined = undefined
  #total: number | undefined = undefined
  #goal: Goal | undefined = undefined
  #failure: { readonly error: unknown } | undefined = undefined
  /** Whether the loop that plays runs, or is about to. */
  #looping = false
  /** Calls that wait for the loop to make way. */
  #interrupts = 0
  /** Settles once whoever uses the source or the bus is done. */
  #last: Promise<unknown>

  constructor(bus: Bus, source: AnySource | EventLog, options: PlayerOptions) {
    const { speed = Infinity, pattern = '*', outOfOrder = 'refuse', signal } = options
    const { pace = new SystemClock(), identity = 'kept' } = options
    this.#feed = new PlayerFeed(source, { catalog: bus.catalog, pattern, outOfOrder })
    this.#pace = new PlayerPace(pace, speed)
    this.#stage = new PlayerStage(bus, identity === 'kept', this.#ending.signal)
    // Whoever does not look at it is told by the state and by the other promises.
    this.#finished.promise.catch(() => {})
    this.#last = totalOf(source, pattern).then((total) => {
      this.#total = total
    })
    const abort = (): void => this.#fail(signal!.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#stopListening = () => signal?.removeEventListener('abort', abort)
    if (signal?.aborted === true) abort()
  }

  get state(): PlayerState {
    return this.#state
  }

  get speed(): number {
    return this.#pace.speed
  }

  set speed(speed: number) {
    this.#pace.change(requireSpeed(speed))
  }

  get position(): number {
    return this.#feed.position
  }

  get time(): number | undefined {
    return this.#time
  }

  get progress(): PlayerProgress {
    return {
      state: this.#state,
      position: this.position,
      played: this.#played,
      skipped: this.#skipped,
      ...(this.#time !== undefined && { time: this.#time }),
      ...(this.#total !== undefined && { total: this.#total }),
    }
  }

  get finished(): Promise<PlayerProgress> {
    return this.#finished.promise
  }

  play(): void {
    this.#requireOpen('play')
    if (this.#state === 'ended') return
    this.#state = 'playing'
    if (this.#looping) return
    this.#looping = true
    // Whoever waits is told by `finished`.
    this.#exclusive(() => this.#loop()).catch(() => {})
  }

  pause(): void {
    if (this.#state !== 'playing') return
    this.#state = 'paused'
    this.#pace.hold()
    this.#pace.wake()
    this.#endGoal(false)
  }

  async step(count = 1): Promise<number> {
    requireInteger('count', count, 1)
    this.#requireOpen('step')
    this.#requireStill()
    return this.#exclusive(() => this.#step(count))
  }

  async until(target: number | ((event: TradewireEvent) => boolean)): Promise<boolean> {
    this.#requireOpen('until')
    if (typeof target === 'number') requireNumber('until', target)
    else requireFunction('until', target)
    if (this.#goal !== undefined) {
      throw new ConfigurationError('The player goes somewhere already: await the other until first.')
    }
    if (this.#state === 'ended') return false
    const goal: Goal = {
      ...Promise.withResolvers<boolean>(),
      time: typeof target === 'number' ? target : Infinity,
      isReached: typeof target === 'number' ? undefined : target,
    }
    this.#goal = goal
    this.play()
    return goal.promise
  }

  async seek(target: SeekTarget): Promise<number> {
    this.#requireOpen('seek')
    requireTarget(target)
    this.#interrupts += 1
    this.#pace.wake()
    try {
      return await this.#exclusive(() => this.#seek(target))
    } finally {
      this.#interrupts -= 1
      if (this.#state === 'playing') this.play()
    }
  }

  async close(): Promise<void> {
    this.#close()
    await this.#last
    await this.#feed.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Does one thing after the other with source and bus. */
  #exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#last.then(task).catch((error: unknown) => {
      if (!(error instanceof ConfigurationError && this.#state !== 'playing')) this.#fail(error)
      throw error
    })
    this.#last = run.catch(() => {})
    return run
  }

  async #loop(): Promise<void> {
    try {
      while (this.#state === 'playing' && this.#interrupts === 0) await this.#advance()
    } finally {
      this.#looping = false
    }
  }
}
