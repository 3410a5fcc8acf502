import { LRUCache } from 'lru-cache'
import type { Bus } from '../bus/bus.ts'
import type { EventsMatching, PatternsIn } from '../bus/typing.ts'
import { requireSignal } from '../bus/waiting.ts'
import type { EventKey } from '../delivery/event-key.ts'
import type { Handler, Subscription } from '../delivery/subscription.ts'
import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { CacheFlight, type CreationContext } from './cache-flight.ts'

/** What values are looked up by: a text, a number or a truth value, such as a symbol or an order id. */
export type CacheKey = NonNullable<EventKey>

/** Options of {@link EventCache}. */
export interface EventCacheOptions {
  /** How many values are kept; then the one that was least recently used goes. A whole number from 1 to 10,000,000. */
  readonly capacity: number
  /**
   * How long a value is kept, in milliseconds, more than 0, from when it was there. Default: until it must
   * make room.
   */
  readonly ttlMs?: number
  /** Where time comes from; `bus.clock`, so that a backtest repeats. */
  readonly clock: Clock
}

/** Options of `EventCache.get`. */
export interface CacheGetOptions {
  /** Ends this wait when it aborts, with its reason; others of the same key go on. */
  readonly signal?: AbortSignal
}

/** What became of the calls of `get`: each is a hit, shared or a miss, unless it was refused. */
export interface CacheStats {
  /** How many values are kept. Those that are too old count until somebody asks for them. */
  readonly size: number
  /** How many creations are under way. */
  readonly creating: number
  /** Calls that found a value. */
  readonly hits: number
  /** Calls that joined a creation that was under way. */
  readonly shared: number
  /** Calls that began a creation. */
  readonly misses: number
  /** Values that had to make room for newer ones. */
  readonly evictions: number
}

/** A value, and when it is too old, by the monotonic time of the clock. */
interface Kept<Value> {
  readonly value: Value
  readonly until: number
}

/** What an invalidation needs of a bus, whatever its events are. */
interface ListeningBus {
  on(pattern: string | readonly string[], handler: Handler, options: object): Subscription
}

/** Before every other handler, so that none finds a value that the event has made wrong. */
const beforeAll = Number.MAX_SAFE_INTEGER

/**
 * Values that handlers look up, by key: each is created once, however many ask for it at a time, and kept
 * until it is too old, invalid, or the least recently used of too many.
 *
 * Time is the monotonic time of the clock. No timers are set: a value that is too old goes when somebody asks
 * for it, or when it must make room.
 *
 * @typeParam Key what values are looked up by.
 * @typeParam Value what is kept. Any value, undefined included.
 * @example
 * ```ts
 * const lots = new EventCache<string, number>({ capacity: 1_000, ttlMs: 60_000, clock: bus.clock })
 * const load = async (symbol: string): Promise<number> => (symbol === 'BTCUSDT' ? 0.001 : 1)
 * lots.invalidateOn(bus, 'position.closed', ({ data }) => data.symbol)
 * bus.on('order.filled', async ({ data }, { signal }) => {
 *   console.log(await lots.get(data.symbol, load, { signal }))
 * })
 * ```
 */
export class EventCache<Key extends CacheKey, Value> {
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #kept: LRUCache<Key, Kept<Value>>
  /** The creation under way of each key; one that was invalidated or that all have left is not in here. */
  readonly #flights = new Map<Key, CacheFlight<Value>>()
  #hits = 0
  #shared = 0
  #misses = 0
  #evictions = 0

