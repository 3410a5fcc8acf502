import { type Clock, SimulatedClock, type SubscribeOptions, type Timer } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { catalog, hello, rest, setUp } from '../support/buses.ts'

/** A clock whose time of day can be set, as people do with theirs. */
class SettableClock implements Clock {
  readonly deterministic = true
  readonly simulated = new SimulatedClock({ start: 1_000 })
  offsetMs = 0

  now(): number {
    return this.simulated.now() + this.offsetMs
  }

  monotonic(): number {
    return this.simulated.monotonic()
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.simulated.setTimer(delayMs, callback)
  }

  sleep(delayMs: number): Promise<void> {
    return this.simulated.sleep(delayMs)
  }
}

/** A subscription, what it sees, and what passes it by. */
function listening(options: SubscribeOptions, made = setUp()) {
  const { bus } = made
  const seen: string[] = []
  const dropped: string[] = []
  bus.observe({
    onDropped: ({ event, reason }) => {
      dropped.push(`${(event!.data as typeof hello).text} ${reason}`)
    },
  })
  const subscription = bus.on('note.made', ({ data }) => seen.push(data.text) && undefined, options)
  const emit = (...texts: readonly string[]): void => {
    for (const text of texts) bus.emitSync('note.made', { text })
  }
  return { ...made, subscription, seen, dropped, emit }
}

describe('Subscription.pause', () => {
  it('lets events pass by without a mailbox, and counts them', () => {
    const { subscription, seen, dropped, emit } = listening({})
    emit('a')
    subscription.pause()
    expect(subscription.paused).toBe(true)
    emit('b', 'c')
    expect(dropped).toEqual(['b paused', 'c paused'])
    subscription.resume()
    expect(subscription.paused).toBe(false)
    emit('d')
    expect(seen).toEqual(['a', 'd'])
    expect(subscription.stats).toMatchObject({ accepted: 4, delivered: 2, dropped: 2, pending: 0 })
  })

  it('lets events wait in a mailbox, up to its capacity', async () => {
    const { bus, subscription, seen, dropped, emit } = listening({
      mailbox: { capacity: 2, overflow: 'drop-newest' },
    })
    subscription.pause()
    subscription.pause()
    emit('a', 'b', 'c')
    await rest()
    expect([seen, dropped]).toEqual([[], ['c overflow']])
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 1, pending: 2, depth: 2 })
    subscription.resume()
    emit('d')
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
    expect(dropped).toEqual(['c overflow', 'd overflow'])
    emit('e')
    await bus.idle()
    expect(seen).toEqual(['a', 'b', 'e'])
  })

  it('lets a call that runs go on, and starts no other', async () => {
    const { bus } = setUp()
    const gate = Promise.withResolvers<void>()
    const seen: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        return gate.promise
      },
      { mailbox: {} },
    )
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await rest()
    subscription.pause()
    let idle = false
    const wait = bus.idle().then(() => (idle = true))
    await rest()
    expect(idle).toBe(false)
    gate.resolve()
    await wait
    expect(seen).toEqual(['a'])
    expect(subscription.stats).toMatchObject({ accepted: 2, delivered: 1, pending: 1, depth: 1 })
    subscription.resume()
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
  })

  it('called by the handler leaves what waits where it is', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        subscription.pause()
      },
      { mailbox: {} },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await bus.idle()
    expect(seen).toEqual(['a'])
    subscription.resume()
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 2, pending: 1 })
  })

  it('does not keep idle() waiting, nor other mailboxes', async () => {
    const { bus, subscription, seen, emit } = listening({ mailbox: {} })
    const others: string[] = []
    bus.on('note.made', ({ data }) => others.push(data.text) && undefined, { mailbox: {} })
    subscription.pause()
    emit('a', 'b')
    await bus.idle()
    expect([seen, others]).toEqual([[], ['a', 'b']])
    expect(bus.stats).toMatchObject({ accepted: 4, delivered: 2, pending: 2, depth: 2 })
  })

  it('lets close() report what it holds as pending, and drop it then', async () => {
    const { bus, subscription, emit } = listening({ mailbox: {} })
    subscription.pause()
    emit('a', 'b')
    expect(await bus.close()).toEqual({ delivered: 0, dropped: 0, deadLettered: 0, pending: 2 })
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0 })
  })

  it('holds back what is to be tried again, until it is resumed', async () => {
    const { bus, clock } = setUp()
    const times: number[] = []
    const subscription = bus.on(
      'note.made',
      () => {
        times.push(clock.now())
        if (times.length === 1) throw new Error('once')
      },
      { retry: { attempts: 2, initialMs: 10, jitter: 'none' } },
    )
    bus.emitSync('note.made', hello)
    await rest()
    subscription.pause()
    await clock.advanceBy(50)
    await bus.idle()
    expect(times).toEqual([1_000])
    subscription.resume()
    await bus.idle()
    expect(times).toEqual([1_000, 1_050])
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 1, failed: 1, retried: 1 })
  })

  it('can be undone before anything has come, and once it has ended changes nothing', async () => {
    const { bus, subscription, seen, emit } = listening({ mailbox: {} })
    subscription.pause()
    subscription.resume()
    subscription.resume()
    emit('a')
    await bus.idle()
    subscription.unsubscribe()
    subscription.pause()
    subscription.resume()
    await bus.idle()
    expect(seen).toEqual(['a'])
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 1, pending: 0 })
  })
})

