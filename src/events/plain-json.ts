import { EventValidationError } from './errors.ts'

/** The deepest that JSON from outside may be nested. */
const deepest = 64

/**
 * Refuses JSON that could harm whoever copies or walks it: an own key `__proto__`, which
 * `JSON.parse` makes and `Object.assign` turns into a prototype, and a depth over 64.
 *
 * @param subject what is checked, for the message of the error.
 * @throws EventValidationError `EVENT_INVALID` naming the path.
 */
export function requirePlainJSON(subject: string, json: unknown): void {
  visit(subject, json, [])
}

/** `path` leads to `value`; it is shared by the whole visit and restored behind each child. */
function visit(subject: string, value: unknown, path: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (path.length >= deepest) {
    throw refusal(subject, path, `expected at most ${deepest} levels of nesting`)
  }
  for (const [key, child] of Object.entries(value)) {
    if (key === '__proto__') throw refusal(subject, path, 'expected no key __proto__')
    path.push(key)
    visit(subject, child, path)
    path.pop()
  }
}

function refusal(subject: string, path: readonly string[], message: string): EventValidationError {
  return new EventValidationError(subject, [{ path: path.join('.'), message }])
}
