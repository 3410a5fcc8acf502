import { requireFunction, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { LossReason } from '../delivery/host.ts'
import type { HandlerError } from './errors.ts'
import type { Subscription } from '../delivery/subscription.ts'
import { onRejection } from '../delivery/thenable.ts'

/** Why an event, or an attempt to emit one, did not reach a handler. */
export type DropReason =
  /** The emission was refused: `error` says why. */
  | 'refused'
  /** The subscription was paused, and has no mailbox. */
  | 'paused'
  /** A mailbox or a stream was full. */
  | LossReason

/** What was dropped, and why. */
export interface Drop {
  /** The type of the event. */
  readonly type: string
  /** Why it was dropped. */
  readonly reason: DropReason
  /** The event; absent for an emission that was refused before it became one. */
  readonly event?: TradewireEvent
  /** Whom it did not reach; absent for a refused emission. */
  readonly subscription?: Subscription
  /** Why the emission was refused. */
  readonly error?: unknown
}

/**
 * Watches a bus without taking part: for metrics, tracing and tests. Observers run synchronously;
 * one that throws is reported to `onError` and disturbs nothing.
 */
export interface Observer {
  /** The dispatch of an event begins. */
  onEmitted?(event: TradewireEvent): void
  /** A handler has handled it. `durationMs` is from its call to its end. */
  onHandled?(event: TradewireEvent, subscription: Subscription, durationMs: number): void
  /** A handler has failed on it; with `retry`, each attempt that fails. */
  onFailed?(event: TradewireEvent, subscription: Subscription, error: HandlerError): void
  /** An event did not reach somebody, or an emission was refused. */
  onDropped?(drop: Drop): void
}

/** Something that was added to a bus and can be taken away again. Works with `using`. */
export interface Registration {
  /** Takes it away. Does nothing the second time. */
  remove(): void
  /** The same as `remove`. */
  [Symbol.dispose](): void
}

const methods = ['onEmitted', 'onHandled', 'onFailed', 'onDropped'] as const

/** The observers of one bus. A bus without any has no such object, and pays nothing. */
export class Observers {
  readonly #observers: readonly Observer[]
  readonly #report: (error: unknown) => void
  /** Whether a refused emission is being told of; see {@link Observers.dropped}. */
  tellingOfRefusal = false

  constructor(observers: readonly Observer[], report: (error: unknown) => void) {
    this.#observers = observers
    this.#report = report
  }

  emitted(event: TradewireEvent): void {
    this.#each((observer) => observer.onEmitted?.(event))
  }

  handled(event: TradewireEvent, subscription: Subscription, durationMs: number): void {
    this.#each((observer) => observer.onHandled?.(event, subscription, durationMs))
  }

  failed(event: TradewireEvent, subscription: Subscription, error: HandlerError): void {
    this.#each((observer) => observer.onFailed?.(event, subscription, error))
  }

  /**
   * What an observer emits in answer to a refused emission may be refused itself. Of that nobody is
   * told, because the answers would never end.
   */
  dropped(drop: Drop): void {
    if (drop.reason !== 'refused') {
      this.#each((observer) => observer.onDropped?.(drop))
      return
    }
    if (this.tellingOfRefusal) return
    this.tellingOfRefusal = true
    try {
      this.#each((observer) => observer.onDropped?.(drop))
    } finally {
      this.tellingOfRefusal = false
    }
  }

  #each(call: (observer: Observer) => unknown): void {
    for (const observer of this.#observers) {
      try {
        onRejection(call(observer), this.#report)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}

/** @throws ConfigurationError `CONFIGURATION` unless it has at least one method, and no others. */
export function requireObserver(observer: Observer): void {
  requireOptions('observe', observer, methods)
  const given = methods.filter((method) => observer[method] !== undefined)
  if (given.length === 0) {
    throw new ConfigurationError(`An observer needs at least one of ${methods.join(', ')}.`)
  }
  for (const method of given) requireFunction(method, observer[method])
}

/** A {@link Registration} that calls `remove` once. */
export function registration(remove: () => void): Registration {
  let present = true
  const removeOnce = (): void => {
    if (!present) return
    present = false
    remove()
  }
  return { remove: removeOnce, [Symbol.dispose]: removeOnce }
}
