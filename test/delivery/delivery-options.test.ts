import { type MailboxOptions, type SubscribeOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { toDeliverySettings, wantsMailbox } from '../../src/delivery/options.ts'
import { coded, hello, rest, setUp } from '../support/buses.ts'

/** A handler whose calls take 10 ms, when they began and how many ran at a time. */
function slow(options: SubscribeOptions) {
  const { bus, clock } = setUp()
  const calls: string[] = []
  let running = 0
  let most = 0
  const subscription = bus.on(
    'note.made',
    async ({ data }) => {
      running += 1
      most = Math.max(most, running)
      calls.push(`${data.text} ${clock.now() - 1_000}`)
      await clock.sleep(10)
      running -= 1
    },
    options,
  )
  const emit = (texts: string): void => {
    for (const text of texts.split('')) bus.emitSync('note.made', { text })
  }
  return { bus, clock, subscription, calls, emit, most: () => most }
}

describe('toDeliverySettings', () => {
  it('has 10,000 places that emissions wait for, and one call at a time, by default', () => {
    expect(toDeliverySettings({}, undefined)).toEqual({
      capacity: 10_000,
      overflow: 'wait',
      conflationKey: undefined,
      waitMs: undefined,
      maxAgeMs: undefined,
      concurrency: 1,
      timeoutMs: undefined,
      retry: undefined,
      breaker: undefined,
      deadLetter: false,
      holdKey: undefined,
      rateLimit: undefined,
      dedup: undefined,
      batch: undefined,
    })
  })

  it('keeps what it is given', () => {
    const key = (): string => 'all'
    const mailbox = { capacity: 1, overflow: 'conflate', key, maxAgeMs: 0 } as const
    const given = { mailbox, concurrency: 'unlimited', timeoutMs: 0.5 } as const
    expect(toDeliverySettings(given, { maxSize: 1, maxWaitMs: 0 })).toMatchObject({
      capacity: 1,
      overflow: 'conflate',
      conflationKey: key,
      maxAgeMs: 0,
      concurrency: Infinity,
      timeoutMs: 0.5,
      batch: { maxSize: 1, maxWaitMs: 0 },
    })
    const wait = { capacity: 10_000_000, waitMs: 0 }
    expect(toDeliverySettings({ mailbox: wait, deadLetter: true }, {})).toMatchObject({
      ...wait,
      overflow: 'wait',
      deadLetter: true,
      holdKey: undefined,
      batch: { maxSize: 100, maxWaitMs: 100 },
    })
  })

  it('holds dead letters by what their events are about, or by a key of ones own', () => {
    const { bus } = setUp()
    const keyOf = (data: object): unknown => {
      const { holdKey } = toDeliverySettings({ deadLetter: { holdKey: true } }, undefined)
      const event = bus.emitSync('note.made', hello)
      return holdKey!({ ...event, type: event.type, data })
    }
    const all = { orderId: 'o', positionId: 'p', symbol: 's' }
    expect(keyOf(all)).toBe('o')
    expect(keyOf({ ...all, orderId: undefined })).toBe('p')
    expect(keyOf({ symbol: 's' })).toBe('s')
    expect(keyOf({})).toBe('note.made')
    const key = (): string => 'all'
    const own = toDeliverySettings({ deadLetter: { holdKey: true, key } }, undefined)
    expect(own).toMatchObject({ deadLetter: true, holdKey: key })
    expect(toDeliverySettings({ deadLetter: {} }, undefined)).toMatchObject({
      deadLetter: true,
      holdKey: undefined,
    })
  })
})

describe('wantsMailbox', () => {
  it.each<SubscribeOptions>([
    { mailbox: {} },
    { concurrency: 1 },
    { timeoutMs: 1 },
    { retry: {} },
    { breaker: {} },
    { deadLetter: true },
    { rateLimit: { perSecond: 1 } },
    { dedup: {} },
  ])('is for %o: emit awaits acceptance, and the handler comes after it', async (options) => {
    expect(wantsMailbox(options)).toBe(true)
    const { bus } = setUp()
    const seen: string[] = []
    const subscription = bus.on('note.made', () => seen.push('seen') && undefined, options)
    bus.emitSync('note.made', hello)
    expect(seen).toEqual([])
    expect(subscription.stats).toMatchObject({ accepted: 1, pending: 1, depth: 1 })
    await bus.idle()
    expect(seen).toEqual(['seen'])
  })

  it.each<SubscribeOptions>([
    {},
    { minPriority: 'low', priority: 5, id: 'desk', once: true },
    { deadLetter: false },
    { mailbox: undefined },
  ])('is not for %o: the handler is called during emit', (options) => {
    expect(wantsMailbox(options)).toBe(false)
    const { bus } = setUp()
    const seen: string[] = []
    bus.on('note.made', () => seen.push('seen') && undefined, options)
    bus.emitSync('note.made', hello)
    expect(seen).toEqual(['seen'])
  })
})

const key = (): string => 'all'
const mailbox = (options: object): object => ({ mailbox: options as MailboxOptions })

describe('DeliveryOptions', () => {
  it.each<[object, string]>([
    [{ mail: {} }, 'on has no option "mail". It knows: id, priority, where, signal, once, '],
    [mailbox({ size: 5 }), 'mailbox has no option "size". It knows: capacity, overflow, key, '],
    [{ mailbox: 5 }, 'The options of mailbox must be an object, but are 5.'],
    [mailbox({ capacity: 0 }), 'mailbox.capacity must be a whole number from 1 to 10000000, '],
    [mailbox({ capacity: 1.5 }), 'mailbox.capacity must be a whole number from 1 to 10000000, '],
    [mailbox({ capacity: Infinity }), 'mailbox.capacity must be a whole number from 1 to '],
    [mailbox({ capacity: 10_000_001 }), 'mailbox.capacity must be a whole number from 1 to '],
    [
      mailbox({ overflow: 'drop' }),
      'mailbox.overflow must be one of wait, drop-oldest, drop-newest, conflate, error, but is "drop".',
    ],
    [
      mailbox({ overflow: 'conflate' }),
      "mailbox.overflow 'conflate' needs a key, such as key: (event) => event.data.symbol.",
    ],
    [mailbox({ key }), "mailbox.key is for overflow 'conflate' alone, but overflow is 'wait'."],
    [mailbox({ key, overflow: 'error' }), "but overflow is 'error'."],
    [
      mailbox({ key: 'symbol', overflow: 'conflate' }),
      'mailbox.key must be a function, but is "sy',
    ],
    [mailbox({ waitMs: -1 }), 'mailbox.waitMs must be a finite number of at least 0, but is -1.'],
    [mailbox({ waitMs: Number.NaN }), 'mailbox.waitMs must be a finite number of at least 0'],
    [
      mailbox({ waitMs: 5, overflow: 'drop-newest' }),
      "mailbox.waitMs is for overflow 'wait' alone, but overflow is 'drop-newest'.",
    ],
    [mailbox({ maxAgeMs: -1 }), 'mailbox.maxAgeMs must be a finite number of at least 0, but is '],
    [
      { concurrency: 0 },
      "concurrency must be a whole number of at least 1, or 'unlimited', but is 0.",
    ],
    [
      { concurrency: 1.5 },
      "concurrency must be a whole number of at least 1, or 'unlimited', but ",
    ],
    [{ concurrency: Infinity }, "or 'unlimited', but is Infinity."],
    [{ concurrency: 'all' }, 'concurrency must be a whole number of at least 1, or '],
    [{ timeoutMs: 0 }, 'timeoutMs must be more than 0. Leave it out for no limit.'],
    [{ timeoutMs: -1 }, 'timeoutMs must be a finite number of at least 0, but is -1.'],
    [{ timeoutMs: Infinity }, 'timeoutMs must be a finite number of at least 0, but is Infinity.'],
    [{ retry: { attempts: 0 } }, 'retry.attempts must be '],
    [{ retry: 3 }, 'The options of retry must be an object, but are 3.'],
    [{ breaker: { failures: 0 } }, 'breaker.failures must be '],
    [
      { breaker: { whileOpen: 'dead-letter' } },
      "breaker.whileOpen 'dead-letter' needs deadLetter: true, because only then there are dead letters.",
    ],
    [{ deadLetter: 'yes' }, 'deadLetter must be true, false or { holdKey, key }, but is "yes".'],
    [{ deadLetter: { hold: true } }, 'deadLetter has no option "hold".'],
    [{ deadLetter: { holdKey: 1 } }, 'deadLetter.holdKey must be true or false, but is 1.'],
    [{ deadLetter: { holdKey: true, key: 5 } }, 'deadLetter.key must be a function, but is 5.'],
    [{ deadLetter: { key } }, 'deadLetter.key is for holdKey: true alone.'],
    [{ rateLimit: { perSecond: 0 } }, 'rateLimit.perSecond must be '],
    [
      { dedup: { capacity: 0 } },
      'dedup.capacity must be a whole number from 1 to 10000000, but is 0.',
    ],
    [{ dedup: { key: 'id' } }, 'dedup.key must be a function, but is "id".'],
  ])('are refused as %o, in words that help, and nothing is subscribed', (options, message) => {
    const { bus } = setUp()
    const given = options as SubscribeOptions
    for (const subscribe of [
      () => bus.on('note.made', () => {}, { id: 'desk', ...given }),
      () => bus.once('note.made', () => {}, { id: 'desk', ...given }),
    ]) {
      expect(subscribe).toThrow(message)
      expect(subscribe).toThrow(coded('CONFIGURATION'))
    }
    expect(bus.handlerCount()).toBe(0)
    bus.emitSync('note.made', hello)
    expect(bus.stats).toMatchObject({ accepted: 0, subscriptions: 0 })
    // Its id is free, too.
    expect(bus.on('note.made', () => {}, { id: 'desk' }).id).toBe('desk')
  })
})

describe('DeliveryOptions.concurrency', () => {
  it.each([
    [1, ['a 0', 'b 10', 'c 20', 'd 30'], 1],
    [2, ['a 0', 'b 0', 'c 10', 'd 10'], 2],
    [3, ['a 0', 'b 0', 'c 0', 'd 10'], 3],
    ['unlimited', ['a 0', 'b 0', 'c 0', 'd 0'], 4],
  ] as const)(
    '%s: starts calls in order, as many at a time',
    async (concurrency, expected, most) => {
      const subject = slow({ concurrency })
      subject.emit('abcd')
      await subject.clock.advanceBy(100)
      await subject.bus.idle()
      expect(subject.calls).toEqual(expected)
      expect(subject.most()).toBe(most)
      expect(subject.subscription.stats).toMatchObject({ accepted: 4, delivered: 4, pending: 0 })
    },
  )

  it('is 1 by default', async () => {
    const { clock, calls, emit, most } = slow({ mailbox: {} })
    emit('ab')
    await clock.advanceBy(5)
    emit('c')
    await clock.advanceBy(100)
    expect(calls).toEqual(['a 0', 'b 10', 'c 20'])
    expect(most()).toBe(1)
  })

  it('starts the next call as soon as one ends, whichever it is', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      async ({ data }) => {
        calls.push(`${data.text} ${clock.now() - 1_000}`)
        await clock.sleep(Number(data.text))
      },
      { concurrency: 2 },
    )
    for (const text of ['30', '10', '5', '1']) bus.emitSync('note.made', { text })
    await clock.advanceBy(100)
    expect(calls).toEqual(['30 0', '10 0', '5 10', '1 15'])
  })
})

