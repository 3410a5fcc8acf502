import type { SystemError } from '../events/system.ts'

const longestName = 256
const longestMessage = 10_000

/**
 * What was thrown, as the payload of `system.error`. Never throws, whatever it was.
 *
 * @param handler which listener threw it; empty for none.
 */
export function errorPayload(timestamp: number, error: unknown, handler: string): SystemError {
  const code = readText(error, 'code', longestName)
  return {
    timestamp,
    name: readText(error, 'name', longestName) ?? 'NonError',
    message: readText(error, 'message', longestMessage) ?? printed(error),
    ...(code === undefined ? {} : { code }),
    ...(handler === '' ? {} : { handler: handler.slice(0, longestName) }),
  }
}

/**
 * What was emitted as an error, as an Error: that very one, or one with the message of its payload.
 *
 * @param payload that of its `system.error`. Default: what {@link errorPayload} makes of it.
 */
export function toError(given: unknown, payload: object = errorPayload(0, given, '')): Error {
  if (given instanceof Error) return given
  // Every payload of a system error has a message.
  return new Error((payload as SystemError).message)
}

function readText(error: unknown, key: string, longest: number): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    const text: unknown = (error as Record<string, unknown>)[key]
    return typeof text === 'string' && text !== '' ? text.slice(0, longest) : undefined
  } catch {
    return undefined
  }
}

function printed(value: unknown): string {
  try {
    return String(value).slice(0, longestMessage)
  } catch {
    return 'a thrown value that cannot be printed'
  }
}
