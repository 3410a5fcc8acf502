import { openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import type { Page, PageQuery } from '../../src/log/store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

/** A home that counts how many records it has handed out. */
class CountingStore extends MemoryStore {
  records = 0

  override async page(query: PageQuery): Promise<Page> {
    const page = await super.page(query)
    this.records += page.positions.length
    return page
  }
}

/** A log of 5,000 events, each third of which is not recorded; of one of them there is a chain. */
async function withChain(others: readonly ReturnType<typeof eventMaker>[] = []) {
  const store = new CountingStore()
  const log = await openStore(store, { catalog: logCatalog })
  const { note, alarm } = eventMaker('one')
  const events = Array.from({ length: 5_000 }, (_, index) => note(`${index}`))
  const root = events[1_000]!
  const chain = [alarm('first', { cause: root }), alarm('second', { cause: root })]
  const recorded = [...events.filter((_, index) => index % 3 !== 0), ...chain]
  const mixed = recorded.flatMap((event, index) => [
    event,
    ...others.map(({ note: other }) => other(`${index}`)),
  ])
  await log.append(mixed)
  return { store, log, root, chain }
}

describe('the beginning of a chain', () => {
  it('is found with a few looks, wherever it stands', async () => {
    for (const order of ['forward', 'backward'] as const) {
      const { store, log, root, chain } = await withChain()
      const found = await all(log.read({ correlationId: root.id, order }))
      const ids = [root, ...chain].map(({ id }) => id)
      expect(found.map(({ event }) => event.id)).toEqual(
        order === 'forward' ? ids : ids.toReversed(),
      )
      expect(store.records).toBeLessThan(30)
    }
  })

  it('is found among the events of other runs, too', async () => {
    const { log, root, chain } = await withChain([eventMaker('two')])
    const found = await all(log.read({ correlationId: root.id }))
    expect(found.map(({ event }) => event.id)).toEqual([root, ...chain].map(({ id }) => id))
  })

  it('need not be recorded, nor have an id that a bus made', async () => {
    const log = await openStore(new MemoryStore(), { catalog: logCatalog })
    const { note } = eventMaker('one')
    const [missing, other] = [note('not recorded'), note('another')]
    const caused = [
      note('a', { cause: missing }),
      note('b', { correlationId: 'a name of its own' }),
    ]
    await log.append([other, ...caused])
    const [first] = await all(log.read({ correlationId: missing.id }))
    expect(first?.event.id).toBe(caused[0]!.id)
    expect(await all(log.read({ correlationId: missing.id }))).toHaveLength(1)
    expect(await all(log.read({ correlationId: 'a name of its own' }))).toHaveLength(1)
  })

  it('counts only if it meets the other conditions', async () => {
    const { log, root } = await withChain()
    const found = await all(log.read({ correlationId: root.id, pattern: 'alarm.rung' }))
    expect(found).toHaveLength(2)
  })
})
