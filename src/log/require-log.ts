import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/**
 * Throws `CONFIGURATION` unless `value` is a log: most often it is the promise of one.
 *
 * @param name what the log is given to, such as `archive`.
 */
export function requireLog(name: string, value: unknown): void {
  const { readEncoded } = (value ?? {}) as { readonly readEncoded?: unknown }
  if (typeof readEncoded === 'function') return
  const hint = value instanceof Promise ? ' Is the await missing?' : ''
  throw new ConfigurationError(
    `${name} takes an EventLog, as openLog() and memoryLog() make it, but was given ${describeValue(value)}.${hint}`,
  )
}
