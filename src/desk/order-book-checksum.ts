import type { TradewireEvent } from '../events/envelope.ts'
import type { BookLevel } from '../events/market.ts'

/** What a checksum is computed from: the levels of a book. */
export interface BookView {
  /** At most `count` bids, highest price first. Default all. */
  bids(count?: number): readonly BookLevel[]
  /** At most `count` asks, lowest price first. Default all. */
  asks(count?: number): readonly BookLevel[]
}

/** How a venue proves that a book was rebuilt without a fault. */
export interface BookChecksum {
  /** The checksum of a book as it stands after an update. */
  of(book: BookView): number
  /** The checksum that came with an update; undefined if none did. */
  in(event: TradewireEvent): number | undefined
}

/** The number that an adapter has put into `event.metadata.checksum`, as payloads have no such field. */
export function checksumInMetadata(event: TradewireEvent): number | undefined {
  const checksum = event.metadata?.['checksum']
  return typeof checksum === 'number' ? checksum : undefined
}
