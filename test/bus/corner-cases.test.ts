import { SimulatedClock, type Timer } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('a batch of two limited sources', () => {
  it('takes from none, and leaves nobody waiting, if one refuses', async () => {
    const { bus, clock } = setUp({
      rateLimits: { a: { perSecond: 1 }, b: { perSecond: 1, onLimit: 'error' } },
    })
    const from = (source: string) =>
      ({ type: 'note.made', data: hello, options: { source } }) as const
    const unhandled = await unhandledDuring(async () => {
      await bus.emitBatch([from('a'), from('b')])
      await expect(bus.emitBatch([from('a'), from('b')])).rejects.toEqual(coded('RATE_LIMITED'))
      await clock.advanceBy(1_000)
      // The token of a is there still.
      bus.emitSync('note.made', hello, { source: 'a' })
      await bus.close()
    })
    expect(unhandled).toEqual([])
  })
})

describe('an emission that waits for its source', () => {
  it.each([true, false])(
    'tells onError of its refusal unless awaited: awaited %s',
    async (awaited) => {
      const { bus, lastResort } = setUp({ rateLimits: { a: { perSecond: 1 } } })
      await bus.emit('note.made', hello, { source: 'a' })
      const waiting = bus.emit('note.made', hello, { source: 'a' })
      const outcome = awaited ? waiting.catch((error: unknown) => error) : undefined
      await bus.close()
      await rest()
      await rest()
      if (awaited) expect(await outcome).toEqual(coded('BUS_CLOSED'))
      expect(lastResort.map(({ error }) => error)).toEqual(awaited ? [] : [coded('BUS_CLOSED')])
    },
  )
})

describe('closing a paused bus', () => {
  it('tells onError of what nobody awaits, reports of failures included', async () => {
    const { bus, clock, lastResort } = setUp()
    bus.on('note.made', async () => {
      await clock.sleep(5)
      throw new Error('late')
    })
    bus.on('system.error', () => {})
    bus.emitSync('note.made', hello)
    bus.pause()
    await clock.advanceBy(5)
    bus.emitSync('note.read', hello)
    const awaited = bus.emit('note.read', hello)
    expect(await bus.close()).toMatchObject({ dropped: 0, pending: 3 })
    await expect(awaited).rejects.toEqual(coded('BUS_CLOSED'))
    expect(lastResort.map(({ context }) => context.event?.type)).toEqual([
      'system.error',
      'note.read',
    ])
  })
})

describe('closing a paused bus with a middleware', () => {
  it('runs nothing after what was never dispatched', async () => {
    const { bus, lastResort } = setUp()
    const after: string[] = []
    bus.use({ after: ({ type }) => void after.push(type) })
    bus.pause()
    bus.emitSync('note.made', hello)
    expect(await bus.close()).toMatchObject({ pending: 1 })
    expect(after).toEqual([])
    expect(lastResort).toHaveLength(1)
  })
})

