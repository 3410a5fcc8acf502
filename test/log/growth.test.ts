import { SimulatedClock } from 'tradewire'
import { LogStorageError } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { LogGrowth } from '../../src/log/growth.ts'
import { MemoryStore } from '../../src/log/memory-store.ts'

/** A home that another process writes: what it says is set by hand. */
class ForeignStore extends MemoryStore {
  override readonly readOnly: false = false
  end = 0
  failure: Error | undefined = undefined
  asked = 0

  override async last(): Promise<number> {
    this.asked += 1
    if (this.failure !== undefined) throw this.failure
    return this.end
  }
}

function setUp(readOnly: boolean) {
  const store = new ForeignStore()
  Object.defineProperty(store, 'readOnly', { value: readOnly })
  const clock = new SimulatedClock()
  return { store, clock, growth: new LogGrowth(store, clock, 0), owner: {} }
}

describe('LogGrowth', () => {
  it('tells who waits once the log is beyond what they have seen', async () => {
    const { growth, owner } = setUp(false)
    const [near, far] = [growth.beyond(0, owner), growth.beyond(5, owner)]
    await Promise.resolve()
    growth.grown(3)
    expect(await near).toBe(3)
    growth.grown(2)
    expect(growth.last).toBe(3)
    growth.grown(6)
    expect(await far).toBe(6)
    expect(await growth.beyond(2, owner)).toBe(6)
  })

  it('misses nothing that comes while it looks', async () => {
    // However many steps the growth comes after the question.
    for (let steps = 0; steps < 8; steps += 1) {
      const { growth, owner } = setUp(false)
      const waiting = growth.beyond(0, owner)
      for (let step = 0; step < steps; step += 1) await Promise.resolve()
      growth.grown(1)
      expect(await waiting).toBe(1)
    }
  })

  it('keeps nobody waiting who has left, or whose log is closed', async () => {
    const { growth, owner } = setUp(false)
    const [left, closed] = [growth.beyond(0, owner), growth.beyond(0, {})]
    await Promise.resolve()
    growth.leave(owner)
    expect(await left).toBeUndefined()
    growth.close()
    expect(await closed).toBeUndefined()
    growth.leave(owner)
    expect(await growth.beyond(0, owner)).toBeUndefined()
  })

  it('looks every 50 ms where another process writes, while somebody waits', async () => {
    const { store, clock, growth, owner } = setUp(true)
    const waiting = [growth.beyond(0, owner), growth.beyond(0, {})]
    await clock.advanceBy(49)
    const before = store.asked
    await clock.advanceBy(1)
    expect(store.asked).toBe(before + 1)
    store.end = 4
    await clock.advanceBy(50)
    expect(await Promise.all(waiting)).toEqual([4, 4])
    const asked = store.asked
    await clock.advanceBy(1_000)
    expect(store.asked).toBe(asked)
    expect(await growth.now()).toBe(4)
  })

  it('looks no more for one who has left', async () => {
    const { store, clock, growth, owner } = setUp(true)
    const waiting = growth.beyond(0, owner)
    await clock.advanceBy(60)
    growth.leave(owner)
    expect(await waiting).toBeUndefined()
    const asked = store.asked
    await clock.advanceBy(1_000)
    expect(store.asked).toBeLessThanOrEqual(asked + 1)
  })

  it('tells who waits what the storage fails with', async () => {
    const { store, clock, growth, owner } = setUp(true)
    const waiting = growth.beyond(0, owner)
    waiting.catch(() => {})
    await clock.advanceBy(10)
    store.failure = new LogStorageError('The disk is gone: made up by a test.')
    await clock.advanceBy(50)
    await expect(waiting).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    await expect(growth.beyond(0, owner)).rejects.toMatchObject({ code: 'LOG_STORAGE' })
  })

  it('stops looking when the log is closed', async () => {
    const { store, clock, growth, owner } = setUp(true)
    const waiting = growth.beyond(0, owner)
    await clock.advanceBy(10)
    growth.close()
    expect(await waiting).toBeUndefined()
    const asked = store.asked
    await clock.advanceBy(1_000)
    expect(store.asked).toBe(asked)
  })
})
