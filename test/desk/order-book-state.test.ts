import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookView } from '../../src/desk/order-book-checksum.ts'
import { OrderBookState } from '../../src/desk/order-book-state.ts'
import { requireProperty } from '../property/runs.ts'
import { delta, levels, snapshot, textOf } from './order-book-support.ts'

const sidesOf = (book: OrderBookState): string => `${textOf(book.bids())} | ${textOf(book.asks())}`

describe('OrderBookState', () => {
  it('is empty until something comes', () => {
    const book = new OrderBookState()
    expect(book.standing).toBe('empty')
    expect(book.bestBid ?? book.bestAsk ?? book.sequence ?? book.mismatch).toBeUndefined()
    expect(book.takeTouched()).toBe(Infinity)
  })

  it('is live with a snapshot, and changes with what follows', () => {
    const book = new OrderBookState()
    expect(book.apply(snapshot('100:1 99:2', '101:3', 10))).toBe('applied')
    expect(book.bridging).toBe(true)
    expect(book.apply(delta('100:0 98:4', '101:5', 10, 12))).toBe('applied')
    expect(book.bridging).toBe(false)
    expect(sidesOf(book)).toBe('99:2 98:4 | 101:5')
    expect(book.levels).toEqual({ bids: 2, asks: 1 })
    expect(book.sequence).toBe(12)
    expect(book.sizeAt('bid', levels('98:1')[0]![0])?.toFixed()).toBe('4')
    expect(book.sizeAt('ask', levels('101:1')[0]![0])?.toFixed()).toBe('5')
    expect(book.stats).toMatchObject({ snapshots: 1, deltas: 1, levelChanges: 3, crossed: 0 })
  })

  it('holds deltas until a snapshot, drops the old ones and goes on with the one that reaches over it', () => {
    const book = new OrderBookState()
    expect(book.apply(delta('90:1', '', 0, 4))).toBe('buffered')
    expect(book.apply(delta('91:1', '', 4, 8))).toBe('buffered')
    expect(book.apply(delta('92:1', '', 8, 12))).toBe('buffered')
    expect(book.apply(delta('93:1', '', 12, 15))).toBe('buffered')
    expect(book.standing).toBe('waiting')
    expect(sidesOf(book)).toBe(' | ')
    expect(book.apply(snapshot('50:1', '150:1', 10))).toBe('applied')
    expect(sidesOf(book)).toBe('93:1 92:1 50:1 | 150:1')
    expect(book.sequence).toBe(15)
    expect(book.stats).toMatchObject({ buffered: 4, staleDropped: 2, deltas: 4, gaps: 0 })
  })

  it('finds a gap, shows nothing, and goes on from the next snapshot with what it held', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    book.apply(delta('100:2', '', 10, 12))
    expect(book.apply(delta('100:3', '', 13, 15))).toBe('gap')
    expect(book.mismatch).toEqual({ expected: 12, found: 13 })
    expect(book.standing).toBe('waiting')
    expect(book.bestBid ?? book.sequence).toBeUndefined()
    expect(book.apply(delta('99:4', '', 15, 16))).toBe('buffered')
    expect(book.apply(snapshot('100:9', '101:9', 14))).toBe('applied')
    expect(sidesOf(book)).toBe('100:3 99:4 | 101:9')
    expect(book.stats.gaps).toBe(1)
  })

  it('finds a gap right behind a snapshot', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    expect(book.apply(delta('100:3', '', 11, 15))).toBe('gap')
  })

  it('finds a gap among the deltas that it held, and keeps those behind it', () => {
    const book = new OrderBookState()
    book.apply(delta('90:1', '', 8, 12))
    book.apply(delta('91:1', '', 13, 14))
    book.apply(delta('92:1', '', 14, 16))
    expect(book.apply(snapshot('50:1', '150:1', 10))).toBe('gap')
    expect(book.standing).toBe('waiting')
    expect(book.apply(snapshot('60:1', '150:1', 13))).toBe('applied')
    expect(sidesOf(book)).toBe('92:1 91:1 60:1 | 150:1')
  })

  it('refuses a snapshot that is older than what it holds', () => {
    const book = new OrderBookState()
    book.apply(delta('90:1', '', 8, 12))
    expect(book.apply(snapshot('50:1', '150:1', 7))).toBe('outdated')
    expect(book.mismatch).toEqual({ expected: 7, found: 8 })
    expect(book.standing).toBe('waiting')
    expect(book.apply(snapshot('50:1', '150:1', 8))).toBe('applied')
    expect(sidesOf(book)).toBe('90:1 50:1 | 150:1')
    expect(book.stats).toMatchObject({ gaps: 1, snapshots: 2 })
  })

  it('ignores what came before, and what comes again', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    expect(book.apply(delta('100:7', '', 5, 10))).toBe('ignored')
    book.apply(delta('100:2', '', 10, 12))
    expect(book.apply(delta('100:7', '', 10, 12))).toBe('ignored')
    expect(book.apply(delta('100:7', '', 5, 9))).toBe('ignored')
    expect(sidesOf(book)).toBe('100:2 | 101:1')
    expect(book.stats.repeated).toBe(3)
  })

  it('goes on where a venue begins to count anew', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 500))
    expect(book.apply(delta('100:2', '', 500, 3))).toBe('applied')
    expect(book.apply(delta('100:3', '', 3, 4))).toBe('applied')
    expect(book.sequence).toBe(4)
  })

  it('takes an update without changes, which follows itself', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    book.takeTouched()
    expect(book.apply(delta('', '', 10, 10))).toBe('applied')
    expect(book.takeTouched()).toBe(Infinity)
  })

  it('needs only rising numbers where updates do not say what they follow', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    expect(book.apply(delta('100:2', '', undefined, 11))).toBe('applied')
    expect(book.apply(delta('100:3', '', undefined, 15))).toBe('applied')
    expect(book.apply(delta('100:4', '', undefined, 15))).toBe('ignored')
    expect(book.bestBid![1].toFixed()).toBe('3')
  })

  it('applies updates without numbers in the order in which they come', () => {
    const book = new OrderBookState()
    expect(book.apply(delta('99:9', ''))).toBe('ignored')
    expect(book.standing).toBe('waiting')
    book.apply(snapshot('100:1', '101:1'))
    expect(book.apply(delta('100:2', ''))).toBe('applied')
    expect(book.apply(delta('99:1', ''))).toBe('applied')
    expect(sidesOf(book)).toBe('100:2 99:1 | 101:1')
    expect(book.sequence).toBeUndefined()
    expect(book.stats).toMatchObject({ staleDropped: 1, buffered: 0 })
  })

  it('keeps its number over a delta that has none', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    expect(book.apply(delta('100:2', ''))).toBe('applied')
    expect(book.sequence).toBe(10)
  })

  it('drops what it held when a snapshot has no number', () => {
    const book = new OrderBookState()
    book.apply(delta('90:1', '', 8, 12))
    expect(book.apply(snapshot('100:1', '101:1'))).toBe('applied')
    expect(sidesOf(book)).toBe('100:1 | 101:1')
    expect(book.stats.staleDropped).toBe(1)
    expect(book.bridging).toBe(false)
  })

  it('is replaced by a snapshot while it is live', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 10))
    book.apply(delta('100:2', '', 10, 12))
    expect(book.apply(snapshot('90:1', '91:1', 20))).toBe('applied')
    expect(sidesOf(book)).toBe('90:1 | 91:1')
    expect(book.takeTouched()).toBe(0)
    expect(book.apply(delta('90:2', '', 19, 21))).toBe('applied')
  })

  it('lets the oldest go when it holds too many, says so once, and wants a snapshot that has them', () => {
    const book = new OrderBookState({ bufferCapacity: 2 })
    const next = (sequence: number) => book.apply(delta(`${sequence}:1`, '', undefined, sequence))
    expect([1, 2, 3, 4, 5].map(next)).toEqual([
      'buffered',
      'buffered',
      'overflow',
      'buffered',
      'buffered',
    ])
    expect(book.stats).toMatchObject({ overflowed: 3, buffered: 5 })
    expect(book.apply(snapshot('0.5:1', '', 2))).toBe('outdated')
    expect(book.mismatch).toEqual({ expected: 3, found: 2 })
    expect(book.apply(snapshot('0.5:1', '', 3))).toBe('applied')
    expect(sidesOf(book)).toBe('5:1 4:1 0.5:1 | ')
    book.reset()
    expect([6, 7, 8].map(next)).toEqual(['buffered', 'buffered', 'overflow'])
  })

  it('counts updates after which the book is crossed or locked, and stays live', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1', '101:1', 1))
    book.apply(delta('101:1', '', 1, 2))
    book.apply(delta('102:1', '', 2, 3))
    book.apply(delta('102:0 101:0', '', 3, 4))
    expect(book.standing).toBe('live')
    expect(book.stats.crossed).toBe(2)
  })

  it('says which ranks have changed', () => {
    const book = new OrderBookState()
    book.apply(snapshot('100:1 99:1 98:1', '101:1 102:1', 1))
    expect(book.takeTouched()).toBe(0)
    book.apply(delta('98:2', '102:3', 1, 2))
    expect(book.takeTouched()).toBe(1)
    book.apply(delta('98:3', '', 2, 3))
    expect(book.takeTouched()).toBe(2)
    expect(book.takeTouched()).toBe(Infinity)
  })

  describe('with a checksum', () => {
    // The sum of the best sizes, which a hand can compute.
    const checksumOf = (book: BookView): number =>
      [...book.bids(1), ...book.asks(1)].reduce((sum, [, size]) => sum + size.toNumber(), 0)

    it('is lost when it differs, and wants a snapshot that is no older', () => {
      const book = new OrderBookState({ checksumOf })
      expect(book.apply(snapshot('100:1', '101:1', 10), 2)).toBe('applied')
      expect(book.apply(delta('100:5', '', 10, 11), 6)).toBe('applied')
      expect(book.apply(delta('100:6', '', 11, 12))).toBe('applied')
      expect(book.apply(delta('100:7', '', 12, 13), 9)).toBe('checksum')
      expect(book.mismatch).toEqual({ expected: 9, found: 8 })
      expect(book.standing).toBe('waiting')
      expect(book.apply(snapshot('100:7', '101:1', 12), 8)).toBe('outdated')
      expect(book.apply(snapshot('100:7', '101:1', 13), 8)).toBe('applied')
      expect(book.stats.checksumFailures).toBe(1)
    })

    it('is lost with a snapshot that is wrong itself', () => {
      const book = new OrderBookState({ checksumOf })
      expect(book.apply(snapshot('100:1', '101:1'), 3)).toBe('checksum')
      expect(book.apply(snapshot('100:1', '101:1'), 2)).toBe('applied')
    })

    it('is lost with a delta that it held, and keeps those behind it', () => {
      const book = new OrderBookState({ checksumOf })
      book.apply(delta('100:5', '', 9, 11), 7)
      book.apply(delta('100:6', '', 11, 12), 7)
      expect(book.apply(snapshot('100:1', '101:1', 10), 2)).toBe('checksum')
      expect(book.apply(snapshot('100:5', '101:1', 11), 6)).toBe('applied')
      expect(sidesOf(book)).toBe('100:6 | 101:1')
    })
  })

  it(
    'rebuilds any book from random losses, copies and snapshots',
    { timeout: 60_000 },
    async () => {
      const change = fc.record({
        side: fc.constantFrom('bid' as const, 'ask' as const),
        price: fc.integer({ min: 1, max: 30 }),
        size: fc.integer({ min: 0, max: 4 }),
      })
      const step = fc.record({
        changes: fc.array(change, { maxLength: 6 }),
        fate: fc.constantFrom('come', 'come', 'come', 'come', 'twice', 'lost', 'snapshot'),
        lateBy: fc.integer({ min: 0, max: 3 }),
      })
      const property = fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        async (all) => {
          const book = new OrderBookState()
          const venue = { bid: new Map<number, number>(), ask: new Map<number, number>() }
          const past: { sequence: number; bids: string; asks: string }[] = []
          const text = (side: 'bid' | 'ask'): string =>
            [...venue[side]]
              .toSorted(([left], [right]) => (side === 'bid' ? right - left : left - right))
              .map(([price, size]) => `${price}:${size}`)
              .join(' ')
          for (const [index, { changes, fate, lateBy }] of all.entries()) {
            const listed = (side: 'bid' | 'ask'): string =>
              changes
                .filter((one) => one.side === side)
                .map(({ price, size }) => `${price}:${size}`)
                .join(' ')
            for (const { side, price, size } of changes) {
              if (size === 0) venue[side].delete(price)
              else venue[side].set(price, size)
            }
            past.push({ sequence: index + 1, bids: text('bid'), asks: text('ask') })
            const update = delta(listed('bid'), listed('ask'), index, index + 1)
            if (fate !== 'lost') book.apply(update)
            if (fate === 'twice') book.apply(update)
            if (fate === 'snapshot' && book.standing !== 'live') {
              const seen = past[Math.max(0, index - lateBy)]!
              book.apply(snapshot(seen.bids, seen.asks, seen.sequence))
            }
            // A live book is the venue's as it was at the book's number, and at the last one unless lost.
            if (book.standing !== 'live') expect(sidesOf(book)).toBe(' | ')
            else {
              const { sequence, bids, asks } = past[book.sequence! - 1]!
              expect(sidesOf(book)).toBe(`${bids} | ${asks}`)
              if (fate !== 'lost') expect(sequence).toBe(index + 1)
            }
          }
        },
      )
      expect(await requireProperty('books with losses', property, 300)).toBe(300)
    },
  )
})
