import type { TradewireEvent } from '../events/envelope.ts'
import type { Linked } from './chain.ts'
import type { EventKey } from './event-key.ts'
import { laneOf } from './turns.ts'

/** What is known of the attempts at an event, once one has failed. */
export interface Tries {
  /** Attempts that have failed. */
  count: number
  /** What they failed with, the newest last; at most {@link mostErrors}. */
  readonly errors: unknown[]
  /** When the first and the last of them began, in milliseconds since the Unix epoch. */
  readonly firstAt: number
  lastAt: number
}

/** How many errors of one event are remembered. */
export const mostErrors = 10

/** One event in one mailbox, from its acceptance until it has been delivered or given up. */
export class Entry implements Linked<Entry> {
  /** Replaced in place when it is conflated. */
  event: TradewireEvent
  /** The lane of its priority: 0 for the most urgent. */
  readonly lane: number
  /** How deep the chain of emissions was that it came from. */
  readonly depth: number
  /** Monotonic time of its event's acceptance, in milliseconds; -1 where nobody needs it. */
  acceptedAt: number
  previous: Entry | undefined = undefined
  next: Entry | undefined = undefined
  /** Present from the first failed attempt on. */
  tries: Tries | undefined = undefined
  /** The emission that waits for room; present while one does. */
  waiter: Waiter | undefined = undefined
  /** What it is conflated by, with its type; present while it waits in a conflating mailbox. */
  key: EventKey = undefined
  /** Whether it has a place in the table of keys. */
  keyed = false
  /** The other events of the batch that it leads. */
  companions: readonly Entry[] | undefined = undefined

  constructor(event: TradewireEvent, depth: number, acceptedAt: number) {
    this.event = event
    this.lane = laneOf(event.priority)
    this.depth = depth
    this.acceptedAt = acceptedAt
  }
}

/** An emission that waits until there is room for its event. */
export interface Waiter extends Linked<Waiter> {
  readonly entry: Entry
  /** Ends the wait, and its timer; with an error, as a failed delivery. */
  readonly settle: (error?: unknown) => void
}

/** The entry, and those of the batch that it leads. */
export function allOf(entry: Entry): readonly Entry[] {
  return entry.companions === undefined ? [entry] : [entry, ...entry.companions]
}

/** What is known of the attempts after one more has failed, which began at `startedAt`. */
export function triesAfter(tries: Tries | undefined, error: unknown, startedAt: number): Tries {
  if (tries === undefined) {
    return { count: 1, errors: [error], firstAt: startedAt, lastAt: startedAt }
  }
  tries.count += 1
  tries.lastAt = startedAt
  tries.errors.push(error)
  if (tries.errors.length > mostErrors) tries.errors.shift()
  return tries
}
