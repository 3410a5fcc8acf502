import type { Clock } from '../time/clock.ts'
import type { LogEntry, ReadQuery } from './event-log.ts'
import type { UnknownPolicy } from './unknown-policy.ts'
import type { RecordedError } from './log-dead-letters.ts'
import type { LogStore, Note, NoteKey } from './store.ts'
import { mostErrors, type TrialEnd } from './trial.ts'

/** What the note of a dead letter says. */
export interface LetterText {
  readonly attempts: number
  readonly failedAt: number
  readonly errors: readonly RecordedError[]
}

/** The note of a dead letter. */
export function letterOf(consumer: string, position: number, text: LetterText): Note {
  const { attempts, failedAt, errors } = text
  return { ...keyOf(consumer, position), text: JSON.stringify({ attempts, failedAt, errors }) }
}

/** What a note says that {@link letterOf} has made. */
export function textOf(note: Note): LetterText {
  const text = JSON.parse(note.text) as LetterText
  // JSON has no undefined: what has no code lacks the field, too.
  const errors = text.errors.map(({ name, message, code }) => ({ name, message, code }))
  return { ...text, errors }
}

/** The notes of a consumer, or of all; only the one at a position, if it is given. */
export async function lettersOf(
  store: Pick<LogStore, 'notes'>,
  consumer: string | undefined,
  position?: number,
): Promise<readonly Note[]> {
  const notes = await store.notes('dead-letter', consumer)
  return position === undefined ? notes : notes.filter((note) => note.number === position)
}

/** The event at a position; undefined if it was removed. */
export async function entryAt(
  log: { read(query: ReadQuery): AsyncIterable<LogEntry> },
  position: number,
  unknown: UnknownPolicy,
): Promise<LogEntry | undefined> {
  for await (const entry of log.read({ from: position, limit: 1, unknown })) {
    return entry.position === position ? entry : undefined
  }
  return undefined
}

/** What a redelivery needs. */
export interface RedeliveryHost {
  readonly log: { read(query: ReadQuery): AsyncIterable<LogEntry> }
  readonly store: Pick<LogStore, 'notes' | 'writeNotes'>
  readonly clock: Clock
  readonly unknown: UnknownPolicy
}

/**
 * Gives dead letters to their consumer again, until it abandons one. Those that succeed are forgotten,
 * those that fail are brought up to date, and those whose event was removed stay as they are.
 */
export async function redeliverLetters(
  { log, store, clock, unknown }: RedeliveryHost,
  consumer: string,
  position: number | undefined,
  attempt: (entry: LogEntry) => Promise<TrialEnd>,
): Promise<number> {
  let count = 0
  for (const note of await lettersOf(store, consumer, position)) {
    const entry = await entryAt(log, note.number, unknown)
    if (entry === undefined) continue
    const end = await attempt(entry)
    if (end.kind === 'abandoned') break
    if (end.kind === 'consumed') {
      await store.writeNotes([], [keyOf(consumer, note.number)])
      count += 1
    } else {
      const before = textOf(note)
      const attempts = before.attempts + end.attempts
      const errors = [...before.errors, ...end.errors].slice(-mostErrors)
      const text = { attempts, failedAt: clock.now(), errors }
      await store.writeNotes([letterOf(consumer, note.number, text)], [])
    }
  }
  return count
}

function keyOf(consumer: string, position: number): NoteKey {
  return { kind: 'dead-letter', name: consumer, number: position }
}
