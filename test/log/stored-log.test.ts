import { memoryLog, openStore, type Page, type PageQuery } from 'tradewire/log'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { FailingStore } from '../support/failing-store.ts'
import { all, eventMaker, logCatalog, plain } from '../support/logged-events.ts'

const open = () => memoryLog({ catalog: logCatalog })

const positionsOf = (entries: readonly { readonly position: number }[]): number[] =>
  entries.map(({ position }) => position)

/** What no promise handled in this test. */
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)

afterEach(() => {
  expect(unhandled.splice(0)).toEqual([])
  process.off('unhandledRejection', onUnhandled)
})

describe('EventLog.read', () => {
  it('ends at what was there when it was called, backward as well', async () => {
    const log = open()
    const { note } = eventMaker()
    await log.append([note('1'), note('2')])
    const [all_, from, newest] = [
      log.read({ order: 'backward' }),
      log.read({ order: 'backward', from: 4 }),
      log.read({ order: 'backward', limit: 1 }),
    ]
    await log.append([note('3'), note('4'), note('5')])
    expect(positionsOf(await all(all_))).toEqual([2, 1])
    expect(positionsOf(await all(from))).toEqual([2, 1])
    expect(positionsOf(await all(newest))).toEqual([2])
    expect(positionsOf(await all(log.read({ order: 'backward', from: 4 })))).toEqual([4, 3, 2, 1])
  })

  it('throws to its reader, and to nobody else, what the home does not tell', async () => {
    process.on('unhandledRejection', onUnhandled)
    class DeafStore extends MemoryStore {
      override readonly readOnly = true as never
      override async last(): Promise<number> {
        throw new Error('The disk is gone.')
      }
    }
    const log = await openStore(new DeafStore(), { catalog: logCatalog })
    log.read()
    log.read({ order: 'backward' })
    await expect(log.read().next()).rejects.toThrow('The disk is gone.')
    await expect(log.read({ order: 'backward' }).next()).rejects.toThrow('The disk is gone.')
    await expect(log.tail().next()).rejects.toThrow('The disk is gone.')
  })

  it('decodes what an event had in another version, encoded or not', async () => {
    const log = open()
    const { note, alarm } = eventMaker()
    await log.append([note('a'), alarm('b')])
    const entries = await all(log.readEncoded({ pattern: 'alarm.*' }))
    const [wanted] = await all(log.read({ pattern: 'alarm.*' }))
    expect(entries).toEqual([{ position: 2, event: plain(wanted!.event) }])
  })
})

describe('EventLog', () => {
  it('refuses a record that is no JSON, as it is damaged', async () => {
    class TornStore extends MemoryStore {
      override async page(query: PageQuery): Promise<Page> {
        const page = await super.page(query)
        return { ...page, texts: page.texts.map((text) => text.slice(0, -5)) }
      }
    }
    const log = await openStore(new TornStore(), { catalog: logCatalog })
    await log.append(eventMaker().note('canary'))
    const damaged = { code: 'LOG_DAMAGED', first: 1, last: 1 }
    await expect(log.read().next()).rejects.toMatchObject(damaged)
    const failure = await log
      .readEncoded()
      .next()
      .catch((error: unknown) => error)
    expect(String(failure)).not.toContain('canary')
  })

  it('has its dead letters at hand', async () => {
    expect(await open().deadLetters.list()).toEqual([])
  })
})

describe('EventLog.verify', () => {
  it('goes on until the home is done, and joins what it finds', async () => {
    class DamagedStore extends MemoryStore {
      override async verify(position: number, through: number) {
        const next = Math.min(position + 2, through)
        const range = { first: next, last: next, reason: 'It is torn.' }
        const damaged = next === 4 ? [range] : []
        return { through: next, records: next - position, damaged, done: next === through }
      }
    }
    const log = await openStore(new DamagedStore(), { catalog: logCatalog })
    const { note } = eventMaker()
    await log.append(Array.from({ length: 5 }, () => note('x')))
    const seen: number[] = []
    expect(await log.verify({ onProgress: ({ done }) => void seen.push(done) })).toEqual({
      ok: false,
      records: 5,
      damaged: [{ first: 4, last: 4, reason: 'It is torn.' }],
    })
    expect(seen).toEqual([2, 4, 5])
    await expect(log.verify({ onProgress: 5 as never })).rejects.toMatchObject({
      code: 'CONFIGURATION',
    })
    const closing = log.verify({ onProgress: () => void log.close() })
    await expect(closing).rejects.toMatchObject({ code: 'LOG_CLOSED' })
  })
})

describe('EventLog.stats', () => {
  it('counts what waits in writers, until they are closed', async () => {
    const store = new FailingStore()
    const log = await openStore(store, { catalog: logCatalog })
    const { note } = eventMaker()
    const writer = log.writer()
    store.stall()
    writer.write(note('a'))
    const appended = log.append([note('b'), note('c')])
    expect((await log.stats()).pending).toBe(3)
    store.go()
    await writer.close()
    await appended
    expect(await log.stats()).toMatchObject({ pending: 0, commits: 2, appended: 3 })
  })
})

describe('EventLog.close', () => {
  it('ends readers that follow, and writers once they have written', async () => {
    const log = open()
    const { note } = eventMaker()
    const tail = log.tail()
    await log.append(note('first'))
    expect((await tail.next()).value?.position).toBe(1)
    const next = tail.next()
    const writer = log.writer()
    const ticket = writer.write(note('a'))
    {
      await using closing = log
      expect(closing.closed).toBe(false)
    }
    await writer.durable(ticket)
    expect(writer.written).toBe(1)
    expect(await next).toEqual({ done: true, value: undefined })
    expect(log.closed).toBe(true)
  })

  it('releases the home also where something cannot be closed', async () => {
    let closed = 0
    class StubbornStore extends MemoryStore {
      override async close(): Promise<void> {
        closed += 1
        throw new Error('It cannot be closed.')
      }
    }
    const log = await openStore(new StubbornStore(), { catalog: logCatalog })
    await expect(log.close()).rejects.toThrow('It cannot be closed.')
    await expect(log.close()).rejects.toThrow('It cannot be closed.')
    expect(closed).toBe(1)
  })
})
