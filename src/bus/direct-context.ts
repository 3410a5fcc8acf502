import type { HandlerContext, Subscription } from '../delivery/subscription.ts'

/** What the handlers of a subscription without a mailbox are told: the same for every event. */
export class DirectContext implements HandlerContext {
  readonly subscription: Subscription
  #controller: AbortController | undefined = undefined
  /** Why the signal has aborted, or will have when it is made. */
  #ended: { readonly reason: unknown } | undefined = undefined

  constructor(subscription: Subscription) {
    this.subscription = subscription
  }

  get attempt(): number {
    return 1
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason)
    }
    return this.#controller.signal
  }

  /** Aborts the signal. */
  end(reason: unknown): void {
    this.#ended = { reason }
    this.#controller?.abort(reason)
  }
}
