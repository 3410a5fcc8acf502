import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Decimal, type QuoteUpdate } from 'tradewire'

/** Where the real capture of Binance messages is, if it is anywhere; else says aloud that it is not. */
export function captureFile(): string | undefined {
  const folder = process.env['TRADEWIRE_DATA']
  const file = folder === undefined ? undefined : join(folder, 'btcusdt_20240808.gz')
  if (file !== undefined && existsSync(file)) return file
  console.error(
    `SKIPPED: the quote flood needs the capture btcusdt_20240808.gz, and TRADEWIRE_DATA is ${folder ?? 'not set'}.`,
  )
  return undefined
}

interface BookTicker {
  readonly stream: string
  readonly data: {
    readonly u: number
    readonly s: string
    readonly b: string
    readonly B: string
    readonly a: string
    readonly A: string
    readonly E: number
  }
}

/** The 66,089 best bids and asks of the capture, in the order in which they came. */
export function readQuotes(file: string): QuoteUpdate[] {
  const quotes: QuoteUpdate[] = []
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
    // The stream is named first; nothing else need be parsed.
    if (!line.includes('"stream":"btcusdt@bookTicker"')) continue
    const { data } = JSON.parse(line.slice(line.indexOf('{'))) as BookTicker
    quotes.push({
      symbol: data.s,
      venue: 'binance',
      timestamp: data.E,
      bidPrice: new Decimal(data.b),
      bidSize: new Decimal(data.B),
      askPrice: new Decimal(data.a),
      askSize: new Decimal(data.A),
      sequence: data.u,
    })
  }
  return quotes
}
