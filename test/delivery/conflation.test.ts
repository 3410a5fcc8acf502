import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type EventKey, type Priority, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, rest, setUp, type TestBus } from '../support/buses.ts'

/** A key that is the part of a text before the colon. */
function symbolOf({ data }: TradewireEvent): EventKey {
  return (data as { readonly text: string }).text.split(':')[0]
}

/** A conflating subscription that is paused at first, what it sees, and what was given up. */
function conflating(
  capacity: number,
  key: (event: TradewireEvent) => EventKey = symbolOf,
  options: Parameters<typeof setUp>[0] = {},
) {
  const { bus, clock } = setUp(options)
  const seen: string[] = []
  const dropped: string[] = []
  bus.observe({
    onDropped: ({ event, reason }) => {
      const { accepted, delivered, dropped: gone, conflated, pending } = subscription.stats
      expect(delivered + gone + conflated + pending).toBe(accepted)
      dropped.push(`${(event!.data as { readonly text: string }).text} ${reason}`)
    },
  })
  const subscription = bus.on(
    ['note.*', 'action.*.start'],
    ({ data }) => {
      seen.push(data.text)
    },
    { mailbox: { capacity, overflow: 'conflate', key } },
  )
  subscription.pause()
  const emit = (text: string, priority?: Priority): void => {
    bus.emitSync('note.made', { text }, { priority })
  }
  const finish = async (): Promise<string[]> => {
    subscription.resume()
    await bus.idle()
    return seen
  }
  return { bus, clock, subscription, dropped, seen, emit, finish }
}

