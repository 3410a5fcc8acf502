import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { Attempts, type AttemptsOwner } from './attempts.ts'
import { Collector } from './collector.ts'
import { Probe } from './deadlock.ts'
import { DedupWindow } from './dedup-window.ts'
import { Entry } from './entry.ts'
import { type EventKey, requireKey } from './event-key.ts'
import { deadLetterOf } from './holding.ts'
import type { DeliveryHost, LossReason } from './host.ts'
import { Mailbox, type MailboxOwner } from './mailbox.ts'
import { type DeliverySettings, isPlain } from './options.ts'
import { Picker, type PickerOwner } from './picker.ts'
import type { Schedulable } from './scheduler.ts'
import { Counts, type SubscriptionStats } from './stats.ts'
import type { BatchHandler, Handler, Subscription } from './subscription.ts'
import { Valve } from './valve.ts'

let deliveries = 0

/** How the events of one subscription reach its handler: from its mailbox, in calls that may fail. */
export class Delivery implements Schedulable, MailboxOwner, AttemptsOwner, PickerOwner {
  readonly settings: DeliverySettings
  readonly host: DeliveryHost
  readonly subscription: Subscription
  readonly handler: Handler | BatchHandler
  readonly counts = new Counts()
  readonly valve: Valve
  previous: Schedulable | undefined = undefined
  next: Schedulable | undefined = undefined
  ringLane = -1
  readonly #once: boolean
  /** Whether there is nothing to look at before an event goes into the mailbox, or comes out. */
  readonly #plain: boolean
  readonly #mailbox: Mailbox
  readonly #attempts: Attempts
  readonly #collector: Collector | undefined
  readonly #picker: Picker
  readonly #window: DedupWindow | undefined
  readonly #probe: Probe
  #paused = false
  /** Whether no other event is to come. */
  #retired = false
  #ended = false
  /** Whether something will happen by itself: then the bus is not idle. */
  #active = false
  /** What {@link #callNow} is to call the handler with. */
  #entry: Entry | undefined = undefined
  /** Whether its handler, or what that has emitted, is on the stack. */
  #calling = false
  readonly #callNow = (): void => this.#attempts.call(this.#entry!)

  /** @param once whether the first event accepted is to be the last. */
  constructor(
    settings: DeliverySettings,
    handler: Handler | BatchHandler,
    subscription: Subscription,
    once: boolean,
    host: DeliveryHost,
  ) {
    const wake = (): void => this.update()
    const { batch, dedup } = settings
    this.settings = settings
    this.handler = handler
    this.subscription = subscription
    this.host = host
    this.#once = once
    this.#plain = isPlain(settings) && !once
    deliveries += 1
    this.#probe = new Probe(`${host.probeName}mailbox${deliveries}_`)
    this.valve = new Valve(settings, () => this.id, host, wake)
    this.#mailbox = new Mailbox(settings, this)
    this.#attempts = new Attempts(this)
    this.#collector = batch === undefined ? undefined : new Collector(batch, host.clock, wake)
    this.#picker = new Picker(this, this.#mailbox, this.#attempts, this.#collector)
    this.#window = dedup === undefined ? undefined : new DedupWindow(dedup.capacity)
    host.scheduler.join(this)
  }

