import { EventValidationError } from './errors.ts'

/** The deepest that JSON from outside may be nested. */
const deepest = 64

/**
 * Refuses JSON that could harm whoever copies or walks it: an own key `__proto__`, which
 * `JSON.parse` makes and `Object.assign` turns into a prototype, and a depth over 64.
 *
 * @param subject what is checked, for the message of the error.
 * @param around how many levels stand around what is limited to 64, such as that of an envelope.
 * Default 0.
 * @throws EventValidationError `EVENT_INVALID` naming the path.
 */
export function requirePlainJSON(subject: string, json: unknown, around = 0): void {
  visit(subject, json, [], deepest + around)
}

/** `path` leads to `value`; it is shared by the whole visit and restored behind each child. */
function visit(subject: string, value: unknown, path: string[], most: number): void {
  if (typeof value !== 'object' || value === null) return
  if (path.length >= most) {
    throw refusal(subject, path, `expected at most ${deepest} levels of nesting`)
  }
  for (const [key, child] of Object.entries(value)) {
    if (key === '__proto__') throw refusal(subject, path, 'expected no key __proto__')
    path.push(key)
    visit(subject, child, path, most)
    path.pop()
  }
}

function refusal(subject: string, path: readonly string[], message: string): EventValidationError {
  return new EventValidationError(subject, [{ path: path.join('.'), message }])
}
