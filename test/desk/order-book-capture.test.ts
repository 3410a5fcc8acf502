import { createBus, type OrderbookUpdate, SimulatedClock, type TradingEvent } from 'tradewire'
import { beforeAll, describe, expect, it } from 'vitest'
import { orderBook } from '../../src/desk/order-book.ts'
import { eventOf, readCapture } from '../support/binance-events.ts'
import { captureFile } from '../support/capture.ts'
import { textOf } from './order-book-support.ts'

const capture = captureFile()

/** The updates of the book in the capture, 6,551 deltas and the snapshot, as they came. */
function readUpdates(): OrderbookUpdate[] {
  return readCapture(capture!).flatMap((captured, index) => {
    const { type, data } = eventOf(captured, index + 1)
    return type === 'market.orderbook_update' ? [data as OrderbookUpdate] : []
  })
}

const levelCount = ({ bids, asks }: OrderbookUpdate): number => bids.length + asks.length

describe.runIf(capture !== undefined)(
  'orderBook of the Binance capture',
  { timeout: 120_000 },
  () => {
    let updates: OrderbookUpdate[] = []

    beforeAll(() => {
      updates = readUpdates()
    }, 120_000)

    function setUp(requestSnapshot?: () => void) {
      const clock = new SimulatedClock({ start: updates[0]!.timestamp })
      const bus = createBus({ clock, history: 0, onError: (error) => expect.fail(String(error)) })
      const emitted: TradingEvent[] = []
      bus.on('*', (event) => {
        if (event.source === 'order-book') emitted.push(event)
        if (event.type === 'system.error') expect.fail(event.data.message)
      })
      const options = { symbol: 'BTCUSDT', venue: 'binance' }
      const book = orderBook(bus, { ...options, ...(requestSnapshot && { requestSnapshot }) })
      return { clock, bus, book, emitted }
    }

    it('goes live after four old deltas, has no gap, is never crossed, and ends as the venue did', async () => {
      const { clock, bus, book, emitted } = setUp()
      const states: string[] = []
      for (const update of updates) {
        // The venue's times go back a little at times; a clock does not.
        await clock.advanceTo(Math.max(clock.now(), update.timestamp))
        bus.emitSync('market.orderbook_update', update)
        states.push(book.state)
        const [bid, ask] = [book.bestBid, book.bestAsk]
        if (bid !== undefined && ask !== undefined) expect(bid[0].lt(ask[0])).toBe(true)
      }
      const before = updates.findIndex(({ kind }) => kind === 'snapshot')
      expect(states.indexOf('live')).toBe(before)
      expect(states.slice(before).every((state) => state === 'live')).toBe(true)
      const deltas = updates.filter(({ kind }) => kind === 'delta')
      const listed = deltas.map(levelCount).reduce((sum, count) => sum + count)
      const stale = deltas.slice(0, 4).map(levelCount)
      // 443,521 level changes came, 53 + 29 + 51 + 27 + 26 + 18 + 28 + 27 = 259 of them too early.
      expect([listed, stale]).toEqual([443_521, [82, 78, 44, 55]])
      expect(book.stats).toEqual({
        snapshots: 1,
        deltas: 6_551,
        levelChanges: 443_521 - 259,
        buffered: before,
        overflowed: 0,
        staleDropped: 4,
        gaps: 0,
        repeated: 0,
        crossed: 0,
        checksumFailures: 0,
      })
      expect([book.bestBid![0].toFixed(), book.bestAsk![0].toFixed()]).toEqual([
        '61659.7',
        '61659.8',
      ])
      expect(book.levels).toEqual({ bids: 5_018, asks: 4_578 })
      const counts = Map.groupBy(emitted, ({ type }) => type)
      expect([...counts.keys()].toSorted()).toEqual(['market.depth_update', 'market.quote_update'])
      // 344 s have no more than 3,450 tenths of a second.
      expect(counts.get('market.depth_update')!.length).toBeGreaterThan(2_000)
      expect(counts.get('market.depth_update')!.length).toBeLessThanOrEqual(3_450)
    })

    it('finds a delta that is missing, requests a snapshot and recovers', async () => {
      const lost = 3_000
      const reference = setUp()
      const asks: number[] = []
      const { bus, book, emitted } = setUp(() => asks.push(updates[next]!.sequence!))
      let next = 0
      for (; next < updates.length; next += 1) {
        reference.bus.emitSync('market.orderbook_update', updates[next]!)
        if (next !== lost) bus.emitSync('market.orderbook_update', updates[next]!)
        if (next > lost && next < lost + 40) {
          expect(book.state).toBe('waiting')
          expect(book.bestBid).toBeUndefined()
        }
        if (next === lost + 40) {
          // What the venue would answer: its book as it was, ten updates ago, with that number.
          bus.emitSync('market.orderbook_update', bookAt(updates, lost + 30))
        }
      }
      expect(asks).toEqual([updates[0]!.sequence, updates[lost + 1]!.sequence])
      const warnings = emitted.filter(({ type }) => type === 'system.warning')
      expect(warnings.map(({ data }) => (data as { code: string }).code)).toEqual([
        'order_book_gap',
      ])
      expect(book.stats).toMatchObject({ gaps: 1, snapshots: 2, repeated: 0, staleDropped: 4 + 30 })
      expect(textOf(book.bids())).toBe(textOf(reference.book.bids()))
      expect(textOf(book.asks())).toBe(textOf(reference.book.asks()))
    })
  },
)

/** The book after the update of an index, as a snapshot: a map and a sort. */
function bookAt(updates: readonly OrderbookUpdate[], index: number): OrderbookUpdate {
  const first = updates.findIndex(({ kind }) => kind === 'snapshot')
  const snapshot = updates[first]!
  const bids = new Map(snapshot.bids.map((level) => [level[0].toFixed(), level]))
  const asks = new Map(snapshot.asks.map((level) => [level[0].toFixed(), level]))
  for (const update of [...updates.slice(4, first), ...updates.slice(first + 1, index + 1)]) {
    for (const [side, map] of [[update.bids, bids] as const, [update.asks, asks] as const]) {
      for (const level of side) {
        if (level[1].isZero()) map.delete(level[0].toFixed())
        else map.set(level[0].toFixed(), level)
      }
    }
  }
  return {
    ...snapshot,
    bids: [...bids.values()].toSorted(([left], [right]) => right.cmp(left)),
    asks: [...asks.values()].toSorted(([left], [right]) => left.cmp(right)),
    sequence: updates[index]!.sequence!,
  }
}
