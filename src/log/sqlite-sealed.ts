import { hash } from 'node:crypto'
import { LogDamagedError, LogKeyError } from './errors.ts'
import { type SealedText, Sealer, type EncryptionOptions } from './sealing.ts'
import { areOfKinds } from './sqlite-cells.ts'
import type { Connection } from './sqlite-connection.ts'

/** How many opened batches are kept: readers go from one to the next. */
const mostOpened = 16

/** The most secrets that are encrypted together. */
const mostTogether = 100

/** The most text that is encrypted together, in UTF-16 units, unless one secret has more. */
const mostText = 1 << 17

/** What a record carries whose secret is encrypted. */
export interface Seal {
  /** Where its batch begins. */
  readonly first: number
  /** The place and the digest of the batch, for the checksum of the record. */
  readonly text: string
}

/** Secrets of one commit, encrypted together. */
interface Batch extends SealedText {
  readonly first: number
  readonly events: number
  /** The place and the digest of what is stored; the records of the batch carry it in their checksums. */
  readonly seal: string
  /** By position, once somebody has asked. */
  secrets: ReadonlyMap<number, string> | undefined
}

/** A secret, and the position of the record that it belongs to. */
export type PlacedSecret = readonly [position: number, secret: string]

/** Encrypts what must not be read, and opens it for those who have the keys. */
export class SealedBatches {
  readonly #sealer: Sealer | undefined
  /** The newest opened, the newest last. */
  readonly #opened = new Map<number, Batch>()

  constructor(encryption: EncryptionOptions | undefined) {
    this.#sealer = encryption === undefined ? undefined : new Sealer(encryption)
  }

  /** Forgets what it has read. */
  clear(): void {
    this.#opened.clear()
  }

  /**
   * Writes the secrets of a commit, in batches that are small enough to be removed, and to be opened for
   * one record. Returns what each record has to carry, by position.
   */
  write(
    connection: Connection,
    log: string,
    secrets: readonly PlacedSecret[],
  ): ReadonlyMap<number, Seal> {
    const seals = new Map<number, Seal>()
    let batch: PlacedSecret[] = []
    let length = 0
    for (const [index, secret] of secrets.entries()) {
      batch.push(secret)
      length += secret[1].length
      const full = batch.length === mostTogether || length >= mostText
      if (!full && index + 1 < secrets.length) continue
      const seal = this.#writeBatch(connection, log, batch)
      for (const [position] of batch) seals.set(position, seal)
      batch = []
      length = 0
    }
    return seals
  }

  #writeBatch(connection: Connection, log: string, secrets: readonly PlacedSecret[]): Seal {
    const first = secrets[0]![0]
    const events = secrets.length
    const plain = secrets.map(([position, secret]) => `${position} ${secret}`).join('\n')
    const sealed = this.seal(plain, contextOf(log, first, events))
    connection
      .statement(
        'INSERT INTO sealed (first, events, key, nonce, tag, ciphertext) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(first, events, sealed.key, sealed.nonce, sealed.tag, sealed.ciphertext)
    return { first, text: sealOf(first, sealed) }
  }

  /**
   * What a record of the batch that begins at `first` carries.
   *
   * @throws LogDamagedError `LOG_DAMAGED` if the batch is not there.
   */
  sealAt(connection: Connection, first: number, position: number): string {
    return this.#batch(connection, first, position).seal
  }

  /**
   * The secret of a record whose checksum is right.
   *
   * @throws LogKeyError `LOG_KEY` without its key.
   */
  secret(connection: Connection, log: string, first: number, position: number): string {
    const batch = this.#batch(connection, first, position)
    batch.secrets ??= parseSecrets(this.open(batch, contextOf(log, first, batch.events)))
    const secret = batch.secrets.get(position)
    if (secret !== undefined) return secret
    throw new LogDamagedError(`The payload of record ${position} is missing.`, position, position)
  }

  /** Looks whether a batch opens, if its key was given. */
  requireKey(connection: Connection, log: string, first: number): void {
    const { events, ...batch } = this.#batch(connection, first, first)
    if (this.#sealer?.has(batch.key) === true) this.open(batch, contextOf(log, first, events))
  }

  /** Encrypts a text. */
  seal(plain: string, context: string): SealedText {
    if (this.#sealer !== undefined) return this.#sealer.seal(plain, context)
    throw new LogKeyError(
      '',
      'There is something to encrypt, and no key. Give the option encryption.',
    )
  }

  /** Whether there are keys. */
  get encrypts(): boolean {
    return this.#sealer !== undefined
  }

  /** Decrypts a text. */
  open(sealed: SealedText, context: string): string {
    if (this.#sealer !== undefined) return this.#sealer.open(sealed, context)
    throw new LogKeyError(
      sealed.key,
      `This log is encrypted with the key ${JSON.stringify(sealed.key)}. Open it with the option encryption.`,
    )
  }

  #batch(connection: Connection, first: number, position: number): Batch {
    const known = this.#opened.get(first)
    if (known !== undefined) return known
    const row = connection
      .statement('SELECT events, key, nonce, tag, ciphertext FROM sealed WHERE first = ?')
      .first(first)
    if (!areOfKinds(row ?? [], ['number', 'text', 'bytes', 'bytes', 'bytes'])) {
      throw new LogDamagedError(
        `The encrypted payload of record ${position} is missing, or not what was written.`,
        position,
        position,
      )
    }
    const [events, key, nonce, tag, ciphertext] = row as unknown as [
      number,
      string,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const sealed = { key, nonce, tag, ciphertext }
    const batch = { ...sealed, first, events, seal: sealOf(first, sealed), secrets: undefined }
    const [oldest] = this.#opened.keys()
    if (oldest !== undefined && this.#opened.size >= mostOpened) this.#opened.delete(oldest)
    this.#opened.set(first, batch)
    return batch
  }
}

/** What the ciphertext is bound to: it cannot be moved to another log or place. */
function contextOf(log: string, first: number, events: number): string {
  return `${log}:${first}:${events}`
}

function sealOf(first: number, { key, nonce, tag, ciphertext }: SealedText): string {
  return `${first}:${hash('sha256', Buffer.concat([Buffer.from(`${key}\n`), nonce, tag, ciphertext]), 'hex')}`
}

/** JSON has no line breaks, so each line is one secret. */
function parseSecrets(plain: string): ReadonlyMap<number, string> {
  return new Map(
    plain.split('\n').map((line) => {
      const end = line.indexOf(' ')
      return [Number(line.slice(0, end)), line.slice(end + 1)]
    }),
  )
}
