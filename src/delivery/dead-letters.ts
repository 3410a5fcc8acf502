import { describeValue, requireFunction, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { answerOf } from './predicate.ts'
import type { EventKey } from './event-key.ts'
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
export interface DeadLetterFilter<
  Event extends TradewireEvent = TradewireEvent,
  Type extends string = string,
> {
  /** Those of this subscription. */
  readonly subscriptionId?: string
  /** Those with an event of this type; `*` for all. */
  readonly type?: Type
  /** Those for which it returns `true`. */
  readonly where?: (letter: DeadLetter<Event>) => boolean
}

/** Takes back what it has given up; returns whether it could. */
export type Redeliver = (event: TradewireEvent) => boolean

/** What becomes a dead letter, and what must not overtake it. */
export interface NewDeadLetter extends Omit<DeadLetter, 'id'> {
  /** With `holdKey`: its key, of which later events are held. */
  readonly key: EventKey
}

interface Kept extends Linked<Kept> {
  readonly letter: DeadLetter
  readonly key: EventKey
}

const filterNames = ['subscriptionId', 'type', 'where'] as const

/** The dead letters of a bus, of any catalog. */
export class DeadLetters {
  readonly capacity: number
  forgotten = 0
  readonly #kept = new Map<string, Kept>()
  /** The same, oldest first. */
  readonly #chain = new Chain<Kept>()
  /** Held keys by subscription: the dead letters of each, in the order in which they came. */
  readonly #held = new Map<string, Map<EventKey, Set<DeadLetter>>>()
  readonly #find: (letter: DeadLetter) => Redeliver | undefined
  #count = 0

  /** @param find how to give an event back to a subscription. */
  constructor(capacity: number, find: (letter: DeadLetter) => Redeliver | undefined) {
    this.capacity = capacity
    this.#find = find
  }

  get size(): number {
    return this.#kept.size
  }

  /** Keeps one more. */
  add({ key, ...made }: NewDeadLetter): void {
    if (this.#kept.size >= this.capacity) {
      this.#forget(this.#chain.first!)
      this.forgotten += 1
    }
    this.#count += 1
    const letter: DeadLetter = Object.freeze({ id: `dead-${this.#count}`, ...made })
    const kept: Kept = { letter, key, previous: undefined, next: undefined }
    this.#kept.set(letter.id, kept)
    this.#chain.append(kept)
    if (key !== undefined) this.#lettersOf(letter.subscriptionId, key).add(letter)
  }

  /** The dead letter that an event with this key must not overtake, if there is one. */
  ahead(subscriptionId: string, key: EventKey, sequence: number): DeadLetter | undefined {
    const letters = this.#held.get(subscriptionId)?.get(key)
    if (letters === undefined) return undefined
    for (const letter of letters) if (letter.event.sequence < sequence) return letter
    return undefined
  }

  list(filter: DeadLetterFilter = {}): DeadLetter[] {
    requireOptions('the filter of dead letters', filter, filterNames)
    const { subscriptionId, type, where } = filter
    if (subscriptionId !== undefined) requireText('subscriptionId', subscriptionId)
    if (type !== undefined) requireText('type', type)
    if (where !== undefined) requireFunction('where', where)
    const letters = Array.from(this.#kept.values(), ({ letter }) => letter)
    return letters.filter(
      (letter) =>
        (subscriptionId ?? letter.subscriptionId) === letter.subscriptionId &&
        (type === undefined || type === '*' || type === letter.event.type) &&
        (where === undefined || answerOf(where(letter))),
    )
  }

  get(id: string): DeadLetter | undefined {
    return this.#kept.get(id)?.letter
  }

  redeliver(which: string | DeadLetterFilter): number {
    const letters = this.#select(which)
    if (typeof which === 'string') this.#requireWay(letters[0]!)
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
    if (typeof which !== 'string') {
      // Not by default: what is missing by mistake must not mean all.
      requireOptions('the filter of dead letters', which, filterNames)
      return this.list(which)
    }
    const letter = this.get(which)
    if (letter !== undefined) return [letter]
    throw new ConfigurationError(
      `There is no dead letter ${describeValue(which)}. bus.deadLetters.list() shows those that there are.`,
    )
  }

  #giveBack(letter: DeadLetter): 0 | 1 {
    const kept = this.#kept.get(letter.id)
    // A filter may have discarded it.
    if (kept === undefined || this.#heldBehind(kept) !== undefined) return 0
    if (this.#find(letter)?.(letter.event) !== true) return 0
    this.#forget(kept)
    return 1
  }

  /** The earlier dead letter that this one must not overtake, if there is one. */
  #heldBehind({ letter, key }: Kept): DeadLetter | undefined {
    if (key === undefined) return undefined
    return this.ahead(letter.subscriptionId, key, letter.event.sequence)
  }

  /** Throws unless this one dead letter can go back. */
  #requireWay(letter: DeadLetter): void {
    const { id, subscriptionId, event } = letter
    const ahead = this.#heldBehind(this.#kept.get(id)!)
    if (ahead !== undefined) {
      throw new ConfigurationError(
        `The dead letter ${id} is held behind ${ahead.id}, which has the same key and came before it. Redeliver or discard that one first, or both with a filter.`,
      )
    }
    if (this.#find(letter) !== undefined) return
    throw new ConfigurationError(
      `The dead letter ${id} cannot be redelivered: there is no subscription ${describeValue(subscriptionId)} with a mailbox that hears ${event.type}. Subscribe again with that id, or discard it.`,
    )
  }

  #lettersOf(subscriptionId: string, key: EventKey): Set<DeadLetter> {
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
    const { letter, key } = kept
    this.#kept.delete(letter.id)
    this.#chain.remove(kept)
    if (key === undefined) return
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
