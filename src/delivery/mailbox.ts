import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { Chain } from './chain.ts'
import type { Entry, Waiter } from './entry.ts'
import { MailboxFullError } from './errors.ts'
import type { EventKey } from './event-key.ts'
import type { LossReason } from './host.ts'
import { Line } from './line.ts'
import type { DeliverySettings } from './options.ts'
import { laneCount } from './turns.ts'

/** What a mailbox needs of the delivery that it is a part of. */
export interface MailboxOwner {
  readonly clock: Clock
  readonly id: string
  /** An event has left the mailbox without a call; it is out of line already. */
  lost(event: TradewireEvent, reason: LossReason): void
  /** An event is given up with an error, which is thrown. */
  refused(entry: Entry, reason: LossReason, error: Error): never
  /** Whether the running code is a part of a call that the mailbox waits for. */
  emitsToItself(): boolean
}

/**
 * Where the events of one subscription wait for its handler: at most `capacity` of them, and with
 * `wait` as many again whose emissions wait for room.
 */
export class Mailbox {
  readonly #settings: DeliverySettings
  readonly #owner: MailboxOwner
  readonly #line = new Line()
  /** With `conflate`: what waits, by type and key. */
  readonly #byKey = new Map<string, Map<unknown, Entry>>()
  /** Emissions that wait for room: as many as the line is longer than the capacity, or fewer. */
  readonly #waiters = new Chain<Waiter>()

  constructor(settings: DeliverySettings, owner: MailboxOwner) {
    this.#settings = settings
    this.#owner = owner
  }

  /** Events in line, those of waiting emissions included. */
  get size(): number {
    return this.#line.size
  }

  get hasRoom(): boolean {
    return this.#line.size < this.#settings.capacity
  }

  /** The most urgent lane of what waits. */
  get mostUrgent(): number {
    return this.#line.mostUrgent
  }

