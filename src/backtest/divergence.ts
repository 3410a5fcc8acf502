import type { Catalog } from '../events/catalog.ts'
import { encodeEvent, encodeEventText } from '../events/encoding.ts'
import type { TradewireEvent } from '../events/envelope.ts'

/** A field in which two events differ. */
export interface Difference {
  /** The field, such as `type`, `timestamp` or `data.bids.0.1`. */
  readonly path: string
  /** What it should be, as a log has it: exact numbers are texts; undefined where it is absent. */
  readonly expected: unknown
  /** What it is; undefined where it is absent. */
  readonly actual: unknown
}

/** The first event that is not what it was. */
export interface Divergence {
  /** How many events before it were the same. */
  readonly index: number
  /** Where in the log the expected event stands, or the one that stands where none was expected; undefined past the end. */
  readonly position: number | undefined
  /** The event that should have come; undefined where none should. */
  readonly expected: TradewireEvent | undefined
  /** The event that has come; undefined where none has. */
  readonly actual: TradewireEvent | undefined
  /** How they differ, if both are there. */
  readonly differences: readonly Difference[]
  /** The same in a sentence. */
  readonly message: string
}

/**
 * The fields in which two events differ, in their order; none if they are the same.
 *
 * @param isIgnored says which fields do not count.
 */
export function differencesOf(
  expected: TradewireEvent,
  actual: TradewireEvent,
  catalog: Catalog,
  isIgnored: (path: string) => boolean,
): Difference[] {
  if (encodeEventText(expected, catalog) === encodeEventText(actual, catalog)) return []
  const differences: Difference[] = []
  collect('', encodeEvent(expected, catalog), encodeEvent(actual, catalog), differences)
  return differences.filter(({ path }) => !isIgnored(path))
}

/** A divergence with its sentence. */
export function divergence(parts: Omit<Divergence, 'message'>): Divergence {
  return { ...parts, message: messageOf(parts) }
}

function collect(path: string, expected: unknown, actual: unknown, found: Difference[]): void {
  if (expected === actual) return
  if (!isObject(expected) || !isObject(actual)) {
    found.push({ path, expected, actual })
    return
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  for (const name of names) {
    collect(path === '' ? name : `${path}.${name}`, expected[name], actual[name], found)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** How many differences a sentence tells of. */
const most = 5

function messageOf(parts: Omit<Divergence, 'message'>): string {
  const { index, position, expected, actual, differences } = parts
  const place = position === undefined ? '' : ` (position ${position} of the log)`
  const after = `After ${index} events that were the same${place}`
  if (expected === undefined) return `${after}: expected no event, found ${named(actual!)}.`
  if (actual === undefined) return `${after}: expected ${named(expected)}, found none.`
  const told = differences.slice(0, most).map(({ path, ...values }) => {
    return `${path} is ${shown(values.actual)} instead of ${shown(values.expected)}`
  })
  const more = differences.length - told.length
  if (more > 0) told.push(`and ${more} more`)
  return `${after}: expected ${named(expected)}, found ${named(actual)}: ${told.join(', ')}.`
}

function named({ type, id, source, timestamp }: TradewireEvent): string {
  return `${type} ${JSON.stringify(id)} of ${JSON.stringify(source)} at ${new Date(timestamp).toISOString()}`
}

/** A value on one line, shortened. */
function shown(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
