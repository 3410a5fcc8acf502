import type { Connection } from './sqlite-connection.ts'
import { type Directory, type TypeRow, writeType } from './sqlite-directory.ts'
import { ordinalUpTo, requireAbsent } from './sqlite-order.ts'
import type { PageSource } from './sqlite-pages.ts'
import { readZone, readZones, stretchesOf, writeZone, zoneOf, zoneSize } from './sqlite-zones.ts'
import type { CutQuery, RemovalQuery } from './store.ts'

/** The most records that go in one step, of those that lie side by side. */
const mostTogether = 200

/** The most records that go in one step of some types, where each may lie on a page of its own. */
const mostScattered = 50

/** The most bytes of records that go in one step, unless one record has more. */
const mostBytes = 1 << 18

/** The most pages that are given back to the file system in one step. */
const mostVacuumed = 64

/** How much storage the text of a record takes, in bytes; with encryption, its part of the batch. */
const bytesOf =
  'octet_length(event) + coalesce((SELECT octet_length(ciphertext) / events FROM sealed WHERE first = records.sealed), 0)'

/** The highest position that has to go; 0 if none has to. */
export function cutOf(source: PageSource, query: CutQuery): number {
  const { before, maxEvents, maxBytes } = query
  const types = source.directory.covered(query.patterns)
  return Math.max(
    before === undefined ? 0 : cutByTime(source, types, before),
    maxEvents === undefined ? 0 : cutByCount(source, types, maxEvents),
    maxBytes === undefined ? 0 : cutByBytes(source, query.patterns && types, maxBytes),
  )
}

/**
 * The position before the oldest record that is not before a time: a record that comes late, with an old
 * time, takes no younger one before it along.
 */
function cutByTime(source: PageSource, types: readonly TypeRow[], before: number): number {
  const { connection, directory, last } = source
  const absent = (from: number, to: number): void => requireAbsent(connection, directory, from, to)
  const sql =
    'SELECT position FROM records INDEXED BY records_by_type WHERE type_id = ? AND position >= ? AND position <= ? AND timestamp >= ? ORDER BY position LIMIT 1'
  for (let start = 1; start <= last;) {
    const range = { first: start, last }
    const { stretches, through } = stretchesOf(connection, range, true, before, Infinity, absent)
    for (const stretch of stretches) {
      const found = types
        .map(({ id }) => connection.number(sql, id, stretch.first, stretch.last, before))
        .filter((position) => position > 0)
      if (found.length > 0) return Math.min(...found) - 1
    }
    start = through + 1
  }
  return last
}

