import { type EmitOptions, type Priority, type SubscribeOptions, tradingEvents, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp, type TestBus, textsOf } from '../support/buses.ts'

const priorities = ['critical', 'high', 'normal', 'low'] as const

/** A subscription to notes that is paused until all are emitted, and what it sees. */
function collecting(options: SubscribeOptions = {}) {
  const { bus, clock } = setUp()
  const seen: string[] = []
  const subscription = bus.on('note.made', ({ data }) => seen.push(data.text) && undefined, {
    mailbox: {},
    ...options,
  })
  subscription.pause()
  const finish = async (): Promise<string> => {
    subscription.resume()
    await bus.idle()
    return seen.join('')
  }
  return { bus, clock, subscription, seen, finish }
}

function emitAll(bus: TestBus, notes: readonly (readonly [string, Priority])[]): void {
  for (const [text, priority] of notes) bus.emitSync('note.made', { text }, { priority })
}

function of(priority: Priority, texts: string): (readonly [string, Priority])[] {
  return texts.split('').map((text) => [text, priority])
}

describe('EventDefinition.priority', () => {
  it.each([
    ['risk.limit_exceeded', 'critical'],
    ['order.filled', 'high'],
    ['position.opened', 'high'],
    ['system.connected', 'high'],
    ['market.quote_update', 'normal'],
    ['performance.memory_warning', 'low'],
  ] as const)('is by category: %s is %s', (type, priority) => {
    const { bus } = setUp()
    const { example } = tradingEvents.get(type)
    expect(tradingEvents.get(type).priority).toBe(priority)
    expect(bus.emitSync(type, example as never).priority).toBe(priority)
  })

  it('is normal for a category of ones own, and what its definition says where it says so', () => {
    const payload = z.strictObject({ text: z.string() })
    const note = { description: 'A note.', payload, example: hello }
    const own = tradingEvents.extend({
      'note.plain': note,
      'note.urgent': { ...note, priority: 'critical' },
      'risk.reviewed': { ...note, priority: 'low' },
    })
    expect(own.get('note.plain').priority).toBe('normal')
    expect(own.get('note.urgent').priority).toBe('critical')
    expect(own.get('risk.reviewed').priority).toBe('low')
  })

  it.each(['urgent', '', 5, null, 'CRITICAL'])('is refused as %o', (priority) => {
    const payload = z.strictObject({ text: z.string() })
    const definition = { description: 'A note.', payload, example: hello, priority } as never
    expect(() => tradingEvents.extend({ 'note.odd': definition })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining(
          'The priority of note.odd must be one of critical, high, normal, low, but is ',
        ) as string,
      }),
    )
  })
})

describe('EmitOptions.priority', () => {
  it.each(priorities)('makes one event %s', async (priority) => {
    const { bus } = setUp()
    expect(bus.emitSync('note.made', hello, { priority }).priority).toBe(priority)
    expect((await bus.emit('note.made', hello, { priority })).priority).toBe(priority)
    expect((await bus.emitSerial('note.made', hello, { priority })).priority).toBe(priority)
    const [event] = await bus.emitBatch([{ type: 'note.made', data: hello, options: { priority } }])
    expect(event.priority).toBe(priority)
    expect(bus.emitSync('note.made', hello).priority).toBe('normal')
  })

  it.each(['urgent', '', 5, null])('refuses %o, and emits nothing', async (priority) => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const options = { priority } as EmitOptions
    expect(() => bus.emitSync('note.made', hello, options)).toThrow(
      'priority must be one of critical, high, normal, low, but is ',
    )
    await expect(bus.emit('note.made', hello, options)).rejects.toMatchObject({
      code: 'CONFIGURATION',
    })
    expect(texts).toEqual([])
  })
})

