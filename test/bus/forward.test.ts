import { type Bus, createBus, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, type Schemas, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

/** Buses that do not share ids, and what each of them has dispatched. */
function buses<const Names extends readonly string[]>(...names: Names) {
  return names.map((run) => {
    const { bus, clock } = setUp({ run })
    const seen: string[] = []
    bus.onAny(({ id }) => seen.push(id))
    return { bus, clock, seen }
  })
}

const ids = (list: readonly { readonly seen: readonly string[] }[]) => list.map(({ seen }) => seen)

describe('forward', () => {
  it('keeps the identity of an event, and gives it the next sequence', async () => {
    const [from, to] = buses('from', 'to') as [
      ReturnType<typeof buses>[0],
      ReturnType<typeof buses>[0],
    ]
    from.bus.forward(to.bus)
    to.bus.emitSync('alarm.rung', hello)
    const cause = from.bus.emitSync('note.made', hello)
    await to.clock.advanceBy(500)
    const options = { cause, source: 'desk', metadata: { a: 1 }, timestamp: 900 }
    const sent = from.bus.emitSync('note.read', hello, options)
    const arrived = to.bus.history.query().at(-1)!
    expect(arrived).toMatchObject({
      id: 'from-2',
      type: 'note.read',
      data: sent.data,
      timestamp: 900,
      sequence: 3,
      source: 'desk',
      metadata: { a: 1 },
      correlationId: 'from-1',
      causationId: 'from-1',
    })
    const answer = to.bus.emitSync('note.made', hello, { cause: arrived })
    expect(answer).toMatchObject({ causationId: 'from-2', correlationId: 'from-1', id: 'to-4' })
  })

  it('passes on what its pattern covers', () => {
    const [from, to] = buses('from', 'to')
    from!.bus.forward(to!.bus, { pattern: ['note.*', 'alarm.rung'] })
    from!.bus.emitSync('note.made', hello)
    from!.bus.emitSync('action.buy.start', hello)
    from!.bus.emitSync('alarm.rung', hello)
    expect(to!.seen).toEqual(['from-1', 'from-3'])
  })

  it('makes of an event what map says, or keeps it back', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    from.forward(to, {
      pattern: 'note.made',
      map: ({ data }) =>
        data.text === 'secret' ? undefined : { type: 'note.read', data: { text: `${data.text}!` } },
    })
    const made = textsOf(to, 'note.made')
    const read = textsOf(to, 'note.read')
    from.emitSync('note.made', { text: 'secret' })
    from.emitSync('note.made', hello)
    expect([made, read]).toEqual([[], ['hello!']])
  })

  it('has its handlers awaited by the emission', async () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const log: string[] = []
    from.forward(to)
    to.on('note.made', async () => {
      await rest()
      log.push('handled over there')
    })
    await from.emit('note.made', hello)
    expect(log).toEqual(['handled over there'])
  })

  it('leaves a handler that fails over there to the bus over there', async () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const errors = [errorsOf(from), errorsOf(to)]
    const forward = from.forward(to, { pattern: 'note.*' })
    to.on('note.made', () => {
      throw new Error('at once')
    })
    to.on('note.made', () => Promise.reject(new Error('later')))
    await from.emit('note.made', hello, { throwOnError: true })
    expect(errors).toMatchObject([[], [{ message: 'at once' }, { message: 'later' }]])
    expect(forward.stats).toMatchObject({ delivered: 1, failed: 0 })
  })

  it('ends like any subscription, and is one', () => {
    const [from, to] = buses('from', 'to')
    const forward = from!.bus.forward(to!.bus)
    expect(forward.id).toBe('forward-2')
    from!.bus.emitSync('note.made', hello)
    forward.unsubscribe()
    from!.bus.emitSync('note.made', hello)
    {
      using again = from!.bus.forward(to!.bus)
      from!.bus.emitSync('note.made', hello)
      expect(again.stats.delivered).toBe(1)
    }
    from!.bus.emitSync('note.made', hello)
    expect(to!.seen).toEqual(['from-1', 'from-3'])
  })

  it.each([2, 3, 5])('ends in a circle of %d, where each bus gets an event once', (size) => {
    const circle = buses(...Array.from({ length: size }, (_, index) => `b${index}`))
    for (const [index, { bus }] of circle.entries()) {
      bus.forward(circle[(index + 1) % size]!.bus)
    }
    circle[0]!.bus.emitSync('note.made', hello)
    circle[1]!.bus.emitSync('note.made', hello)
    const own = circle[1]!.bus.run
    expect(ids(circle)).toEqual(circle.map(() => ['b0-1', `${own}-2`]))
  })

  it('brings an event once to a bus that several ways lead to', () => {
    const diamond = buses('top', 'left', 'right', 'bottom')
    const [top, left, right, bottom] = diamond.map(({ bus }) => bus)
    top!.forward(left!)
    top!.forward(right!)
    left!.forward(bottom!)
    right!.forward(bottom!)
    top!.forward(bottom!)
    top!.forward(bottom!, { pattern: 'note.*' })
    top!.emitSync('note.made', hello)
    expect(ids(diamond)).toEqual([['top-1'], ['top-1'], ['top-1'], ['top-1']])
  })

  it('brings an event once to each of many buses that all forward to each other', () => {
    const mesh = buses(...Array.from({ length: 8 }, (_, index) => `b${index}`))
    for (const { bus } of mesh) {
      for (const other of mesh) if (other.bus !== bus) bus.forward(other.bus)
    }
    mesh[3]!.bus.emitSync('note.made', hello)
    expect(ids(mesh)).toEqual(mesh.map(() => ['b3-1']))
  })

  it('may bring one event as several types', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const types: string[] = []
    to.onAny(({ type }) => types.push(type))
    from.forward(to)
    from.forward(to, { map: () => ({ type: 'alarm.rung', data: hello }) })
    from.emitSync('note.made', hello)
    expect(types).toEqual(['note.made', 'alarm.rung'])
  })

  it('keeps one order over there, for events of both buses', () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const seen: number[][] = [[], []]
    to.onAny(({ sequence }) => seen[0]!.push(sequence))
    to.on('note.made', () => to.emitSync('note.read', hello))
    to.onAny(({ sequence }) => seen[1]!.push(sequence))
    from.forward(to)
    from.on('note.made', () => from.emitSync('alarm.rung', hello))
    from.emitSync('note.made', hello)
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  it('is stopped by maxDepth where two buses answer each other', () => {
    const [one, two] = [setUp({ run: 'one', maxDepth: 4 }), setUp({ run: 'two', maxDepth: 4 })]
    one.bus.forward(two.bus, { pattern: 'note.made' })
    two.bus.on('note.made', () => void one.bus.emit('note.made', hello).catch(() => {}))
    one.bus.emitSync('note.made', hello)
    expect(one.bus.eventCounts().get('note.made')).toBe(5)
  })

  it('asks the middlewares over there, which may veto', () => {
    const [from, to] = buses('from', 'to')
    const errors = errorsOf(from!.bus)
    to!.bus.use({ before: ({ type }) => (type === 'note.made' ? false : undefined) })
    to!.bus.use({
      before: ({ type }) => (type === 'note.read' ? { data: { text: 'changed' } } : undefined),
    })
    from!.bus.forward(to!.bus, { pattern: 'note.*' })
    const texts = textsOf(to!.bus, 'note.read')
    from!.bus.emitSync('note.made', hello)
    from!.bus.emitSync('note.read', hello)
    expect(texts).toEqual(['changed'])
    expect(errors).toMatchObject([{ name: 'EventVetoedError' }])
  })

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('no')
      },
      'RangeError',
    ],
    ['returns an unknown type', () => ({ type: 'note.unmade', data: hello }), 'UnknownEventError'],
    ['returns a bad payload', () => ({ type: 'note.made', data: {} }), 'EventValidationError'],
    ['returns a promise', () => Promise.reject(new Error('x')), 'ConfigurationError'],
    ['returns null', () => null, 'ConfigurationError'],
    ['returns text', () => 'note.made', 'ConfigurationError'],
    ['returns a type alone', () => ({ type: 'note.made' }), 'ConfigurationError'],
  ])('fails like a handler where map %s', async (_name, map, name) => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const errors = errorsOf(from)
    from.forward(to, { pattern: 'note.made', map: map as never })
    const unhandled = await unhandledDuring(() => from.emit('note.made', hello))
    expect(unhandled).toEqual([])
    expect(errors).toMatchObject([{ name, subscriptionId: 'forward-2' }])
    expect(to.history.size).toBe(0)
  })

  it('fails like a handler once the other bus is closed', async () => {
    const { bus: from } = setUp({ run: 'from' })
    const { bus: to } = setUp({ run: 'to' })
    const errors = errorsOf(from)
    from.forward(to, { pattern: 'note.made' })
    await to.close()
    await from.emit('note.made', hello)
    expect(errors).toMatchObject([{ name: 'BusClosedError', code: 'BUS_CLOSED' }])
  })

  it('reaches a bus of another catalog, whose events it must be', () => {
    const { bus: from } = setUp({ run: 'from' })
    const errors = errorsOf(from)
    const to: Bus = createBus({ clock: new SimulatedClock(), run: 'to' })
    from.forward(to as unknown as Bus<Schemas>, { pattern: 'note.made' })
    from.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ name: 'UnknownEventError' }])
    expect(to.history.size).toBe(0)
  })

  it.each<[string, unknown, unknown]>([
    ['no bus', {}, undefined],
    ['null', null, undefined],
    ['undefined', undefined, undefined],
    ['a bus with the same run', setUp({ run: 'from' }).bus, undefined],
    ['null options', setUp({ run: 'to' }).bus, null],
    ['an unknown option', setUp({ run: 'to' }).bus, { patterns: '*' }],
    ['map that is no function', setUp({ run: 'to' }).bus, { map: {} }],
    ['a malformed pattern', setUp({ run: 'to' }).bus, { pattern: 'note.' }],
  ])('refuses %s', (_name, target, options) => {
    const { bus } = setUp({ run: 'from' })
    expect(() => bus.forward(target as never, options as never)).toThrow(coded('CONFIGURATION'))
    expect(bus.handlerCount()).toBe(0)
  })

  it('refuses itself', () => {
    const { bus } = setUp()
    expect(() => bus.forward(bus)).toThrow(coded('CONFIGURATION'))
  })
})
