import { requireInteger } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Catalog } from '../events/catalog.ts'
import type { Clock, Timer } from '../time/clock.ts'
import { CatchingUp } from './catching-up.ts'
import type { Consumer, ConsumeHandler } from './consumer-options.ts'
import type { ConsumerSettings } from './consumer-settings.ts'
import { type ConsumerTrouble, type OnConsumerError, tellTrouble } from './consumer-trouble.ts'
import { Cursor } from './cursor.ts'
import { letterOf, redeliverLetters } from './dead-letter-notes.ts'
import { ConsumerDeadlockError } from './errors.ts'
import type { LogEntry, ReadQuery, TailQuery } from './event-log.ts'
import { insideHandler, isInsideHandler, outsideHandlers } from './handler-call.ts'
import type { LogStore } from './store.ts'
import { Trial, type TrialEnd } from './trial.ts'

/** What consumers need of the log that they consume. */
export interface ConsumedLog {
  readonly catalog: Catalog
  readonly closed: boolean
  read(query: ReadQuery): AsyncIterable<LogEntry>
  tail(query: TailQuery): { next(): Promise<IteratorResult<LogEntry, undefined>> }
}

/** What consumers are given. */
export interface ConsumerHost {
  readonly log: ConsumedLog
  readonly store: LogStore
  readonly clock: Clock
  readonly onError: OnConsumerError
}

/** What a consumer was started with. */
export interface ConsumerPlan {
  readonly name: string
  readonly handler: ConsumeHandler
  readonly settings: ConsumerSettings
  /** The position of the last event that it is done with. */
  readonly position: number
  /** Is told when it has ended. */
  readonly ended: () => void
}

/** How long a handler may go on after `stop`, in milliseconds. */
const graceMs = 5_000

/** What has stopped a consumer that was not asked to. */
interface Failure {
  readonly error: unknown
  /** The event that its handler has failed on. */
  readonly position: number | undefined
  /** In words. */
  readonly why: string
}

type Step =
  | { readonly kind: 'read'; readonly result: IteratorResult<LogEntry, undefined> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'woken' }

const woken: Step = { kind: 'woken' }

/** The one implementation of {@link Consumer}: a loop that does one thing after the other. */
export class LogConsumer implements Consumer {
  readonly name: string
  readonly stopped: Promise<void>
  readonly #host: ConsumerHost
  readonly #plan: ConsumerPlan
  readonly #cursor: Cursor
  readonly #catchingUp: CatchingUp
  /** What is to be done before the next event, in order. */
  readonly #errands: (() => Promise<void>)[] = []
  /** Ends the reader of now. */
  #reading = new AbortController()
  #reader: ReturnType<ConsumedLog['tail']>
  /** The step that the reader is asked for, until it was taken. */
  #asked: Promise<Step> | undefined = undefined
  #wake: (() => void) | undefined = undefined
  #trial: Trial | undefined = undefined
  #grace: Timer | undefined = undefined
  #consumed = 0
  #stopping = false
  #running = true
  #failure: Failure | undefined = undefined
  /** Whether events were removed since it looked for what is left. */
  #removed = false

