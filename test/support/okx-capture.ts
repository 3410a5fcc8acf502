import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Decimal, type OrderbookUpdate } from 'tradewire'

/** Where the real capture of OKX messages is, if it is anywhere; else says aloud that it is not. */
export function okxCaptureFile(): string | undefined {
  const folder = process.env['TRADEWIRE_DATA']
  const file = folder === undefined ? undefined : join(folder, 'okx_20220513.ws.txt')
  if (file !== undefined && existsSync(file)) return file
  console.error(
    `SKIPPED: checksums of OKX need the capture okx_20220513.ws.txt, and TRADEWIRE_DATA is ${folder ?? 'not set'}.`,
  )
  return undefined
}

/** Price, size, liquidated orders, orders. */
type RawLevel = readonly [string, string, string, string]

interface BooksMessage {
  readonly arg: { readonly channel: 'books'; readonly instId: string }
  readonly action: 'snapshot' | 'update'
  readonly data: readonly [
    {
      readonly asks: readonly RawLevel[]
      readonly bids: readonly RawLevel[]
      readonly ts: string
      readonly checksum: number
    },
  ]
}

/** An update of a book, and the checksum that the venue gives the book after it. */
export interface OkxBook {
  readonly data: OrderbookUpdate
  readonly checksum: number
}

/** The lines of the capture, and the 290 of them that are of the channel `books`, in their order. */
export function readOkxBooks(file: string): { readonly lines: number; readonly books: OkxBook[] } {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const books: OkxBook[] = []
  for (const line of lines) {
    // What was sent, and what answers a subscription, is no book.
    if (!line.includes('"channel":"books"') || !line.includes('"checksum"')) continue
    books.push(bookOf(JSON.parse(line.slice(line.indexOf('{'))) as BooksMessage))
  }
  return { lines: lines.length, books }
}

function bookOf({ arg, action, data: [book] }: BooksMessage): OkxBook {
  return {
    checksum: book.checksum,
    data: {
      symbol: arg.instId,
      venue: 'okx',
      timestamp: Number(book.ts),
      kind: action === 'snapshot' ? 'snapshot' : 'delta',
      bids: levelsOf(book.bids),
      asks: levelsOf(book.asks),
    },
  }
}

const levelsOf = (levels: readonly RawLevel[]): OrderbookUpdate['bids'] =>
  levels.map(([price, size]) => [new Decimal(price), new Decimal(size)])
