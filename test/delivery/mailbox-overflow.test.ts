import { type MailboxOptions, type Priority, type SubscriptionStats } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, rest, setUp } from '../support/buses.ts'

/** A subscription that is paused until everything has been emitted, and what it then sees. */
function collecting(mailbox: MailboxOptions) {
  const { bus, clock, lastResort } = setUp()
  const seen: string[] = []
  const dropped: string[] = []
  bus.observe({
    onDropped: ({ event, reason }) => {
      dropped.push(`${(event!.data as { readonly text: string }).text} ${reason}`)
      requireLedger(subscription.stats)
    },
  })
  const subscription = bus.on(
    'note.made',
    ({ data }) => {
      seen.push(data.text)
      requireLedger(subscription.stats)
    },
    { id: 'desk', mailbox },
  )
  subscription.pause()
  const emit = (text: string, priority: Priority = 'normal'): void => {
    bus.emitSync('note.made', { text }, { priority })
    requireLedger(subscription.stats)
  }
  const finish = async (): Promise<string> => {
    subscription.resume()
    await bus.idle()
    return seen.join('')
  }
  return { bus, clock, lastResort, subscription, dropped, emit, finish }
}

function requireLedger(stats: SubscriptionStats): void {
  const { accepted, delivered, dropped, conflated, expired, deadLettered, pending } = stats
  expect(delivered + dropped + conflated + expired + deadLettered + pending).toBe(accepted)
}

const overflows = ['wait', 'drop-oldest', 'drop-newest', 'error'] as const