describe('MailboxOptions.maxAgeMs', () => {
  it('lets what has waited for longer expire, at the time of its call', async () => {
    const { bus, clock, subscription, calls, emit } = slow({ mailbox: { maxAgeMs: 10 } })
    const dropped: unknown[] = []
    bus.observe({ onDropped: ({ reason, event }) => dropped.push([event?.sequence, reason]) })
    emit('abc')
    await clock.advanceBy(9)
    emit('d')
    await clock.advanceBy(50)
    await bus.idle()
    // The second waited for exactly 10 ms; at 20, the third had waited for 20 and the fourth for 11.
    expect(calls).toEqual(['a 0', 'b 10'])
    expect(dropped).toEqual([
      [3, 'expired'],
      [4, 'expired'],
    ])
    expect(subscription.stats).toMatchObject({
      accepted: 4,
      delivered: 2,
      expired: 2,
      dropped: 0,
      pending: 0,
    })
  })

  it('0 delivers what need not wait', async () => {
    const { clock, calls, emit } = slow({ mailbox: { maxAgeMs: 0 } })
    emit('ab')
    await clock.advanceBy(50)
    emit('c')
    await clock.advanceBy(50)
    expect(calls).toEqual(['a 0', 'c 50'])
  })

  it('does not count the time between attempts', async () => {
    const { bus, clock } = setUp()
    let attempts = 0
    const subscription = bus.on(
      'note.made',
      () => {
        attempts += 1
        if (attempts === 1) throw new Error('again')
      },
      { mailbox: { maxAgeMs: 10 }, retry: { attempts: 2, initialMs: 100, jitter: 'none' } },
    )
    bus.emitSync('note.made', hello)
    await clock.advanceBy(100)
    expect(subscription.stats).toMatchObject({ delivered: 1, expired: 0, retried: 1 })
  })
})

