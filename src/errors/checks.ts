import { ConfigurationError } from './tradewire-error.ts'

const printedLength = 80

/**
 * One line that shows `value` in an error message: quoted, shortened to 80 characters, control
 * characters escaped, and never throwing, whatever the value is.
 */
export function describeValue(value: unknown): string {
  try {
    if (typeof value === 'string') return shorten(JSON.stringify(value))
    if (typeof value === 'function') return `function ${shorten(JSON.stringify(value.name))}`
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value !== 'object' || value === null) return String(value)
    if (Array.isArray(value)) return `an array of ${value.length}`
    const name: unknown = value.constructor?.name
    return typeof name === 'string' && name !== 'Object' ? `a ${shorten(name)}` : 'an object'
  } catch {
    return 'an unreadable value'
  }
}

function shorten(text: string): string {
  return text.length <= printedLength ? text : `${text.slice(0, printedLength)}…`
}

/** Throws `CONFIGURATION` unless `value` is a whole number from `minimum` to `maximum`. */
export function requireInteger(
  name: string,
  value: unknown,
  minimum = 0,
  maximum: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum) {
    return value as number
  }
  const range =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
  throw new ConfigurationError(
    `${name} must be a whole number ${range}, but is ${describeValue(value)}.`,
  )
}

/** Throws `CONFIGURATION` unless `value` is a finite number of at least `minimum`. */
export function requireNumber(name: string, value: unknown, minimum = -Infinity): number {
  if (Number.isFinite(value) && (value as number) >= minimum) return value as number
  const range = minimum === -Infinity ? '' : ` of at least ${minimum}`
  throw new ConfigurationError(
    `${name} must be a finite number${range}, but is ${describeValue(value)}.`,
  )
}

/** Throws `CONFIGURATION` unless `value` is a function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new ConfigurationError(`${name} must be a function, but is ${describeValue(value)}.`)
}

/** Throws `CONFIGURATION` unless `value` is a string with at least one character. */
export function requireText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new ConfigurationError(
    `${name} must be a string that is not empty, but is ${describeValue(value)}.`,
  )
}

/**
 * Throws `CONFIGURATION` unless `value` is an options object whose keys are all in `known`, so that
 * a misspelt option is found at once and not ignored. `name` is what the options are given to, such as
 * `createBus`.
 */
export function requireOptions(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(
      `The options of ${name} must be an object, but are ${describeValue(value)}.`,
    )
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new ConfigurationError(
      `${name} has no option ${describeValue(key)}. It knows: ${known.join(', ')}.`,
    )
  }
}