describe('the report of close', () => {
  it('has direct calls that ran as it was called, under what became of them', async () => {
    const { bus, clock } = setUp()
    let fails = false
    bus.on('note.made', async () => {
      const rejects = fails
      fails = true
      await clock.sleep(10)
      if (rejects) throw new Error('no')
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    const closing = bus.close()
    await clock.advanceBy(10)
    expect(await closing).toEqual({ delivered: 1, dropped: 1, deadLettered: 0, pending: 0 })
  })
})

describe('the stats of a stream', () => {
  it('have what passed it by while it was paused, and what it dropped', () => {
    const { bus } = setUp()
    bus.stream('note.made', { capacity: 1 })
    const [subscription] = bus.subscriptions()
    subscription!.pause()
    bus.emitSync('note.made', hello)
    expect(subscription!.stats).toMatchObject({ accepted: 1, delivered: 0, dropped: 1 })
    subscription!.resume()
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello)
    expect(subscription!.stats).toMatchObject({ accepted: 3, delivered: 1, dropped: 2 })
    expect(bus.stats).toMatchObject({ accepted: 3, delivered: 1, dropped: 2 })
  })
})

describe('failures of calls that are measured', () => {
  it('are told in the order of their events', async () => {
    const { bus } = setUp()
    const failed: (string | undefined)[] = []
    bus.on('note.made', () => Promise.reject(new Error('no')))
    bus.on('system.error', ({ data }) => failed.push(data.originalEvent?.id))
    const note = { type: 'note.made', data: hello } as const
    await bus.emitBatch([note, note, note])
    await bus.idle()
    expect(failed).toEqual(['sim-1', 'sim-2', 'sim-3'])
  })
})

describe('a forwarded event', () => {
  it('is counted as denied where its source may not emit it', () => {
    const { bus } = setUp({ allow: { 'note.*': ['scribe'] } })
    const { bus: other } = setUp({ run: 'other', source: 'bot' })
    other.forward(bus, { pattern: 'note.made' })
    other.emitSync('note.made', hello)
    other.emitSync('note.made', hello, { source: 'scribe' })
    expect(bus.stats).toMatchObject({ emitted: 1, refused: 1, denied: 1 })
  })
})

describe('a handler with a mailbox that was consumed', () => {
  it('can still be unsubscribed, and gives up what waits', async () => {
    const { bus } = setUp()
    const calls: number[] = []
    const subscription = bus.once('note.made', ({ sequence }) => calls.push(sequence), {
      mailbox: {},
    })
    bus.emitSync('note.made', hello)
    expect(subscription.active).toBe(false)
    subscription.unsubscribe()
    subscription.unsubscribe()
    await rest()
    expect(calls).toEqual([])
    expect(bus.stats).toMatchObject({ accepted: 1, dropped: 1, pending: 0 })
  })
})

describe('a bus with limits and rules that is closed', () => {
  it('refuses at once', async () => {
    const { bus, clock } = setUp({ rateLimits: { tradewire: { perSecond: 0.001, burst: 1 } } })
    await bus.close()
    for (let count = 0; count < 2; count += 1) {
      await expect(bus.emit('note.made', hello)).rejects.toEqual(coded('BUS_CLOSED'))
      expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    }
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not stumble over what is no type', async () => {
    const { bus } = setUp({ allow: { 'note.*': ['scribe'] } })
    await expect(bus.emit(undefined as never, {} as never)).rejects.toEqual(coded('EVENT_UNKNOWN'))
  })
})

describe('a route from a limited source', () => {
  it('takes nothing from its limit, and keeps to what it may emit', async () => {
    const { bus, clock } = setUp({
      rateLimits: { bot: { perSecond: 2, burst: 2 } },
      allow: { 'note.read': ['bot'], 'alarm.rung': ['guard'] },
    })
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.addRoute({ pattern: 'note.made', to: 'alarm.rung' })
    bus.addRoute({ pattern: 'note.made', to: 'alarm.rung', source: 'guard' })
    for (let count = 0; count < 10; count += 1) {
      void bus.emit('note.made', hello, { source: 'bot' })
    }
    await clock.advanceBy(60_000)
    const counts = bus.eventCounts()
    expect(counts.get('note.read')).toBe(10)
    expect(counts.get('alarm.rung')).toBe(10)
    expect(bus.stats).toMatchObject({ rateLimited: 0, denied: 10 })
  })

  it('takes a source only where it makes events of this bus', () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    const rule = { pattern: 'note.made', to: other, source: 'guard' } as const
    expect(() => bus.addRoute(rule as never)).toThrow('source is for a route to a type')
  })
})

describe('events that wait behind a serial emission', () => {
  it('are counted where there are too many, with a mailbox, too', async () => {
    const { bus } = setUp({ history: 0 })
    const gate = Promise.withResolvers<void>()
    bus.on('note.made', ({ sequence }) => (sequence === 1 ? gate.promise : undefined), {
      priority: 1,
    })
    const subscription = bus.on('note.made', () => {}, { mailbox: { capacity: 200_000 } })
    const serial = bus.emitSerial('note.made', hello)
    for (let count = 0; count < 100_100; count += 1) bus.emitSync('note.made', hello)
    gate.resolve()
    await serial
    await bus.idle()
    expect(subscription.stats).toMatchObject({ accepted: 100_101, dropped: 100, pending: 0 })
  })
})

/** A clock whose timers fire when the test says so, however late. */
class LateClock extends SimulatedClock {
  readonly due: (() => void | Promise<void>)[] = []
  ms = 0

  override monotonic(): number {
    return this.ms
  }

  override setTimer(_delayMs: number, callback: () => void | Promise<void>): Timer {
    this.due.push(callback)
    return { cancel: () => {} }
  }
}

describe('emissions that a source has waiting', () => {
  it('are not overtaken by a later one of it, however late their timer is', async () => {
    const clock = new LateClock()
    const { bus } = setUp({ clock, rateLimits: { bot: { perSecond: 100, burst: 5 } } })
    const texts = textsOf(bus, 'note.made')
    const emit = (text: string): unknown => bus.emit('note.made', { text }, { source: 'bot' })
    for (let count = 0; count < 7; count += 1) void emit(`m${count}`)
    clock.ms = 50
    for (const callback of clock.due.splice(0)) void callback()
    void emit('late')
    await rest()
    clock.ms = 100
    for (const callback of clock.due.splice(0)) void callback()
    await rest()
    expect(texts).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'late'])
  })
})