/** Collects what nobody holds any more, once the targets of new weak references may go, too. */
async function collectGarbage(): Promise<void> {
  await rest()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

/** Emits events of one key, and returns what only their mailbox may still hold. */
function flood(bus: TestBus, events: number): WeakRef<object>[] {
  return Array.from({ length: events }, (_, index) => {
    const data = { text: `x:${index}` }
    bus.emitSync('note.made', data)
    return new WeakRef(data)
  })
}

describe("MailboxOptions.overflow 'conflate'", () => {
  it('keeps the newest event of each key, in the place of the first, full or not', async () => {
    const { subscription, dropped, emit, finish } = conflating(10)
    for (const text of ['x:1', 'y:1', 'x:2', 'z:1', 'y:2', 'x:3']) emit(text)
    expect(dropped).toEqual(['x:1 conflated', 'y:1 conflated', 'x:2 conflated'])
    expect(subscription.stats).toMatchObject({ accepted: 6, conflated: 3, pending: 3, depth: 3 })
    expect(await finish()).toEqual(['x:3', 'y:2', 'z:1'])
    expect(subscription.stats).toMatchObject({
      accepted: 6,
      delivered: 3,
      conflated: 3,
      dropped: 0,
      pending: 0,
    })
  })

  it('keeps events of one key but of different types apart', async () => {
    const { bus, subscription, emit, finish } = conflating(10)
    emit('x:1')
    bus.emitSync('note.read', { text: 'x:read' })
    bus.emitSync('action.buy.start', { text: 'x:buy' })
    bus.emitSync('action.sell.start', { text: 'x:sell' })
    bus.emitSync('action.buy.start', { text: 'x:buy again' })
    emit('x:2')
    expect(await finish()).toEqual(['x:2', 'x:read', 'x:buy again', 'x:sell'])
    expect(subscription.stats).toMatchObject({ accepted: 6, delivered: 4, conflated: 2 })
  })

  it('conflates nothing with an event that is being handled', async () => {
    const { bus } = setUp()
    const gate = Promise.withResolvers<void>()
    const seen: string[] = []
    const subscription = bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        return gate.promise
      },
      { mailbox: { overflow: 'conflate', key: symbolOf } },
    )
    bus.emitSync('note.made', { text: 'x:1' })
    await rest()
    for (const text of ['x:2', 'x:3']) bus.emitSync('note.made', { text })
    expect(subscription.stats).toMatchObject({ accepted: 3, conflated: 1, pending: 2, depth: 1 })
    gate.resolve()
    await bus.idle()
    expect(seen).toEqual(['x:1', 'x:3'])
  })

  it('moves an event whose priority changes to the end of its new lane', async () => {
    const { subscription, emit, finish } = conflating(10)
    for (const text of ['x:1', 'y:1', 'z:1']) emit(text)
    emit('y:2', 'critical')
    emit('x:2', 'low')
    emit('w:1', 'critical')
    emit('y:3', 'critical')
    expect(subscription.stats).toMatchObject({ accepted: 7, conflated: 3, depth: 4 })
    expect(await finish()).toEqual(['y:3', 'w:1', 'z:1', 'x:2'])
  })

  it('replaces an event of another priority in a full mailbox without giving up others', async () => {
    const { subscription, emit, finish } = conflating(2)
    emit('x:1', 'critical')
    emit('y:1', 'critical')
    emit('x:2', 'low')
    expect(subscription.stats).toMatchObject({ accepted: 3, conflated: 1, dropped: 0, depth: 2 })
    expect(await finish()).toEqual(['y:1', 'x:2'])
  })

  it('gives up the oldest of the least urgent where there are more keys than places', async () => {
    const { subscription, dropped, emit, finish } = conflating(3)
    emit('a:1')
    emit('b:1', 'low')
    emit('c:1', 'critical')
    emit('d:1')
    emit('e:1')
    expect(dropped).toEqual(['b:1 overflow', 'a:1 overflow'])
    expect(subscription.stats).toMatchObject({ accepted: 5, dropped: 2, conflated: 0, depth: 3 })
    // The places of the keys that are gone went with them.
    emit('a:2')
    emit('d:2')
    expect(dropped.slice(2)).toEqual(['d:1 overflow', 'e:1 overflow'])
    expect((await finish()).toSorted()).toEqual(['a:2', 'c:1', 'd:2'])
    expect(subscription.stats).toMatchObject({ accepted: 7, delivered: 3, dropped: 4 })
  })

  it('never gives up a critical event for one that is not', async () => {
    const { dropped, emit, finish } = conflating(2)
    emit('a:1', 'critical')
    emit('b:1', 'critical')
    emit('c:1')
    emit('c:2', 'high')
    expect(dropped).toEqual(['c:1 overflow', 'c:2 overflow'])
    emit('a:2', 'critical')
    emit('d:1', 'critical')
    expect(dropped.slice(2)).toEqual(['a:1 conflated', 'a:2 overflow'])
    expect(await finish()).toEqual(['b:1', 'd:1'])
  })

  it('compares keys as a Map does, and conflates nothing that has none', async () => {
    const keys = [undefined, Number.NaN, 0, '0', undefined, Number.NaN, -0]
    const { subscription, emit, finish } = conflating(10, ({ sequence }) => keys[sequence - 1])
    for (const [index] of keys.entries()) emit(`${index}`)
    expect(subscription.stats).toMatchObject({ accepted: 7, conflated: 2, depth: 5 })
    expect(await finish()).toEqual(['0', '5', '6', '3', '4'])
  })

  it('refuses keys that would never match', async () => {
    const { bus, emit, finish } = conflating(10, (() => ['x']) as unknown as () => EventKey)
    const errors = errorsOf(bus)
    emit('x')
    expect(errors[0]!.message).toContain('mailbox.key must return a string, a number or undefined')
    expect(await finish()).toEqual([])
  })

  it('counts an event whose key throws as failed, reports it, and takes the next', async () => {
    const { bus, subscription, dropped, emit, finish } = conflating(10, (event) => {
      const symbol = symbolOf(event)
      if (symbol === 'bad') throw new RangeError('no such symbol')
      return symbol
    })
    const errors = errorsOf(bus)
    emit('x:1')
    emit('bad:1')
    emit('x:2')
    expect(errors).toEqual([
      expect.objectContaining({ name: 'RangeError', message: 'no such symbol' }),
    ])
    expect(dropped).toEqual(['bad:1 failed', 'x:1 conflated'])
    expect(subscription.stats).toMatchObject({
      accepted: 3,
      failed: 1,
      dropped: 1,
      conflated: 1,
      pending: 1,
    })
    const asking = { throwOnError: true }
    await expect(bus.emit('note.made', { text: 'bad:2' }, asking)).rejects.toMatchObject({
      errors: [{ code: 'HANDLER_FAILED', cause: { message: 'no such symbol' } }],
    })
    expect(await finish()).toEqual(['x:2'])
  })

  it('makes a dead letter of an event whose key throws, if asked', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const subscription = bus.on('note.made', () => {}, {
      deadLetter: true,
      mailbox: {
        overflow: 'conflate',
        key: () => {
          throw new RangeError('no key')
        },
      },
    })
    bus.emitSync('note.made', { text: 'x' })
    expect(subscription.stats).toMatchObject({
      accepted: 1,
      failed: 1,
      dropped: 0,
      deadLettered: 1,
    })
    expect(bus.deadLetters.list()).toMatchObject([
      { attempts: 0, errors: [new RangeError('no key')] },
    ])
    expect(errors).toHaveLength(1)
  })

  it('holds nothing of what was conflated, however many events come', async () => {
    const { bus, subscription, seen, finish } = conflating(10, symbolOf, { history: 0 })
    const payloads = flood(bus, 2_000)
    expect(subscription.stats).toMatchObject({ accepted: 2_000, conflated: 1_999, depth: 1 })
    await collectGarbage()
    const held = payloads.filter((payload) => payload.deref() !== undefined)
    expect(held).toHaveLength(1)
    expect(held[0]).toBe(payloads.at(-1))
    await finish()
    expect(seen).toEqual(['x:1999'])
  })
})
