import type { Subscription } from '../delivery/subscription.ts'
import { describeValue } from '../errors/checks.ts'
import type { LegacyListener, LegacyName } from './types.ts'

/** What a registration is made of; see {@link LegacyRegistration}. */
export type RegistrationTerms = Pick<
  LegacyRegistration,
  'name' | 'listener' | 'context' | 'once' | 'ahead' | 'label'
>

/** One registration of a legacy listener: the same function added twice is two of them. */
export class LegacyRegistration {
  /** The name that it was added under; other names may stand for the same event. */
  readonly name: LegacyName
  readonly listener: LegacyListener
  /** What `this` is in the listener. */
  readonly context: unknown
  readonly once: boolean
  /** Whether it was added in front of all others. */
  readonly ahead: boolean
  /** What to call it in a report of its failure: its subscriber's name or its own; may be empty. */
  readonly label: string
  /** What carries events to it; undefined for a name that the bus does not know. */
  subscription: Subscription | undefined = undefined
  /** What `rawListeners` shows for it; undefined until somebody asks. */
  raw: LegacyListener | undefined = undefined
  /** Its neighbours among those of one function and channel, in order of call. */
  previous: LegacyRegistration | undefined = undefined
  next: LegacyRegistration | undefined = undefined
  #ended = false

  constructor({ name, listener, context, once, ahead, label }: RegistrationTerms) {
    this.name = name
    this.listener = listener
    this.context = context
    this.once = once
    this.ahead = ahead
    this.label = label
  }

  /** Whether it may be called: false also once the bus has ended it by `clear`, `off` or `close`. */
  get active(): boolean {
    return !this.#ended && this.subscription?.active !== false
  }

  /** It is never called again. */
  end(): void {
    this.#ended = true
    this.subscription?.unsubscribe()
  }
}

/** Which of several registrations of one listener is meant. */
export interface RegistrationQuery {
  readonly listener: LegacyListener
  /** Only a registration with this context; undefined means any. */
  readonly context: unknown
  /** Whether only a registration made by `once` counts. */
  readonly once: boolean
}

/** @throws TypeError unless `listener` is a function. */
export function requireListener(listener: unknown): LegacyListener {
  if (typeof listener !== 'function') {
    throw new TypeError(`The listener must be a function, but is ${describeValue(listener)}.`)
  }
  // The adapter calls it with what its type in `on` says, or passes on what was emitted.
  return listener as LegacyListener
}
