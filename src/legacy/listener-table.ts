import { Channel } from './channel.ts'
import type { LegacyRegistration, RegistrationQuery } from './registration.ts'
import type { LegacyName } from './types.ts'

/** The registrations of an adapter by channel: an event type, or a name that the bus does not know. */
export class ListenerTable {
  readonly #channels = new Map<LegacyName, Channel>()

  add(name: LegacyName, registration: LegacyRegistration): void {
    let channel = this.#channels.get(name)
    if (channel === undefined) {
      channel = new Channel()
      this.#channels.set(name, channel)
    }
    channel.add(registration)
  }

  /** The active registrations of a channel, in order of call. The list never changes. */
  of(name: LegacyName): readonly LegacyRegistration[] {
    const channel = this.#channels.get(name)
    if (channel === undefined) return []
    const list = channel.list()
    if (list.length === 0) this.#channels.delete(name)
    return list
  }

  /**
   * As `of`, but those that have ended may still be in it: for whoever looks at each before it calls it.
   */
  current(name: LegacyName): readonly LegacyRegistration[] {
    return this.#channels.get(name)?.current() ?? []
  }

  /** Every active registration. */
  all(): readonly LegacyRegistration[] {
    return [...this.#channels.keys()].flatMap((name) => this.of(name))
  }

  /** Of the registrations that the query fits, the last in order of call. */
  find(name: LegacyName, query: RegistrationQuery): LegacyRegistration | undefined {
    return this.#channels.get(name)?.findLast(query)
  }

  /** Ends one registration. */
  remove(name: LegacyName, registration: LegacyRegistration): void {
    registration.end()
    const channel = this.#channels.get(name)
    channel?.delete(registration)
    if (channel?.size === 0) this.#channels.delete(name)
  }

  /** Ends every registration of a channel, or of all. */
  clear(name: LegacyName | undefined): void {
    for (const registration of name === undefined ? this.all() : this.of(name)) registration.end()
    if (name === undefined) this.#channels.clear()
    else this.#channels.delete(name)
  }
}
