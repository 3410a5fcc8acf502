import { getEventListeners } from 'node:events'
import { matchesPattern, type TradewireEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

/** One test for every fault that emitters are known for. The legacy adapter has tests of its own. */
describe('what emitters get wrong', () => {
  it('two once handlers, the first of which emits again, are called once each', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.once('note.made', () => {
      log.push('first')
      bus.emitSync('note.made', hello)
    })
    bus.once('note.made', () => log.push('second'))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['first', 'second'])
  })

  it('a once handler that registers itself again hears the next event', () => {
    const { bus } = setUp()
    const log: number[] = []
    const handler = ({ sequence }: TradewireEvent): void => {
      log.push(sequence)
      bus.once('note.made', handler)
    }
    bus.once('note.made', handler)
    for (let count = 0; count < 3; count += 1) bus.emitSync('note.made', hello)
    expect(log).toEqual([1, 2, 3])
    expect(bus.handlerCount()).toBe(1)
  })

  it('removal takes one registration, and undefined takes none', () => {
    const { bus } = setUp()
    const texts: string[] = []
    const handler = ({ data }: TradewireEvent<'note.made', typeof hello>): void => {
      texts.push(data.text)
    }
    const handles = [1, 2, 3].map(() => bus.on('note.made', handler))
    expect(bus.off(handles[1]!)).toBe(true)
    expect(() => bus.off(undefined as never)).toThrow(coded('CONFIGURATION'))
    expect(() => bus.off(handler as never)).toThrow(coded('CONFIGURATION'))
    bus.emitSync('note.made', hello)
    expect(texts).toHaveLength(2)
  })

  it('one function registered twice is two subscriptions', () => {
    const { bus } = setUp()
    let calls = 0
    const handler = (): void => {
      calls += 1
    }
    const first = bus.on('note.made', handler)
    const second = bus.on('note.made', handler)
    bus.emitSync('note.made', hello)
    expect(calls).toBe(2)
    first.unsubscribe()
    first.unsubscribe()
    bus.emitSync('note.made', hello)
    expect(calls).toBe(3)
    expect(second.active).toBe(true)
  })

  it.each([false, true])(
    'on, emit, off, on in one tick has one outcome, another listener present: %s',
    async (present) => {
      const { bus } = setUp()
      const log: string[] = []
      if (present) bus.onAny(() => {})
      const first = bus.on('note.made', () => log.push('first'))
      const emitted = bus.emit('note.made', hello)
      first.unsubscribe()
      bus.on('note.made', () => log.push('second'))
      await emitted
      expect(log).toEqual(['first'])
    },
  )

  it('overlapping awaited emissions reach every listener in order', async () => {
    const { bus } = setUp()
    const seen: number[][] = [[], [], []]
    for (const sequences of seen) {
      bus.on('note.made', async ({ sequence }) => {
        sequences.push(sequence)
        await rest()
      })
    }
    await Promise.all([1, 2, 3].map(() => bus.emit('note.made', hello)))
    const order = [1, 2, 3]
    expect(seen).toEqual([order, order, order])
  })

  it('a nested emission reaches later listeners after its cause', () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('note.made', () => bus.emitSync('note.read', hello))
    bus.onAny(({ type }) => log.push(type))
    bus.emitSync('note.made', hello)
    expect(log).toEqual(['note.made', 'note.read'])
  })

  it('an emission that nobody awaits is no unhandled rejection', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', () => {
      throw new Error('at once')
    })
    bus.on('note.made', async () => {
      await rest()
      throw new Error('later')
    })
    const unhandled = await unhandledDuring(async () => {
      void bus.emit('note.made', hello)
      bus.emitSync('note.made', hello)
      void bus.emitSerial('note.made', hello, { throwOnError: true })
      await bus.idle()
    })
    expect(unhandled).toEqual([])
    expect(errors).toHaveLength(6)
  })

  it('two events of one tick are both caught by a stream, and by waits armed before the act', async () => {
    const { bus } = setUp()
    const stream = bus.stream(['note.made', 'note.read'])
    const waits = [bus.waitFor('note.made'), bus.waitFor('note.read')] as const
    bus.emitSync('note.made', hello)
    bus.emitSync('note.read', hello)
    expect((await waits[0]).sequence).toBe(1)
    expect((await waits[1]).sequence).toBe(2)
    expect((await stream.next()).value?.sequence).toBe(1)
    expect((await stream.next()).value?.sequence).toBe(2)
  })

  it('a predicate that throws rejects the wait and takes its listener away', async () => {
    const { bus } = setUp()
    const wait = bus.waitFor('note.made', {
      where: () => {
        throw new Error('unsure')
      },
    })
    bus.emitSync('note.made', hello)
    await expect(wait).rejects.toThrow('unsure')
    expect(bus.handlerCount()).toBe(0)
  })

  it('no abort listener stays after a wait, a stream or a subscription has ended', async () => {
    const { bus, clock } = setUp()
    const { signal } = new AbortController()
    const count = (): number => getEventListeners(signal, 'abort').length
    const event = bus.waitFor('note.made', { signal })
    const late = bus.waitFor('note.read', { signal, timeoutMs: 1 })
    const stream = bus.stream('note.made', { signal })
    const subscription = bus.on('note.made', () => {}, { signal })
    expect(count()).toBe(4)
    bus.emitSync('note.made', hello)
    await event
    await clock.advanceBy(1)
    await expect(late).rejects.toThrow('1 ms')
    await stream.return()
    subscription.unsubscribe()
    expect(count()).toBe(0)
  })

  it('an abandoned iterator holds no more than its capacity, and counts what it drops', () => {
    const { bus } = setUp({ history: 0 })
    const stream = bus.stream('note.made', { capacity: 10 })
    for (let count = 0; count < 10_000; count += 1) bus.emitSync('note.made', hello)
    expect([stream.size, stream.dropped]).toEqual([10, 9_990])
  })

  it('a throw inside for await detaches', async () => {
    const { bus } = setUp()
    const loop = async (): Promise<void> => {
      for await (const { data } of bus.stream('note.made')) throw new Error(data.text)
    }
    const looping = loop()
    bus.emitSync('note.made', hello)
    await expect(looping).rejects.toThrow('hello')
    expect(bus.handlerCount()).toBe(0)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s is no event, and may be a token, an id and a source',
    (name) => {
      const { bus } = setUp()
      expect(() => bus.emitSync(name as never, hello as never)).toThrow(coded('EVENT_UNKNOWN'))
      expect(() => bus.on(name as never, () => {})).toThrow(coded('EVENT_UNKNOWN'))
      expect(bus.off(name)).toBe(false)
      const log: string[] = []
      bus.on(`action.${name}.start`, ({ type }) => log.push(type), { id: name })
      bus.emitSync(`action.${name}.start`, hello, { source: name })
      bus.emitSync('action.other.start', hello)
      expect(log).toEqual([`action.${name}.start`])
      expect(bus.off(name)).toBe(true)
    },
  )

  it('nothing is left when the last listener has left', () => {
    const { bus } = setUp()
    const handles = [
      bus.on('note.made', () => {}),
      bus.on('note.*', () => {}, { id: 'named' }),
      bus.on('action.buy.start', () => {}),
      bus.onAny(() => {}),
    ]
    bus.once('note.made', () => {})
    bus.emitSync('note.made', hello)
    for (const handle of handles) handle.unsubscribe()
    expect(bus.handlerCount()).toBe(0)
    expect(bus.subscriptions()).toEqual([])
    expect(bus.handlerCount('note.made')).toBe(0)
  })

  it('no handler is made of text: the bus works where code from strings is forbidden', async () => {
    // How schemas are checked there is tested with the events.
    const original = globalThis.Function
    globalThis.Function = (() => {
      throw new EvalError('Code generation from strings disallowed for this context')
    }) as never
    try {
      const { bus } = setUp()
      const texts = textsOf(bus, 'note.made')
      for (let count = 0; count < 12; count += 1) bus.on('note.made', () => {})
      await bus.emit('note.made', hello)
      expect(texts).toEqual(['hello'])
    } finally {
      globalThis.Function = original
    }
  })

  it('a handler that emits its own event for ever is stopped, and a timer fires', async () => {
    const { bus, clock } = setUp()
    let calls = 0
    let fired = false
    clock.setTimer(1, () => {
      fired = true
    })
    bus.on('note.made', async () => {
      calls += 1
      await bus.emit('note.made', hello).catch(() => {})
    })
    await bus.emit('note.made', hello)
    expect(calls).toBe(101)
    await clock.advanceBy(1)
    expect(fired).toBe(true)
  })

  it('a pattern of many stars is matched in linear time', () => {
    const type = Array.from({ length: 128 }, () => 'a').join('.')
    const pattern = `${Array.from({ length: 127 }, () => '*').join('.')}.b`
    let steps = 0
    for (; steps < 10_000; steps += 1) {
      if (matchesPattern(pattern, type)) break
    }
    expect(steps).toBe(10_000)
  })

  it('a bound function has a subscription id, and its name where there is one', () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    class Book {
      add(): void {
        throw new Error('no')
      }
    }
    const book = new Book()
    const { id } = bus.on('note.made', book.add.bind(book))
    const [unnamed] = [
      (): void => {
        throw new Error('no')
      },
    ]
    bus.on('note.made', unnamed)
    bus.emitSync('note.made', hello)
    expect(errors).toMatchObject([{ subscriptionId: id, handler: 'bound add' }, { message: 'no' }])
    expect(errors[1]).not.toHaveProperty('handler')
  })
})
