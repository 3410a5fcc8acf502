import { PermanentError, type RetryOptions, TemporaryError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, hello, rest, setUp } from '../support/buses.ts'

type SetUp = ReturnType<typeof setUp>

/** Fails on every event that `fails` says, and returns when it was called with what. */
function attemptsOf(
  { bus, clock }: SetUp,
  retry: RetryOptions,
  fails: (text: string, attempt: number) => unknown = () => new Error('busy'),
) {
  const calls: string[] = []
  const subscription = bus.on(
    'note.made',
    ({ data }, { attempt }) => {
      calls.push(`${clock.now() - 1_000} ${data.text} #${attempt}`)
      const error = fails(data.text, attempt)
      if (error !== undefined) throw error
    },
    { id: 'desk', retry },
  )
  return { calls, subscription }
}

const exact = { jitter: 'none' } as const

describe('retry', () => {
  it('waits longer each time, up to maxMs, and gives up after the last attempt', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const { calls, subscription } = attemptsOf(world, {
      ...exact,
      attempts: 5,
      initialMs: 100,
      factor: 3,
      maxMs: 500,
    })
    world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(1_399)
    expect(calls).toEqual(['0 a #1', '100 a #2', '400 a #3', '900 a #4'])
    expect(errors).toEqual([])
    expect(subscription.stats).toMatchObject({ pending: 1, failed: 4, retried: 4 })
    await world.clock.advanceBy(1)
    expect(calls.slice(4)).toEqual(['1400 a #5'])
    expect(errors).toMatchObject([{ message: 'busy', attempts: 5, subscriptionId: 'desk' }])
    expect(subscription.stats).toMatchObject({
      accepted: 1,
      delivered: 0,
      dropped: 1,
      failed: 5,
      retried: 4,
      pending: 0,
    })
    expect(world.clock.pendingTimers).toBe(0)
  })

  it('tells nobody but observers of attempts that were not the last', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const seen: string[] = []
    world.bus.observe({
      onFailed: (_, { id }, { attempts, message }) => seen.push(`${id} ${attempts} ${message}`),
      onHandled: (_, { id }, durationMs) => seen.push(`${id} handled in ${durationMs}`),
    })
    attemptsOf(world, { ...exact, attempts: 3 }, (_, attempt) =>
      attempt < 3 ? new Error('busy') : undefined,
    )
    world.bus.emitSync('note.made', hello)
    await world.clock.advanceBy(1_000)
    expect(errors).toEqual([])
    expect(seen).toEqual([
      expect.stringMatching(/^desk 1 /),
      expect.stringMatching(/^desk 2 /),
      'desk handled in 0',
    ])
  })

  it('calls once where attempts are 1', async () => {
    const world = setUp()
    const { calls } = attemptsOf(world, { attempts: 1 })
    world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(100_000)
    expect(calls).toEqual(['0 a #1'])
  })

  it('waits a random part with full jitter: the same for the same seed, another for another', async () => {
    const timesWith = async (seed: number): Promise<readonly number[]> => {
      const world = setUp({ seed })
      const { calls } = attemptsOf(world, { attempts: 6, initialMs: 100 })
      world.bus.emitSync('note.made', hello)
      await world.clock.advanceBy(10_000)
      return calls.map((call) => Number.parseFloat(call))
    }
    const times = await timesWith(7)
    expect(times).toHaveLength(6)
    expect(await timesWith(7)).toEqual(times)
    expect(await timesWith(8)).not.toEqual(times)
    for (const [index, time] of times.slice(1).entries()) {
      const waited = time - times[index]!
      expect(waited).toBeGreaterThanOrEqual(0)
      expect(waited).toBeLessThan(100 * 2 ** index)
    }
  })

  it('has the seed 0 on a simulated clock', async () => {
    const run = async (options: { seed?: number }): Promise<readonly string[]> => {
      const world = setUp(options)
      const { calls } = attemptsOf(world, { attempts: 4 })
      world.bus.emitSync('note.made', hello)
      await world.clock.advanceBy(10_000)
      return calls
    }
    expect(await run({})).toEqual(await run({ seed: 0 }))
  })

  it('keeps the order of events while one waits for its next attempt', async () => {
    const world = setUp()
    const { calls } = attemptsOf(world, { ...exact, attempts: 2, initialMs: 50 }, (text, attempt) =>
      text === 'a' && attempt === 1 ? new Error('busy') : undefined,
    )
    for (const text of ['a', 'b', 'c']) world.bus.emitSync('note.made', { text })
    await world.clock.advanceBy(100)
    expect(calls).toEqual(['0 a #1', '50 a #2', '50 b #1', '50 c #1'])
  })

  it("lets later events pass meanwhile with order 'release'", async () => {
    const world = setUp()
    const options = { ...exact, attempts: 2, initialMs: 50, order: 'release' } as const
    const { calls, subscription } = attemptsOf(world, options, (text, attempt) =>
      text === 'a' && attempt === 1 ? new Error('busy') : undefined,
    )
    for (const text of ['a', 'b', 'c']) world.bus.emitSync('note.made', { text })
    await world.clock.advanceBy(49)
    expect(calls).toEqual(['0 a #1', '0 b #1', '0 c #1'])
    expect(subscription.stats).toMatchObject({ delivered: 2, pending: 1, depth: 0 })
    await world.clock.advanceBy(1)
    expect(calls.slice(3)).toEqual(['50 a #2'])
  })

  it('never overlaps a handler with itself, released events included', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      async ({ data }, { attempt }) => {
        calls.push(`${clock.now()} ${data.text} #${attempt}`)
        await clock.sleep(30)
        if (data.text === 'a' && attempt === 1) throw new Error('busy')
      },
      { retry: { ...exact, attempts: 2, initialMs: 10, order: 'release' } },
    )
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await clock.advanceBy(200)
    // The second attempt at a is due at 1040, while b is being handled.
    expect(calls).toEqual(['1000 a #1', '1030 b #1', '1060 a #2'])
  })

  it('asks when about every error, with the error', async () => {
    const world = setUp()
    const asked: unknown[] = []
    const when = (error: unknown): boolean => {
      asked.push(error)
      return asked.length < 2
    }
    const { calls } = attemptsOf(
      world,
      { ...exact, attempts: 5, initialMs: 10, when },
      (_, attempt) => `error ${attempt}`,
    )
    world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(1_000)
    expect(asked).toEqual(['error 1', 'error 2'])
    expect(calls).toEqual(['0 a #1', '10 a #2'])
  })

  it('gives up, with both errors, when when throws', async () => {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const failure = new Error('busy')
    const broken = new Error('broken')
    const when = (): never => {
      throw broken
    }
    const subscription = bus.on(
      'note.made',
      () => {
        throw failure
      },
      { retry: { when }, deadLetter: true },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(1_000)
    expect(subscription.stats).toMatchObject({ failed: 1, retried: 0, deadLettered: 1 })
    expect(errors).toMatchObject([{ name: 'AggregateError', attempts: 1 }])
    const [letter] = bus.deadLetters.list()
    expect(letter!.errors).toEqual([failure, expect.any(AggregateError)])
    expect((letter!.errors[1] as AggregateError).errors).toEqual([failure, broken])
  })

  it('gives up, with a word, when when returns a promise', async () => {
    const world = setUp()
    const errors = errorsOf(world.bus)
    const when = (() => Promise.resolve(true)) as unknown as () => boolean
    const { calls } = attemptsOf(world, { when })
    world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(1_000)
    expect(calls).toEqual(['0 a #1'])
    expect(errors).toMatchObject([{ name: 'AggregateError' }])
  })

  it('tries again after a TemporaryError and not after a PermanentError, whatever when says', async () => {
    const world = setUp()
    const asked: unknown[] = []
    const when = (error: unknown): boolean => {
      asked.push(error)
      return !(error instanceof TemporaryError)
    }
    const { calls } = attemptsOf(world, { ...exact, attempts: 2, initialMs: 10, when }, (text) =>
      text === 'a' ? new TemporaryError('busy') : new PermanentError('refused'),
    )
    for (const text of ['a', 'b']) world.bus.emitSync('note.made', { text })
    await world.clock.advanceBy(1_000)
    expect(calls).toEqual(['0 a #1', '10 a #2', '10 b #1'])
    expect(asked).toEqual([])
  })

  it('waits at least as long as a TemporaryError says, or for the backoff where that is longer', async () => {
    const world = setUp()
    const { calls } = attemptsOf(
      world,
      { ...exact, attempts: 3, initialMs: 100 },
      (_, attempt) => new TemporaryError('busy', { retryAfterMs: attempt === 1 ? 700 : 5 }),
    )
    world.bus.emitSync('note.made', { text: 'a' })
    await world.clock.advanceBy(10_000)
    expect(calls).toEqual(['0 a #1', '700 a #2', '900 a #3'])
  })

  it.each(['keep', 'release'] as const)(
    'gives up what waits for its next attempt when the subscription ends, with order %s',
    async (order) => {
      const world = setUp()
      const errors = errorsOf(world.bus)
      const { calls, subscription } = attemptsOf(world, { ...exact, order })
      world.bus.emitSync('note.made', { text: 'a' })
      await rest()
      expect(subscription.stats.pending).toBe(1)
      subscription.unsubscribe()
      expect(subscription.stats).toMatchObject({ dropped: 1, pending: 0, failed: 1, retried: 1 })
      expect(world.clock.pendingTimers).toBe(0)
      await world.bus.idle()
      await world.clock.advanceBy(10_000)
      expect(calls).toEqual(['0 a #1'])
      expect(errors).toMatchObject([{ message: 'busy', attempts: 1 }])
    },
  )

  it('does not try again what fails after the subscription has ended', async () => {
    const { bus, clock } = setUp()
    let calls = 0
    const subscription = bus.on(
      'note.made',
      async () => {
        calls += 1
        await clock.sleep(10)
        throw new Error('busy')
      },
      { retry: exact },
    )
    bus.emitSync('note.made', hello)
    await rest()
    subscription.unsubscribe()
    await clock.advanceBy(1_000)
    expect(calls).toBe(1)
    expect(subscription.stats).toMatchObject({ failed: 1, retried: 0, dropped: 1, pending: 0 })
  })

  it('waits in place while it is paused, and tries again on resume', async () => {
    const world = setUp()
    const { calls, subscription } = attemptsOf(world, { ...exact, attempts: 2 })
    world.bus.emitSync('note.made', { text: 'a' })
    await rest()
    subscription.pause()
    await world.clock.advanceBy(500)
    expect(calls).toEqual(['0 a #1'])
    subscription.resume()
    await rest()
    expect(calls).toEqual(['0 a #1', '500 a #2'])
  })

  it('keeps idle waiting until the last attempt', async () => {
    const world = setUp()
    const { calls } = attemptsOf(world, { ...exact, attempts: 3 })
    world.bus.emitSync('note.made', { text: 'a' })
    const idle = world.bus.idle().then(() => calls.length)
    await world.clock.advanceBy(1_000)
    expect(await idle).toBe(3)
  })

  it('tries a batch again as one', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    const subscription = bus.onBatch(
      'note.made',
      (events, { attempt }) => {
        calls.push(`${events.map(({ data }) => data.text).join('')} #${attempt}`)
        if (attempt === 1) throw new Error('busy')
      },
      { maxSize: 2, retry: exact },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await clock.advanceBy(1_000)
    expect(calls).toEqual(['ab #1', 'ab #2', 'c #1', 'c #2'])
    expect(subscription.stats).toMatchObject({ delivered: 3, failed: 2, retried: 2, pending: 0 })
  })
})
