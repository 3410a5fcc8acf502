import { type MailboxOptions, type SubscribeOptions } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

/** A handler that ends a call for each release, what it was called with, and what has been accepted. */
function gated(mailbox: MailboxOptions = {}, options: SubscribeOptions = {}) {
  const { bus, clock, lastResort } = setUp()
  const seen: string[] = []
  const accepted: string[] = []
  const gates: PromiseWithResolvers<void>[] = []
  const subscription = bus.on(
    'note.made',
    async ({ data }) => {
      seen.push(data.text)
      const gate = Promise.withResolvers<void>()
      gates.push(gate)
      await gate.promise
    },
    { id: 'desk', ...options, mailbox: { capacity: 1, ...mailbox } },
  )
  /** Emits, and notes when the emission is accepted. */
  const emit = async (text: string): Promise<void> => {
    await bus.emit('note.made', { text })
    accepted.push(text)
  }
  const release = async (): Promise<void> => {
    gates.shift()!.resolve()
    await rest()
  }
  return { bus, clock, lastResort, subscription, seen, accepted, emit, release }
}

const full = { code: 'MAILBOX_FULL', subscriptionId: 'desk', capacity: 1 }
const refusedWith = (message: string) =>
  expect.objectContaining({
    name: 'MailboxFullError',
    message: expect.stringContaining(message) as string,
  }) as unknown

