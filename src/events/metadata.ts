import { describeValue } from '../errors/checks.ts'
import type { EventMetadata } from './envelope.ts'
import { EventValidationError } from './errors.ts'

/** The most keys that the metadata of one event may have. */
const mostKeys = 64

/**
 * A frozen copy of the metadata of an event, checked: a plain flat object of at most 64 keys, each
 * a string that is not empty, with a string, a finite number or a boolean as its value.
 *
 * @param type the event type, for the message of the error.
 * @throws EventValidationError `EVENT_INVALID` if it is anything else, or has a key `__proto__`.
 */
export function requireMetadata(type: string, metadata: unknown): EventMetadata {
  try {
    return copy(type, metadata)
  } catch (cause) {
    if (cause instanceof EventValidationError) throw cause
    throw refusal(type, 'metadata', 'it could not be read: reading it threw', { cause })
  }
}

function copy(type: string, metadata: unknown): EventMetadata {
  if (!isPlainObject(metadata)) {
    throw refusal(type, 'metadata', `expected a plain object, found ${describeValue(metadata)}`)
  }
  const keys = Reflect.ownKeys(metadata)
  if (keys.length > mostKeys) {
    throw refusal(type, 'metadata', `expected at most ${mostKeys} keys, found ${keys.length}`)
  }
  const result: Record<string, string | number | boolean> = {}
  for (const key of keys) {
    if (typeof key !== 'string' || key === '' || key === '__proto__') {
      throw refusal(
        type,
        'metadata',
        `expected keys that are strings, not empty and not __proto__, found ${describeValue(key)}`,
      )
    }
    const value = metadata[key]
    if (!isFlat(value)) {
      throw refusal(
        type,
        `metadata.${key}`,
        `expected a string, a finite number or a boolean, found ${describeValue(value)}`,
      )
    }
    result[key] = value
  }
  return Object.freeze(result)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isFlat(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function refusal(
  type: string,
  path: string,
  message: string,
  options?: ErrorOptions,
): EventValidationError {
  return new EventValidationError(type, [{ path, message }], options)
}
