import type { DeadLetters } from '../delivery/dead-letters.ts'
import { type BusStats, type CloseReport, Counts, type Ledger } from '../delivery/stats.ts'
import { requireInteger } from '../errors/checks.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Registry } from './registry.ts'
import { countsOf, type Subscriber } from './subscriber.ts'

/** Adds up what became of the events of a bus. */
export class Statistics {
  readonly #dispatcher: Dispatcher
  readonly #registry: Registry
  readonly #deadLetters: DeadLetters

  constructor(dispatcher: Dispatcher, registry: Registry, deadLetters: DeadLetters) {
    this.#dispatcher = dispatcher
    this.#registry = registry
    this.#deadLetters = deadLetters
  }

  get stats(): BusStats {
    let emitted = 0
    for (const count of this.#registry.eventCounts().values()) emitted += count
    let depth = 0
    for (const mailbox of this.#dispatcher.calls.scheduler.mailboxes) depth += mailbox.depth
    return {
      ...this.#ledger(),
      emitted,
      refused: this.#dispatcher.refusals,
      denied: this.#dispatcher.denied,
      rateLimited: this.#dispatcher.rateLimited,
      subscriptions: this.#registry.size,
      depth,
      deadLetters: this.#deadLetters.size,
    }
  }

  /** The subscriptions whose handlers take longest, by their 99th percentile, longest first. */
  slowest(count: number): Subscriber[] {
    requireInteger('slowest', count)
    const measured = this.#registry.all().flatMap((subscriber) => {
      const durations = subscriber.stats.handlerDurationMs
      return durations === undefined ? [] : [{ subscriber, durations }]
    })
    measured.sort(
      (left, right) =>
        right.durations.p99 - left.durations.p99 || right.durations.max - left.durations.max,
    )
    return measured.slice(0, count).map(({ subscriber }) => subscriber)
  }

  /**
   * What became of events since `before`, and what is left.
   *
   * @param abandoned events that were never dispatched.
   */
  since(before: CloseReport, abandoned: number): CloseReport {
    const now = this.settled
    return {
      delivered: now.delivered - before.delivered,
      dropped: now.dropped - before.dropped,
      deadLettered: now.deadLettered - before.deadLettered,
      pending: now.pending + abandoned,
    }
  }

  /** What became of events so far; those count as pending whose handlers have not settled. */
  get settled(): CloseReport {
    const { delivered, dropped, deadLettered, pending } = this.#ledger()
    const running = this.#dispatcher.calls.pending.handlers
    return { delivered: delivered - running, dropped, deadLettered, pending: pending + running }
  }

  #ledger(): Ledger {
    const { scheduler, gone } = this.#dispatcher.calls
    const counts = new Counts()
    counts.add(gone)
    counts.add(scheduler.gone)
    let pending = 0
    for (const mailbox of scheduler.mailboxes) {
      counts.add(mailbox.counts)
      pending += mailbox.pending
    }
    for (const subscriber of this.#registry.all()) {
      if (subscriber.delivery === undefined) counts.add(countsOf(subscriber))
    }
    return counts.ledger(pending)
  }
}
