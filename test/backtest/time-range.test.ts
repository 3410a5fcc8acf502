import { describe, expect, it } from 'vitest'
import type { MergedChunk } from '../../src/backtest/merge.ts'
import { fractionOf } from '../../src/backtest/source-fraction.ts'
import { within } from '../../src/backtest/time-range.ts'

/** A chunk of times; its buffers are longer than it, as they may be. */
function chunk(...times: number[]): MergedChunk {
  const items = times.map((time) => ({ type: 'x.y', data: { time } }))
  const buffer = new Float64Array(times.length + 3)
  buffer.set(times)
  return { items, times: buffer, sources: new Uint32Array(times.length + 3).fill(7) }
}

/** The times that come through, by chunk, and whether the rest was closed unread. */
async function through(chunks: readonly MergedChunk[], from?: number, until?: number) {
  const state = { read: 0, closed: false }
  async function* source() {
    try {
      for (const each of chunks) {
        state.read += 1
        yield each
      }
    } finally {
      state.closed = true
    }
  }
  const times: number[][] = []
  for await (const { items, times: buffer, sources } of within(source(), from, until)) {
    const own = items.map(({ data }) => (data as { time: number }).time)
    expect([...buffer.subarray(0, items.length)]).toEqual(own)
    expect(sources.length).toBeGreaterThanOrEqual(items.length)
    times.push(own)
  }
  expect(state.closed).toBe(true)
  return { times, read: state.read }
}

describe('within', () => {
  const chunks = [chunk(1, 2, 2), chunk(3, 4), chunk(4, 5, 6), chunk(7)]

  it('lets everything through without bounds', async () => {
    expect(await through(chunks)).toEqual({ times: [[1, 2, 2], [3, 4], [4, 5, 6], [7]], read: 4 })
  })

  it('begins with the first of a time, and ends before the first of another', async () => {
    expect(await through(chunks, 2, 5)).toEqual({ times: [[2, 2], [3, 4], [4]], read: 3 })
    expect(await through(chunks, 3)).toEqual({ times: [[3, 4], [4, 5, 6], [7]], read: 4 })
    expect(await through(chunks, 0, 4)).toEqual({ times: [[1, 2, 2], [3]], read: 2 })
    expect(await through(chunks, 4.5, 5.5)).toEqual({ times: [[5]], read: 3 })
  })

  it('gives nothing where nothing is between', async () => {
    expect((await through(chunks, 8)).times).toEqual([])
    expect((await through(chunks, 2.2, 2.5)).times).toEqual([])
    expect(await through(chunks, 0, 1)).toEqual({ times: [], read: 1 })
    expect((await through([])).times).toEqual([])
  })
})

describe('fractionOf', () => {
  const chunked = (fraction: number | undefined): never =>
    ({ name: 'x', fraction, chunks: () => [] }) as never

  it('is the share of the items of one list', () => {
    expect(fractionOf([[1, 2, 3, 4] as never], 1)).toBe(0.25)
    expect(fractionOf([[]], 0)).toBe(1)
  })

  it('is the mean of the sources that can tell', () => {
    expect(fractionOf([chunked(0.2), chunked(0.6), chunked(undefined), []], 5)).toBeCloseTo(0.4, 12)
    expect(fractionOf([chunked(0.5)], 5)).toBe(0.5)
  })

  it('is unknown where none can', () => {
    expect(fractionOf([chunked(undefined)], 5)).toBeUndefined()
    expect(fractionOf([new Set(), []], 5)).toBeUndefined()
  })
})
