import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** What is made of ids, and differs with them. */
const madeOfIds = ['causationId', 'correlationId']

/**
 * Says whether a field is one of `paths`, or in one of them; with `id`, so are the ids of causes.
 *
 * @throws ConfigurationError `CONFIGURATION` unless it is a list of fields.
 */
export function requirePaths(paths: readonly string[]): (path: string) => boolean {
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string' && path !== '')) {
    throw new ConfigurationError(
      `ignore must be a list of fields, such as ['id', 'data.timestamp'], but is ${describeValue(paths)}.`,
    )
  }
  const ignored = paths.includes('id') ? [...paths, ...madeOfIds] : paths
  return (path) => ignored.some((each) => path === each || path.startsWith(`${each}.`))
}
