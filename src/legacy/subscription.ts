/** One registration that `subscribe` has made. Works with `using`. */
export interface LegacySubscription {
  /** Who subscribes. */
  readonly name: string
  /** The legacy name or event type that it listens to. */
  readonly event: string
  /** False once it was unsubscribed, and after the adapter or its bus has ended. */
  readonly active: boolean
  /** Ends this registration and no other one. */
  unsubscribe(): void
  /** The same as `unsubscribe`. */
  [Symbol.dispose](): void
}

/** What `subscribe` returns for a registration that `unsubscribe` ends. */
export function toSubscription(
  name: string,
  event: string,
  registration: { readonly active: boolean },
  unsubscribe: () => void,
): LegacySubscription {
  return {
    name,
    event,
    get active() {
      return registration.active
    },
    unsubscribe,
    [Symbol.dispose]: unsubscribe,
  }
}
