import { crc32 } from 'node:zlib'
import { requireInteger, requireOptions } from '../errors/checks.ts'
import type { Decimal } from '../events/decimal.ts'
import type { BookLevel } from '../events/market.ts'
import { type BookChecksum, checksumInMetadata } from './order-book-checksum.ts'

/** Options of {@link okxChecksum}. */
export interface OkxChecksumOptions {
  /**
   * How many decimal places the venue writes prices with, 0 to 128. Default: as few as there are, which
   * is how OKX writes them (`30316`, not `30316.0`).
   */
  readonly priceDecimals?: number
  /** The same for sizes. */
  readonly sizeDecimals?: number
}

const levelsOfEachSide = 25

/**
 * The checksum of OKX's `books` channel: CRC-32, as a signed number of 32 bits, of the best 25 levels of
 * both sides in turn, `bidPrice:bidSize:askPrice:askSize:…`; where one side has fewer, the other goes on.
 * Expected in `event.metadata.checksum`.
 *
 * OKX has announced to send 0 instead from 23 June 2026 on ("Order Book Channels Checksum Field
 * Deprecation", 21 May 2026), so 0 counts as none: recordings from before are verified, and of live
 * books `sequence` and `previousSequence` (`seqId`, `prevSeqId`) are what finds a loss.
 *
 * Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 * @example
 * ```ts
 * using book = orderBook(bus, { symbol: 'BTC-USDT-SWAP', venue: 'okx', checksum: okxChecksum() })
 * ```
 */
export function okxChecksum(options: OkxChecksumOptions = {}): BookChecksum {
  requireOptions('okxChecksum', options, ['priceDecimals', 'sizeDecimals'])
  const { priceDecimals, sizeDecimals } = options
  if (priceDecimals !== undefined) requireInteger('priceDecimals', priceDecimals, 0, 128)
  if (sizeDecimals !== undefined) requireInteger('sizeDecimals', sizeDecimals, 0, 128)
  const written = ([price, size]: BookLevel): string =>
    `${spelling(price, priceDecimals)}:${spelling(size, sizeDecimals)}`
  return {
    in: (event) => checksumInMetadata(event) || undefined,
    of(book) {
      const bids = book.bids(levelsOfEachSide)
      const asks = book.asks(levelsOfEachSide)
      const parts: string[] = []
      for (let rank = 0; rank < Math.max(bids.length, asks.length); rank += 1) {
        if (rank < bids.length) parts.push(written(bids[rank]!))
        if (rank < asks.length) parts.push(written(asks[rank]!))
      }
      // The venue's number is signed.
      return crc32(parts.join(':')) | 0
    },
  }
}

function spelling(value: Decimal, places: number | undefined): string {
  return places === undefined ? value.toFixed() : value.toFixed(places)
}
