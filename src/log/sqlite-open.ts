import { accessSync, constants, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { randomRun } from '../time/random.ts'
import { LogDamagedError, LogFormatError, LogKeyError, LogStorageError } from './errors.ts'
import { syncFile, syncFolder } from './log-folder.ts'
import { Connection } from './sqlite-connection.ts'
import { noHash } from './sqlite-directory.ts'
import { isSqliteError } from './sqlite-fault.ts'
import { applicationId, createSchema, schemaVersion } from './sqlite-schema.ts'
import type { SealedBatches } from './sqlite-sealed.ts'
import { checkWal, cutWal, type WalState } from './wal-check.ts'

/** How much of the file is kept in memory, in KiB. */
const cacheKiB = 32_000

/** After so many pages in the write-ahead log, they are brought into the file. */
const checkpointPages = 1_000

/** SQLite reports with it that a file is none of its own. */
const notADatabase = 26

/**
 * Makes the file of a new log, whole or not at all, unless it is there. Needs the writer lock.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if the file is gone and its write-ahead log is not, unless that is
 * to be repaired.
 */
export function createFile(path: string, repair: boolean): void {
  if (sizeOf(path) > 0) return
  const wal = `${path}-wal`
  if (sizeOf(wal) > 0 && !repair) {
    throw new LogDamagedError(
      `${JSON.stringify(wal)} holds events, and the file that they belong to is gone. Put it back; or remove both, or give { repair: true }, to begin anew.`,
      0,
      0,
    )
  }
  const draft = `${path}-new`
  for (const name of [draft, `${draft}-journal`, `${draft}-wal`, `${draft}-shm`, `${path}-wal`]) {
    rmSync(name, { force: true })
  }
  const connection = new Connection(draft, false)
  try {
    createSchema(connection, { log: randomRun(), last: 0, hash: noHash })
  } finally {
    connection.close()
  }
  syncFile(draft, 'r+')
  renameSync(draft, path)
  syncFolder(dirname(path))
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Looks whether a file is a log, without changing it.
 *
 * The file is asked through SQLite: were it opened and closed past SQLite, the locks that this process
 * has on it through another connection would end.
 */
function requireFormat(connection: Connection, path: string): void {
  const name = JSON.stringify(path)
  let found
  let version
  try {
    found = connection.number('PRAGMA application_id')
    version = connection.number('PRAGMA user_version')
  } catch (error) {
    if (!isSqliteError(error) || (error.errcode & 0xff) !== notADatabase) throw error
    throw new LogFormatError(
      `${name} is no log: it is no SQLite file, or its first bytes are damaged.`,
      { cause: error },
    )
  }
  if (found !== applicationId) {
    throw new LogFormatError(`${name} is no log: it is an SQLite file of another program.`)
  }
  if (version > schemaVersion) {
    throw new LogFormatError(
      `${name} has version ${version}, made by a newer tradewire; this one knows version ${schemaVersion}. Update tradewire to open it.`,
    )
  }
  if (version !== schemaVersion) {
    throw new LogFormatError(`${name} has version ${version}, which no tradewire has made.`)
  }
  requireOwnTables(connection, name)
}

/** Refuses what a stranger may have put into a log so that it acts as it is read or written. */
function requireOwnTables(connection: Connection, name: string): void {
  const tables = "'head', 'types', 'records', 'sealed', 'gaps', 'zones', 'notes'"
  const found = connection
    .statement(
      // Names in SQLite have no case.
      `SELECT type, name FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%' OR (type = 'view' AND lower(name) IN (${tables})) LIMIT 1`,
    )
    .first()
  if (found === undefined) return
  throw new LogFormatError(
    `${name} is no log as tradewire makes it: it has a ${String(found[0])} ${JSON.stringify(found[1])}. Remove it if it is yours; do not open the file of a stranger that has one.`,
  )
}

/**
 * Looks whether a log could be written at this path, before anything is made there.
 *
 * @throws LogFormatError `LOG_FORMAT` if it is no file, LogStorageError `LOG_STORAGE` if it may not be
 * written.
 */
export function requireWritable(path: string): void {
  if (requireFile(path) && !mayWrite(path)) {
    throw new LogStorageError(
      `${JSON.stringify(path)} may not be written. Change its permissions, or open it with { readOnly: true }.`,
    )
  }
}

/** Whether there is something at this path, which is a file then. */
function requireFile(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.isFile()) return stat !== undefined
  throw new LogFormatError(`${JSON.stringify(path)} is no file. Give the path of a log file.`)
}

/**
 * Looks whether secrets would stand in plain text beside encrypted ones.
 *
 * @throws LogKeyError `LOG_KEY` if so.
 */
export function requireNoSecrets(connection: Connection): void {
  const key = connection.statement('SELECT key FROM sealed LIMIT 1').first()?.[0]
  if (key === undefined) return
  throw new LogKeyError(
    String(key),
    `The log holds events that are encrypted with the key ${JSON.stringify(key)}, and would get others in plain text. Give the option encryption to write it, or open it with { readOnly: true }.`,
  )
}

/**
 * Looks whether a key still is the one that it was: under one name there can be but one.
 *
 * @throws LogKeyError `LOG_KEY` if the newest batch of a key that was given does not open.
 */
export function requireSameKeys(connection: Connection, log: string, sealed: SealedBatches): void {
  const newest = connection.statement('SELECT max(first) FROM sealed GROUP BY key').all()
  for (const [first] of newest) sealed.requireKey(connection, log, Number(first))
}

/** Opens a log for writing, once its write-ahead log is known to be sound. */
export function openWriter(path: string): Connection {
  const connection = new Connection(path, false)
  try {
    requireFormat(connection, path)
    connection.exec(
      `PRAGMA cache_size = -${cacheKiB}; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA journal_size_limit = 67108864`,
    )
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Opens a log that another process may be writing. */
export function openReader(path: string): Connection {
  if (!requireFile(path)) {
    throw new LogStorageError(
      `There is no file ${JSON.stringify(path)}. Open it without { readOnly: true } to make it.`,
    )
  }
  const connection = new Connection(readerLocation(path), true)
  try {
    requireFormat(connection, path)
    connection.exec(`PRAGMA cache_size = -${cacheKiB}`)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * Readers share an index of the write-ahead log in a file beside it. Where it cannot be made, because the
 * directory may not be written, a log that was closed can be read all the same: nobody changes it there.
 */
function readerLocation(path: string): string | URL {
  if (existsSync(`${path}-wal`) || mayWrite(dirname(path))) return path
  return new URL(`${pathToFileURL(path).href}?immutable=1`)
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Looks at the write-ahead log before SQLite does, and with `repair` cuts off what is damaged. What a crash
 * has torn is cut off in any case: SQLite would write over its beginning only, and with what is left the
 * end of the next transaction would look as if it had been damaged.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if what was committed would be lost.
 */
export function requireWal(path: string, repair: boolean): void {
  const state = checkWal(path)
  if (state.kind === 'damaged' && !repair) throw damagedWal(path, state)
  if (state.kind === 'damaged' || state.kind === 'torn') cutWal(path, state)
}

/** The same for a reader: while somebody writes, only damage that stays where it is counts. */
export function requireReadableWal(path: string): void {
  let state = checkWal(path)
  while (state.kind === 'damaged') {
    const again = checkWal(path)
    if (again.kind === 'damaged' && again.badAt === state.badAt) throw damagedWal(path, again)
    state = again
  }
}

function damagedWal(path: string, state: WalState & { readonly kind: 'damaged' }): LogDamagedError {
  const name = JSON.stringify(`${path}-wal`)
  return new LogDamagedError(
    `${name} is damaged at byte ${state.badAt ?? 0} (${state.reason}), and events behind it would be lost. Open the log with { repair: true } to go on with what is before it.`,
    0,
    0,
  )
}
