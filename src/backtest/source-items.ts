import { describeValue } from '../errors/checks.ts'
import { SourceError, timeText } from './source-errors.ts'
import type { TimedPayload } from './source.ts'

/** When an event is to be seen; NaN if it does not say, or is none. */
export function timeOf(item: TimedPayload): number {
  // Whoever writes plain JavaScript may give anything.
  const given = item as Partial<TimedPayload> | undefined | null
  const data = given?.data as { readonly timestamp?: unknown } | undefined | null
  const time: unknown = given?.time ?? data?.timestamp
  return typeof time === 'number' ? time : Number.NaN
}

/** Whether an item that has a time is an event otherwise. */
export function isEvent({ type, data }: TimedPayload): boolean {
  return typeof type === 'string' && typeof data === 'object' && data !== null
}

/**
 * The time of `item`, which is event `index` of a source.
 *
 * @throws SourceError `SOURCE_INVALID` if it is no event.
 */
export function requireTimed(source: string, index: number, item: TimedPayload): number {
  const time = timeOf(item)
  if (Number.isFinite(time) && isEvent(item)) return time
  throw refusalOf(source, index, item)!
}

/** Why `item`, which is event `index` of a source, is no event; undefined if it is one. */
export function refusalOf(source: string, index: number, item: unknown): SourceError | undefined {
  const reason = reasonOf(item)
  return reason === undefined ? undefined : new SourceError(source, reason, { index })
}

function reasonOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) {
    return `expected an object with type, data and time, found ${describeValue(item)}.`
  }
  const { type, data, time } = item as Partial<TimedPayload>
  if (typeof type !== 'string') return `type must be a string, but is ${describeValue(type)}.`
  if (typeof data !== 'object' || data === null) {
    return `data of ${type} must be an object, but is ${describeValue(data)}.`
  }
  const [name, found] =
    time === undefined || time === null
      ? ['data.timestamp', (data as { readonly timestamp?: unknown }).timestamp]
      : ['time', time]
  if (Number.isFinite(found)) return undefined
  return `${name} of ${type} must be a finite number of milliseconds, but is ${describeValue(found)}. Give the event a time, or its payload a timestamp.`
}

/**
 * Where the time of an event comes from, for a message; undefined where the time says it all. A bar comes
 * when it closes, and people know it by when it opened.
 *
 * @param written the time as its row has it, where there is a row.
 */
export function originOf(item: TimedPayload, time: number, written?: string): string | undefined {
  const { timestamp, openTime } = item.data as Readonly<Record<string, unknown>>
  const closes = item.type === 'market.new_bar' && timestamp === time
  if (written !== undefined) {
    const said = describeValue(written)
    return closes ? `when the bar of ${said} closes` : `which is ${said}`
  }
  if (!closes || typeof openTime !== 'number') return undefined
  return `when the bar closes that opened at ${timeText(openTime)}`
}
