import { fc, test } from '@fast-check/vitest'
import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { type OutOfOrder, requireOutOfOrder, sortedWithin } from '../../src/backtest/sort-window.ts'
import type { TimedPayload } from '../../src/backtest/source.ts'
import { all, drained } from './source-files.ts'

const at = (time: number, data: object = {}): TimedPayload => ({ type: 'test.tick', data, time })

async function* cut(
  items: readonly TimedPayload[],
  size: number,
): AsyncGenerator<readonly TimedPayload[]> {
  for (let place = 0; place < items.length; place += size) yield items.slice(place, place + size)
}

const sorted = (
  withinMs: number,
  items: readonly TimedPayload[],
  size = 3,
): AsyncIterable<readonly TimedPayload[]> => sortedWithin(withinMs, 'ticks', cut(items, size))

describe('sortedWithin', () => {
  test.prop([
    fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3000, size: 'max' }),
    fc.integer({ min: 1, max: 2000 }),
  ])(
    'is what a stable sort makes of events that are late by the window at most',
    async (shifts, size) => {
      const items = shifts.map((shift, index) => at(Math.floor(index / 2) + shift, { index }))
      const expected = items.toSorted((left, right) => left.time! - right.time!)
      expect((await all(sorted(10, items, size))).flat()).toEqual(expected)
    },
  )

  it('gives events away as time goes on, and holds back what may be overtaken', async () => {
    const items = Array.from({ length: 4096 }, (_, index) => at(index))
    const given: number[] = []
    for await (const chunk of sorted(10, items, 1024)) given.push(chunk.length)
    expect(given).toEqual([1014, 1024, 1024, 1024, 10])
  })

  it('holds everything back if the window is wider than the data', async () => {
    const items = Array.from({ length: 4096 }, (_, index) => at(index))
    const given: number[] = []
    for await (const chunk of sorted(1e9, items, 1024)) given.push(chunk.length)
    expect(given).toEqual([4096])
  })

  it('refuses what comes later than the window allows, and gives what comes before', async () => {
    const { items, error } = await drained(sorted(2, [at(5), at(3), at(2.5), at(9)]))
    expect(items.flat()).toEqual([at(3), at(5)])
    expect(error).toMatchObject({
      code: 'SOURCE_ORDER',
      source: 'ticks',
      index: 2,
      time: 2.5,
      earliest: 3,
    })
  })

  it('refuses what is no event', async () => {
    const { items, error } = await drained(sorted(2, [at(5), {} as TimedPayload]))
    expect(items.flat()).toEqual([at(5)])
    expect(error).toMatchObject({ code: 'SOURCE_INVALID', index: 1 })
  })

  it('gives nothing of an empty source', async () => {
    expect(await all(sorted(2, []))).toEqual([])
  })
})

describe('outOfOrder', () => {
  it('is refuse, or a window', () => {
    expect(requireOutOfOrder('refuse')).toBe('refuse')
    expect(requireOutOfOrder({ sortWithinMs: 0 })).toEqual({ sortWithinMs: 0 })
    for (const wrong of [
      'sort',
      undefined,
      null,
      {},
      { sortWithinMs: -1 },
      { sortWithinMs: 1, more: 1 },
    ]) {
      expect(() => requireOutOfOrder(wrong as OutOfOrder)).toThrow(ConfigurationError)
    }
  })
})
