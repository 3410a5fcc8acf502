/** The first and the last millisecond that RFC 3339 can write: those of the years 0000 and 9999. */
const earliest = -62_167_219_200_000
const latest = 253_402_300_799_999

/**
 * A point in time as RFC 3339 in UTC with all its digits, such as `2026-01-01T00:00:00.12325Z`.
 * Undefined where RFC 3339 cannot say it exactly: outside of the years 0000 to 9999, for -0, and for
 * what is so close to 1970 that JavaScript writes it with an exponent.
 *
 * @param timestamp milliseconds since the Unix epoch.
 */
export function cloudTime(timestamp: number): string | undefined {
  const whole = Math.floor(timestamp)
  if (!(whole >= earliest && whole <= latest) || Object.is(timestamp, -0)) return undefined
  const digits = String(timestamp)
  if (digits.includes('e')) return undefined
  const point = digits.indexOf('.')
  const fraction = point === -1 ? '' : digits.slice(point + 1)
  const rest = timestamp < 0 ? complement(fraction) : fraction
  return `${new Date(whole).toISOString().slice(0, -1)}${rest}Z`
}

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,64}))?(?:Z|([+-])(\d\d):(\d\d))$/i

/**
 * The milliseconds since the Unix epoch of an RFC 3339 time, to the nearest number that JavaScript
 * has; undefined if it is none.
 */
export function timestampOf(time: string): number | undefined {
  const match = pattern.exec(time)
  if (match === null) return undefined
  const [, local, fraction = '', sign, hours = '0', minutes = '0'] = match
  const second = Date.parse(`${local}Z`)
  // The 30th of February is read as the 2nd of March, and must not be.
  if (Number.isNaN(second) || !new Date(second).toISOString().startsWith(local!.toUpperCase())) {
    return undefined
  }
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  const whole = second - offset + Number(fraction.slice(0, 3).padEnd(3, '0'))
  const rest = fraction.slice(3).replace(/0+$/, '')
  if (whole >= 0 || rest === '') return Number(`${whole}.${rest}`)
  return Number(`-${-whole - 1}.${complement(rest)}`)
}

/** The digits of 1 minus the fraction that `digits` are. Empty for an empty one. */
function complement(digits: string): string {
  if (digits === '') return ''
  return String(10n ** BigInt(digits.length) - BigInt(digits)).padStart(digits.length, '0')
}
