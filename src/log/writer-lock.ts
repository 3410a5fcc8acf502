import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { LogLockedError, LogStorageError } from './errors.ts'
import { makeFolderOf } from './log-folder.ts'
import { logPath } from './log-path.ts'

/** The right to be the one writer of a log file. */
export interface WriterLock {
  /** The log file that it is for: absolute, without symbolic links. */
  readonly path: string
  /** Gives it back. A second call does nothing. */
  release(): void
}

/** What SQLite says of a lock that somebody else has. */
const busy = 5

/**
 * Takes the lock of a log file at once, or throws. It is a lock of the operating system, so it ends with
 * the process, however that ends; two threads of one process exclude each other as two processes do. The folder
 * is made where it is missing.
 *
 * What is locked is `<path>-lock`, an SQLite database that stays empty: the lock is the right to write
 * to it, of which nobody makes use, so that no crash can damage it. SQLite holds the lock because the
 * locks of POSIX files belong to a process, and vanish when any part of it closes the file; SQLite counts
 * who of the process has it open. So nothing but SQLite may open `<path>-lock`, nor a log that is open.
 * `<path>-lock` is left behind, with 0 bytes: were it removed, one who had opened it before and one who
 * makes it anew would each lock a file of that name. `<path>-lock-pid` says who has it, for the message.
 * Two hard links to one log are two logs to it.
 *
 * @throws LogLockedError `LOG_LOCKED` if somebody else has it.
 * @throws LogStorageError `LOG_STORAGE` if it cannot be taken: no permission, or its folder cannot be made.
 */
export function acquireWriterLock(path: string): WriterLock {
  try {
    makeFolderOf(path)
    const file = logPath(path)
    const database = lockFile(file)
    sayHolder(file)
    return new FileLock(file, database)
  } catch (error) {
    if (error instanceof LogLockedError) throw error
    throw new LogStorageError(
      `${JSON.stringify(path)} cannot be locked. This process must be allowed to write in its folder, and to make that where it is missing.`,
      { cause: error },
    )
  }
}

class FileLock implements WriterLock {
  readonly path: string
  readonly #database: DatabaseSync

  constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.#database = database
  }

  release(): void {
    if (!this.#database.isOpen) return
    // While the lock is still held: afterwards, the file may be that of the next one.
    rmSync(`${this.path}-lock-pid`, { force: true })
    this.#database.close()
  }
}

/** Locks what belongs to a log file, and is made if need be. */
function lockFile(file: string): DatabaseSync {
  const database = new DatabaseSync(`${file}-lock`)
  try {
    // Whoever is second does not wait. No journal is written, because nothing is.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE')
    return database
  } catch (error) {
    database.close()
    const refused = (error as { readonly errcode?: unknown }).errcode === busy
    throw refused ? new LogLockedError(file, holderOf(file), { cause: error }) : error
  }
}

/** Writes down who has the lock; without it, the message only knows less. */
function sayHolder(file: string): void {
  try {
    writeFileSync(`${file}-lock-pid`, `${process.pid}\n`)
  } catch {
    // The disk may be full, and a log can be opened all the same.
  }
}

/** Who has the lock, where that can be read. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(`${file}-lock-pid`, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
