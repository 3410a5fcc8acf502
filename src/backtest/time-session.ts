import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** When trading begins and ends on a day, as a clock on the wall shows it. */
export interface Session {
  /** Such as `09:30`; `00:00` to `24:00`. */
  readonly open: string
  /** Such as `16:00`; `00:00` to `24:00`. */
  readonly close: string
}

/** The same in milliseconds from midnight; `open` is below `close`, and below 0 on the day before. */
export interface SessionHours {
  readonly open: number
  readonly close: number
}

const clock = /^(?:([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?|24:00)$/
const dayMs = 86_400_000

/** A day from midnight to midnight. */
export const wholeDay: SessionHours = { open: 0, close: dayMs }

/** Throws `CONFIGURATION` unless `session` is a {@link Session}. */
export function requireSession(session: Session): SessionHours {
  requireOptions('session', session, ['open', 'close'])
  const open = millisecondsOf('session.open', session.open)
  const close = millisecondsOf('session.close', session.close)
  return { open: open < close ? open : open - dayMs, close }
}

function millisecondsOf(name: string, value: unknown): number {
  const match = typeof value === 'string' ? clock.exec(value) : null
  if (match === null) {
    throw new ConfigurationError(
      `${name} must be a time of the day such as '09:30', but is ${describeValue(value)}.`,
    )
  }
  const [, hours = '24', minutes = '0', seconds = '0'] = match
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}
