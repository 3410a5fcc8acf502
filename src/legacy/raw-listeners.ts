import type { LegacyRegistration } from './registration.ts'
import type { LegacyListener } from './types.ts'

/** The functions that `rawListeners` shows: listeners, and wrappers of those made by `once`. */
export class RawListeners {
  readonly #remove: (registration: LegacyRegistration) => void
  readonly #registrations = new WeakMap<LegacyListener, LegacyRegistration>()

  /** @param remove ends a registration. */
  constructor(remove: (registration: LegacyRegistration) => void) {
    this.#remove = remove
  }

  /** The registration that a wrapper stands for. */
  behind(wrapper: LegacyListener): LegacyRegistration | undefined {
    return this.#registrations.get(wrapper)
  }

  /** The listener; for one of `once`, always the same function, which ends it and then calls it. */
  of(registration: LegacyRegistration): LegacyListener {
    const { listener, context, once } = registration
    if (!once) return listener
    if (registration.raw !== undefined) return registration.raw
    const call = (...args: unknown[]): unknown => {
      if (!registration.active) return undefined
      this.#remove(registration)
      return listener.apply(context, args)
    }
    // As in Node, where it tells the function that was added.
    registration.raw = Object.assign(call, { listener })
    this.#registrations.set(registration.raw, registration)
    return registration.raw
  }
}