  /** When the oldest event that waits was accepted; `Infinity` if none waits. */
  get oldestAcceptedAt(): number {
    return Math.min(...this.#line.heads().map(({ acceptedAt }) => acceptedAt))
  }

  /** The timestamp of the oldest event that waits; `Infinity` if none waits. */
  get oldestTimestamp(): number {
    return Math.min(...this.#line.heads().map(({ event }) => event.timestamp))
  }

  /**
   * Takes an event in. Returns a promise if its emission has to wait for room.
   *
   * @param key what it is conflated by.
   * @throws MailboxFullError `MAILBOX_FULL` if there is no room for it; then it is lost, and counted.
   */
  post(entry: Entry, key: EventKey): Promise<void> | undefined {
    if (this.#settings.overflow === 'conflate') return this.#conflate(entry, key)
    if (this.hasRoom) {
      this.#line.push(entry)
      return undefined
    }
    return this.#overflow(entry)
  }

  /** Takes in again what was taken before; where there is no room, too. */
  restore(entry: Entry): void {
    this.#line.insert(entry)
  }

  /** The next in turn, out of line. Call {@link left} once it is certain that it stays out. */
  take(): Entry | undefined {
    const entry = this.#line.take()
    if (entry !== undefined && entry.keyed) this.#forgetKey(entry)
    return entry
  }

  /** There is room for one more, now that `entry` has left. */
  left(entry: Entry): void {
    if (this.#waiters.size > 0) (entry.waiter ?? this.#waiters.first!).settle()
  }

  /** Gives up all events of a lane, or less urgent. */
  shed(lane: number): void {
    // Whoever is told of a loss may change what is left.
    for (let each = lane; each < laneCount; each += 1) {
      for (let entry = this.#line.oldest(each); entry !== undefined;) {
        this.#lose(entry, 'memory')
        entry = this.#line.oldest(each)
      }
    }
  }

  /** Gives up everything. */
  clear(): void {
    while (this.#line.size > 0)
      this.#lose(this.#line.oldest(this.#line.mostUrgent)!, 'unsubscribed')
  }

  /** The newer event takes the place of the older one of its type and key, if one waits. */
  #conflate(entry: Entry, key: EventKey): undefined {
    if (key === undefined) {
      this.#makeRoomOldest(entry)
      return
    }
    const { event } = entry
    const older = this.#byKey.get(event.type)?.get(key)
    if (older?.lane === entry.lane) {
      const { event: old } = older
      older.event = event
      older.acceptedAt = entry.acceptedAt
      this.#owner.lost(old, 'conflated')
      return
    }
    entry.key = key
    entry.keyed = true
    if (older === undefined) this.#makeRoomOldest(entry)
    else {
      // Of another priority now: it goes to the end of its lane.
      this.#line.remove(older)
      older.keyed = false
      this.#admit(entry)
      this.#owner.lost(older.event, 'conflated')
    }
  }

  #makeRoomOldest(entry: Entry): void {
    if (this.hasRoom) this.#admit(entry)
    else this.#replace(entry, this.#line.oldest(this.#line.leastUrgent)!)
  }

  /** Puts `entry` in the place of `victim`, unless that is the more urgent one. */
  #replace(entry: Entry, victim: Entry): void {
    if (victim.lane < entry.lane) {
      this.#owner.lost(entry.event, 'overflow')
      return
    }
    this.#line.remove(victim)
    if (victim.keyed) this.#forgetKey(victim)
    this.#admit(entry)
    this.#owner.lost(victim.event, 'overflow')
  }

  #admit(entry: Entry): void {
    this.#line.push(entry)
    if (entry.keyed) this.#entriesOf(entry.event.type).set(entry.key, entry)
  }

  #overflow(entry: Entry): Promise<void> | undefined {
    const { overflow, capacity } = this.#settings
    if (overflow === 'wait') {
      if (this.#waiters.size >= capacity) {
        return this.#refuse(
          entry,
          'as many emissions wait for room already. Await each before the next, or raise mailbox.capacity.',
        )
      }
      if (!this.#owner.emitsToItself()) return this.#wait(entry)
      return this.#refuse(entry, 'it comes from the very handler that would have to make room.')
    }
    if (overflow === 'error') return this.#refuse(entry, 'its overflow is error.')
    const lane = this.#line.leastUrgent
    if (overflow === 'drop-oldest') this.#replace(entry, this.#line.oldest(lane)!)
    else if (entry.lane >= lane) this.#owner.lost(entry.event, 'overflow')
    else this.#replace(entry, this.#line.newest(lane)!)
    return undefined
  }

  #refuse(entry: Entry, why: string): never {
    const { id } = this.#owner
    const error = new MailboxFullError(entry.event, id, this.#settings.capacity, why)
    return this.#owner.refused(entry, 'overflow', error)
  }

  #wait(entry: Entry): Promise<void> {
    const { waitMs, capacity } = this.#settings
    const { clock, id } = this.#owner
    this.#line.push(entry)
    return new Promise((resolve, reject) => {
      const timer =
        waitMs === undefined
          ? undefined
          : clock.setTimer(waitMs, () => {
              this.#line.remove(entry)
              const why = `no room has come within ${waitMs} ms.`
              waiter.settle(new MailboxFullError(entry.event, id, capacity, why))
              this.#owner.lost(entry.event, 'expired')
            })
      const waiter: Waiter = {
        previous: undefined,
        next: undefined,
        entry,
        settle: (error) => {
          this.#waiters.remove(waiter)
          entry.waiter = undefined
          timer?.cancel()
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      entry.waiter = waiter
      this.#waiters.append(waiter)
    })
  }

  #lose(entry: Entry, reason: LossReason): void {
    this.#line.remove(entry)
    if (entry.keyed) this.#forgetKey(entry)
    this.left(entry)
    this.#owner.lost(entry.event, reason)
  }

  #entriesOf(type: string): Map<unknown, Entry> {
    let entries = this.#byKey.get(type)
    if (entries === undefined) {
      entries = new Map()
      this.#byKey.set(type, entries)
    }
    return entries
  }

  #forgetKey(entry: Entry): void {
    entry.keyed = false
    const { type } = entry.event
    const entries = this.#byKey.get(type)!
    entries.delete(entry.key)
    // Types with parameters can be any number.
    if (entries.size === 0) this.#byKey.delete(type)
  }
}
