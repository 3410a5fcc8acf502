import type { TradewireEvent } from '../events/envelope.ts'
import type { Attempts } from './attempts.ts'
import type { Collector } from './collector.ts'
import type { Entry } from './entry.ts'
import { BreakerOpenError } from './errors.ts'
import { heldBy } from './holding.ts'
import type { DeliveryHost, LossReason } from './host.ts'
import type { Mailbox } from './mailbox.ts'
import { type DeliverySettings, isPlain } from './options.ts'
import type { Counts } from './stats.ts'
import type { Valve } from './valve.ts'

/** What the choice of events shares with the rest of a delivery. */
export interface PickerOwner {
  readonly settings: DeliverySettings
  readonly host: DeliveryHost
  readonly id: string
  readonly counts: Counts
  readonly valve: Valve
  /** Whether the subscription has ended, which whoever is asked or told of something may do. */
  readonly ended: boolean
  /** Whether it was paused, or the bus, which they may do as well. */
  readonly stalled: boolean
  lost(event: TradewireEvent, reason: LossReason): void
  gaveUp(entry: Entry, reason: unknown): void
}

/** Chooses the event, or the batch, that a handler is called with next. */
export class Picker {
  readonly #owner: PickerOwner
  readonly #mailbox: Mailbox
  readonly #attempts: Attempts
  readonly #collector: Collector | undefined
  /** Whether there is nothing to look at. */
  readonly #plain: boolean

  constructor(
    owner: PickerOwner,
    mailbox: Mailbox,
    attempts: Attempts,
    collector: Collector | undefined,
  ) {
    this.#owner = owner
    this.#mailbox = mailbox
    this.#attempts = attempts
    this.#collector = collector
    this.#plain = isPlain(owner.settings)
  }

  /**
   * The next event to call the handler with, if it may be called. It has its place then: a delivery is
   * in line only while there is one.
   */
  next(now: number): Entry | undefined {
    if (this.#plain) return this.#attempts.takeDue() ?? this.#takeNew(now)
    const { valve, id } = this.#owner
    for (;;) {
      const passage = valve.ask(now)
      if (passage === 'later' || this.#owner.stalled) return undefined
      const entry = this.#attempts.takeDue() ?? this.#takeNew(now)
      if (entry === undefined || passage === 'open') return entry
      this.#attempts.giveUp(entry, new BreakerOpenError(id, true))
    }
  }

  #takeNew(now: number): Entry | undefined {
    const first = this.#takeOne(now)
    if (first === undefined) return undefined
    this.#attempts.takePlace()
    return this.#collector === undefined ? first : this.#collect(first, now, this.#collector)
  }

  /** The batch that begins with `first`, as the entry that leads it. */
  #collect(first: Entry, now: number, collector: Collector): Entry | undefined {
    const entries = [first]
    while (entries.length < collector.maxSize) {
      const entry = this.#takeOne(now)
      if (entry === undefined) break
      entries.push(entry)
    }
    collector.gone()
    if (this.#owner.ended) {
      this.#attempts.leavePlace()
      for (const entry of entries) this.#lose(entry, 'unsubscribed')
      return undefined
    }
    entries.sort((left, right) => left.event.sequence - right.event.sequence)
    const [lead, ...companions] = entries
    lead!.companions = companions
    return lead
  }

  /** The next event in line that has not expired, and need not be held. It is in hand then. */
  #takeOne(now: number): Entry | undefined {
    const { maxAgeMs, holdKey } = this.#owner.settings
    for (;;) {
      const entry = this.#owner.stalled ? undefined : this.#mailbox.take()
      if (entry === undefined) return undefined
      this.#attempts.inHand += 1
      this.#mailbox.left(entry)
      if (this.#plain) return entry
      if (maxAgeMs !== undefined && now - entry.acceptedAt > maxAgeMs) {
        this.#lose(entry, 'expired')
        continue
      }
      const held = holdKey === undefined ? undefined : this.#heldBy(entry.event)
      if (this.#owner.ended) this.#lose(entry, 'unsubscribed')
      else if (this.#owner.stalled) {
        this.#attempts.inHand -= 1
        this.#mailbox.restore(entry)
      } else if (held === undefined) return entry
      else {
        this.#attempts.inHand -= 1
        this.#owner.gaveUp(entry, held)
      }
    }
  }

  #lose({ event }: Entry, reason: LossReason): void {
    this.#attempts.inHand -= 1
    this.#owner.lost(event, reason)
  }

  /** Why the event must not be delivered now, if so. */
  #heldBy(event: TradewireEvent): unknown {
    const { settings, host, id, counts } = this.#owner
    try {
      return heldBy(event, id, settings.holdKey!, host.deadLetters)
    } catch (error) {
      counts.failed += 1
      return error
    }
  }
}