describe('Bus.pause', () => {
  it('stops all mailboxes, and lets them go on', async () => {
    const { bus, subscription, seen, emit } = listening({ mailbox: {} })
    emit('a')
    bus.pause()
    emit('b')
    await rest()
    expect(seen).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 1, pending: 1, depth: 1 })
    bus.resume()
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
    expect(subscription.paused).toBe(false)
  })

  it('leaves a subscription paused that was paused by itself', async () => {
    const { bus, subscription, seen, emit } = listening({ mailbox: {} })
    subscription.pause()
    bus.pause()
    bus.resume()
    emit('a')
    await bus.idle()
    expect([subscription.paused, seen]).toEqual([true, []])
  })

  it('lets idle() resolve while mailboxes hold events', async () => {
    const { bus, seen, emit } = listening({ mailbox: {} })
    emit('a')
    bus.pause()
    await bus.idle()
    expect(seen).toEqual([])
  })
})

describe('SubscriptionStats.oldestAgeMs', () => {
  it('is the age of the oldest event that waits, in any lane, and 0 if none does', async () => {
    const { bus, clock, subscription, emit } = listening({ mailbox: {} })
    expect(subscription.stats.oldestAgeMs).toBe(0)
    subscription.pause()
    await clock.advanceBy(10)
    emit('a')
    await clock.advanceBy(10)
    bus.emitSync('note.made', hello, { priority: 'critical' })
    await clock.advanceBy(5)
    expect(subscription.stats.oldestAgeMs).toBe(15)
    subscription.resume()
    await bus.idle()
    expect(subscription.stats.oldestAgeMs).toBe(0)
  })

  it('is never negative, on a clock that was set back, either', async () => {
    const clock = new SettableClock()
    const { bus, subscription, seen, emit } = listening(
      { mailbox: { maxAgeMs: 100, capacity: 2, waitMs: 50 }, timeoutMs: 50 },
      { ...setUp({ clock, catalog }), clock: clock.simulated },
    )
    subscription.pause()
    emit('a')
    clock.offsetMs = -500
    expect(subscription.stats.oldestAgeMs).toBe(0)
    emit('b', 'c')
    await clock.simulated.advanceBy(50)
    expect(subscription.stats).toMatchObject({ accepted: 3, expired: 1, pending: 2 })
    clock.offsetMs = -1_000_000
    subscription.resume()
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
    expect(subscription.stats).toMatchObject({
      delivered: 2,
      expired: 1,
      pending: 0,
      oldestAgeMs: 0,
      lastDeliveredAt: 500,
      handlerDurationMs: { count: 2, max: 0 },
    })
  })

  it('breaks no batch and no retry on a clock that was set back', async () => {
    const clock = new SettableClock()
    const { bus } = setUp({ clock })
    const calls: string[] = []
    const note = (texts: string): void => void calls.push(`${texts} ${clock.monotonic()}`)
    bus.onBatch('note.made', (events) => note(events.map(({ data }) => data.text).join('')), {
      maxWaitMs: 20,
    })
    bus.on(
      'note.made',
      (_event, { attempt }) => {
        note(`attempt ${attempt}`)
        if (attempt === 1) throw new Error('again')
      },
      { retry: { attempts: 2, initialMs: 30, jitter: 'none' } },
    )
    bus.emitSync('note.made', { text: 'a' })
    await clock.simulated.advanceBy(10)
    clock.offsetMs = -3_600_000
    bus.emitSync('note.made', { text: 'b' })
    await clock.simulated.advanceBy(50)
    await bus.idle()
    expect(calls).toEqual(['attempt 1 0', 'ab 20', 'attempt 2 30', 'attempt 1 30', 'attempt 2 60'])
    expect(bus.stats).toMatchObject({ accepted: 4, delivered: 4, failed: 2, pending: 0 })
  })
})
