import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { BookSide } from '../src/desk/order-book-side.ts'
import { compareDecimals } from '../src/events/decimal.ts'
import { type BookLevel, Decimal } from '../src/index.ts'
import { captureFile } from '../test/support/capture.ts'
import type { Row } from './measure.ts'
import type { Scenario } from './scenario.ts'

/** A side of a book: ours, or one that lost. See docs/decisions/0009-order-book-levels.md. */
interface Side {
  readonly size: number
  set(level: BookLevel): unknown
}

type Direction = 1 | -1

/** The place of a price among levels that rise towards the best; -1 less it, if there is none. */
function find(levels: readonly BookLevel[], price: Decimal, direction: Direction): number {
  let low = 0
  let high = levels.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareDecimals(levels[middle]![0], price) * direction
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return -1 - low
}

function change(levels: BookLevel[], level: BookLevel, direction: Direction): void {
  const place = find(levels, level[0], direction)
  if (level[1].isZero()) {
    if (place >= 0) levels.splice(place, 1)
  } else if (place >= 0) levels[place] = level
  else levels.splice(-1 - place, 0, level)
}

/** One array of levels, binary search with compareDecimals, splice. */
class ArraySide implements Side {
  readonly #levels: BookLevel[] = []
  readonly #direction: Direction

  constructor(direction: Direction) {
    this.#direction = direction
  }

  get size(): number {
    return this.#levels.length
  }

  set(level: BookLevel): void {
    change(this.#levels, level, this.#direction)
  }
}

/** Arrays of at most 512 levels each. */
class ChunkedSide implements Side {
  readonly #chunks: BookLevel[][] = [[]]
  readonly #direction: Direction

  constructor(direction: Direction) {
    this.#direction = direction
  }

  get size(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0)
  }

  set(level: BookLevel): void {
    const chunks = this.#chunks
    let index = chunks.length - 1
    while (index > 0 && compareDecimals(chunks[index]![0]![0], level[0]) * this.#direction > 0) {
      index -= 1
    }
    const chunk = chunks[index]!
    change(chunk, level, this.#direction)
    if (chunk.length > 512) chunks.splice(index + 1, 0, chunk.splice(256))
    else if (chunk.length === 0 && chunks.length > 1) chunks.splice(index, 1)
  }
}

const kinds: Readonly<Record<string, (direction: Direction) => Side>> = {
  'one array of levels': (direction) => new ArraySide(direction),
  'arrays of at most 512 levels': (direction) => new ChunkedSide(direction),
  'BookSide: floats and slots': (direction) => new BookSide(direction === 1 ? 'bid' : 'ask'),
}

/** What a level change of the capture costs in each kind of side. Payloads are made outside the time. */
export const sidesScenario: Scenario = {
  id: 'book-sides',
  group: 'desk',
  unit: 'ns',
  title: 'A level change in a book of 5,000 levels a side',
  processes: 3,
  async run({ quick }) {
    const file = captureFile()
    if (file === undefined) return []
    const updates = readUpdates(file)
    const samples = Object.keys(kinds).map((name): Row & { samples: number[] } => ({
      name,
      samples: [],
    }))
    for (let round = -1; round < (quick ? 1 : 4); round += 1) {
      for (const { name, samples: list } of samples) {
        globalThis.gc?.()
        const nanoseconds = timeOf(kinds[name]!, updates)
        if (round >= 0) list.push(nanoseconds)
      }
    }
    return samples
  },
}

interface Update {
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
}

function timeOf(kind: (direction: Direction) => Side, updates: readonly Update[]): number {
  const [bids, asks] = [kind(1), kind(-1)]
  let microseconds = 0
  let changes = 0
  for (const update of updates) {
    const lists = [update.bids, update.asks].map((levels) =>
      levels.map(([price, size]): BookLevel => [new Decimal(price), new Decimal(size)]),
    )
    const before = process.threadCpuUsage()
    for (const level of lists[0]!) bids.set(level)
    for (const level of lists[1]!) asks.set(level)
    const { user, system } = process.threadCpuUsage(before)
    microseconds += user + system
    changes += lists[0]!.length + lists[1]!.length
  }
  assert.deepEqual([bids.size, asks.size], [5_018, 4_578])
  return (microseconds * 1_000) / changes
}

/** The snapshot, and the deltas but for the four that are older. */
function readUpdates(file: string): Update[] {
  const early: Update[] = []
  const updates: Update[] = []
  for (const line of gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')) {
    const json = line.slice(line.indexOf(' ') + 1)
    if (json.includes('"lastUpdateId"')) {
      updates.push(JSON.parse(json) as Update, ...early.slice(4))
    } else if (json.includes('"depthUpdate"')) {
      const { data } = JSON.parse(json) as { data: { b: Update['bids']; a: Update['asks'] } }
      const list = updates.length === 0 ? early : updates
      list.push({ bids: data.b, asks: data.a })
    }
  }
  return updates
}
