import type { TradewireEvent } from '../events/envelope.ts'
import type { DeadLetters, NewDeadLetter } from './dead-letters.ts'
import type { Entry } from './entry.ts'
import { type EventKey, requireKey } from './event-key.ts'
import { EventHeldError } from './errors.ts'

/** What belongs together, so that no later event may overtake an earlier dead letter. */
type HoldKey = (event: TradewireEvent) => EventKey

/**
 * Why an event must not be delivered now, if so: an earlier one of its key is a dead letter. Throws
 * what `key` throws.
 */
export function heldBy(
  event: TradewireEvent,
  subscriptionId: string,
  key: HoldKey,
  deadLetters: DeadLetters,
): EventHeldError | undefined {
  const own = requireKey('deadLetter.key', key(event))
  if (own === undefined) return undefined
  const ahead = deadLetters.ahead(subscriptionId, own, event.sequence)
  return ahead === undefined ? undefined : new EventHeldError(ahead.id)
}

/** The dead letter of an event that is given up for `reason`, at `now` if it was never tried. */
export function deadLetterOf(
  { event, tries }: Entry,
  reason: unknown,
  subscriptionId: string,
  holdKey: HoldKey | undefined,
  now: number,
): NewDeadLetter {
  const { count = 0, errors = [reason], firstAt = now, lastAt = now } = tries ?? {}
  let key: EventKey
  try {
    key = requireKey('deadLetter.key', holdKey?.(event))
  } catch {
    // It holds nothing; a later event whose key cannot be told is given up with what was thrown.
  }
  return {
    event,
    subscriptionId,
    attempts: count,
    firstAt,
    lastAt,
    errors: errors.includes(reason) ? [...errors] : [...errors, reason],
    key,
  }
}
