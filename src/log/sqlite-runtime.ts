import { LogStorageError } from './errors.ts'

/**
 * Throws `LOG_STORAGE` unless a Node of this version has the SQLite that a log needs. The thread that has
 * the file would end of it too, but only with the name of a module or of a function that is missing.
 *
 * @param version such as `22.16.0`.
 */
export function requireSqlite(version: string): void {
  const major = Number.parseInt(version, 10)
  const minor = Number(version.split('.')[1])
  // What came with 24.0 was brought to 22.16, and never to 23: StatementSync.setReturnArrays.
  if (major >= 24 || (major === 22 && minor >= 16)) return
  const but = major === 23 ? ', but not 23' : ''
  throw new LogStorageError(
    `A log in a file needs Node 22.16 or newer${but}, this is ${version}. Use a newer one.`,
  )
}
