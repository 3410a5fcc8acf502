import type { CloseReport } from '../delivery/stats.ts'
import type { Clock } from '../time/clock.ts'
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
   * 0. Default: as long as it takes.
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

/** Refuses what comes, waits for what runs, up to `drainMs`, and ends every subscription. */
export async function closeBus(
  { dispatcher, registry, listeners, doorman, statistics, clock }: ClosingBus,
  drainMs: number | undefined,
): Promise<CloseReport> {
  const { line, calls } = dispatcher
  const before = statistics.settled
  dispatcher.closed = true
  const error = new BusClosedError('What waited was not emitted')
  doorman?.close(error)
  const abandoned = line.abandon(error)
  for (const event of abandoned.unawaited) {
    calls.lastResort(error, { origin: 'emission', event })
  }
  // For the reports of handlers that still run; mailboxes of a paused bus stay as they are.
  line.resume()
  listeners.close()
  for (const mailbox of calls.scheduler.mailboxes) mailbox.flush()
  await within(clock, drainMs, calls.pending.idle())
  const report = statistics.since(before, abandoned.count)
  for (const subscriber of registry.all()) subscriber.unsubscribe()
  // Those of subscriptions that have ended, and have events left.
  for (const mailbox of calls.scheduler.mailboxes) {
    mailbox.end(new SubscriptionEndedError(mailbox.id))
  }
  return report
}

/** Resolves with `done`, or after `limitMs`, whichever is first. */
async function within(
  clock: Clock,
  limitMs: number | undefined,
  done: Promise<void>,
): Promise<void> {
  if (limitMs === undefined) {
    await done
    return
  }
  const limit = Promise.withResolvers<void>()
  const timer = clock.setTimer(limitMs, limit.resolve)
  await Promise.race([done, limit.promise])
  timer.cancel()
}
