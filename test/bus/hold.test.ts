import type { Drop, TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { defer } from '../../src/bus/backstage.ts'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { heldBy } from '../support/gates.ts'
import { unhandledDuring } from '../support/rejections.ts'

const planted = new Error('planted')
function fail(): never {
  throw planted
}

/** A hostile answer, which has this getter of `then`. */
function thenable(get: () => unknown): never {
  // oxlint-disable-next-line unicorn/no-thenable -- that is the point.
  return Object.defineProperty({}, 'then', { get }) as never
}

const isMade = ({ type }: TradewireEvent): boolean => type === 'note.made'

describe('Bus.hold', () => {
  it('dispatches at once what the gate answers undefined for, or nothing to wait for', () => {
    for (const answer of [undefined, null, true, {}, () => {}]) {
      const { bus } = setUp()
      const texts = textsOf(bus, 'note.made')
      bus.hold(() => answer as undefined)
      expect(bus.emitSync('note.made', { text: 'a' }).sequence).toBe(1)
      expect([texts, bus.history.size]).toEqual([['a'], 1])
    }
  })

  it('asks once for each event that was accepted, in order of sequence, as it is emitted', async () => {
    const { bus } = setUp()
    const { asked, pass } = heldBy(bus)
    bus.emitSync('note.made', hello)
    // @ts-expect-error -- no payload.
    expect(() => bus.emitSync('note.made', {})).toThrow(coded('EVENT_INVALID'))
    void bus.emitBatch([
      { type: 'note.made', data: hello },
      { type: 'note.read', data: hello },
    ])
    void bus.emitSerial('note.made', hello)
    expect(asked).toEqual([1, 2, 3, 4])
    await pass(1, 2, 3, 4)
    expect([asked, bus.stats.emitted]).toEqual([[1, 2, 3, 4], 4])
  })

  it('keeps a held event from everybody until it may pass', async () => {
    const { bus } = setUp()
    const { pass } = heldBy(bus)
    const log: string[] = []
    bus.observe({ onEmitted: () => log.push('observed'), onHandled: () => log.push('handled') })
    bus.on('note.made', () => log.push('called'))
    const stream = bus.stream('note.made')
    const event = bus.emitSync('note.made', hello)
    await rest()
    const { history, stats } = bus
    expect([log, history.size, stream.size, stats.emitted]).toEqual([[], 0, 0, 0])
    await pass(1)
    expect(log).toEqual(['observed', 'called', 'handled', 'handled'])
    expect([bus.history.query(), stream.size]).toEqual([[event], 1])
  })

  it('keeps the order of sequence, whatever order the answers come in', async () => {
    const { bus } = setUp()
    const { pass } = heldBy(bus)
    const texts = textsOf(bus, 'note.made')
    for (const text of ['1', '2', '3', '4', '5']) bus.emitSync('note.made', { text })
    await pass(5, 3)
    expect(texts).toEqual([])
    await pass(1)
    expect(texts).toEqual(['1'])
    await pass(2)
    expect(texts).toEqual(['1', '2', '3'])
    await pass(4)
    expect(texts).toEqual(['1', '2', '3', '4', '5'])
  })

  it('lets what passes at once wait behind what is held, also a deferred task', async () => {
    const { bus } = setUp()
    const answer = Promise.withResolvers<void>()
    bus.hold((event) => (isMade(event) ? answer.promise : undefined))
    const log: string[] = []
    bus.onAny(({ type }) => log.push(type))
    bus.emitSync('note.read', hello)
    bus.emitSync('note.made', hello)
    bus.emitSync('alarm.rung', hello)
    defer(bus, () => log.push('task'))
    expect(log).toEqual(['note.read'])
    answer.resolve()
    await rest()
    expect(log).toEqual(['note.read', 'note.made', 'alarm.rung', 'task'])
    defer(bus, () => log.push('at once'))
    expect(log.at(-1)).toBe('at once')
  })

  it.each(['emit', 'emitSerial'] as const)(
    'resolves %s once its handlers settle',
    async (method) => {
      const { bus, clock } = setUp()
      const { pass } = heldBy(bus)
      bus.on('note.made', () => clock.sleep(10))
      let event: TradewireEvent | undefined
      void bus[method]('note.made', hello).then((emitted) => (event = emitted))
      await pass(1)
      await clock.advanceBy(9)
      expect(event).toBeUndefined()
      await clock.advanceBy(1)
      expect(event).toMatchObject({ sequence: 1, timestamp: 1_000 })
    },
  )

  it('holds each event of a batch', async () => {
    const { bus } = setUp()
    const { pass } = heldBy(bus)
    const texts = textsOf(bus, 'note.made')
    const batch = bus.emitBatch(
      ['a', 'b', 'c'].map((text) => ({ type: 'note.made', data: { text } }) as const),
    )
    await pass(2, 3)
    expect(texts).toEqual([])
    await pass(1)
    expect(texts).toEqual(['a', 'b', 'c'])
    expect(await batch).toMatchObject([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }])
  })

  it('tells throwOnError of failures that come after the wait, and emitSync of those before', async () => {
    const { bus } = setUp()
    const gate = heldBy(bus)
    bus.on('note.made', () => {
      throw planted
    })
    const emitted = bus.emit('note.made', hello, { throwOnError: true })
    expect(() => bus.emitSync('note.made', hello, { throwOnError: true })).not.toThrow()
    await Promise.all([expect(emitted).rejects.toBeInstanceOf(AggregateError), gate.pass(1, 2)])
    gate.registration.remove()
    await gate.pass(3, 4)
    bus.hold(() => undefined)
    expect(() => bus.emitSync('note.made', hello, { throwOnError: true })).toThrow(AggregateError)
  })

  it('holds the events of the bus itself, adopted ones, and those of routes', async () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    other.forward(bus)
    bus.addRoute({ pattern: 'note.made', to: 'note.read' })
    bus.on('alarm.rung', () => {
      throw planted
    })
    const errors = errorsOf(bus)
    const texts = textsOf(bus, 'note.read')
    const { asked, pass } = heldBy(bus)
    other.emitSync('note.made', hello)
    bus.emitSync('alarm.rung', hello)
    await pass(1, 2)
    expect([asked, texts, errors]).toEqual([[1, 2, 3, 4], [], []])
    await pass(3, 4)
    expect([texts, errors.length]).toEqual([['hello'], 1])
  })

  it('takes one gate at a time, and nothing but a function', () => {
    const { bus } = setUp()
    const gate = bus.hold(() => undefined)
    expect(() => bus.hold(() => undefined)).toThrow(coded('CONFIGURATION'))
    gate.remove()
    gate.remove()
    using second = bus.hold(() => undefined)
    expect(second).toBeDefined()
    // @ts-expect-error -- no function.
    expect(() => setUp().bus.hold({})).toThrow(coded('CONFIGURATION'))
  })

  it('lets later events pass once it is removed, behind those that still wait', async () => {
    const { bus } = setUp()
    const { asked, pass, registration } = heldBy(bus)
    const texts = textsOf(bus, 'note.made')
    bus.emitSync('note.made', { text: 'held' })
    registration.remove()
    bus.emitSync('note.made', { text: 'behind' })
    await rest()
    expect([asked, texts]).toEqual([[1], []])
    await pass(1)
    expect(texts).toEqual(['held', 'behind'])
    bus.emitSync('note.made', { text: 'free' })
    expect(texts).toHaveLength(3)
    using again = bus.hold(() => undefined)
    expect(again).toBeDefined()
  })

  it('may begin and end within a handler', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.read')
    bus.once('note.made', () => {
      bus.emitSync('note.read', { text: 'before' })
      const { registration } = heldBy(bus)
      bus.emitSync('note.read', { text: 'held' })
      registration.remove()
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', { text: 'behind' })
    expect(texts).toEqual(['before'])
  })
})

