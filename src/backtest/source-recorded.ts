import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { TimedPayload } from './source.ts'

/**
 * Which time of a recorded event counts: `recorded`, the clock of its bus, or `venue`, the `timestamp`
 * of its payload.
 */
export type EventTime = 'recorded' | 'venue'

/** Throws `CONFIGURATION` unless `value` is an {@link EventTime}. */
export function requireEventTime(value: EventTime): void {
  if (value === 'recorded' || value === 'venue') return
  throw new ConfigurationError(
    `time must be 'recorded' or 'venue', but is ${describeValue(value)}.`,
  )
}

/** A recorded event as an event of a source. */
export function recordedItem(event: TradewireEvent, time: EventTime): TimedPayload {
  // A payload, says the catalog, is an object.
  const { type, timestamp, source, metadata } = event
  const data = event.data as object & { readonly timestamp?: number }
  return {
    type,
    data,
    ...(time === 'recorded' ? { time: timestamp } : {}),
    source,
    ...(metadata !== undefined && { metadata }),
    recorded: event,
  }
}
