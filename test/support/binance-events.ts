import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Decimal } from '../../src/events/decimal.ts'
import type { EncodedEvent } from '../../src/events/encoding.ts'
import { Envelope } from '../../src/events/envelope.ts'
import type { OrderbookUpdate, QuoteUpdate, TradeTick } from '../../src/events/market.ts'

type Levels = readonly (readonly [string, string])[]

interface Ticker {
  readonly e: 'bookTicker'
  readonly E: number
  readonly T: number
  readonly s: string
  readonly u: number
  readonly b: string
  readonly B: string
  readonly a: string
  readonly A: string
}

interface Trade {
  readonly e: 'trade'
  readonly E: number
  readonly T: number
  readonly s: string
  readonly t: number
  readonly p: string
  readonly q: string
  readonly X: string
  readonly m: boolean
}

interface Depth {
  readonly e: 'depthUpdate'
  readonly E: number
  readonly T: number
  readonly s: string
  readonly U: number
  readonly u: number
  readonly pu: number
  readonly b: Levels
  readonly a: Levels
}

interface Snapshot {
  readonly lastUpdateId: number
  readonly E: number
  readonly T: number
  readonly bids: Levels
  readonly asks: Levels
}

interface Streamed {
  readonly stream: string
  readonly data: Ticker | Trade | Depth
}

/** A line of the capture. Its text is what {@link textOf} makes of it. */
export interface Captured {
  /** When the machine got it, in nanoseconds since the Unix epoch, as the line says it. */
  readonly receivedAt: string
  readonly message: Streamed | Snapshot
}

/** The lines of a capture of Binance, in the order in which they came. */
export function readCapture(file: string): Captured[] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  return lines.map((line) => {
    const at = line.indexOf(' ')
    return {
      receivedAt: line.slice(0, at),
      message: JSON.parse(line.slice(at + 1)) as Streamed | Snapshot,
    }
  })
}

/** The line as it stands in the capture, byte by byte. */
export function textOf({ receivedAt, message }: Captured): string {
  return `${receivedAt} ${JSON.stringify(message)}`
}

/**
 * A message as an event. What the catalog has no field for stands in the metadata, so that
 * {@link messageOf} can give back all of it.
 */
export function eventOf({ receivedAt, message }: Captured, sequence: number): Envelope {
  const { type, data, metadata } = 'stream' in message ? streamed(message) : snapshot(message)
  return new Envelope(
    'capture',
    sequence,
    type,
    data,
    Number(receivedAt) / 1e6,
    'binance',
    1,
    'normal',
    { receivedAt, ...metadata },
    undefined,
    undefined,
    undefined,
  )
}

interface Draft {
  readonly type: string
  readonly data: QuoteUpdate | TradeTick | OrderbookUpdate
  readonly metadata: Readonly<Record<string, string | number | boolean>>
}

function streamed({ stream, data }: Streamed): Draft {
  const metadata = { stream, matchedAt: data.T }
  const common = { symbol: data.s, venue: 'binance', timestamp: data.E }
  if (data.e === 'bookTicker') {
    const [bidPrice, bidSize] = [new Decimal(data.b), new Decimal(data.B)]
    const [askPrice, askSize] = [new Decimal(data.a), new Decimal(data.A)]
    const quote = { ...common, bidPrice, bidSize, askPrice, askSize, sequence: data.u }
    return { type: 'market.quote_update', data: quote, metadata }
  }
  if (data.e === 'trade') {
    const aggressorSide = data.m ? ('sell' as const) : ('buy' as const)
    const [price, size] = [new Decimal(data.p), new Decimal(data.q)]
    const tick = { ...common, price, size, aggressorSide, tradeId: String(data.t) }
    return { type: 'market.trade_tick', data: tick, metadata: { ...metadata, kind: data.X } }
  }
  const delta: OrderbookUpdate = {
    ...common,
    kind: 'delta',
    bids: levelsOf(data.b),
    asks: levelsOf(data.a),
    sequence: data.u,
    previousSequence: data.pu,
  }
  return { type: 'market.orderbook_update', data: delta, metadata: { ...metadata, first: data.U } }
}

function snapshot({ lastUpdateId, E, T, bids, asks }: Snapshot): Draft {
  const data: OrderbookUpdate = {
    symbol: 'BTCUSDT',
    venue: 'binance',
    timestamp: E,
    kind: 'snapshot',
    bids: levelsOf(bids),
    asks: levelsOf(asks),
    sequence: lastUpdateId,
  }
  return { type: 'market.orderbook_update', data, metadata: { matchedAt: T } }
}

const levelsOf = (levels: Levels): OrderbookUpdate['bids'] =>
  levels.map(([price, size]) => [new Decimal(price), new Decimal(size)])

/** Decimals of the venue have so many digits behind the point; those of events have none to spare. */
const priceOf = (text: unknown): string => padded(text as string, 2)
const sizeOf = (text: unknown): string => padded(text as string, 3)

function padded(text: string, digits: number): string {
  const point = text.indexOf('.')
  if (point === -1) return `${text}.${'0'.repeat(digits)}`
  return text.padEnd(point + 1 + digits, '0')
}

const rawLevels = (levels: unknown): Levels =>
  (levels as Levels).map(([price, size]) => [priceOf(price), sizeOf(size)])

/** The message that an encoded event was made of, to the last digit. */
export function messageOf(event: EncodedEvent): Captured {
  const data = event.data as Readonly<Record<string, unknown>>
  const metadata = event.metadata!
  const receivedAt = metadata['receivedAt'] as string
  const times = { E: data['timestamp'] as number, T: metadata['matchedAt'] as number }
  if (data['kind'] === 'snapshot') {
    const [bids, asks] = [rawLevels(data['bids']), rawLevels(data['asks'])]
    return {
      receivedAt,
      message: { lastUpdateId: data['sequence'] as number, ...times, bids, asks },
    }
  }
  const common = { ...times, s: data['symbol'] as string }
  return {
    receivedAt,
    message: {
      stream: metadata['stream'] as string,
      data: rawOf(event.type, data, metadata, common),
    },
  }
}

function rawOf(
  type: string,
  data: Readonly<Record<string, unknown>>,
  metadata: NonNullable<EncodedEvent['metadata']>,
  common: Pick<Ticker, 'E' | 'T' | 's'>,
): Ticker | Trade | Depth {
  if (type === 'market.quote_update') {
    const [b, B] = [priceOf(data['bidPrice']), sizeOf(data['bidSize'])]
    const [a, A] = [priceOf(data['askPrice']), sizeOf(data['askSize'])]
    const { s, T, E } = common
    return { e: 'bookTicker', u: data['sequence'] as number, s, b, B, a, A, T, E }
  }
  if (type === 'market.trade_tick') {
    const [p, q] = [priceOf(data['price']), sizeOf(data['size'])]
    const [t, X] = [Number(data['tradeId']), metadata['kind'] as string]
    return { e: 'trade', ...common, t, p, q, X, m: data['aggressorSide'] === 'sell' }
  }
  const numbers = {
    U: metadata['first'] as number,
    u: data['sequence'] as number,
    pu: data['previousSequence'] as number,
  }
  const [b, a] = [rawLevels(data['bids']), rawLevels(data['asks'])]
  return { e: 'depthUpdate', ...common, ...numbers, b, a }
}
