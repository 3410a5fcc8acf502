import { type Drop, type HandlerError, type Observer, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, hello, rest, setUp } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('observe', () => {
  it('tells when an event begins, in sequence order, before its handlers', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.observe({ onEmitted: ({ type, sequence }) => log.push(`${sequence} ${type} begins`) })
    bus.on('note.made', () => {
      bus.emitSync('note.read', hello)
      log.push('handled')
    })
    bus.emitSync('note.made', hello)
    void bus.emitSerial('alarm.rung', hello)
    expect(log).toEqual([
      '1 note.made begins',
      'handled',
      '2 note.read begins',
      '3 alarm.rung begins',
    ])
  })

  it('tells of handlers that have handled, with how long they took', async () => {
    const { bus, clock } = setUp()
    const log: unknown[] = []
    bus.observe({
      onHandled: ({ type }, { id }, durationMs) => log.push([type, id, durationMs]),
    })
    bus.on('note.made', () => {}, { id: 'sync' })
    bus.on('note.made', () => clock.sleep(7), { id: 'async' })
    const emitted = bus.emit('note.made', hello)
    expect(log).toEqual([['note.made', 'sync', 0]])
    await clock.advanceBy(10)
    await emitted
    expect(log).toEqual([
      ['note.made', 'sync', 0],
      ['note.made', 'async', 7],
    ])
  })

  it('tells of handlers that have failed, and does not call that handled', async () => {
    const { bus } = setUp()
    const log: unknown[] = []
    bus.observe({
      onHandled: (_event, { id }) => log.push(['handled', id]),
      onFailed: ({ type }, { id }, error: HandlerError) =>
        log.push(['failed', type, id, (error.cause as Error).message]),
    })
    bus.on('note.made', () => Promise.reject(new Error('later')), { id: 'async' })
    bus.on(
      'note.made',
      () => {
        throw new Error('at once')
      },
      { id: 'sync' },
    )
    bus.on('note.made', () => {}, {
      id: 'where',
      where: () => {
        throw new Error('unsure')
      },
    })
    await bus.emit('note.made', hello)
    expect(log).toEqual([
      ['failed', 'note.made', 'sync', 'at once'],
      ['failed', 'note.made', 'where', 'unsure'],
      ['failed', 'note.made', 'async', 'later'],
    ])
  })

  it('tells once of each emission that is refused, in every way to emit', async () => {
    const { bus } = setUp()
    const { bus: other } = setUp({ run: 'other' })
    const drops: Drop[] = []
    bus.observe({ onDropped: (drop) => drops.push(drop) })
    expect(() => bus.emitSync('note.made', {} as never)).toThrow(coded('EVENT_INVALID'))
    await bus.emit('note.unmade' as never, hello as never).catch(() => {})
    await bus.emitSerial('note.made', hello, { timestamp: Number.NaN }).catch(() => {})
    const batch = [
      { type: 'note.made', data: hello },
      { type: 'note.read', data: {} },
    ]
    await bus.emitBatch(batch as never).catch(() => {})
    other.forward(bus, { map: () => ({ type: 'alarm.rung', data: {} }) })
    await other.emit('note.made', hello)
    expect(
      drops.map(({ type, reason, error }) => [type, reason, (error as { code: string }).code]),
    ).toEqual([
      ['note.made', 'refused', 'EVENT_INVALID'],
      ['note.unmade', 'refused', 'EVENT_UNKNOWN'],
      ['note.made', 'refused', 'CONFIGURATION'],
      ['note.read', 'refused', 'EVENT_INVALID'],
      ['alarm.rung', 'refused', 'EVENT_INVALID'],
      ['alarm.rung', 'refused', 'EVENT_INVALID'],
    ])
    expect(
      drops.every(({ event, subscription }) => event === undefined && subscription === undefined),
    ).toBe(true)
  })

  it('tells of events that a paused subscription lets pass by', () => {
    const { bus } = setUp()
    const drops: Drop[] = []
    bus.observe({ onDropped: (drop) => drops.push(drop) })
    const subscription = bus.on('note.made', () => {})
    subscription.pause()
    const event = bus.emitSync('note.made', hello)
    expect(drops).toEqual([{ type: 'note.made', reason: 'paused', event, subscription }])
  })

  it('tells nobody of what an observer emits in answer to a refusal, if that is refused', async () => {
    const { bus } = setUp()
    let told = 0
    for (let count = 0; count < 3; count += 1) {
      bus.observe({
        onDropped: () => {
          told += 1
          bus.emit('note.made', hello).catch(() => {})
        },
      })
    }
    await bus.close()
    await bus.emit('note.made', hello).catch(() => {})
    expect(told).toBe(3)
    await bus.emit('note.made', hello).catch(() => {})
    expect(told).toBe(6)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('observer')
      },
    ],
    ['rejects', () => Promise.reject(new Error('observer'))],
  ])('reports an observer that %s, and disturbs nothing', async (_name, method) => {
    const { bus, lastResort } = setUp()
    const log: string[] = []
    bus.observe({ onEmitted: method, onHandled: method, onFailed: method, onDropped: method })
    bus.observe({ onEmitted: ({ type }) => void log.push(type) })
    bus.on('note.made', () => log.push('handled'))
    const unhandled = await unhandledDuring(() => bus.emit('note.made', hello))
    expect(unhandled).toEqual([])
    expect(log).toEqual(['note.made', 'handled'])
    expect(lastResort).toHaveLength(2)
    for (const { error, context } of lastResort) {
      expect(error).toEqual(new Error('observer'))
      expect(context.origin).toBe('observer')
    }
  })

  it('begins with the next thing that happens, and ends at once', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const observer = (name: string): Observer => ({
      onEmitted: ({ type }) => void log.push(`${name} ${type}`),
      onHandled: ({ type }) => void log.push(`${name} handled ${type}`),
    })
    const first = bus.observe(observer('first'))
    bus.once('note.made', () => {
      bus.observe(observer('second'))
      first.remove()
    })
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    // The call that was under way tells those who watched as it began.
    expect(log).toEqual(['first note.made', 'first handled note.made', 'second note.read'])
  })

  it('tells nobody of a handler that settles after the last observer has left', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const watch = bus.observe({ onHandled: ({ type }) => void log.push(type) })
    bus.on('note.made', rest)
    const emitted = bus.emit('note.made', hello)
    watch.remove()
    await emitted
    expect(log).toEqual([])
  })

  it('takes an observer away, with remove or with using, and only once', () => {
    const { bus } = setUp()
    let told = 0
    const observer = { onEmitted: () => void (told += 1) }
    const first = bus.observe(observer)
    {
      using second = bus.observe(observer)
      bus.emitSync('note.made', hello)
      expect(second).not.toBe(first)
    }
    bus.emitSync('note.made', hello)
    first.remove()
    first.remove()
    bus.emitSync('note.made', hello)
    expect(told).toBe(3)
  })

  it('calls the methods of an instance on it', () => {
    class Counter {
      readonly #types: string[] = []
      get types(): readonly string[] {
        return this.#types
      }
      onEmitted({ type }: { readonly type: string }): void {
        this.#types.push(type)
      }
    }
    const { bus } = setUp()
    const counter = new Counter()
    bus.observe(counter)
    bus.emitSync('note.made', hello)
    expect(counter.types).toEqual(['note.made'])
  })

  it('costs little while nobody observes: each 256th call is measured', () => {
    let reads = 0
    class Counting extends SimulatedClock {
      override monotonic(): number {
        reads += 1
        return super.monotonic()
      }
    }
    const { bus } = setUp({ clock: new Counting() })
    bus.on('note.made', () => {})
    for (let call = 1; call <= 256; call += 1) bus.emitSync('note.made', hello)
    expect(reads).toBe(2)
    bus.emitSync('note.made', hello)
    expect(reads).toBe(4)
    const watch = bus.observe({ onHandled: () => {} })
    bus.emitSync('note.made', hello)
    expect(reads).toBe(6)
    watch.remove()
    bus.emitSync('note.made', hello)
    expect(reads).toBe(6)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a function', () => {}],
    ['no method', {}],
    ['an unknown method', { onEmitted() {}, onClosed() {} }],
    ['a method that is none', { onDropped: true }],
  ])('refuses %s', (_name, observer) => {
    const { bus } = setUp()
    expect(() => bus.observe(observer as never)).toThrow(coded('CONFIGURATION'))
  })
})
