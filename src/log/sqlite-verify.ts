import { LogDamagedError } from './errors.ts'
import { previousHash } from './sqlite-cells.ts'
import type { Row } from './sqlite-connection.ts'
import { noHash } from './sqlite-directory.ts'
import { isCorruption, reasonOf } from './sqlite-fault.ts'
import { IndexCheck, requireIndexEnds } from './sqlite-indexes.ts'
import { requireNotes } from './sqlite-notes.ts'
import { isGap, OrdinalOrder, PositionOrder, requireAbsent } from './sqlite-order.ts'
import { type PageSource, requireRecord } from './sqlite-pages.ts'
import { chainHash, recordColumns, toRecordRow } from './sqlite-record.ts'
import { requireEnd } from './sqlite-recovery.ts'
import { readZone, type Zone, zoneOf } from './sqlite-zones.ts'
import type { DamagedRange, PositionRange, VerifyStep } from './store.ts'

/** How many records one step looks at. */
const recordsTogether = 300

/** How much text one step looks at, in UTF-16 units, unless one record has more. */
const textTogether = 1 << 20

const unreadable = 'A page of the file cannot be read.'

/** Tables so small that SQLite may look through them at once. */
const smallTables = ['head', 'types', 'gaps', 'zones']

/** Checks some records behind a position, and at the end what belongs to no record. */
export function verifySome(source: PageSource, position: number, through: number): VerifyStep {
  return new Verifier(source, { first: position + 1, last: Math.min(through, source.last) }).step()
}

/** The record before the one that is looked at. */
interface Before {
  readonly position: number
  readonly hash: string
}

class Verifier {
  readonly #source: PageSource
  readonly #range: PositionRange
  readonly #damaged: DamagedRange[] = []
  readonly #ordinals = new OrdinalOrder()
  readonly #indexes: IndexCheck
  #before: Before | undefined = undefined
  #zone: Zone | undefined = undefined
  #records = 0
  /** The last position that was looked at. */
  #reached: number

  constructor(source: PageSource, range: PositionRange) {
    this.#source = source
    this.#reached = range.first - 1
    this.#range = range
    this.#indexes = new IndexCheck(source.connection)
  }

