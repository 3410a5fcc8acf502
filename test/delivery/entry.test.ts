import { describe, expect, it } from 'vitest'
import { allOf, Entry, mostErrors, triesAfter } from '../../src/delivery/entry.ts'
import { hello, setUp } from '../support/buses.ts'

function entryOf(): Entry {
  return new Entry(setUp().bus.emitSync('note.made', hello, { priority: 'high' }), 3, 7)
}

describe('Entry', () => {
  it('knows the lane of its event, its depth and when it was accepted', () => {
    expect(entryOf()).toMatchObject({ lane: 1, depth: 3, acceptedAt: 7, keyed: false })
  })
})

describe('allOf', () => {
  it('tells the entry, and those of the batch that it leads', () => {
    const [lead, second, third] = [entryOf(), entryOf(), entryOf()]
    expect(allOf(lead)).toEqual([lead])
    lead.companions = [second, third]
    expect(allOf(lead)).toEqual([lead, second, third])
  })
})

describe('triesAfter', () => {
  it('begins with the first failure and goes on with each further one', () => {
    const first = triesAfter(undefined, 'a', 10)
    expect(first).toEqual({ count: 1, errors: ['a'], firstAt: 10, lastAt: 10 })
    expect(triesAfter(first, 'b', 25)).toEqual({
      count: 2,
      errors: ['a', 'b'],
      firstAt: 10,
      lastAt: 25,
    })
  })

  it('remembers the newest 10 errors, and counts all', () => {
    let tries = triesAfter(undefined, 1, 1)
    for (let count = 2; count <= 12; count += 1) tries = triesAfter(tries, count, count)
    expect(tries).toEqual({
      count: 12,
      errors: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      firstAt: 1,
      lastAt: 12,
    })
    expect(mostErrors).toBe(10)
  })
})