describe('a gate that refuses', () => {
  it.each([
    ['rejects', (): Promise<void> => Promise.reject(planted)],
    [
      'throws',
      (): never => {
        throw planted
      },
    ],
    ['returns a thenable that throws', () => thenable(() => fail)],
    ['returns one with a getter that throws', () => thenable(fail)],
    [
      'returns a promise whose constructor comes to throw',
      () => {
        let reads = 0
        const get = (): unknown => {
          reads += 1
          if (reads > 2) throw planted
          return Promise
        }
        return Object.defineProperty(Promise.resolve(), 'constructor', { get })
      },
    ],
  ])('keeps the event back if it %s, and lets those behind it go on', async (_, answer) => {
    const { bus, lastResort } = setUp()
    const texts = textsOf(bus, 'note.made')
    const drops: Drop[] = []
    bus.observe({ onDropped: (drop) => drops.push(drop) })
    bus.hold(({ sequence }) => (sequence === 1 ? answer() : undefined))
    const refused = bus.emit('note.made', { text: 'refused' })
    bus.emitSync('note.made', { text: 'behind' })
    await expect(refused).rejects.toBe(planted)
    await bus.idle()
    const dropped = { type: 'note.made', reason: 'refused', error: planted }
    expect(drops).toEqual([{ ...dropped, event: expect.objectContaining({ sequence: 1 }) }])
    expect([texts, lastResort, bus.history.size]).toEqual([['behind'], [], 1])
    expect(bus.stats).toMatchObject({ emitted: 1, refused: 1, denied: 0, rateLimited: 0 })
  })

  it('passes a thenable that fulfils twice, or later rejects, once', async () => {
    const { bus, lastResort } = setUp()
    const texts = textsOf(bus, 'note.made')
    const then = (fulfil: () => void, reject: (error: unknown) => void): void => {
      fulfil()
      fulfil()
      reject(planted)
    }
    bus.hold(() => thenable(() => then))
    await bus.emit('note.made', { text: 'a' })
    expect([texts, lastResort]).toEqual([['a'], []])
  })

  it('goes to the last resort where nobody awaits the emission, once for each event', async () => {
    const { bus, lastResort } = setUp()
    bus.use({ after: () => {} })
    bus.hold(() => Promise.reject(planted))
    const item = { type: 'note.made', data: hello } as const
    const unhandled = await unhandledDuring(async () => {
      bus.emitSync('note.made', hello)
      void bus.emit('note.made', hello)
      void bus.emitSerial('note.made', hello, { throwOnError: true })
      void bus.emitBatch([item, item])
      await rest()
    })
    expect(unhandled).toEqual([])
    const sequences = lastResort.map(({ context }) => context.event?.sequence)
    expect(sequences).toHaveLength(5)
    expect(new Set(sequences)).toEqual(new Set([1, 2, 3, 4, 5]))
    for (const { error, context } of lastResort) {
      expect([error, context.origin]).toEqual([planted, 'emission'])
    }
  })

  it('says nothing of failed handlers to the last resort, awaited or not', async () => {
    const { bus, lastResort } = setUp()
    errorsOf(bus)
    bus.on('note.made', () => {
      throw planted
    })
    bus.hold(() => Promise.resolve())
    void bus.emit('note.made', hello, { throwOnError: true })
    await bus.idle()
    await rest()
    expect(lastResort).toEqual([])
  })

  it('rejects a batch of which it refuses some, and lets the others go', async () => {
    const { bus, lastResort } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.hold(({ sequence }) => (sequence === 2 ? Promise.reject(planted) : Promise.resolve()))
    const batch = bus.emitBatch(
      ['a', 'b', 'c'].map((text) => ({ type: 'note.made', data: { text } }) as const),
    )
    await expect(batch).rejects.toBe(planted)
    await bus.idle()
    expect([texts, lastResort]).toEqual([['a', 'c'], []])
  })

  it('fails the handler that forwards to it', async () => {
    const { bus, lastResort } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    other.forward(bus)
    const errors = errorsOf(other)
    bus.hold(() => Promise.reject(planted))
    await other.emit('note.made', hello)
    await rest()
    expect(errors).toMatchObject([{ message: 'planted' }])
    expect(lastResort).toEqual([])
  })

  it('ends what observers emit in answer', async () => {
    const { bus } = setUp()
    let drops = 0
    bus.observe({
      onDropped: () => {
        drops += 1
        bus.emitSync('alarm.rung', hello)
      },
    })
    bus.hold(() => Promise.reject(planted))
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect([drops, bus.stats.refused]).toEqual([1, 2])
  })

  it('is told to whoever observes when it comes to that', async () => {
    const { bus } = setUp()
    const { refuse } = heldBy(bus)
    bus.emitSync('note.made', hello)
    await refuse(1)
    expect(bus.stats).toMatchObject({ emitted: 0, refused: 1 })
  })
})
