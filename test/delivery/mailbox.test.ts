import { fc, test } from '@fast-check/vitest'
import {
  type EventKey,
  type LossReason,
  type MailboxOptions,
  type Priority,
  SimulatedClock,
  type TradewireEvent,
} from 'tradewire'
import { describe, expect, it } from 'vitest'
import { Entry } from '../../src/delivery/entry.ts'
import { Mailbox, type MailboxOwner } from '../../src/delivery/mailbox.ts'
import { toDeliverySettings } from '../../src/delivery/options.ts'
import { laneOf } from '../../src/delivery/turns.ts'
import { coded, rest, setUp } from '../support/buses.ts'

/** A mailbox, what it has lost, and what puts events named by one letter into it. */
function mailboxWith(options: MailboxOptions, emitsToItself = false) {
  const { bus } = setUp()
  const clock = new SimulatedClock()
  const lost: string[] = []
  const losses: { readonly event: TradewireEvent; readonly reason: LossReason }[] = []
  const owner: MailboxOwner = {
    clock,
    id: 'desk',
    lost: (event, reason) => {
      lost.push(`${textOf(event)} ${reason}`)
      losses.push({ event, reason })
    },
    refused: ({ event }, reason, error) => {
      owner.lost(event, reason)
      throw error
    },
    emitsToItself: () => emitsToItself,
  }
  const mailbox = new Mailbox(toDeliverySettings({ mailbox: options }, undefined), owner)
  const entryOf = (text: string, priority: Priority = 'normal'): Entry => {
    const event = bus.emitSync('note.made', { text }, { priority, timestamp: 1_000 + lost.length })
    return new Entry(event, 0, clock.monotonic())
  }
  const post = (text: string, priority?: Priority, key?: EventKey) =>
    mailbox.post(entryOf(text, priority), key)
  return { mailbox, clock, lost, losses, entryOf, post }
}

function textOf(event: TradewireEvent): string {
  return (event.data as { readonly text: string }).text
}

/** Takes all that is in line, for good. */
function drain(mailbox: Mailbox): string {
  let texts = ''
  for (let entry = mailbox.take(); entry !== undefined; entry = mailbox.take()) {
    mailbox.left(entry)
    texts += textOf(entry.event)
  }
  return texts
}

const conflate = { overflow: 'conflate', key: () => undefined } as const

