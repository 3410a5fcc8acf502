import { requireFunction, requireInteger, requireNumber } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Bus } from '../bus/bus.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventLog } from '../log/event-log.ts'
import { SystemClock } from '../time/system-clock.ts'
import { nextTurn } from '../time/turn.ts'
import { PlayerFeed } from './player-feed.ts'
import { type PlayerOptions, requireSpeed } from './player-options.ts'
import { PlayerPace } from './player-pace.ts'
import type { Player } from './player.ts'
import { PlayerStage } from './player-stage.ts'
import {
  type PlayerProgress,
  type PlayerState,
  requireTarget,
  type SeekTarget,
} from './player-state.ts'
import { totalOf } from './player-total.ts'
import type { AnySource } from './source-chunks.ts'

/** Where `until` goes. */
interface Goal extends PromiseWithResolvers<boolean> {
  readonly time: number
  readonly isReached: ((event: TradewireEvent) => boolean) | undefined
}

/** After so many events other work of the process gets its turn. */
const turnEvery = 1_024

/** A player at work. */
export class PlayerRun implements Player {
  readonly #feed: PlayerFeed
  readonly #pace: PlayerPace
  readonly #stage: PlayerStage
  readonly #finished = Promise.withResolvers<PlayerProgress>()
  /** Aborts as the player closes: what waits for handlers ends then. */
  readonly #ending = new AbortController()
  readonly #stopListening: () => void
  #state: PlayerState = 'idle'
  #played = 0
  #time: number | undefined = undefined
  #total: number | undefined = undefined
  #goal: Goal | undefined = undefined
  #failure: { readonly error: unknown } | undefined = undefined
  /** Whether the loop that plays runs, or is about to. */
  #looping = false
  /** Calls that wait for the loop to make way. */
  #interrupts = 0
  /** Ends the wait for the source. */
  #giveUp: (() => void) | undefined = undefined
  /** Settles once whoever uses source and bus is done. It never rejects. */
  #last: Promise<unknown>

  constructor(bus: Bus, source: AnySource | EventLog, options: PlayerOptions) {
    const { speed = Infinity, pattern = '*', outOfOrder = 'refuse', signal } = options
    const { pace = new SystemClock(), identity = 'kept' } = options
    this.#feed = new PlayerFeed(source, { catalog: bus.catalog, pattern, outOfOrder })
    this.#pace = new PlayerPace(pace, speed)
    this.#stage = new PlayerStage(bus, identity === 'kept', this.#ending.signal)
    // Nobody has to look at it: the state tells, too.
    this.#finished.promise.catch(() => {})
    this.#last = this.#count(source, pattern)
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
      skipped: this.position - this.#played,
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
    // What fails is told by `finished`.
    this.#exclusive(() => this.#loop()).catch(() => {})
  }

