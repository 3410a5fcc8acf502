import { SimulatedClock, type SubscriptionStats } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp } from '../support/buses.ts'

/** What the ledger of a subscription, or of a bus, does not account for. */
function unaccounted(stats: SubscriptionStats | ReturnType<typeof setUp>['bus']['stats']): number {
  const { accepted, delivered, dropped, conflated, expired, deadLettered, pending } = stats
  return accepted - delivered - dropped - conflated - expired - deadLettered - pending
}

describe('a mailbox whose subscription ends in something that it asks', () => {
  it('delivers nothing after a dedup key has ended it', async () => {
    const { bus } = setUp()
    let calls = 0
    const subscription = bus.on('note.made', () => (calls += 1), {
      dedup: {
        key: (event) => {
          subscription.unsubscribe()
          return event.id
        },
      },
    })
    bus.emitSync('note.made', hello)
    await rest()
    expect(calls).toBe(0)
    expect(subscription.stats.accepted).toBe(0)
    expect(bus.stats.accepted).toBe(0)
  })

  it.each(['dedup', 'where'] as const)('counts nothing where its %s ends it and throws', (name) => {
    const { bus, lastResort } = setUp()
    const end = (): never => {
      subscription.unsubscribe()
      throw new Error('ended')
    }
    const subscription = bus.on('note.made', () => {}, {
      concurrency: 1,
      ...(name === 'dedup' ? { dedup: { key: end } } : { where: end }),
    })
    bus.emitSync('note.made', hello)
    expect(lastResort).toHaveLength(1)
    expect(bus.stats.accepted).toBe(subscription.stats.accepted)
    expect(unaccounted(bus.stats)).toBe(0)
  })

  it('tries nothing again after retry.when has ended it', async () => {
    const { bus, clock } = setUp()
    let calls = 0
    const subscription = bus.on(
      'note.made',
      () => {
        calls += 1
        throw new Error('no')
      },
      {
        retry: {
          when: () => {
            subscription.unsubscribe()
            return true
          },
        },
      },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60_000)
    expect(calls).toBe(1)
    expect(subscription.stats).toMatchObject({ dropped: 1, retried: 0, pending: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('delivers nothing after a holding key has ended it', async () => {
    const { bus } = setUp()
    let calls = 0
    const subscription = bus.on('note.made', () => (calls += 1), {
      deadLetter: {
        holdKey: true,
        key: () => {
          subscription.unsubscribe()
          return 1
        },
      },
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    await rest()
    expect(calls).toBe(0)
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0 })
    expect(unaccounted(bus.stats)).toBe(0)
  })

  it('delivers no batch after an observer has ended it while the batch was collected', async () => {
    const { bus, clock } = setUp()
    const batches: number[] = []
    const subscription = bus.onBatch('note.made', (events) => batches.push(events.length), {
      mailbox: { maxAgeMs: 50 },
      maxSize: 3,
    })
    bus.observe({
      onDropped: ({ reason }) => {
        if (reason === 'expired') subscription.unsubscribe()
      },
    })
    subscription.pause()
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60)
    bus.emitSync('note.made', hello, { priority: 'critical' })
    bus.emitSync('note.made', hello, { priority: 'critical' })
    subscription.resume()
    await rest()
    expect(batches).toEqual([])
    expect(subscription.stats).toMatchObject({ expired: 1, dropped: 2, pending: 0 })
    expect(unaccounted(bus.stats)).toBe(0)
  })

  it('keeps its ledger where an observer ends it while memory is made', () => {
    let heapUsed = 0
    const usage = (): { heapUsed: number } => ({ heapUsed })
    const { bus } = setUp({ memory: { thresholdBytes: 100, usage, checkEvery: 1 } })
    const subscription = bus.on('note.made', () => {}, { mailbox: {} })
    subscription.pause()
    bus.observe({
      onDropped: ({ reason }) => {
        if (reason === 'memory') subscription.unsubscribe()
      },
    })
    for (let count = 0; count < 3; count += 1) {
      bus.emitSync('note.made', hello, { priority: 'low' })
    }
    bus.on('note.read', () => {}, { mailbox: {} })
    heapUsed = 100
    bus.emitSync('note.read', hello)
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 3, pending: 0, depth: 0 })
    expect(unaccounted(bus.stats)).toBe(0)
  })
})

describe('a batch whose events are gone before it is', () => {
  const options = { maxSize: 10, maxWaitMs: 100 }

  function batching(more: object) {
    const { bus, clock } = setUp()
    const batches: string[] = []
    const subscription = bus.onBatch(
      'note.made',
      (events) => {
        batches.push(`${events.map(({ data }) => data.text).join('')} ${clock.now() - 1_000}`)
      },
      { ...options, ...more },
    )
    return { bus, clock, batches, subscription }
  }

  it('begins anew with the next event after all have expired', async () => {
    const { bus, clock, batches } = batching({ mailbox: { maxAgeMs: 50 } })
    bus.emitSync('note.made', { text: 'a' })
    await clock.advanceBy(100)
    bus.emitSync('note.made', { text: 'b' })
    bus.emitSync('note.made', { text: 'c' })
    await rest()
    expect(batches).toEqual([])
  })

  it('begins anew after one that was paused for too long', async () => {
    const { bus, clock, batches, subscription } = batching({ mailbox: { maxAgeMs: 150 } })
    subscription.pause()
    bus.emitSync('note.made', { text: 'a' })
    await clock.advanceBy(160)
    subscription.resume()
    await clock.advanceBy(0)
    expect(subscription.stats.expired).toBe(1)
    bus.emitSync('note.made', { text: 'b' })
    await rest()
    bus.emitSync('note.made', { text: 'c' })
    await clock.advanceBy(100)
    expect(batches).toEqual(['bc 260'])
  })
})

describe('idle and close with an emission that waits for room', () => {
  it('do not wait for a paused mailbox', async () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { mailbox: { capacity: 1 } })
    subscription.pause()
    let emitted = 0
    for (let count = 0; count < 2; count += 1) {
      void bus.emit('note.made', hello).then(() => (emitted += 1))
    }
    await rest()
    expect(emitted).toBe(1)
    await bus.idle()
    expect(await bus.close()).toEqual({ delivered: 0, dropped: 0, deadLettered: 0, pending: 2 })
    await rest()
    expect(emitted).toBe(2)
  })

  it('wait for the handlers without a mailbox that the same event has started', async () => {
    const { bus, clock } = setUp()
    bus.on('note.made', () => {}, { mailbox: { capacity: 1 } }).pause()
    bus.emitSync('note.made', hello)
    bus.on('note.made', () => clock.sleep(10))
    void bus.emit('note.made', hello)
    let idle = false
    void bus.idle().then(() => (idle = true))
    await clock.advanceBy(9)
    expect(idle).toBe(false)
    await clock.advanceBy(1)
    expect(idle).toBe(true)
  })
})

