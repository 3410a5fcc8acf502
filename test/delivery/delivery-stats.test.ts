import { describe, expect, it } from 'vitest'
import { hello, rest, setUp, type TestBus } from '../support/buses.ts'

const nothing = {
  accepted: 0,
  delivered: 0,
  dropped: 0,
  conflated: 0,
  expired: 0,
  deadLettered: 0,
  pending: 0,
  failed: 0,
  retried: 0,
  timedOut: 0,
  duplicates: 0,
}

function emit(bus: TestBus, texts: string): void {
  for (const text of texts) bus.emitSync('note.made', { text })
}

function fail(): never {
  throw new Error('no')
}

describe('the stats of a subscription', () => {
  it.each([
    ['without a mailbox', {}],
    ['with a mailbox', { concurrency: 1 }],
  ])('are all zero at first, %s', (_, options) => {
    const { bus } = setUp()
    expect(bus.on('note.made', () => {}, options).stats).toEqual({
      ...nothing,
      depth: 0,
      oldestAgeMs: 0,
      lastDeliveredAt: undefined,
      handlerDurationMs: undefined,
      breaker: undefined,
    })
  })

  it('tell how many wait, and how old the oldest is', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => {}, { concurrency: 1 })
    subscription.pause()
    emit(bus, 'a')
    await clock.advanceBy(30)
    emit(bus, 'b')
    await clock.advanceBy(12)
    expect(subscription.stats).toMatchObject({ depth: 2, oldestAgeMs: 42, pending: 2 })
    subscription.resume()
    await rest()
    expect(subscription.stats).toMatchObject({ depth: 0, oldestAgeMs: 0, lastDeliveredAt: 1_030 })
  })

  it('do not make the oldest younger than nothing', () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { concurrency: 1 })
    bus.emitSync('note.made', hello, { timestamp: 5_000 })
    expect(subscription.stats.oldestAgeMs).toBe(0)
  })

  it('count what is dropped, conflated, expired and passed over as a duplicate', async () => {
    const { bus, clock } = setUp()
    const key = ({ data }: { data: { readonly text: string } }): string => data.text
    const subscribe = (options: object) => {
      const subscription = bus.on('note.made', () => {}, options)
      subscription.pause()
      return subscription
    }
    const dropping = subscribe({ mailbox: { capacity: 1, overflow: 'drop-oldest' } })
    const conflating = subscribe({ mailbox: { overflow: 'conflate', key } })
    const expiring = subscribe({ mailbox: { maxAgeMs: 10 } })
    const passing = subscribe({ dedup: { key, capacity: 10 } })
    emit(bus, 'aab')
    await clock.advanceBy(11)
    for (const subscription of bus.subscriptions()) subscription.resume()
    await rest()
    expect(dropping.stats).toMatchObject({ ...nothing, accepted: 3, delivered: 1, dropped: 2 })
    expect(conflating.stats).toMatchObject({ ...nothing, accepted: 3, delivered: 2, conflated: 1 })
    expect(expiring.stats).toMatchObject({ ...nothing, accepted: 3, expired: 3 })
    expect(passing.stats).toMatchObject({ ...nothing, accepted: 2, delivered: 2, duplicates: 1 })
  })

  it('count an event as dropped and failed that where throws on', async () => {
    for (const options of [{}, { concurrency: 1 }]) {
      const { bus } = setUp()
      const subscription = bus.on('note.made', () => {}, { ...options, where: fail })
      bus.emitSync('note.made', hello)
      await rest()
      expect(subscription.stats).toMatchObject({ ...nothing, accepted: 1, failed: 1, dropped: 1 })
    }
  })

  it('count an event as dropped and failed that dedup.key throws on', async () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { dedup: { key: fail, capacity: 10 } })
    bus.emitSync('note.made', hello)
    await rest()
    expect(subscription.stats).toMatchObject({ ...nothing, accepted: 1, failed: 1, dropped: 1 })
  })

  it('count a direct handler as delivered from its call on, and as dropped once it fails', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', async () => {
      await clock.sleep(10)
      fail()
    })
    bus.emitSync('note.made', hello)
    expect(subscription.stats).toMatchObject({ ...nothing, accepted: 1, delivered: 1 })
    await clock.advanceBy(10)
    expect(subscription.stats).toMatchObject({ ...nothing, accepted: 1, dropped: 1, failed: 1 })
  })

  it('have how long every call took, with a mailbox, those that failed and timed out included', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on(
      'note.made',
      async ({ data }) => {
        await clock.sleep(Number(data.text))
        if (data.text === '7') fail()
      },
      { timeoutMs: 50 },
    )
    for (const text of ['1', '1', '7', '90']) bus.emitSync('note.made', { text })
    await clock.advanceBy(500)
    const { count, p50, p99, max } = subscription.stats.handlerDurationMs!
    expect([count, p99, max]).toEqual([4, 50, 50])
    expect(p50).toBeGreaterThan(0.93)
    expect(p50).toBeLessThan(1.07)
  })

  it('have how long each 256th call took without one, from the first on', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => clock.sleep(5))
    for (let count = 0; count < 513; count += 1) bus.emitSync('note.made', hello)
    expect(subscription.stats.handlerDurationMs).toBeUndefined()
    await clock.advanceBy(10)
    expect(subscription.stats.handlerDurationMs).toMatchObject({ count: 3, max: 5 })
  })
})

