import { EventTooLargeError } from './errors.ts'

/** The deepest that a payload may be nested: the payload itself is the first level. */
const deepestPayload = 64

/** The longest JSON text of a payload, in UTF-16 units: 1 MiB. */
export const longestPayload = 1_048_576

/**
 * What the text of one payload may still cost before it is written. It is spent on the least that
 * each part could take, so nothing is refused that would have fitted, and the walk ends where the
 * allowance does.
 */
export class Allowance {
  readonly #type: string
  #left = longestPayload

  constructor(type: string) {
    this.#type = type
  }

  /** @throws EventTooLargeError `EVENT_TOO_LARGE` if `units` more do not fit. */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new EventTooLargeError(this.#type, 'size', longestPayload)
  }

  /** @throws EventTooLargeError `EVENT_TOO_LARGE` if level `depth` is too deep. */
  enter(depth: number): void {
    if (depth > deepestPayload) throw new EventTooLargeError(this.#type, 'depth', deepestPayload)
  }
}

/** Measures a value before it is written: what it takes at least, and how deep it is. */
export type Measure = (value: unknown, allowance: Allowance, depth: number) => void

/**
 * Measures what no schema describes. `depth` is the level that `value` stands on, from 1. An object
 * that says itself what it is in JSON (`toJSON`) is not looked into.
 */
export function measureAny(value: unknown, allowance: Allowance, depth: number): void {
  if (typeof value === 'string') return allowance.spend(value.length + 2)
  if (typeof value !== 'object' || value === null) return
  if (ArrayBuffer.isView(value)) return allowance.spend(value.byteLength)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return
  allowance.enter(depth)
  if (Array.isArray(value)) measureList(value, value.length, allowance, depth)
  else if (value instanceof Set) measureList(value, value.size, allowance, depth)
  else if (value instanceof Map) {
    measureList(value.keys(), value.size, allowance, depth)
    measureList(value.values(), value.size, allowance, depth)
  } else {
    for (const key of Object.keys(value)) {
      const child = (value as Record<string, unknown>)[key]
      // A key that has no value in JSON is not written.
      if (child === undefined) continue
      allowance.spend(key.length + 4)
      measureAny(child, allowance, depth + 1)
    }
  }
}

/** A comma for each item, before any of them is looked at. */
function measureList(
  items: Iterable<unknown>,
  length: number,
  allowance: Allowance,
  depth: number,
): void {
  allowance.spend(length)
  for (const item of items) measureAny(item, allowance, depth + 1)
}
