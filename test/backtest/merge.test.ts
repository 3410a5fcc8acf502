import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ConfigurationError } from 'tradewire'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type MergeOptions, mergeSources } from '../../src/backtest/merge.ts'
import type { AnySource } from '../../src/backtest/source-chunks.ts'
import type { ChunkedSource, TimedPayload } from '../../src/backtest/source.ts'

const at = (time: number, data: object = {}): TimedPayload => ({ type: 'test.tick', data, time })

interface Merged {
  readonly items: TimedPayload[]
  readonly times: number[]
  readonly sources: number[]
  readonly error: unknown
}

async function merged(sources: readonly AnySource[], options?: MergeOptions): Promise<Merged> {
  const result: Merged = { items: [], times: [], sources: [], error: undefined }
  try {
    for await (const { items, times, sources: from } of mergeSources(sources, options)) {
      expect(items.length).toBeGreaterThan(0)
      result.items.push(...items)
      result.times.push(...times.subarray(0, items.length))
      result.sources.push(...from.subarray(0, items.length))
    }
    return result
  } catch (error) {
    return { ...result, error }
  }
}

/** A source by the list, which tells what was asked of it. */
function chunked(
  name: string,
  lists: readonly (readonly TimedPayload[])[],
): ChunkedSource & {
  readonly asked: string[]
} {
  const asked: string[] = []
  async function* chunks(): AsyncGenerator<readonly TimedPayload[]> {
    try {
      for (const list of lists) {
        asked.push('chunk')
        yield list
      }
    } finally {
      asked.push('closed')
    }
  }
  return {
    name,
    asked,
    chunks,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of chunks()) yield* chunk
    },
  }
}

const failing = (items: readonly TimedPayload[], async: boolean): AnySource =>
  async
    ? (async function* () {
        yield* items
        throw new Error('broken')
      })()
    : (function* () {
        yield* items
        throw new Error('broken')
      })()

