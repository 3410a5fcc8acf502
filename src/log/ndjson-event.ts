import { type CloudEvent, cloudEventOf, encodedOf } from '../events/cloud-event.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import { EventValidationError } from '../events/errors.ts'
import { requireMetadata } from '../events/metadata.ts'
import { requirePlainJSON } from '../events/plain-json.ts'
import { priorities } from '../events/priority.ts'
import { onOneLine } from './trace-line.ts'

/** An event of a line, and the position that the line gives it, if it gives one. */
export interface LineEvent {
  readonly event: EncodedEvent
  readonly position: number | undefined
}

/**
 * An event as a line of NDJSON: a CloudEvent 1.0 in its JSON form, with one more extension attribute,
 * `position`, as text. What could control a terminal is escaped, also where JSON need not.
 */
export function eventLine(position: number, event: EncodedEvent): string {
  const cloudEvent: CloudEvent & { position: string } = {
    ...cloudEventOf(event),
    position: String(position),
  }
  return `${onOneLine(JSON.stringify(cloudEvent))}\n`
}

/**
 * The event of a line: a CloudEvent, or an event as `encodeEvent` makes it plain.
 *
 * @throws EventValidationError `EVENT_INVALID` if it is neither; the message repeats nothing of it.
 */
export function eventOfLine(text: string): LineEvent {
  const json = parsed(text)
  if (!isObject(json)) throw refusal('', 'expected an object')
  if (Object.hasOwn(json, 'specversion')) {
    return { event: encodedOf(json), position: positionOf(json['position']) }
  }
  requirePlainJSON('An encoded event', json)
  const { position, ...event } = json
  requireEnvelope(event)
  return { event, position: positionOf(position) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the parser repeats what it was given.
    throw refusal('', 'expected JSON')
  }
}

function positionOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const position = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (Number.isSafeInteger(position) && (position as number) >= 1) return position as number
  throw refusal('position', 'expected a whole number of at least 1, as text')
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isOrdinal = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1

interface Field {
  readonly expected: string
  readonly optional?: boolean
  readonly fits: (value: unknown) => boolean
}

const text: Field = { expected: 'text that is not empty', fits: isText }
const ordinal: Field = { expected: 'a whole number of at least 1', fits: isOrdinal }

/** The envelope of an encoded event, whatever its type is. */
const fields: ReadonlyMap<string, Field> = new Map([
  ['id', text],
  ['type', text],
  ['data', { expected: 'a payload', fits: (value) => value !== undefined }],
  ['timestamp', { expected: 'a finite number', fits: Number.isFinite }],
  ['sequence', ordinal],
  ['source', text],
  ['correlationId', text],
  ['causationId', { ...text, optional: true }],
  ['version', ordinal],
  ['priority', { expected: `one of ${priorities.join(', ')}`, optional: true, fits: isPriority }],
  ['metadata', { expected: 'an object', optional: true, fits: isObject }],
])

function requireEnvelope(
  event: Record<string, unknown>,
): asserts event is EncodedEvent & Record<string, unknown> {
  for (const [name, { expected, optional, fits }] of fields) {
    const value = event[name]
    if (value === undefined && optional === true) continue
    if (!fits(value)) throw refusal(name, `expected ${expected}`)
  }
  const stray = Object.keys(event).some((name) => !fields.has(name))
  if (stray) throw refusal('', `expected no fields but ${[...fields.keys()].join(', ')}`)
  if (event['metadata'] !== undefined) requireMetadata('The event of the line', event['metadata'])
}

function isPriority(value: unknown): boolean {
  return priorities.some((priority) => priority === value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(path: string, message: string): EventValidationError {
  return new EventValidationError('The event of the line', [{ path, message }])
}
