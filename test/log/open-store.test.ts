import { SystemClock, tradingEvents } from 'tradewire'
import { type LogOptions, memoryLog, openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

const badOptions: readonly object[] = [
  { onError: 'console' },
  { catalog: {} },
  { catalog: null },
  { clock: null },
  { clock: { now: () => 1 } },
  { redact: ['data.nobody'] },
  { redact: ['type'] },
  { catalogue: logCatalog },
]

/** A home that says whether it was opened. */
class CountingStore extends MemoryStore {
  opened = 0

  override async open(): Promise<number> {
    this.opened += 1
    return super.open()
  }
}

describe('memoryLog', () => {
  it('knows the trading events, and real time, by default', async () => {
    const log = memoryLog()
    expect(log.catalog).toBe(tradingEvents)
    expect(log).toMatchObject({ readOnly: false, closed: false })
    expect(memoryLog({ catalog: logCatalog, clock: new SystemClock() }).catalog).toBe(logCatalog)
  })

  it('refuses options that cannot be', () => {
    for (const options of badOptions) {
      expect(() => memoryLog(options as LogOptions)).toThrow(
        expect.objectContaining({ code: 'CONFIGURATION' }),
      )
    }
  })
})

describe('openStore', () => {
  it('goes on where a home has stopped', async () => {
    const store = new MemoryStore()
    const { note } = eventMaker()
    const first = await openStore(store, { catalog: logCatalog })
    await first.append([note('a'), note('b')])
    await first.close()
    const second = await openStore(store, { catalog: logCatalog })
    expect(await second.append(note('c'))).toEqual([3])
    expect(await all(second.read())).toHaveLength(3)
  })

  it('opens nothing where an option is wrong', async () => {
    for (const options of badOptions) {
      const store = new CountingStore()
      await expect(openStore(store, options as LogOptions)).rejects.toMatchObject({
        code: 'CONFIGURATION',
      })
      expect(store.opened).toBe(0)
    }
  })

  it('rejects with what the home rejects with', async () => {
    class ShutStore extends MemoryStore {
      override async open(): Promise<number> {
        throw new Error('It is shut.')
      }
    }
    await expect(openStore(new ShutStore())).rejects.toThrow('It is shut.')
  })
})
