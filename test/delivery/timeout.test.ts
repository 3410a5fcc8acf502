import { HandlerTimeoutError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('timeoutMs', () => {
  it('leaves a handler alone that returns at once', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => 1, { timeoutMs: 5 })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    expect(subscription.stats).toMatchObject({ delivered: 1, failed: 0, timedOut: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves a handler alone that settles in time, and its timer is gone then', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => clock.sleep(4), { timeoutMs: 5 })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(4)
    expect(subscription.stats).toMatchObject({ delivered: 1, pending: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('fails a handler that never settles, at its time, and goes on with the next event', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        calls.push(`${clock.now()} ${data.text}`)
        return data.text === 'a' ? new Promise(() => {}) : undefined
      },
      { timeoutMs: 50 },
    )
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await clock.advanceBy(49)
    expect(calls).toEqual(['1000 a'])
    expect(subscription.stats).toMatchObject({ pending: 2, failed: 0 })
    await clock.advanceBy(1)
    expect(calls).toEqual(['1000 a', '1050 b'])
    expect(subscription.stats).toMatchObject({
      accepted: 2,
      delivered: 1,
      dropped: 1,
      failed: 1,
      timedOut: 1,
      pending: 0,
    })
    expect(errors).toMatchObject([{ name: 'HandlerTimeoutError', code: 'HANDLER_TIMEOUT' }])
  })

  it('aborts the signal with the error that the attempt has failed with', async () => {
    const { bus, clock } = setUp()
    const reasons: unknown[] = []
    bus.on(
      'note.made',
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason))
        }),
      { timeoutMs: 50, deadLetter: true },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(50)
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toBeInstanceOf(HandlerTimeoutError)
    expect(reasons[0]).toMatchObject({ code: 'HANDLER_TIMEOUT', timeoutMs: 50 })
    expect(bus.deadLetters.list()[0]!.errors).toEqual(reasons)
  })

  it('has a signal that is aborted if it is first read after the timeout', async () => {
    const { bus, clock } = setUp()
    const seen: unknown[] = []
    bus.on(
      'note.made',
      async (_, context) => {
        await clock.sleep(60)
        seen.push(context.signal.aborted, context.signal.reason)
      },
      { timeoutMs: 50 },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(60)
    expect(seen).toEqual([true, expect.any(HandlerTimeoutError)])
  })

  it('lets the handler that heeds its signal fail with its reason only once', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const subscription = bus.on(
      'note.made',
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
      { timeoutMs: 50 },
    )
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      await clock.advanceBy(50)
    })
    expect(unhandled).toEqual([])
    expect(errors).toHaveLength(1)
    expect(subscription.stats).toMatchObject({ failed: 1, timedOut: 1, dropped: 1 })
  })

  it.each([
    ['result', () => 'late'],
    [
      'rejection',
      () => {
        throw new Error('late')
      },
    ],
  ])('is not changed by a late %s', async (_, end) => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const seen: string[] = []
    bus.observe({
      onHandled: ({ type }) => seen.push(`handled ${type}`),
      onFailed: ({ type }) => seen.push(`failed ${type}`),
    })
    const subscription = bus.on(
      'note.made',
      async () => {
        await clock.sleep(80)
        return end()
      },
      { timeoutMs: 50 },
    )
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      await clock.advanceBy(50)
      const before = subscription.stats
      await clock.advanceBy(50)
      expect(subscription.stats).toEqual(before)
    })
    expect(unhandled).toEqual([])
    expect(errors).toHaveLength(1)
    expect(seen).toEqual(['failed note.made', 'handled system.error'])
  })

  it('counts from the call of each attempt, not from the emission', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.on(
      'note.made',
      async (_, { attempt }) => {
        calls.push(`${clock.now()} #${attempt}`)
        await clock.sleep(attempt === 3 ? 40 : 60)
      },
      { timeoutMs: 50, retry: { attempts: 3, initialMs: 10, factor: 1, jitter: 'none' } },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(calls).toEqual(['1000 #1', '1060 #2', '1120 #3'])
    expect(subscription.stats).toMatchObject({ delivered: 1, failed: 2, timedOut: 2, retried: 2 })
  })

  it('may be shorter than a millisecond', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => new Promise(() => {}), { timeoutMs: 0.25 })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(0.25)
    expect(subscription.stats.timedOut).toBe(1)
  })

  it('does not count as timed out what the handler itself throws before', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on(
      'note.made',
      async () => {
        await clock.sleep(10)
        throw new Error('busy')
      },
      { timeoutMs: 50 },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(subscription.stats).toMatchObject({ failed: 1, timedOut: 0 })
  })

  it('lets a batch fail as a whole', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.onBatch('note.made', () => new Promise(() => {}), {
      maxSize: 2,
      timeoutMs: 50,
    })
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await clock.advanceBy(50)
    expect(subscription.stats).toMatchObject({ dropped: 2, failed: 1, timedOut: 1, pending: 0 })
  })

  it.each([
    [0, 'timeoutMs must be more than 0'],
    [-1, 'timeoutMs must be'],
    [Number.NaN, 'timeoutMs must be'],
    [Infinity, 'timeoutMs must be'],
  ])('may not be %d', (timeoutMs, message) => {
    const { bus } = setUp()
    expect(() => bus.on('note.made', () => {}, { timeoutMs })).toThrow(message)
    expect(bus.handlerCount()).toBe(0)
  })
})

