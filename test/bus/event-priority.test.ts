import { createBus, type EmitOptions, SimulatedClock, tradingEvents, z } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, setUp } from '../support/buses.ts'

const priorities = ['critical', 'high', 'normal', 'low'] as const

describe('the priority of an event', () => {
  it('is normal where neither category, definition nor emission says otherwise', () => {
    const { bus } = setUp()
    expect(bus.emitSync('note.made', hello).priority).toBe('normal')
    const warning = { timestamp: 1, code: 'x', message: 'y' }
    expect(bus.emitSync('system.warning', warning).priority).toBe('high')
  })

  it.each(priorities)(
    'is %s if the emission says so, whichever way it is made',
    async (priority) => {
      const { bus } = setUp()
      const options = { priority }
      expect(bus.emitSync('note.made', hello, options).priority).toBe(priority)
      expect(await bus.emit('note.made', hello, options)).toMatchObject({ priority })
      expect(await bus.emitSerial('note.made', hello, options)).toMatchObject({ priority })
      const batch = await bus.emitBatch([
        { type: 'note.made', data: hello, options },
        { type: 'note.made', data: hello },
      ])
      expect(batch.map((event) => event.priority)).toEqual([priority, 'normal'])
    },
  )

  it('is that of the definition, unless the emission says otherwise', () => {
    const definition = { description: 'It happened.', payload: z.strictObject({}), example: {} }
    const catalog = tradingEvents.extend({
      'thing.urgent': { ...definition, priority: 'critical' },
    })
    const bus = createBus({ catalog, clock: new SimulatedClock() })
    const emit = (options?: EmitOptions) => bus.emitSync('thing.urgent', {}, options).priority
    expect([emit(), emit({ priority: 'low' })]).toEqual(['critical', 'low'])
  })

  it.each(['urgent', 'High', '', 1, null])('is refused if it is %j', async (priority) => {
    const { bus } = setUp()
    const options = { priority }
    // @ts-expect-error -- no priority.
    expect(() => bus.emitSync('note.made', hello, options)).toThrow(coded('CONFIGURATION'))
    const item = { type: 'note.made', data: hello, options } as const
    // @ts-expect-error -- no priority.
    const batch = bus.emitBatch([item])
    await expect(batch).rejects.toMatchObject({ code: 'CONFIGURATION' })
    expect(bus.stats).toMatchObject({ emitted: 0, refused: 2 })
  })

  it('is kept when the event is forwarded', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    from.forward(to)
    for (const priority of priorities) from.emitSync('note.made', hello, { priority })
    from.emitSync('note.read', hello)
    expect(to.history.query().map(({ priority }) => priority)).toEqual([...priorities, 'normal'])
  })

  it('keeps handlers without a mailbox in the order of the sequence', () => {
    const { bus } = setUp()
    const seen: string[] = []
    bus.on('note.made', ({ priority }) => seen.push(priority))
    bus.pause()
    for (const priority of ['low', 'critical', 'normal'] as const) {
      bus.emitSync('note.made', hello, { priority })
    }
    bus.resume()
    expect(seen).toEqual(['low', 'critical', 'normal'])
  })
})

describe('minPriority', () => {
  it.each([
    ['critical', 1],
    ['high', 2],
    ['normal', 3],
    ['low', 4],
  ] as const)('of %s lets so much and no less reach the handler', (minPriority, count) => {
    const { bus } = setUp()
    const seen: string[] = []
    const note = ({ priority }: { priority: string }): void => {
      seen.push(priority)
    }
    const subscription = bus.on('note.made', note, { minPriority })
    for (const priority of priorities) bus.emitSync('note.made', hello, { priority })
    expect(seen).toEqual(priorities.slice(0, count))
    expect(subscription.stats).toMatchObject({ accepted: count, dropped: 0, depth: 0 })
  })

  it('is asked before where, and does not use a once subscription up', () => {
    const { bus } = setUp()
    const asked: string[] = []
    const where = ({ data }: { data: { text: string } }): boolean => asked.push(data.text) > 0
    const subscription = bus.once('note.made', () => {}, { minPriority: 'high', where })
    bus.emitSync('note.made', { text: 'normal' })
    expect([asked, subscription.active]).toEqual([[], true])
    bus.emitSync('note.made', { text: 'high' }, { priority: 'high' })
    expect([asked, subscription.active]).toEqual([['high'], false])
  })

  it.each(['urgent', 1, null])('is refused if it is %j', (minPriority) => {
    const { bus } = setUp()
    // @ts-expect-error -- no priority.
    const subscribe = () => bus.on('note.made', () => {}, { minPriority })
    expect(subscribe).toThrow(coded('CONFIGURATION'))
    expect(subscribe).toThrow('minPriority')
    expect(bus.handlerCount()).toBe(0)
  })
})
