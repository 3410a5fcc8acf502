import { LogDamagedError } from './errors.ts'
import { areOfKinds } from './sqlite-cells.ts'
import type { Connection } from './sqlite-connection.ts'
import { matchTokens, parsePattern } from '../events/pattern.ts'
import { checksumOf, fromHex, toHex } from './sqlite-record.ts'

/** What a log knows of a type. Its records have the ordinals from `removed + 1` to `appended`. */
export interface TypeRow {
  readonly id: number
  readonly name: string
  /** How many were ever appended. */
  appended: number
  /** How many of these, the oldest, retention has removed. */
  removed: number
  /** The position up to which it has removed them. */
  removedThrough: number
}

/** The end of a log. */
export interface Head {
  /** The name of the log, which no other has. */
  readonly log: string
  /** The position of the last record that was ever appended; 0 if none was. */
  last: number
  /** The hash of that record, in hexadecimal; 64 zeros if there was none. */
  hash: string
}

export const noHash = '0'.repeat(64)

/** What a log knows of its records as a whole, as it stands in the file. */
export class Directory {
  readonly head: Head
  readonly #types: TypeRow[]
  readonly #byName = new Map<string, TypeRow>()
  readonly #byId = new Map<number, TypeRow>()

  /** @throws LogDamagedError `LOG_DAMAGED` if it is not what was written. */
  constructor(connection: Connection) {
    this.head = readHead(connection)
    this.#types = connection
      .statement('SELECT id, name, appended, removed, removed_through, checksum FROM types')
      .all()
      .map((row) => {
        const [id, name, appended, removed, removedThrough, checksum] = row as TypeCells
        const type = { id, name, appended, removed, removedThrough }
        if (checksum === typeChecksum(type)) return type
        throw new LogDamagedError('The list of types is not what was written.', 0, 0)
      })
    for (const type of this.#types) this.#index(type)
  }

  get types(): readonly TypeRow[] {
    return this.#types
  }

  /** How many records there are. */
  get events(): number {
    return countOf(this.#types)
  }

  /** The position up to which retention has removed records of any type. */
  get removedThrough(): number {
    return this.#types.reduce((most, type) => Math.max(most, type.removedThrough), 0)
  }

  byId(id: number): TypeRow | undefined {
    return this.#byId.get(id)
  }

  /** The type of this name, which is new to the log if there was none. */
  named(name: string): TypeRow {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const type = { id: this.#types.length + 1, name, appended: 0, removed: 0, removedThrough: 0 }
    this.#types.push(type)
    this.#index(type)
    return type
  }

  /** The types that one of the patterns covers; all without patterns. */
  covered(patterns: readonly string[] | undefined): readonly TypeRow[] {
    if (patterns === undefined) return this.#types
    const tokens = patterns.map(parsePattern)
    return this.#types.filter(({ name }) => {
      const parts = name.split('.')
      return tokens.some((pattern) => matchTokens(pattern, parts))
    })
  }

  #index(type: TypeRow): void {
    this.#byName.set(type.name, type)
    this.#byId.set(type.id, type)
  }
}

type TypeCells = [number, string, number, number, number, number]

/** How many records of these types there are. */
export function countOf(types: readonly TypeRow[]): number {
  return types.reduce((sum, { appended, removed }) => sum + appended - removed, 0)
}

/** Writes down what is known of a type. */
export function writeType(connection: Connection, type: TypeRow): void {
  connection
    .statement(
      'INSERT INTO types (id, name, appended, removed, removed_through, checksum) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET appended = excluded.appended, removed = excluded.removed, removed_through = excluded.removed_through, checksum = excluded.checksum',
    )
    .run(type.id, type.name, type.appended, type.removed, type.removedThrough, typeChecksum(type))
}

function typeChecksum({ id, name, appended, removed, removedThrough }: TypeRow): number {
  return checksumOf(`${id} ${appended} ${removed} ${removedThrough} ${name}`)
}

/** Writes down where the log ends. */
export function writeHead(connection: Connection, { log, last, hash }: Head): void {
  connection
    .statement(
      'INSERT OR REPLACE INTO head (one, log, last, hash, checksum) VALUES (1, ?, ?, ?, ?)',
    )
    .run(log, last, fromHex(hash), headChecksum({ log, last, hash }))
}

function readHead(connection: Connection): Head {
  const row = connection.statement('SELECT log, last, hash, checksum FROM head').first()
  if (areOfKinds(row ?? [], ['text', 'number', 'bytes', 'number'])) {
    const [log, last, bytes, checksum] = row as unknown as HeadCells
    const head = { log, last, hash: toHex(bytes) }
    if (checksum === headChecksum(head)) return head
  }
  throw new LogDamagedError('What the file says of its end is not what was written.', 0, 0)
}

type HeadCells = [string, number, Uint8Array, number]

function headChecksum({ log, last, hash }: Head): number {
  return checksumOf(`${last} ${hash} ${log}`)
}
