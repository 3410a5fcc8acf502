import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { PagedReader, type ReadPlan } from '../../src/log/reader.ts'
import type { Page, PageQuery } from '../../src/log/store.ts'
import { nextTurn } from '../../src/time/turn.ts'

const plan: ReadPlan = {
  after: 0,
  order: 'forward',
  through: undefined,
  patterns: undefined,
  since: undefined,
  until: undefined,
  source: undefined,
  correlationId: undefined,
  limit: Infinity,
  signal: undefined,
}

const pageOf = (positions: readonly number[], done: boolean): Page => ({
  positions,
  texts: positions.map(String),
  secrets: undefined,
  next: positions.at(-1) ?? 0,
  done,
})

/** A reader of positions; what it asks for is answered by hand. */
function setUp(change: Partial<ReadPlan> = {}) {
  const asked: { query: PageQuery; answer: PromiseWithResolvers<Page> }[] = []
  const ends: PromiseWithResolvers<number | undefined>[] = []
  let ended = 0
  const reader: PagedReader<number> = new PagedReader<number>(
    {
      entry: (position, text) => {
        if (text === 'bad') throw new Error('It is damaged.')
        return position
      },
      page: (query) => {
        const answer = Promise.withResolvers<Page>()
        asked.push({ query, answer })
        return answer.promise
      },
      through: () => {
        const end = Promise.withResolvers<number | undefined>()
        ends.push(end)
        return end.promise
      },
      ended: () => void (ended += 1),
    },
    { ...plan, ...change },
  )
  return { reader, asked, ends, ended: () => ended }
}

const over = { done: true, value: undefined }

describe('LogReader', () => {
  it('orders the next page while one is taken, and no more of it than is wanted', async () => {
    const { reader, asked } = setUp({ through: 9, limit: 1_500 })
    const first = reader.next()
    await nextTurn()
    expect(asked.map(({ query }) => [query.after, query.limit])).toEqual([[0, 1_000]])
    asked[0]!.answer.resolve(pageOf([1, 2], false))
    expect(await first).toEqual({ done: false, value: 1 })
    expect(asked.map(({ query }) => query.after)).toEqual([0, 2])
    expect(await reader.next()).toEqual({ done: false, value: 2 })
    const third = reader.next()
    asked[1]!.answer.resolve(pageOf([], false))
    await nextTurn()
    asked[2]!.answer.resolve(pageOf([5], true))
    expect(await third).toEqual({ done: false, value: 5 })
    expect(asked).toHaveLength(3)
  })

  it('orders nothing behind a page that has all that is wanted', async () => {
    const { reader, asked, ended } = setUp({ through: 9, limit: 2 })
    const next = reader.next()
    await nextTurn()
    asked[0]!.answer.resolve(pageOf([1, 2, 3], false))
    expect(await next).toEqual({ done: false, value: 1 })
    expect(await reader.next()).toEqual({ done: false, value: 2 })
    expect(await reader.next()).toEqual(over)
    expect(asked).toHaveLength(1)
    expect(ended()).toBe(1)
  })

  it('ends where there is no end to read to', async () => {
    const { reader, asked, ends } = setUp()
    const next = reader.next()
    await nextTurn()
    ends[0]!.resolve(undefined)
    expect(await next).toEqual(over)
    expect(asked).toEqual([])
  })

  it('throws what a page fails with, once, and then ends', async () => {
    const { reader, asked, ended } = setUp({ through: 9 })
    const [first, second] = [reader.next(), reader.next()]
    await nextTurn()
    asked[0]!.answer.reject(new Error('The disk is gone.'))
    await expect(first).rejects.toThrow('The disk is gone.')
    expect(await second).toEqual(over)
    expect(ended()).toBe(1)
  })

  it('throws what a record fails with, and then ends', async () => {
    const { reader, asked } = setUp({ through: 9 })
    const first = reader.next()
    await nextTurn()
    asked[0]!.answer.resolve({ ...pageOf([1, 2], true), texts: ['1', 'bad'] })
    expect(await first).toEqual({ done: false, value: 1 })
    await expect(reader.next()).rejects.toThrow('It is damaged.')
    expect(await reader.next()).toEqual(over)
  })

  it('leaves a page alone that comes, or fails, after its end', async () => {
    const { reader, asked } = setUp({ through: 9 })
    const first = reader.next()
    await nextTurn()
    await reader.return()
    expect(await first).toEqual(over)
    asked[0]!.answer.reject(new Error('The disk is gone.'))
    await nextTurn()
    expect(await reader.next()).toEqual(over)
  })

  it('waits for nothing where it is ended just as it is told where to end', async () => {
    const { reader, ends } = setUp()
    const first = reader.next()
    await nextTurn()
    ends[0]!.resolve(9)
    await Promise.resolve()
    reader.close()
    expect(await first).toEqual(over)
  })

  it('tells the failure of a page to who waits for it although the reader was ended', async () => {
    const controller = new AbortController()
    const { reader, asked } = setUp({ through: 9, signal: controller.signal })
    const first = reader.next()
    await nextTurn()
    asked[0]!.answer.reject(new Error('The disk is gone.'))
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow(/The disk is gone.|enough/)
  })

  it('is aborted once, and not after its end', async () => {
    const controller = new AbortController()
    const { reader, ended } = setUp({ signal: controller.signal })
    await reader.return()
    controller.abort(new Error('enough'))
    reader.close({ reason: new Error('late') })
    expect(await reader.next()).toEqual(over)
    expect(ended()).toBe(1)
  })

  it('is ended by await using', async () => {
    const { reader, ended } = setUp()
    {
      await using left = reader
      expect(left[Symbol.asyncIterator]()).toBe(reader)
    }
    expect(ended()).toBe(1)
  })

  it('holds no page that it has left', async () => {
    const { reader, asked } = setUp({ through: 1_000_000 })
    const pages: WeakRef<Page>[] = []
    for (let round = 0; round < 20; round += 1) {
      const next = reader.next()
      await nextTurn()
      const page = pageOf([round + 1], false)
      pages.push(new WeakRef(page))
      asked[round]!.answer.resolve(page)
      // The double must not keep what it has answered.
      asked[round] = undefined as never
      await next
    }
    await collectGarbage()
    const kept = pages.filter((page) => page.deref() !== undefined)
    expect(kept.length).toBeLessThanOrEqual(2)
  })
})

/** Collects all garbage now. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await nextTurn()
  collect()
}
