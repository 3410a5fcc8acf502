import { type MemoryOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { MemoryGuard, toMemorySettings } from '../../src/delivery/memory-guard.ts'
import { coded, rest, setUp } from '../support/buses.ts'

const [critical, high, normal, low] = [0, 1, 2, 3]

/** A guard with a threshold of 100 bytes, and what it has said. */
function guardOf(checkEvery = 1) {
  const memory = { heapUsed: 0, asked: 0 }
  const shed: number[] = []
  const failures: unknown[] = []
  const usage = () => {
    memory.asked += 1
    return { heapUsed: memory.heapUsed }
  }
  const guard = new MemoryGuard(
    { thresholdBytes: 100, usage, checkEvery },
    { shed: (lane) => shed.push(lane), failed: (error) => failures.push(error) },
  )
  /** Which lanes are given up at such a use. */
  const shedsAt = (heapUsed: number): number[] => {
    memory.heapUsed = heapUsed
    return [critical, high, normal, low].filter((lane) => guard.sheds(lane))
  }
  return { guard, memory, shed, failures, shedsAt }
}

/** A bus that guards 100 bytes, and what it uses. */
function guardedBus(options: Partial<MemoryOptions> = {}) {
  const memory = { heapUsed: 0 }
  const usage = () => ({ heapUsed: memory.heapUsed })
  const setting = { thresholdBytes: 100, usage, checkEvery: 1, ...options }
  const made = setUp({ memory: setting })
  const warnings: unknown[] = []
  made.bus.on('performance.memory_warning', ({ data }) => {
    warnings.push(data)
  })
  return { ...made, memory, warnings }
}

describe('toMemorySettings', () => {
  it('asks after 1,000 events by default', () => {
    const usage = () => ({ heapUsed: 0 })
    expect(toMemorySettings({ thresholdBytes: 1, usage })).toEqual({
      thresholdBytes: 1,
      usage,
      checkEvery: 1_000,
    })
  })

  const usage = () => ({ heapUsed: 0 })
  it.each<[unknown, string]>([
    [5, 'The options of memory must be an object, but are 5.'],
    [{ usage, thresholdBytes: 1, limit: 5 }, 'memory has no option "limit".'],
    [{ usage }, 'memory.thresholdBytes must be a finite number of at least 0, but is undefined.'],
    [{ usage, thresholdBytes: Number.NaN }, 'memory.thresholdBytes must be a finite number'],
    [{ usage, thresholdBytes: Infinity }, 'memory.thresholdBytes must be a finite number'],
    [{ usage, thresholdBytes: -1 }, 'memory.thresholdBytes must be a finite number'],
    [{ usage, thresholdBytes: 0 }, 'memory.thresholdBytes must be more than 0.'],
    [{ thresholdBytes: 1 }, 'memory.usage must be a function, but is undefined.'],
    [
      { usage, thresholdBytes: 1, checkEvery: 0 },
      'memory.checkEvery must be a whole number of at least 1, but is 0.',
    ],
    [{ usage, thresholdBytes: 1, checkEvery: 1.5 }, 'memory.checkEvery must be a whole number'],
  ])('refuses %o, by createBus, too', (options, message) => {
    const memory = options as MemoryOptions
    expect(() => toMemorySettings(memory)).toThrow(message)
    expect(() => setUp({ memory })).toThrow(coded('CONFIGURATION'))
  })
})

describe('MemoryGuard', () => {
  it('gives up low from the threshold on, normal from 10 % more on, and never anything above', () => {
    const { shedsAt } = guardOf()
    expect(shedsAt(99.9)).toEqual([])
    expect(shedsAt(100)).toEqual([low])
    expect(shedsAt(109.9)).toEqual([low])
    expect(shedsAt(110)).toEqual([normal, low])
    expect(shedsAt(1_000_000)).toEqual([normal, low])
  })

  it('goes on with what it has begun until it ends at 90 %', () => {
    const { shedsAt, shed } = guardOf()
    expect(shedsAt(90)).toEqual([])
    expect(shedsAt(100)).toEqual([low])
    expect(shedsAt(90)).toEqual([low])
    expect(shedsAt(110)).toEqual([normal, low])
    expect(shedsAt(100)).toEqual([normal, low])
    expect(shedsAt(90)).toEqual([normal, low])
    expect(shedsAt(89.9)).toEqual([])
    expect(shedsAt(99)).toEqual([])
    expect(shed).toEqual([low, normal])
  })

  it('tells once as it begins and once as it gets worse, and again after it has ended', () => {
    const { shedsAt, shed } = guardOf()
    for (const heapUsed of [100, 105, 110, 120, 100, 0, 200]) shedsAt(heapUsed)
    expect(shed).toEqual([low, normal, normal])
  })

  it('asks on the first event, and again after as many as it is told', () => {
    const { guard, memory } = guardOf(3)
    const asked = Array.from({ length: 7 }, () => {
      guard.sheds(2)
      return memory.asked
    })
    expect(asked).toEqual([1, 1, 1, 2, 2, 2, 3])
  })

  it.each([Number.NaN, Infinity, -1, undefined, '100'])(
    'tells of a use of %o, and goes on with what it does',
    (nonsense) => {
      const { shedsAt, shed, failures } = guardOf()
      shedsAt(100)
      expect(shedsAt(nonsense as number)).toEqual([low])
      expect(failures).toHaveLength(4)
      expect(failures[0]).toMatchObject({ code: 'CONFIGURATION' })
      expect(String(failures[0])).toContain('heapUsed of memory.usage() must be a finite number')
      expect(shed).toEqual([low])
    },
  )
})

describe('BusOptions.memory', () => {
  it('gives up low events that wait and that come, counts them, and warns once', async () => {
    const { bus, memory, warnings } = guardedBus()
    const seen: string[] = []
    const dropped: string[] = []
    bus.observe({
      onDropped: ({ reason, subscription }) => dropped.push(`${subscription?.id} ${reason}`),
    })
    const [first, second] = ['first', 'second'].map((id) =>
      bus.on('note.*', ({ data }) => seen.push(`${id} ${data.text}`) && undefined, {
        id,
        mailbox: {},
      }),
    )
    bus.emitSync('note.made', { text: 'a' }, { priority: 'low' })
    bus.emitSync('note.made', { text: 'b' })
    memory.heapUsed = 100
    bus.emitSync('note.made', { text: 'c' }, { priority: 'low' })
    bus.emitSync('note.made', { text: 'd' }, { priority: 'low' })
    bus.emitSync('note.made', { text: 'e' }, { priority: 'critical' })
    await bus.idle()
    expect(seen).toEqual(['first e', 'second e', 'first b', 'second b'])
    for (const subscription of [first!, second!]) {
      expect(subscription.stats).toMatchObject({
        accepted: 5,
        delivered: 2,
        dropped: 3,
        pending: 0,
      })
    }
    expect(dropped.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'first memory'),
      ...Array.from({ length: 3 }, () => 'second memory'),
    ])
    expect(warnings).toEqual([
      { timestamp: 1_000, heapUsedBytes: 100, rssBytes: 100, thresholdBytes: 100 },
    ])
  })

  it('gives up normal events, too, when it gets worse, and warns again', async () => {
    const { bus, memory, warnings } = guardedBus()
    const subscription = bus.on('note.made', () => {}, { mailbox: {} })
    subscription.pause()
    for (const priority of ['low', 'normal', 'high', 'critical'] as const) {
      bus.emitSync('note.made', { text: priority }, { priority })
    }
    memory.heapUsed = 100
    bus.emitSync('note.made', { text: 'x' }, { priority: 'high' })
    expect(subscription.stats).toMatchObject({ accepted: 5, dropped: 1, pending: 4 })
    memory.heapUsed = 110
    bus.emitSync('note.made', { text: 'y' }, { priority: 'high' })
    expect(subscription.stats).toMatchObject({ accepted: 6, dropped: 2, pending: 4, depth: 4 })
    expect(warnings).toHaveLength(2)
    subscription.resume()
    await bus.idle()
    expect(subscription.stats).toMatchObject({ delivered: 4, dropped: 2 })
  })

  it('lets an emission that waits for room end its wait when its event is given up', async () => {
    const { bus, memory } = guardedBus()
    const subscription = bus.on('note.made', () => {}, { mailbox: { capacity: 1 } })
    subscription.pause()
    void bus.emit('note.made', { text: 'a' })
    const settled: string[] = []
    const low = { priority: 'low' } as const
    void bus.emit('note.made', { text: 'b' }, low).then(({ data }) => settled.push(data.text))
    await rest()
    expect(settled).toEqual([])
    memory.heapUsed = 100
    void bus.emit('note.made', { text: 'c' }, low).then(({ data }) => settled.push(data.text))
    await rest()
    expect(settled.toSorted()).toEqual(['b', 'c'])
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 2, pending: 1 })
  })

  it('tells in whole bytes, with the resident size where it is known', () => {
    const usage = () => ({ heapUsed: 100.6, rss: 200.4 })
    const { bus, warnings } = guardedBus({ usage })
    bus.on('note.made', () => {}, { mailbox: {} })
    bus.emitSync('note.made', { text: 'a' })
    expect(warnings).toMatchObject([{ heapUsedBytes: 101, rssBytes: 200, thresholdBytes: 100 }])
  })

  it('tells the last resort of a usage that throws, and delivers all the same', async () => {
    const error = new Error('no numbers today')
    const usage = () => {
      throw error
    }
    const { bus, lastResort, warnings } = guardedBus({ usage })
    const subscription = bus.on('note.made', () => {}, { mailbox: {} })
    bus.emitSync('note.made', { text: 'a' }, { priority: 'low' })
    await bus.idle()
    expect(lastResort).toEqual([{ error, context: { origin: 'memory', event: undefined } }])
    expect(subscription.stats).toMatchObject({ delivered: 1, dropped: 0 })
    expect(warnings).toEqual([])
  })

  it('asks nothing for subscriptions without a mailbox', () => {
    const asked: string[] = []
    const usage = () => ({ heapUsed: asked.push('asked') * 1_000 })
    const { bus } = guardedBus({ usage })
    const subscription = bus.on('note.made', () => {})
    bus.emitSync('note.made', { text: 'a' }, { priority: 'low' })
    expect(subscription.stats).toMatchObject({ delivered: 1, dropped: 0 })
    expect(asked).toEqual([])
  })
})
