import { describe, expect, it } from 'vitest'
import { coded } from '../support/buses.ts'
import { noted, NoteStore, settle } from '../support/consumed.ts'

describe('a storage that does not take the cursor', () => {
  it('holds the consumer up until it does, and loses nothing', async () => {
    const { log, store, clock, append } = await noted()
    await append('abcd')
    const seen: number[] = []
    const consumer = await log.consume('books', async (_, { position }) => {
      if (position === 1) store.refusals = 4
      await settle()
      seen.push(position)
    })
    await settle()
    await settle()
    await settle()
    // The one that ran while the write failed was let finish; no further one was begun.
    expect(seen.length).toBeLessThanOrEqual(2)
    const held = seen.length
    await clock.advanceBy(100 + 200 + 400 + 800 - 1)
    expect(seen.length).toBe(held)
    await clock.advanceBy(1)
    await consumer.caughtUp()
    expect(seen).toEqual([1, 2, 3, 4])
    await consumer.stop()
    expect(await store.cursor('books')).toBe(4)
  })

  it('stops the consumer after 10 attempts, in about 20 seconds', async () => {
    const { log, store, clock, append } = await noted()
    await append('ab')
    const consumer = await log.consume('books', () => {})
    await consumer.caughtUp()
    await settle()
    store.refusals = Infinity
    const { writes } = store
    await append('c')
    await settle()
    await clock.advanceBy(21_299)
    expect(consumer.running).toBe(true)
    await clock.advanceBy(1)
    await expect(consumer.stopped).rejects.toEqual(coded('LOG_STORAGE'))
    expect(store.writes - writes).toBe(10)
    expect(await store.cursor('books')).toBe(2)
    store.refusals = 0
    const again = await log.consume('books', () => {})
    await again.caughtUp()
    expect(again.consumed).toBe(1)
  })

  it('stops the consumer also while it is handling', async () => {
    const { log, store, clock, append } = await noted()
    await append('ab')
    const consumer = await log.consume('books', (_, { position }) => {
      store.refusals = Infinity
      return position === 2 ? clock.sleep(60_000) : undefined
    })
    await clock.advanceBy(60_000)
    await expect(consumer.stopped).rejects.toEqual(coded('LOG_STORAGE'))
  })

  it('is tried once more at once when the consumer is stopped', async () => {
    const { log, store, clock, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', () => {})
    await consumer.caughtUp()
    await settle()
    store.refusals = 2
    await append('b')
    await settle()
    await consumer.stop()
    await expect(consumer.stopped).rejects.toEqual(coded('LOG_STORAGE'))
    expect(clock.pendingTimers).toBe(0)
  })

  it('may fail once more while the consumer is stopped, if it works then', async () => {
    const { log, store, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', () => {})
    await consumer.caughtUp()
    await settle()
    store.hold()
    await append('b')
    await settle()
    store.refusals = 1
    const stopping = consumer.stop()
    store.release()
    await stopping
    await expect(consumer.stopped).resolves.toBeUndefined()
    expect(await store.cursor('books')).toBe(2)
  })

  it('keeps a dead letter until it is written, together with the cursor', async () => {
    const { log, store, clock, append } = await noted()
    await append('ab')
    const consumer = await log.consume(
      'books',
      (_, { position }) => {
        if (position === 1) throw new Error('no a')
      },
      { retry: { attempts: 1 } },
    )
    store.refusals = 1
    await settle()
    expect(await log.deadLetters.list()).toEqual([])
    expect(await store.cursor('books')).toBe(0)
    await clock.advanceBy(100)
    await consumer.caughtUp()
    expect(await log.deadLetters.list()).toMatchObject([{ position: 1 }])
  })

  it('writes the newest cursor once for all that was consumed meanwhile', async () => {
    const store = new NoteStore()
    const { log, append } = await noted(store)
    await append('abcdefghij')
    store.hold()
    const starting = log.consume('books', () => {})
    await settle()
    store.release()
    const consumer = await starting
    const { writes } = store
    store.hold()
    await consumer.caughtUp()
    expect(store.writes - writes).toBe(1)
    store.release()
    await consumer.stop()
    expect(store.writes - writes).toBe(2)
    expect(await store.cursor('books')).toBe(10)
  })

  it('does not matter where only the way over other events cannot be asked for', async () => {
    const { log, store, append } = await noted()
    await append('a!a')
    const consumer = await log.consume('alarms', () => {}, { pattern: 'alarm.rung' })
    await settle()
    store.silences = 1
    await consumer.stop()
    await expect(consumer.stopped).resolves.toBeUndefined()
    expect(await store.cursor('alarms')).toBe(2)
  })
})