/** The record behind the newest so many. How many follow a position is known without looking at them. */
function cutByCount(
  { connection, last }: PageSource,
  types: readonly TypeRow[],
  keep: number,
): number {
  const after = (position: number): number =>
    types.reduce((sum, type) => sum + type.appended - ordinalUpTo(connection, type, position), 0)
  let [low, high] = [0, last]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (after(middle) <= keep) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * The newest record that does not fit into so many bytes with those behind it. Indexes and pages take
 * storage too, so each record counts for its part of the whole.
 */
function cutByBytes(
  { connection, last }: PageSource,
  types: readonly TypeRow[] | undefined,
  keep: number,
): number {
  const pages = connection.number('PRAGMA page_count') - connection.number('PRAGMA freelist_count')
  const storage = pages * connection.number('PRAGMA page_size')
  const records = connection.number('SELECT sum(bytes) FROM zones')
  let left = (keep * records) / storage
  const walk = (from: string, where: string, ...values: number[]): number => {
    const sql = `SELECT position, ${bytesOf} FROM ${from} WHERE ${where} ORDER BY position DESC`
    for (const [position, bytes] of connection.statement(sql).each(...values)) {
      left -= Number(bytes)
      if (left < 0) return Number(position)
    }
    return 0
  }
  if (types !== undefined) {
    const ids = types.map(({ id }) => id).join(', ')
    return walk('records', `position <= ? AND type_id IN (${ids})`, last)
  }
  for (let end = zoneOf(last); end >= 0;) {
    const zones = readZones(connection, 0, end, 'DESC')
    for (const { zone, bytes } of zones) {
      if (bytes > left) {
        const start = zone * zoneSize
        return walk('records', 'position >= ? AND position < ?', start, start + zoneSize)
      }
      left -= bytes
    }
    end = (zones.at(-1)?.zone ?? 0) - 1
  }
  return 0
}

/** A record that goes. */
type Doomed = readonly [position: number, typeId: number, bytes: number, sealed: number | null]

/** Inside a transaction: removes some of the oldest records, or gives back what they have left. */
export function removeSome(
  { connection, directory }: PageSource,
  { through, patterns }: RemovalQuery,
): { readonly removed: number; readonly done: boolean } {
  const doomed = findDoomed(connection, directory, through, patterns)
  if (doomed.length === 0) {
    connection.exec(`PRAGMA incremental_vacuum(${mostVacuumed})`)
    return { removed: 0, done: connection.number('PRAGMA freelist_count') === 0 }
  }
  const newest = doomed.at(-1)![0]
  const remove = connection.statement('DELETE FROM records WHERE position = ?')
  for (const [position] of doomed) remove.run(position)
  countRemoved(connection, directory, doomed)
  shrinkZones(connection, doomed)
  if (patterns === undefined) forgetThrough(connection, newest)
  removeBatches(connection, doomed)
  return { removed: doomed.length, done: false }
}

/** The next records to go: the oldest, or the oldest of one type after the other. */
function findDoomed(
  connection: Connection,
  directory: Directory,
  through: number,
  patterns: readonly string[] | undefined,
): readonly Doomed[] {
  const doomed: Doomed[] = []
  const most = patterns === undefined ? mostTogether : mostScattered
  let bytes = 0
  const take = (from: string, where: string, ...values: number[]): void => {
    const sql = `SELECT position, type_id, ${bytesOf}, sealed FROM ${from} WHERE ${where} ORDER BY position`
    for (const row of connection.statement(sql).each(...values)) {
      const record = row as unknown as Doomed
      bytes += record[2]
      if (doomed.length === most || (doomed.length > 0 && bytes > mostBytes)) return
      doomed.push(record)
    }
  }
  if (patterns === undefined) {
    take('records', 'position <= ?', through)
    return doomed
  }
  for (const { id } of directory.covered(patterns)) {
    take('records INDEXED BY records_by_type', 'type_id = ? AND position <= ?', id, through)
    if (doomed.length === most || bytes > mostBytes) break
  }
  return doomed
}

function countRemoved(
  connection: Connection,
  directory: Directory,
  doomed: readonly Doomed[],
): void {
  for (const [id, records] of Map.groupBy(doomed, ([, typeId]) => typeId)) {
    const type = directory.byId(id)!
    type.removed += records.length
    type.removedThrough = Math.max(type.removedThrough, records.at(-1)![0])
    writeType(connection, type)
  }
}

function shrinkZones(connection: Connection, doomed: readonly Doomed[]): void {
  for (const [number, records] of Map.groupBy(doomed, ([position]) => zoneOf(position))) {
    const zone = readZone(connection, number)
    if (zone === undefined) continue
    const bytes = records.reduce((sum, record) => sum + record[2], 0)
    writeZone(connection, { ...zone, bytes: Math.max(0, zone.bytes - bytes) })
  }
}

/** No record is left up to this position, so nothing has to be said of them. */
function forgetThrough(connection: Connection, position: number): void {
  // The highest gap stays: up to there events are gone, of whatever type.
  connection.statement('DELETE FROM zones WHERE zone < ?').run(zoneOf(position + 1))
  connection
    .statement(
      'DELETE FROM gaps WHERE last <= ? AND first < (SELECT max(first) FROM gaps WHERE last <= ?)',
    )
    .run(position, position)
}

/** Removes the encrypted batches that no record needs any more. */
function removeBatches(connection: Connection, doomed: readonly Doomed[]): void {
  for (const first of new Set(doomed.map(([, , , sealed]) => sealed))) {
    if (first === null) continue
    const next = connection
      .statement('SELECT first FROM sealed WHERE first > ? ORDER BY first LIMIT 1')
      .first(first)
    const left = connection
      .statement(
        'SELECT 1 FROM records WHERE position >= ? AND position < ? AND sealed = ? LIMIT 1',
      )
      .first(first, Number(next?.[0] ?? Number.MAX_SAFE_INTEGER), first)
    if (left === undefined) connection.statement('DELETE FROM sealed WHERE first = ?').run(first)
  }
}
