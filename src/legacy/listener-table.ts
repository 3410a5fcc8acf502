import type { Subscription } from '../bus/subscription.ts'
import type { LegacyListener, LegacyName } from './types.ts'

/** What a registration is made of; see {@link LegacyRegistration}. */
export type RegistrationTerms = Pick<
  LegacyRegistration,
  'name' | 'listener' | 'context' | 'once' | 'label'
>

/** One registration of a legacy listener: the same function added twice is two of them. */
export class LegacyRegistration {
  /** The name that it was added under; other names may stand for the same event. */
  readonly name: LegacyName
  readonly listener: LegacyListener
  /** What `this` is in the listener. */
  readonly context: unknown
  readonly once: boolean
  /** What to call it in a report of its failure: its subscriber's name or its own; may be empty. */
  readonly label: string
  /** What carries events to it; undefined for a name that the bus does not know. */
  subscription: Subscription | undefined = undefined
  #ended = false

  constructor({ name, listener, context, once, label }: RegistrationTerms) {
    this.name = name
    this.listener = listener
    this.context = context
    this.once = once
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

/**
 * The registrations of an adapter by channel: an event type, or a name that the bus does not know.
 * Lists are replaced and never changed, so a running dispatch keeps the one that it began with.
 */
export class ListenerTable {
  /** No list is empty. */
  readonly #lists = new Map<LegacyName, readonly LegacyRegistration[]>()

  add(channel: LegacyName, registration: LegacyRegistration): void {
    this.#lists.set(channel, [...this.of(channel), registration])
  }

  /** The active registrations of a channel, in the order of their registration. */
  of(channel: LegacyName): readonly LegacyRegistration[] {
    const list = this.#lists.get(channel)
    if (list === undefined) return []
    if (list.every(({ active }) => active)) return list
    return this.#replace(channel, list)
  }

  /** Every active registration. */
  all(): readonly LegacyRegistration[] {
    return [...this.#lists.keys()].flatMap((channel) => this.of(channel))
  }

  /** The newest registration that the query fits. */
  find(channel: LegacyName, query: RegistrationQuery): LegacyRegistration | undefined {
    return this.of(channel).findLast(
      ({ listener, context, once }) =>
        listener === query.listener &&
        (query.context === undefined || context === query.context) &&
        (once || !query.once),
    )
  }

  /** Ends one registration. */
  remove(channel: LegacyName, registration: LegacyRegistration): void {
    registration.end()
    this.of(channel)
  }

  /** Ends every registration of a channel, or of all. */
  clear(channel: LegacyName | undefined): void {
    for (const registration of channel === undefined ? this.all() : this.of(channel)) {
      registration.end()
    }
    if (channel === undefined) this.#lists.clear()
    else this.#lists.delete(channel)
  }

  #replace(
    channel: LegacyName,
    list: readonly LegacyRegistration[],
  ): readonly LegacyRegistration[] {
    const active = list.filter((registration) => registration.active)
    if (active.length === 0) this.#lists.delete(channel)
    else this.#lists.set(channel, active)
    return active
  }
}
