import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** Every {@link Priority}, the most urgent first. */
export const priorities = ['critical', 'high', 'normal', 'low'] as const

/** How urgent an event is to subscriptions that have others waiting: the first is the most urgent. */
export type Priority = 'critical' | 'high' | 'normal' | 'low'

const byCategory: ReadonlyMap<string, Priority> = new Map([
  ['risk', 'critical'],
  ['order', 'high'],
  ['position', 'high'],
  ['system', 'high'],
  ['performance', 'low'],
])

/** The priority of a category's events, where neither definition nor emission says otherwise. */
export function priorityOf(category: string): Priority {
  return byCategory.get(category) ?? 'normal'
}

/** Throws `CONFIGURATION` unless `value` is a {@link Priority}. */
export function requirePriority(name: string, value: unknown): Priority {
  if (priorities.includes(value as Priority)) return value as Priority
  throw new ConfigurationError(
    `${name} must be one of ${priorities.join(', ')}, but is ${describeValue(value)}.`,
  )
}
