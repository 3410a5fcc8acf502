import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { Chain, type Linked } from './chain.ts'

/** An event that a handler has failed on for good, kept for somebody to look at. */
export interface DeadLetter<Event extends TradewireEvent = TradewireEvent> {
  /** Its name: `dead-` and a number that counts the dead letters of one bus from 1. */
  readonly id: string
  /** The event. */
  readonly event: Event
  /** The subscription whose handler has failed. */
  readonly subscriptionId: string
  /** How often the handler was called with it; 0 if it was not, see `errors`. */
  readonly attempts: number
  /** When the first attempt began, in milliseconds since the Unix epoch. */
  readonly firstAt: number
  /** When the last attempt began, or the event was given up, in milliseconds since the Unix epoch. */
  readonly lastAt: number
  /** What the attempts failed with, or why there was none: the newest 10, the newest last. */
  readonly errors: readonly unknown[]
}

/** Which dead letters are meant: all that match every condition given. */
export interface DeadLetterFilter {
  /** Those of this subscription. */
  readonly subscriptionId?: string
  /** Those with an event of this type. */
  readonly type?: string
  /** Those for which it returns `true`. */
  readonly where?: (letter: DeadLetter) => boolean
}

/** The dead letters of a bus, oldest first. */
export interface DeadLetterBox {
  /** How many it may hold. When it is full, the oldest is forgotten for a new one. */
  readonly capacity: number
  /** How many it holds. */
  readonly size: number
  /** How many were forgotten because it was full. */
  readonly forgotten: number
  /**
   * Those that match, oldest first; all of them without a filter.
   *
   * @throws ConfigurationError `CONFIGURATION` if the filter is malformed.
   */
  list(filter?: DeadLetterFilter): DeadLetter[]
  /** The one with this id, if there is one. */
  get(id: string): DeadLetter | undefined
  /**
   * Puts events back into the mailboxes that they came from, in the order of their sequence and ahead
   * of later ones, to be tried as if for the first time. Each is out of here then; if it fails again it
   * comes back under a new id. What finds no room, or whose subscription is gone, stays. A new
   * subscription with the same `id` counts as the same. Returns how many went; `bus.idle()` resolves
   * when they have been handled.
   *
   * @throws ConfigurationError `CONFIGURATION` if there is no such dead letter, or its subscription
   * is gone.
   */
  redeliver(which: string | DeadLetterFilter): number
  /**
   * Forgets dead letters for good. Returns how many.
   *
   * @throws ConfigurationError `CONFIGURATION` if the filter is malformed.
   */
  discard(which: string | DeadLetterFilter): number
}

/** Takes back what it has given up; returns whether it could. */
export type Redeliver = (event: TradewireEvent) => boolean

/** What becomes a dead letter, and what must not overtake it. */
export interface NewDeadLetter extends Omit<DeadLetter, 'id'> {
  /** With `holdKey`: its key. */
  readonly key: unknown
  /** Whether later events of the key are held. */
  readonly holds: boolean
}

interface Kept extends Linked<Kept> {
  readonly letter: DeadLetter
  readonly key: unknown
  readonly holds: boolean
}

/** The one implementation of {@link DeadLetterBox}. */
export class DeadLetters implements DeadLetterBox {
  readonly capacity: number
  forgotten = 0
  readonly #kept = new Map<string, Kept>()
  /** The same, oldest first. */
  readonly #chain = new Chain<Kept>()
  /** Held keys by subscription: the dead letters of each, in the order in which they came. */
  readonly #held = new Map<string, Map<unknown, Set<DeadLetter>>>()
  readonly #find: (subscriptionId: string) => Redeliver | undefined
  #count = 0

  /** @param find how to give an event back to a subscription. */
  constructor(capacity: number, find: (subscriptionId: string) => Redeliver | undefined) {
    this.capacity = capacity
    this.#find = find
  }

  get size(): number {
    return this.#kept.size
  }

