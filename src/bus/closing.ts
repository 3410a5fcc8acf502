import type { CloseReport } from '../delivery/stats.ts'
import type { Clock, Timer } from '../time/clock.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Doorman } from './doorman.ts'
import { BusClosedError, SubscriptionEndedError } from './errors.ts'
import type { Listeners } from './listeners.ts'
import type { Registry } from './registry.ts'
import type { Statistics } from './statistics.ts'

/** Options of `close`. */
export interface CloseOptions {
  /**
   * How long handlers and mailboxes may take to finish, on the clock of the bus, in milliseconds from
   * 0. Default: as long as it takes. Of several calls of `close` the earliest bound counts.
   */
  readonly drainMs?: number
}

/** What a bus consists of, as far as closing it goes. */
export interface ClosingBus {
  readonly dispatcher: Dispatcher
  readonly registry: Registry
  readonly listeners: Listeners
  readonly doorman: Doorman | undefined
  readonly statistics: Statistics
  readonly clock: Clock
}

/** A bus that is closing. */
export class Closing {
  /** Resolves once it has closed. */
  readonly report: Promise<CloseReport>
  readonly #clock: Clock
  readonly #limit = Promise.withResolvers<void>()
  readonly #timers: Timer[] = []

  /** Refuses what comes, waits for what runs, and ends every subscription. */
  constructor(bus: ClosingBus) {
    this.#clock = bus.clock
    this.report = this.#close(bus)
  }

  /** Waits for `drainMs` more at most. Of several bounds the earliest counts. */
  limit(drainMs: number | undefined): void {
    if (drainMs === undefined) return
    if (drainMs === 0) this.#limit.resolve()
    else this.#timers.push(this.#clock.setTimer(drainMs, this.#limit.resolve))
  }

  async #close({ dispatcher, registry, listeners, doorman, statistics }: ClosingBus) {
    const { line, calls } = dispatcher
    const before = statistics.settled
    dispatcher.closed = true
    const error = new BusClosedError('What waited was not emitted')
    doorman?.close(error)
    const abandon = (): number => {
      const { count, unawaited } = line.abandon(error)
      for (const event of unawaited) calls.lastResort(error, { origin: 'emission', event })
      return count
    }
    const abandoned = line.paused ? abandon() : 0
    // For the reports of handlers that still run; mailboxes of a paused bus stay as they are.
    line.resume()
    listeners.close()
    const idle = calls.pending.idle()
    // Somebody waits now: incomplete batches may go.
    calls.scheduler.refresh()
    await Promise.race([idle, this.#limit.promise])
    for (const timer of this.#timers) timer.cancel()
    // What a gate has not let through in time.
    const report = statistics.since(before, abandoned + abandon())
    for (const subscriber of registry.all()) subscriber.unsubscribe()
    // Those of subscriptions that have ended, and have events left.
    for (const mailbox of calls.scheduler.mailboxes) {
      mailbox.end(new SubscriptionEndedError(mailbox.id))
      mailbox.abandon()
    }
    return report
  }
}
