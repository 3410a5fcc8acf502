import * as fc from 'fast-check'
import { type BookLevel, Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { BookSide } from '../../src/desk/order-book-side.ts'
import { requireProperty } from '../property/runs.ts'
import { decimalText } from '../support/decimals.ts'
import { levels, textOf } from './order-book-support.ts'

describe('BookSide', () => {
  it('has no best level while it is empty', () => {
    const bids = new BookSide('bid')
    expect(bids.best).toBeUndefined()
    expect(bids.top()).toEqual([])
    expect(bids.size).toBe(0)
  })

  it('has the highest bid and the lowest ask first', () => {
    const [bids, asks] = [new BookSide('bid'), new BookSide('ask')]
    for (const level of levels('100:1 101:2 99:3')) {
      bids.set(level)
      asks.set(level)
    }
    expect(textOf(bids.top())).toBe('101:2 100:1 99:3')
    expect(textOf(asks.top())).toBe('99:3 100:1 101:2')
    expect(textOf([bids.best!, asks.best!])).toBe('101:2 99:3')
    expect(textOf(bids.top(2))).toBe('101:2 100:1')
    expect(textOf(asks.top(5))).toBe('99:3 100:1 101:2')
    expect(bids.top(0)).toEqual([])
  })

  it('says how many levels are better than the one that changed', () => {
    const bids = new BookSide('bid')
    const ranks = levels('100:1 99:1 101:1 100:2 100:2 98:0 99:0 101:0 100:0').map((level) =>
      bids.set(level),
    )
    // Added: first, behind it, before it; changed: behind 101; the same again and one that is not
    // there: nothing; removed: 99 behind two, 101 as the best, 100 as the last.
    expect(ranks).toEqual([0, 1, 0, 1, -1, -1, 2, 0, 0])
    expect(bids.size).toBe(0)
  })

  it('finds the size at a price, however the price is written', () => {
    const asks = new BookSide('ask')
    asks.replace(levels('30316:4 30316.1:1'))
    expect(asks.sizeAt(new Decimal('30316.00'))?.toFixed()).toBe('4')
    expect(asks.sizeAt(new Decimal('3.03161e4'))?.toFixed()).toBe('1')
    expect(asks.sizeAt(new Decimal('30316.2'))).toBeUndefined()
  })

  it('tells prices apart that a float cannot', () => {
    for (const side of ['bid', 'ask'] as const) {
      const book = new BookSide(side)
      const tick = '0.0000000000000000000001'
      const base = new Decimal('61659.7')
      const [low, high] = [base.minus(tick), base.plus(tick)]
      for (const price of [high, base, low]) book.set([price, new Decimal(1)])
      const prices = book.top().map(([price]) => price.toFixed())
      const falling = [high, base, low].map((price) => price.toFixed())
      expect(prices).toEqual(side === 'bid' ? falling : falling.toReversed())
      expect(book.set([base, new Decimal(0)])).toBe(1)
      expect(book.sizeAt(base)).toBeUndefined()
      expect(book.sizeAt(high)?.toFixed()).toBe('1')
    }
  })

  it('keeps the order over zero, negative, tiny and huge prices', () => {
    const bids = new BookSide('bid')
    const rising = [
      '-1e40',
      '-37.63',
      '-0.5',
      '-1e-30',
      '0',
      '1e-30',
      '0.0001',
      '9.99',
      '1e7',
      '1e40',
    ]
    for (const price of [...rising.slice(5), ...rising.slice(0, 5)]) {
      bids.set([new Decimal(price), new Decimal(1)])
    }
    expect(bids.top().map(([price]) => price.toString())).toEqual(
      rising.map((price) => new Decimal(price).toString()).toReversed(),
    )
    expect(bids.set([new Decimal('-0'), new Decimal(0)])).toBe(5)
  })

  it('replaces all levels, in whatever order they come', () => {
    const bids = new BookSide('bid')
    bids.set(levels('500:1')[0]!)
    bids.replace(levels('98:1 100:2 99:3 97:0'))
    expect(textOf(bids.top())).toBe('100:2 99:3 98:1')
    bids.clear()
    expect(bids.top()).toEqual([])
  })

  it('is what a sorted map is after random changes', { timeout: 60_000 }, async () => {
    // Prices of one tick collide often; long ones differ behind what a float holds.
    const near = fc.integer({ min: -20, max: 20 }).map((ticks) => `${ticks / 10}`)
    const far = fc.integer({ min: 0, max: 3 }).map((digit) => `61659.70000000000000000${digit}`)
    const price = fc.oneof(near, near, far, decimalText)
    const size = fc.integer({ min: 0, max: 3 }).map(String)
    const change = fc.record({ price, size })
    const property = fc.asyncProperty(
      fc.constantFrom('bid', 'ask'),
      fc.array(change, { maxLength: 150, size: 'max' }),
      async (side, changes) => {
        const book = new BookSide(side)
        const reference = new Map<string, BookLevel>()
        let expected: BookLevel[] = []
        for (const { price: at, size: of } of changes) {
          const level: BookLevel = [new Decimal(at), new Decimal(of)]
          const key = level[0].plus(0).toFixed()
          if (level[1].isZero()) reference.delete(key)
          else reference.set(key, level)
          const after = sorted(side, reference)
          expect(book.set(level)).toBe(firstDifference(expected, after))
          expect(book.best).toBe(after[0])
          expected = after
        }
        expect(book.top()).toEqual(expected)
        expect(book.size).toBe(expected.length)
        for (const [at, of] of expected) expect(book.sizeAt(at)).toBe(of)
      },
    )
    expect(await requireProperty('levels of a book', property, 100)).toBe(100)
  })

  it('grows with its levels', () => {
    const asks = new BookSide('ask')
    for (let price = 3_000; price > 0; price -= 1) asks.set([new Decimal(price), new Decimal(1)])
    expect(asks.size).toBe(3_000)
    expect(asks.top().every(([price], index) => price.eq(index + 1))).toBe(true)
  })
})

function sorted(side: 'bid' | 'ask', map: ReadonlyMap<string, BookLevel>): BookLevel[] {
  const direction = side === 'bid' ? -1 : 1
  return [...map.values()].toSorted(([left], [right]) => left.cmp(right) * direction)
}

/** The first rank at which two lists of levels differ in price or size; -1 if they do not. */
function firstDifference(before: readonly BookLevel[], after: readonly BookLevel[]): number {
  const length = Math.max(before.length, after.length)
  for (let rank = 0; rank < length; rank += 1) {
    const [was, is] = [before[rank], after[rank]]
    if (was === undefined || is === undefined || !was[0].eq(is[0]) || !was[1].eq(is[1])) return rank
  }
  return -1
}
