import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

const dayMs = 86_400_000
/** Clocks are changed on the quarter of an hour at the earliest. */
const stretchMs = 900_000

/** A time zone by its IANA name, such as `America/New_York`, as the rules of this Node know it. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined
  /** The latest stretch of local time that was asked for, and its offset. */
  #stretch = Number.NaN
  #offset = 0
  /**
   * How much later a clock shows the latest local time again that was asked for, in milliseconds; 0 if it shows it
   * once.
   */
  repeatMs = 0

  /** @throws ConfigurationError `CONFIGURATION` if there is no such time zone. */
  constructor(name: string) {
    this.#format = name === 'UTC' ? undefined : formatOf(name)
  }

  /**
   * When a clock on the wall shows `local`, a time as if in UTC; both in milliseconds since the Unix epoch.
   * What it shows twice, as clocks are set back, is taken for the first time, and `repeatMs` says when the second
   * one is; what it never shows is as much later as clocks were set forward.
   */
  toUtc(local: number): number {
    if (this.#format === undefined) return local
    const stretch = Math.floor(local / stretchMs)
    if (stretch !== this.#stretch) {
      this.#stretch = stretch
      this.#offset = this.#offsetOf(local, this.#format)
    }
    return local - this.#offset
  }

  #offsetOf(local: number, format: Intl.DateTimeFormat): number {
    const before = offsetAt(local - dayMs, format)
    const after = offsetAt(local + dayMs, format)
    this.repeatMs = 0
    if (before === after) return before
    const isAfter = offsetAt(local - after, format) === after
    if (offsetAt(local - before, format) !== before) return isAfter ? after : before
    if (isAfter) this.repeatMs = before - after
    return before
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    throw new ConfigurationError(
      `timeZone must be the IANA name of a time zone, such as 'America/New_York', but is ${describeValue(timeZone)}.`,
      { cause },
    )
  }
}

/** How far ahead of UTC the zone is at a time, in milliseconds. */
function offsetAt(time: number, format: Intl.DateTimeFormat): number {
  const whole = Math.floor(time / 1000) * 1000
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(whole)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - whole
}