describe("MailboxOptions.overflow 'wait'", () => {
  it('resolves an awaited emit at once where there is room, without its handler', async () => {
    const { emit, accepted, seen } = gated()
    await emit('a')
    expect(accepted).toEqual(['a'])
    expect(seen).toEqual(['a'])
  })

  it('resolves an awaited emit when there is room, first come first served', async () => {
    const { subscription, emit, accepted, seen, release } = gated({ capacity: 2 })
    void emit('a')
    await rest()
    for (const text of ['b', 'c', 'd', 'e']) void emit(text)
    await rest()
    expect(accepted).toEqual(['a', 'b', 'c'])
    expect(subscription.stats).toMatchObject({ accepted: 5, pending: 5, depth: 4 })
    await release()
    expect(accepted).toEqual(['a', 'b', 'c', 'd'])
    await release()
    expect(accepted).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (let call = 0; call < 3; call += 1) await release()
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(subscription.stats).toMatchObject({ accepted: 5, delivered: 5, dropped: 0, pending: 0 })
  })

  it('lets no more emissions wait than its capacity: one more fails as with error', async () => {
    const { bus, subscription, emit, accepted } = gated({ capacity: 2 })
    const errors = errorsOf(bus)
    void emit('a')
    await rest()
    for (const text of ['b', 'c', 'd', 'e']) void emit(text)
    const asking = { throwOnError: true }
    await expect(bus.emit('note.made', { text: 'f' }, asking)).rejects.toMatchObject({
      errors: [{ cause: { ...full, capacity: 2 } }],
    })
    await emit('g')
    expect(accepted).toEqual(['a', 'b', 'c', 'g'])
    const message = 'as many emissions wait for room already. Await each before the next'
    expect(errors).toEqual([refusedWith(message), refusedWith(message)])
    expect(subscription.stats).toMatchObject({ accepted: 7, dropped: 2, pending: 5, depth: 4 })
  })

  it('delivers an urgent event of a waiting emission before others, and ends that wait', async () => {
    const { bus, emit, accepted, seen, release } = gated({ capacity: 2 })
    void emit('a')
    await rest()
    for (const text of ['b', 'c', 'd']) void emit(text)
    const urgent = bus.emit('note.made', { text: 'X' }, { priority: 'critical' })
    void urgent.then(() => accepted.push('X'))
    await rest()
    expect(accepted).toEqual(['a', 'b', 'c'])
    await release()
    expect([seen, accepted]).toEqual([
      ['a', 'X'],
      ['a', 'b', 'c', 'X'],
    ])
    await release()
    expect(accepted).toEqual(['a', 'b', 'c', 'X', 'd'])
    for (let call = 0; call < 2; call += 1) await release()
    expect(seen).toEqual(['a', 'X', 'b', 'c', 'd'])
  })

  it('gives up an emission after waitMs: its event expires, and its emitter may hear of it', async () => {
    const { bus, clock, subscription, emit, accepted, seen, release } = gated({ waitMs: 50 })
    const errors = errorsOf(bus)
    void emit('a')
    await rest()
    void emit('b')
    const asked = bus.emit('note.made', { text: 'c' }, { throwOnError: true })
    const outcome = asked.catch((error: unknown) => error)
    await clock.advanceBy(49)
    expect(subscription.stats).toMatchObject({ accepted: 3, expired: 0, pending: 3, depth: 2 })
    await clock.advanceBy(1)
    expect(await outcome).toMatchObject({ errors: [{ cause: full }] })
    expect(errors).toEqual([refusedWith('no room has come within 50 ms.')])
    expect(subscription.stats).toMatchObject({ accepted: 3, expired: 1, pending: 2, depth: 1 })
    await release()
    await release()
    expect(seen).toEqual(['a', 'b'])
    expect(accepted).toEqual(['a', 'b'])
    expect(subscription.stats).toMatchObject({ delivered: 2, expired: 1, dropped: 0, pending: 0 })
  })

  it('makes room for another emission when one has waited for too long', async () => {
    const { clock, subscription, emit, accepted, seen, release } = gated({ waitMs: 50 })
    void emit('a')
    await rest()
    void emit('b')
    void emit('c')
    await clock.advanceBy(50)
    void emit('d')
    await clock.advanceBy(49)
    await release()
    expect(seen).toEqual(['a', 'b'])
    expect(accepted).toEqual(['a', 'b', 'c', 'd'])
    await clock.advanceBy(50)
    expect(subscription.stats).toMatchObject({ accepted: 4, expired: 1, pending: 2, depth: 1 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes emissions that nobody awaits, and those of emitSync, with no unhandled rejection', async () => {
    const { bus, clock, lastResort, subscription, seen, release } = gated({
      capacity: 2,
      waitMs: 50,
    })
    const reasons = await unhandledDuring(async () => {
      bus.emitSync('note.made', { text: 'a' })
      await rest()
      for (const text of ['b', 'c', 'd']) bus.emitSync('note.made', { text })
      for (const text of ['e', 'f']) void bus.emit('note.made', { text }, { throwOnError: true })
      await clock.advanceBy(50)
      for (let call = 0; call < 3; call += 1) await release()
      await bus.idle()
    })
    expect(reasons).toEqual([])
    expect(seen).toEqual(['a', 'b', 'c'])
    // One found the door full, two have waited for too long, and nobody hears of system.error.
    expect(lastResort).toHaveLength(3)
    expect(subscription.stats).toMatchObject({
      accepted: 6,
      delivered: 3,
      dropped: 1,
      expired: 2,
      pending: 0,
    })
  })

  it('keeps idle() waiting for the emissions that wait', async () => {
    const { bus, subscription, emit, release } = gated()
    void emit('a')
    await rest()
    for (const text of ['b', 'c']) void emit(text)
    let idle = false
    const wait = bus.idle().then(() => (idle = true))
    for (let call = 0; call < 3; call += 1) {
      expect(idle).toBe(false)
      await release()
    }
    expect(await wait).toBe(true)
    expect(subscription.stats).toMatchObject({ delivered: 3, pending: 0 })
  })

  it('ends the waits of emissions when the subscription ends, and drops their events', async () => {
    const { clock, subscription, emit, accepted } = gated({ waitMs: 50 })
    void emit('a')
    await rest()
    for (const text of ['b', 'c']) void emit(text)
    subscription.unsubscribe()
    await rest()
    expect(accepted).toEqual(['a', 'b', 'c'])
    expect(clock.pendingTimers).toBe(0)
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 2, pending: 1, depth: 0 })
  })
})

