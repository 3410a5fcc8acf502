import type { HandlerContext, Subscription } from '../delivery/subscription.ts'
import { SubscriptionEndedError } from './errors.ts'

/** What the handlers of a subscription without a mailbox are told: the same for every event. */
export class DirectContext implements HandlerContext {
  readonly subscription: Subscription
  #controller: AbortController | undefined = undefined
  /** Whether the signal has aborted, or will have when it is made. */
  #ended = false

  constructor(subscription: Subscription) {
    this.subscription = subscription
  }

  get attempt(): number {
    return 1
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#ended) this.#abort(this.#controller)
    }
    return this.#controller.signal
  }

  /** Aborts the signal. */
  end(): void {
    this.#ended = true
    // An error is made only where somebody may see it.
    if (this.#controller !== undefined) this.#abort(this.#controller)
  }

  #abort(controller: AbortController): void {
    controller.abort(new SubscriptionEndedError(this.subscription.id))
  }
}
