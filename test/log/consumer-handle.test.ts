import { createBus, SimulatedClock, tradingEvents } from 'tradewire'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { Consumers } from '../../src/log/consumers.ts'
import { coded } from '../support/buses.ts'
import { noted, NoteStore, settle } from '../support/consumed.ts'
import { eventMaker, logCatalog } from '../support/logged-events.ts'

describe('Consumer', () => {
  it('tells how many events of its pattern are left', async () => {
    const { log, append } = await noted()
    await append('a!b!')
    let finish = (): void => {}
    const consumer = await log.consume(
      'alarms',
      () => new Promise<void>((resolve) => (finish = resolve)),
      { pattern: 'alarm.*' },
    )
    await settle()
    expect(await consumer.lag()).toBe(2)
    finish()
    await settle()
    expect(await consumer.lag()).toBe(1)
    finish()
    await settle()
    expect(await consumer.lag()).toBe(0)
  })

  it('moves on over what its pattern does not cover when it is asked, or stops', async () => {
    const { log, store, append } = await noted()
    await append('a!bc')
    const consumer = await log.consume('alarms', () => {}, { pattern: 'alarm.rung' })
    await consumer.caughtUp()
    expect(consumer.position).toBe(4)
    await append('d')
    expect(await consumer.lag()).toBe(0)
    expect(consumer.position).toBe(5)
    await append('e')
    expect(consumer.position).toBe(5)
    await consumer.stop()
    expect(consumer.position).toBe(6)
    expect(await store.cursor('alarms')).toBe(6)
  })

  it('is caught up at once where nothing is for it', async () => {
    const { log, append } = await noted()
    const consumer = await log.consume('alarms', () => {}, { pattern: 'alarm.rung' })
    await consumer.caughtUp()
    await append('ab')
    await consumer.caughtUp()
    expect(consumer).toMatchObject({ position: 2, consumed: 0 })
  })

  it('waits for what the log held at the call, and for no more', async () => {
    const { log, append } = await noted()
    await append('ab')
    const finishes: (() => void)[] = []
    const consumer = await log.consume(
      'books',
      () => new Promise<void>((resolve) => finishes.push(resolve)),
    )
    const order: string[] = []
    const early = consumer.caughtUp().then(() => order.push('early'))
    await settle()
    await append('c')
    const late = consumer.caughtUp().then(() => order.push('late'))
    for (const expected of [[], ['early'], ['early', 'late']]) {
      await settle()
      finishes.pop()!()
      await settle()
      expect(order).toEqual(expected)
    }
    await Promise.all([early, late])
  })

  it('is caught up although nothing of it is near the end of a long log', async () => {
    const { log, maker } = await noted()
    await log.append([maker.alarm('!'), ...Array.from({ length: 25_000 }, () => maker.note('n'))])
    const consumer = await log.consume('alarms', () => {}, { pattern: 'alarm.rung' })
    await consumer.caughtUp()
    expect(consumer).toMatchObject({ position: 25_001, consumed: 1 })
  })

  it('ends the wait of others when it stops', async () => {
    const { log, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', (_, { signal }) => refusal(signal))
    const waits = consumer.caughtUp().catch((error: unknown) => error)
    await settle()
    await consumer.stop()
    expect(await waits).toEqual(coded('CONFIGURATION'))
    await expect(consumer.caughtUp()).rejects.toEqual(coded('CONFIGURATION'))
    await expect(consumer.lag()).rejects.toEqual(coded('CONFIGURATION'))
    await expect(consumer.reset(0)).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('does not make somebody wait who is told what to wait for once it has ended', async () => {
    const { log, store, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', (_, { signal }) => refusal(signal))
    await settle()
    const gate = Promise.withResolvers<void>()
    const page = store.page.bind(store)
    store.page = async (query) => {
      await gate.promise
      return page(query)
    }
    const waits = consumer.caughtUp().catch((error: unknown) => error)
    await consumer.stop()
    gate.resolve()
    expect(await waits).toEqual(coded('CONFIGURATION'))
  })

  it('stops when its log has ended the reader', async () => {
    const store = new NoteStore()
    const clock = new SimulatedClock()
    const reader = { next: async () => ({ done: true, value: undefined }) as const }
    const log = { catalog: tradingEvents, closed: false, read: () => none(), tail: () => reader }
    const consumers = new Consumers({ log, store, clock, readOnly: false, onError: () => {} })
    const consumer = await consumers.consume('books', () => {})
    await expect(consumer.stopped).resolves.toBeUndefined()
  })

  it('goes back, and ahead', async () => {
    const { log, store, append } = await noted()
    await append('abc')
    const positions: number[] = []
    const consumer = await log.consume('books', (_, { position }) => positions.push(position))
    await consumer.caughtUp()
    await consumer.reset(1)
    expect(await store.cursor('books')).toBe(1)
    await consumer.caughtUp()
    await consumer.reset(0)
    await consumer.caughtUp()
    await consumer.reset(2)
    await consumer.caughtUp()
    expect(positions).toEqual([1, 2, 3, 2, 3, 1, 2, 3, 3])
  })

  it('goes ahead of what it was not given yet, once the handler that runs has settled', async () => {
    const { log, append } = await noted()
    await append('abcd')
    const positions: number[] = []
    let finish = (): void => {}
    const consumer = await log.consume('books', (_, { position }) => {
      positions.push(position)
      return position === 1 ? new Promise<void>((resolve) => (finish = resolve)) : undefined
    })
    await settle()
    const resetting = consumer.reset(3)
    await settle()
    expect(consumer.position).toBe(0)
    finish()
    await resetting
    await consumer.caughtUp()
    expect(positions).toEqual([1, 4])
  })

  it('does not wait for further attempts when it is reset', async () => {
    const { log, clock, append } = await noted()
    await append('ab')
    const attempts: string[] = []
    const consumer = await log.consume('books', (_, { position, attempt }) => {
      attempts.push(`${position}.${attempt}`)
      if (attempts.length === 1) throw new Error('not yet')
    })
    await settle()
    await consumer.reset(0)
    await consumer.caughtUp()
    expect(attempts).toEqual(['1.1', '1.1', '2.1'])
    expect(clock.pendingTimers).toBe(0)
    expect(await log.deadLetters.list()).toEqual([])
  })

  it('cannot be reset to where the log never was', async () => {
    const { log, append } = await noted()
    await append('ab')
    const consumer = await log.consume('books', () => {})
    await expect(consumer.reset(3)).rejects.toThrow('from 0 to 2, but was to 3')
    await expect(consumer.reset(-1)).rejects.toEqual(coded('CONFIGURATION'))
    await expect(consumer.reset(0.5)).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('refuses a reset that comes while it stops', async () => {
    const { log, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', (_, { signal }) => aborted(signal))
    await settle()
    const resetting = consumer.reset(0)
    await consumer.stop()
    await expect(resetting).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('lets the handler that runs finish when it stops, and tells it to', async () => {
    const { log, store, append } = await noted()
    await append('ab')
    let reason: unknown
    const consumer = await log.consume('books', async (_, { signal }) => {
      await aborted(signal)
      reason = signal.reason
    })
    await settle()
    await consumer.stop()
    expect(reason).toMatchObject({ name: 'AbortError' })
    expect(consumer).toMatchObject({ position: 1, consumed: 1, running: false })
    expect(await store.cursor('books')).toBe(1)
  })

  it('does not count as a failure what a handler does that is told to stop', async () => {
    const { log, store, append } = await noted()
    await append('a')
    const consumer = await log.consume(
      'books',
      async (_, { signal }) => {
        await aborted(signal)
        throw signal.reason
      },
      { retry: { attempts: 1 } },
    )
    await settle()
    await consumer.stop()
    await expect(consumer.stopped).resolves.toBeUndefined()
    expect(await store.cursor('books')).toBe(0)
    expect(await log.deadLetters.list()).toEqual([])
  })

  it('waits 5 seconds for a handler that hangs, and then no longer', async () => {
    const { log, store, clock, append } = await noted()
    await append('a')
    let finish = (): void => {}
    const consumer = await log.consume(
      'books',
      () => new Promise<void>((resolve) => (finish = resolve)),
    )
    await settle()
    let stopped = false
    const stopping = consumer.stop().then(() => (stopped = true))
    void consumer.stop()
    await clock.advanceBy(4_999)
    expect(stopped).toBe(false)
    await clock.advanceBy(1)
    await stopping
    finish()
    await settle()
    expect(await store.cursor('books')).toBe(0)
    expect(consumer).toMatchObject({ position: 0, consumed: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('stops at the end of a block', async () => {
    const { log } = await noted()
    const consumer = await log.consume('books', () => {})
    {
      await using scoped = consumer
      expect(scoped.running).toBe(true)
    }
    expect(consumer.running).toBe(false)
  })

  it('can be stopped by its own handler, which need not wait for that', async () => {
    const { log, append } = await noted()
    await append('abc')
    const consumer = await log.consume('books', (_, { position }) => {
      if (position === 2) void consumer.stop()
    })
    await consumer.stopped
    expect(consumer.position).toBe(2)
  })

  it('is told of in the stats, also when it does not run', async () => {
    const { log, append } = await noted()
    await append('ab')
    const books = await log.consume('books', () => {})
    const alarms = await log.consume('alarms', () => {}, { from: 2 })
    await books.caughtUp()
    await alarms.caughtUp()
    await alarms.stop()
    expect((await log.stats()).consumers).toEqual([
      { name: 'alarms', position: 2, running: false },
      { name: 'books', position: 2, running: true },
    ])
  })

  it('uses the clock of the machine where no other is given', async () => {
    const log = memoryLog({ catalog: logCatalog })
    await log.append(eventMaker().note('a'))
    let calls = 0
    const consumer = await log.consume(
      'books',
      () => {
        calls += 1
        if (calls < 3) throw new Error('not yet')
      },
      { retry: { initialMs: 0 } },
    )
    await consumer.caughtUp()
    expect(calls).toBe(3)
    await log.close()
  })

  it('sees no time pass on a clock that stands', async () => {
    const clock = new SimulatedClock()
    const log = memoryLog({ catalog: logCatalog, clock })
    await log.append(eventMaker().note('a'))
    const consumer = await log.consume('books', () => {}, { timeoutMs: 10 })
    await consumer.caughtUp()
    expect(clock.pendingTimers).toBe(0)
  })
})

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve())
    if (signal.aborted) resolve()
  })
}

async function refusal(signal: AbortSignal): Promise<void> {
  await aborted(signal)
  throw signal.reason
}

async function* none(): AsyncIterableIterator<never> {}

describe('a consumer of a log that forgets', () => {
  it('has caught up once what was left for it is removed', async () => {
    await using log = memoryLog()
    const bus = createBus()
    const connected = () =>
      bus.emitSync('system.connected', { timestamp: 1, endpoint: 'feed', attempt: 1 })
    for (let round = 0; round < 5; round += 1) {
      await log.append(Array.from({ length: 1_000 }, connected))
    }
    const blocked = Promise.withResolvers<void>()
    await using consumer = await log.consume('slow', () => blocked.promise)
    const caughtUp = consumer.caughtUp()
    await log.retain({ before: 5_001 })
    blocked.resolve()
    await caughtUp
    expect(await consumer.lag()).toBe(0)
  })

  it('is told nothing of a reset that comes as it ends', async () => {
    await using log = memoryLog()
    const consumer = await log.consume('short', () => {})
    await consumer.caughtUp()
    const stopped = consumer.stop()
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
    const reset = consumer.reset(0)
    await expect(reset).rejects.toMatchObject({ code: 'CONFIGURATION' })
    await stopped
  })
})
