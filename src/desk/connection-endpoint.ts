import { requireText } from '../errors/checks.ts'

const longestName = 256
const redacted = '[redacted]'
/** A part of a path that is long and without a sign: a key, such as the listen key of Binance. */
const secretPart = /^[\w-]{32,}$/
const urls = /\b(?:wss?|https?):\/\/\S+/gi

/**
 * What to call an endpoint in events: a name as it is, a URL without what may be secret: user and
 * password, query and fragment, and parts of the path that look like keys (32 or more letters, digits,
 * `-` and `_`). At most 256 characters.
 *
 * @throws ConfigurationError `CONFIGURATION` if `endpoint` is no string, or an empty one.
 */
export function endpointName(endpoint: string): string {
  requireText('endpoint', endpoint)
  return withoutSecrets(endpoint).slice(0, longestName)
}

/** A message of at most 1,000 characters, with the URLs in it as {@link endpointName} has them. */
export function printable(message: string): string {
  return message.slice(0, 1_000).replaceAll(urls, withoutSecrets)
}

function withoutSecrets(text: string): string {
  if (!text.includes('://')) return text
  const url = URL.parse(text)
  // What is no URL after all may still hold what such a URL would.
  if (url === null) return `${text.slice(0, text.indexOf('://'))}://${redacted}`
  const path = url.pathname
    .split('/')
    .map((part) => (secretPart.test(part) ? redacted : part))
    .join('/')
  return `${url.protocol}//${url.host}${path === '/' ? '' : path}`
}
