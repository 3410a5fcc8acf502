import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { OrderBookState } from '../src/desk/order-book-state.ts'
import { orderBook } from '../src/desk/order-book.ts'
import {
  createBus,
  Decimal,
  type OrderbookUpdate,
  type QuoteUpdate,
  SimulatedClock,
  type TradeTick,
} from '../src/index.ts'
import { captureFile } from '../test/support/capture.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

export const bookRows = {
  json: 'JSON.parse of each line',
  floor: 'the same, and the payloads with their Decimals, in a loop',
  levels: 'the same, and the book without a bus',
  emitted: 'the payloads emitted on a bus that nobody listens to',
  book: 'tradewire: parse, events and book, with quotes and each depth',
} as const

/** The messages of a capture as they become a book. */
export const bookScenario: Scenario = {
  id: 'desk-book',
  group: 'desk',
  unit: 'as said',
  title: 'The Binance capture, 93,954 messages with 443,521 level changes, as a book',
  processes: 3,
  async run({ quick }) {
    const file = captureFile()
    if (file === undefined) return []
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
    return measureSides(lines, quick ? 2 : 5)
  },
}

interface Message {
  readonly type: 'market.orderbook_update' | 'market.quote_update' | 'market.trade_tick'
  readonly data: OrderbookUpdate | QuoteUpdate | TradeTick
}

type Levels = readonly (readonly [string, string])[]

/** What each side returns must be this: how far it got. */
interface Side {
  run(lines: readonly string[]): number
  readonly expected: number
}

function measureSides(lines: readonly string[], rounds: number): Row[] {
  const rows: Row[] = []
  const samples = new Map<string, number[]>()
  for (let round = -2; round < rounds; round += 1) {
    for (const [key, { run, expected }] of Object.entries(sides)) {
      globalThis.gc?.()
      // Time on the processor, so that neighbours on the machine do not count.
      const before = process.cpuUsage()
      const found = run(lines)
      const { user, system } = process.cpuUsage(before)
      assert.equal(found, expected, key)
      const list = samples.get(key) ?? []
      samples.set(key, list)
      if (round >= 0) list.push((user + system) / 1_000)
    }
  }
  for (const key of Object.keys(bookRows) as (keyof typeof bookRows)[]) {
    rows.push({ name: `${bookRows[key]}, ms`, samples: samples.get(key)! })
  }
  return rows
}

/** Messages, but for the floor of JSON; levels at the end, where there is a book. */
const [messages, endLevels] = [93_954, 5_018 + 4_578]

const sides: Record<keyof typeof bookRows, Side> = {
  json: {
    expected: messages,
    run(lines) {
      let count = 0
      for (const line of lines) if (typeof parse(line) === 'object') count += 1
      return count
    },
  },
  floor: {
    expected: messages,
    run(lines) {
      let count = 0
      for (const line of lines) if (messageOf(parse(line)).data.symbol === 'BTCUSDT') count += 1
      return count
    },
  },
  levels: {
    expected: endLevels,
    run(lines) {
      const book = new OrderBookState()
      for (const line of lines) {
        const { type, data } = messageOf(parse(line))
        // The type says which payload it is.
        if (type === 'market.orderbook_update') book.apply(data as OrderbookUpdate)
      }
      return book.levels.bids + book.levels.asks
    },
  },
  emitted: {
    expected: messages,
    run(lines) {
      const bus = createBus({ clock: new SimulatedClock() })
      let last = 0
      for (const line of lines) last = emit(bus, messageOf(parse(line)))
      return last
    },
  },
  book: {
    expected: endLevels,
    run(lines) {
      const bus = createBus({ clock: new SimulatedClock() })
      using book = orderBook(bus, { symbol: 'BTCUSDT', depthIntervalMs: 0 })
      for (const line of lines) emit(bus, messageOf(parse(line)))
      assert.equal(book.stats.gaps + book.stats.crossed, 0)
      return book.levels.bids + book.levels.asks
    },
  },
}

function emit(bus: ReturnType<typeof createBus>, { type, data }: Message): number {
  return bus.emitSync(type, data).sequence
}

interface Raw {
  readonly stream?: string
  readonly data: Record<'e' | 's' | 'b' | 'B' | 'a' | 'A' | 'p' | 'q', string> &
    Record<'E' | 'u' | 'pu' | 't', number> & { readonly m: boolean }
  readonly lastUpdateId: number
  readonly E: number
  readonly bids: Levels
  readonly asks: Levels
}

function parse(line: string): Raw {
  return JSON.parse(line.slice(line.indexOf(' ') + 1)) as Raw
}

function messageOf(raw: Raw): Message {
  if (raw.stream === undefined) {
    const [bids, asks] = [levelsOf(raw.bids), levelsOf(raw.asks)]
    const common = { symbol: 'BTCUSDT', venue: 'binance', timestamp: raw.E }
    const data = { ...common, kind: 'snapshot', bids, asks, sequence: raw.lastUpdateId } as const
    return { type: 'market.orderbook_update', data }
  }
  const { data } = raw
  const common = { symbol: data.s, venue: 'binance', timestamp: data.E }
  if (data.e === 'bookTicker') {
    const [bidPrice, bidSize] = [new Decimal(data.b), new Decimal(data.B)]
    const [askPrice, askSize] = [new Decimal(data.a), new Decimal(data.A)]
    const quote = { ...common, bidPrice, bidSize, askPrice, askSize, sequence: data.u }
    return { type: 'market.quote_update', data: quote }
  }
  if (data.e === 'trade') {
    const [price, size] = [new Decimal(data.p), new Decimal(data.q)]
    const aggressorSide = data.m ? 'sell' : 'buy'
    const tick = { ...common, price, size, aggressorSide, tradeId: String(data.t) } as const
    return { type: 'market.trade_tick', data: tick }
  }
  const delta: OrderbookUpdate = {
    ...common,
    kind: 'delta',
    // Of a depth update these are lists.
    bids: levelsOf(data.b as unknown as Levels),
    asks: levelsOf(data.a as unknown as Levels),
    sequence: data.u,
    previousSequence: data.pu,
  }
  return { type: 'market.orderbook_update', data: delta }
}

function levelsOf(levels: Levels): OrderbookUpdate['bids'] {
  return levels.map(([price, size]) => [new Decimal(price), new Decimal(size)])
}
