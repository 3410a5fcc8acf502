import { describeValue, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** What a reader wants to know of an event beside its description and its schema. */
export interface EventNotes {
  /** When it is emitted: a sentence. */
  readonly emittedWhen?: string
  /** By whom, such as `the paper broker, or the adapter of a venue`. */
  readonly emittedBy?: string
  /** What holds of every payload: sentences. One that the schema does not check says so. */
  readonly invariants?: readonly string[]
  /** Types of events that usually come before it. */
  readonly before?: readonly string[]
  /** Types of events that usually come after it. */
  readonly after?: readonly string[]
}

const lists = ['invariants', 'before', 'after'] as const
const known = ['emittedWhen', 'emittedBy', ...lists]

/** Throws `CONFIGURATION` unless `notes` is absent or holds texts alone. */
export function requireNotes(name: string, notes: EventNotes | undefined): EventNotes | undefined {
  if (notes === undefined) return undefined
  requireOptions(`the notes of ${name}`, notes, known)
  for (const key of ['emittedWhen', 'emittedBy'] as const) {
    if (notes[key] !== undefined) requireText(`notes.${key} of ${name}`, notes[key])
  }
  for (const key of lists) {
    const list: unknown = notes[key]
    if (list === undefined) continue
    if (!Array.isArray(list)) {
      throw new ConfigurationError(
        `notes.${key} of ${name} must be an array of texts, but is ${describeValue(list)}.`,
      )
    }
    for (const text of list as unknown[]) requireText(`Every text of notes.${key} of ${name}`, text)
  }
  return notes
}
