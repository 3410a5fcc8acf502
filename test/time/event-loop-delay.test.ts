import { describe, expect, it } from 'vitest'
import { eventLoopDelay } from '../../src/time/event-loop-delay.ts'
import { SystemClock } from '../../src/time/system-clock.ts'

describe('eventLoopDelay', () => {
  it('tells how long the event loop was kept busy', async () => {
    const clock = new SystemClock()
    const delay = eventLoopDelay()!
    // It measures between its own ticks, so one must have passed.
    await clock.sleep(30)
    const end = clock.monotonic() + 120
    while (clock.monotonic() < end);
    await clock.sleep(30)
    expect(delay.p99()).toBeGreaterThan(80)
    delay.close()
    delay.p99()
    expect(delay.p99()).toBe(0)
  })

  it('is undefined where the platform cannot tell', () => {
    expect(eventLoopDelay({})).toBeUndefined()
    expect(eventLoopDelay({ process: {} })).toBeUndefined()
    expect(eventLoopDelay({ process: { getBuiltinModule: () => undefined } })).toBeUndefined()
  })

  it('is never negative', () => {
    const histogram = {
      count: 5,
      percentile: () => 9e6,
      enable: () => true,
      disable: () => true,
      reset: () => {},
    }
    const hooks = { monitorEventLoopDelay: () => histogram }
    const delay = eventLoopDelay({ process: { getBuiltinModule: () => hooks } })
    expect(delay?.p99()).toBe(0)
  })
})
