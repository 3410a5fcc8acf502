import { requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'

/** How copies of events are recognized. */
export interface DedupOptions<Event> {
  /** What two copies have in common, compared as the keys of a `Map` are. Default: the event's id. */
  readonly key?: (event: Event) => unknown
  /** How many keys are remembered. A whole number from 1 to 10,000,000. Default 100,000. */
  readonly capacity?: number
}

/** {@link DedupOptions} with every default filled in and every value checked. */
export interface DedupSettings<Event> {
  readonly key: (event: Event) => unknown
  readonly capacity: number
}

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toDedupSettings<Event>(options: DedupOptions<Event>): DedupSettings<Event> {
  requireOptions('dedup', options, ['key', 'capacity'])
  const { key = idOf, capacity = 100_000 } = options
  requireFunction('dedup.key', key)
  return { key, capacity: requireInteger('dedup.capacity', capacity, 1, 10_000_000) }
}

/** Every event has an id. */
function idOf(event: unknown): unknown {
  return (event as { readonly id: unknown }).id
}

/** Remembers the last `capacity` keys that were new. */
export class DedupWindow {
  readonly #capacity: number
  readonly #keys = new Map<unknown, number>()
  readonly #ring: unknown[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#keys.size
  }

  add(key: unknown): boolean {
    if (this.#keys.has(key)) return false
    if (this.#next < this.#ring.length) {
      const old = this.#ring[this.#next]
      if (this.#keys.get(old) === this.#next) this.#keys.delete(old)
    }
    this.#ring[this.#next] = key
    this.#keys.set(key, this.#next)
    this.#next = (this.#next + 1) % this.#capacity
    return true
  }

  forget(key: unknown): void {
    this.#keys.delete(key)
  }
}