describe('mergeSources', () => {
  it('gives events by time, then by the order of the sources, then by their own', async () => {
    const [a, b, c, d, e] = [at(1), at(3), at(3), at(2), at(3)]
    const { items, times, sources } = await merged([
      [a, b, c],
      [d, e],
    ])
    expect(items).toEqual([a, d, b, c, e])
    expect(items.map((item) => [a, b, c, d, e].indexOf(item))).toEqual([0, 3, 1, 2, 4])
    expect(times).toEqual([1, 2, 3, 3, 3])
    expect(sources).toEqual([0, 1, 0, 0, 1])
  })

  it('takes the timestamp of the payload where an event has no time', async () => {
    const item = { type: 'test.tick', data: { timestamp: 7.125 } }
    expect((await merged([[item]])).times).toEqual([7.125])
  })

  it('names sources by themselves, or by their number', () => {
    expect(mergeSources([[], chunked('bars.csv', []), new Set<TimedPayload>()]).names).toEqual([
      'source-1',
      'bars.csv',
      'source-3',
    ])
  })

  it('gives nothing of no sources, and of empty ones', async () => {
    expect((await merged([])).items).toEqual([])
    expect((await merged([[], chunked('a', [[], []]), chunked('b', [])])).items).toEqual([])
    expect((await merged([chunked('a', [[], [at(1)], []])])).items).toHaveLength(1)
  })

  test.prop([
    fc.array(
      fc.record({
        times: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }),
        kind: fc.constantFrom('array', 'generator', 'async', 'chunked'),
        cut: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 6 },
    ),
  ])('is what a stable sort makes of all events', async (drawn) => {
    const lists = drawn.map(({ times }, source) =>
      times.toSorted((x, y) => x - y).map((time, index) => at(time, { source, index })),
    )
    const sources = drawn.map(({ kind, cut }, index): AnySource => {
      const list = lists[index]!
      if (kind === 'array') return list
      if (kind === 'generator') return new Set(list)
      if (kind === 'async') {
        return (async function* () {
          yield* list
        })()
      }
      const cuts = Array.from({ length: Math.ceil(list.length / cut) }, (_, place) =>
        list.slice(place * cut, (place + 1) * cut),
      )
      return chunked('cut', cuts)
    })
    const expected = lists.flat().toSorted((left, right) => left.time! - right.time!)
    const { items, times, error } = await merged(sources)
    expect(error).toBeUndefined()
    expect(items).toEqual(expected)
    expect(times).toEqual(expected.map(({ time }) => time))
  })

  it('merges lists that are longer than what it gives at once', async () => {
    const even = Array.from({ length: 5000 }, (_, index) => at(index * 2))
    const odd = Array.from({ length: 5000 }, (_, index) => at(index * 2 + 1))
    const { times } = await merged([even, new Set(odd), failing(odd, true)])
    expect(times.slice(0, 6)).toEqual([0, 1, 1, 2, 3, 3])
    expect((await merged([even, odd])).times).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    async function* later(): AsyncGenerator<TimedPayload> {
      yield* odd
    }
    expect((await merged([later()])).times).toHaveLength(5000)
  })

  it('reads one list of each source ahead, and no more', async () => {
    const [a, b] = [chunked('a', [[at(1)], [at(2)], [at(9)]]), chunked('b', [[at(5)], [at(6)]])]
    const many = Array.from({ length: 2000 }, () => at(1))
    for await (const _ of mergeSources([a, many, b])) break
    expect(a.asked).toEqual(['chunk', 'chunk', 'closed'])
    expect(b.asked).toEqual(['chunk', 'closed'])
  })

  it('closes every source when the loop is left, when it ends, and when one of them fails', async () => {
    for (const more of [[], [failing([], false)]]) {
      const open = chunked('a', [[at(1)], [at(2)]])
      await merged([open, ...more])
      expect(open.asked.at(-1)).toBe('closed')
    }
    const never: AsyncIterable<TimedPayload> = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: at(1) }) }),
    }
    for await (const { items } of mergeSources([never])) {
      expect(items).toHaveLength(1024)
      break
    }
  })

  it('throws what closing throws, unless something has failed before', async () => {
    const stubborn = (name: string): ChunkedSource => ({
      ...chunked(name, []),
      chunks: () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: [at(1)] }),
          return: async () => {
            throw new Error(`${name} stays open`)
          },
        }),
      }),
    })
    const leave = async (): Promise<void> => {
      for await (const _ of mergeSources([stubborn('a')])) break
    }
    await expect(leave()).rejects.toThrow('a stays open')
    const { error } = await merged([stubborn('a'), failing([], true)])
    expect(error).toEqual(new Error('broken'))
  })

  it.each([false, true])(
    'gives what comes before an error of a source (async: %s)',
    async (async) => {
      const { times, error } = await merged([failing([at(1), at(2)], async)])
      expect(times).toEqual([1, 2])
      expect(error).toEqual(new Error('broken'))
      const two = await merged([failing([at(1), at(3)], async), [at(2), at(4)]])
      expect(two.times).toEqual([1, 2, 3])
      expect(two.error).toEqual(new Error('broken'))
    },
  )

  it('refuses a source that goes back in time, and gives what comes before', async () => {
    const back = [at(Date.UTC(2024, 0, 2)), at(Date.UTC(2024, 0, 1))]
    const { items, error } = await merged([back])
    expect(items).toEqual([back[0]])
    expect(error).toMatchObject({
      code: 'SOURCE_ORDER',
      source: 'source-1',
      index: 1,
      time: Date.UTC(2024, 0, 1),
      earliest: Date.UTC(2024, 0, 2),
      message:
        '"source-1", event 1: its time goes back to 1704067200000 (2024-01-01T00:00:00.000Z), and 1704153600000 (2024-01-02T00:00:00.000Z) is the earliest that may follow. Sort the source, or give outOfOrder: { sortWithinMs }.',
    })
    const lists = chunked('lists', [[at(5)], [at(4)]])
    expect((await merged([lists])).error).toMatchObject({ source: 'lists', index: 1, earliest: 5 })
    const far = [at(9e15), at(8.9e15)]
    expect((await merged([far])).error).toMatchObject({
      message: expect.stringContaining('8900000000000000,'),
    })
  })

  it.each([
    [undefined, 'expected an object with type, data and time, found undefined.'],
    [7, 'expected an object with type, data and time, found 7.'],
    [{ type: 1, data: {}, time: 2 }, 'type must be a string, but is 1.'],
    [{ type: 'a.b', data: 'x', time: 2 }, 'data of a.b must be an object, but is "x".'],
    [{ type: 'a.b', data: 'x' }, 'data of a.b must be an object, but is "x".'],
    [{ type: 'a.b', data: null, time: 2 }, 'data of a.b must be an object, but is null.'],
    [
      { type: 'a.b', data: {} },
      'data.timestamp of a.b must be a finite number of milliseconds, but is undefined. Give the event a time, or its payload a timestamp.',
    ],
    [
      { type: 'a.b', data: {}, time: Infinity },
      'time of a.b must be a finite number of milliseconds, but is Infinity. Give the event a time, or its payload a timestamp.',
    ],
    [
      { type: 'a.b', data: {}, time: -Infinity },
      'time of a.b must be a finite number of milliseconds, but is -Infinity. Give the event a time, or its payload a timestamp.',
    ],
  ])('refuses what is no event: %s', async (item, message) => {
    const { items, error } = await merged([[at(1), item as TimedPayload]])
    expect(items).toHaveLength(1)
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      source: 'source-1',
      index: 1,
      message: `"source-1", event 1: ${message}`,
    })
    const first = await merged([[item as TimedPayload], [at(0)]])
    expect(first.error).toMatchObject({ code: 'SOURCE_INVALID', index: 0 })
  })

  it('sorts each source within a window, if it is asked to', async () => {
    const { times } = await merged([[at(3), at(1), at(6), at(5)], [at(2)]], {
      outOfOrder: { sortWithinMs: 2 },
    })
    expect(times).toEqual([1, 2, 3, 5, 6])
  })

  it('refuses what cannot be iterated, and options that it does not know', () => {
    for (const source of [undefined, 'text', 7, {}, null]) {
      expect(() => mergeSources([[], source as AnySource])).toThrow(ConfigurationError)
    }
    expect(() => mergeSources([{} as AnySource])).toThrow(
      'sources[0] must be an iterable or an async iterable of { type, data, time }, but is an object.',
    )
    expect(() => mergeSources([], { sorted: true } as MergeOptions)).toThrow(ConfigurationError)
  })

  it('keeps memory flat over a million events', { timeout: 120_000 }, async () => {
    function* bars(offset: number): Generator<TimedPayload> {
      for (let index = 0; index < 500_000; index += 1) yield at(index * 2 + offset)
    }
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = (): number => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = used()
    let [count, most, chunks] = [0, 0, 0]
    for await (const { items } of mergeSources([bars(0), bars(1)])) {
      count += items.length
      chunks += 1
      if (chunks % 100 === 0) most = Math.max(most, used())
    }
    expect(count).toBe(1_000_000)
    expect(most).toBeGreaterThan(0)
    // All of them would take more than 100 MB.
    expect(most - before).toBeLessThan(8 * 1024 ** 2)
  })
})
