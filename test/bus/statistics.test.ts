import type { BusStats, SubscriptionStats } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, type TestBus } from '../support/buses.ts'

const counters = [
  'accepted',
  'delivered',
  'dropped',
  'conflated',
  'expired',
  'deadLettered',
  'pending',
  'failed',
  'retried',
  'timedOut',
  'duplicates',
] as const

const requireLedger = (stats: BusStats | SubscriptionStats): void => {
  const { accepted, delivered, dropped, conflated, expired, deadLettered, pending } = stats
  expect(accepted).toBe(delivered + dropped + conflated + expired + deadLettered + pending)
  expect(Math.min(...counters.map((name) => stats[name]))).toBeGreaterThanOrEqual(0)
}

const sumOf = (all: readonly SubscriptionStats[]) =>
  Object.fromEntries(
    counters.map((name) => [name, all.reduce((sum, stats) => sum + stats[name], 0)]),
  )

/** One subscription for each way in which an event can end. */
function everyEnd(bus: TestBus, sleep: (ms: number) => Promise<void>) {
  const fail = (): never => {
    throw new Error('planted')
  }
  const retry = { attempts: 3, initialMs: 10, jitter: 'none' } as const
  return [
    bus.on('note.made', () => {}),
    bus.on('note.made', fail),
    bus.on('note.made', () => sleep(30)),
    bus.on('note.made', () => {}, { where: ({ sequence }) => sequence % 2 === 0 || fail() }),
    bus.on('note.made', () => sleep(30), { mailbox: { capacity: 2, overflow: 'drop-oldest' } }),
    bus.on('note.made', () => sleep(30), { mailbox: { overflow: 'conflate', key: () => 1 } }),
    bus.on('note.made', () => sleep(30), { mailbox: { maxAgeMs: 40 } }),
    bus.on('note.made', fail, { deadLetter: true, retry }),
    bus.on('note.made', () => sleep(99), { timeoutMs: 20 }),
    bus.on('note.made', () => {}, { dedup: { key: () => 1, capacity: 10 } }),
    bus.on('note.made', () => {}, { rateLimit: { perSecond: 10, burst: 1, onLimit: 'drop' } }),
    bus.on('system.error', () => {}),
    bus.on('performance.rate_limit_warning', () => {}),
  ]
}

describe('bus.stats', () => {
  it('begins with nothing', () => {
    const { bus } = setUp()
    expect(bus.stats).toEqual({
      ...Object.fromEntries(counters.map((name) => [name, 0])),
      emitted: 0,
      refused: 0,
      denied: 0,
      rateLimited: 0,
      subscriptions: 0,
      depth: 0,
      deadLetters: 0,
    })
  })

  it('is the sum of its subscriptions, at every moment and after they have ended', async () => {
    const { bus, clock } = setUp()
    const subscriptions = everyEnd(bus, (ms) => clock.sleep(ms))
    const check = (): void => {
      const all = subscriptions.map(({ stats }) => stats)
      for (const stats of [...all, bus.stats]) requireLedger(stats)
      expect(bus.stats).toMatchObject(sumOf(all))
    }
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < round % 4; count += 1) bus.emitSync('note.made', hello)
      check()
      await clock.advanceBy(7)
      check()
    }
    // Each end has happened.
    for (const name of counters) expect([name, bus.stats[name] > 0]).toEqual([name, true])
    for (const subscription of subscriptions) {
      subscription.unsubscribe()
      check()
    }
    const done = bus.idle()
    await clock.advanceBy(10_000)
    await done
    check()
    expect(bus.stats).toMatchObject({ pending: 0, depth: 0, subscriptions: 0 })
  })

  it('counts calls of direct handlers that end after their subscription', async () => {
    const { bus, clock } = setUp()
    const good = bus.on('note.made', () => clock.sleep(10))
    const bad = bus.on('note.made', async () => {
      await clock.sleep(10)
      throw new Error('planted')
    })
    const once = bus.once('note.made', async () => {
      await clock.sleep(10)
      throw new Error('planted')
    })
    const onceThrowing = bus.once('note.made', () => {
      throw new Error('planted')
    })
    bus.emitSync('note.made', hello)
    good.unsubscribe()
    bad.unsubscribe()
    await clock.advanceBy(10)
    expect(bus.stats).toMatchObject({ accepted: 4, delivered: 1, dropped: 3, failed: 3 })
    for (const { stats } of [bad, once, onceThrowing]) {
      expect(stats).toMatchObject({ accepted: 1, delivered: 0, dropped: 1, failed: 1 })
    }
  })

  it('counts a where that ends its own subscription and throws', () => {
    const { bus } = setUp()
    const leaving = bus.on('note.made', () => {}, {
      where: () => {
        leaving.unsubscribe()
        throw new Error('planted')
      },
    })
    bus.emitSync('note.made', hello)
    expect(leaving.stats).toMatchObject({ accepted: 1, delivered: 0, dropped: 1, failed: 1 })
    expect(bus.stats).toMatchObject({ accepted: 1, delivered: 0, dropped: 1, failed: 1 })
  })

  it('counts a where that throws in front of a mailbox', () => {
    const { bus } = setUp()
    const where = (): boolean => {
      throw new Error('planted')
    }
    const { stats } = bus.on('note.made', () => {}, { where, mailbox: {} })
    expect(stats).toMatchObject({ accepted: 0 })
    bus.emitSync('note.made', hello)
    expect(bus.stats).toMatchObject({ accepted: 1, dropped: 1, failed: 1, pending: 0 })
  })

  it('counts what a full stream has dropped as dropped, not as delivered', () => {
    const { bus } = setUp()
    bus.stream('note.made', { capacity: 2 })
    for (let count = 0; count < 5; count += 1) bus.emitSync('note.made', hello)
    expect(bus.subscriptions()[0]!.stats).toMatchObject({ accepted: 5, delivered: 2, dropped: 3 })
    expect(bus.stats).toMatchObject({ accepted: 5, delivered: 2, dropped: 3 })
  })

  it('counts what passes a paused subscription by', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {})
    subscription.pause()
    bus.emitSync('note.made', hello)
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 0, dropped: 1, depth: 0 })
    requireLedger(bus.stats)
  })

  it('tells how much waits, since when, and how many dead letters there are', async () => {
    const { bus, clock } = setUp()
    const slow = bus.on('note.made', () => clock.sleep(100), { mailbox: {} })
    bus.on('note.read', () => Promise.reject(new Error('planted')), { deadLetter: true })
    bus.emitSync('note.read', hello)
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    await clock.advanceBy(40)
    expect(slow.stats).toMatchObject({ depth: 2, oldestAgeMs: 40, lastDeliveredAt: 1_000 })
    expect(bus.stats).toMatchObject({ depth: 2, pending: 3, deadLetters: 1, subscriptions: 2 })
    bus.deadLetters.discard({})
    expect(bus.stats).toMatchObject({ deadLetters: 0, deadLettered: 1 })
  })

  it('counts refusals, whatever their reason', async () => {
    const { bus } = setUp()
    bus.use({ before: ({ type }) => (type === 'note.read' ? false : undefined) })
    expect(() => bus.emitSync('note.read', hello)).toThrow(coded('EVENT_VETOED'))
    // @ts-expect-error -- no payload.
    expect(() => bus.emitSync('note.made', {})).toThrow(coded('EVENT_INVALID'))
    // @ts-expect-error -- no such type.
    expect(() => bus.emitSync('note.unknown', {})).toThrow(coded('EVENT_UNKNOWN'))
    await bus.close()
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    expect(bus.stats).toMatchObject({ emitted: 0, refused: 4, denied: 0, rateLimited: 0 })
  })
})

