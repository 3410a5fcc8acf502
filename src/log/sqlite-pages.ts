import { LogDamagedError } from './errors.ts'
import type { Connection } from './sqlite-connection.ts'
import { countOf, type Directory, type TypeRow } from './sqlite-directory.ts'
import { requireChain } from './sqlite-indexes.ts'
import { missingRecords, OrdinalOrder, PositionOrder, requireAbsent } from './sqlite-order.ts'
import {
  checksumOf,
  recordColumns,
  type RecordRow,
  recordText,
  toRecordRow,
} from './sqlite-record.ts'
import type { SealedBatches } from './sqlite-sealed.ts'
import { stretchesOf } from './sqlite-zones.ts'
import type { Page, PageQuery, PositionRange } from './store.ts'

/** The most records that one page looks at, so that others get their turn. */
const mostLooked = 4_000

/** The most text of one page, in UTF-16 units, unless one event alone has more. */
const mostText = 1 << 20

/** The most types that are looked up one by one. */
const mostSelects = 32

/** Where entries of causal chains are, up to the condition that the caller adds. */
const byChain = 'records INDEXED BY records_by_correlation WHERE correlation_id IS NOT NULL AND'

/** Without the collation, SQLite would search by the chain alone, and pass over all that is before. */
const place = '(?, ? COLLATE BINARY)'

/** What pages are read from. */
export interface PageSource {
  readonly connection: Connection
  readonly directory: Directory
  readonly sealed: SealedBatches
  /** The last position that may be shown. */
  readonly last: number
}

/** Reads one page. Throws LogDamagedError `LOG_DAMAGED` if anything on the way is not what was written. */
export function readPage(source: PageSource, query: PageQuery): Page {
  return new PageReader(source, query).read()
}

/** How far a stretch was read. */
interface Scanned {
  /** The last position, in the order of the query, that was looked at. */
  readonly through: number
  readonly full: boolean
}

class PageReader {
  readonly #source: PageSource
  readonly #query: PageQuery
  readonly #forward: boolean
  readonly #types: readonly TypeRow[]
  readonly #typeIds: ReadonlySet<number>
  readonly #positions: number[] = []
  readonly #texts: string[] = []
  readonly #secrets: (string | undefined)[] = []
  #anySecret = false
  #textLength = 0
  #looked = 0

  constructor(source: PageSource, query: PageQuery) {
    this.#source = source
    this.#query = query
    this.#forward = query.order === 'forward'
    this.#types = source.directory.covered(query.patterns)
    this.#typeIds = new Set(this.#types.map(({ id }) => id))
  }

  read(): Page {
    const { after, through } = this.#query
    const { last } = this.#source
    const range = this.#forward
      ? { first: after + 1, last: Math.min(through, last) }
      : { first: Math.max(through, 1), last: Math.min(after - 1, last) }
    if (range.first > range.last || this.#types.length === 0) return this.#page(through, true)
    const end = this.#forward ? range.last : range.first
    const { stretches, through: covered } = this.#stretches(range)
    for (const stretch of stretches) {
      const { through: scanned, full } = this.#scan(stretch)
      if (full && scanned !== end) return this.#page(scanned, false)
    }
    return covered === end ? this.#page(through, true) : this.#page(covered, false)
  }

  #page(next: number, done: boolean): Page {
    return {
      positions: this.#positions,
      texts: this.#texts,
      secrets: this.#anySecret ? this.#secrets : undefined,
      next,
      done,
    }
  }

  #stretches(range: PositionRange): { stretches: readonly PositionRange[]; through: number } {
    const { since = -Infinity, until = Infinity } = this.#query
    if (since === -Infinity && until === Infinity) {
      return { stretches: [range], through: this.#forward ? range.last : range.first }
    }
    const { connection } = this.#source
    return stretchesOf(connection, range, this.#forward, since, until, this.#absent)
  }

  readonly #absent = (first: number, last: number): void => {
    requireAbsent(this.#source.connection, this.#source.directory, first, last)
  }

  #scan(range: PositionRange): Scanned {
    const { correlationId } = this.#query
    if (correlationId !== undefined) return this.#scanChain(range, correlationId)
    const few = this.#types.length <= mostSelects
    const rare = countOf(this.#types) * 4 < this.#source.directory.events
    return few && rare ? this.#scanTypes(range) : this.#scanAll(range)
  }

  /** Through the primary key: each record is looked at. */
  #scanAll(range: PositionRange): Scanned {
    const { connection, directory } = this.#source
    const positions = new PositionOrder(range, this.#forward, this.#absent)
    const ordinals = new OrdinalOrder()
    // Where retention has removed some types, only the ordinals tell whether all others are there.
    const sparse = range.first <= directory.removedThrough
    const scanned = this.#rows(
      range,
      'records',
      'position >= ? AND position <= ?',
      [],
      (record) => {
        positions.see(record[0])
        if (sparse) ordinals.see(record[1], record[2])
      },
    )
    positions.end(scanned.through)
    if (sparse) ordinals.require(connection, directory.types, this.#seen(range, scanned.through))
    return scanned
  }

  /** Through the index of types. */
  #scanTypes(range: PositionRange): Scanned {
    const ordinals = new OrdinalOrder()
    const scanned = this.#rows(
      range,
      'records INDEXED BY records_by_type',
      'type_id = ? AND position >= ? AND position <= ?',
      this.#types.map(({ id }) => id),
      (record) => ordinals.see(record[1], record[2]),
    )
    ordinals.require(this.#source.connection, this.#types, this.#seen(range, scanned.through))
    return scanned
  }

