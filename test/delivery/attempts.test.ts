import { describe, expect, it } from 'vitest'
import { errorsOf, hello, rest, setUp } from '../support/buses.ts'

describe('concurrency', () => {
  it.each([
    [1, ['1000 a', '1010 b', '1020 c']],
    [2, ['1000 a', '1000 b', '1010 c']],
    ['unlimited', ['1000 a', '1000 b', '1000 c']],
  ] as const)('of %s runs as many calls at a time', async (concurrency, expected) => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      async ({ data }) => {
        calls.push(`${clock.now()} ${data.text}`)
        await clock.sleep(10)
      },
      { concurrency },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await clock.advanceBy(100)
    expect(calls).toEqual(expected)
  })

  it('takes no place for events that were given up', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    let calls = 0
    const subscription = bus.on(
      'note.made',
      () => {
        calls += 1
        throw new Error('no')
      },
      { concurrency: 2 },
    )
    for (let count = 0; count < 10; count += 1) bus.emitSync('note.made', hello)
    await rest()
    expect(calls).toBe(10)
    expect(errors).toHaveLength(10)
    expect(subscription.stats).toMatchObject({ accepted: 10, dropped: 10, failed: 10, pending: 0 })
  })

  it.each([
    ['order keep: an event that waits for its next attempt keeps its place', 'keep'],
    ['order release: it does not', 'release'],
  ] as const)('counts with %s', async (_, order) => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      ({ data }, { attempt }) => {
        calls.push(`${clock.now()} ${data.text}`)
        if (data.text !== 'c' && attempt === 1) throw new Error('busy')
      },
      { concurrency: 2, retry: { jitter: 'none', initialMs: 10, order } },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await clock.advanceBy(100)
    const first = ['1000 a', '1000 b']
    expect(calls).toEqual(
      order === 'keep'
        ? // Both are due at 1010, one after the other, and the first leaves its place to c.
          [...first, '1010 a', '1010 c', '1010 b']
        : [...first, '1000 c', '1010 a', '1010 b'],
    )
  })
})

describe('a call of a handler with a mailbox', () => {
  it('has its event counted as pending until it ends', async () => {
    const { bus, clock } = setUp()
    const seen: object[] = []
    const subscription = bus.on(
      'note.made',
      async (_, context) => {
        seen.push(context.subscription.stats)
        await clock.sleep(10)
        seen.push(context.subscription.stats)
      },
      { concurrency: 1 },
    )
    bus.emitSync('note.made', hello)
    expect(subscription.stats).toMatchObject({ accepted: 1, depth: 1, pending: 1 })
    await clock.advanceBy(10)
    expect(seen).toMatchObject([
      { accepted: 1, delivered: 0, depth: 0, pending: 1 },
      { accepted: 1, delivered: 0, depth: 0, pending: 1 },
    ])
    expect(subscription.stats).toMatchObject({ delivered: 1, pending: 0 })
  })

  it.each([undefined, null, 1, 'text', {}, () => {}, [1]])(
    'succeeds at once if the handler returns %o',
    async (result) => {
      const { bus } = setUp()
      const subscription = bus.on('note.made', () => result, { concurrency: 1 })
      bus.emitSync('note.made', hello)
      await rest()
      expect(subscription.stats).toMatchObject({ delivered: 1, failed: 0, pending: 0 })
    },
  )

  it('is followed by the next without any time in between', async () => {
    const { bus, clock } = setUp()
    const texts: string[] = []
    bus.on('note.made', async ({ data }) => void texts.push(data.text), { concurrency: 1 })
    for (let index = 0; index < 1_000; index += 1) {
      bus.emitSync('note.made', { text: String(index) })
    }
    await rest()
    expect(texts).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index)))
    expect(clock.now()).toBe(1_000)
  })

  it('that runs when the subscription ends still counts as it ends', async () => {
    const { bus, clock } = setUp()
    const subscription = bus.on('note.made', () => clock.sleep(10), { concurrency: 1 })
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    await rest()
    subscription.unsubscribe()
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 2, pending: 1 })
    await clock.advanceBy(10)
    expect(subscription.stats).toMatchObject({ delivered: 1, dropped: 2, pending: 0 })
  })

  it('may end its own subscription, with a full mailbox', async () => {
    const { bus } = setUp()
    const texts: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }, context) => {
        texts.push(data.text)
        context.subscription.unsubscribe()
      },
      { mailbox: { capacity: 3 } },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await rest()
    expect(texts).toEqual(['a'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 1, dropped: 2, pending: 0 })
  })
})
