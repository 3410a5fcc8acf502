import { describe, expect, it } from 'vitest'
import { coded, errorsOf, hello, rest, setUp, textsOf } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

describe('idle', () => {
  it('resolves at once where nothing is in flight', async () => {
    const { bus } = setUp()
    await bus.idle()
    bus.on('note.made', () => {})
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(bus.closed).toBe(false)
  })

  it('resolves once everything that is in flight has settled, for all who wait', async () => {
    const { bus, clock } = setUp()
    const log: string[] = []
    bus.on('note.made', async ({ data }) => {
      await clock.sleep(Number(data.text))
      log.push(data.text)
    })
    for (const text of ['30', '10', '20']) bus.emitSync('note.made', { text })
    const waits = [1, 2].map(async (name) => {
      await bus.idle()
      log.push(`idle ${name}`)
    })
    await clock.advanceBy(40)
    await Promise.all(waits)
    expect(log).toEqual(['10', '20', '30', 'idle 1', 'idle 2'])
  })

  it('waits for the handlers of the system.error of a handler, too', async () => {
    const { bus } = setUp()
    const log: string[] = []
    bus.on('system.error', async () => {
      await rest()
      log.push('error handled')
    })
    bus.on('note.made', async () => {
      await rest()
      throw new Error('later')
    })
    bus.emitSync('note.made', hello)
    await bus.idle()
    expect(log).toEqual(['error handled'])
  })

  it('waits for those that are in flight when others settle in between', async () => {
    const { bus } = setUp()
    const gates = new Map(['a', 'b', 'c'].map((name) => [name, Promise.withResolvers<void>()]))
    bus.on('note.made', ({ data }) => gates.get(data.text)!.promise)
    for (const text of gates.keys()) bus.emitSync('note.made', { text })
    let idle = false
    const wait = bus.idle().then(() => {
      idle = true
      return idle
    })
    for (const name of ['b', 'c', 'a']) {
      expect(idle).toBe(false)
      gates.get(name)!.resolve()
      await rest()
    }
    expect(await wait).toBe(true)
  })
})

describe('close', () => {
  it('refuses what comes after it', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    const closing = bus.close()
    expect(bus.closed).toBe(true)
    const closed = { code: 'BUS_CLOSED' }
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    await expect(bus.emit('note.made', hello)).rejects.toMatchObject(closed)
    await expect(bus.emitSerial('note.made', hello)).rejects.toMatchObject(closed)
    await expect(bus.emitBatch([{ type: 'note.made', data: hello }])).rejects.toMatchObject(closed)
    await expect(bus.waitFor('note.made')).rejects.toMatchObject(closed)
    expect(() => bus.on('note.made', () => {})).toThrow(coded('BUS_CLOSED'))
    expect(() => bus.once('*', () => {})).toThrow(coded('BUS_CLOSED'))
    expect(() => bus.stream('note.made')).toThrow(coded('BUS_CLOSED'))
    expect(() => bus.forward(setUp({ run: 'other' }).bus)).toThrow(coded('BUS_CLOSED'))
    expect(() => bus.clear('note.made')).toThrow(coded('BUS_CLOSED'))
    await closing
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    expect(texts).toEqual([])
  })

  it('resolves once every handler has settled and every subscription is gone', async () => {
    const { bus } = setUp()
    const log: string[] = []
    const subscription = bus.on('note.made', async () => {
      await rest()
      log.push('handled')
    })
    bus.emitSync('note.made', hello)
    const closing = bus.close().then(() => log.push('closed'))
    expect(subscription.active).toBe(true)
    await closing
    expect(log).toEqual(['handled', 'closed'])
    expect(subscription.active).toBe(false)
    expect([bus.handlerCount(), bus.clear()]).toEqual([0, 0])
  })

  it('still tells of a handler that fails while it drains', async () => {
    const { bus } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', async () => {
      await rest()
      throw new Error('at the end')
    })
    bus.emitSync('note.made', hello)
    await bus.close()
    expect(errors).toMatchObject([{ message: 'at the end' }])
    expect(bus.history.size).toBe(2)
  })

  it('refuses what a handler emits while it drains', async () => {
    const { bus } = setUp()
    const refusals: unknown[] = []
    bus.on('note.made', async () => {
      await rest()
      await bus.emit('note.read', hello).catch((error: unknown) => refusals.push(error))
    })
    bus.emitSync('note.made', hello)
    await bus.close()
    expect(refusals).toEqual([coded('BUS_CLOSED')])
  })

  it('lets a serial emission come to its end', async () => {
    const { bus } = setUp()
    const log: string[] = []
    for (const name of ['a', 'b']) {
      bus.on('note.made', async () => {
        await rest()
        log.push(name)
      })
    }
    void bus.emitSerial('note.made', hello)
    await bus.close()
    expect(log).toEqual(['a', 'b'])
  })

  it('closes once, whoever asks and however often', async () => {
    const { bus } = setUp()
    const first = bus.close()
    expect(bus.close()).toBe(first)
    await first
    await bus.close()
    expect(bus.closed).toBe(true)
  })

  it('comes with await using', async () => {
    const { bus } = setUp()
    {
      await using disposed = bus
      expect(disposed.closed).toBe(false)
    }
    expect(bus.closed).toBe(true)
  })

  it('leaves history and counts to be read', async () => {
    const { bus } = setUp()
    bus.emitSync('note.made', hello)
    await bus.close()
    expect(bus.history.query()).toHaveLength(1)
    expect(bus.eventCounts().get('note.made')).toBe(1)
    expect(bus.handlerCount('note.made')).toBe(0)
  })

  it('refuses an emission whose middleware closes the bus', async () => {
    const { bus } = setUp()
    const texts = textsOf(bus, 'note.made')
    bus.use({ before: () => void bus.close() })
    expect(() => bus.emitSync('note.made', hello)).toThrow(coded('BUS_CLOSED'))
    await bus.close()
    expect(texts).toEqual([])
  })
})

