import { describeValue, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** What is printed must be text. Throws `CONFIGURATION` unless the title and each of the facts is. */
export function requireTexts(title: unknown, facts: unknown): void {
  if (typeof title !== 'string') {
    throw new ConfigurationError(`title must be a string, but is ${describeValue(title)}.`)
  }
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) {
    throw new ConfigurationError(
      `facts must be an object of { name: text }, but is ${describeValue(facts)}.`,
    )
  }
  for (const [name, text] of Object.entries(facts as Readonly<Record<string, unknown>>)) {
    if (typeof text === 'string') continue
    throw new ConfigurationError(
      `facts must hold texts, but ${describeValue(name)} is ${describeValue(text)}. Give String(value), or value.toFixed() of a Decimal.`,
    )
  }
}

/**
 * Throws `CONFIGURATION` unless what a method of a result was given is what it takes.
 *
 * @param method how the user has called it.
 */
export function requireReportOptions(
  method: 'summary' | 'writeReport',
  options: { readonly title?: unknown; readonly facts?: unknown },
): void {
  const own = method === 'summary' ? ['width', 'colour'] : ['facts']
  requireOptions(method, options, ['title', ...own])
  const { title = 'Backtest', facts = {} } = options
  requireTexts(title, facts)
}
