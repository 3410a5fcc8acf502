import { LogDamagedError } from './errors.ts'
import type { Connection } from './sqlite-connection.ts'
import { checksumOf } from './sqlite-record.ts'
import type { PositionRange } from './store.ts'

/** How many positions share a zone. */
export const zoneSize = 1_024

/** The most zones that are read together. */
const zonesTogether = 512

/** What is known of the records of one zone: a query by time leaves out the zones that it cannot match. */
export interface Zone {
  /** Its number: that of its positions, divided by {@link zoneSize}. */
  readonly zone: number
  /** No record in it is before this time. */
  lowest: number
  /** No record in it is after this time. */
  highest: number
  /** How many bytes its records have. */
  bytes: number
}

/** The zone that a position lies in. */
export function zoneOf(position: number): number {
  return Math.floor(position / zoneSize)
}

const columns = 'zone, lowest, highest, bytes, checksum'

/** Writes down a zone. */
export function writeZone(connection: Connection, zone: Zone): void {
  connection
    .statement(`INSERT OR REPLACE INTO zones (${columns}) VALUES (?, ?, ?, ?, ?)`)
    .run(zone.zone, zone.lowest, zone.highest, zone.bytes, zoneChecksum(zone))
}

/** The zone of that number, if it has records. */
export function readZone(connection: Connection, zone: number): Zone | undefined {
  return readZones(connection, zone, zone, 'ASC')[0]
}

/** The first, or last, so many zones of a stretch. */
export function readZones(
  connection: Connection,
  first: number,
  last: number,
  order: 'ASC' | 'DESC',
  most = zonesTogether,
): readonly Zone[] {
  const sql = `SELECT ${columns} FROM zones WHERE zone >= ? AND zone <= ? ORDER BY zone ${order} LIMIT ${most}`
  return connection
    .statement(sql)
    .all(first, last)
    .map((row) => {
      const [number, lowest, highest, bytes, checksum] = row as [
        number,
        number,
        number,
        number,
        number,
      ]
      const zone = { zone: number, lowest, highest, bytes }
      if (checksum === zoneChecksum(zone)) return zone
      const start = number * zoneSize
      throw new LogDamagedError(
        'The times of a stretch of events are not what was written.',
        Math.max(start, 1),
        start + zoneSize - 1,
      )
    })
}

function zoneChecksum({ zone, lowest, highest, bytes }: Zone): number {
  return checksumOf(`${zone} ${lowest} ${highest} ${bytes}`)
}

/** Where to look for the events of a time, and how far that answer goes. */
export interface TimeStretches {
  /** In the order in which they were asked for. */
  readonly stretches: readonly PositionRange[]
  /** Up to this position, it included, nothing else has to be looked at. */
  readonly through: number
}

/**
 * The stretches of positions whose zones may hold events from `since` to before `until`. Clocks are set
 * back at times, so any zone may.
 *
 * @param missing throws unless it is right that there are no records from one position to another.
 */
export function stretchesOf(
  connection: Connection,
  range: PositionRange,
  forward: boolean,
  since: number,
  until: number,
  missing: (first: number, last: number) => void,
): TimeStretches {
  const [first, last] = [zoneOf(range.first), zoneOf(range.last)]
  const zones = readZones(connection, first, last, forward ? 'ASC' : 'DESC')
  const stretches: { first: number; last: number }[] = []
  let expected = forward ? first : last
  const step = forward ? 1 : -1
  const absent = (from: number, to: number): void => {
    const [low, high] = forward ? [from, to] : [to, from]
    if (low > high) return
    const clipped = clip(range, low, high)
    missing(clipped.first, clipped.last)
  }
  for (const { zone, lowest, highest } of zones) {
    absent(expected, zone - step)
    expected = zone + step
    if (highest < since || lowest >= until) continue
    const part = clip(range, zone, zone)
    const before = stretches.at(-1)
    if (before !== undefined && forward && before.last + 1 === part.first) before.last = part.last
    else if (before !== undefined && before.first - 1 === part.last) before.first = part.first
    else stretches.push(part)
  }
  if (zones.length === zonesTogether) {
    const seen = clip(range, expected - step, expected - step)
    return { stretches, through: forward ? seen.last : seen.first }
  }
  absent(expected, forward ? last : first)
  return { stretches, through: forward ? range.last : range.first }
}

/** The positions of some zones that lie in the range. */
function clip(range: PositionRange, low: number, high: number): { first: number; last: number } {
  return {
    first: Math.max(range.first, low * zoneSize),
    last: Math.min(range.last, (high + 1) * zoneSize - 1),
  }
}
