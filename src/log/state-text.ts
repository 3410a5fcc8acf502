import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal } from '../events/decimal.ts'

/** A state nested deeper than this is taken for one that holds itself. */
const deepest = 200

/** What JSON has no notation for: what it is, and what it is made of. */
interface Tagged {
  readonly $: string
  readonly of?: unknown
}

/**
 * A state as JSON text that {@link stateOf} reads back: plain objects and arrays of JSON values,
 * Decimal, bigint, Date, Map, Set, undefined, and every number. What stands in two places of it becomes
 * two.
 *
 * @throws ConfigurationError `CONFIGURATION` if it holds anything else, or itself; the message says
 * where.
 */
export function textOfState(state: unknown): string {
  return JSON.stringify(plain(state, 'state', 0))
}

/** The state that {@link textOfState} has made a text of. */
export function stateOf(text: string): unknown {
  return revived(JSON.parse(text))
}

function plain(value: unknown, path: string, depth: number): unknown {
  if (depth > deepest) {
    throw new ConfigurationError(
      `A snapshot cannot be made: ${describeValue(path.slice(0, 60))} goes on for more than ${deepest} levels, or holds itself. Flatten the state, or give the reducer encode and decode.`,
    )
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return tag('number', Object.is(value, -0) ? '-0' : String(value))
    case 'undefined':
      return tag('undefined')
    case 'bigint':
      return tag('bigint', String(value))
    case 'object':
      return value === null ? null : plainObject(value, path, depth + 1)
    default:
      return refuse(value, path)
  }
}

function plainObject(value: object, path: string, depth: number): unknown {
  if (Array.isArray(value)) return items(value, path, depth)
  if (Decimal.isDecimal(value)) return tag('decimal', value.valueOf())
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    const pairs = properties(value, path, depth)
    if (prototype === null) return tag('bare', pairs)
    return Object.hasOwn(value, '$') ? tag('object', pairs) : Object.fromEntries(pairs)
  }
  if (prototype === Date.prototype)
    return tag('date', plain((value as Date).getTime(), path, depth))
  if (prototype === Set.prototype) return tag('set', items(value as Set<unknown>, path, depth))
  if (prototype === Map.prototype)
    return tag('map', items(value as Map<unknown, unknown>, path, depth))
  return refuse(value, path)
}

function items(values: Iterable<unknown>, path: string, depth: number): unknown[] {
  // Array.from sees holes, too, as undefined.
  return Array.from(values, (item, index) => plain(item, `${path}[${index}]`, depth))
}

function properties(value: object, path: string, depth: number): [string, unknown][] {
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(Symbol('of a key'), path)
  return Object.entries(value).map(([key, item]) => [key, plain(item, `${path}.${key}`, depth)])
}

function tag($: string, of?: unknown): Tagged {
  return of === undefined ? { $ } : { $, of }
}

function refuse(value: unknown, path: string): never {
  throw new ConfigurationError(
    `A snapshot cannot hold ${describeValue(value)}, found at ${describeValue(path)}. Keep plain data in the state, or give the reducer encode and decode.`,
  )
}

function revived(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(revived)
  if (Object.hasOwn(json, '$')) return untagged(json as Tagged)
  return Object.fromEntries(revivedPairs(Object.entries(json)))
}

function untagged({ $, of }: Tagged): unknown {
  const parts = of as readonly unknown[]
  const pairs = of as readonly (readonly [string, unknown])[]
  switch ($) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(of)
    case 'bigint':
      return BigInt(of as string)
    case 'decimal':
      return new Decimal(of as string)
    case 'date':
      return new Date(revived(of) as number)
    case 'set':
      return new Set(parts.map(revived))
    case 'map':
      return new Map(parts.map(revived) as [unknown, unknown][])
    case 'bare':
      return bare(revivedPairs(pairs))
    default:
      return Object.fromEntries(revivedPairs(pairs))
  }
}

/** An object without a prototype; a key `__proto__` is a key like any other in it. */
function bare(pairs: readonly (readonly [string, unknown])[]): object {
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [key, value] of pairs) object[key] = value
  return object
}

function revivedPairs(
  pairs: readonly (readonly [string, unknown])[],
): readonly (readonly [string, unknown])[] {
  return pairs.map(([key, value]) => [key, revived(value)])
}
