import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { readIsoTime } from './time-iso.ts'
import { readPatternTime, type TimePattern, timePatterns } from './time-pattern.ts'
import type { TimeZone } from './time-zone.ts'

/**
 * How times are written. `auto`: ISO 8601, or a number of seconds, milliseconds, microseconds or
 * nanoseconds since the Unix epoch, whichever its size says (below 10^11 they are seconds, below 10^14
 * milliseconds, below 10^17 microseconds; below 10^7 it is no time, but the number of a row or of a day in a
 * spreadsheet), or a date of eight digits, such as `20240131`. `iso`: ISO
 * 8601 alone: a date, or date and time with a blank or a `T` between them. `s`, `ms`, `us`, `ns`: a
 * number since the Unix epoch. A pattern such as `DD.MM.YYYY`, `DD/MM/YYYY HH:mm` or `MM/DD/YYYY HH:mm:ss`:
 * just this, each digit of it. A function gets the text and returns milliseconds since the Unix epoch; NaN
 * says that the row is bad.
 */
export type TimeFormat =
  | 'auto'
  | 'iso'
  | 's'
  | 'ms'
  | 'us'
  | 'ns'
  | TimePattern
  | ((text: string) => number)

const formats: readonly unknown[] = ['auto', 'iso', 's', 'ms', 'us', 'ns', ...timePatterns]

/** Throws `CONFIGURATION` unless `value` is a {@link TimeFormat}. */
export function requireTimeFormat(value: TimeFormat): TimeFormat {
  if (typeof value === 'function' || formats.includes(value)) return value
  throw new ConfigurationError(
    `time must be one of ${formats.join(', ')} or a function, but is ${describeValue(value)}.`,
  )
}

function isPattern(format: TimeFormat): format is TimePattern {
  return (timePatterns as readonly unknown[]).includes(format)
}

const number = /^-?\d+(?:\.\d+)?$/
const eightDigits = /^\d{8}$/

/** So many seconds since the Unix epoch are April 1970: less than that is something else. */
const leastSeconds = 1e7

/** Whether `text` is a number that is too small for a time whose unit nobody has said. */
export function isSmallNumber(text: string): boolean {
  return number.test(text) && Math.abs(Number(text)) < leastSeconds
}

type EpochFormat = 'auto' | 's' | 'ms' | 'us' | 'ns'

/** Reads times out of text. */
export class TimeReader {
  /** Whether the latest one was a date alone; then it is the beginning of that day, not in the zone. */
  dayOnly = false
  /** How much later a clock in the zone shows the latest one again, in milliseconds; 0 if it shows it once. */
  repeatMs = 0
  readonly #format: TimeFormat
  /** The format, if it is a pattern. */
  readonly #pattern: TimePattern | undefined
  readonly #zone: TimeZone

  /** @param zone what texts without an offset of their own are in. */
  constructor(format: TimeFormat, zone: TimeZone) {
    this.#format = format
    this.#pattern = isPattern(format) ? format : undefined
    this.#zone = zone
  }

  /**
   * The time that `text` says between two places, in milliseconds since the Unix epoch; NaN if none. Of a
   * date alone it is its midnight as if in UTC, and `dayOnly` is true.
   */
  read(text: string, begin: number, end: number): number {
    this.dayOnly = false
    this.repeatMs = 0
    const format = this.#format
    if (typeof format === 'function') return format(text.slice(begin, end))
    if (format === 'auto' || format === 'iso') {
      const iso = readIsoTime(text, begin, end)
      if (iso.kind === 'instant') return iso.time
      if (iso.kind === 'local') return this.#toUtc(iso.time)
      if (iso.kind === 'day') {
        this.dayOnly = true
        return iso.time
      }
      if (format === 'iso') return Number.NaN
    }
    if (this.#pattern !== undefined) return this.#local(text.slice(begin, end), this.#pattern)
    return this.#epoch(text.slice(begin, end), format as EpochFormat)
  }

  #local(text: string, pattern: TimePattern): number {
    const time = readPatternTime(text, pattern)
    this.dayOnly = pattern.length === 10
    return this.dayOnly || Number.isNaN(time) ? time : this.#toUtc(time)
  }

  #toUtc(local: number): number {
    const time = this.#zone.toUtc(local)
    this.repeatMs = this.#zone.repeatMs
    return time
  }

  #epoch(text: string, format: EpochFormat): number {
    if (!number.test(text)) return Number.NaN
    if (format === 'auto' && eightDigits.test(text)) {
      const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
      this.dayOnly = true
      return readIsoTime(iso, 0, iso.length).time
    }
    if (format === 'auto' && isSmallNumber(text)) return Number.NaN
    const value = Number(text)
    switch (format === 'auto' ? unitOf(value) : format) {
      case 's':
        // Whole microseconds first, so that a fraction is rounded once.
        return Math.round(value * 1e6) / 1e3
      case 'ms':
        return value
      case 'us':
        return value / 1e3
      default:
        return value / 1e6
    }
  }
}

function unitOf(value: number): 's' | 'ms' | 'us' | 'ns' {
  const size = Math.abs(value)
  if (size < 1e11) return 's'
  if (size < 1e14) return 'ms'
  return size < 1e17 ? 'us' : 'ns'
}
