import type { TradewireEvent } from '../events/envelope.ts'
import type { HandlerError } from './errors.ts'
import { printed } from './failure-report.ts'

/** One emission that somebody wants to know the end of: its emitter, or a middleware. */
export class Flight {
  readonly event: TradewireEvent
  /** Whether failures reject the promise. */
  readonly #throwOnError: boolean
  readonly #onLanded: ((flight: Flight) => void) | undefined
  /** Whether its handlers settle one by one; then only the serial emission itself lands it. */
  serial = false
  /** Whether a gate has refused the event. */
  refused = false
  #failures: HandlerError[] | undefined = undefined
  #landed = false
  #resolve: ((event: TradewireEvent) => void) | undefined = undefined
  #promise: Promise<TradewireEvent> | undefined = undefined
  #reject: ((error: unknown) => void) | undefined = undefined

  constructor(
    event: TradewireEvent,
    throwOnError: boolean,
    onLanded: ((flight: Flight) => void) | undefined,
  ) {
    this.event = event
    this.#throwOnError = throwOnError
    this.#onLanded = onLanded
  }

  /** Whether somebody was given a promise for its end. */
  get awaited(): boolean {
    return this.#promise !== undefined
  }

  get failures(): readonly HandlerError[] {
    return this.#failures ?? []
  }

  /** What the emitter asked to be told, if anything has failed so far. */
  get error(): AggregateError | undefined {
    if (!this.#throwOnError || this.#failures === undefined) return undefined
    const { type, id } = this.event
    return new AggregateError(
      this.#failures,
      `${type} ${id} failed in ${this.#failures.length} of its subscriptions: ${printed(this.#failures[0]!.cause)}`,
    )
  }

  fail(error: HandlerError): void {
    this.#failures ??= []
    this.#failures.push(error)
  }

  /** Nobody will be called. Returns whether somebody was given a promise, which rejects. */
  cancel(error: unknown): boolean {
    if (this.#promise === undefined) return false
    this.#promise.catch(() => {})
    this.#reject!(error)
    return true
  }

  /** Calls `tell` if a gate has refused the event, or does so yet. Call it after `promise`. */
  ifRefused(tell: (error: unknown) => void): void {
    this.#promise!.catch((error: unknown) => {
      if (this.refused) tell(error)
    })
  }

  /** The handlers that were started together have settled. */
  settled(): void {
    if (!this.serial) this.land()
  }

  /** Every handler has settled. */
  land(): void {
    this.#landed = true
    this.#onLanded?.(this)
    if (this.#resolve !== undefined) this.#settle()
  }

  /**
   * Resolves to the event once all handlers have settled. Call it once. A rejection that nobody
   * awaits is no unhandled one.
   */
  promise(): Promise<TradewireEvent> {
    const promise = new Promise<TradewireEvent>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#promise = promise
    if (this.#throwOnError) promise.catch(() => {})
    if (this.#landed) this.#settle()
    return promise
  }

  #settle(): void {
    const { error } = this
    if (error === undefined) this.#resolve!(this.event)
    else this.#reject!(error)
  }
}
