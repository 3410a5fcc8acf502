import { PermanentError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { noted, settle } from '../support/consumed.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('a handler of consume that fails', () => {
  it('is called again after 100 ms, 200 ms, 400 ms, … and up to 3 times', async () => {
    const { log, clock, append } = await noted()
    await append('a')
    const calls: [number, number][] = []
    await log.consume(
      'books',
      (_, { attempt }) => {
        calls.push([attempt, clock.now()])
        throw new Error('not yet')
      },
      { retry: { attempts: 5, maxMs: 300 } },
    )
    await clock.advanceBy(10_000)
    expect(calls).toEqual([
      [1, 5_000],
      [2, 5_100],
      [3, 5_300],
      [4, 5_600],
      [5, 5_900],
    ])
  })

  it('leaves a dead letter after its last attempt, and the consumer goes on', async () => {
    const { log, store, clock, append } = await noted()
    await append('abc')
    const consumer = await log.consume('books', (event, { position, attempt }) => {
      if (position === 2) throw new TypeError(`no ${event.type} for the time ${attempt}`)
    })
    await clock.advanceBy(300)
    await consumer.caughtUp()
    expect(consumer).toMatchObject({ position: 3, consumed: 2, running: true })
    const error = { name: 'TypeError', code: undefined }
    const letters = await log.deadLetters.list()
    expect(letters).toEqual([
      {
        consumer: 'books',
        position: 2,
        event: expect.objectContaining({ type: 'note.made', data: { text: 'b' } }),
        attempts: 3,
        failedAt: 5_300,
        errors: [1, 2, 3].map((attempt) => ({
          ...error,
          message: `no note.made for the time ${attempt}`,
        })),
      },
    ])
    expect(await store.cursor('books')).toBe(3)
    expect((await log.stats()).deadLetters).toBe(1)
  })

  it('stops the consumer before the event, where that is wanted', async () => {
    const { log, store, append } = await noted()
    await append('abc')
    const failure = new Error('no b')
    const handler = (_: unknown, { position }: { position: number }): void => {
      if (position === 2) throw failure
    }
    const options = { onFailure: 'stop', retry: { attempts: 1 } } as const
    const consumer = await log.consume('books', handler, options)
    await expect(consumer.stopped).rejects.toBe(failure)
    await expect(consumer.stop()).resolves.toBeUndefined()
    expect(consumer).toMatchObject({ position: 1, running: false })
    expect(await store.cursor('books')).toBe(1)
    expect(await log.deadLetters.list()).toEqual([])
    const again = await log.consume('books', () => {})
    await again.caughtUp()
    expect(again.consumed).toBe(2)
  })

  it('is not called again when it has thrown a PermanentError', async () => {
    const { log, append } = await noted()
    await append('a')
    let calls = 0
    const consumer = await log.consume('books', () => {
      calls += 1
      throw new PermanentError('never')
    })
    await consumer.caughtUp()
    expect(calls).toBe(1)
    expect(await log.deadLetters.list()).toMatchObject([
      { attempts: 1, errors: [{ name: 'PermanentError', code: 'PERMANENT' }] },
    ])
  })

  it('has its newest 10 errors kept', async () => {
    const { log, clock, append } = await noted()
    await append('a')
    await log.consume(
      'books',
      (_, { attempt }) => {
        throw new Error(String(attempt))
      },
      { retry: { attempts: 12, initialMs: 0 } },
    )
    await clock.advanceBy(0)
    await settle()
    const [letter] = await log.deadLetters.list()
    expect(letter!.attempts).toBe(12)
    expect(letter!.errors.map(({ message }) => message)).toEqual(
      [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(String),
    )
  })

  it('is not waited for when the consumer is stopped between two attempts', async () => {
    const { log, clock, append } = await noted()
    await append('a')
    const consumer = await log.consume('books', () => Promise.reject(new Error('not yet')))
    await settle()
    expect(clock.pendingTimers).toBe(1)
    await consumer.stop()
    expect(clock.pendingTimers).toBe(0)
    expect(consumer.position).toBe(0)
  })

  it('has timed out after timeoutMs: its signal aborts, and what comes late changes nothing', async () => {
    const { log, clock, append } = await noted()
    await append('a')
    const reasons: unknown[] = []
    const finishes: (() => void)[] = []
    const consumer = await log.consume(
      'books',
      (_, { signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason))
        return new Promise<void>((resolve) => finishes.push(resolve))
      },
      { timeoutMs: 50, retry: { attempts: 2, initialMs: 10 } },
    )
    await clock.advanceBy(49)
    expect(reasons).toEqual([])
    await clock.advanceBy(1)
    expect(reasons).toEqual([
      expect.objectContaining({
        code: 'HANDLER_TIMEOUT',
        consumer: 'books',
        position: 1,
        timeoutMs: 50,
      }),
    ])
    finishes[0]!()
    await clock.advanceBy(10 + 50)
    finishes[1]!()
    await settle()
    expect(consumer).toMatchObject({ position: 1, consumed: 0 })
    expect(await log.deadLetters.list()).toMatchObject([{ attempts: 2 }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not time out once it has settled', async () => {
    const { log, clock, append } = await noted()
    await append('ab')
    const consumer = await log.consume('books', () => Promise.resolve(), { timeoutMs: 50 })
    await consumer.caughtUp()
    expect(clock.pendingTimers).toBe(0)
    expect(consumer.consumed).toBe(2)
  })

  for (const [what, result] of Object.entries(hostileResults())) {
    it(`may return ${what}: a failure, and never an unhandled rejection`, async () => {
      const { log, append } = await noted()
      await append('ab')
      const unhandled = await unhandledDuring(async () => {
        const consumer = await log.consume(
          'books',
          (_, { position }) => (position === 1 ? result() : undefined),
          { retry: { attempts: 1 } },
        )
        await consumer.caughtUp()
      })
      expect(unhandled).toEqual([])
      expect(await log.deadLetters.list()).toMatchObject([{ position: 1, attempts: 1 }])
    })
  }

  it('is taken at its word when it returns anything that cannot be awaited', async () => {
    const { log, append } = await noted()
    // eslint-disable-next-line unicorn/no-thenable -- it is none, whatever it claims.
    const results = [null, 0, 'text', {}, () => {}, { then: 1 }, true, Symbol('s'), 1n]
    await append('abcdefghi')
    const consumer = await log.consume('books', (_, { position }) => results[position - 1])
    await consumer.caughtUp()
    expect(consumer.consumed).toBe(9)
    expect(await log.deadLetters.list()).toEqual([])
  })

  it('is awaited when it returns a thenable', async () => {
    const { log, append } = await noted()
    await append('a')
    let resolved = (): void => {}
    const consumer = await log.consume('books', () => ({
      // eslint-disable-next-line unicorn/no-thenable -- it is one on purpose.
      then: (resolve: () => void) => void (resolved = resolve),
    }))
    await settle()
    expect(consumer.consumed).toBe(0)
    resolved()
    await settle()
    expect(consumer.consumed).toBe(1)
  })

  for (const { what, thrown, kept } of thrownThings()) {
    it(`is written down when it throws ${what}`, async () => {
      const { log, append } = await noted()
      await append('a')
      const consumer = await log.consume(
        'books',
        () => {
          throw thrown
        },
        { retry: { attempts: 1 } },
      )
      await consumer.caughtUp()
      const [letter] = await log.deadLetters.list()
      expect(letter!.errors).toEqual([kept])
    })
  }
})

function hostileResults(): Record<string, () => unknown> {
  const failure = (): Error => new Error('made up by a test')
  return {
    'a promise that rejects': () => Promise.reject(failure()),
    'a promise whose then does nothing but throw': () =>
      Object.assign(Promise.reject(failure()), {
        // eslint-disable-next-line unicorn/no-thenable -- it is hostile on purpose.
        then: () => {
          throw failure()
        },
      }),
    'a thenable whose then throws': () => ({
      // eslint-disable-next-line unicorn/no-thenable -- it is hostile on purpose.
      then: () => {
        throw failure()
      },
    }),
    'a thenable whose then is async and fails': () => ({
      // eslint-disable-next-line unicorn/no-thenable -- it is hostile on purpose.
      then: () => Promise.reject(failure()),
    }),
    'something whose then cannot be read': () =>
      // eslint-disable-next-line unicorn/no-thenable -- it is hostile on purpose.
      Object.defineProperty({}, 'then', {
        get: () => {
          throw failure()
        },
      }),
    'a promise whose constructor cannot be read': () => {
      const get = (): never => {
        throw failure()
      }
      return Object.defineProperty(Promise.resolve(), 'constructor', { get }) as unknown
    },
  }
}

function thrownThings() {
  const unreadable = Object.defineProperty(new Error('x'), 'name', {
    get: () => {
      throw new Error('made up by a test')
    },
  })
  const numbered = Object.assign(new Error('busy'), { code: 429 })
  const none = { name: 'NoError', code: undefined }
  return [
    { what: 'a text', thrown: 'so not', kept: { ...none, message: 'so not' } },
    { what: 'undefined', thrown: undefined, kept: { ...none, message: 'undefined' } },
    { what: 'an object', thrown: { a: 1 }, kept: { ...none, message: 'an object {"a":1}' } },
    { what: 'a list', thrown: ['a', 2], kept: { ...none, message: 'an array of 2 ["a",2]' } },
    { what: 'a number', thrown: -0.5, kept: { ...none, message: '-0.5' } },
    { what: 'a map', thrown: new Map([[1, 2]]), kept: { ...none, message: 'a Map' } },
    { what: 'an object with a bigint', thrown: { a: 1n }, kept: { ...none, message: 'an object' } },
    {
      what: 'an object that JSON is told to leave out',
      thrown: { toJSON: () => undefined },
      kept: { ...none, message: 'an object' },
    },
    {
      what: 'a very long list',
      thrown: Array.from({ length: 1_000 }, () => 0),
      kept: { ...none, message: `an array of 1000 [${'0,'.repeat(491)}` },
    },
    {
      what: 'an error with a number for a code',
      thrown: numbered,
      kept: { name: 'Error', message: 'busy', code: '429' },
    },
    { what: 'an unreadable error', thrown: unreadable, kept: { ...none, message: 'a Error' } },
    {
      what: 'an error of endless words',
      thrown: new Error('x'.repeat(5_000)),
      kept: { name: 'Error', message: 'x'.repeat(1_000), code: undefined },
    },
  ]
}
