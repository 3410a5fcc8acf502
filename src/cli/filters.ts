import type { ReadQuery } from '../log/event-log.ts'
import type { Given, OptionSpecs } from './command.ts'
import { UsageError } from './usage-error.ts'

/** Which events to follow. */
export const tailFilters: OptionSpecs = {
  pattern: {
    value: 'pattern',
    repeatable: true,
    help: 'Only events that it covers, such as order.* or market.**. Default: all.',
  },
  since: {
    value: 'time',
    help: 'Only events at or after it: ISO 8601, or ms since the Unix epoch.',
  },
  source: { value: 'source', help: 'Only events of this source.' },
  correlation: { value: 'id', help: 'Only events of this causal chain.' },
  from: { value: 'position', help: 'Begin at this position. Default: the first one.' },
  limit: { value: 'count', help: 'At most so many. Default: all.' },
}

/** Which events to read. */
export const filters: OptionSpecs = {
  ...tailFilters,
  until: { value: 'time', help: 'Only events before it: ISO 8601, or ms since the Unix epoch.' },
  backward: { help: 'The last one first.' },
}

/** What the filters ask for; conditions that were not given are absent. */
export function queryOf(given: Given, signal: AbortSignal): ReadQuery & { signal: AbortSignal } {
  const pattern = given.list('pattern')
  const conditions = {
    pattern: pattern.length === 0 ? undefined : pattern,
    since: timeOption(given, 'since'),
    until: timeOption(given, 'until'),
    source: given.text('source'),
    correlationId: given.text('correlation'),
    from: wholeOption(given, 'from', 1),
    limit: wholeOption(given, 'limit', 0),
    order: given.flag('backward') ? ('backward' as const) : undefined,
  }
  const present = Object.entries(conditions).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(present), signal }
}

/** A whole number that was given. */
export function wholeOption(given: Given, name: string, least: number): number | undefined {
  const text = given.text(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(
    `--${name} needs a whole number of at least ${least}, but was given ${JSON.stringify(text)}.`,
  )
}

const isoPattern =
  /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/

/** A time that was given, in milliseconds since the Unix epoch. Without a zone it is UTC. */
export function timeOption(given: Given, name: string): number | undefined {
  const text = given.text(name)
  if (text === undefined) return undefined
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return millisecondsOf(name, text)
  const match = isoPattern.exec(text)
  const zoned = text.includes('T') && match?.groups?.['zone'] === undefined ? `${text}Z` : text
  const time = match === null ? Number.NaN : Date.parse(zoned)
  if (!Number.isNaN(time) && isOfCalendar(text)) return time
  throw new UsageError(
    `--${name} needs a time such as 2026-11-21T09:30:00Z, or milliseconds since the Unix epoch, but was given ${JSON.stringify(text)}.`,
  )
}

/** Numbers below it are taken for seconds that were given by mistake: in milliseconds, March 1973. */
const leastMilliseconds = 1e11

function millisecondsOf(name: string, text: string): number {
  const time = Number(text)
  if (Math.abs(time) >= leastMilliseconds) return time
  throw new UsageError(
    `--${name} takes milliseconds since the Unix epoch, and ${text} of them are ${new Date(time).toISOString()}. If these are seconds, give ${Math.round(time * 1_000)}; if that time is meant, give it as this text.`,
  )
}

/** Whether there is such a day: the 30th of February is read as one of March. */
function isOfCalendar(text: string): boolean {
  const day = text.slice(0, '2026-11-21'.length)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}
