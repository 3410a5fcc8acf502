import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** One token of an event name: no dot, star, brace, white space or control character. */
// eslint-disable-next-line no-control-regex
const tokenPattern = /^[^.*{}\s\u0000-\u001f\u007f]+$/
const parameterPattern = /^\{[A-Za-z_]\w*\}$/
const longestName = 256

/** Whether `type` is a dotted type without stars and parameters; also looks at non-strings. */
export function isConcrete(type: string): boolean {
  return (
    typeof type === 'string' &&
    type.length <= longestName &&
    type.split('.').every((token) => tokenPattern.test(token))
  )
}

/** Whether `token` is a parameter of an event name, such as `{name}`. */
export function isParameter(token: string): boolean {
  return token.startsWith('{')
}

/**
 * Splits the name of an event definition into its tokens.
 *
 * @throws ConfigurationError `CONFIGURATION` unless the name has two or more dotted tokens, the
 * first one literal, each of the others literal or a parameter such as `{name}`.
 */
export function parseName(name: unknown): readonly string[] {
  const tokens = splitTokens('An event name', name)
  const bad = tokens.find(
    (token, index) => !tokenPattern.test(token) && (index === 0 || !parameterPattern.test(token)),
  )
  if (bad === undefined && tokens.length >= 2) return tokens
  throw new ConfigurationError(
    `An event name must be dotted with its category first, such as "order.filled" or "action.{name}.start", but is ${describeValue(name)}.`,
  )
}

/**
 * Splits a subscription pattern into its tokens.
 *
 * @throws ConfigurationError `CONFIGURATION` unless every token is literal, `*` or, at the end, `**`.
 */
export function parsePattern(pattern: unknown): readonly string[] {
  const tokens = splitTokens('A pattern', pattern)
  const bad = tokens.find(
    (token, index) =>
      token !== '*' &&
      !(token === '**' && index === tokens.length - 1) &&
      !tokenPattern.test(token),
  )
  if (bad === undefined) return tokens
  throw new ConfigurationError(
    `A pattern must be an event type, "*", or dotted tokens with "*" for one token and "**" for the rest, such as "order.*" or "action.**", but is ${describeValue(pattern)}.`,
  )
}

function splitTokens(what: string, text: unknown): readonly string[] {
  if (typeof text === 'string' && text !== '' && text.length <= longestName) return text.split('.')
  const hint = text === undefined ? ' Is the constant misspelt?' : ''
  throw new ConfigurationError(
    `${what} must be a string of 1 to ${longestName} characters, but is ${describeValue(text)}.${hint}`,
  )
}

/**
 * Whether `pattern` covers the event name of `tokens`, which may hold parameters. Compares token by
 * token, in time linear in the length of the name.
 */
export function matchTokens(pattern: readonly string[], tokens: readonly string[]): boolean {
  if (pattern.length === 1 && pattern[0] === '*') return true
  for (const [index, wanted] of pattern.entries()) {
    const token = tokens[index]
    if (token === undefined) return false
    if (wanted === '**') return true
    if (wanted !== '*' && wanted !== token && !isParameter(token)) return false
  }
  return pattern.length === tokens.length
}

/**
 * Whether a subscription to `pattern` hears events of `type`: `*` alone is everything, `*` as a
 * token is exactly one token, `**` at the end is one or more.
 *
 * @throws ConfigurationError `CONFIGURATION` if the pattern is malformed, or the type is no string of
 * 1 to 256 characters.
 * @example
 * ```ts
 * matchesPattern('order.*', 'order.filled') // true
 * matchesPattern('*.error', 'system.error') // true
 * matchesPattern('action.**', 'action.rebalance.start') // true
 * ```
 */
export function matchesPattern(pattern: string, type: string): boolean {
  return matchTokens(parsePattern(pattern), splitTokens('An event type', type))
}