describe('bus.slowest', () => {
  it('has the subscriptions that take longest, longest first, as many as asked for', async () => {
    const { bus, clock } = setUp()
    for (const [index, id] of ['five', 'nine', 'one', 'seven'].entries()) {
      const takesMs = [5, 9, 1, 7][index]!
      bus.on('note.made', () => clock.sleep(takesMs), index < 2 ? { id } : { id, concurrency: 1 })
    }
    bus.on('note.read', () => {}, { id: 'never called' })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(20)
    expect(bus.slowest().map(({ id }) => id)).toEqual(['nine', 'seven', 'five', 'one'])
    expect(bus.slowest(2).map(({ id }) => id)).toEqual(['nine', 'seven'])
    expect(bus.slowest(0)).toEqual([])
    expect(() => bus.slowest(-1)).toThrow('slowest')
  })
})

describe('bus.stats', () => {
  it('adds up subscriptions of every kind, and counts events and dead letters', async () => {
    const { bus, clock } = setUp()
    bus.on('system.error', () => {})
    bus.on('note.made', () => {})
    bus.on('note.made', fail, { deadLetter: true })
    const paused = bus.on('note.made', () => {}, { concurrency: 1 })
    paused.pause()
    emit(bus, 'ab')
    await clock.advanceBy(10)
    expect(bus.stats).toEqual({
      ...nothing,
      accepted: 8,
      delivered: 4,
      deadLettered: 2,
      failed: 2,
      pending: 2,
      emitted: 4,
      refused: 0,
      denied: 0,
      rateLimited: 0,
      subscriptions: 4,
      depth: 2,
      deadLetters: 2,
    })
  })

  it.each([
    ['a direct one', {}],
    ['one with a mailbox', { concurrency: 1 }],
  ])('keeps what became of the events of %s that has ended', async (_, options) => {
    const { bus } = setUp({ onError: () => {} })
    const subscription = bus.on(
      'note.made',
      ({ data }) => void (data.text === 'b' && fail()),
      options,
    )
    emit(bus, 'abc')
    await rest()
    const { stats } = subscription
    expect(stats).toMatchObject({ ...nothing, accepted: 3, delivered: 2, dropped: 1, failed: 1 })
    subscription.unsubscribe()
    expect(bus.stats).toMatchObject({
      ...nothing,
      accepted: 3,
      delivered: 2,
      dropped: 1,
      failed: 1,
      subscriptions: 0,
    })
  })

  it.each([
    ['a direct one', {}],
    ['one with a mailbox', { concurrency: 1 }],
  ])('counts what %s fails on after it has ended', async (_, options) => {
    const { bus, clock } = setUp({ onError: () => {} })
    const late = async (): Promise<void> => {
      await clock.sleep(10)
      fail()
    }
    const subscription = bus.on('note.made', late, options)
    bus.emitSync('note.made', hello)
    await rest()
    subscription.unsubscribe()
    await clock.advanceBy(10)
    expect(bus.stats).toMatchObject({ ...nothing, accepted: 1, dropped: 1, failed: 1 })
  })

  it.each([
    ['direct', 'succeeds', {}],
    ['direct', 'fails', {}],
    ['with a mailbox', 'succeeds', { concurrency: 1 }],
    ['with a mailbox', 'fails', { concurrency: 1 }],
  ])('counts the one call of a once handler, %s, that %s', async (_, what, options) => {
    for (const asynchronous of [false, true]) {
      const { bus, clock } = setUp({ onError: () => {} })
      bus.once(
        'note.made',
        () => {
          if (asynchronous) {
            return clock.sleep(10).then(() => (what === 'fails' ? fail() : undefined))
          }
          return what === 'fails' ? fail() : undefined
        },
        options,
      )
      emit(bus, 'ab')
      await clock.advanceBy(10)
      const outcome = what === 'fails' ? { dropped: 1, failed: 1 } : { delivered: 1 }
      expect(bus.stats).toMatchObject({ ...nothing, accepted: 1, ...outcome, subscriptions: 0 })
    }
  })

  it('counts what is dropped because its subscription ends', async () => {
    const { bus } = setUp()
    const subscription = bus.on('note.made', () => {}, { concurrency: 1 })
    emit(bus, 'abc')
    subscription.unsubscribe()
    await rest()
    expect(bus.stats).toMatchObject({ ...nothing, accepted: 3, dropped: 3, depth: 0 })
  })
})