  step(): VerifyStep {
    const { first, last } = this.#range
    let through = last
    try {
      if (first <= last) through = this.#walk()
    } catch (error) {
      if (!isCorruption(error)) throw error
      through = this.#leap(this.#reached + 1)
    }
    const done = through >= last
    if (done) this.#finish()
    return { through, records: this.#records, damaged: this.#damaged, done }
  }

  /** Looks at records, and returns the position up to which it has. */
  #walk(): number {
    const { connection, directory } = this.#source
    const { first, last } = this.#range
    this.#before = this.#readBefore(first)
    const positions = new PositionOrder(this.#range, true, (from, to) =>
      this.#tell(from, to, () => requireAbsent(connection, directory, from, to)),
    )
    let text = 0
    let through = last
    const rows = connection.statement(
      `SELECT ${recordColumns}, previous FROM records WHERE position >= ? AND position <= ? ORDER BY position`,
    )
    for (const row of rows.each(first, last)) {
      const record = toRecordRow(row)
      positions.see(record[0])
      this.#ordinals.see(record[1], record[2])
      this.#indexes.see(record)
      this.#tell(record[0], record[0], () => this.#requireRow(row))
      this.#reached = record[0]
      this.#records += 1
      text += String(row[7]).length
      if (this.#records < recordsTogether && text < textTogether) continue
      through = record[0]
      break
    }
    positions.end(through)
    this.#requireIndexes({ first, last: through })
    return through
  }

  /** One record: what it holds, what is before it, and what helps to find it. */
  #requireRow(row: Row): void {
    const record = toRecordRow(row)
    const [position] = record
    const before = this.#before
    this.#before = undefined
    const previous = previousHash(row[9], position)
    const whole = requireRecord(this.#source, record)
    this.#before = { position, hash: chainHash(previous, whole) }
    if (
      before !== undefined &&
      before.hash !== previous &&
      this.#follows(before.position, position)
    ) {
      throw new LogDamagedError(
        'It does not carry the hash of the one before it.',
        position,
        position,
      )
    }
    this.#indexes.requireFound(record)
    this.#requireZone(position, record[3])
  }

  /** Whether nothing was ever appended between two positions. */
  #follows(before: number, position: number): boolean {
    return before + 1 === position || isGap(this.#source.connection, before + 1, position - 1)
  }

  /** The record before a position, if it is whole. */
  #readBefore(first: number): Before | undefined {
    if (first === 1) return { position: 0, hash: noHash }
    const row = this.#source.connection
      .statement(
        `SELECT ${recordColumns}, previous FROM records WHERE position < ? ORDER BY position DESC LIMIT 1`,
      )
      .first(first)
    if (row === undefined) return undefined
    try {
      const whole = requireRecord(this.#source, toRecordRow(row))
      return { position: Number(row[0]), hash: chainHash(previousHash(row[9], first), whole) }
    } catch (error) {
      // It was told of when it was looked at.
      if (error instanceof LogDamagedError) return undefined
      throw error
    }
  }

  #requireZone(position: number, timestamp: number): void {
    const number = zoneOf(position)
    if (this.#zone?.zone !== number) this.#zone = readZone(this.#source.connection, number)
    const zone = this.#zone
    if (zone !== undefined && zone.lowest <= timestamp && zone.highest >= timestamp) return
    throw new LogDamagedError('Queries by time do not find it.', position, position)
  }

  /** What leads to the records of the range leads to all of them, and to no others. */
  #requireIndexes(range: PositionRange): void {
    const { connection, directory } = this.#source
    for (const type of directory.types) {
      this.#tell(range.first, range.last, () => this.#ordinals.require(connection, [type], range))
    }
    this.#indexes.require(directory, range, this.#tell)
  }

  /** What belongs to no record: the end, the notes, the small tables. */
  #finish(): void {
    const { connection, directory } = this.#source
    this.#tell(0, 0, () => requireEnd(this.#source))
    this.#tell(0, 0, () => requireIndexEnds(connection, directory))
    this.#tell(0, 0, () => requireNotes(connection))
    for (const table of smallTables) {
      const [verdict] = connection.statement(`PRAGMA quick_check('${table}')`).first() ?? ['']
      if (verdict !== 'ok') this.#damage(0, 0, `The table ${table} is damaged.`)
    }
  }

  /** Goes on behind a page that cannot be read: returns the last position that is out of reach. */
  #leap(from: number): number {
    const { last } = this.#range
    const next = this.#source.connection.statement(
      'SELECT position FROM records WHERE position >= ? ORDER BY position LIMIT 1',
    )
    for (let distance = 1; from + distance <= last; distance *= 2) {
      try {
        const found = Number(next.first(from + distance)?.[0] ?? last + 1)
        this.#damage(from, found - 1, unreadable)
        return found - 1
      } catch (error) {
        if (!isCorruption(error)) throw error
      }
    }
    this.#damage(from, last, unreadable)
    return last
  }

  /** Runs a check, and writes down what it finds. */
  readonly #tell = (first: number, last: number, check: () => void): void => {
    try {
      check()
    } catch (error) {
      if (isCorruption(error)) this.#damage(first, last, unreadable)
      else if (!(error instanceof LogDamagedError)) throw error
      else this.#damage(error.first || first, error.last || last, reasonOf(error))
    }
  }

  #damage(first: number, last: number, reason: string): void {
    const before = this.#damaged.at(-1)
    // The last record is looked at twice: by itself, and as the end of the log.
    if (before?.reason === reason && before.first <= first && last <= before.last) return
    if (before === undefined || before.reason !== reason || before.last + 1 !== first) {
      this.#damaged.push({ first, last, reason })
    } else {
      this.#damaged[this.#damaged.length - 1] = { ...before, last }
    }
  }
}