describe('Priorities', () => {
  it('let urgent events go first, and keep the order within one priority', async () => {
    const { bus, finish } = collecting()
    emitAll(bus, [...of('low', 'pq'), ...of('normal', 'abc'), ...of('critical', 'UVXYZ')])
    expect(await finish()).toBe('UVXaYZbpcq')
  })

  it('keep the order of events of one priority, however many others there are', async () => {
    const { bus, seen, finish } = collecting()
    const notes = Array.from(
      { length: 200 },
      (_, index) => [String(index), priorities[(index * 7) % 4]!] as const,
    )
    emitAll(bus, notes)
    await finish()
    for (const priority of priorities) {
      const own = notes.filter(([, each]) => each === priority).map(([text]) => text)
      expect(seen.filter((text) => own.includes(text))).toEqual(own)
    }
    expect(seen).toHaveLength(200)
  })

  it('share calls 8 : 4 : 2 : 1 where all have something', async () => {
    const { bus, seen, finish } = collecting()
    for (const [index, priority] of priorities.toReversed().entries()) {
      emitAll(bus, of(priority, String(3 - index).repeat(30)))
    }
    await finish()
    expect(seen.slice(0, 30).join('')).toBe('010201030102010'.repeat(2))
  })

  it('let no flood of critical events starve one that is low', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.on(
      'note.made',
      ({ data }) => {
        seen.push(data.text)
        if (seen.length < 100) {
          bus.emitSync('note.made', { text: '!' }, { priority: 'critical' })
        }
      },
      { mailbox: {} },
    )
    emitAll(bus, [...of('critical', '!!'), ...of('low', 'l')])
    await bus.idle()
    expect(seen.indexOf('l')).toBe(7)
    expect(seen.length).toBeGreaterThan(100)
  })

  it('count across the mailboxes of one bus: whoever has a critical event goes first', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    const note = ({ data }: { readonly data: typeof hello }): void => void seen.push(data.text)
    bus.on('note.made', note, { mailbox: {} })
    bus.on('note.read', note, { mailbox: {} })
    for (const text of 'abc'.split('')) bus.emitSync('note.made', { text })
    for (const text of 'UVXYZ'.split('')) {
      bus.emitSync('note.read', { text }, { priority: 'critical' })
    }
    await bus.idle()
    expect(seen.join('')).toBe('UVXaYZbc')
  })

  it('let mailboxes with events of one priority take turns', async () => {
    const { bus } = setUp()
    const seen: string[] = []
    for (const id of ['1', '2', '3']) {
      bus.on('note.made', ({ data }) => seen.push(data.text + id) && undefined, { id, mailbox: {} })
    }
    for (const text of ['a', 'b']) bus.emitSync('note.made', { text })
    await bus.idle()
    expect(seen).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
  })

  it('do not reorder what has no mailbox', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    emitAll(bus, [...of('low', 'a'), ...of('critical', 'b'), ...of('normal', 'c')])
    expect(texts).toEqual(['a', 'b', 'c'])
  })
})

describe('DeliveryOptions.minPriority', () => {
  it.each([
    ['critical', 'C'],
    ['high', 'CH'],
    ['normal', 'CHN'],
    ['low', 'CHNL'],
  ] as const)('%s lets %s pass, with a mailbox and without one', async (minPriority, texts) => {
    const { bus, seen, subscription, finish } = collecting({ minPriority })
    const direct: string[] = []
    const other = bus.on('note.made', ({ data }) => direct.push(data.text) && undefined, {
      minPriority,
    })
    for (const priority of priorities) emitAll(bus, of(priority, priority[0]!.toUpperCase()))
    expect(direct.join('')).toBe(texts)
    expect((await finish()).length).toBe(texts.length)
    expect(seen.toSorted()).toEqual([...direct].toSorted())
    for (const { stats } of [subscription, other]) {
      expect(stats).toMatchObject({ accepted: texts.length, delivered: texts.length, dropped: 0 })
    }
  })

  it('alone gives no mailbox: its handler is called during emit', () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.on('note.made', ({ data }) => seen.push(data.text) && undefined, { minPriority: 'high' })
    emitAll(bus, [...of('normal', 'a'), ...of('high', 'b')])
    expect(seen).toEqual(['b'])
  })

  it('does not ask where of an event that it holds back', async () => {
    const { bus } = setUp()
    const asked: string[] = []
    const where = ({ data }: { readonly data: typeof hello }): boolean =>
      asked.push(data.text) > 0 && data.text !== 'c'
    const subscription = bus.on('note.made', () => {}, { minPriority: 'high', where, mailbox: {} })
    emitAll(bus, [...of('low', 'a'), ...of('high', 'b'), ...of('critical', 'c')])
    await rest()
    expect(asked).toEqual(['b', 'c'])
    expect(subscription.stats).toMatchObject({ accepted: 1, delivered: 1 })
  })

  it('is not used up by an event that it holds back, with once', () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.once('note.made', ({ data }) => seen.push(data.text) && undefined, { minPriority: 'high' })
    emitAll(bus, [...of('low', 'a'), ...of('high', 'bc')])
    expect(seen).toEqual(['b'])
  })

  it.each(['urgent', 5, null])('refuses %o, and subscribes nothing', (minPriority) => {
    const { bus } = setUp()
    const options = { minPriority } as SubscribeOptions
    expect(() => bus.on('note.made', () => {}, options)).toThrow(
      'minPriority must be one of critical, high, normal, low, but is ',
    )
    expect(() => bus.on('note.made', () => {}, options)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(0)
  })
})