describe('A handler that emits into its own full mailbox', () => {
  /** The handler emits two more events for the first one, as `emit` says. */
  function talkative(
    emit: (bus: ReturnType<typeof setUp>['bus'], text: string) => Promise<unknown>,
    options: SubscribeOptions = {},
  ) {
    const { bus, clock } = setUp()
    const errors = errorsOf(bus)
    const seen: string[] = []
    const outcomes: unknown[] = []
    const subscription = bus.on(
      'note.made',
      async ({ data }) => {
        seen.push(data.text)
        if (data.text !== 'a') return
        for (const text of ['b', 'c']) {
          try {
            await emit(bus, text)
            outcomes.push(text)
          } catch (error) {
            outcomes.push(error)
          }
        }
      },
      { id: 'desk', ...options, mailbox: { capacity: 1 } },
    )
    return { bus, clock, errors, seen, outcomes, subscription }
  }

  const asking = { throwOnError: true }

  it('is refused instead of waiting for itself, synchronously', async () => {
    const { bus, errors, seen, outcomes, subscription } = talkative((own, text) =>
      own.emit('note.made', { text }, asking),
    )
    await bus.emit('note.made', { text: 'a' })
    await bus.idle()
    expect(outcomes).toEqual(['b', expect.objectContaining({ errors: [coded('HANDLER_FAILED')] })])
    expect(outcomes[1]).toMatchObject({ errors: [{ cause: full }] })
    expect(errors).toEqual([refusedWith('it comes from the very handler that would have to make')])
    expect(seen).toEqual(['a', 'b'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 2, dropped: 1, pending: 0 })
  })

  it('is refused after any number of awaits, too', async () => {
    const { bus, clock, errors, seen, outcomes, subscription } = talkative(async (own, text) => {
      await own.clock.sleep(10)
      await Promise.resolve()
      await own.clock.sleep(0)
      await own.emit('note.made', { text }, asking)
    })
    void bus.emit('note.made', { text: 'a' })
    await clock.advanceBy(50)
    await bus.idle()
    expect(outcomes[0]).toBe('b')
    expect(outcomes[1]).toMatchObject({ errors: [{ cause: full }] })
    expect(errors).toEqual([refusedWith('it comes from the very handler that would have to make')])
    expect(seen).toEqual(['a', 'b'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 2, dropped: 1, pending: 0 })
  })

  it('hears of it by a system.error where it does not ask', async () => {
    const { bus, errors, seen, outcomes } = talkative((own, text) =>
      own.emit('note.made', { text }),
    )
    await bus.emit('note.made', { text: 'a' })
    await bus.idle()
    expect(outcomes).toEqual(['b', 'c'])
    expect(errors).toHaveLength(1)
    expect(seen).toEqual(['a', 'b'])
  })

  it('is refused in the handlers of what it emits, too, until it ends', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const answer = async (): Promise<void> => {
      bus.emitSync('note.read', { text: 'read' })
    }
    const subscription = bus.on('note.made', answer, { mailbox: { capacity: 1 } })
    let read = 0
    bus.on('note.read', () => {
      read += 1
      if (read > 1) return
      for (let time = 0; time < 2; time += 1) bus.emitSync('note.made', { text: 'more' })
    })
    bus.emitSync('note.made', { text: 'a' })
    await bus.idle()
    expect(errors).toEqual([refusedWith('it comes from the very handler')])
    expect(read).toBe(2)
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 2, dropped: 1, pending: 0 })
  })

  it('has them wait where it has ended by the time of their dispatch', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        if (data.text !== 'a') return
        for (const text of ['b', 'c']) bus.emitSync('note.made', { text }, { throwOnError: true })
      },
      { mailbox: { capacity: 1 } },
    )
    bus.emitSync('note.made', { text: 'a' })
    await bus.idle()
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('waits where another call of it may make room', async () => {
    const { bus, errors, seen, outcomes, subscription } = talkative(
      (own, text) => own.emit('note.made', { text }, asking),
      { concurrency: 2 },
    )
    await bus.emit('note.made', { text: 'a' })
    await bus.idle()
    expect(outcomes).toEqual(['b', 'c'])
    expect(errors).toEqual([])
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 3, dropped: 0 })
  })

  it('lets others wait meanwhile', async () => {
    const { emit, accepted, seen, release, bus } = gated()
    const errors = errorsOf(bus)
    void emit('a')
    await rest()
    void emit('b')
    void emit('c')
    await rest()
    expect([accepted, errors]).toEqual([['a', 'b'], []])
    await release()
    expect([accepted, seen]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ])
  })
})
