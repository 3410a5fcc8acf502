import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

const pattern = /^([1-9]\d{0,4})([smhdwM])$/
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const lengths: Readonly<Record<string, number>> = {
  s: 1000,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
}

/** The span of a bar, such as `1m`, `4h`, `1d`, `1M`; months are those of the calendar, in UTC. */
export class Timeframe {
  readonly text: string
  /** Its length in milliseconds; undefined for months. */
  readonly #ms: number | undefined
  readonly #count: number

  /** @throws ConfigurationError `CONFIGURATION` if `text` is no timeframe. */
  constructor(text: string) {
    const match = pattern.exec(text)
    if (match === null) {
      throw new ConfigurationError(
        `timeframe must be a whole number and one of s, m, h, d, w, M, such as '4h', but is ${describeValue(text)}.`,
      )
    }
    this.text = text
    this.#count = Number(match[1])
    const length = lengths[match[2]!]
    this.#ms = length === undefined ? undefined : this.#count * length
  }

  /** The length of the shortest bar of whole days, hours and so on, in milliseconds: a month is 28 days. */
  get shortestMs(): number {
    return this.#ms ?? this.#count * 28 * dayMs
  }

  /** When a bar closes that opens at `open`, in milliseconds since the Unix epoch. */
  closeOf(open: number): number {
    return this.#ms === undefined ? monthsFrom(open, this.#count) : open + this.#ms
  }

  /** When a bar opens that closes at `close`, in milliseconds since the Unix epoch. */
  openOf(close: number): number {
    return this.#ms === undefined ? monthsFrom(close, -this.#count) : close - this.#ms
  }
}

function monthsFrom(time: number, months: number): number {
  const date = new Date(time)
  return date.setUTCMonth(date.getUTCMonth() + months)
}

/** The timeframe that a step between bars of so many milliseconds stands for. */
function timeframeOf(step: number): string | undefined {
  if (step >= 28 * dayMs && step <= 31 * dayMs) return '1M'
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const count = step / lengths[unit]!
    // More than a week is a gap, and no timeframe that anybody uses.
    if (Number.isInteger(count) && step <= 7 * dayMs) return `${count}${unit}`
  }
  return undefined
}

/**
 * The timeframe of bars by the commonest of the steps between them, the shortest of the commonest;
 * undefined if there is none.
 *
 * @param steps in milliseconds.
 */
export function commonTimeframe(steps: Iterable<number>): string | undefined {
  const counts = new Map<number, number>()
  for (const step of steps) if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1)
  let [common, most] = [0, 0]
  for (const [step, count] of counts) {
    if (count > most || (count === most && step < common)) [common, most] = [step, count]
  }
  return most === 0 ? undefined : timeframeOf(common)
}
