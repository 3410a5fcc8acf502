import type { EquityPoint, EquitySummary } from './equity-point.ts'

/** How long the periods are that returns are measured over. */
export type PeriodKind =
  | 'trading-days'
  | 'calendar-days'
  | 'weeks'
  | 'months'
  | 'quarters'
  | 'years'
  | 'given'

/** The periods that returns are measured over. */
export interface Periods {
  /** How many of them a year has; what annual figures are scaled by. */
  readonly perYear: number
  /**
   * What was taken for a period: `trading-days` (252) where days have data and weekends have none,
   * `calendar-days` (365) where weekends have some, longer ones where data are further apart (52, 12,
   * 4 or 1 a year, by the median distance), `given` where the option `periodsPerYear` says so.
   */
  readonly kind: PeriodKind
  /** How many returns there were. */
  readonly count: number
}

const dayMs = 86_400_000

/** Up to so many days apart (the median), data are taken for such periods. */
const kinds: readonly (readonly [days: number, kind: PeriodKind, perYear: number])[] = [
  [10, 'weeks', 52],
  [45, 'months', 12],
  [135, 'quarters', 4],
  [Infinity, 'years', 1],
]

/** More weekend days than this share have data only where trading does not stop for the weekend. */
const weekendShare = 0.1

/** The first sample, and the closes of the days after it. */
export function periodPoints({ first, days }: EquitySummary): EquityPoint[] {
  if (first === undefined) return []
  return [first, ...days.filter(({ time }) => time > first.time)]
}

/** What periods `points` are apart; `given` is how many a year has, where somebody said so. */
export function toPeriods(points: readonly EquityPoint[], given: number | undefined): Periods {
  const count = Math.max(0, points.length - 1)
  if (given !== undefined) return { perYear: given, kind: 'given', count }
  const gaps = points.slice(1).map(({ time }, index) => time - points[index]!.time)
  const median = gaps.toSorted((left, right) => left - right)[gaps.length >> 1] ?? dayMs
  if (median > 3.5 * dayMs) {
    const [, kind, perYear] = kinds.find(([most]) => median <= most * dayMs)!
    return { perYear, kind, count }
  }
  const onWeekends = points.filter(({ time }) => isWeekend(time)).length
  return onWeekends > points.length * weekendShare
    ? { perYear: 365, kind: 'calendar-days', count }
    : { perYear: 252, kind: 'trading-days', count }
}

/** Midnight belongs to the day that it ends. */
function isWeekend(time: number): boolean {
  const day = new Date(Math.ceil(time) - 1).getUTCDay()
  return day === 0 || day === 6
}