  /** Keeps one more. */
  add({ key, holds, ...made }: NewDeadLetter): void {
    if (this.#kept.size >= this.capacity) {
      this.#forget(this.#chain.first!)
      this.forgotten += 1
    }
    this.#count += 1
    const letter: DeadLetter = Object.freeze({ id: `dead-${this.#count}`, ...made })
    const kept: Kept = { letter, key, holds, previous: undefined, next: undefined }
    this.#kept.set(letter.id, kept)
    this.#chain.append(kept)
    if (holds) this.#lettersOf(letter.subscriptionId, key).add(letter)
  }

  /** The dead letter that an event with this key must not overtake, if there is one. */
  ahead(subscriptionId: string, key: unknown, sequence: number): DeadLetter | undefined {
    const letters = this.#held.get(subscriptionId)?.get(key)
    if (letters === undefined) return undefined
    for (const letter of letters) if (letter.event.sequence < sequence) return letter
    return undefined
  }

  list(filter: DeadLetterFilter = {}): DeadLetter[] {
    requireOptions('the filter of dead letters', filter, ['subscriptionId', 'type', 'where'])
    const { subscriptionId, type, where } = filter
    const letters = Array.from(this.#kept.values(), ({ letter }) => letter)
    return letters.filter(
      (letter) =>
        (subscriptionId ?? letter.subscriptionId) === letter.subscriptionId &&
        (type ?? letter.event.type) === letter.event.type &&
        (where === undefined || where(letter)),
    )
  }

  get(id: string): DeadLetter | undefined {
    return this.#kept.get(id)?.letter
  }

  redeliver(which: string | DeadLetterFilter): number {
    const letters = this.#select(which)
    if (typeof which === 'string' && this.#find(letters[0]!.subscriptionId) === undefined) {
      throw new ConfigurationError(
        `The dead letter ${which} cannot be redelivered: there is no subscription ${describeValue(letters[0]!.subscriptionId)} with a mailbox. Subscribe again with that id, or discard it.`,
      )
    }
    let went = 0
    for (const letter of letters.toSorted(bySequence)) went += this.#giveBack(letter)
    return went
  }

  discard(which: string | DeadLetterFilter): number {
    const letters = typeof which === 'string' && !this.#kept.has(which) ? [] : this.#select(which)
    for (const { id } of letters) this.#forget(this.#kept.get(id)!)
    return letters.length
  }

  #select(which: string | DeadLetterFilter): DeadLetter[] {
    if (typeof which !== 'string') return this.list(which)
    const letter = this.get(which)
    if (letter !== undefined) return [letter]
    throw new ConfigurationError(
      `There is no dead letter ${describeValue(which)}. bus.deadLetters.list() shows those that there are.`,
    )
  }

  #giveBack(letter: DeadLetter): 0 | 1 {
    const kept = this.#kept.get(letter.id)
    // A filter may have discarded it.
    if (kept === undefined || this.#find(letter.subscriptionId)?.(letter.event) !== true) return 0
    this.#forget(kept)
    return 1
  }

  #lettersOf(subscriptionId: string, key: unknown): Set<DeadLetter> {
    let keys = this.#held.get(subscriptionId)
    if (keys === undefined) {
      keys = new Map()
      this.#held.set(subscriptionId, keys)
    }
    let letters = keys.get(key)
    if (letters === undefined) {
      letters = new Set()
      keys.set(key, letters)
    }
    return letters
  }

  #forget(kept: Kept): void {
    const { letter, key, holds } = kept
    this.#kept.delete(letter.id)
    this.#chain.remove(kept)
    if (!holds) return
    const keys = this.#held.get(letter.subscriptionId)!
    const letters = keys.get(key)!
    letters.delete(letter)
    if (letters.size === 0) keys.delete(key)
    if (keys.size === 0) this.#held.delete(letter.subscriptionId)
  }
}

function bySequence(left: DeadLetter, right: DeadLetter): number {
  return left.event.sequence - right.event.sequence
}
