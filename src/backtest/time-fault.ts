import { describeValue } from '../errors/checks.ts'
import { readPatternTime, type TimePattern, timePatterns } from './time-pattern.ts'
import { isSmallNumber, type TimeFormat, TimeReader } from './time-text.ts'
import { TimeZone } from './time-zone.ts'

/** Why `text` is no time, and how it can be read, if that is known. */
export function timeFault(text: string, format: TimeFormat): string {
  const remedy = remedyFor(text, format)
  const found = `expected ${expected(format)}, found ${describeValue(text)}.`
  return remedy === undefined ? found : `${found} ${remedy}`
}

const units = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' } as const

function expected(format: TimeFormat): string {
  if (typeof format === 'function' || format === 'auto') return 'a time'
  if (format === 'iso') return 'a time of ISO 8601, such as 2024-01-31T09:30Z'
  const unit = (units as Readonly<Record<string, string>>)[format]
  return unit === undefined ? `a time as ${format}` : `a number of ${unit} since the Unix epoch`
}

/** The day or the clock alone may be wrong in a text that has each digit of ISO 8601 where it belongs. */
const isoShape = /^0000[-/]00[-/]00(?:[ Tt]00:00(?::00(?:[.,]0+)?)?(?: ?(?:Z|z|UTC|[+-][\d:]+))?)?$/

function remedyFor(text: string, format: TimeFormat): string | undefined {
  if (typeof format === 'function') {
    return 'The function { time } has returned no finite number for it.'
  }
  if (format === 'auto' && isSmallNumber(text)) return remedyForNumber(Number(text))
  const patterns = patternsOf(text, format)
  if (patterns.length > 0) {
    const given = patterns.map((each) => `{ time: '${each}' }`).join(' or ')
    const choice = patterns.length > 1 ? ', whichever is right' : ''
    return `Say how it is written: ${given}${choice}.`
  }
  if (isPlain(text)) return 'Leave { time } out to read it.'
  const shape = text.replaceAll(/\d/g, '0')
  const shaped = isoShape.test(shape) || shape === format.replaceAll(/[A-Za-z]/g, '0')
  if (shaped || !/\d/.test(text)) return undefined
  return 'Give { time } a function from the text to milliseconds since the Unix epoch, NaN for a bad row.'
}

/** The patterns that read the text: those alone that have the date as the given one has it, if there are any. */
function patternsOf(text: string, format: string): readonly TimePattern[] {
  const all = timePatterns.filter((each) => Number.isFinite(readPatternTime(text, each)))
  const alike = all.filter((each) => each.slice(0, 10) === format.slice(0, 10))
  return alike.length > 0 ? alike : all
}

/** Spreadsheets count days from 30 December 1899: these are those of 1970 to 2064. */
const [firstSerial, endOfSerials] = [25_569, 60_001]

function remedyForNumber(value: number): string {
  return value >= firstSerial && value < endOfSerials
    ? 'It may be the date of a spreadsheet, in days: give { time: (text) => Math.round((Number(text) - 25569) * 86_400_000) }, or save the dates as 2024-01-31.'
    : "A number so small is no time, unless { time } says its unit: 's', 'ms', 'us' or 'ns' since the Unix epoch."
}

const utc = new TimeZone('UTC')

/** Whether `auto` reads the text. */
function isPlain(text: string): boolean {
  return Number.isFinite(new TimeReader('auto', utc).read(text, 0, text.length))
}