describe('Bus.once with a mailbox', () => {
  it.each(['wait', 'drop-oldest', 'drop-newest', 'error'] as const)(
    'delivers exactly one of a burst, with %s',
    async (overflow) => {
      const { bus } = setUp()
      const seen: string[] = []
      const once = bus.once('note.made', ({ data }) => seen.push(data.text) && undefined, {
        mailbox: { capacity: 1, overflow },
      })
      for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
      expect([once.active, bus.handlerCount()]).toEqual([false, 0])
      await bus.idle()
      expect(seen).toEqual(['a'])
      expect(once.stats).toMatchObject({ accepted: 1, delivered: 1, dropped: 0, pending: 0 })
      expect(bus.stats).toMatchObject({ accepted: 1, delivered: 1, pending: 0 })
    },
  )

  it('delivers exactly one under nested emits', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.once(
      'note.made',
      async ({ data }) => {
        seen.push(data.text)
        await bus.emit('note.made', { text: 'nested' })
        await rest()
        await bus.emit('note.made', { text: 'later' })
      },
      { mailbox: {}, concurrency: 'unlimited' },
    )
    bus.on('note.made', ({ data }) => {
      if (data.text === 'a') bus.emitSync('note.made', { text: 'direct' })
    })
    await bus.emit('note.made', { text: 'a' })
    await bus.idle()
    expect(seen).toEqual(['a'])
  })

  it('tries its one event again, and lets it wait while it is paused', async () => {
    const { bus, clock } = setUp()
    const attempts: number[] = []
    const once = bus.once(
      'note.made',
      (_event, { attempt }) => {
        attempts.push(attempt)
        if (attempt < 3) throw new Error('again')
      },
      { retry: { attempts: 3, initialMs: 10, jitter: 'none' } },
    )
    once.pause()
    for (let count = 0; count < 2; count += 1) bus.emitSync('note.made', hello)
    await bus.idle()
    expect(attempts).toEqual([])
    once.resume()
    await clock.advanceBy(100)
    expect(attempts).toEqual([1, 2, 3])
    expect(once.stats).toMatchObject({ accepted: 1, delivered: 1, failed: 2, pending: 0 })
  })
})