describe('Mailbox', () => {
  it('knows how much is in line, whether there is room, and what is most urgent', () => {
    const { mailbox, post } = mailboxWith({ capacity: 2 })
    expect([mailbox.size, mailbox.hasRoom, mailbox.mostUrgent]).toEqual([0, true, 4])
    void post('a')
    expect([mailbox.size, mailbox.hasRoom, mailbox.mostUrgent]).toEqual([1, true, 2])
    void post('b', 'critical')
    expect([mailbox.size, mailbox.hasRoom, mailbox.mostUrgent]).toEqual([2, false, 0])
  })

  it('knows when the oldest event was accepted, over all lanes', async () => {
    const { mailbox, clock, post } = mailboxWith({ capacity: 5 })
    expect([mailbox.oldestAcceptedAt, mailbox.oldestTimestamp]).toEqual([Infinity, Infinity])
    await clock.advanceBy(5)
    void post('a', 'low')
    await clock.advanceBy(5)
    void post('b', 'critical')
    expect([mailbox.oldestAcceptedAt, mailbox.oldestTimestamp]).toEqual([5, 1_000])
  })

  it('takes in again what was taken, in its place, where there is no room, too', () => {
    const { mailbox, post } = mailboxWith({ capacity: 2 })
    void post('a')
    void post('b')
    const entry = mailbox.take()!
    void post('c')
    mailbox.restore(entry)
    expect(mailbox.size).toBe(3)
    expect(drain(mailbox)).toBe('abc')
  })

  it('gives up a lane and all that is less urgent, or everything, and tells of each', () => {
    const { mailbox, lost, post } = mailboxWith({ capacity: 5 })
    void post('a', 'low')
    void post('b')
    void post('c', 'high')
    void post('d', 'low')
    mailbox.shed(2)
    expect(lost).toEqual(['b memory', 'a memory', 'd memory'])
    mailbox.clear()
    expect(lost.slice(3)).toEqual(['c unsubscribed'])
    expect(mailbox.size).toBe(0)
  })

  it('has emissions wait for room in the order in which they came', async () => {
    const { mailbox, post } = mailboxWith({ capacity: 1 })
    const settled: string[] = []
    expect(post('a')).toBeUndefined()
    void post('b')!.then(() => settled.push('b'))
    const refusal = coded('MAILBOX_FULL')
    expect(() => post('c')).toThrow(refusal)
    mailbox.left(mailbox.take()!)
    await rest()
    expect(settled).toEqual(['b'])
    void post('d')!.then(() => settled.push('d'))
    mailbox.clear()
    await rest()
    expect(settled).toEqual(['b', 'd'])
  })

  it('lets the emission of an urgent event end its wait as that event leaves', async () => {
    const { mailbox, post } = mailboxWith({ capacity: 2 })
    const settled: string[] = []
    void post('a')
    void post('b')
    void post('c')!.then(() => settled.push('c'))
    void post('d', 'critical')!.then(() => settled.push('d'))
    const urgent = mailbox.take()!
    expect(textOf(urgent.event)).toBe('d')
    mailbox.left(urgent)
    await rest()
    expect(settled).toEqual(['d'])
    expect(drain(mailbox)).toBe('abc')
    await rest()
    expect(settled).toEqual(['d', 'c'])
  })

  it('ends a wait after waitMs, and cancels the timer of one that ends before', async () => {
    const { mailbox, clock, lost, post } = mailboxWith({ capacity: 1, waitMs: 50 })
    void post('a')
    const wait = post('b')!.catch((error: unknown) => error)
    await clock.advanceBy(50)
    expect(await wait).toMatchObject({ code: 'MAILBOX_FULL', subscriptionId: 'desk', capacity: 1 })
    expect(lost).toEqual(['b expired'])
    const second = post('c')!
    mailbox.left(mailbox.take()!)
    await second
    expect(clock.pendingTimers).toBe(0)
    expect(mailbox.size).toBe(1)
  })

  it('refuses what comes from the handler that it waits for', () => {
    const { lost, post } = mailboxWith({ capacity: 1 }, true)
    void post('a')
    expect(() => post('b')).toThrow('it comes from the very handler that would have to make room')
    expect(lost).toEqual(['b overflow'])
  })

  it('forgets the key of what has left, so that nothing is put into its place', () => {
    const { mailbox, lost, post } = mailboxWith({ capacity: 3, ...conflate })
    void post('a', 'normal', 'x')
    expect(textOf(mailbox.take()!.event)).toBe('a')
    void post('b', 'normal', 'x')
    mailbox.shed(0)
    void post('c', 'normal', 'x')
    expect(lost).toEqual(['b memory'])
    expect(drain(mailbox)).toBe('c')
  })

  it('keeps the place of an event whose newer one has the same priority, and moves it if not', () => {
    const { mailbox, lost, post } = mailboxWith({ capacity: 3, ...conflate })
    void post('a', 'normal', 'x')
    void post('b', 'normal', 'y')
    void post('c', 'normal', 'x')
    void post('d', 'low', 'y')
    void post('e', 'low', 'z')
    expect(lost).toEqual(['a conflated', 'b conflated'])
    expect(drain(mailbox)).toBe('cde')
  })

  it('gives up a key beyond its capacity, unless all that waits is more urgent', () => {
    const { mailbox, lost, post } = mailboxWith({ capacity: 2, ...conflate })
    void post('a', 'normal', 1)
    void post('b', 'high', 2)
    void post('c', 'critical', 3)
    expect(lost).toEqual(['a overflow'])
    void post('d', 'normal', 4)
    expect(lost).toEqual(['a overflow', 'd overflow'])
    // Its key went with it.
    void post('e', 'high', 1)
    expect(lost.slice(2)).toEqual(['b overflow'])
    expect(drain(mailbox)).toBe('ce')
  })

  const text = fc.constantFrom('a', 'b', 'c')
  const priority = fc.constantFrom<Priority>('critical', 'high', 'normal', 'low')
  const step = fc.option(fc.tuple(text, priority, fc.integer({ min: 0, max: 4 })), {
    nil: undefined,
  })
  const overflow = fc.constantFrom('drop-oldest', 'drop-newest', 'conflate')
  test.prop([overflow, fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 80 })])(
    'never holds more than it may, never gives up what is more urgent, and loses nothing silently',
    (policy, capacity, steps) => {
      const options = policy === 'conflate' ? conflate : ({ overflow: policy } as const)
      const { mailbox, lost, losses, entryOf } = mailboxWith({ capacity, ...options })
      const waiting = new Set<TradewireEvent>()
      for (const each of steps) {
        if (each === undefined) {
          const entry = mailbox.take()
          expect(entry === undefined).toBe(waiting.size === 0)
          if (entry === undefined) continue
          mailbox.left(entry)
          expect(waiting.delete(entry.event)).toBe(true)
        } else {
          const [name, urgency, key] = each
          const entry = entryOf(name, urgency)
          const { event } = entry
          const before = lost.length
          waiting.add(event)
          void mailbox.post(entry, key)
          for (const loss of losses.slice(before)) {
            const least = Math.max(...[...waiting].map((other) => laneOf(other.priority)))
            if (loss.reason === 'overflow') expect(laneOf(loss.event.priority)).toBe(least)
            expect(waiting.delete(loss.event)).toBe(true)
          }
        }
        expect(mailbox.size).toBeLessThanOrEqual(capacity)
        expect(mailbox.size).toBe(waiting.size)
      }
    },
  )
})
