import { describeValue } from '../errors/checks.ts'
import { TradewireError } from '../errors/tradewire-error.ts'
import type { RecordedError } from './log-dead-letters.ts'

/** The longest text of an error that is kept, in UTF-16 units. */
const longestText = 1_000

/**
 * What can be written down of something that was thrown. Never throws, whatever it is. Causes and
 * stacks are left out: they may hold what nobody meant to keep.
 */
export function recordError(thrown: unknown): RecordedError {
  try {
    if (thrown instanceof Error) {
      // They are what the class says, or what somebody has set instead.
      const { name, message, code } = thrown as { name: unknown; message: unknown; code?: unknown }
      return {
        name: cut(String(name)),
        message: cut(String(message)),
        code: typeof code === 'string' || typeof code === 'number' ? cut(String(code)) : undefined,
      }
    }
  } catch {
    // A getter of it throws: it is shown like any other value.
  }
  return { name: 'NoError', message: cut(shown(thrown)), code: undefined }
}

/** What was thrown, if it is an error; else an error that shows it, with the same name and message. */
export function errorOf(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown
  } catch {
    // A proxy that does not say what it is: it is shown like any other value.
  }
  const { name, message } = recordError(thrown)
  return Object.assign(new Error(message, { cause: thrown }), { name })
}

/** Whether another attempt with the same event is pointless, because the handler has said so. */
export function isPermanent(thrown: unknown): boolean {
  return thrown instanceof TradewireError && thrown.code === 'PERMANENT'
}

/** A text as it is, and what an object holds. */
function shown(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown
  const described = describeValue(thrown)
  if (typeof thrown !== 'object' || thrown === null) return described
  try {
    const json = JSON.stringify(thrown) as string | undefined
    // What holds nothing that JSON knows is described as well as it can be.
    return json === undefined || json === '{}' ? described : `${described} ${json}`
  } catch {
    return described
  }
}

function cut(text: string): string {
  return text.length <= longestText ? text : text.slice(0, longestText)
}