describe('WAIT_ENDED', () => {
  it('rejects a wait whose subscription is ended from outside, and leaves nothing behind', async () => {
    const { bus, clock } = setUp()
    const wait = bus.waitFor('note.made', { timeoutMs: 5 })
    expect(bus.off('wait-1')).toBe(true)
    await expect(wait).rejects.toMatchObject({ code: 'WAIT_ENDED', pattern: 'note.made' })
    expect([bus.handlerCount(), clock.pendingTimers]).toEqual([0, 0])
  })

  it('ends a stream, too, after what it holds', async () => {
    const { bus } = setUp()
    const stream = bus.stream('note.made')
    bus.emitSync('note.made', hello)
    bus.off('stream-1')
    expect((await stream.next()).value?.data).toEqual(hello)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a refusal that nobody awaits', () => {
  it('goes to the last resort, and is no unhandled rejection', async () => {
    const { bus, lastResort } = setUp()
    const unhandled = await unhandledDuring(() => {
      void bus.emit('note.made', {} as never)
      void bus.emitSerial('note.unmade' as never, hello as never)
      void bus.emitBatch(5 as never)
    })
    expect(unhandled).toEqual([])
    expect(lastResort.map(({ context }) => context.origin)).toEqual(Array(3).fill('emission'))
    expect(lastResort.map(({ error }) => error)).toEqual([
      coded('EVENT_INVALID'),
      coded('EVENT_UNKNOWN'),
      coded('CONFIGURATION'),
    ])
  })

  it('stays with whoever awaits it, catches it or returns it from a handler', async () => {
    const { bus, lastResort } = setUp()
    const errors = errorsOf(bus)
    bus.on('note.made', () => bus.emit('note.read', {} as never))
    bus.on('note.made', async () => bus.emit('note.read', {} as never))
    await bus.emit('note.made', hello)
    await bus.emit('note.read', {} as never).catch(() => {})
    await expect(bus.emit('note.read', {} as never)).rejects.toThrow('text')
    await rest()
    expect(lastResort).toEqual([])
    expect(errors).toHaveLength(2)
  })
})

describe('a failure that nobody hears', () => {
  it('goes to the last resort as well as into the history', async () => {
    const { bus, lastResort } = setUp()
    bus.on('note.made', () => {
      throw new Error('unheard')
    })
    await bus.emit('note.made', hello)
    expect(lastResort).toMatchObject([
      { error: { cause: new Error('unheard') }, context: { origin: 'handler' } },
    ])
    expect(bus.eventCounts().get('system.error')).toBe(1)
  })
})
