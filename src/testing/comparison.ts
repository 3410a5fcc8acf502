import type { TradewireEvent } from '../events/envelope.ts'
import type { ExpectedEvent } from './expectation.ts'
import { fieldsText, keyText, valueText } from './event-text.ts'
import { expectedText, type Mismatch, mismatchesOf } from './matching.ts'

/** One line of two lists that are shown side by side. */
export interface Row {
  /** What came; undefined where nothing did. */
  readonly event: TradewireEvent | undefined
  /** What was expected; undefined where nothing was. */
  readonly expected: ExpectedEvent | undefined
  /** Whether the two are as they should be. */
  readonly fits: boolean
}

/** Rows of context before the first difference, and rows after it. */
const [rowsBefore, rowsAfter] = [5, 10]
/** Longer texts of a column are cut; what differs is told in full below. */
const widest = 64

/** The two lists in columns, around row `first`, which is marked; below, what differs there. */
export function sideBySide(rows: readonly Row[], first: number): string {
  const start = Math.max(0, first - rowsBefore)
  const end = Math.min(rows.length, first + rowsAfter + 1)
  const cells = rows.slice(start, end).map(({ event, expected }) => ({
    left: cut(event === undefined ? '(none)' : lineOf(event, expected)),
    right: cut(expected === undefined ? '(none)' : expectedLine(expected, event)),
  }))
  const width = Math.max('came'.length, ...cells.map(({ left }) => left.length))
  const digits = String(rows.length).length
  const lines = cells.map(({ left, right }, index) => {
    const number = String(start + index + 1).padStart(digits)
    const { fits } = rows[start + index]!
    const mark = start + index === first ? '>' : ' '
    return `${mark} ${number} ${fits ? ' ' : '✗'} ${left.padEnd(width)} │ ${right}`
  })
  const indent = ' '.repeat(digits + 5)
  return [
    `${indent}${'came'.padEnd(width)} │ expected`,
    ...(start > 0 ? [`${indent}… ${start} before`] : []),
    ...lines,
    ...(end < rows.length ? [`${indent}… ${rows.length - end} after`] : []),
    '',
    ...detailsOf(rows[first]!, first + 1),
  ].join('\n')
}

/**
 * What is shown of an event beside an expectation: its type, and the fields that were asked for.
 */
export function lineOf(event: TradewireEvent, expected: ExpectedEvent | undefined): string {
  if (expected === undefined || expected.type !== event.type) return event.type
  const asked = Object.keys(expected).filter((key) => key !== 'type' && key !== 'data')
  const { data } = expected
  const payload = event.data as Readonly<Record<string, unknown>>
  const keys = isPlain(data) ? Object.keys(data) : data === undefined ? [] : Object.keys(payload)
  const fields = [
    ...keys.map((key) => [key, payload[key]] as const),
    ...asked.map((key) => [key, event[key as keyof TradewireEvent]] as const),
  ]
  return fields.length === 0 ? event.type : `${event.type} ${fieldsText(fields)}`
}

/** An expectation in the same form; as the event, where that fits it. */
export function expectedLine(expected: ExpectedEvent, event: TradewireEvent | undefined): string {
  const { type, data, ...others } = expected
  const payload = event?.type === type ? event.data : undefined
  const fields = [
    ...fieldsOf(data, payload),
    ...Object.entries(others).map(([key, value]) => `${key}: ${expectedText(value, key)}`),
  ]
  return fields.length === 0 ? type : `${type} { ${fields.join(', ')} }`
}

/** The whole event. */
export function wholeLine(event: TradewireEvent): string {
  const time = valueText(event.timestamp, 'timestamp')
  const payload = fieldsText(Object.entries(event.data as object))
  return `${event.id} ${event.type} at ${time} by ${event.source}\n    ${payload}`
}

/** One line for each value that differs. */
export function mismatchLines(mismatches: readonly Mismatch[]): string[] {
  return mismatches.map(
    ({ path, actual, expected }) => `    ${path} is ${actual}, expected ${expected}`,
  )
}

function detailsOf({ event, expected }: Row, number: number): string[] {
  if (event === undefined)
    return [`${number}: nothing came, expected ${expectedLine(expected!, event)}`]
  if (expected === undefined)
    return [`${number}: nothing more was expected, but there came`, `    ${wholeLine(event)}`]
  return [
    `${number}: what came is not what was expected:`,
    ...mismatchLines(mismatchesOf(event, expected)),
    '  the whole event:',
    `    ${wholeLine(event)}`,
  ]
}

function fieldsOf(data: unknown, payload: unknown): string[] {
  if (data === undefined) return []
  if (!isPlain(data)) return [`data: ${expectedText(data, 'data')}`]
  const values = Object(payload) as Readonly<Record<string, unknown>>
  return Object.entries(data).map(
    ([key, value]) => `${keyText(key)}: ${expectedText(value, key, values[key])}`,
  )
}

function isPlain(data: unknown): data is Readonly<Record<string, unknown>> {
  return (
    typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype
  )
}

function cut(text: string): string {
  return text.length <= widest ? text : `${text.slice(0, widest - 1)}…`
}
