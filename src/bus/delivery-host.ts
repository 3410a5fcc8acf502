import type { DeadLetters } from '../delivery/dead-letters.ts'
import type { Announcement, DeliveryHost, LossReason } from '../delivery/host.ts'
import { MemoryGuard, type MemorySettings } from '../delivery/memory-guard.ts'
import type { Scheduler } from '../delivery/scheduler.ts'
import type { Subscription } from '../delivery/subscription.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { seededRandom } from '../time/random.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { BusSettings } from './options.ts'
import type { Subscriber } from './subscriber.ts'

/** What the mailboxes of one bus need of it. */
export class BusDeliveryHost implements DeliveryHost {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly deadLetters: DeadLetters
  readonly random: () => number
  readonly probeName: string
  readonly maxDepth: number
  readonly #dispatcher: Dispatcher

  constructor(
    { clock, maxDepth, seed }: BusSettings,
    deadLetters: DeadLetters,
    dispatcher: Dispatcher,
  ) {
    const { calls } = dispatcher
    this.clock = clock
    this.maxDepth = maxDepth
    this.random = seededRandom(seed)
    this.deadLetters = deadLetters
    this.scheduler = calls.scheduler
    this.probeName = calls.pending.probeName
    this.#dispatcher = dispatcher
  }

  /** Gives up the least urgent events when memory runs short. */
  guardMemory(settings: MemorySettings): void {
    const { calls } = this.#dispatcher
    this.scheduler.guard = new MemoryGuard(settings, {
      shed: (lane, { heapUsed, rss = heapUsed }) => {
        for (const mailbox of this.scheduler.mailboxes) mailbox.shed(lane)
        calls.warn('performance.memory_warning', {
          timestamp: this.clock.now(),
          heapUsedBytes: Math.round(heapUsed),
          rssBytes: Math.round(rss),
          thresholdBytes: Math.round(settings.thresholdBytes),
        })
      },
      failed: (error) => calls.lastResort(error, { origin: 'memory', event: undefined }),
    })
  }

  get depth(): number {
    return Math.max(0, this.#dispatcher.line.depth)
  }

  during(depth: number, work: () => void): boolean {
    return this.#dispatcher.line.during(depth, work)
  }

  lost(subscription: Subscription, event: TradewireEvent, reason: LossReason): void {
    this.#dispatcher.calls.lost(subscription, event, reason)
  }

  handled(subscription: Subscription, event: TradewireEvent, durationMs: number): void {
    this.#dispatcher.calls.observers?.handled(event, subscription, durationMs)
  }

  failed(subscription: Subscription, event: TradewireEvent, error: unknown, attempt: number): void {
    this.#dispatcher.calls.attemptFailed(subscription, event, error, attempt)
  }

  gaveUp(
    subscription: Subscription,
    handler: object,
    event: TradewireEvent,
    error: unknown,
    attempts: number,
  ): void {
    this.#dispatcher.calls.gaveUp(subscription, handler, event, error, attempts)
  }

  complain(error: unknown, event: TradewireEvent | undefined): void {
    this.#dispatcher.calls.lastResort(error, { origin: 'report', event })
  }

  warn(type: string, data: Announcement): void {
    this.#dispatcher.calls.warn(type, data)
  }

  finished(subscription: Subscription): void {
    // Deliveries are made for subscribers alone.
    ;(subscription as Subscriber).forgetSignal()
  }

  consumed(subscription: Subscription): void {
    ;(subscription as Subscriber).retire()
  }
}