describe('MailboxOptions.overflow', () => {
  it.each(overflows)('%s gives nothing up as long as there is room', async (overflow) => {
    const { subscription, dropped, emit, finish } = collecting({ capacity: 3, overflow })
    for (const text of ['a', 'b', 'c']) emit(text)
    expect(subscription.stats).toMatchObject({ accepted: 3, pending: 3, depth: 3 })
    expect(await finish()).toBe('abc')
    expect(dropped).toEqual([])
    expect(subscription.stats).toMatchObject({ delivered: 3, dropped: 0, pending: 0, depth: 0 })
  })

  it.each([
    ['drop-oldest', 'cde', ['a overflow', 'b overflow']],
    ['drop-newest', 'abc', ['d overflow', 'e overflow']],
    ['error', 'abc', ['d overflow', 'e overflow']],
  ] as const)('%s keeps %s of five events for three places', async (overflow, kept, gone) => {
    const { subscription, dropped, emit, finish } = collecting({ capacity: 3, overflow })
    for (const text of ['a', 'b', 'c', 'd', 'e']) emit(text)
    expect(subscription.stats).toMatchObject({ accepted: 5, dropped: 2, pending: 3, depth: 3 })
    expect(await finish()).toBe(kept)
    expect(dropped).toEqual(gone)
    expect(subscription.stats).toMatchObject({
      accepted: 5,
      delivered: 3,
      dropped: 2,
      failed: 0,
      pending: 0,
    })
  })

  it.each(['drop-oldest', 'drop-newest'] as const)(
    '%s with one place keeps it taken',
    async (overflow) => {
      const { subscription, emit, finish } = collecting({ capacity: 1, overflow })
      for (const text of ['a', 'b', 'c', 'd']) emit(text)
      expect(await finish()).toBe(overflow === 'drop-oldest' ? 'd' : 'a')
      expect(subscription.stats).toMatchObject({ accepted: 4, delivered: 1, dropped: 3 })
    },
  )

  it('drop-oldest gives up the oldest of the least urgent events', async () => {
    const { dropped, emit, finish } = collecting({ capacity: 4, overflow: 'drop-oldest' })
    emit('a')
    emit('b', 'low')
    emit('c', 'low')
    emit('d', 'critical')
    emit('e')
    emit('f')
    emit('g', 'critical')
    expect(dropped).toEqual(['b overflow', 'c overflow', 'a overflow'])
    expect(await finish()).toBe('dgef')
  })

  it('drop-newest gives up the newest of the least urgent events', async () => {
    const { dropped, emit, finish } = collecting({ capacity: 4, overflow: 'drop-newest' })
    emit('a')
    emit('b', 'low')
    emit('c', 'low')
    emit('d', 'critical')
    emit('e')
    emit('f', 'low')
    emit('g', 'high')
    emit('h')
    emit('i', 'critical')
    expect(dropped).toEqual(['c overflow', 'f overflow', 'b overflow', 'h overflow', 'e overflow'])
    expect(await finish()).toBe('dgia')
  })

  it.each(['drop-oldest', 'drop-newest'] as const)(
    '%s never gives up a critical event for one that is not',
    async (overflow) => {
      const { subscription, dropped, emit, finish } = collecting({ capacity: 2, overflow })
      emit('A', 'critical')
      emit('B', 'critical')
      for (const priority of ['high', 'normal', 'low'] as const) emit(priority[0]!, priority)
      expect(dropped).toEqual(['h overflow', 'n overflow', 'l overflow'])
      expect(await finish()).toBe('AB')
      expect(subscription.stats).toMatchObject({ accepted: 5, delivered: 2, dropped: 3 })
    },
  )

  it('an event of the same priority as all others is the oldest or the newest of them', async () => {
    const oldest = collecting({ capacity: 1, overflow: 'drop-oldest' })
    const newest = collecting({ capacity: 1, overflow: 'drop-newest' })
    for (const { emit } of [oldest, newest]) for (const text of ['A', 'B']) emit(text, 'critical')
    expect([await oldest.finish(), await newest.finish()]).toEqual(['B', 'A'])
  })

  it('error reports each event that is given up by one system.error', async () => {
    const { bus, emit } = collecting({ capacity: 1, overflow: 'error' })
    const errors = errorsOf(bus)
    for (const text of ['a', 'b', 'c']) emit(text)
    expect(errors).toHaveLength(2)
    expect(errors[0]).toMatchObject({
      name: 'MailboxFullError',
      message: expect.stringContaining(
        'The mailbox of subscription desk holds 1 events, as many as it may, and did not take note.made sim-2: its overflow is error.',
      ) as string,
    })
  })

  it('error reaches an emitter that asks for it, typed, and nobody else', async () => {
    const { bus, emit } = collecting({ capacity: 1, overflow: 'error' })
    errorsOf(bus)
    const heard: string[] = []
    bus.on('note.made', ({ data }) => {
      heard.push(data.text)
    })
    emit('a')
    const cause = { code: 'MAILBOX_FULL', subscriptionId: 'desk', capacity: 1 }
    const failure = { errors: [{ code: 'HANDLER_FAILED', subscriptionId: 'desk', cause }] }
    const asking = { throwOnError: true }
    await expect(bus.emit('note.made', { text: 'b' }, asking)).rejects.toMatchObject(failure)
    expect(() => bus.emitSync('note.made', { text: 'c' }, asking)).toThrow(
      expect.objectContaining({ errors: [coded('HANDLER_FAILED')] }),
    )
    await expect(bus.emit('note.made', { text: 'd' })).resolves.toMatchObject({ sequence: 6 })
    expect(heard).toEqual(['a', 'b', 'c', 'd'])
  })

  it('error tells the last resort where nobody hears of system.error', async () => {
    const { emit, lastResort } = collecting({ capacity: 1, overflow: 'error' })
    for (const text of ['a', 'b']) emit(text)
    expect(lastResort).toEqual([
      {
        error: expect.objectContaining({ cause: coded('MAILBOX_FULL') }) as unknown,
        context: expect.objectContaining({ origin: 'handler' }) as unknown,
      },
    ])
  })

  it('takes events again once there is room', async () => {
    const { subscription, emit, finish } = collecting({ capacity: 1, overflow: 'error' })
    emit('a')
    emit('b')
    expect(await finish()).toBe('a')
    emit('c')
    await rest()
    emit('d')
    expect(await finish()).toBe('acd')
    expect(subscription.stats).toMatchObject({ accepted: 4, delivered: 3, dropped: 1 })
  })

  it('does not count an event that is being handled as one that waits', async () => {
    const { bus } = setUp()
    const gate = Promise.withResolvers<void>()
    const subscription = bus.on('note.made', () => gate.promise, {
      mailbox: { capacity: 1, overflow: 'drop-newest' },
    })
    bus.emitSync('note.made', { text: 'a' })
    await rest()
    bus.emitSync('note.made', { text: 'b' })
    bus.emitSync('note.made', { text: 'c' })
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 1, pending: 2, depth: 1 })
    gate.resolve()
    await bus.idle()
    expect(subscription.stats).toMatchObject({ delivered: 2, dropped: 1, pending: 0 })
  })

  it('keeps mailboxes of one bus apart: what one gives up, the other delivers', async () => {
    const { bus, emit, finish } = collecting({ capacity: 1, overflow: 'drop-oldest' })
    const other: string[] = []
    bus.on('note.made', ({ data }) => other.push(data.text) && undefined, { mailbox: {} })
    for (const text of ['a', 'b', 'c']) emit(text)
    expect(await finish()).toBe('c')
    expect(other).toEqual(['a', 'b', 'c'])
    expect(bus.stats).toMatchObject({ accepted: 6, delivered: 4, dropped: 2, depth: 0 })
  })
})

describe('Subscription.unsubscribe', () => {
  it.each(overflows)('drops what a full mailbox with %s holds, and counts it', async (overflow) => {
    const { bus, subscription, dropped, emit, finish } = collecting({ capacity: 2, overflow })
    for (const text of ['a', 'b']) emit(text)
    subscription.unsubscribe()
    requireLedger(subscription.stats)
    expect(dropped).toEqual(['a unsubscribed', 'b unsubscribed'])
    expect(subscription.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0, depth: 0 })
    expect(bus.stats).toMatchObject({ accepted: 2, dropped: 2, pending: 0, depth: 0 })
    emit('c')
    expect(await finish()).toBe('')
    expect(subscription.stats.accepted).toBe(2)
  })

  it('called by the handler ends it with what waits behind', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        subscription.unsubscribe()
        requireLedger(subscription.stats)
      },
      { mailbox: { capacity: 3 } },
    )
    for (const text of ['a', 'b', 'c']) bus.emitSync('note.made', { text })
    await bus.idle()
    expect(seen).toEqual(['a'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 1, dropped: 2, pending: 0 })
    expect(bus.stats).toMatchObject({ accepted: 3, delivered: 1, dropped: 2, pending: 0 })
  })
})
