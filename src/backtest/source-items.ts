import { describeValue } from '../errors/checks.ts'
import { SourceError } from './source-errors.ts'
import type { TimedPayload } from './source.ts'

/** When an event is to be seen; NaN if it does not say, or is none. Never throws for plain values. */
export function timeOf(item: TimedPayload): number {
  const time = item?.time ?? (item?.data as { readonly timestamp?: unknown } | undefined)?.timestamp
  return typeof time === 'number' ? time : Number.NaN
}

/**
 * The time of `item`, which is event `index` of a source.
 *
 * @throws SourceError `SOURCE_INVALID` if it is no event.
 */
export function requireTimed(source: string, index: number, item: unknown): number {
  if (typeof item !== 'object' || item === null) {
    throw new SourceError(
      source,
      `expected an object with type, data and time, found ${describeValue(item)}.`,
      { index },
    )
  }
  const { type, data, time } = item as Partial<TimedPayload>
  if (typeof type !== 'string') {
    throw new SourceError(source, `type must be a string, but is ${describeValue(type)}.`, {
      index,
    })
  }
  if (typeof data !== 'object' || data === null) {
    throw new SourceError(
      source,
      `data of ${type} must be an object, but is ${describeValue(data)}.`,
      { index },
    )
  }
  const [name, found] =
    time === undefined || time === null
      ? ['data.timestamp', (data as { readonly timestamp?: unknown }).timestamp]
      : ['time', time]
  if (Number.isFinite(found)) return found as number
  throw new SourceError(
    source,
    `${name} of ${type} must be a finite number of milliseconds, but is ${describeValue(found)}. Give the event a time, or its payload a timestamp.`,
    { index },
  )
}