describe('a wait that ends a rounding error too early', () => {
  it.each([0, 1_000, 1.7e12])(
    'does not stop a simulated clock that begins at %d',
    async (start) => {
      const clock = new SimulatedClock({ start })
      const { bus } = setUp({ clock })
      const calls: number[] = []
      bus.on('note.made', () => calls.push(clock.now()), { rateLimit: { perSecond: 3, burst: 1 } })
      for (let count = 0; count < 5; count += 1) bus.emitSync('note.made', hello)
      await clock.advanceBy(3_000)
      expect(calls).toHaveLength(5)
      const failing = bus.on('note.read', () => Promise.reject(new Error('down')), {
        breaker: { failures: 1, openMs: 100.0001 },
      })
      for (let count = 0; count < 5; count += 1) bus.emitSync('note.read', hello)
      await clock.advanceBy(1_000)
      expect(failing.stats).toMatchObject({ failed: 5, pending: 0 })
    },
  )
})

describe('a delivery that is told of itself', () => {
  it('makes no event of a breaker that a system.warning has opened', async () => {
    const { bus, clock, lastResort } = setUp()
    let calls = 0
    const subscription = bus.on(
      'system.warning',
      () => {
        calls += 1
        throw new Error('no')
      },
      { breaker: { failures: 1, openMs: 100 } },
    )
    bus.emitSync('system.warning', { timestamp: 1, code: 'a', message: 'b' })
    await clock.advanceBy(100_000)
    expect(calls).toBe(1)
    expect(subscription.stats).toMatchObject({ breaker: 'open', pending: 0 })
    expect(lastResort.map(({ error }) => error)).toContainEqual(coded('BREAKER_OPEN'))
  })

  it('makes events again of what other events have caused', async () => {
    const { bus, clock } = setUp()
    const codes: string[] = []
    const fails = new Set(['system.warning', 'note.made'])
    bus.on(
      ['system.*', 'note.made'],
      ({ type }) => {
        if (fails.has(type)) throw new Error('no')
      },
      { breaker: { failures: 1, openMs: 100 } },
    )
    bus.on('system.warning', ({ data }) => codes.push(data.code))
    bus.emitSync('system.warning', { timestamp: 1, code: 'a', message: 'b' })
    await clock.advanceBy(100)
    expect(codes).toEqual(['a'])
    fails.delete('system.warning')
    bus.emitSync('note.made', hello)
    await clock.advanceBy(99)
    expect(codes).toEqual(['a', 'breaker_open'])
  })

  it('gives no warning of a rate limit because of such a warning', async () => {
    const { bus, clock } = setUp()
    let calls = 0
    bus.on('performance.rate_limit_warning', () => (calls += 1), {
      rateLimit: { perSecond: 10, burst: 1 },
    })
    const warning = { timestamp: 1, endpoint: 'rest', used: 9, limit: 10, windowMs: 1_000 }
    bus.emitSync('performance.rate_limit_warning', warning)
    await clock.advanceBy(10_000)
    expect(calls).toBe(1)
  })
})

