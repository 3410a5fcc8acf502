const dayMs = 86_400_000
const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
  M: 30 * dayMs,
}

/**
 * How long bars of a timeframe are by name, in milliseconds, a month as 30 days: what timeframes are
 * compared by. A bar itself may be shorter or longer, as on the day that summer time begins, or in February.
 *
 * @param timeframe as `market.new_bar` has it, such as `4h`.
 */
export function barLength(timeframe: string): number {
  return Number.parseInt(timeframe, 10) * units[timeframe.at(-1)!]!
}
