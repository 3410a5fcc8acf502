import { openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import type { RemovalQuery } from '../../src/log/store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

/** A home that removes two records at a time. */
class SlowStore extends MemoryStore {
  between = (): void => {}

  override async remove(query: RemovalQuery): Promise<{ removed: number; done: boolean }> {
    const page = await this.page({
      after: 0,
      order: 'forward',
      through: query.through,
      limit: 2,
      patterns: query.patterns,
      since: undefined,
      until: undefined,
      source: undefined,
      correlationId: undefined,
    })
    const [through] = page.positions.slice(-1)
    this.between()
    if (through === undefined) return { removed: 0, done: true }
    const { removed } = await super.remove({ ...query, through })
    return { removed, done: false }
  }
}

async function filled() {
  const store = new SlowStore()
  const { clock, note, alarm } = eventMaker()
  const log = await openStore(store, { catalog: logCatalog, clock })
  // Times 1 to 9, of which the third is out of order.
  const times = [1, 2, 9, 4, 5, 6, 7, 8, 3]
  await log.append(
    times.map((timestamp, index) => (index % 3 === 1 ? alarm : note)('', { timestamp })),
  )
  const positions = async () => (await all(log.read())).map(({ position }) => position)
  return { store, log, clock, positions }
}

describe('EventLog.retain', () => {
  it('goes step by step, and tells how far it has come', async () => {
    const { log, positions } = await filled()
    const seen: unknown[] = []
    const report = await log.retain({ maxEvents: 4, onProgress: (told) => void seen.push(told) })
    expect(report).toEqual({ removed: 5 })
    expect(seen).toEqual([
      { done: 2, total: 5 },
      { done: 4, total: 5 },
      { done: 5, total: 5 },
      { done: 5, total: 5 },
    ])
    expect(await positions()).toEqual([6, 7, 8, 9])
  })

  it('removes as much as the limit that wants the most', async () => {
    const { log, positions } = await filled()
    expect(await log.retain({ maxEvents: 8, before: 4 })).toEqual({ removed: 3 })
    expect(await log.retain({ maxEvents: 5, before: 2 })).toEqual({ removed: 1 })
    expect(await positions()).toEqual([5, 6, 7, 8, 9])
    expect(await log.retain({ before: 10_000 })).toEqual({ removed: 5 })
    expect((await log.stats()).last).toBe(9)
  })

  it('removes no young event for an old one that came late', async () => {
    const { log, clock, positions } = await filled()
    await clock.advanceBy(3)
    // Now is 1,003: what is before 4 goes, but not the ninth, which stands behind younger ones.
    expect(await log.retain({ maxAgeMs: 999, pattern: 'alarm.*' })).toEqual({ removed: 1 })
    expect(await log.retain({ maxAgeMs: 999 })).toEqual({ removed: 1 })
    expect(await positions()).toEqual([3, 4, 5, 6, 7, 8, 9])
  })

  it('removes nothing where nothing has to go', async () => {
    const { log } = await filled()
    const seen: unknown[] = []
    const onProgress = (told: unknown): void => void seen.push(told)
    expect(await log.retain({ maxEvents: 9, before: 1, onProgress })).toEqual({ removed: 0 })
    expect(await log.retain({ maxBytes: 1_000_000, onProgress })).toEqual({ removed: 0 })
    expect(seen).toEqual([])
  })

  it('takes patterns that the catalog does not know, for events of former times', async () => {
    const { log } = await filled()
    const odd = { maxEvents: 0, pattern: 'forgotten.*' } as unknown as { maxEvents: number }
    expect(await log.retain(odd)).toEqual({ removed: 0 })
  })

  it('ends between two steps when the log is closed', async () => {
    const { store, log } = await filled()
    let steps = 0
    store.between = () => {
      steps += 1
      if (steps === 2) void log.close()
    }
    await expect(log.retain({ maxEvents: 0 })).rejects.toMatchObject({ code: 'LOG_CLOSED' })
    expect(steps).toBe(2)
  })

  it('refuses limits that cannot be', async () => {
    const { log } = await filled()
    for (const options of [
      {},
      { pattern: '*' },
      { maxAgeMs: -1 },
      { maxEvents: 1.5 },
      { maxBytes: -1 },
      { before: 0 },
      { maxEvents: 1, onProgress: 5 },
      { maxEvents: 1, pattern: [] },
      { maxevents: 1 },
      undefined,
    ]) {
      await expect(log.retain(options as never)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    }
  })
})