  constructor(host: ConsumerHost, plan: ConsumerPlan) {
    this.#host = host
    this.#plan = plan
    this.name = plan.name
    const { store, clock } = host
    const onGiveUp = (error: unknown): void =>
      this.#fail({ error, position: undefined, why: 'how far it has come cannot be written down' })
    const { pattern, patterns } = plan.settings
    this.#cursor = new Cursor({ store, clock, onGiveUp }, plan.name, pattern, plan.position)
    this.#catchingUp = new CatchingUp(store, patterns, this.#cursor)
    this.#reader = this.#read(plan.position)
    // It may be started inside a handler of another one, and is to outlive that.
    this.stopped = outsideHandlers(() => this.#run())
    // Who does not look at it is not to be punished for that.
    this.stopped.catch(() => {})
  }

  get position(): number {
    return this.#cursor.position
  }

  get consumed(): number {
    return this.#consumed
  }

  get running(): boolean {
    return this.#running
  }

  async lag(): Promise<number> {
    this.#requireRunning('There is no lag to be told')
    return this.#catchingUp.lag()
  }

  async caughtUp(): Promise<void> {
    this.#requireOutside('caughtUp')
    this.#requireRunning('It will not catch up')
    await this.#catchingUp.wait()
  }

  async reset(position: number): Promise<void> {
    this.#requireOutside('reset')
    requireInteger('position', position, 0)
    this.#requireRunning('It was not reset')
    const last = await this.#host.store.last()
    if (position > last) {
      throw new ConfigurationError(
        `A consumer must be reset to a position that the log has had: from 0 to ${last}, but was to ${position}.`,
      )
    }
    const done = this.#errand(async () => {
      this.#reading.abort()
      this.#asked = undefined
      this.#reader = this.#read(position)
      this.#cursor.moveTo(position)
      await this.#cursor.flush()
    })
    // What the handler of now has failed on is not waited for.
    this.#trial?.abandon()
    return done
  }

  /** Events were removed from the log, perhaps all that it had still to consume. */
  removed(): void {
    this.#removed = true
    this.#wake?.()
  }

  /** Gives dead letters to the handler again. Resolves to how many are none any more. */
  async redeliver(position: number | undefined): Promise<number> {
    this.#requireOutside('redeliver')
    const { log, store, clock } = this.#host
    const { unknown } = this.#plan.settings
    return this.#errand(() =>
      redeliverLetters({ log, store, clock, unknown }, this.name, position, (entry) =>
        this.#try(entry),
      ),
    )
  }

  stop(): Promise<void> {
    return notAwaitedInside([this], 'stop', this.end())
  }

  /** The same as `stop`, for those who wait for it wherever they are. */
  end(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true
      this.#cursor.hasten()
      const trial = this.#trial
      trial?.abandon()
      trial?.abort()
      if (trial !== undefined) {
        this.#grace = this.#host.clock.setTimer(graceMs, () => trial.leave())
      }
      this.#wake?.()
    }
    return this.stopped.catch(() => {})
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #read(after: number): ReturnType<ConsumedLog['tail']> {
    this.#reading = new AbortController()
    const { pattern, unknown } = this.#plan.settings
    const { signal } = this.#reading
    return this.#host.log.tail({ pattern, from: after + 1, unknown, signal })
  }

  async #run(): Promise<void> {
    try {
      await this.#loop()
      if (this.#failure === undefined) await this.#catchingUp.skip()
      this.#cursor.hasten()
      await this.#cursor.flush()
    } catch (error) {
      const { position } = this.#cursor
      const why = `the log cannot be read behind position ${position}`
      this.#failure ??= { error, position: undefined, why }
    }
    this.#grace?.cancel()
    this.#reading.abort()
    this.#running = false
    const left = this.#errands.splice(0)
    // They find that it does not run, and say so to those who wait for them.
    await Promise.all(left.map((errand) => errand()))
    this.#catchingUp.end(this.#ended('It will not catch up'))
    this.#plan.ended()
    if (this.#failure === undefined) return
    const { error, position } = this.#failure
    this.#tell(error, 'stopped', position)
    throw error
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      const errand = this.#errands[0]
      if (this.#cursor.failing) {
        await this.#cursor.flush()
      } else if (errand !== undefined) {
        this.#errands.shift()
        await errand()
      } else if (this.#removed) {
        this.#removed = false
        await this.#catchingUp.skip()
      } else {
        const step = await this.#next()
        if (step.kind === 'failed') throw step.error
        if (step.kind === 'woken') continue
        if (step.result.done === true) return
        await this.#consume(step.result.value)
      }
    }
  }

  /** What the reader has next; or that there is something else to be done first. */
  async #next(): Promise<Step> {
    const asked = (this.#asked ??= this.#reader.next().then(
      (result) => ({ kind: 'read', result }),
      (error: unknown) => ({ kind: 'failed', error }),
    ))
    const step = await new Promise<Step>((resolve) => {
      this.#wake = () => resolve(woken)
      void asked.then(resolve)
    })
    this.#wake = undefined
    if (step !== woken) this.#asked = undefined
    return step
  }

  async #consume(entry: LogEntry): Promise<void> {
    const end = await this.#try(entry)
    // What was abandoned comes again: after a reset, or to the next consumer of this name.
    if (end.kind === 'abandoned') return
    if (end.kind === 'consumed') {
      this.#cursor.moveTo(entry.position)
    } else if (this.#plan.settings.onFailure === 'stop') {
      const { position } = entry
      const why = `its handler has failed for good on the event at position ${position}`
      this.#fail({ error: end.error, position, why })
      return
    } else {
      const failedAt = this.#host.clock.now()
      const letter = letterOf(this.name, entry.position, { ...end, failedAt })
      this.#cursor.moveTo(entry.position, letter)
      await this.#cursor.flush()
      this.#tell(end.error, 'dead-letter', entry.position)
    }
    this.#catchingUp.moved()
  }

  async #try(entry: LogEntry): Promise<TrialEnd> {
    if (this.#stopping) return { kind: 'abandoned' }
    const { handler, settings } = this.#plan
    const trial = new Trial(this.name, handler, settings, this.#host.clock)
    this.#trial = trial
    const end = await insideHandler(this, () => trial.run(entry))
    this.#trial = undefined
    if (end.kind === 'consumed') this.#consumed += 1
    return end
  }

  /** Has something done before the next event. */
  #errand<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      // Nobody looks at errands any more.
      this.#requireRunning('It was not done')
      this.#errands.push(async () => {
        try {
          this.#requireRunning('It was not done')
          resolve(await work())
        } catch (error) {
          reject(error)
        }
      })
      this.#wake?.()
    })
  }

  #fail(failure: Failure): void {
    this.#failure ??= failure
    this.#stopping = true
    this.#wake?.()
  }

  #tell(error: unknown, kind: ConsumerTrouble['kind'], position: number | undefined): void {
    tellTrouble(this.#host.onError, error, { consumer: this.name, kind, position })
  }

  #requireOutside(method: string): void {
    if (isInsideHandler(this)) throw new ConsumerDeadlockError(method, this.name)
  }

  #requireRunning(what: string): void {
    if (!this.#running) throw this.#ended(what)
  }

  #ended(what: string): ConfigurationError {
    const consumer = `${what}: the consumer ${JSON.stringify(this.name)}`
    if (this.#failure === undefined) {
      return new ConfigurationError(`${consumer} was stopped. Start it again with log.consume.`)
    }
    const { error: cause, why } = this.#failure
    return new ConfigurationError(
      `${consumer} has stopped, because ${why}. See the cause; once it is mended, start it again with log.consume.`,
      { cause },
    )
  }
}

/**
 * `promise`, unless this is called inside a handler of one of the consumers, which it waits for: what is
 * under way goes on, but whoever awaits it there is refused.
 */
export function notAwaitedInside(
  consumers: readonly LogConsumer[],
  method: string,
  promise: Promise<void>,
): Promise<void> {
  const around = consumers.find(isInsideHandler)
  if (around === undefined) return promise
  const refusal = Promise.reject(new ConsumerDeadlockError(method, around.name))
  // Who does not await it does nothing wrong.
  refusal.catch(() => {})
  return refusal
}
