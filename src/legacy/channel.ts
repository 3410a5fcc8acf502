import type { LegacyRegistration, RegistrationQuery } from './registration.ts'
import type { LegacyListener } from './types.ts'

/** The first size at which a channel looks for registrations that the bus has ended. */
const firstSweep = 16

/** The registrations of one function, as a list linked in order of call. */
interface Chain {
  first: LegacyRegistration
  last: LegacyRegistration
}

/**
 * The registrations of one event type, or of one name that the bus does not know. To add, to find and
 * to remove one takes the same time however many there are.
 */
export class Channel {
  /** Those added in front, each of them before the ones added earlier. */
  readonly #front = new Set<LegacyRegistration>()
  /** All others, in order. */
  readonly #back = new Set<LegacyRegistration>()
  readonly #chains = new Map<LegacyListener, Chain>()
  /** All in order of call; replaced and never changed. Undefined until it is needed again. */
  #list: readonly LegacyRegistration[] | undefined = undefined
  /** At this size those that the bus has ended go, so that they cannot heap up. */
  #nextSweep = firstSweep

  get size(): number {
    return this.#front.size + this.#back.size
  }

  add(registration: LegacyRegistration): void {
    if (this.size >= this.#nextSweep) {
      this.#sweep()
      this.#nextSweep = Math.max(firstSweep, 2 * this.size)
    }
    const side = registration.ahead ? this.#front : this.#back
    side.add(registration)
    this.#link(registration)
    this.#list = undefined
  }

  /** Forgets a registration; of one that is not here, nothing. */
  delete(registration: LegacyRegistration): void {
    const side = registration.ahead ? this.#front : this.#back
    if (!side.delete(registration)) return
    this.#unlink(registration)
    this.#list = undefined
  }

  /** The active registrations in order of call. */
  list(): readonly LegacyRegistration[] {
    if (this.#list?.every(({ active }) => active) === true) return this.#list
    this.#sweep()
    this.#list = [...[...this.#front].toReversed(), ...this.#back]
    return this.#list
  }

  /** As `list`, but those that have ended may still be in it; cheaper, because nobody looks for them. */
  current(): readonly LegacyRegistration[] {
    return this.#list ?? this.list()
  }

  /** The last in order of call that the query fits. */
  findLast({ listener, context, once }: RegistrationQuery): LegacyRegistration | undefined {
    let one = this.#chains.get(listener)?.last
    while (one !== undefined) {
      const { previous } = one
      if (!one.active) this.delete(one)
      else if ((context === undefined || one.context === context) && (one.once || !once)) return one
      one = previous
    }
    return undefined
  }

  #sweep(): void {
    for (const registration of [...this.#front, ...this.#back]) {
      if (!registration.active) this.delete(registration)
    }
  }

  #link(registration: LegacyRegistration): void {
    const chain = this.#chains.get(registration.listener)
    if (chain === undefined) {
      this.#chains.set(registration.listener, { first: registration, last: registration })
    } else if (registration.ahead) {
      registration.next = chain.first
      chain.first.previous = registration
      chain.first = registration
    } else {
      registration.previous = chain.last
      chain.last.next = registration
      chain.last = registration
    }
  }

  #unlink(registration: LegacyRegistration): void {
    const { listener, previous, next } = registration
    // Whoever keeps it is not to keep its neighbours.
    registration.previous = undefined
    registration.next = undefined
    if (previous === undefined && next === undefined) {
      this.#chains.delete(listener)
      return
    }
    const chain = this.#chains.get(listener)!
    if (previous === undefined) chain.first = next!
    else previous.next = next
    if (next === undefined) chain.last = previous!
    else next.previous = previous
  }
}
