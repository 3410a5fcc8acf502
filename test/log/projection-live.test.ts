import { type EventLog, openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { follow } from '../../src/log/live-projection.ts'
import { coded } from '../support/buses.ts'
import { noted, settle } from '../support/consumed.ts'
import { logCatalog } from '../support/logged-events.ts'

const words = {
  name: 'words',
  pattern: 'note.made',
  initial: () => '',
  reduce: (state: string, { data }: { data: { text: string } }) => {
    if (data.text === 'x') throw new Error('made up by a test')
    return state + data.text
  },
} as const

describe('follow', () => {
  it('follows what is appended', async () => {
    const { log, append } = await noted()
    await append('ab!')
    const changes: [string, number][] = []
    const live = await follow(log, words, {
      onChange: (state, position) => changes.push([state, position]),
    })
    await live.caughtUp()
    expect(live).toMatchObject({ state: 'ab', position: 2 })
    const waits = Promise.all([live.caughtUp(), append('c').then(() => live.caughtUp())])
    await waits
    expect(live).toMatchObject({ state: 'abc', position: 4, snapshotFailure: undefined })
    expect(changes).toEqual([
      ['a', 1],
      ['ab', 2],
      ['abc', 4],
    ])
    await live.stop()
    await expect(live.stopped).resolves.toBeUndefined()
    await append('d')
    expect(live.state).toBe('abc')
  })

  it('waits for what the log held at the call, and for no more', async () => {
    const { log, append, maker } = await noted()
    const live = await follow(log, words)
    await live.caughtUp()
    const early = append('ab').then(() => live.caughtUp())
    await early
    expect(live.state).toBe('ab')
    await log.append([maker.note('c'), maker.note('d')], { durability: 'each' })
    await live.caughtUp()
    expect(live.state).toBe('abcd')
  })

  it('is waited for while it is held up, each as long as need be', async () => {
    const { log, store, append } = await noted()
    await using live = await follow(log, words, { snapshotEvery: 1 })
    const order: string[] = []
    store.hold()
    await append('a')
    await settle()
    await append('b')
    const early = live.caughtUp().then(() => order.push(`early ${live.state}`))
    await settle()
    await append('c')
    const late = live.caughtUp().then(() => order.push(`late ${live.state}`))
    await settle()
    expect(order).toEqual([])
    store.release()
    await Promise.all([early, late])
    expect(order).toEqual(['early ab', 'late abc'])
  })

  it('is told that it was stopped, where that was asked for', async () => {
    const { log } = await noted()
    const live = await follow(log, words)
    await live.stop()
    const failure = await live.caughtUp().catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: 'The projection was stopped. Follow again.' })
  })

  it('begins at the newest snapshot, and writes some', async () => {
    const { log, store, append } = await noted()
    await append('abc')
    const live = await follow(log, words, { snapshotEvery: 2 })
    await live.caughtUp()
    await live.stop()
    expect(await log.snapshots.list('words@1')).toEqual([2, 3])
    await log.close()
    const again: EventLog<typeof logCatalog.schemas> = await openStore(store, {
      catalog: logCatalog,
    })
    await using next = await follow(again, words)
    expect(next).toMatchObject({ state: 'abc', position: 3 })
  })

  it('begins where it is told to', async () => {
    const { log, append } = await noted()
    await append('abc')
    await using live = await follow(log, words, { from: 2 })
    expect(live).toMatchObject({ state: '', position: 1 })
    await live.caughtUp()
    expect(live.state).toBe('bc')
  })

  it('stops with a ReducerError before the event that the reducer throws at', async () => {
    const { log, append } = await noted()
    await append('abx')
    const live = await follow(log, words, { snapshotEvery: 10 })
    const waits = live.caughtUp().catch((error: unknown) => error)
    await expect(live.stopped).rejects.toMatchObject({ code: 'REDUCER_FAILED', position: 3 })
    expect(await waits).toEqual(coded('CONFIGURATION'))
    expect(live).toMatchObject({ state: 'ab', position: 2 })
    await expect(live.caughtUp()).rejects.toEqual(coded('CONFIGURATION'))
    await expect(live.stop()).resolves.toBeUndefined()
    expect(await log.snapshots.list('words@1')).toEqual([])
  })

  it('stops with what onChange throws, even if that is undefined', async () => {
    const { log, append } = await noted()
    await append('a')
    const live = await follow(log, words, {
      onChange: () => {
        throw undefined
      },
    })
    await expect(live.stopped).rejects.toBeUndefined()
  })

  it('goes on when a snapshot cannot be written, says so, and tries the next', async () => {
    const { log, store, append } = await noted()
    const live = await follow(log, words, { snapshotEvery: 1 })
    store.refusals = 1
    await append('a')
    await live.caughtUp()
    await settle()
    expect(live.snapshotFailure).toEqual(coded('LOG_STORAGE'))
    await append('b')
    await live.caughtUp()
    await settle()
    expect(live).toMatchObject({ state: 'ab', snapshotFailure: undefined })
    expect(await log.snapshots.list('words@1')).toEqual([2])
  })

  it('stops when its signal aborts, or the log is closed', async () => {
    const { log, append } = await noted()
    await append('a')
    const controller = new AbortController()
    const live = await follow(log, words, { signal: controller.signal })
    await live.caughtUp()
    controller.abort()
    await expect(live.stopped).resolves.toBeUndefined()
    const late = await follow(log, words, { signal: controller.signal })
    await expect(late.stopped).resolves.toBeUndefined()
    const last = await follow(log, words)
    await settle()
    await log.close()
    await expect(last.stopped).resolves.toBeUndefined()
  })

  it('begins at a snapshot that knows of what was removed, or not at all', async () => {
    const { log, append } = await noted()
    await append('ab')
    await log.retain({ before: 2 })
    await expect(follow(log, words)).rejects.toMatchObject({ code: 'EVENTS_REMOVED', through: 1 })
    const live = await follow(log, words, { from: 2, snapshotEvery: 1 })
    await live.caughtUp()
    await live.stop()
    await log.retain({ maxEvents: 0 })
    await append('c')
    await using next = await follow(log, words, { from: 2 })
    await next.caughtUp()
    expect(next.state).toBe('bc')
    const misspelt = { ...words, pattern: 'note.mad' } as unknown as typeof words
    await expect(follow(log, misspelt)).rejects.toEqual(coded('EVENT_UNKNOWN'))
  })

  it('does not mind that what it knows is removed', async () => {
    const { log, append } = await noted()
    await using live = await follow(log, words)
    for (const letter of 'abc') {
      await append(letter)
      await live.caughtUp()
      await log.retain({ maxEvents: 0 })
    }
    expect(live.state).toBe('abc')
  })

  it('stops when events are removed that it has not come to', async () => {
    const { log, store, append } = await noted()
    const live = await follow(log, words, { snapshotEvery: 1 })
    store.hold()
    await append('a')
    await settle()
    await append('b')
    await log.retain({ maxEvents: 0 })
    await append('c')
    const late = live.caughtUp().catch((error: unknown) => error)
    await settle()
    store.release()
    await expect(live.stopped).rejects.toMatchObject({
      code: 'EVENTS_REMOVED',
      after: 1,
      through: 2,
    })
    expect(await late).toMatchObject({ code: 'CONFIGURATION', cause: { code: 'EVENTS_REMOVED' } })
    await expect(live.caughtUp()).rejects.toMatchObject({ cause: { code: 'EVENTS_REMOVED' } })
    expect(live.state).toBe('a')
  })

  for (const [what, options] of Object.entries({
    'an unknown option': { through: 1 },
    'a bad start': { from: 0 },
    'a bad distance of snapshots': { snapshotEvery: -1 },
    'what is no signal': { signal: {} },
    'what cannot be called': { onChange: 1 },
  })) {
    it(`refuses ${what}`, async () => {
      const { log } = await noted()
      await expect(follow(log, words, options as object)).rejects.toEqual(coded('CONFIGURATION'))
    })
  }
})

