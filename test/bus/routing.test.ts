import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('addRoute to a type', () => {
  it('makes an event of that type, because of the one that it takes', () => {
    const { bus } = setUp()
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    const first = bus.emitSync('alarm.rung', hello)
    const options = { cause: first, source: 'desk', metadata: { urgent: true } }
    const taken = bus.emitSync('note.made', { text: 'a' }, options)
    const made = bus.history.query({ pattern: 'note.read' })
    expect(made).toEqual([
      expect.objectContaining({
        data: { text: 'a' },
        source: 'desk',
        metadata: { urgent: true },
        causationId: taken.id,
        correlationId: first.id,
        sequence: 3,
      }),
    ])
  })

  it('has the payload that map makes, of the events that where accepts', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'alarm.rung')
    const route = bus.addRoute({
      pattern: ['note.made', 'note.read'],
      where: ({ data }) => data.text !== 'no',
      to: 'alarm.rung',
      map: ({ type, data }) =>
        data.text === 'kept' ? undefined : { text: `${type} ${data.text}` },
    })
    for (const text of ['yes', 'no', 'kept']) bus.emitSync('note.made', { text })
    bus.emitSync('note.read', { text: 'too' })
    expect(texts).toEqual(['note.made yes', 'note.read too'])
    expect(route.stats).toMatchObject({ accepted: 3, delivered: 3, failed: 0 })
  })

  it('reaches who listens behind the event that it takes', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.on('note.*', ({ type }) => log.push(type))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made', 'note.read'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('planted')
      },
      'planted',
    ],
    ['returns a promise', async () => hello, 'returned a promise'],
    ['returns a promise that rejects', () => Promise.reject(new Error('x')), 'returned a promise'],
    ['makes what is no payload', () => ({ text: 7 }), 'text'],
  ])('tells by a system.error of a map that %s', async (_, map, message) => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const texts = textsOf(bus, 'note.read')
    // @ts-expect-error -- a map that makes no payload.
    const route = bus.addRoute({ pattern: 'note.made', to: 'note.read', map })
    const unhandled = await unhandledDuring(() => bus.emitSync('note.made', hello))
    expect(errors).toHaveLength(1)
    expect(errors[0]!.message).toContain(message)
    expect(route.stats).toMatchObject({ accepted: 1, delivered: 0, failed: 1, dropped: 1 })
    expect([texts, unhandled]).toEqual([[], []])
  })

  it('tells by a system.error of a where that throws', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    const where = (): boolean => {
      throw new Error('planted')
    }
    bus.addRoute({ pattern: 'note.made', to: 'note.read', where })
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ message: 'planted' }])
  })

  it('tells by a system.error of a payload that does not fit the other type', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    bus.addRoute({ pattern: 'note.made', to: 'order.filled' })
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ name: 'EventValidationError' }])
  })

  it('ends a cycle of routes at maxDepth, with one system.error', () => {
    const { bus } = setUp({ maxDepth: 10 })
    const errors = errorsOf(bus)
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.addRoute({ pattern: 'note.read', to: 'note.made' })
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ name: 'EmitDepthError' }])
    expect(bus.history.query({ pattern: 'note.*' })).toHaveLength(11)
  })

  it('asks whether the source may emit the other type', () => {
    const { bus } = setUp({ allow: { 'note.read': ['desk'] } })
    const errors = errorsOf(bus)
    const texts = textsOf(bus, 'note.read')
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.emitSync('note.made', { text: 'a' }, { source: 'desk' })
    bus.emitSync('note.made', { text: 'b' }, { source: 'bot' })
    expect(texts).toEqual(['a'])
    expect(errors).toMatchObject([{ name: 'AccessDeniedError' }])
  })

  it('has the priority of its own type', () => {
    const { bus } = setUp()
    bus.addRoute({
      pattern: 'note.made',
      to: 'system.warning',
      map: ({ timestamp, data }) => ({ timestamp, code: 'note', message: data.text }),
    })
    bus.emitSync('note.made', hello, { priority: 'low' })
    const [taken, made] = bus.history.query()
    expect([taken!.priority, made!.priority]).toEqual(['low', 'high'])
  })
})

describe('addRoute to another bus', () => {
  it('passes events on as forward does', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const route = from.addRoute({ pattern: 'note.*', where: ({ data }) => data.text !== 'no', to })
    from.emitSync('note.made', { text: 'no' })
    const sent = from.emitSync(
      'note.read',
      { text: 'yes' },
      { source: 'desk', priority: 'critical' },
    )
    from.emitSync('alarm.rung', hello)
    expect(to.history.query()).toMatchObject([
      { id: sent.id, type: 'note.read', sequence: 1, source: 'desk', priority: 'critical' },
    ])
    expect(route.to).toBe('run to')
  })

  it('has the type and payload that map makes', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const texts = textsOf(to, 'alarm.rung')
    from.addRoute({
      pattern: 'note.made',
      to,
      map: ({ data }) => (data.text === 'no' ? undefined : { type: 'alarm.rung', data }),
    })
    for (const text of ['a', 'no', 'b']) from.emitSync('note.made', { text })
    expect(texts).toEqual(['a', 'b'])
  })

  it('waits with an awaited emit for the handlers there', async () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to, clock } = setUp({ run: 'to' })
    from.addRoute({ pattern: 'note.made', to })
    to.on('note.made', () => clock.sleep(10))
    let done = false
    void from.emit('note.made', hello).then(() => (done = true))
    await rest()
    expect(done).toBe(false)
    await clock.advanceBy(10)
    expect(done).toBe(true)
  })

  it('refuses the same bus, one of the same run, and what is no bus', () => {
    const { bus } = setUp()
    expect(() => bus.addRoute({ pattern: 'note.made', to: bus })).toThrow('another bus')
    const { bus: twin } = setUp()
    expect(() => bus.addRoute({ pattern: 'note.made', to: twin })).toThrow(coded('CONFIGURATION'))
    // @ts-expect-error -- no bus.
    expect(() => bus.addRoute({ pattern: 'note.made', to: {} })).toThrow('another bus')
    // @ts-expect-error -- no bus.
    expect(() => bus.addRoute({ pattern: 'note.made', to: null })).toThrow('another bus')
    expect(bus.routes()).toEqual([])
  })
})

