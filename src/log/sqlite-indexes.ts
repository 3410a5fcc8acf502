import { LogDamagedError } from './errors.ts'
import type { Connection } from './sqlite-connection.ts'
import type { Directory } from './sqlite-directory.ts'
import type { RecordRow } from './sqlite-record.ts'
import type { PositionRange } from './store.ts'

/** Runs a check of a range, and takes down what it throws. */
export type TellDamage = (first: number, last: number, check: () => void) => void

/**
 * Compares indexes with the records of one stretch: every entry, in both directions. An entry that is
 * damaged may be found by a search and lead elsewhere, or be led to and not found by a search, so both
 * ways are gone.
 */
export class IndexCheck {
  readonly #connection: Connection
  /** The positions of the records that were seen, in order. */
  readonly #byType = new Map<number, number[]>()
  readonly #byChain = new Map<string, number[]>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The next record of the stretch. */
  see([position, typeId, , , , correlationId]: RecordRow): void {
    put(this.#byType, typeId, position)
    if (correlationId !== null) put(this.#byChain, correlationId, position)
  }

  /**
   * A search finds the record.
   *
   * @throws LogDamagedError `LOG_DAMAGED` if none does.
   */
  requireFound([position, typeId, , , , correlationId]: RecordRow): void {
    const type = this.#connection.number(
      'SELECT count(*) FROM records INDEXED BY records_by_type WHERE type_id = ? AND position = ?',
      typeId,
      position,
    )
    const chain =
      correlationId === null
        ? 1
        : this.#connection.number(
            'SELECT count(*) FROM records INDEXED BY records_by_correlation WHERE correlation_id = ? AND position = ?',
            correlationId,
            position,
          )
    if (type === 1 && chain === 1) return
    throw new LogDamagedError('An index does not know it.', position, position)
  }

  /** The indexes hold the records of a stretch, all of which were seen, and no others. */
  require(directory: Directory, range: PositionRange, tell: TellDamage): void {
    for (const { id, name } of directory.types) {
      const seen = this.#byType.get(id) ?? []
      tell(range.first, range.last, () => {
        const found = this.#walk('records_by_type WHERE type_id = ?', id, range)
        requireSame(seen, found, `The index of ${name}`)
      })
    }
    for (const [chain, seen] of this.#byChain) {
      tell(range.first, range.last, () => {
        const found = this.#walk('records_by_correlation WHERE correlation_id = ?', chain, range)
        requireSame(seen, found, 'The index of causal chains')
        this.#requireNext(chain, range.last)
      })
    }
  }

  #walk(index: string, key: number | string, { first, last }: PositionRange): number[] {
    return this.#connection
      .statement(
        `SELECT position FROM records INDEXED BY ${index} AND position >= ? AND position <= ? ORDER BY position`,
      )
      .all(key, first, last)
      .map(([position]) => Number(position))
  }

  /**
   * The entry behind those of a chain up to a position belongs to a record. As every entry is behind
   * another, or the first, none is left out that no record has.
   */
  #requireNext(chain: string, position: number): void {
    const index = 'SELECT correlation_id, position FROM records INDEXED BY records_by_correlation'
    const next =
      this.#connection
        .statement(`${index} WHERE correlation_id = ? AND position > ? ORDER BY position LIMIT 1`)
        .first(chain, position) ??
      this.#connection
        .statement(`${index} WHERE correlation_id > ? ORDER BY correlation_id, position LIMIT 1`)
        .first(chain)
    if (next !== undefined) requireChain(this.#connection, String(next[0]), Number(next[1]))
  }
}

/**
 * Nothing stands in an index ahead of what the records have, or behind it.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if anything does.
 */
export function requireIndexEnds(connection: Connection, { types, head }: Directory): void {
  const first = connection
    .statement(
      'SELECT correlation_id, position FROM records INDEXED BY records_by_correlation WHERE correlation_id IS NOT NULL ORDER BY correlation_id, position LIMIT 1',
    )
    .first()
  if (first !== undefined) requireChain(connection, String(first[0]), Number(first[1]))
  const index = 'SELECT count(*) FROM (SELECT 1 FROM records INDEXED BY records_by_type WHERE'
  const outside = (where: string, ...values: number[]): number =>
    connection.number(`${index} ${where} LIMIT 1)`, ...values)
  // Every other entry has been compared with the records at its position.
  let stray = outside('type_id < 1') + outside('type_id > ?', types.length)
  for (const { id } of types) {
    stray += outside('type_id > ? AND type_id < ?', id, id + 1)
    stray += outside('type_id = ? AND position < 1', id)
    stray += outside('type_id = ? AND position > ?', id, head.last)
  }
  if (stray > 0) throw new LogDamagedError('The index of types has entries of no record.', 0, 0)
}

function put<Key>(lists: Map<Key, number[]>, key: Key, position: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [position])
  else list.push(position)
}

/** @throws LogDamagedError `LOG_DAMAGED` unless both are the same, about the positions that differ. */
function requireSame(seen: readonly number[], found: readonly number[], index: string): void {
  if (seen.length === found.length && seen.every((position, at) => position === found[at])) return
  const [one, other] = [new Set(seen), new Set(found)]
  const differing = [...seen, ...found].filter((at) => one.has(at) !== other.has(at))
  // Where they are the same set, an entry stands twice, or in another place.
  const positions = differing.length > 0 ? differing : seen
  throw new LogDamagedError(
    `${index} does not agree with the records.`,
    Math.min(...positions),
    Math.max(...positions),
  )
}

/**
 * An entry of the index of causal chains leads to a record of that chain.
 *
 * @throws LogDamagedError `LOG_DAMAGED` if it does not.
 */
export function requireChain(connection: Connection, chain: string, position: number): void {
  const row = connection
    .statement('SELECT correlation_id FROM records WHERE position = ?')
    .first(position)
  if (row?.[0] === chain) return
  throw new LogDamagedError(
    'The index of causal chains has an entry of no record.',
    position,
    position,
  )
}