describe('LogSnapshots', () => {
  it('keeps the 10 with the highest positions of each name', async () => {
    const { log } = await noted()
    const { snapshots } = log
    for (let position = 1; position <= 12; position += 1) {
      await snapshots.save('state', position, `text ${position}`)
    }
    await snapshots.save('other', 1, 'other')
    expect(await snapshots.list('state')).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    await snapshots.save('state', 2, 'too old')
    expect(await snapshots.latest('state', 2)).toBeUndefined()
    await snapshots.save('state', 5, 'again')
    expect(await snapshots.latest('state', 5)).toEqual({ position: 5, text: 'again' })
    expect(await snapshots.latest('state')).toEqual({ position: 12, text: 'text 12' })
    expect(await snapshots.latest('other', 0)).toBeUndefined()
    expect(await snapshots.list('nothing')).toEqual([])
  })

  it('keeps those of the process before in mind', async () => {
    const { log, store } = await noted()
    for (let position = 1; position <= 10; position += 1) {
      await log.snapshots.save('state', position, 'text')
    }
    const again = await openStore(store)
    await again.snapshots.save('state', 11, 'text')
    expect(await again.snapshots.list('state')).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('forgets all of a name', async () => {
    const { log } = await noted()
    await log.snapshots.save('state', 1, 'text')
    await log.snapshots.save('state', 2, 'text')
    expect(await log.snapshots.discard('state')).toBe(2)
    expect(await log.snapshots.list('state')).toEqual([])
    expect(await log.snapshots.discard('state')).toBe(0)
  })

  it('looks again at what is there after a write that failed', async () => {
    const { log, store } = await noted()
    await log.snapshots.save('state', 1, 'text')
    store.refusals = 1
    await expect(log.snapshots.save('state', 2, 'text')).rejects.toEqual(coded('LOG_STORAGE'))
    expect(await log.snapshots.discard('state')).toBe(1)
    store.notes = () => Promise.reject(new Error('made up by a test'))
    await expect(log.snapshots.save('more', 1, 'text')).rejects.toThrow('made up')
    Reflect.deleteProperty(store, 'notes')
    await log.snapshots.save('more', 1, 'text')
    expect(await log.snapshots.list('more')).toEqual([1])
  })

  it('refuses bad arguments, and a log that is closed', async () => {
    const { log } = await noted()
    const { snapshots } = log
    await expect(snapshots.save('', 1, 'text')).rejects.toEqual(coded('CONFIGURATION'))
    await expect(snapshots.save('state', 0, 'text')).rejects.toEqual(coded('CONFIGURATION'))
    await expect(snapshots.save('state', 1, 1 as never)).rejects.toEqual(coded('CONFIGURATION'))
    await expect(snapshots.latest('state', -1)).rejects.toEqual(coded('CONFIGURATION'))
    const racing = snapshots.save('state', 1, 'text').catch((error: unknown) => error)
    await log.close()
    expect(await racing).toEqual(coded('LOG_CLOSED'))
    await expect(snapshots.latest('state')).rejects.toEqual(coded('LOG_CLOSED'))
    await expect(snapshots.list('state')).rejects.toEqual(coded('LOG_CLOSED'))
  })
})