describe('slowest', () => {
  it('lists subscriptions by how long their handlers take, longest first', async () => {
    const { bus, clock } = setUp()
    for (const ms of [10, 30, 20]) {
      bus.on('note.made', () => clock.sleep(ms), { id: `direct ${ms}` })
      bus.on('note.made', () => clock.sleep(ms + 5), { id: `mailbox ${ms}`, mailbox: {} })
    }
    bus.on('note.read', () => {}, { id: 'never called' })
    bus.stream('note.made')
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    const ids = (count?: number): string[] => bus.slowest(count).map(({ id }) => id)
    expect(ids()).toEqual([
      'mailbox 30',
      'direct 30',
      'mailbox 20',
      'direct 20',
      'mailbox 10',
      'direct 10',
    ])
    expect(ids(2)).toEqual(['mailbox 30', 'direct 30'])
    expect(ids(0)).toEqual([])
  })

  it('lists those that take as long in order of their longest call, then of registration', async () => {
    const { bus, clock } = setUp()
    for (const [id, longestMs] of Object.entries({ first: 50, second: 50, longer: 60 })) {
      const handler = ({ sequence }: { sequence: number }): Promise<void> =>
        clock.sleep(sequence === 1 ? longestMs : 10)
      bus.on('note.made', handler, { id, concurrency: 'unlimited' })
    }
    for (let count = 0; count < 200; count += 1) bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    const p99s = new Set(bus.slowest().map(({ stats }) => stats.handlerDurationMs!.p99))
    expect(p99s.size).toBe(1)
    expect(bus.slowest().map(({ id }) => id)).toEqual(['longer', 'first', 'second'])
  })

  it.each([-1, 1.5, '3', Number.NaN])('refuses a count of %j', (count) => {
    const { bus } = setUp()
    // @ts-expect-error -- no count.
    expect(() => bus.slowest(count)).toThrow(coded('CONFIGURATION'))
  })

  it('measures the first call without a mailbox, and each 256th after it', async () => {
    const { bus, clock } = setUp()
    let ms = 5
    const subscription = bus.on('note.made', () => clock.sleep(ms))
    const durations = () => subscription.stats.handlerDurationMs
    expect(durations()).toBeUndefined()
    for (let count = 1; count <= 256; count += 1) {
      bus.emitSync('note.made', hello)
      await clock.advanceBy(ms)
      ms = 1_000
    }
    expect(durations()!.max).toBe(5)
    bus.emitSync('note.made', hello)
    await clock.advanceBy(ms)
    await rest()
    expect(durations()!.max).toBe(1_000)
  })
})
