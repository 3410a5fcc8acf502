import { requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { EventKey } from './event-key.ts'

/** How copies of events are recognized. */
export interface DedupOptions<Event = TradewireEvent> {
  /**
   * What two copies have in common. An event whose key is undefined is no copy of another. Default: the
   * event's id.
   */
  readonly key?: (event: Event) => EventKey
  /** How many keys are remembered. A whole number from 1 to 10,000,000. Default 100,000. */
  readonly capacity?: number
}

/** {@link DedupOptions} with every default filled in and every value checked. */
export interface DedupSettings<Event = TradewireEvent> {
  readonly key: (event: Event) => EventKey
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
function idOf(event: unknown): string {
  return (event as { readonly id: string }).id
}

/** Room for so many keys is there at the start; it doubles as it fills, up to the capacity. */
const firstRoom = 64

/**
 * Remembers the last `capacity` keys that were new, exactly. Keys compare as those of a `Map` do.
 *
 * A ring of the keys, and a hash table with linear probing that leads from a key to its place in the
 * ring. A native `Set` costs more than twice as much at a million keys, pauses for 0.1 s to clear out
 * what was deleted, and throws once about eight million keys come and go.
 */
export class DedupWindow {
  readonly #capacity: number
  /** Ring: place by place the key that was new, undefined where it was forgotten, and its hash. */
  readonly #keys: unknown[] = []
  /** Who brought each key. */
  readonly #owners: number[] = []
  #hashes = new Int32Array(0)
  /** The place that the next new key takes. */
  #next = 0
  /** Pairs of a hash and a place + 1, or 0 and 0. At most two thirds of them are taken. */
  #table = new Int32Array(0)
  /** The number of pairs, a power of 2, minus 1. */
  #mask = 0
  /** Pairs that are taken. */
  #size = 0
  /** Objects have no hash of their own: each gets a number. */
  readonly #serials = new WeakMap<object, number>()
  #lastSerial = 0

  /** `capacity` is a whole number from 1 to 10,000,000. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#makeRoom(Math.min(capacity, firstRoom))
  }

  /** How many keys it remembers. */
  get size(): number {
    return this.#size
  }

  /**
   * Remembers `key`, if it is new, in place of the oldest one where it is full. Returns true if it is
   * new, false if it is a duplicate; a duplicate does not become younger.
   *
   * @param owner a number of whoever brings it, for {@link forget}.
   */
  add(key: unknown, owner = 0): boolean {
    const hash = this.#hash(key)
    if (this.#find(key, hash) >= 0) return false
    const place = this.#next
    if (place < this.#keys.length) this.#evict(place)
    else if (place === this.#hashes.length) this.#grow()
    this.#keys[place] = key
    this.#owners[place] = owner
    this.#hashes[place] = hash
    this.#enter(hash, place)
    this.#next = place + 1 === this.#capacity ? 0 : place + 1
    return true
  }

  /**
   * Makes `key` new again. Its place stays empty until it would have been the oldest, so meanwhile
   * one key fewer is remembered. Does nothing if another owner has brought it since.
   */
  forget(key: unknown, owner = 0): void {
    const pair = this.#find(key, this.#hash(key))
    if (pair < 0) return
    const place = this.#table[2 * pair + 1]! - 1
    if (this.#owners[place] !== owner) return
    this.#keys[place] = undefined
    this.#remove(pair)
  }

  /** The pair that leads to `key`, or -1. */
  #find(key: unknown, hash: number): number {
    const table = this.#table
    const mask = this.#mask
    for (let pair = hash & mask; ; pair = (pair + 1) & mask) {
      const entry = table[2 * pair + 1]!
      if (entry === 0) return -1
      if (table[2 * pair] === hash && isSame(this.#keys[entry - 1], key)) return pair
    }
  }

  /** Removes the pair that leads to `place`; there is none if its key was forgotten. */
  #evict(place: number): void {
    const table = this.#table
    const mask = this.#mask
    for (let pair = this.#hashes[place]! & mask; ; pair = (pair + 1) & mask) {
      const entry = table[2 * pair + 1]!
      if (entry === 0) return
      if (entry !== place + 1) continue
      this.#remove(pair)
      return
    }
  }

  #enter(hash: number, place: number): void {
    const table = this.#table
    const mask = this.#mask
    let pair = hash & mask
    while (table[2 * pair + 1] !== 0) pair = (pair + 1) & mask
    table[2 * pair] = hash
    table[2 * pair + 1] = place + 1
    this.#size += 1
  }

  /**
   * Frees a pair, and moves those behind it up, as a search ends at the first free pair.
   *
   * Source: Knuth, "The Art of Computer Programming", volume 3, 6.4, algorithm R.
   */
  #remove(pair: number): void {
    const table = this.#table
    const mask = this.#mask
    let free = pair
    for (let next = (free + 1) & mask; table[2 * next + 1] !== 0; next = (next + 1) & mask) {
      // One that would come to lie before where its search begins stays.
      if (((next - table[2 * next]!) & mask) < ((next - free) & mask)) continue
      table[2 * free] = table[2 * next]!
      table[2 * free + 1] = table[2 * next + 1]!
      free = next
    }
    table[2 * free] = 0
    table[2 * free + 1] = 0
    this.#size -= 1
  }

  #grow(): void {
    const table = this.#table
    const hashes = this.#hashes
    this.#makeRoom(Math.min(this.#capacity, 2 * hashes.length))
    this.#hashes.set(hashes)
    for (let index = 0; index < table.length; index += 2) {
      const entry = table[index + 1]!
      if (entry !== 0) this.#enter(table[index]!, entry - 1)
    }
  }

  #makeRoom(places: number): void {
    const pairs = 2 ** Math.ceil(Math.log2(1.5 * places))
    this.#hashes = new Int32Array(places)
    this.#table = new Int32Array(2 * pairs)
    this.#mask = pairs - 1
    this.#size = 0
  }

  /** 32 bits that are the same for keys that are the same. */
  #hash(key: unknown): number {
    if (typeof key === 'string') return hashText(key)
    if (typeof key === 'number') return hashNumber(key)
    const isObject = (typeof key === 'object' && key !== null) || typeof key === 'function'
    return isObject ? mix(this.#serialOf(key)) : hashText(String(key))
  }

  #serialOf(key: object): number {
    let serial = this.#serials.get(key)
    if (serial === undefined) {
      this.#lastSerial += 1
      serial = this.#lastSerial
      this.#serials.set(key, serial)
    }
    return serial
  }
}

/** SameValueZero of the language: `===`, and NaN is the same as itself. */
function isSame(left: unknown, right: unknown): boolean {
  return left === right || (Number.isNaN(left) && Number.isNaN(right))
}

/** FNV-1a over the UTF-16 units, folded as it goes because ids differ at their ends. */
function hashText(text: string): number {
  let hash = text.length
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) ^ (hash >>> 15)
  }
  return mix(hash)
}

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

function hashNumber(number: number): number {
  const integer = number | 0
  // -0 is the same as 0, and both are whole.
  if (integer === number) return mix(integer)
  // NaN has many forms.
  double[0] = Number.isNaN(number) ? 0 : number
  return mix(halves[0]! ^ Math.imul(halves[1]!, 0x9e3779b1))
}

/** The finalizer of MurmurHash3, by Austin Appleby: every bit depends on every other. */
function mix(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