describe('the timeout of hostile thenables', () => {
  it('ends one that never settles', async () => {
    const { bus, clock } = setUp()
    // eslint-disable-next-line unicorn/no-thenable -- that is what is tested.
    const subscription = bus.on('note.made', () => ({ then: () => {} }), { timeoutMs: 5 })
    bus.emitSync('note.made', hello)
    await clock.advanceBy(5)
    expect(subscription.stats).toMatchObject({ timedOut: 1, pending: 0 })
  })

  it('ends one whose then throws, at once', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const hostile = {
      // eslint-disable-next-line unicorn/no-thenable -- that is what is tested.
      get then(): never {
        throw new Error('no then')
      },
    }
    const subscription = bus.on('note.made', () => hostile, { timeoutMs: 5 })
    bus.emitSync('note.made', hello)
    await rest()
    expect(subscription.stats).toMatchObject({ failed: 1, timedOut: 0, pending: 0 })
    expect(errors).toMatchObject([{ message: 'no then' }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes the first of many answers', async () => {
    const { bus } = setUp()
    const hostile = {
      // eslint-disable-next-line unicorn/no-thenable -- that is what is tested.
      then(resolve: () => void, reject: (error: Error) => void) {
        resolve()
        reject(new Error('after all'))
        throw new Error('and again')
      },
    }
    const subscription = bus.on('note.made', () => hostile, { timeoutMs: 5 })
    const unhandled = await unhandledDuring(() => bus.emitSync('note.made', hello))
    expect(unhandled).toEqual([])
    expect(subscription.stats).toMatchObject({ delivered: 1, failed: 0 })
  })

  it('ends a promise whose own then never calls back', async () => {
    const { bus, clock } = setUp()
    const promise = Promise.reject(new Error('unheard'))
    // eslint-disable-next-line unicorn/no-thenable -- that is what is tested.
    void Object.assign(promise, { then: () => {} })
    const subscription = bus.on('note.made', () => promise, { timeoutMs: 5 })
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      await clock.advanceBy(5)
    })
    expect(unhandled).toEqual([])
    expect(subscription.stats).toMatchObject({ failed: 1, timedOut: 1 })
  })

  it('counts a promise as rejected whose constructor throws', async () => {
    const { bus } = setUp()
    const subscription = bus.on(
      'note.made',
      () => {
        const promise = Promise.resolve()
        void Object.defineProperty(promise, 'constructor', {
          get() {
            throw new Error('no constructor')
          },
        })
        return promise
      },
      { timeoutMs: 5 },
    )
    const errors = errorsOf(bus)
    const unhandled = await unhandledDuring(() => bus.emitSync('note.made', hello))
    expect(unhandled).toEqual([])
    expect(errors).toMatchObject([{ message: 'no constructor' }])
    expect(subscription.stats).toMatchObject({ failed: 1, pending: 0 })
  })
})
