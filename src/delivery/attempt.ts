import type { Timer } from '../time/clock.ts'
import type { Linked } from './chain.ts'
import type { Probed } from './deadlock.ts'
import type { Entry } from './entry.ts'
import type { HandlerContext, Subscription } from './subscription.ts'

/** One call of a handler, which is what the handler sees as its context. */
export class Attempt implements HandlerContext, Probed, Linked<Attempt> {
  readonly subscription: Subscription
  readonly attempt: number
  readonly #entry: Entry
  #startedAt = 0
  #ticket = 0
  #timer: Timer | undefined = undefined
  #controller: AbortController | undefined = undefined
  /** Why the signal has aborted, or will have when it is made. */
  #aborted: { readonly reason: unknown } | undefined = undefined
  #settled = false
  tail: Promise<void> | undefined = undefined
  previous: Attempt | undefined = undefined
  next: Attempt | undefined = undefined
  probed = false

  constructor(subscription: Subscription, entry: Entry) {
    this.subscription = subscription
    this.attempt = entry.tries === undefined ? 1 : entry.tries.count + 1
    this.#entry = entry
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  /** The event, or the first of the batch, that it is an attempt at. */
  static entryOf(attempt: Attempt): Entry {
    return attempt.#entry
  }

  /**
   * It goes on after its handler has returned.
   *
   * @param startedAt monotonic, in milliseconds.
   * @param ticket what the circuit breaker gave for it.
   */
  static begin(attempt: Attempt, startedAt: number, ticket: number): void {
    attempt.#startedAt = startedAt
    attempt.#ticket = ticket
  }

  static startOf(attempt: Attempt): number {
    return attempt.#startedAt
  }

  static ticketOf(attempt: Attempt): number {
    return attempt.#ticket
  }

  /** Sets what ends it if its handler does not. */
  static limit(attempt: Attempt, timer: Timer): void {
    attempt.#timer = timer
  }

  /** Lets it take as long as it likes. */
  static forgetLimit(attempt: Attempt): void {
    attempt.#timer?.cancel()
  }

  /** Whether this is its first end; any later one changes nothing. */
  static settle(attempt: Attempt): boolean {
    if (attempt.#settled) return false
    attempt.#settled = true
    attempt.#timer?.cancel()
    return true
  }

  static abort(attempt: Attempt, reason: unknown): void {
    attempt.#aborted ??= { reason }
    attempt.#controller?.abort(reason)
  }
}