  get id(): string {
    return this.subscription.id
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Whether its handler must not be called, whatever waits. */
  get stalled(): boolean {
    return this.#paused || this.host.scheduler.paused
  }

  get paused(): boolean {
    return this.#paused
  }

  get clock(): Clock {
    return this.host.clock
  }

  /** Events whose end is open. */
  get pending(): number {
    return this.#mailbox.size + this.#attempts.inHand
  }

  /** Events in the mailbox. */
  get depth(): number {
    return this.#mailbox.size
  }

  get running(): number {
    return this.#attempts.running.size
  }

  get stats(): SubscriptionStats {
    const { oldestTimestamp, size } = this.#mailbox
    return {
      ...this.counts.ledger(this.pending),
      depth: size,
      // Nothing may wait, and the clock may have been set back.
      oldestAgeMs: Math.max(0, this.clock.now() - oldestTimestamp),
      lastDeliveredAt: this.#attempts.lastDeliveredAt,
      handlerDurationMs: this.#attempts.durations.summary(),
      breaker: this.valve.breaker,
    }
  }

  /**
   * Takes an event in; returns a promise if its emission has to wait for room.
   *
   * @throws MailboxFullError `MAILBOX_FULL`, RateLimitError `RATE_LIMITED` or what a key function
   * throws. The event is given up then, and counted.
   */
  accept(event: TradewireEvent): Promise<void> | undefined {
    if (!this.#plain || this.host.scheduler.guard !== undefined) return this.#acceptWithCare(event)
    this.counts.accepted += 1
    const entry = new Entry(event, this.host.depth, -1)
    const waits = this.#mailbox.post(entry, undefined)
    // In line already, it has been looked at.
    if (this.ringLane === -1 || entry.lane < this.ringLane) this.update()
    return waits
  }

  #acceptWithCare(event: TradewireEvent): Promise<void> | undefined {
    const { dedup, conflationKey, maxAgeMs, batch, rateLimit } = this.settings
    let key: EventKey
    if (dedup !== undefined || conflationKey !== undefined) {
      try {
        const duplicate = this.#isDuplicate(event)
        if (this.#ended) return undefined
        if (duplicate) {
          this.counts.duplicates += 1
          this.host.lost(this.subscription, event, 'duplicate')
          return undefined
        }
        key = requireKey('mailbox.key', conflationKey?.(event))
      } catch (error) {
        this.#acceptBroken(event, error)
        throw error
      }
    }
    const timed = maxAgeMs !== undefined || batch !== undefined
    const entry = new Entry(event, this.host.depth, timed ? this.clock.monotonic() : -1)
    // What tells of the pressure must get through it.
    const sheds =
      this.host.scheduler.sheds(entry.lane) && event.type !== 'performance.memory_warning'
    const refusal = rateLimit === undefined ? undefined : this.valve.refuses(event)
    // What was asked so far is the user's, and may have ended the subscription.
    if (this.#ended) return undefined
    this.counts.accepted += 1
    if (sheds) {
      this.lost(event, 'memory')
      return undefined
    }
    if (refusal !== undefined) {
      if (rateLimit!.onLimit === 'drop') this.lost(event, 'rate-limit')
      else this.refused(entry, 'rate-limit', refusal)
      return undefined
    }
    try {
      return this.#mailbox.post(entry, key)
    } finally {
      if (this.#once && this.pending > 0) this.host.consumed(this.subscription)
      this.update()
    }
  }

  /** Takes a dead letter back; returns whether there was room. */
  redeliver(event: TradewireEvent): boolean {
    const { depth, maxDepth } = this.host
    // An event that is redelivered because of its own failure would come and go for ever.
    if (this.#ended || !this.#mailbox.hasRoom || depth >= maxDepth) return false
    this.counts.accepted += 1
    this.#mailbox.restore(new Entry(event, depth, this.clock.monotonic()))
    this.update()
    return true
  }

  pause(): void {
    this.#paused = true
    this.update()
  }

  resume(): void {
    this.#paused = false
    this.update()
  }

  /** No other event is to come; what there is goes on. */
  retire(): void {
    this.#retired = true
  }

  /** Gives up what waits in a lane, or in a less urgent one. */
  shed(lane: number): void {
    this.#mailbox.shed(lane)
    this.update()
  }

  /**
   * Gives up what waits, and what waits to be tried again. Calls that run are told by their signals,
   * and still count as they end.
   */
  end(reason: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.valve.stop()
    this.#collector?.stop()
    this.#mailbox.clear()
    this.#attempts.end(reason)
    this.update()
  }

  /** The bus has closed: nobody waits any more for what still runs. */
  abandon(): void {
    this.#attempts.abandon()
  }

  /** Accepts an event that cannot get as far as the mailbox, only to give it up. */
  passedBy(): void {
    this.counts.accepted += 1
    this.counts.dropped += 1
  }

  lost(event: TradewireEvent, reason: LossReason): void {
    if (reason === 'conflated') this.counts.conflated += 1
    else {
      if (reason === 'expired') this.counts.expired += 1
      else this.counts.dropped += 1
      this.#welcomeAgain(event)
    }
    this.host.lost(this.subscription, event, reason)
  }

  refused(entry: Entry, reason: LossReason, error: Error): never {
    if (this.settings.deadLetter) this.#bury(entry, error)
    else this.lost(entry.event, reason)
    throw error
  }

  gaveUp(entry: Entry, reason: unknown): void {
    const { event, tries } = entry
    if (this.settings.deadLetter) this.#bury(entry, reason)
    else this.lost(event, 'failed')
    const attempts = tries?.count ?? 0
    this.host.gaveUp(this.subscription, this.handler, event, reason, attempts)
  }

  emitsToItself(): boolean {
    if (!this.#attempts.full) return false
    if (this.#calling) return true
    this.watch()
    return this.#probe.onStack()
  }

  /** Makes the calls that run known by name to whatever they do from here on. */
  watch(): void {
    for (
      let attempt = this.#attempts.running.first;
      attempt !== undefined;
      attempt = attempt.next
    ) {
      this.#probe.watch(attempt)
    }
  }

  /** Calls the handler with what is next, if it may be called. */
  step(): void {
    try {
      this.#callNext()
      this.update()
    } catch (error) {
      // A clock has failed, if anything: the other mailboxes must not be held up.
      this.host.scheduler.remove(this)
      this.host.complain(error, undefined)
    }
  }

  #callNext(): void {
    const { scheduler } = this.host
    const entry = this.#picker.next(scheduler.now())
    if (entry !== undefined) {
      this.#entry = entry
      this.#calling = true
      try {
        if (this.host.during(entry.depth, this.#callNow)) scheduler.forgetNow()
      } finally {
        this.#calling = false
        this.#entry = undefined
      }
    }
  }

  /** Gets in line for a call if there is something to do, and out of it if there is not. */
  update(): void {
    const { scheduler } = this.host
    const lane = this.#lane()
    if (lane === -1) scheduler.remove(this)
    else scheduler.add(this, lane)
    const active =
      this.#paused || scheduler.paused ? this.#attempts.running.size > 0 : this.pending > 0
    if (active !== this.#active) {
      this.#active = active
      scheduler.activity(active ? 1 : -1)
    }
    if ((this.#retired || this.#ended) && this.pending === 0 && scheduler.leave(this)) {
      this.host.finished(this.subscription)
    }
  }

  /** The lane of what could be done now; -1 if nothing can. */
  #lane(): number {
    if (this.#paused || this.#ended || this.valve.shut) return -1
    const due = this.#attempts.dueLane
    if (due !== undefined) return due
    const { size } = this.#mailbox
    if (size === 0) {
      this.#collector?.gone()
      return -1
    }
    if (this.#attempts.full) return -1
    if (this.#collector?.complete(size, this.#mailbox, this.host.scheduler) === false) return -1
    return this.#mailbox.mostUrgent
  }

  #bury(entry: Entry, reason: unknown): void {
    this.counts.deadLettered += 1
    const now = this.clock.now()
    this.host.deadLetters.add(deadLetterOf(entry, reason, this.id, this.settings.holdKey, now))
  }

  /** Counts an event that `where` threw on. */
  failedBefore(): void {
    if (this.#ended) return
    this.counts.accepted += 1
    this.counts.failed += 1
    this.counts.dropped += 1
  }

  /** Accepts an event whose key cannot be told, only to give it up. */
  #acceptBroken(event: TradewireEvent, error: unknown): void {
    if (this.#ended) return
    this.counts.accepted += 1
    this.counts.failed += 1
    if (this.settings.deadLetter) this.#bury(new Entry(event, 0, -1), error)
    else this.lost(event, 'failed')
  }

  /** Whether an event of its key was there before; then it is remembered. */
  #isDuplicate(event: TradewireEvent): boolean {
    if (this.#window === undefined) return false
    const key = requireKey('dedup.key', this.settings.dedup!.key(event))
    return key !== undefined && !this.#window.add(key, event.sequence)
  }

  /** Forgets the key of an event that was given up, so that a copy of it is no duplicate. */
  #welcomeAgain(event: TradewireEvent): void {
    try {
      if (this.#window === undefined) return
      const key = requireKey('dedup.key', this.settings.dedup!.key(event))
      if (key !== undefined) this.#window.forget(key, event.sequence)
    } catch {
      // Then it never had a key.
    }
  }
}
