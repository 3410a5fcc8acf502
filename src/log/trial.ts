import type { Clock, Timer } from '../time/clock.ts'
import type { ConsumeHandler } from './consumer-options.ts'
import { ConsumerTimeoutError } from './consumer-timeout.ts'
import type { ConsumerSettings } from './consumer-settings.ts'
import type { LogEntry } from './event-log.ts'
import { promiseOf } from './handler-result.ts'
import type { RecordedError } from './log-dead-letters.ts'
import { isPermanent, recordError } from './recorded-error.ts'

/** How the trial of an event has ended. */
export type TrialEnd =
  | { readonly kind: 'consumed' }
  /** The consumer is to do something else first: the event is as if it had never come. */
  | { readonly kind: 'abandoned' }
  | {
      readonly kind: 'failed'
      readonly attempts: number
      /** The newest 10, the newest last. */
      readonly errors: readonly RecordedError[]
      /** What the last attempt has failed with. */
      readonly error: unknown
    }

/** How one attempt has ended: with undefined if the handler is done with the event. */
type Failure = { readonly error: unknown } | undefined

/** How many errors of an event are kept. */
export const mostErrors = 10

/** Calls the handler with one event, until it is done with it or has failed as often as it may. */
export class Trial {
  readonly #consumer: string
  readonly #handler: ConsumeHandler
  readonly #settings: ConsumerSettings
  readonly #clock: Clock
  #abandoned = false
  /** Aborts the attempt that runs. */
  #controller = new AbortController()
  /** Ends the attempt that runs as if the handler had failed. */
  #leave: (() => void) | undefined = undefined
  /** Ends the wait for the next attempt. */
  #wake: (() => void) | undefined = undefined

  constructor(consumer: string, handler: ConsumeHandler, settings: ConsumerSettings, clock: Clock) {
    this.#consumer = consumer
    this.#handler = handler
    this.#settings = settings
    this.#clock = clock
  }

  async run(entry: LogEntry): Promise<TrialEnd> {
    const { attempts } = this.#settings.retry
    const errors: RecordedError[] = []
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#attempt(entry, attempt)
      if (failure === undefined) return { kind: 'consumed' }
      if (this.#abandoned) return { kind: 'abandoned' }
      errors.push(recordError(failure.error))
      if (errors.length > mostErrors) errors.shift()
      if (attempt >= attempts || isPermanent(failure.error)) {
        return { kind: 'failed', attempts: attempt, errors, error: failure.error }
      }
      await this.#wait(attempt)
      if (this.#isAbandoned) return { kind: 'abandoned' }
    }
  }

  /** The attempt that runs is the last one, and its failure changes nothing. */
  abandon(): void {
    this.#abandoned = true
    this.#wake?.()
  }

  /** Tells the handler that runs to come to an end. */
  abort(): void {
    this.#controller.abort()
  }

  /** Waits no longer for the handler that runs. */
  leave(): void {
    this.#leave?.()
  }

  /** Read anew after a wait, during which it may have changed. */
  get #isAbandoned(): boolean {
    return this.#abandoned
  }

  async #attempt({ position, event }: LogEntry, attempt: number): Promise<Failure> {
    const controller = new AbortController()
    this.#controller = controller
    let promise: Promise<unknown> | undefined
    try {
      promise = promiseOf(this.#handler(event, { position, attempt, signal: controller.signal }))
    } catch (error) {
      return { error }
    }
    if (promise === undefined) return undefined
    return this.#settle(promise, controller, position)
  }

  /** The first of: it settles, its time is up, nobody waits for it any more. What comes later is ignored. */
  async #settle(
    promise: Promise<unknown>,
    controller: AbortController,
    position: number,
  ): Promise<Failure> {
    const { timeoutMs } = this.#settings
    let timer: Timer | undefined
    try {
      return await new Promise<Failure>((resolve) => {
        promise.then(
          () => resolve(undefined),
          (error: unknown) => resolve({ error }),
        )
        this.#leave = () => resolve({ error: undefined })
        if (timeoutMs === undefined) return
        timer = this.#clock.setTimer(timeoutMs, () => {
          const error = new ConsumerTimeoutError(this.#consumer, position, timeoutMs)
          resolve({ error })
          controller.abort(error)
        })
      })
    } finally {
      this.#leave = undefined
      timer?.cancel()
    }
  }

  /** Waits before the attempt after this one; twice as long each time. */
  async #wait(attempt: number): Promise<void> {
    const { initialMs, maxMs } = this.#settings.retry
    // The power may become infinite, and 0 times that is no number.
    const delayMs = initialMs === 0 ? 0 : Math.min(maxMs, initialMs * 2 ** (attempt - 1))
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(delayMs, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }
}
