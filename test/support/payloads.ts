import { Decimal } from '../../src/events/decimal.ts'
import { type TradingEvent, tradingEvents } from '../../src/events/trading-events.ts'

export const at = (value: string): Decimal => new Decimal(value)

/** A number as a payload may hold it: changes are given as text where the field is a Decimal. */
type Change = Readonly<Record<string, unknown>>

/** The example payload of a type with some fields changed; `undefined` leaves the field out. */
export function changed(type: TradingEvent['type'], change: Change): Record<string, unknown> {
  const payload: Record<string, unknown> = { ...tradingEvents.get(type).example, ...change }
  for (const [key, value] of Object.entries(payload)) if (value === undefined) delete payload[key]
  return payload
}

/** Why the changed example is refused, as `path: message` lines; empty if it is accepted. */
export function reasons(type: TradingEvent['type'], change: Change): readonly string[] {
  const entry = tradingEvents.get(type)
  const payload = changed(type, change)
  if (entry.accepts(payload)) return []
  return entry.refusal(type, payload).issues.map(({ path, message }) => `${path}: ${message}`)
}
