import { LogDamagedError } from './errors.ts'
import { areOfKinds } from './sqlite-cells.ts'
import type { Connection, Row } from './sqlite-connection.ts'
import { checksumOf, toHex } from './sqlite-record.ts'
import type { SealedBatches } from './sqlite-sealed.ts'
import type { Note, NoteKey, NoteKind } from './store.ts'

const columns = 'kind, name, number, text, key, nonce, tag, ciphertext, checksum'

type NoteRow = readonly [
  kind: NoteKind,
  name: string,
  number: number,
  text: string | null,
  key: string | null,
  nonce: Uint8Array | null,
  tag: Uint8Array | null,
  ciphertext: Uint8Array | null,
  checksum: number,
]

/** What is kept beside the events. With keys, all but the cursors of consumers is encrypted. */
export class Notes {
  readonly #connection: Connection
  readonly #sealed: SealedBatches
  readonly #log: string

  constructor(connection: Connection, sealed: SealedBatches, log: string) {
    this.#connection = connection
    this.#sealed = sealed
    this.#log = log
  }

  list(kind: NoteKind, name: string | undefined): readonly Note[] {
    const where = name === undefined ? 'kind = ?' : 'kind = ? AND name = ?'
    const sql = `SELECT ${columns} FROM notes WHERE ${where} ORDER BY name, number`
    const values = name === undefined ? [kind] : [kind, name]
    return this.#connection
      .statement(sql)
      .all(...values)
      .map((row) => this.#note(row))
  }

  upTo({ kind, name, number }: NoteKey): Note | undefined {
    const sql = `SELECT ${columns} FROM notes WHERE kind = ? AND name = ? AND number <= ? ORDER BY number DESC LIMIT 1`
    const row = this.#connection.statement(sql).first(kind, name, number)
    return row === undefined ? undefined : this.#note(row)
  }

  /** Inside a transaction. */
  write(put: readonly Note[], remove: readonly NoteKey[]): void {
    for (const { kind, name, number } of remove) {
      this.#connection
        .statement('DELETE FROM notes WHERE kind = ? AND name = ? AND number = ?')
        .run(kind, name, number)
    }
    for (const note of put) this.#put(note)
  }

  #put({ kind, name, number, text }: Note): void {
    const hide = this.#sealed.encrypts && kind !== 'consumer'
    const sealed = hide ? this.#sealed.seal(text, this.#context(kind, name, number)) : undefined
    const cells = [
      kind,
      name,
      number,
      hide ? null : text,
      sealed?.key ?? null,
      sealed?.nonce ?? null,
      sealed?.tag ?? null,
      sealed?.ciphertext ?? null,
    ] as const
    this.#connection
      .statement(`INSERT OR REPLACE INTO notes (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(...cells, noteChecksum(cells))
  }

  #note(row: Row): Note {
    const cells = row as unknown as NoteRow
    const [kind, name, number, text, key, nonce, tag, ciphertext] = cells
    requireNote(cells)
    if (key === null || nonce === null || tag === null || ciphertext === null) {
      return { kind, name, number, text: text ?? '' }
    }
    const context = this.#context(kind, name, number)
    return { kind, name, number, text: this.#sealed.open({ key, nonce, tag, ciphertext }, context) }
  }

  #context(kind: NoteKind, name: string, number: number): string {
    return `${this.#log}:${kind}:${number}:${name}`
  }
}

/** @throws LogDamagedError `LOG_DAMAGED` if a note is not what was written. Needs no key. */
export function requireNotes(connection: Connection): void {
  for (const row of connection.statement(`SELECT ${columns} FROM notes`).each()) {
    requireNote(row as unknown as NoteRow)
  }
}

function requireNote(cells: NoteRow): void {
  const [kind, name, number] = cells
  const right = areOfKinds([kind, name, number], ['text', 'text', 'number'])
  if (right && cells[8] === noteChecksum(cells)) return
  const at = kind === 'consumer' ? 0 : number
  throw new LogDamagedError(`A note of kind ${kind} is not what was written.`, at, at)
}

function noteChecksum(cells: readonly [...Parameters<typeof noteText>, ...unknown[]]): number {
  const [kind, name, number, text, key, nonce, tag, ciphertext] = cells
  return checksumOf(noteText(kind, name, number, text, key, nonce, tag, ciphertext))
}

function noteText(
  kind: string,
  name: string,
  number: number,
  text: string | null,
  key: string | null,
  nonce: Uint8Array | null,
  tag: Uint8Array | null,
  ciphertext: Uint8Array | null,
): string {
  // What is no bytes was not written so, and gets another checksum.
  const hex = [nonce, tag, ciphertext].map((bytes) =>
    bytes instanceof Uint8Array ? toHex(bytes) : (bytes ?? '-'),
  )
  return `${kind} ${number} ${hex.join(' ')} ${name.length} ${name}${key ?? ''} ${text ?? ''}`
}
