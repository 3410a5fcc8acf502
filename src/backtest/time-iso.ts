/** What a text of ISO 8601 says. */
export interface IsoTime {
  /** A point in time, a time without an offset, a date alone, or nothing of the kind. */
  kind: 'instant' | 'local' | 'day' | 'none'
  /** In milliseconds since the Unix epoch; what has no offset is taken as if in UTC. NaN where there is none. */
  time: number
}

const zero = 0x30
const minus = 0x2d
const plus = 0x2b
const slash = 0x2f
const point = 0x2e
const comma = 0x2c
const colon = 0x3a
const blank = 0x20
const lowerT = 0x74
const lowerZ = 0x7a
/** What makes a letter of ASCII small. */
const small = 0x20
const minuteMs = 60_000
const dayMs = 86_400_000

/** Handed out again and again: a row has one time, and a file has millions of rows. */
const found: IsoTime = { kind: 'none', time: Number.NaN }

/**
 * Reads date and time in the manner of ISO 8601: `2024-01-31`, `2024-01-31 09:30`,
 * `2024-01-31T09:30:00.123456+01:00`; slashes may stand for the dashes. What is behind the microseconds
 * is cut off. The result is valid until the next call.
 */
export function readIsoTime(text: string, begin: number, end: number): IsoTime {
  const day = end - begin < 10 ? Number.NaN : dayAt(text, begin)
  if (Number.isNaN(day) || end === begin + 10) return result('day', day)
  const between = text.charCodeAt(begin + 10)
  if (between !== blank && (between | small) !== lowerT) return result('none', Number.NaN)
  return readClock(text, begin + 11, end, day)
}

function result(kind: IsoTime['kind'], time: number): IsoTime {
  found.kind = Number.isNaN(time) ? 'none' : kind
  found.time = time
  return found
}

/** The beginning of the day that ten characters name. */
function dayAt(text: string, at: number): number {
  const separator = text.charCodeAt(at + 4)
  if (separator !== minus && separator !== slash) return Number.NaN
  if (text.charCodeAt(at + 7) !== separator) return Number.NaN
  const year = digitsAt(text, at, 4)
  const month = digitsAt(text, at + 5, 2)
  const day = digitsAt(text, at + 8, 2)
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Number.NaN
  return daysSinceEpoch(year, month, day) * dayMs
}

function readClock(text: string, begin: number, end: number, day: number): IsoTime {
  const hour = digitsAt(text, begin, 2)
  const minute = digitsAt(text, begin + 3, 2)
  const malformed = begin + 5 > end || text.charCodeAt(begin + 2) !== colon
  if (malformed || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return result('none', Number.NaN)
  }
  let at = begin + 5
  let second = 0
  let micros = 0
  if (at < end && text.charCodeAt(at) === colon) {
    second = at + 3 > end ? -1 : digitsAt(text, at + 1, 2)
    if (second < 0 || second > 59) return result('none', Number.NaN)
    at += 3
    const mark = at < end ? text.charCodeAt(at) : 0
    if (mark === point || mark === comma) {
      at += 1
      const first = at
      let scale = 100_000
      for (; at < end && isDigit(text.charCodeAt(at)); at += 1) {
        micros += (text.charCodeAt(at) - zero) * scale
        // Behind the sixth digit nothing counts.
        scale = scale === 1 ? 0 : scale / 10
      }
      if (at === first) return result('none', Number.NaN)
    }
  }
  const rest = micros % 1000
  const whole = day + (hour * 60 + minute) * minuteMs + second * 1000 + (micros - rest) / 1000
  // The sum of whole microseconds is exact, so the quotient is rounded once.
  const time = rest === 0 ? whole : (whole * 1000 + rest) / 1000
  return at === end ? result('local', time) : withOffset(text, at, end, time)
}

/** `time` less the offset that the rest of the text says: `Z`, `+01:00`, `-0500`, `+01`. */
function withOffset(text: string, begin: number, end: number, time: number): IsoTime {
  const at = text.charCodeAt(begin) === blank ? begin + 1 : begin
  const length = end - at
  const sign = text.charCodeAt(at)
  if (length === 1 && (sign | small) === lowerZ) return result('instant', time)
  if (length === 3 && text.slice(at, end) === 'UTC') return result('instant', time)
  const hours = digitsAt(text, at + 1, 2)
  const colons = length === 6 && text.charCodeAt(at + 3) === colon ? 1 : 0
  const minutes = length === 3 ? 0 : digitsAt(text, at + 3 + colons, 2)
  const malformed = (sign !== plus && sign !== minus) || (length !== 3 && length !== 5 + colons)
  if (malformed || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
    return result('none', Number.NaN)
  }
  const offset = (hours * 60 + minutes) * minuteMs
  return result('instant', sign === plus ? time - offset : time + offset)
}

/** The number that so many digits make; -1 if one of them is none. */
function digitsAt(text: string, begin: number, count: number): number {
  let value = 0
  for (let at = begin; at < begin + count; at += 1) {
    const code = text.charCodeAt(at)
    if (!isDigit(code)) return -1
    value = value * 10 + code - zero
  }
  return value
}

function isDigit(code: number): boolean {
  return code >= zero && code <= zero + 9
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Days from 1 January 1970 to a date of the Gregorian calendar. Years begin in March, so that a leap day
 * comes last. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const from = month <= 2 ? year - 1 : year
  const era = Math.floor(from / 400)
  const yearOfEra = from - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
