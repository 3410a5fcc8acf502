import { $ZodAsyncError } from 'zod/v4/core'
import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import { EventValidationError } from './errors.ts'

/**
 * Proves with the example of an event that its payload can be checked, written as JSON and read back
 * without loss, so that a schema that cannot is found at its definition and not at the first event.
 *
 * @throws ConfigurationError `CONFIGURATION` naming the event and the reason.
 */
export function requireExample(entry: CatalogEntry): void {
  const { name, example } = entry
  const event = describeValue(name)
  if ((example as unknown) === undefined) {
    throw new ConfigurationError(
      `The event ${event} has no example. Give it one valid payload, as a handler would see it.`,
    )
  }
  if (!entry.accepts(example)) {
    const refusal = entry.refusal(name, example)
    throw new ConfigurationError(
      `The example of ${event} does not match its schema: ${reasonOf(refusal)}.`,
      { cause: refusal },
    )
  }
  let reason = 'it is another one when it is read back'
  let failure: unknown
  try {
    const text = JSON.stringify(entry.encode(name, example))
    const returned = entry.decode(name, JSON.parse(text))
    if (JSON.stringify(entry.encode(name, returned)) === text) return
  } catch (error) {
    reason = reasonOf(error)
    failure = error
  }
  throw new ConfigurationError(
    `The example of ${event} does not survive the way to JSON and back: ${reason}. Use z.codec(…) for what is no plain JSON, such as dates, big integers and maps.`,
    { cause: failure },
  )
}

function reasonOf(error: unknown): string {
  if (!(error instanceof EventValidationError)) return 'it cannot be written as JSON'
  if (error.cause instanceof $ZodAsyncError) {
    return 'its schema is asynchronous, and a payload must be checked at once; check what takes time in a handler'
  }
  return error.issues
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
}
