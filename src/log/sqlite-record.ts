import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Row } from './sqlite-connection.ts'

/** The cells of a record, in the order of {@link RecordRow}. */
export const recordColumns =
  'position, type_id, ordinal, timestamp, source, correlation_id, sealed, event, checksum'

/** What a row of {@link recordColumns} holds. */
export type RecordRow = readonly [
  position: number,
  typeId: number,
  ordinal: number,
  timestamp: number,
  source: string,
  correlationId: string | null,
  sealed: number | null,
  event: string,
  checksum: number,
]

/** A row of a query of {@link recordColumns}: the table is STRICT, so the cells are of these kinds. */
export function toRecordRow(row: Row): RecordRow {
  return row as unknown as RecordRow
}

/**
 * All that must not change of a record, as one text that no other record has: lengths go before
 * what may hold anything.
 *
 * @param seal the place and the digest of its encrypted batch; empty if it has none.
 */
export function recordText(
  position: number,
  type: string,
  ordinal: number,
  timestamp: number,
  source: string,
  correlationId: string | null,
  seal: string,
  event: string,
): string {
  const chain = correlationId === null ? '- ' : `${correlationId.length} ${correlationId}`
  return `${position} ${type} ${ordinal} ${timestamp} ${seal} ${source.length} ${source}${chain}${event}`
}

/** The checksum of a record, or of anything else that must not change. */
export function checksumOf(text: string): number {
  return crc32(text)
}

/** The hash of a record: it covers the hash of the one that was appended before it. */
export function chainHash(previous: string, text: string): string {
  return hash('sha256', previous + text, 'hex')
}

/** Bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Hexadecimal digits as bytes. */
export function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}
