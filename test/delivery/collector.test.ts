import { SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { Collector } from '../../src/delivery/collector.ts'

/** A collector on a clock that stands at 0, and when it has woken its owner. */
function collectorOf(maxSize: number, maxWaitMs: number) {
  const clock = new SimulatedClock()
  const wakes: number[] = []
  const collector = new Collector({ maxSize, maxWaitMs }, clock, () => wakes.push(clock.now()))
  return { clock, wakes, collector }
}

const since = (oldestAcceptedAt: number) => ({ oldestAcceptedAt })
const nothing = since(Infinity)
const open = { draining: false }
const draining = { draining: true }

describe('Collector', () => {
  it('is complete with as many events as a batch may hold, or more', () => {
    const { collector, clock } = collectorOf(3, 100)
    expect([3, 4].map((size) => collector.complete(size, since(0), open))).toEqual([true, true])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is never complete without an event, and sets no timer for it', () => {
    const { collector, clock } = collectorOf(3, 0)
    expect(collector.complete(0, nothing, draining)).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is complete once the first event has waited for long enough, with one timer', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    expect(collector.complete(1, since(0), open)).toBe(false)
    await clock.advanceBy(40)
    expect(collector.complete(2, since(0), open)).toBe(false)
    expect(clock.pendingTimers).toBe(1)
    await clock.advanceBy(59)
    expect(wakes).toEqual([])
    await clock.advanceBy(1)
    expect(wakes).toEqual([100])
    expect(collector.complete(2, since(0), open)).toBe(true)
  })

  it('counts the time from the acceptance of the first event, whenever it is asked', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    await clock.advanceBy(70)
    expect(collector.complete(1, since(0), open)).toBe(false)
    await clock.advanceBy(30)
    expect(wakes).toEqual([100])
  })

  it('wakes at once where the first event has waited for longer already', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    await clock.advanceBy(500)
    expect(collector.complete(1, since(0), open)).toBe(false)
    await clock.advanceBy(0)
    expect(wakes).toEqual([500])
    expect(collector.complete(1, since(0), open)).toBe(true)
  })

  it('begins anew with the next batch', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    collector.complete(1, since(0), open)
    await clock.advanceBy(100)
    collector.gone()
    expect(collector.complete(1, since(100), open)).toBe(false)
    await clock.advanceBy(100)
    expect(wakes).toEqual([100, 200])
  })

  it('cancels its timer when a batch goes before', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    collector.complete(1, since(0), open)
    collector.gone()
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceBy(200)
    expect(wakes).toEqual([])
  })

  it('lets all go that waits while somebody waits for that', () => {
    const { collector } = collectorOf(3, 100)
    expect(collector.complete(1, since(0), open)).toBe(false)
    expect(collector.complete(1, since(0), draining)).toBe(true)
    collector.gone()
    expect(collector.complete(2, since(0), draining)).toBe(true)
    collector.gone()
    expect(collector.complete(1, since(0), open)).toBe(false)
  })

  it('sets no timer once it is stopped, and stops twice as well as once', async () => {
    const { collector, clock, wakes } = collectorOf(3, 100)
    collector.complete(1, since(0), open)
    collector.stop()
    collector.stop()
    await clock.advanceBy(200)
    expect(wakes).toEqual([])
  })
})
