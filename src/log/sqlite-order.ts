import { LogDamagedError } from './errors.ts'
import { gapChecksum } from './sqlite-append.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Directory, TypeRow } from './sqlite-directory.ts'
import type { PositionRange } from './store.ts'

/** Says that records are missing. */
export function missingRecords(first: number, last: number): LogDamagedError {
  const which = first === last ? `Record ${first} is` : `Records ${first} to ${last} are`
  return new LogDamagedError(`${which} missing.`, first, last)
}

/**
 * @throws LogDamagedError `LOG_DAMAGED` unless retention, or a gap that an archive has left, is why there
 * are no records from `first` to `last`.
 */
export function requireAbsent(
  connection: Connection,
  directory: Directory,
  first: number,
  last: number,
): void {
  const from = Math.max(first, directory.removedThrough + 1)
  if (from > last) return
  const row = connection
    .statement(
      'SELECT first, last, checksum FROM gaps WHERE first <= ? ORDER BY first DESC LIMIT 1',
    )
    .first(from)
  const [start, end, checksum] = (row ?? [0, 0, 0]) as [number, number, number]
  if (end >= last && checksum === gapChecksum(start, end)) return
  throw missingRecords(from, last)
}

/** Whether an archive has left out exactly the positions from `first` to `last`. */
export function isGap(connection: Connection, first: number, last: number): boolean {
  const row = connection.statement('SELECT last, checksum FROM gaps WHERE first = ?').first(first)
  return row !== undefined && row[0] === last && row[1] === gapChecksum(first, last)
}

/** Looks whether positions follow each other, in either direction. */
export class PositionOrder {
  readonly #absent: (first: number, last: number) => void
  readonly #forward: boolean
  #expected: number

  constructor(
    range: PositionRange,
    forward: boolean,
    absent: (first: number, last: number) => void,
  ) {
    this.#expected = forward ? range.first : range.last
    this.#forward = forward
    this.#absent = absent
  }

  /** The next record has this position. */
  see(position: number): void {
    if (position !== this.#expected) this.#leap(position)
    this.#expected = this.#forward ? position + 1 : position - 1
  }

  /** No more records come up to this position, it included. */
  end(through: number): void {
    const past = this.#forward ? through + 1 : through - 1
    if (past !== this.#expected) this.#leap(past)
  }

  #leap(position: number): void {
    if (this.#forward) this.#absent(this.#expected, position - 1)
    else this.#absent(position + 1, this.#expected)
  }
}

/** Looks whether the records of some types were all seen: their ordinals follow each other. */
export class OrdinalOrder {
  /** By type: the lowest and highest ordinal that was seen, and how many were. */
  readonly #seen = new Map<number, { low: number; high: number; count: number }>()

  see(type: number, ordinal: number): void {
    const seen = this.#seen.get(type)
    if (seen === undefined) {
      this.#seen.set(type, { low: ordinal, high: ordinal, count: 1 })
      return
    }
    seen.low = Math.min(seen.low, ordinal)
    seen.high = Math.max(seen.high, ordinal)
    seen.count += 1
  }

  /** How many records of a type were seen. */
  count(type: number): number {
    return this.#seen.get(type)?.count ?? 0
  }

  /**
   * All records of these types in the range were seen.
   *
   * @throws LogDamagedError `LOG_DAMAGED` if that is not so.
   */
  require(connection: Connection, types: readonly TypeRow[], range: PositionRange): void {
    for (const type of types) {
      const before = ordinalUpTo(connection, type, range.first - 1)
      const after = oldestFrom(connection, type, range)
      const seen = this.#seen.get(type.id) ?? { low: before + 1, high: before, count: 0 }
      const right =
        seen.low === before + 1 &&
        seen.high === after.ordinal - 1 &&
        seen.count === after.ordinal - before - 1
      if (!right) {
        const last = after.position - 1
        throw new LogDamagedError(
          `Not all events of type ${type.name} from ${range.first} to ${last} are there.`,
          range.first,
          last,
        )
      }
    }
  }
}

/** The ordinal of the newest record of a type up to a position; as many as were removed if there is none. */
export function ordinalUpTo(connection: Connection, type: TypeRow, position: number): number {
  const row = connection
    .statement(
      'SELECT ordinal FROM records INDEXED BY records_by_type WHERE type_id = ? AND position <= ? ORDER BY position DESC LIMIT 1',
    )
    .first(type.id, position)
  return row === undefined ? type.removed : Number(row[0])
}

/** The oldest record of a type behind a range; what would come behind the last if there is none. */
function oldestFrom(
  connection: Connection,
  type: TypeRow,
  { last }: PositionRange,
): { readonly ordinal: number; readonly position: number } {
  const row = connection
    .statement(
      'SELECT ordinal, position FROM records INDEXED BY records_by_type WHERE type_id = ? AND position > ? ORDER BY position LIMIT 1',
    )
    .first(type.id, last)
  if (row === undefined) return { ordinal: type.appended + 1, position: last + 1 }
  return { ordinal: Number(row[0]), position: Number(row[1]) }
}