describe('routes', () => {
  it('lists what was added and not removed, in that order', () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    const first = bus.addRoute({ id: 'mine', pattern: 'note.made', to: 'note.read' })
    const second = bus.addRoute({ pattern: ['alarm.rung', 'note.*'], to: other })
    expect(bus.routes()).toEqual([first, second])
    expect(bus.routes()).toMatchObject([
      { id: 'mine', pattern: 'note.made', to: 'note.read', active: true },
      { id: 'route-2', pattern: 'alarm.rung,note.*', to: 'run other', active: true },
    ])
    first.remove()
    expect(bus.routes()).toEqual([second])
    expect([first.active, second.active]).toEqual([false, true])
  })

  it('is a list of its own each time', () => {
    const { bus } = setUp()
    const before = bus.routes()
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    expect([before.length, bus.routes().length]).toEqual([0, 1])
  })

  it('has no route that off has ended, or that the end of the bus has', async () => {
    const { bus } = setUp()
    bus.addRoute({ id: 'a', pattern: 'note.made', to: 'note.read' })
    const last = bus.addRoute({ id: 'b', pattern: 'note.made', to: 'note.read' })
    expect([bus.off('a'), bus.off('a')]).toEqual([true, false])
    expect(bus.routes()).toEqual([last])
    await bus.close()
    expect([bus.routes(), last.active]).toEqual([[], false])
  })
})

describe('EventRoute', () => {
  it('ends when it is removed, once, or disposed of', () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.read')
    {
      using route = bus.addRoute({ pattern: 'note.made', to: 'note.read' })
      bus.emitSync('note.made', { text: 'a' })
      expect(route.active).toBe(true)
    }
    bus.emitSync('note.made', { text: 'b' })
    const route = bus.addRoute({ id: 'again', pattern: 'note.made', to: 'note.read' })
    route.remove()
    route.remove()
    bus.addRoute({ id: 'again', pattern: 'alarm.rung', to: 'note.read' }).remove()
    bus.emitSync('note.made', { text: 'c' })
    expect(texts).toEqual(['a'])
  })

  it('stays when clear ends all handlers', () => {
    const { bus } = setUp()
    const route = bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.on('note.made', () => {})
    expect([bus.clear('note.made'), bus.clear()]).toEqual([1, 0])
    bus.emitSync('note.made', hello)
    expect([route.active, bus.eventCounts().get('note.read')]).toEqual([true, 1])
    expect(bus.subscriptions().map(({ id }) => id)).toEqual([route.id])
  })
})

describe('a rule of addRoute', () => {
  it.each([
    [{ pattern: 'note.made' }, 'to must be an event type or another bus'],
    [{ pattern: 'note.made', to: 7 }, 'to must be an event type or another bus'],
    [{ to: 'note.read' }, 'A pattern must be a string'],
    [{ pattern: 'note.made', to: 'note.read', map: 'x' }, 'map'],
    [{ pattern: 'note.made', to: 'note.read', where: {} }, 'where'],
    [{ pattern: 'note.made', to: 'note.read', when: () => true }, 'when'],
    [{ pattern: 'note.made', to: 'note.read', id: '' }, 'id'],
    [{ pattern: [], to: 'note.read' }, 'at least one pattern'],
    [null, 'addRoute'],
  ])('is refused if it is %j', (rule, message) => {
    const { bus } = setUp()
    // @ts-expect-error -- no rule.
    const add = (): unknown => bus.addRoute(rule)
    expect(add).toThrow(coded('CONFIGURATION'))
    expect(add).toThrow(message)
    expect([bus.routes(), bus.handlerCount()]).toEqual([[], 0])
  })

  it('is refused if the catalog has no such event, and if its id is taken', () => {
    const { bus } = setUp()
    bus.on('note.made', () => {}, { id: 'taken' })
    // @ts-expect-error -- no such type.
    expect(() => bus.addRoute({ pattern: 'note.made', to: 'note.unknown' })).toThrow(
      coded('EVENT_UNKNOWN'),
    )
    // @ts-expect-error -- no such type.
    expect(() => bus.addRoute({ pattern: 'unknown.*', to: 'note.read' })).toThrow(
      coded('EVENT_UNKNOWN'),
    )
    const rule = { id: 'taken', pattern: 'note.made', to: 'note.read' } as const
    expect(() => bus.addRoute(rule)).toThrow(coded('CONFIGURATION'))
    expect([bus.routes(), bus.handlerCount()]).toEqual([[], 1])
  })

  it('is refused after close', async () => {
    const { bus } = setUp()
    await bus.close()
    expect(() => bus.addRoute({ pattern: 'note.made', to: 'note.read' })).toThrow(
      coded('BUS_CLOSED'),
    )
  })
})