  pause(): void {
    if (this.#state === 'playing') this.#stand(false)
  }

  async step(count = 1): Promise<number> {
    requireInteger('count', count, 1)
    this.#requireOpen('step')
    if (this.#state === 'playing') {
      throw new ConfigurationError('step is for a player that stands: pause() it first.')
    }
    return this.#exclusive(() => this.#step(count))
  }

  async until(target: number | ((event: TradewireEvent) => boolean)): Promise<boolean> {
    this.#requireOpen('until')
    const byTime = typeof target === 'number'
    if (byTime) requireNumber('until', target)
    else requireFunction('until', target)
    if (this.#goal !== undefined) {
      throw new ConfigurationError(
        'The player goes somewhere already: await the until() before, or pause() it.',
      )
    }
    if (this.#state === 'ended') return false
    const goal: Goal = {
      ...Promise.withResolvers<boolean>(),
      time: byTime ? target : Infinity,
      isReached: byTime ? undefined : target,
    }
    this.#goal = goal
    this.play()
    return goal.promise
  }

  async seek(target: SeekTarget): Promise<number> {
    requireTarget(target)
    this.#requireOpen('seek')
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
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Does one thing after the other with source and bus. */
  #exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#last.then(task)
    this.#last = run.catch(() => {})
    return run
  }

  /** Does what ends the player if it fails. What was only ended by `close` has not failed. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#fail(error)
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #loop(): Promise<void> {
    return this.#guarded(async () => {
      await this.#stage.begin()
      while (this.#isPlaying()) await this.#playOn()
      // At once, or whoever plays on now would find it running.
      this.#looping = false
    })
  }

  #isPlaying(): boolean {
    return this.#state === 'playing' && this.#interrupts === 0
  }

  /** Plays the events in memory, as far as nobody has to be waited for with care. */
  async #playOn(): Promise<void> {
    const feed = this.#feed
    if (!feed.ready && !(await this.#load())) return this.#end()
    while (feed.ready && this.#isPlaying()) {
      const { time } = feed
      const goal = this.#goal
      if (goal !== undefined && time >= goal.time) {
        if ((await this.#approach(goal.time)) && this.#goal === goal) this.#stand(true)
        return
      }
      const approach = this.#approach(time)
      if (approach !== true && !(await approach)) return
      if (!this.#isPlaying()) return
      const event = this.#emitNext(time)
      const settling = this.#settle()
      if (settling !== undefined) await settling
      this.#tellGoal(event)
      if (this.#played % turnEvery === 0) return nextTurn()
    }
    return undefined
  }

  /**
   * Waits until a time has come. False if something has happened meanwhile, after which all has to be
   * looked at anew.
   */
  #approach(time: number): true | Promise<boolean> {
    if (this.#pace.speed === Infinity) {
      const moving = this.#stage.moveTo(time)
      return moving === undefined ? true : moving.then(() => true)
    }
    return this.#approachPaced(time)
  }

  async #approachPaced(time: number): Promise<boolean> {
    this.#pace.release(this.#time ?? time)
    // Timers on the way have moments of their own.
    const timer = this.#stage.nextTimerAt
    const moment = timer !== undefined && timer < time ? timer : time
    const delayMs = this.#pace.delayUntil(moment)
    if (delayMs > 0) {
      await this.#pace.wait(delayMs)
      return false
    }
    if (moment < time) {
      await this.#stage.passTo(moment)
      return false
    }
    await this.#stage.moveTo(time)
    return true
  }

  #emitNext(time: number): TradewireEvent {
    const item = this.#feed.take()
    this.#time = time
    this.#played += 1
    return this.#stage.play(item, time)
  }

  /** Real time does not wait for handlers; simulated time does, and so does who plays as fast as possible. */
  #settle(): Promise<void> | undefined {
    const waits = this.#stage.movesTime || this.#pace.speed === Infinity
    return waits ? this.#stage.settle() : undefined
  }

  #tellGoal(event: TradewireEvent): void {
    const goal = this.#goal
    if (goal?.isReached === undefined) return
    try {
      if (goal.isReached(event)) this.#stand(true)
    } catch (error) {
      goal.reject(error)
      this.#stand(false)
    }
  }

  async #step(count: number): Promise<number> {
    let events = 0
    if (this.#state === 'idle') this.#state = 'paused'
    this.#pace.reset()
    await this.#guarded(async () => {
      await this.#stage.begin()
      while (events < count && this.#state === 'paused') {
        if (!this.#feed.ready && !(await this.#load())) return this.#end()
        const { time } = this.#feed
        await this.#stage.moveTo(time)
        this.#emitNext(time)
        events += 1
        await this.#stage.settle()
      }
    })
    return events
  }

  async #seek(target: SeekTarget): Promise<number> {
    const feed = this.#feed
    const goesBack =
      'time' in target
        ? this.#time !== undefined && target.time < this.#time
        : target.position < feed.position
    if (goesBack && (this.#played > 0 || this.#state === 'ended')) {
      throw new ConfigurationError(
        'seek cannot go back once events were played, because what they have led to cannot be undone. Make a new bus and a new player, and seek before it plays.',
      )
    }
    let skipped = 0
    await this.#guarded(async () => {
      if (goesBack) await feed.rewind()
      while (this.#state !== 'closed' && (await this.#load())) {
        if ('time' in target ? feed.time >= target.time : feed.position >= target.position) break
        feed.take()
        skipped += 1
      }
      this.#pace.reset()
      this.#time = 'time' in target ? target.time : feed.ready ? feed.time : this.#time
    })
    return skipped
  }

  async #count(source: AnySource | EventLog, pattern: string | readonly string[]): Promise<void> {
    this.#total = await totalOf(source, pattern)
  }

  /** Resolves to whether there is a next event; false also once the player is closed, whatever the source does. */
  #load(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(false)
      this.#feed.load().then(resolve, reject)
    })
  }

  async #end(): Promise<void> {
    if (this.#isClosed()) return
    await this.#stage.end()
    if (this.#isClosed()) return
    this.#stopListening()
    this.#state = 'ended'
    this.#finished.resolve(this.progress)
    this.#endGoal(false)
  }

  /** Stops before the next event. */
  #stand(isReached: boolean): void {
    this.#state = 'paused'
    this.#pace.hold()
    this.#pace.wake()
    this.#endGoal(isReached)
  }

  #endGoal(isReached: boolean): void {
    this.#goal?.resolve(isReached)
    this.#goal = undefined
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed') return
    this.#failure = { error }
    this.#goal?.reject(error)
    this.#finished.reject(error)
    this.#close()
  }

  #close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#stopListening()
    this.#ending.abort()
    this.#giveUp?.()
    this.#pace.wake()
    this.#endGoal(false)
    this.#finished.resolve(this.progress)
    void this.#exclusive(() => this.#feed.close())
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #requireOpen(method: string): void {
    if (!this.#isClosed()) return
    throw new ConfigurationError(`${method} was called on a player that is closed.`)
  }
}