describe('a promise whose constructor throws', () => {
  it('is a failure of the handler that returned it', async () => {
    const { bus } = setUp()
    const failures: string[] = []
    bus.on('system.error', ({ data }) => failures.push(data.message))
    class Hostile extends Promise<void> {
      static override get [Symbol.species](): never {
        throw new Error('no species')
      }
    }
    const subscription = bus.on('note.made', () => new Hostile(() => {}), { concurrency: 1 })
    bus.emitSync('note.made', hello)
    await rest()
    expect(failures).toHaveLength(1)
    expect(subscription.stats).toMatchObject({ failed: 1, dropped: 1, pending: 0 })
  })
})

describe('a subscription that ends with an event whose time for another attempt has come', () => {
  it('gives it up', async () => {
    const { bus, clock } = setUp()
    const fail = new Set([1])
    const subscription = bus.on(
      'note.made',
      ({ sequence }) => {
        if (fail.has(sequence)) throw new Error('no')
        return new Promise(() => {})
      },
      { retry: { initialMs: 10, jitter: 'none', order: 'release' }, deadLetter: true },
    )
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    // The second has taken the place of the first, whose time has come.
    await clock.advanceBy(20)
    expect(subscription.stats).toMatchObject({ failed: 1, retried: 1, pending: 2 })
    subscription.unsubscribe()
    expect(subscription.stats).toMatchObject({ deadLettered: 1, pending: 1 })
  })
})

describe('a timeout', () => {
  it('aborts the signal before the next call begins', async () => {
    const { bus, clock } = setUp()
    const log: string[] = []
    bus.on(
      'note.made',
      ({ sequence }, { signal }) => {
        log.push(`call ${sequence}`)
        signal.addEventListener('abort', () => log.push(`abort ${sequence}`))
        return new Promise(() => {})
      },
      { timeoutMs: 10 },
    )
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    await clock.advanceBy(10)
    expect(log.filter((line) => !line.endsWith('3'))).toEqual(['call 1', 'abort 1', 'call 2'])
  })
})

describe('a conflating mailbox', () => {
  it('measures the age of the event that waits, not of the one that it has replaced', async () => {
    const { bus, clock } = setUp()
    const seen: string[] = []
    const subscription = bus.on('note.made', ({ data }) => seen.push(data.text), {
      mailbox: { overflow: 'conflate', key: () => 1, maxAgeMs: 50 },
    })
    subscription.pause()
    bus.emitSync('note.made', { text: 'old' })
    await clock.advanceBy(100)
    bus.emitSync('note.made', { text: 'new' })
    subscription.resume()
    await rest()
    expect(seen).toEqual(['new'])
    expect(subscription.stats).toMatchObject({ conflated: 1, delivered: 1, expired: 0 })
  })
})
