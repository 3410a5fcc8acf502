import { openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { coded } from '../support/buses.ts'
import { noted, settle } from '../support/consumed.ts'
import { logCatalog } from '../support/logged-events.ts'

/** A log of 4 notes, and a consumer that fails on those of `failing`. */
async function failed(failing: Set<number>) {
  const parts = await noted()
  await parts.append('abcd')
  const calls: number[] = []
  const consumer = await parts.log.consume(
    'books',
    (_, { position }) => {
      calls.push(position)
      if (failing.has(position)) throw new Error(`no ${position}`)
    },
    { retry: { attempts: 1 } },
  )
  await consumer.caughtUp()
  return { ...parts, consumer, calls }
}

describe('LogDeadLetters', () => {
  it('lists them by consumer and position', async () => {
    const { log } = await failed(new Set([2, 4]))
    const other = await log.consume(
      'alarms',
      () => {
        throw new Error('never')
      },
      { from: 4, retry: { attempts: 1 } },
    )
    await other.caughtUp()
    const keys = (await log.deadLetters.list()).map(
      ({ consumer, position }) => `${consumer} ${position}`,
    )
    expect(keys).toEqual(['alarms 4', 'books 2', 'books 4'])
    expect(await log.deadLetters.list('books')).toMatchObject([{ position: 2 }, { position: 4 }])
    expect(await log.deadLetters.list('nobody')).toEqual([])
  })

  it('survive the log', async () => {
    const { log, store } = await failed(new Set([3]))
    await log.close()
    const again = await openStore(store, { catalog: logCatalog })
    expect(await again.deadLetters.list()).toMatchObject([
      {
        consumer: 'books',
        position: 3,
        event: { data: { text: 'c' } },
        errors: [{ message: 'no 3' }],
      },
    ])
  })

  it('shows one whose event the catalog does not know, or whose event is gone', async () => {
    const { log, store } = await failed(new Set([1, 3]))
    await log.retain({ before: 3 })
    const stranger = await openStore(store)
    expect(await stranger.deadLetters.list()).toMatchObject([
      { position: 1, event: undefined },
      { position: 3, event: { type: 'note.made' } },
    ])
    await log.retain({ maxEvents: 0 })
    expect(await log.deadLetters.list()).toMatchObject([{ event: undefined }, { event: undefined }])
  })

  it('gives them to their consumer again, in order, ahead of what is new', async () => {
    const failing = new Set([2, 4])
    const { log, consumer, calls, append } = await failed(failing)
    failing.clear()
    calls.length = 0
    const redelivery = log.deadLetters.redeliver('books')
    await append('e')
    expect(await redelivery).toBe(2)
    await consumer.caughtUp()
    expect(calls).toEqual([2, 4, 5])
    expect(consumer).toMatchObject({ position: 5, consumed: 5 })
    expect(await log.deadLetters.list()).toEqual([])
  })

  it('keeps those that fail again, and what they have failed with', async () => {
    const failing = new Set([2, 4])
    const { log, clock } = await failed(failing)
    failing.delete(2)
    await clock.advanceBy(1_000)
    expect(await log.deadLetters.redeliver('books')).toBe(1)
    expect(await log.deadLetters.list()).toMatchObject([
      {
        position: 4,
        attempts: 2,
        failedAt: 6_000,
        errors: [{ message: 'no 4' }, { message: 'no 4' }],
      },
    ])
  })

  it('gives only the one at a position again', async () => {
    const failing = new Set([2, 4])
    const { log, calls } = await failed(failing)
    failing.clear()
    calls.length = 0
    expect(await log.deadLetters.redeliver('books', 4)).toBe(1)
    expect(await log.deadLetters.redeliver('books', 3)).toBe(0)
    expect(calls).toEqual([4])
  })

  it('leaves out those whose event is gone', async () => {
    const failing = new Set([1, 3])
    const { log } = await failed(failing)
    failing.clear()
    await log.retain({ before: 2 })
    expect(await log.deadLetters.redeliver('books')).toBe(1)
    expect(await log.deadLetters.list()).toMatchObject([{ position: 1 }])
  })

  it('waits for the handler that runs, and does not wait for the cursor of a reset', async () => {
    const { log, append } = await noted()
    await append('ab')
    const order: string[] = []
    let finish = (): void => {}
    let failing = true
    const consumer = await log.consume(
      'books',
      (_, { position }) => {
        order.push(`begin ${position}`)
        if (position === 1 && failing) throw new Error('no a')
        return new Promise<void>((resolve) => {
          finish = () => {
            order.push(`end ${position}`)
            resolve()
          }
        })
      },
      { retry: { attempts: 1 } },
    )
    await settle()
    failing = false
    const redelivery = log.deadLetters.redeliver('books')
    await settle()
    expect(order).toEqual(['begin 1', 'begin 2'])
    finish()
    await settle()
    finish()
    expect(await redelivery).toBe(1)
    await consumer.stop()
    expect(order).toEqual(['begin 1', 'begin 2', 'end 2', 'begin 1', 'end 1'])
  })

  it('tells how many were redelivered when the consumer stops in the middle', async () => {
    const failing = new Set([1, 2, 3])
    const { log, consumer, store } = await failed(failing)
    failing.clear()
    failing.add(-1)
    const redelivery = log.deadLetters.redeliver('books')
    store.hold()
    await settle()
    const stopping = consumer.stop()
    store.release()
    await stopping
    expect(await redelivery).toBe(1)
    expect(await log.deadLetters.list()).toMatchObject([{ position: 2 }, { position: 3 }])
  })

  it('rejects where the storage does not take what has become of them, and the consumer goes on', async () => {
    const failing = new Set([2])
    const { log, consumer, store, append } = await failed(failing)
    failing.clear()
    await settle()
    store.refusals = 1
    await expect(log.deadLetters.redeliver('books')).rejects.toEqual(coded('LOG_STORAGE'))
    await append('e')
    await consumer.caughtUp()
    expect(consumer.position).toBe(5)
    expect(await log.deadLetters.redeliver('books')).toBe(1)
  })

  it('redelivers nothing to a consumer that does not run', async () => {
    const { log, consumer } = await failed(new Set([2]))
    await expect(log.deadLetters.redeliver('nobody')).rejects.toEqual(coded('CONFIGURATION'))
    const stopping = consumer.stop()
    const late = log.deadLetters.redeliver('books')
    await expect(late).rejects.toEqual(coded('CONFIGURATION'))
    await stopping
    await expect(log.deadLetters.redeliver('books')).rejects.toThrow('Start it with log.consume')
  })

  it('forgets one, or all of a consumer', async () => {
    const { log, consumer } = await failed(new Set([1, 2, 3]))
    await consumer.stop()
    expect(await log.deadLetters.discard('books', 2)).toBe(1)
    expect(await log.deadLetters.discard('books', 2)).toBe(0)
    expect(await log.deadLetters.list()).toMatchObject([{ position: 1 }, { position: 3 }])
    expect(await log.deadLetters.discard('books')).toBe(2)
    expect(await log.deadLetters.list()).toEqual([])
  })

  it('refuses bad arguments, and a log that is closed or only read', async () => {
    const { log, store } = await failed(new Set([1]))
    const { deadLetters } = log
    await expect(deadLetters.list('')).rejects.toEqual(coded('CONFIGURATION'))
    await expect(deadLetters.discard('')).rejects.toEqual(coded('CONFIGURATION'))
    await expect(deadLetters.redeliver('books', 0)).rejects.toEqual(coded('CONFIGURATION'))
    const readOnly = new Proxy(store, {
      get: (target, key) => {
        const value: unknown = key === 'readOnly' ? true : Reflect.get(target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    const reading = await openStore(readOnly, { catalog: logCatalog })
    expect(await reading.deadLetters.list()).toHaveLength(1)
    await expect(reading.deadLetters.discard('books')).rejects.toEqual(coded('LOG_READ_ONLY'))
    await log.close()
    await expect(deadLetters.list()).rejects.toEqual(coded('LOG_CLOSED'))
    await expect(deadLetters.discard('books')).rejects.toEqual(coded('LOG_CLOSED'))
  })
})
