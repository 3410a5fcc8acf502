import { LogDamagedError, LogStorageError } from './errors.ts'
import { TradewireError } from '../errors/tradewire-error.ts'

/** Result codes of SQLite. Source: https://www.sqlite.org/rescode.html */
const corrupt = 11
const notADatabase = 26

interface SqliteError {
  readonly errcode: number
  readonly message: string
}

/** Whether SQLite has thrown it. */
export function isSqliteError(error: unknown): error is SqliteError & Error {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

/** Whether SQLite says with it that the file does not hold what it has written. */
export function isCorruption(error: unknown): boolean {
  // No number that was written is beyond what a number of JavaScript can be.
  if (isCoded(error, 'ERR_OUT_OF_RANGE')) return true
  if (!isSqliteError(error)) return false
  // All tables and indexes were made with the file.
  if (error.message.startsWith('no such ')) return true
  const code = error.errcode & 0xff
  return code === corrupt || code === notADatabase
}

/** What to tell of a failure of the storage: an error of ours, unless it is a mistake in the program. */
export function toLogError(error: unknown, what: string, path: string): Error {
  if (error instanceof TradewireError) return error
  const name = JSON.stringify(path)
  if (isCorruption(error)) {
    return new LogDamagedError(`${name} is damaged: its pages do not fit together.`, 0, 0, {
      cause: error,
    })
  }
  if (error instanceof TypeError || error instanceof RangeError) return error
  if (isCoded(error, 'ENOENT')) {
    return new LogStorageError(`${what}: there is no ${name}, or no directory for it.`, {
      cause: error,
    })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new LogStorageError(
    `${what}: the storage of ${name} has refused (${reason}). See that the disk has space and may be written.`,
    { cause: error },
  )
}

function isCoded(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** What a damage is, in a few words: its message without what to do. */
export function reasonOf({ message }: LogDamagedError): string {
  return message.split(' Nothing damaged was returned.')[0]!
}
