import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import type { PageQuery, StoredEvent } from '../../src/log/store.ts'

const event = (type: string, change: Partial<StoredEvent> = {}): StoredEvent => ({
  type,
  timestamp: 1,
  source: 'test',
  correlationId: undefined,
  text: type,
  secret: undefined,
  ...change,
})

const query: PageQuery = {
  after: 0,
  order: 'forward',
  through: 1_000_000,
  limit: 1_000,
  patterns: undefined,
  since: undefined,
  until: undefined,
  source: undefined,
  correlationId: undefined,
}

const group = { durability: 'group', lane: undefined } as const

async function filled(events: readonly StoredEvent[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.append(events, group)
  return store
}

describe('MemoryStore', () => {
  it('looks at 10,000 records at a time, and says where to go on', async () => {
    const types = Array.from({ length: 25_000 }, (_, index) => (index === 24_998 ? 'b.b' : 'a.a'))
    const store = await filled(types.map((type) => event(type)))
    const wanted = { ...query, patterns: ['b.*'] }
    const first = await store.page(wanted)
    expect(first).toMatchObject({ positions: [], next: 10_000, done: false })
    const second = await store.page({ ...wanted, after: first.next })
    const third = await store.page({ ...wanted, after: second.next })
    expect(third).toMatchObject({ positions: [24_999], done: true })
    const backward = { ...wanted, order: 'backward', through: 1 } as const
    expect(await store.page({ ...backward, after: 24_000 })).toMatchObject({
      positions: [],
      next: 14_000,
      done: false,
    })
  })

  it('knows up to where events of some types were removed, or left out', async () => {
    const store = await filled(['a.a', 'b.b', 'a.a', 'b.b'].map((type) => event(type)))
    expect(await store.removedThrough(undefined)).toBe(0)
    await store.remove({ through: 3, patterns: ['a.*'] })
    expect(await store.removedThrough(undefined)).toBe(3)
    expect(await store.removedThrough(['b.*'])).toBe(0)
    await store.remove({ through: 3, patterns: undefined })
    expect(await store.removedThrough(['b.*', 'c.*'])).toBe(2)
    await store.append([event('a.a', { position: 9 })], group)
    expect(await store.removedThrough(['c.*'])).toBe(8)
  })

  it('tells patterns apart that hold commas', async () => {
    const store = await filled([event('a.b'), event('c.d'), event('a.b,c.d')])
    const positions = async (...patterns: readonly string[]) =>
      (await store.page({ ...query, patterns })).positions
    expect(await positions('a.b', 'c.d')).toEqual([1, 2])
    expect(await positions('a.b,c.d')).toEqual([3])
  })

  it('refuses positions that do not rise, and then takes none of them', async () => {
    const store = await filled([event('a.b'), event('a.b', { position: 5 })])
    for (const positions of [[5], [7, 7], [undefined, 6], [9, 8]]) {
      const events = positions.map((position) =>
        event('a.b', position === undefined ? {} : { position }),
      )
      await expect(store.append(events, group)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    }
    expect(await store.last()).toBe(5)
    expect(await store.append([event('a.b'), event('a.b', { position: 9 })], group)).toEqual([6, 9])
  })

  it('finds where a limit cuts, by pattern, time, number and bytes', async () => {
    const store = await filled([
      event('a.a', { timestamp: 50 }),
      event('b.b', { timestamp: 10, text: 'x'.repeat(100) }),
      event('a.a', { timestamp: 20, secret: 'y'.repeat(50) }),
      event('b.b', { timestamp: 40 }),
    ])
    const none = {
      patterns: undefined,
      before: undefined,
      maxEvents: undefined,
      maxBytes: undefined,
    }
    expect(await store.cut(none)).toBe(0)
    expect(await store.cut({ ...none, before: 30 })).toBe(0)
    expect(await store.cut({ ...none, before: 51 })).toBe(4)
    expect(await store.cut({ ...none, before: 30, patterns: ['b.*'] })).toBe(3)
    expect(await store.cut({ ...none, maxEvents: 1 })).toBe(3)
    expect(await store.cut({ ...none, maxEvents: 1, before: 15 })).toBe(3)
    expect(await store.cut({ ...none, maxBytes: 55 })).toBe(3)
    expect(await store.cut({ ...none, maxBytes: 56 })).toBe(2)
    expect(await store.cut({ ...none, maxBytes: 3 + 3 + 53 + 100 })).toBe(0)
  })

  it('counts and verifies what is behind a position', async () => {
    const store = await filled([event('a.a'), event('b.b'), event('a.a'), event('b.b')])
    expect(await store.countAfter(1, undefined)).toBe(3)
    expect(await store.countAfter(1, ['a.*'])).toBe(1)
    expect(await store.remove({ through: 3, patterns: ['a.*'] })).toEqual({
      removed: 2,
      done: true,
    })
    expect(await store.verify(2, 4)).toEqual({ through: 4, records: 1, damaged: [], done: true })
  })

  it('keeps notes by kind, name and number', async () => {
    const store = new MemoryStore()
    const note = (name: string, number: number, text = '') =>
      ({ kind: 'snapshot', name, number, text }) as const
    await store.writeNotes([note('b', 2), note('a', 10), note('a', 9), note('a', 9, 'new')], [])
    await store.writeNotes([{ kind: 'consumer', name: 'a', number: 0, text: '' }], [])
    const listed = (await store.notes('snapshot')).map(({ name, number }) => [name, number])
    expect(listed).toEqual([
      ['a', 9],
      ['a', 10],
      ['b', 2],
    ])
    expect(await store.notes('snapshot', 'b')).toHaveLength(1)
    expect(await store.noteUpTo(note('a', 9))).toMatchObject({ number: 9, text: 'new' })
    expect(await store.noteUpTo(note('a', 8))).toBeUndefined()
    await store.writeNotes([note('a', 11)], [note('a', 9)])
    expect((await store.notes('snapshot', 'a')).map(({ number }) => number)).toEqual([10, 11])
  })
})
