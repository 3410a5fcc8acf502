import {
  type DeadLetter,
  type DeadLetterOptions,
  type TradewireEvent,
  tradingEvents,
} from 'tradewire'
import { describe, expect, it } from 'vitest'
import { rest, setUp } from '../support/buses.ts'

const textOf = ({ data }: TradewireEvent): string => (data as { readonly text: string }).text
const firstLetter = (event: TradewireEvent): string => textOf(event)[0]!

/** A handler that fails on what `bad` holds, and holds later events of the same first letter. */
function holding(
  bad: Set<string>,
  deadLetter: DeadLetterOptions = { holdKey: true, key: firstLetter },
) {
  const { bus, clock } = setUp()
  const calls: string[] = []
  const subscription = bus.on(
    'note.made',
    ({ data }) => {
      calls.push(data.text)
      if (bad.has(data.text)) throw new Error('bad')
    },
    { id: 'desk', deadLetter },
  )
  const emit = (...texts: string[]): void => {
    for (const text of texts) bus.emitSync('note.made', { text })
  }
  const letters = (): string[] => bus.deadLetters.list().map(({ event }) => textOf(event))
  return { bus, clock, calls, subscription, emit, letters }
}

describe('holdKey', () => {
  it('lets no later event of the key overtake a dead letter, and others pass', async () => {
    const { bus, calls, subscription, emit, letters } = holding(new Set(['a1']))
    emit('a1', 'b1', 'a2', 'b2', 'a3')
    await rest()
    expect(calls).toEqual(['a1', 'b1', 'b2'])
    expect(letters()).toEqual(['a1', 'a2', 'a3'])
    expect(subscription.stats).toMatchObject({
      delivered: 2,
      deadLettered: 3,
      failed: 1,
      pending: 0,
    })
    expect(bus.deadLetters.list()).toMatchObject([
      { attempts: 1, errors: [{ message: 'bad' }] },
      { attempts: 0, errors: [{ code: 'EVENT_HELD', behind: 'dead-1' }] },
      { attempts: 0, errors: [{ code: 'EVENT_HELD', behind: 'dead-1' }] },
    ])
  })

  it('lets all of a key go through in order when they are redelivered together', async () => {
    const bad = new Set(['a1'])
    const { bus, calls, emit, letters } = holding(bad)
    emit('a1', 'a2', 'a3')
    await rest()
    bad.clear()
    expect(bus.deadLetters.redeliver({})).toBe(3)
    emit('a4')
    await rest()
    expect(calls).toEqual(['a1', 'a1', 'a2', 'a3', 'a4'])
    expect(letters()).toEqual([])
  })

  it('lets no later one go without the one that it is held behind', async () => {
    const bad = new Set(['a1'])
    const { bus, calls, emit, letters } = holding(bad)
    emit('a1', 'a2')
    await rest()
    bad.clear()
    expect(() => bus.deadLetters.redeliver('dead-2')).toThrow('is held behind dead-1')
    const later = ({ event }: DeadLetter): boolean => event.sequence > 1
    expect(bus.deadLetters.redeliver({ where: later })).toBe(0)
    await rest()
    expect(calls).toEqual(['a1'])
    expect(letters()).toEqual(['a1', 'a2'])
    bus.deadLetters.redeliver('dead-1')
    await rest()
    expect(calls).toEqual(['a1', 'a1'])
    bus.deadLetters.redeliver({})
    await rest()
    expect(calls).toEqual(['a1', 'a1', 'a2'])
  })

  it('lets events of the key pass again once what they waited behind was discarded', async () => {
    const { bus, calls, emit } = holding(new Set(['a1']))
    emit('a1')
    await rest()
    bus.deadLetters.discard('dead-1')
    emit('a2')
    await rest()
    expect(calls).toEqual(['a1', 'a2'])
  })

  it('lets later events pass without it', async () => {
    const { calls, emit } = holding(new Set(['a1']), {})
    emit('a1', 'a2')
    await rest()
    expect(calls).toEqual(['a1', 'a2'])
  })

  it('holds for one subscription alone', async () => {
    const { bus, emit } = holding(new Set(['a1']))
    const texts: string[] = []
    bus.on('note.made', (event) => void texts.push(textOf(event)), {
      deadLetter: { holdKey: true, key: firstLetter },
    })
    emit('a1', 'a2')
    await rest()
    expect(texts).toEqual(['a1', 'a2'])
  })

  it('makes a dead letter, with the error, of an event whose key cannot be told', async () => {
    const broken = new Error('no key')
    const key = (event: TradewireEvent): string => {
      if (textOf(event) === 'a2') throw broken
      return 'all'
    }
    const { bus, calls, subscription, emit, letters } = holding(new Set(), { holdKey: true, key })
    emit('a1', 'a2', 'a3')
    await rest()
    // Without a key it holds nothing.
    expect(calls).toEqual(['a1', 'a3'])
    expect(letters()).toEqual(['a2'])
    expect(bus.deadLetters.list()[0]!.errors).toEqual([broken])
    expect(subscription.stats).toMatchObject({ delivered: 2, deadLettered: 1, failed: 1 })
  })

  it.each([
    ['orderId', 'order.rejected', 'orderId'],
    ['positionId', 'position.closed', 'positionId'],
    ['symbol', 'market.trade_tick', 'symbol'],
  ] as const)('has the %s as its key by default', async (_, type, field) => {
    const { bus } = setUp()
    const entry = tradingEvents.get(type)
    const calls: unknown[] = []
    let fails = true
    bus.on(
      type,
      ({ data }) => {
        calls.push(data[field as keyof typeof data])
        if (fails) throw new Error('bad')
      },
      { deadLetter: { holdKey: true } },
    )
    const emit = (subject: string): void => {
      const data = { ...entry.example, [field]: subject }
      bus.emitSync(type, data as never)
    }
    emit('one')
    await rest()
    fails = false
    emit('one')
    emit('two')
    await rest()
    expect(calls).toEqual(['one', 'two'])
  })

  it('has the type as its key where there is nothing else', async () => {
    const { bus } = setUp()
    const calls: string[] = []
    bus.on(
      ['note.made', 'note.read'],
      ({ type, data }) => {
        calls.push(`${type} ${data.text}`)
        if (data.text === 'bad') throw new Error('bad')
      },
      { deadLetter: { holdKey: true } },
    )
    bus.emitSync('note.made', { text: 'bad' })
    bus.emitSync('note.made', { text: 'later' })
    bus.emitSync('note.read', { text: 'later' })
    await rest()
    expect(calls).toEqual(['note.made bad', 'note.read later'])
  })
})
