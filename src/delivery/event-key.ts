import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { onRejection } from './thenable.ts'

/**
 * What events have in common: for `dedup`, `conflate` and `holdKey`. Of several fields, make one text:
 * `` `${symbol} ${timestamp}` ``. Undefined where an event has no key: then it is like no other.
 */
export type EventKey = string | number | bigint | boolean | undefined

/**
 * Throws `CONFIGURATION` unless `key` is an {@link EventKey}: two objects are never the same, and a
 * key that never matches would be no key at all.
 */
export function requireKey(name: string, key: unknown): EventKey {
  if (key === undefined || ['string', 'number', 'bigint', 'boolean'].includes(typeof key)) {
    return key as EventKey
  }
  onRejection(key, () => {})
  throw new ConfigurationError(
    `${name} must return a string, a number or undefined, but returned ${describeValue(key)}. Make one text of what it consists of, such as \`\${symbol} \${timestamp}\`.`,
  )
}
