import { type BatchOptions, type SubscribeOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, type hello, rest, setUp } from '../support/buses.ts'

/** A handler of batches, and what it was called with and when. */
function batching(
  options: BatchOptions & SubscribeOptions,
  handle: (texts: string) => unknown = () => {},
) {
  const { bus, clock } = setUp()
  const batches: string[] = []
  const subscription = bus.onBatch(
    'note.made',
    (events) => {
      const texts = events.map(({ data }) => data.text).join('')
      batches.push(`${texts} ${clock.now() - 1_000}`)
      return handle(texts)
    },
    options,
  )
  const emit = (texts: string): void => {
    for (const text of texts.split('')) bus.emitSync('note.made', { text })
  }
  return { bus, clock, subscription, batches, emit }
}

describe('Bus.onBatch', () => {
  it('calls its handler with as many events as a batch holds, as soon as they are there', async () => {
    const { clock, subscription, batches, emit } = batching({ maxSize: 3 })
    emit('ab')
    await rest()
    expect(batches).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 2, pending: 2, depth: 2 })
    emit('c')
    await rest()
    expect(batches).toEqual(['abc 0'])
    emit('defghij')
    await rest()
    expect(batches).toEqual(['abc 0', 'def 0', 'ghi 0'])
    expect(subscription.stats).toMatchObject({ accepted: 10, delivered: 9, pending: 1, depth: 1 })
    await clock.advanceBy(99)
    expect(batches).toHaveLength(3)
    await clock.advanceBy(1)
    expect(batches).toEqual(['abc 0', 'def 0', 'ghi 0', 'j 100'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('holds at most 100 events and waits for 100 ms by default', async () => {
    const { clock, batches, emit } = batching({})
    emit('x'.repeat(101))
    await clock.advanceBy(100)
    expect(batches).toEqual([`${'x'.repeat(100)} 0`, 'x 100'])
  })

  it('lets the first event of a batch wait for maxWaitMs, and later ones less', async () => {
    const { clock, batches, emit } = batching({ maxSize: 10, maxWaitMs: 50 })
    emit('a')
    await clock.advanceBy(30)
    emit('b')
    await clock.advanceBy(20)
    expect(batches).toEqual(['ab 50'])
    await clock.advanceBy(100)
    emit('c')
    await clock.advanceBy(50)
    expect(batches).toEqual(['ab 50', 'c 200'])
  })

  it('counts that time while the handler is busy, too', async () => {
    const { bus, clock, batches, emit } = batching({ maxSize: 10, maxWaitMs: 50 }, () =>
      bus.clock.sleep(80),
    )
    emit('a')
    await clock.advanceBy(60)
    // The handler is busy from 50 to 130.
    emit('b')
    await clock.advanceBy(30)
    emit('c')
    await clock.advanceBy(39)
    expect(batches).toEqual(['a 50'])
    await clock.advanceBy(1)
    expect(batches).toEqual(['a 50', 'bc 130'])
    await clock.advanceBy(70)
    emit('d')
    await clock.advanceBy(30)
    emit('e')
    await clock.advanceBy(200)
    // From 210 on it was free again, so the 50 ms of d, which came at 200, count on.
    expect(batches).toEqual(['a 50', 'bc 130', 'de 250'])
  })

  it('makes a batch of each event with a size of 1, and of those of one moment with 0 ms', async () => {
    const single = batching({ maxSize: 1 })
    single.emit('abc')
    await rest()
    expect(single.batches).toEqual(['a 0', 'b 0', 'c 0'])
    const moment = batching({ maxWaitMs: 0 })
    moment.emit('abc')
    await rest()
    expect(moment.batches).toEqual([])
    await moment.clock.advanceBy(0)
    expect(moment.batches).toEqual(['abc 0'])
  })

  it('sorts the events of a batch by their sequence, whatever their priorities', async () => {
    const { bus, batches } = batching({ maxSize: 4 })
    for (const [text, priority] of [
      ['a', 'low'],
      ['b', 'critical'],
      ['c', 'normal'],
      ['d', 'high'],
    ] as const) {
      bus.emitSync('note.made', { text }, { priority })
    }
    await rest()
    expect(batches).toEqual(['abcd 0'])
  })

  it('fills a batch with the most urgent of what waits', async () => {
    const { bus, subscription, batches } = batching({ maxSize: 2 })
    subscription.pause()
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    bus.emitSync('note.made', { text: 'X' }, { priority: 'critical' })
    subscription.resume()
    await rest()
    expect(batches).toEqual(['aX 0', 'bc 0'])
  })

  it('lets idle() and close() take what there is, however little', async () => {
    const { bus, clock, subscription, batches, emit } = batching({ maxSize: 3 })
    emit('abcd')
    await bus.idle()
    expect(batches).toEqual(['abc 0', 'd 0'])
    expect(clock.pendingTimers).toBe(0)
    emit('e')
    await rest()
    expect(batches).toHaveLength(2)
    expect(await bus.close()).toEqual({ delivered: 1, dropped: 0, deadLettered: 0, pending: 0 })
    expect(batches).toEqual(['abc 0', 'd 0', 'e 0'])
    expect(subscription.stats).toMatchObject({ accepted: 5, delivered: 5, pending: 0 })
  })

  it('collects again after idle() has taken all', async () => {
    const { bus, clock, batches, emit } = batching({ maxSize: 3 })
    emit('a')
    await bus.idle()
    emit('b')
    await rest()
    emit('c')
    await clock.advanceBy(100)
    expect(batches).toEqual(['a 0', 'bc 100'])
  })

  it('loses nothing of what idle() finds in the hands of a busy handler', async () => {
    const { bus, clock, batches, emit } = batching({ maxSize: 2 }, () => bus.clock.sleep(10))
    emit('abc')
    await rest()
    const idle = bus.idle()
    await clock.advanceBy(20)
    await idle
    expect(batches).toEqual(['ab 0', 'c 10'])
  })

  it('counts and reports each event of a batch that fails, and one failure', async () => {
    const { bus, subscription, batches, emit } = batching({ maxSize: 3 }, (texts) => {
      if (texts.includes('b')) throw new Error('bad batch')
    })
    const errors = errorsOf(bus)
    const failed: string[] = []
    const handled: string[] = []
    bus.observe({
      onFailed: ({ data }) => failed.push((data as typeof hello).text),
      onHandled: ({ type, data }) => {
        if (type === 'note.made') handled.push((data as typeof hello).text)
      },
    })
    emit('abcdef')
    await bus.idle()
    expect(batches).toEqual(['abc 0', 'def 0'])
    expect([failed.join(''), handled.join('')]).toEqual(['abc', 'def'])
    expect(errors.map(({ message }) => message)).toEqual(['bad batch', 'bad batch', 'bad batch'])
    expect(subscription.stats).toMatchObject({
      accepted: 6,
      delivered: 3,
      dropped: 3,
      failed: 1,
      pending: 0,
    })
  })

  it('tries a batch that has failed again as it was, and keeps what comes apart', async () => {
    let attempts = 0
    const { bus, clock, subscription, batches, emit } = batching(
      { maxSize: 2, retry: { attempts: 3, initialMs: 10, factor: 1, jitter: 'none' } },
      async () => {
        attempts += 1
        if (attempts < 3) throw new Error('not yet')
      },
    )
    emit('ab')
    await rest()
    emit('cd')
    await clock.advanceBy(20)
    await bus.idle()
    expect(batches).toEqual(['ab 0', 'ab 10', 'ab 20', 'cd 20'])
    expect(subscription.stats).toMatchObject({ accepted: 4, delivered: 4, failed: 2, retried: 2 })
  })

  it('makes a dead letter of each event of a batch that has failed for good', async () => {
    const { bus, subscription, emit } = batching({ maxSize: 2, deadLetter: true }, () => {
      throw new Error('bad batch')
    })
    errorsOf(bus)
    emit('ab')
    await bus.idle()
    expect(subscription.stats).toMatchObject({ accepted: 2, deadLettered: 2, dropped: 0 })
    expect(bus.deadLetters.list().map(({ event, attempts }) => [event.sequence, attempts])).toEqual(
      [
        [1, 1],
        [2, 1],
      ],
    )
  })

  it('drops an incomplete batch when the subscription ends, and cancels its timer', async () => {
    const { clock, subscription, batches, emit } = batching({ maxSize: 3 })
    emit('ab')
    subscription.unsubscribe()
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceBy(1_000)
    expect(batches).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0 })
  })

  it('delivers one event alone with once', async () => {
    const { clock, subscription, batches, emit } = batching({ maxSize: 3, once: true })
    emit('abc')
    expect(subscription.active).toBe(false)
    await clock.advanceBy(100)
    expect(batches).toEqual(['a 100'])
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 1 })
  })

  it('holds only what is newest of each key where its mailbox conflates', async () => {
    const { clock, batches, emit } = batching({
      maxSize: 3,
      mailbox: { overflow: 'conflate', key: ({ data }) => (data as typeof hello).text },
    })
    emit('aabab')
    await clock.advanceBy(100)
    expect(batches).toEqual(['ab 100'])
  })

  it.each<[BatchOptions & SubscribeOptions, string]>([
    [{ maxSize: 0 }, 'maxSize must be a whole number from 1 to 10000000, but is 0.'],
    [{ maxSize: 1.5 }, 'maxSize must be a whole number from 1 to 10000000, but is 1.5.'],
    [{ maxSize: 10_000_001 }, 'maxSize must be a whole number from 1 to 10000000'],
    [{ maxWaitMs: -1 }, 'maxWaitMs must be a finite number of at least 0, but is -1.'],
    [{ maxWaitMs: Infinity }, 'maxWaitMs must be a finite number of at least 0, but is Infinity.'],
    [
      { maxSize: 10_001 },
      'maxSize must be at most the capacity of the mailbox, 10000, but is 10001',
    ],
    [{ maxSize: 6, mailbox: { capacity: 5 } }, 'Lower it, or raise mailbox.capacity.'],
    [{ size: 5 } as BatchOptions, 'onBatch has no option "size".'],
  ])('refuses %o, and subscribes nothing', (options, message) => {
    const { bus } = setUp()
    const subscribe = () => bus.onBatch('note.made', () => {}, options)
    expect(subscribe).toThrow(coded('CONFIGURATION'))
    expect(subscribe).toThrow(message)
    expect(bus.handlerCount()).toBe(0)
  })
})
