import { LogDamagedError } from './errors.ts'
import { previousHash } from './sqlite-cells.ts'
import type { Connection } from './sqlite-connection.ts'
import { type Directory, writeHead, writeType } from './sqlite-directory.ts'
import { type PageSource, requireRecord } from './sqlite-pages.ts'
import { missingRecords } from './sqlite-order.ts'
import { chainHash, recordColumns, toHex, toRecordRow } from './sqlite-record.ts'

/**
 * Looks whether a log ends where it says that it does.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if not.
 */
export function requireEnd(source: PageSource): void {
  const { connection, directory } = source
  const { last, hash } = directory.head
  const row = connection
    .statement(`SELECT ${recordColumns}, previous FROM records ORDER BY position DESC LIMIT 1`)
    .first()
  const position = row === undefined ? 0 : Number(row[0])
  if (position > last) {
    throw new LogDamagedError(
      `The log says that it ends with record ${last}, and has record ${position}.`,
      last + 1,
      position,
    )
  }
  if (position < last) {
    // Retention may have removed the newest as well.
    if (last > directory.removedThrough) throw missingRecords(position + 1, last)
    return
  }
  if (row === undefined) return
  const whole = requireRecord(source, toRecordRow(row))
  if (chainHash(previousHash(row[9], last), whole) === hash) return
  throw new LogDamagedError(
    `Record ${last} does not have the hash that the log says its last one has.`,
    last,
    last,
  )
}

/** Inside a transaction: removes records that were written, and never acknowledged. */
export function removeAfter(connection: Connection, directory: Directory, last: number): void {
  const counts = connection
    .statement('SELECT type_id, count(*) FROM records WHERE position > ? GROUP BY type_id')
    .all(last)
  for (const [id, count] of counts) {
    const type = directory.byId(Number(id))!
    type.appended -= Number(count)
    writeType(connection, type)
  }
  const next = connection
    .statement('SELECT previous FROM records WHERE position > ? ORDER BY position LIMIT 1')
    .first(last)
  directory.head.last = last
  directory.head.hash = toHex(next![0] as Uint8Array)
  writeHead(connection, directory.head)
  for (const sql of [
    'DELETE FROM records WHERE position > ?',
    'DELETE FROM sealed WHERE first > ?',
    'DELETE FROM gaps WHERE first > ?',
  ]) {
    connection.statement(sql).run(last)
  }
}
