import { Decimal } from '../events/decimal.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { ExpectedEvent } from './expectation.ts'
import { keyText, valueText } from './event-text.ts'
import { isSameObject } from './same-object.ts'

/** A value that is not the expected one. */
export interface Mismatch {
  /** Where, such as `data.fee.amount`. */
  readonly path: string
  /** What is there, as text. */
  readonly actual: string
  /** What was expected there, as text. */
  readonly expected: string
}

/** What vitest and jest call an asymmetric matcher: `expect.any(String)`. */
interface Matcher {
  asymmetricMatch(value: unknown): boolean
  toAsymmetricMatcher?(): string
}

/** Where an event is not as expected; empty if it matches. */
export function mismatchesOf(event: TradewireEvent, expected: ExpectedEvent): Mismatch[] {
  if (event.type !== expected.type) {
    return [{ path: 'type', actual: event.type, expected: expected.type }]
  }
  return Object.entries(expected).flatMap(([key, wanted]) =>
    key === 'type' ? [] : compare(event[key as keyof TradewireEvent], wanted, key, key),
  )
}

/** What is expected of a value, as text; `actual` is what is there. */
export function expectedText(expected: unknown, key: string, actual?: unknown): string {
  if (typeof expected === 'function') return `what ${sourceOf(expected)} accepts`
  if (isMatcher(expected)) return expected.toAsymmetricMatcher?.() ?? 'what the matcher accepts'
  // Text where a Decimal stands is a number.
  if (typeof expected === 'string' && Decimal.isDecimal(actual)) return expected
  if (isRecord(expected)) {
    const texts = Object.entries(expected).map(
      ([name, value]) =>
        `${keyText(name)}: ${expectedText(value, name, isRecord(actual) ? actual[name] : undefined)}`,
    )
    return texts.length === 0 ? '{}' : `{ ${texts.join(', ')} }`
  }
  if (Array.isArray(expected)) {
    const items: readonly unknown[] = Array.isArray(actual) ? actual : []
    return `[${expected.map((item, index) => expectedText(item, '', items[index])).join(', ')}]`
  }
  return valueText(expected, key)
}

function compare(actual: unknown, expected: unknown, path: string, key: string): Mismatch[] {
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length) {
    // Holes count: they expect an item to be absent.
    return Array.from(expected, (wanted: unknown, index) =>
      compare(actual[index], wanted, `${path}.${index}`, ''),
    ).flat()
  }
  if (isRecord(expected) && hasFields(actual, expected)) {
    return Object.entries(expected).flatMap(([name, wanted]) =>
      compare(actual[name], wanted, `${path}.${name}`, name),
    )
  }
  if (isEqual(actual, expected)) return []
  const found = actual === undefined ? 'absent' : valueText(actual, key)
  const wanted = expected === undefined ? 'absent' : expectedText(expected, key, actual)
  return [{ path, actual: found, expected: wanted }]
}

function isEqual(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'function')
    return (expected as (value: unknown) => unknown)(actual) === true
  if (isMatcher(expected)) return expected.asymmetricMatch(actual)
  if (Decimal.isDecimal(actual)) return isNumber(expected) && actual.eq(expected)
  return isSameObject(actual, expected, fits)
}

/** Whether a value inside of another one is as expected. */
function fits(actual: unknown, expected: unknown): boolean {
  return compare(actual, expected, '', '').length === 0
}

/** Whether `actual` is to be looked at field by field, also where it is an instance of a class. */
function hasFields(actual: unknown, expected: object): actual is Record<string, unknown> {
  if (isRecord(actual)) return true
  const isInstance = typeof actual === 'object' && actual !== null && !Array.isArray(actual)
  // Without a field to look at, anything would do.
  return isInstance && !Decimal.isDecimal(actual) && Object.keys(expected).length > 0
}

function isNumber(expected: unknown): expected is Decimal | string {
  if (typeof expected === 'string') return /^-?\d+(?:\.\d+)?$/.test(expected)
  return Decimal.isDecimal(expected)
}

function isMatcher(value: unknown): value is Matcher {
  return typeof (Object(value) as Partial<Matcher>).asymmetricMatch === 'function'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isMatcher(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function sourceOf(accepts: object): string {
  const text = Function.prototype.toString.call(accepts).replaceAll(/\s+/g, ' ')
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
