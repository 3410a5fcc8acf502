import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Connection, Statement } from './sqlite-connection.ts'
import { type Directory, type TypeRow, writeHead, writeType } from './sqlite-directory.ts'
import { chainHash, checksumOf, fromHex, recordText } from './sqlite-record.ts'
import type { PlacedSecret, Seal, SealedBatches } from './sqlite-sealed.ts'
import { readZone, writeZone, type Zone, zoneOf } from './sqlite-zones.ts'
import type { StoredEvent } from './store.ts'

const insertRecord =
  'INSERT INTO records (position, type_id, ordinal, timestamp, source, correlation_id, sealed, event, checksum, previous) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'

/**
 * The positions that events get after `last`.
 *
 * @throws ConfigurationError `CONFIGURATION` if one that is given is not above every one before it.
 */
export function positionsOf(events: readonly StoredEvent[], last: number): number[] {
  let position = last
  return events.map((event) => {
    const next = event.position ?? position + 1
    if (next <= position) {
      throw new ConfigurationError(
        `The position ${next} was given to an event behind position ${position}: positions must rise.`,
      )
    }
    position = next
    return next
  })
}

/** One commit: inside a transaction, what has to be written for some events. */
export class RecordBatch {
  readonly #connection: Connection
  readonly #directory: Directory
  readonly #insert: Statement
  readonly #types = new Set<TypeRow>()
  #zone: Zone | undefined = undefined
  #hash: string
  #last: number

  constructor(connection: Connection, directory: Directory) {
    this.#connection = connection
    this.#directory = directory
    this.#insert = connection.statement(insertRecord)
    this.#hash = directory.head.hash
    this.#last = directory.head.last
  }

  /** Writes events at these positions. What the directory says is changed with it. */
  write(events: readonly StoredEvent[], positions: readonly number[], sealed: SealedBatches): void {
    const secrets = events.flatMap(({ secret }, index): PlacedSecret[] =>
      secret === undefined ? [] : [[positions[index]!, secret]],
    )
    const seals = sealed.write(this.#connection, this.#directory.head.log, secrets)
    for (const [index, event] of events.entries()) {
      const position = positions[index]!
      if (position !== this.#last + 1) writeGap(this.#connection, this.#last + 1, position - 1)
      this.#record(event, position, seals.get(position))
    }
    this.#finish()
  }

  #record(event: StoredEvent, position: number, seal: Seal | undefined): void {
    const type = this.#directory.named(event.type)
    type.appended += 1
    this.#types.add(type)
    const { timestamp, source, text, correlationId = null } = event
    const whole = recordText(
      position,
      event.type,
      type.appended,
      timestamp,
      source,
      correlationId,
      seal?.text ?? '',
      text,
    )
    this.#insert.run(
      position,
      type.id,
      type.appended,
      timestamp,
      source,
      correlationId,
      seal?.first ?? null,
      text,
      checksumOf(whole),
      fromHex(this.#hash),
    )
    this.#hash = chainHash(this.#hash, whole)
    this.#last = position
    this.#enterZone(
      position,
      timestamp,
      Buffer.byteLength(text) + Buffer.byteLength(event.secret ?? ''),
    )
  }

  /** Keeps the zone of the newest record at hand, and writes it down once it is left. */
  #enterZone(position: number, timestamp: number, bytes: number): void {
    const number = zoneOf(position)
    if (this.#zone?.zone !== number) {
      if (this.#zone !== undefined) writeZone(this.#connection, this.#zone)
      this.#zone = readZone(this.#connection, number) ?? {
        zone: number,
        lowest: timestamp,
        highest: timestamp,
        bytes: 0,
      }
    }
    const zone = this.#zone
    if (timestamp < zone.lowest) zone.lowest = timestamp
    if (timestamp > zone.highest) zone.highest = timestamp
    zone.bytes += bytes
  }

  #finish(): void {
    if (this.#zone !== undefined) writeZone(this.#connection, this.#zone)
    for (const type of this.#types) writeType(this.#connection, type)
    const { head } = this.#directory
    head.last = this.#last
    head.hash = this.#hash
    writeHead(this.#connection, head)
  }
}

/** Writes down that no record was ever appended from one position to another. */
function writeGap(connection: Connection, first: number, last: number): void {
  connection
    .statement('INSERT INTO gaps (first, last, checksum) VALUES (?, ?, ?)')
    .run(first, last, gapChecksum(first, last))
}

export function gapChecksum(first: number, last: number): number {
  return checksumOf(`${first} ${last}`)
}
