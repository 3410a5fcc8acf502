import { createBus, SimulatedClock, type TradewireEvent } from 'tradewire'
import { createLegacyAdapter, type LegacyAdapterOptions, type NoMapping } from 'tradewire/legacy'
import { describe, expect, it, vi } from 'vitest'
import { connected, spy, waiting } from './support.ts'

const setUp = (options?: LegacyAdapterOptions<NoMapping>, maxDepth = 100) => {
  const bus = createBus({ clock: new SimulatedClock(), onError: () => {}, maxDepth })
  const errors: TradewireEvent[] = []
  bus.on('system.error', (event) => errors.push(event))
  return { bus, adapter: createLegacyAdapter(bus, options), errors }
}

describe('LegacyAdapter with names that the catalog does not know', () => {
  it('passes on every argument', () => {
    const { adapter } = setUp()
    const listener = spy()
    adapter.on('heartbeat', listener)
    adapter.emit('heartbeat', 1, undefined, { a: 2 }, null, 5, 6, 7)
    adapter.emit('heartbeat')
    expect(listener.mock.calls).toEqual([[1, undefined, { a: 2 }, null, 5, 6, 7], []])
  })

  it('lets everybody hear an emission before what a listener emits in answer', () => {
    const { adapter } = setUp()
    const heard: unknown[] = []
    adapter.on('outer', () => adapter.emit('inner'))
    adapter.on('inner', () => heard.push('inner'))
    adapter.on('outer', () => heard.push('outer'))
    expect(adapter.emit('outer')).toBe(true)
    expect(heard).toEqual(['outer', 'inner'])
  })

  it('keeps one order with names that the catalog knows', () => {
    const { bus, adapter } = setUp()
    const heard: string[] = []
    adapter.on('order_note', () => heard.push('note'))
    adapter.on('connected', () => adapter.emit('order_note'))
    bus.on('system.connected', () => heard.push('connected'))
    adapter.emit('connected', connected)
    expect(heard).toEqual(['connected', 'note'])
    heard.length = 0
    adapter.on('start', () => adapter.emit('connected', connected))
    adapter.on('start', () => heard.push('start'))
    adapter.emit('start')
    expect(heard).toEqual(['start', 'connected', 'note'])
  })

  it('calls its listeners again after a stack overflow', () => {
    const { adapter } = setUp()
    let calls = 0
    adapter.on('heartbeat', () => (calls += 1))
    const dive = (): void => {
      try {
        dive()
      } finally {
        // At each depth the stack ends somewhere else.
        try {
          adapter.emit('heartbeat')
          adapter.emit('connected', connected)
        } catch {}
      }
    }
    expect(dive).toThrow(RangeError)
    calls = 0
    expect(adapter.emit('heartbeat')).toBe(true)
    expect(calls).toBe(1)
  })

  it('turns the failure of a listener into a system error, and calls the others', async () => {
    const { bus, adapter, errors } = setUp()
    const after = spy()
    adapter.on('heartbeat', function beat() {
      throw new RangeError('too fast')
    })
    adapter.on('heartbeat', async () => {
      await Promise.resolve()
      throw 'text'
    })
    adapter.on('heartbeat', after)
    adapter.emit('heartbeat')
    expect(after).toHaveBeenCalledTimes(1)
    await vi.waitFor(() => expect(errors).toHaveLength(2), waiting)
    const timestamp = bus.clock.now()
    expect(errors.map(({ data }) => data)).toEqual([
      { timestamp, name: 'RangeError', message: 'too fast', handler: 'beat of heartbeat' },
      { timestamp, name: 'NonError', message: 'text', handler: 'a listener of heartbeat' },
    ])
    expect(errors[0]!.source).toBe('legacy')
  })

  it('says in the system error of a symbol which it was, in at most 256 characters', () => {
    const { adapter, errors } = setUp()
    const fail = (): never => {
      throw new Error('failed')
    }
    for (const name of [Symbol('key'), 'n'.repeat(300)]) adapter.on(name, fail).emit(name)
    expect(errors.map(({ data }) => data)).toMatchObject([
      { handler: 'fail of Symbol(key)' },
      { handler: `fail of ${'n'.repeat(248)}` },
    ])
  })

  it('reports what a listener throws that cannot be read or printed', () => {
    const { adapter, errors } = setUp()
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    )
    adapter.on('heartbeat', () => {
      throw hostile
    })
    adapter.emit('heartbeat')
    expect(errors.map(({ data }) => data)).toMatchObject([
      { name: 'NonError', message: 'a thrown value that cannot be printed' },
    ])
  })

  it('catches the rejection of a thenable that is no promise', async () => {
    const { adapter, errors } = setUp()
    const thenable = Object.assign(() => {}, {
      // eslint-disable-next-line unicorn/no-thenable -- what is tested.
      then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('thenable')),
    })
    adapter.on('heartbeat', () => thenable)
    adapter.on('heartbeat', () => ({ plain: true }))
    adapter.on('heartbeat', () => null)
    adapter.emit('heartbeat')
    await vi.waitFor(() => expect(errors).toHaveLength(1), waiting)
    expect(errors[0]!.data).toMatchObject({ message: 'thenable' })
  })

  it('tells onError in place of the bus, if it is given', () => {
    const onError = spy()
    const { adapter, errors } = setUp({ onError })
    const failure = new Error('failed')
    adapter.subscribe('pulse', 'heartbeat', () => {
      throw failure
    })
    adapter.emit('heartbeat')
    expect(onError.mock.calls).toEqual([[failure, { name: 'heartbeat', handler: 'pulse' }]])
    expect(errors).toEqual([])
  })

  it('writes a failure that cannot be reported to the console', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {})
    const failure = new Error('failed')
    const worse = new Error('worse')
    const failing = setUp({
      onError: () => {
        throw worse
      },
    })
    failing.adapter.on('heartbeat', () => {
      throw failure
    })
    failing.adapter.emit('heartbeat')
    expect(written.mock.calls).toEqual([
      ['tradewire: a listener of "heartbeat" failed, and so did its report.', failure, worse],
    ])
    const closed = setUp()
    closed.adapter.on('heartbeat', () => {
      throw failure
    })
    await closed.bus.close()
    closed.adapter.emit('heartbeat')
    expect(written.mock.calls[1]![2]).toMatchObject({ code: 'BUS_CLOSED' })
    written.mockRestore()
  })

  it('writes it to the console if onError rejects', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {})
    const [failure, worse] = [new Error('failed'), new Error('worse')]
    const { adapter } = setUp({ onError: () => Promise.reject(worse) })
    adapter.on('heartbeat', () => {
      throw failure
    })
    adapter.emit('heartbeat')
    await vi.waitFor(
      () =>
        expect(written.mock.calls).toEqual([
          ['tradewire: a listener of "heartbeat" failed, and so did its report.', failure, worse],
        ]),
      waiting,
    )
    written.mockRestore()
  })

  it('ends a cycle of listeners that answer each other, by the maxDepth of the bus', () => {
    const onError = spy()
    const { adapter } = setUp({ onError }, 5)
    let calls = 0
    adapter.on('ping', () => {
      calls += 1
      adapter.emit('pong')
    })
    adapter.on('pong', () => adapter.emit('ping'))
    adapter.emit('ping')
    expect(calls).toBe(3)
    expect(onError.mock.calls).toMatchObject([[{ code: 'EMIT_DEPTH' }, { name: 'pong' }]])
    adapter.emit('ping')
    expect(calls).toBe(6)
  })

  it('bounds what listeners may emit during one dispatch', () => {
    const onError = spy()
    const { adapter } = setUp({ onError })
    let heard = 0
    adapter.on('flood', () => {
      for (let index = 0; index <= 100_000; index += 1) adapter.emit('drop')
    })
    adapter.on('drop', () => (heard += 1))
    adapter.emit('flood')
    expect(heard).toBe(100_000)
    expect(onError.mock.calls).toMatchObject([[{ code: 'EMIT_QUEUE_FULL' }, { name: 'flood' }]])
  })

  it('writes a failure to the console where the bus has no room for its report', () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { adapter } = setUp({}, 1)
    adapter.on('ping', () => adapter.emit('pong'))
    adapter.on('pong', () => {
      throw new Error('failed')
    })
    adapter.emit('ping')
    expect(written.mock.calls).toMatchObject([
      [expect.stringContaining('"pong"'), { message: 'failed' }, { code: 'EMIT_DEPTH' }],
    ])
    written.mockRestore()
  })

  it('goes on once the bus is closed', async () => {
    const { bus, adapter } = setUp()
    await bus.close()
    const listener = spy()
    adapter.on('heartbeat', listener).emit('heartbeat')
    expect(listener).toHaveBeenCalledTimes(1)
    expect(() => adapter.emit('connected', connected)).toThrow(/closed/)
  })
})