  /**
   * Through the index of causal chains, one entry after the other, up to one of another chain. A record does
   * not say how many its chain has. But an entry that is damaged is met on the way, or is the one beside
   * the place where a search that it has misled begins.
   */
  #scanChain(range: PositionRange, chain: string): Scanned {
    const [step, order, compare] = this.#forward ? [1, 'ASC', '>='] : [-1, 'DESC', '<=']
    const [start, end] = this.#forward ? [range.first, range.last] : [range.last, range.first]
    this.#requireBeside(chain, start)
    const sql = `SELECT ${recordColumns} FROM ${byChain} (correlation_id, position) ${compare} ${place} ORDER BY correlation_id ${order}, position ${order}`
    let before = start - step
    for (const row of this.#source.connection.statement(sql).each(chain, start)) {
      const record = toRecordRow(row)
      const [position, , , , , key] = record
      if (key !== chain) {
        requireChain(this.#source.connection, String(key), position)
        break
      }
      if ((position - before) * step <= 0) throw missingRecords(range.first, range.last)
      if ((position - end) * step > 0) break
      requireRecord(this.#source, record)
      before = position
      this.#visit(record)
      if (this.#full()) return { through: position, full: true }
    }
    return { through: end, full: false }
  }

  /** The entry on the other side of where a scan of a chain begins leads to a record of its chain. */
  #requireBeside(chain: string, start: number): void {
    const [order, compare] = this.#forward ? ['DESC', '<'] : ['ASC', '>']
    const { connection } = this.#source
    const entry = connection
      .statement(
        `SELECT correlation_id, position FROM ${byChain} (correlation_id, position) ${compare} ${place} ORDER BY correlation_id ${order}, position ${order} LIMIT 1`,
      )
      .first(chain, start)
    if (entry !== undefined) requireChain(connection, String(entry[0]), Number(entry[1]))
  }

  /** Reads rows in order until the page is full; `see` is told of each. */
  #rows(
    range: PositionRange,
    from: string,
    where: string,
    keys: readonly (number | string)[],
    see: (record: RecordRow) => void,
  ): Scanned {
    const one = `SELECT ${recordColumns} FROM ${from} WHERE ${where}`
    const all = Array.from({ length: Math.max(keys.length, 1) }, () => one).join(' UNION ALL ')
    const sql = `${all} ORDER BY position ${this.#forward ? 'ASC' : 'DESC'}`
    const bounds = [range.first, range.last]
    const values = keys.length === 0 ? bounds : keys.flatMap((key) => [key, ...bounds])
    for (const row of this.#source.connection.statement(sql).each(...values)) {
      const record = toRecordRow(row)
      requireRecord(this.#source, record)
      see(record)
      this.#visit(record)
      if (this.#full()) return { through: record[0], full: true }
    }
    return { through: this.#forward ? range.last : range.first, full: false }
  }

  #visit(record: RecordRow): void {
    this.#looked += 1
    if (this.#matches(record)) this.#take(record)
  }

  #full(): boolean {
    return (
      this.#positions.length >= this.#query.limit ||
      this.#looked >= mostLooked ||
      this.#textLength >= mostText
    )
  }

  #matches([, typeId, , timestamp, source, correlationId]: RecordRow): boolean {
    const query = this.#query
    return (
      (query.patterns === undefined || this.#typeIds.has(typeId)) &&
      timestamp >= (query.since ?? -Infinity) &&
      timestamp < (query.until ?? Infinity) &&
      (query.source ?? source) === source &&
      (query.correlationId ?? correlationId) === correlationId
    )
  }

  #take([position, , , , , , sealed, text]: RecordRow): void {
    const { connection, directory, sealed: batches } = this.#source
    const secret =
      sealed === null ? undefined : batches.secret(connection, directory.head.log, sealed, position)
    this.#anySecret ||= secret !== undefined
    this.#positions.push(position)
    this.#texts.push(text)
    this.#secrets.push(secret)
    this.#textLength += text.length + (secret?.length ?? 0)
  }

  /** The part of a range that was looked at. */
  #seen(range: PositionRange, through: number): PositionRange {
    return this.#forward ? { ...range, last: through } : { ...range, first: through }
  }
}

/**
 * The text that the checksum and the hash of a record are of.
 *
 * @throws LogDamagedError `LOG_DAMAGED` unless the record is what was written.
 */
export function requireRecord(source: PageSource, record: RecordRow): string {
  const [position, typeId, ordinal, timestamp, from, correlationId, sealed, text, checksum] = record
  // The table is STRICT, but a damaged page keeps to nothing.
  if (typeof from !== 'string') throw changedRecord(position)
  const { connection, directory, sealed: batches } = source
  const type = directory.byId(typeId)?.name ?? ''
  const seal = sealed === null ? '' : batches.sealAt(connection, sealed, position)
  const whole = recordText(position, type, ordinal, timestamp, from, correlationId, seal, text)
  if (checksum === checksumOf(whole)) return whole
  throw changedRecord(position)
}

function changedRecord(position: number): LogDamagedError {
  return new LogDamagedError(`Record ${position} is not what was written.`, position, position)
}
