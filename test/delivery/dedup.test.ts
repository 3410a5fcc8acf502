import { type DedupOptions, type SubscribeOptions, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { errorsOf, rest, setUp } from '../support/buses.ts'

type Note = TradewireEvent<'note.made', { text: string }>

const byText = { key: ({ data }: Note) => data.text }

/** A subscription without copies, what it sees, and what was given up. */
function deduplicating(
  dedup: DedupOptions<Note>,
  options: SubscribeOptions<Note> = {},
  handle: (text: string) => unknown = () => {},
) {
  const { bus, clock } = setUp()
  const seen: string[] = []
  const dropped: string[] = []
  bus.observe({
    onDropped: ({ event, reason }) => {
      dropped.push(`${(event!.data as { readonly text: string }).text} ${reason}`)
    },
  })
  const subscription = bus.on(
    'note.made',
    ({ data }) => {
      seen.push(data.text)
      return handle(data.text)
    },
    { dedup, ...options },
  )
  const emit = (...texts: readonly string[]): void => {
    for (const text of texts) bus.emitSync('note.made', { text })
  }
  return { bus, clock, subscription, seen, dropped, emit }
}

describe('DeliveryOptions.dedup', () => {
  it('passes over events whose key was there before, and counts them apart', async () => {
    const { bus, subscription, seen, dropped, emit } = deduplicating(byText)
    emit('a', 'b', 'a')
    await bus.idle()
    emit('b', 'c', 'a')
    await bus.idle()
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(dropped).toEqual(['a duplicate', 'b duplicate', 'a duplicate'])
    expect(subscription.stats).toMatchObject({
      accepted: 3,
      delivered: 3,
      duplicates: 3,
      dropped: 0,
      pending: 0,
    })
    expect(bus.stats).toMatchObject({ accepted: 3, delivered: 3, duplicates: 3 })
  })

  it('goes by id by default: the same event from two buses is one', async () => {
    const { bus, subscription, seen, emit } = deduplicating({})
    for (let feed = 0; feed < 2; feed += 1) {
      const { bus: from } = setUp({ run: 'feed' })
      from.forward(bus)
      from.emitSync('note.made', { text: 'twice' })
    }
    emit('a', 'a')
    await bus.idle()
    expect(seen).toEqual(['twice', 'a', 'a'])
    expect(subscription.stats).toMatchObject({ accepted: 3, delivered: 3, duplicates: 1 })
  })

  it('remembers as many keys as it may', async () => {
    const { bus, subscription, seen, emit } = deduplicating({ ...byText, capacity: 2 })
    emit('a', 'b', 'a', 'c', 'b', 'a')
    await bus.idle()
    expect(seen).toEqual(['a', 'b', 'c', 'a'])
    expect(subscription.stats.duplicates).toBe(2)
  })

  it('welcomes again what was dropped for want of room', async () => {
    const { bus, subscription, seen, dropped, emit } = deduplicating(byText, {
      mailbox: { capacity: 1, overflow: 'drop-newest' },
    })
    emit('a', 'b', 'a')
    await bus.idle()
    emit('b')
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
    expect(dropped).toEqual(['b overflow', 'a duplicate'])
    expect(subscription.stats).toMatchObject({ accepted: 3, dropped: 1, duplicates: 1 })
  })

  it('welcomes again what a full mailbox has refused', async () => {
    const { bus, seen, emit } = deduplicating(byText, {
      mailbox: { capacity: 1, overflow: 'error' },
    })
    const errors = errorsOf(bus)
    emit('a', 'b')
    expect(errors).toHaveLength(1)
    await bus.idle()
    emit('b')
    await bus.idle()
    expect(seen).toEqual(['a', 'b'])
  })

  it('welcomes again what has expired', async () => {
    const { bus, clock, subscription, seen, emit } = deduplicating(byText, {
      mailbox: { maxAgeMs: 10 },
    })
    subscription.pause()
    emit('a')
    await clock.advanceBy(11)
    subscription.resume()
    await bus.idle()
    expect(subscription.stats).toMatchObject({ accepted: 1, expired: 1 })
    emit('a')
    await bus.idle()
    expect(seen).toEqual(['a'])
  })

  it('welcomes again what its handler has failed on for good', async () => {
    let failing = true
    const { bus, subscription, seen, emit } = deduplicating(byText, {}, () => {
      if (failing) throw new Error('not now')
    })
    errorsOf(bus)
    emit('a', 'a')
    await bus.idle()
    failing = false
    emit('a', 'a')
    await bus.idle()
    expect(seen).toEqual(['a', 'a'])
    expect(subscription.stats).toMatchObject({
      accepted: 2,
      delivered: 1,
      failed: 1,
      dropped: 1,
      duplicates: 2,
    })
  })

  it('takes no copy of an event that was conflated: a newer one stands for it', async () => {
    const { bus, subscription, seen, emit } = deduplicating(byText, {
      mailbox: { overflow: 'conflate', key: () => 'all' },
    })
    emit('a', 'b', 'a')
    await bus.idle()
    expect(seen).toEqual(['b'])
    expect(subscription.stats).toMatchObject({ accepted: 2, conflated: 1, duplicates: 1 })
  })

  it('counts an event whose key throws as failed, reports it, and takes the next', async () => {
    const key = ({ data }: Note): string => {
      if (data.text === 'bad') throw new RangeError('no key')
      return data.text
    }
    const { bus, subscription, seen, dropped, emit } = deduplicating({ key })
    const errors = errorsOf(bus)
    emit('bad', 'a', 'bad')
    await bus.idle()
    expect(seen).toEqual(['a'])
    expect(dropped).toEqual(['bad failed', 'bad failed'])
    expect(errors).toHaveLength(2)
    expect(errors[0]).toMatchObject({ name: 'RangeError', message: 'no key' })
    expect(subscription.stats).toMatchObject({
      accepted: 3,
      delivered: 1,
      failed: 2,
      dropped: 2,
      duplicates: 0,
    })
  })

  it('drops without a word an event whose key can be told only once', async () => {
    const asked: string[] = []
    const key = ({ data }: Note): string => {
      asked.push(data.text)
      if (asked.length > 2) throw new Error('asked too often')
      return data.text
    }
    const mailbox = { capacity: 1, overflow: 'drop-newest' } as const
    const { subscription, emit } = deduplicating({ key }, { mailbox })
    emit('a', 'b')
    await rest()
    expect(asked).toEqual(['a', 'b', 'b'])
    expect(subscription.stats).toMatchObject({ accepted: 2, delivered: 1, dropped: 1, failed: 0 })
  })

  it('does not let a duplicate use up a subscription to one event', async () => {
    const { bus, subscription, seen, emit } = deduplicating(byText, {
      once: true,
      mailbox: { capacity: 1 },
    })
    emit('a', 'a', 'b')
    await bus.idle()
    expect(seen).toEqual(['a'])
    expect([subscription.active, subscription.stats.accepted]).toEqual([false, 1])
  })
})
