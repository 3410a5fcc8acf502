import { type Priority, type SubscribeOptions, tradingEvents } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, type TestBus } from '../support/buses.ts'

const letters = { c: 'critical', h: 'high', n: 'normal', l: 'low' } as const

/** Emits an event for each letter, with the priority that begins with it. */
function emit(bus: TestBus, text: string): void {
  for (const letter of text) {
    bus.emitSync('note.made', hello, { priority: letters[letter as keyof typeof letters] })
  }
}

function prioritiesOf(bus: TestBus, options: SubscribeOptions): string[] {
  const seen: string[] = []
  bus.on('note.made', ({ priority }) => void seen.push(priority[0]!), options)
  return seen
}

describe('priorities within a mailbox', () => {
  it('take turns, 8 : 4 : 2 : 1, with no event waiting for more than 14 others', async () => {
    const { bus } = setUp()
    const seen = prioritiesOf(bus, { concurrency: 1 })
    emit(bus, 'l'.repeat(3) + 'n'.repeat(5) + 'h'.repeat(10) + 'c'.repeat(20))
    await rest()
    const round = 'chcnchclchcnchc'
    expect(seen.join('').slice(0, 30)).toBe(round + round)
  })

  it('give the turns of those that have nothing to the most urgent', async () => {
    const { bus } = setUp()
    const seen = prioritiesOf(bus, { concurrency: 1 })
    emit(bus, 'nnnncccccccccccc')
    await rest()
    expect(seen.join('')).toBe('cccncccccccnccnn')
  })

  it('leave events of one priority in their order', async () => {
    const { bus } = setUp()
    const sequences: number[] = []
    bus.on('note.made', ({ sequence }) => void sequences.push(sequence), { concurrency: 1 })
    emit(bus, 'hhhhhhhh')
    await rest()
    expect(sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('do not hurry a handler without a mailbox', () => {
    const { bus } = setUp()
    const seen = prioritiesOf(bus, {})
    emit(bus, 'lnhc')
    expect(seen.join('')).toBe('lnhc')
  })

  it('let no event take the place of one that is being tried again', async () => {
    const { bus, clock } = setUp()
    const calls: string[] = []
    bus.on(
      'note.made',
      ({ priority }, { attempt }) => {
        calls.push(`${priority} #${attempt}`)
        if (attempt === 1 && priority === 'low') throw new Error('busy')
      },
      { retry: { attempts: 2, initialMs: 10, jitter: 'none' } },
    )
    emit(bus, 'l')
    await rest()
    emit(bus, 'c')
    await clock.advanceBy(10)
    expect(calls).toEqual(['low #1', 'low #2', 'critical #1'])
  })
})

describe('priorities across mailboxes', () => {
  it('let the mailbox with the more urgent event go first', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.on('note.made', () => void seen.push('normal'), { concurrency: 1 })
    bus.on('alarm.rung', () => void seen.push('critical'), { concurrency: 1 })
    for (let count = 0; count < 4; count += 1) bus.emitSync('note.made', hello)
    for (let count = 0; count < 4; count += 1) {
      bus.emitSync('alarm.rung', hello, { priority: 'critical' })
    }
    await rest()
    expect(seen.slice(0, 4)).toEqual(['critical', 'critical', 'critical', 'normal'])
    expect(seen).toHaveLength(8)
  })

  it('let mailboxes of one priority take turns', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    for (const id of ['a', 'b']) {
      bus.on('note.made', () => void seen.push(id), { id, concurrency: 1 })
    }
    emit(bus, 'nnn')
    await rest()
    expect(seen.join('')).toBe('ababab')
  })
})

describe('the priority of an event', () => {
  it.each([
    ['risk.limit_exceeded', 'critical'],
    ['order.filled', 'high'],
    ['position.opened', 'high'],
    ['system.error', 'high'],
    ['market.trade_tick', 'normal'],
    ['performance.latency_warning', 'low'],
  ] as const)('of %s is %s by default', (type, priority) => {
    expect(tradingEvents.get(type).priority).toBe(priority)
  })

  it('is that of its definition, or of its emission where that says otherwise', () => {
    const { bus } = setUp()
    const seen: Priority[] = []
    bus.on('note.made', ({ priority }) => void seen.push(priority))
    bus.emitSync('note.made', hello)
    bus.emitSync('note.made', hello, { priority: 'low' })
    expect(seen).toEqual(['normal', 'low'])
    const priority = 'urgent' as Priority
    expect(() => bus.emitSync('note.made', hello, { priority })).toThrow(coded('CONFIGURATION'))
  })
})

describe('minPriority', () => {
  it.each([
    ['critical', 'c'],
    ['high', 'hc'],
    ['normal', 'nhc'],
    ['low', 'lnhc'],
  ] as const)('of %s lets pass what is at least as urgent', async (minPriority, expected) => {
    for (const options of [{}, { concurrency: 1, mailbox: { capacity: 1 } }]) {
      const { bus } = setUp()
      const seen = prioritiesOf(bus, { ...options, minPriority })
      const [subscription] = bus.subscriptions()
      for (const letter of 'lnhc') {
        emit(bus, letter)
        await rest()
      }
      expect(seen.join('')).toBe(expected)
      // What it does not want is none of its events.
      expect(subscription!.stats).toMatchObject({ accepted: expected.length, dropped: 0 })
    }
  })

  it('is no reason for a mailbox', () => {
    const { bus } = setUp()
    const seen = prioritiesOf(bus, { minPriority: 'high' })
    emit(bus, 'h')
    expect(seen).toEqual(['h'])
  })

  it('does not ask where about what it does not want, and goes with once', () => {
    const { bus } = setUp()
    const asked: string[] = []
    const seen: string[] = []
    bus.once('note.made', ({ priority }) => void seen.push(priority), {
      minPriority: 'high',
      where: ({ priority }) => asked.push(priority) > 0,
    })
    emit(bus, 'lnhc')
    expect([asked, seen]).toEqual([['high'], ['high']])
  })

  it('is refused if there is no such priority', () => {
    const { bus } = setUp()
    const minPriority = 'urgent' as Priority
    expect(() => bus.on('note.made', () => {}, { minPriority })).toThrow(
      'minPriority must be one of critical, high, normal, low, but is "urgent".',
    )
  })
})
