import { readIsoTime } from './time-iso.ts'

type DatePattern = 'DD.MM.YYYY' | 'DD/MM/YYYY' | 'MM/DD/YYYY'
type ClockPattern = '' | ' HH:mm' | ' HH:mm:ss'

const dates: readonly DatePattern[] = ['DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY']
const clocks: readonly ClockPattern[] = ['', ' HH:mm', ' HH:mm:ss']

/** A manner of writing times that is not ISO 8601. */
export type TimePattern =
  | 'DD.MM.YYYY'
  | 'DD.MM.YYYY HH:mm'
  | 'DD.MM.YYYY HH:mm:ss'
  | 'DD/MM/YYYY'
  | 'DD/MM/YYYY HH:mm'
  | 'DD/MM/YYYY HH:mm:ss'
  | 'MM/DD/YYYY'
  | 'MM/DD/YYYY HH:mm'
  | 'MM/DD/YYYY HH:mm:ss'

/** All of them. */
export const timePatterns: readonly TimePattern[] = dates.flatMap((date) =>
  clocks.map((clock): TimePattern => `${date}${clock}`),
)

/**
 * The time that `text` says in just this manner, as if in UTC, in milliseconds since the Unix epoch; NaN if
 * it says none, or one that there is not, such as 31 February.
 */
export function readPatternTime(text: string, pattern: TimePattern): number {
  if (text.length !== pattern.length) return Number.NaN
  const separator = pattern.charAt(2)
  if (text.charAt(2) !== separator || text.charAt(5) !== separator) return Number.NaN
  // What else than a blank may stand before the time of ISO 8601 is not in the pattern.
  if (text.length > 10 && text.charAt(10) !== ' ') return Number.NaN
  const [first, second] = [text.slice(0, 2), text.slice(3, 5)]
  const [month, day] = pattern.startsWith('M') ? [first, second] : [second, first]
  const iso = `${text.slice(6, 10)}-${month}-${day}${text.slice(10)}`
  const { kind, time } = readIsoTime(iso, 0, iso.length)
  return kind === 'day' || kind === 'local' ? time : Number.NaN
}
