import type { Consumer } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { noted, type NotedLog, settle } from '../support/consumed.ts'
import { unhandledDuring } from '../support/rejections.ts'

const refusal = { code: 'WOULD_DEADLOCK', consumer: 'books' }

/** What waits for a handler that runs. */
const waits: Record<string, (consumer: Consumer, log: NotedLog) => Promise<unknown>> = {
  'Consumer.stop': (consumer) => consumer.stop(),
  'Consumer.caughtUp': (consumer) => consumer.caughtUp(),
  'Consumer.reset': (consumer) => consumer.reset(0),
  'LogDeadLetters.redeliver': (_, log) => log.deadLetters.redeliver('books'),
  'EventLog.close': (_, log) => log.close(),
}

/** A log with a consumer whose handler does something with it, once. */
async function handling(work: (consumer: Consumer, log: NotedLog) => unknown) {
  const parts = await noted()
  const { log, append } = parts
  let calls = 0
  const consumer: Consumer = await log.consume('books', () => {
    calls += 1
    return calls === 1 ? work(consumer, log) : undefined
  })
  await append('a')
  return { ...parts, consumer }
}

for (const [name, wait] of Object.entries(waits)) {
  describe(`${name} in a handler`, () => {
    it('is refused at once where a handler of the consumer awaits it', async () => {
      let failure: unknown
      const { clock } = await handling(async (consumer, log) => {
        // It may be hidden as deep as it likes.
        await settle()
        failure = await Promise.resolve()
          .then(() => wait(consumer, log))
          .catch((error: unknown) => error)
      })
      await settle()
      await settle()
      expect(failure).toMatchObject(refusal)
      expect(clock.now()).toBe(5_000)
    })

    it('is not refused to what a handler has begun, once the handler has settled', async () => {
      const gate = Promise.withResolvers<void>()
      let later: Promise<unknown> = Promise.resolve()
      const { append } = await handling((consumer, log) => {
        later = gate.promise.then(() => wait(consumer, log))
      })
      await append('b')
      await settle()
      gate.resolve()
      expect(await later).not.toBeInstanceOf(Error)
    })
  })
}

describe('Consumer', () => {
  it('may be waited for in a handler of another consumer', async () => {
    let done = false
    const { log, consumer } = await handling(() => {})
    await consumer.caughtUp()
    await log.consume('others', () => {
      const other = log.deadLetters.redeliver('books').then(() => consumer.caughtUp())
      return other.then(() => consumer.stop()).then(() => (done = true))
    })
    await settle()
    await settle()
    expect(done).toBe(true)
  })
})

describe('Consumer.stop', () => {
  it('stops although it is awaited in its own handler, whose event comes again', async () => {
    const { consumer, store, troubles } = await handling((own) => own.stop())
    await consumer.stopped
    expect(await store.cursor('books')).toBe(0)
    expect(troubles).toEqual([])
  })

  it('may be called in its own handler that does not await it', async () => {
    const unhandled = await unhandledDuring(async () => {
      const { consumer, store } = await handling((own) => void own.stop())
      await consumer.stopped
      expect(await store.cursor('books')).toBe(1)
    })
    expect(unhandled).toEqual([])
  })
})

describe('EventLog.close', () => {
  it('may be called in a handler that does not await it', async () => {
    const unhandled = await unhandledDuring(async () => {
      const { log, consumer, store } = await handling((_, own) => void own.close())
      await consumer.stopped
      await log.close()
      expect(await store.cursor('books')).toBe(1)
    })
    expect(unhandled).toEqual([])
  })
})

describe('consume', () => {
  it('may be called in a handler: what it starts is not inside of that', async () => {
    const { log, append } = await noted()
    const inner: { consumer: Consumer | undefined } = { consumer: undefined }
    const results: unknown[] = []
    const outer = await log.consume('books', async (_, { position }) => {
      if (position > 1) return
      inner.consumer = await log.consume('inner', () => {
        results.push(outer.reset(1).catch((error: unknown) => error))
      })
      await inner.consumer.caughtUp()
    })
    await append('a')
    await outer.caughtUp()
    expect(await Promise.all(results)).toEqual([undefined])
  })
})
