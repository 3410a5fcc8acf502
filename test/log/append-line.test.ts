import { SimulatedClock } from 'tradewire'
import { memoryLog, openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'
import { FailingStore } from '../support/failing-store.ts'

const text = (entry: { readonly event: { readonly data: unknown } }): string =>
  (entry.event.data as { readonly text: string }).text

describe('EventLog.append of several at once', () => {
  it('lets nobody else be refused with a position that is not free', async () => {
    const log = memoryLog({ catalog: logCatalog })
    const { note } = eventMaker()
    await log.append(note('first'))
    const event = (await all(log.readEncoded()))[0]!.event
    const results = await Promise.allSettled([
      log.append(note('before')),
      log.appendEncoded([{ event, position: 2 }]),
      log.append(note('after')),
      log.appendEncoded([{ event }]),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect((await all(log.read())).map(text)).toEqual(['first', 'before', 'after', 'first'])
  })

  it('keeps the order where each asks for something else', async () => {
    const store = new FailingStore()
    const log = await openStore(store, { catalog: logCatalog, clock: new SimulatedClock() })
    const { note } = eventMaker()
    const kinds = ['lazy', 'group', 'group', 'each', 'each', 'lazy', 'lazy'] as const
    const appended = kinds.map((durability, index) => log.append(note(`${index}`), { durability }))
    expect((await log.stats()).pending).toBe(7)
    expect(await Promise.all(appended)).toEqual([[1], [2], [3], [4], [5], [6], [7]])
    expect((await all(log.read())).map(text)).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    expect(store.appends).toBe(5)
    expect(await log.stats()).toMatchObject({ pending: 0, commits: 5, appended: 7 })
  })

  it('counts nothing as waiting that was refused', async () => {
    const store = new FailingStore()
    const log = await openStore(store, { catalog: logCatalog, clock: new SimulatedClock() })
    store.fail()
    await expect(log.append(eventMaker().note('x'))).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    expect((await log.stats()).pending).toBe(0)
  })
})