  /** @throws ConfigurationError `CONFIGURATION` if an option is unknown, missing or out of range. */
  constructor(options: EventCacheOptions) {
    requireOptions('EventCache', options, ['capacity', 'ttlMs', 'clock'])
    const { capacity, ttlMs = Infinity, clock } = options
    requireFunction('clock.monotonic', (clock as Partial<Clock> | undefined)?.monotonic)
    this.#clock = clock
    this.#ttlMs = requireLifetime(ttlMs)
    this.#kept = new LRUCache({
      max: requireInteger('capacity', capacity, 1, 10_000_000),
      dispose: (_, __, reason) => {
        if (reason === 'evict') this.#evictions += 1
      },
    })
  }

  /** Counts, as they are now. */
  get stats(): CacheStats {
    return {
      size: this.#kept.size,
      creating: this.#flights.size,
      hits: this.#hits,
      shared: this.#shared,
      misses: this.#misses,
      evictions: this.#evictions,
    }
  }

  /**
   * Resolves to the value of a key. Where there is none, `create` is called, at once, and its value is
   * kept; calls that come meanwhile wait for the same value. A creation that fails rejects all who wait,
   * and nothing is kept.
   *
   * @throws ConfigurationError `CONFIGURATION` (as a rejection) if an argument is malformed; and if the
   * `create` of this key asks for it before it has returned or awaited anything: it would wait for itself.
   * @throws what `create` throws, or the reason of `signal`.
   */
  async get(
    key: Key,
    create: (key: Key, context: CreationContext) => Value | PromiseLike<Value>,
    options: CacheGetOptions = {},
  ): Promise<Value> {
    requireCacheKey(key)
    requireFunction('create', create)
    requireOptions('EventCache.get', options, ['signal'])
    const { signal } = options
    requireSignal(signal)
    signal?.throwIfAborted()
    const kept = this.#fresh(key)
    if (kept !== undefined) {
      this.#hits += 1
      return kept.value
    }
    const flight = this.#flights.get(key)
    if (flight !== undefined) {
      requireBegun(flight, key)
      this.#shared += 1
      return flight.join(signal)
    }
    this.#misses += 1
    return this.#depart(key, create, signal)
  }

  /**
   * Forgets the value of a key. A creation under way goes on for those who wait for it, but its value is
   * not kept, and whoever asks from now on begins another. Returns whether there was either.
   */
  delete(key: Key): boolean {
    const left = this.#flights.delete(key)
    return this.#kept.delete(key) || left
  }

  /** Forgets all values, as `delete` does. */
  clear(): void {
    this.#flights.clear()
    this.#kept.clear()
  }

  /**
   * Forgets the value of a key when an event comes, before any other handler of the event is called that
   * has no higher priority than 9,007,199,254,740,991. A `keyOf` that returns undefined forgets nothing;
   * one that throws, or returns what is no key, such as a promise, is a handler that failed: a
   * `system.error`.
   *
   * @throws what `bus.on` throws, and ConfigurationError `CONFIGURATION` if `keyOf` is no function.
   */
  invalidateOn<Schemas extends EventSchemas, const Patterns extends PatternsIn<Schemas>>(
    bus: Bus<Schemas>,
    pattern: Patterns,
    keyOf: (event: EventsMatching<Schemas, Patterns>) => Key | undefined,
  ): Subscription {
    requireFunction('keyOf', keyOf)
    // Bus is this, by name; the pattern says which events come.
    const keyOfAny = keyOf as (event: TradewireEvent) => Key | undefined
    const invalidate = (event: TradewireEvent): void => {
      const key = keyOfAny(event)
      if (key === undefined) return
      // A promise of a key would forget nothing, and leave the old value to all who ask.
      requireCacheKey(key)
      this.delete(key)
    }
    return (bus as unknown as ListeningBus).on(pattern, invalidate, { priority: beforeAll })
  }

  /** The value of a key, unless it is too old. */
  #fresh(key: Key): Kept<Value> | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined || this.#clock.monotonic() < kept.until) return kept
    this.#kept.delete(key)
    return undefined
  }

  /** Begins a creation, and waits for it. */
  #depart(
    key: Key,
    create: (key: Key, context: CreationContext) => Value | PromiseLike<Value>,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    const isCurrent = (flight: CacheFlight<Value>): boolean => this.#flights.get(key) === flight
    const flight = new CacheFlight<Value>({
      abandoned: () => {
        if (isCurrent(flight)) this.#flights.delete(key)
      },
      landed: (value) => {
        if (!isCurrent(flight)) return
        this.#flights.delete(key)
        this.#kept.set(key, { value, until: this.#clock.monotonic() + this.#ttlMs })
      },
    })
    // Both before it begins: `create` runs at once, and may forget the key, or abort the signal.
    this.#flights.set(key, flight)
    const joined = flight.join(signal)
    void flight.begin((context) => create(key, context))
    return joined
  }
}

function requireCacheKey(key: unknown): void {
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof key)) return
  throw new ConfigurationError(
    `key must be a string, a number, a bigint or a boolean, but is ${describeValue(key)}. Make one text of what it consists of.`,
  )
}

function requireBegun(flight: { readonly beginning: boolean }, key: CacheKey): void {
  if (!flight.beginning) return
  throw new ConfigurationError(
    `The create of key ${describeValue(key)} asks the cache for its own key, and would wait for itself. Have it return the value.`,
  )
}

function requireLifetime(ttlMs: number): number {
  if (ttlMs === Infinity) return ttlMs
  if (requireNumber('ttlMs', ttlMs) > 0) return ttlMs
  throw new ConfigurationError(`ttlMs must be more than 0 milliseconds, but is ${ttlMs}.`)
}
