import { getEventListeners } from 'node:events'
import { createBus, PermanentError, SimulatedClock, TemporaryError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { reconnecting } from '../../src/desk/reconnecting.ts'
import type { ReconnectingOptions } from '../../src/desk/reconnecting-options.ts'
import { coded, rest } from '../support/buses.ts'
import { fakeConnection, type FakeSocket, start } from './connection-fake.ts'

describe('reconnecting', () => {
  it('connects once the code that runs has come to rest', async () => {
    const { clock, connection, socket, told, contexts } = await fakeConnection()
    expect(connection.state).toBe('connecting')
    await clock.advanceBy(30)
    socket().open()
    expect(connection.state).toBe('connected')
    expect(told()).toEqual(['30 connected attempt=1'])
    expect(contexts).toMatchObject([{ attempt: 1, signal: { aborted: false } }])
    expect(connection.stats).toEqual({
      attempts: 1,
      connections: 1,
      received: 0,
      failed: 0,
      sent: 0,
      buffered: 0,
      unsent: 0,
    })
  })

  it('connects again when the connection is lost, with one chain of causes for each outage', async () => {
    const { clock, socket, sockets, told, events } = await fakeConnection({ venue: 'binance' })
    socket().open()
    await clock.advanceBy(10_000)
    socket().end(1006, 'gone')
    await clock.advanceBy(500)
    socket().open()
    expect(told()).toEqual([
      '0 connected attempt=1',
      '10000 disconnected code=1006 willReconnect=true',
      '10000 reconnecting attempt=2 delayMs=500',
      '10500 connected attempt=2',
    ])
    expect(sockets).toHaveLength(2)
    const [first, lost, waiting, again] = events
    expect(lost?.data).toEqual({
      timestamp: start + 10_000,
      venue: 'binance',
      endpoint: 'fake',
      code: '1006',
      reason: 'gone',
      willReconnect: true,
    })
    expect(events.every(({ source }) => source === 'connection')).toBe(true)
    expect(events.map(({ causationId }) => causationId)).toEqual([
      undefined,
      undefined,
      lost?.id,
      waiting?.id,
    ])
    expect(again?.correlationId).toBe(lost?.correlationId)
    expect(first?.correlationId).not.toBe(lost?.correlationId)
  })

  it('waits longer after each failure, and as before once a connection was stable', async () => {
    const { clock, socket, told } = await fakeConnection({ stableAfterMs: 5_000 })
    // A server that accepts and drops at once.
    for (let round = 0; round < 4; round += 1) {
      socket().open()
      await clock.advanceBy(10)
      socket().end()
      await clock.advanceBy(500 * 2 ** round)
    }
    socket().open()
    await clock.advanceBy(5_000)
    socket().end()
    const waits = told().filter((text) => text.includes('reconnecting'))
    expect(waits.map((text) => text.replace(/^\d+ /, ''))).toEqual([
      'reconnecting attempt=2 delayMs=500',
      'reconnecting attempt=3 delayMs=1000',
      'reconnecting attempt=4 delayMs=2000',
      'reconnecting attempt=5 delayMs=4000',
      'reconnecting attempt=2 delayMs=500',
    ])
  })

  it('tells once that a connection was lost, however often it cannot be made again', async () => {
    const { clock, socket, told } = await fakeConnection()
    socket().open()
    socket().end()
    await clock.advanceBy(500)
    socket().end()
    expect(told().slice(1)).toEqual([
      '0 disconnected willReconnect=true',
      '0 reconnecting attempt=2 delayMs=500',
      '500 warning code=connect_failed',
      '500 reconnecting attempt=3 delayMs=1000',
    ])
  })

  it('is not stable before its time', async () => {
    const { clock, socket, told } = await fakeConnection()
    socket().open()
    await clock.advanceBy(4_999)
    socket().end()
    await clock.advanceBy(500)
    socket().open()
    // The time of the first does not count for the second.
    await clock.advanceBy(4_999)
    socket().end()
    expect(told().at(-1)).toBe('10498 reconnecting attempt=3 delayMs=1000')
  })

  it('gives up after as many failures as it may have', async () => {
    const { clock, connection, socket, sockets, told } = await fakeConnection({ attempts: 2 })
    socket().end(1006)
    await clock.advanceBy(500)
    socket().say('error', { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
    expect(told()).toEqual([
      '0 warning code=connect_failed',
      '0 reconnecting attempt=2 delayMs=500',
      '500 warning code=connect_failed',
      '500 disconnected code=ECONNREFUSED willReconnect=false',
    ])
    expect(connection.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceBy(100_000)
    expect(sockets).toHaveLength(2)
    await connection.close()
    expect(told()).toHaveLength(4)
  })

  it('waits after an error without a code for the close that has one', async () => {
    const { clock, socket, events, told } = await fakeConnection()
    socket().open()
    socket().readyState = 3
    socket().say('error', { message: '', error: new TypeError('') })
    socket().say('error', { message: '' })
    expect(told()).toEqual(['0 connected attempt=1'])
    socket().end(1006, '')
    expect(told().slice(1)).toEqual([
      '0 disconnected code=1006 willReconnect=true',
      '0 reconnecting attempt=2 delayMs=500',
    ])
    expect(events[1]?.data).toMatchObject({ reason: 'Error: The socket has failed.' })
    // What the link waited with is gone: the next timer is that of the next attempt.
    expect(clock.pendingTimers).toBe(1)
  })

  it('waits for a second for that close, and not for one that it is closed before', async () => {
    const { clock, connection, socket, told } = await fakeConnection({ connectTimeoutMs: 5_000 })
    socket().say('error', { message: 'refused' })
    await clock.advanceBy(999)
    expect(told()).toEqual([])
    await clock.advanceBy(1)
    expect(told()).toEqual([
      '1000 warning code=connect_failed',
      '1000 reconnecting attempt=2 delayMs=500',
    ])
    await clock.advanceBy(500)
    socket().say('error')
    await connection.close()
    expect(told().at(-1)).toBe('1500 disconnected code=1000 willReconnect=false')
    expect(clock.pendingTimers).toBe(0)
  })

  it('says why an attempt has failed, without secrets', async () => {
    const { events } = await fakeConnection({}, () => {
      throw new SyntaxError('Invalid URL: wss://me:secret@host/?token=5')
    })
    expect(events[0]?.data).toMatchObject({
      code: 'connect_failed',
      message: 'Attempt 1 to connect to fake failed: SyntaxError: Invalid URL: wss://host',
      details: { endpoint: 'fake', attempt: 1 },
    })
  })

  it('waits as long as a temporary failure says', async () => {
    const { told } = await fakeConnection({}, async () => {
      throw new TemporaryError('too many', { retryAfterMs: 7_000 })
    })
    expect(told().at(-1)).toBe('0 reconnecting attempt=2 delayMs=7000')
  })

  it('waits by its backoff after a temporary failure that says nothing', async () => {
    const { told } = await fakeConnection({}, async () => {
      throw new TemporaryError('busy')
    })
    expect(told().at(-1)).toBe('0 reconnecting attempt=2 delayMs=500')
  })

  it('does not try again what cannot be mended', async () => {
    const { told, connection } = await fakeConnection({}, () =>
      Promise.reject(new PermanentError('no such account')),
    )
    expect(told()).toEqual([
      '0 warning code=connect_failed',
      '0 disconnected code=PERMANENT willReconnect=false',
    ])
    expect(connection.state).toBe('closed')
  })

  it.each([undefined, {}, { send: () => {} }, { send: () => {}, close: () => {} }])(
    'gives up if connect returns %j, which is no socket',
    async (wrong) => {
      const { told } = await fakeConnection({}, () => wrong as unknown as FakeSocket)
      expect(told().at(-1)).toBe('0 disconnected code=CONFIGURATION willReconnect=false')
    },
  )

  it('asks whether an end is worth another attempt', async () => {
    const asked: unknown[] = []
    const { clock, socket, told } = await fakeConnection({
      reconnectWhen: (end) => {
        asked.push(end)
        return end.code !== '1008'
      },
    })
    socket().open()
    socket().end(4_000, 'later')
    await clock.advanceBy(500)
    socket().open()
    socket().end(1_008, 'policy')
    expect(asked).toEqual([
      { code: '4000', reason: 'later' },
      { code: '1008', reason: 'policy' },
    ])
    expect(told().at(-1)).toBe('500 disconnected code=1008 willReconnect=false')
  })

  it('takes a question that fails for a yes, and says so', async () => {
    const { socket, told, events } = await fakeConnection({
      reconnectWhen: () => {
        throw new Error('oops')
      },
    })
    socket().open()
    socket().end()
    expect(told().slice(1)).toEqual([
      '0 warning code=reconnect_when_failed',
      '0 disconnected willReconnect=true',
      '0 reconnecting attempt=2 delayMs=500',
    ])
    expect(events[1]?.data).toMatchObject({
      message: 'reconnectWhen failed, which counts as a yes: Error: oops',
    })
    expect(events[2]?.causationId).toBeUndefined()
  })

  it('gives an attempt up that takes too long, and drops a socket that comes too late', async () => {
    const late: ((socket: FakeSocket) => void)[] = []
    const { clock, contexts, sockets, told } = await fakeConnection(
      { connectTimeoutMs: 2_000 },
      ({ attempt }, make) =>
        attempt === 1
          ? new Promise((resolve) => {
              late.push(() => resolve(make()))
            })
          : make(),
    )
    await clock.advanceBy(2_500)
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(told()).toEqual([
      '2000 warning code=connect_failed',
      '2000 reconnecting attempt=2 delayMs=500',
    ])
    late[0]!(sockets[0]!)
    await rest()
    const [alive, dropped] = sockets
    expect(dropped?.terminations).toBe(1)
    dropped?.open()
    expect(told()).toHaveLength(2)
    alive?.open()
    expect(told().at(-1)).toBe('2500 connected attempt=2')
  })

  it('ignores what a socket says that it has given up', async () => {
    const { clock, socket, sockets, messages, told, connection } = await fakeConnection({
      connectTimeoutMs: 1_000,
    })
    await clock.advanceBy(1_500)
    expect(sockets[0]?.terminations).toBe(1)
    socket().open()
    const before = told()
    sockets[0]?.open()
    sockets[0]?.receive('late')
    sockets[0]?.say('error', { error: new Error('late') })
    sockets[0]?.end(1006)
    expect(messages).toEqual([])
    expect(told()).toEqual(before)
    expect(connection.state).toBe('connected')
  })

  it('takes a socket that is open, or closed, already', async () => {
    const states = [3, 2, 1]
    const { clock, told } = await fakeConnection({}, async (_, make) => {
      const socket = make()
      socket.readyState = states.shift()!
      return socket
    })
    await clock.advanceBy(1_500)
    expect(told().filter((text) => !text.includes('reconnecting'))).toEqual([
      '0 warning code=connect_failed',
      '500 warning code=connect_failed',
      '1500 connected attempt=3',
    ])
  })

  it('opens a socket once, however often that says so', async () => {
    const { socket, told } = await fakeConnection()
    socket().open()
    socket().open()
    expect(told()).toHaveLength(1)
  })

  it('survives a socket that throws when it is dropped', async () => {
    const { clock, socket, sockets } = await fakeConnection({ connectTimeoutMs: 100 })
    socket().terminate = () => {
      throw new Error('not now')
    }
    await clock.advanceBy(600)
    expect(sockets).toHaveLength(2)
  })

  it('is not stopped by a bus that refuses its events', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock, allow: { 'system.*': ['nobody'] } })
    let attempts = 0
    using connection = reconnecting(bus, () => Promise.reject(new Error(`${(attempts += 1)}`)), {
      endpoint: 'fake',
      onMessage: () => {},
    })
    await clock.advanceBy(100_000)
    expect(attempts).toBeGreaterThan(3)
    expect(connection.state).toBe('waiting')
  })

  it('repeats its waits on a simulated clock, other ones for another endpoint or seed', async () => {
    const waitsOf = async (options: Partial<ReconnectingOptions>): Promise<string[]> => {
      const { clock, connection, told } = await fakeConnection({ backoff: {}, ...options }, () =>
        Promise.reject(new Error('down')),
      )
      await clock.advanceBy(20_000)
      connection[Symbol.dispose]()
      return told().filter((text) => text.includes('reconnecting'))
    }
    const once = await waitsOf({})
    expect(once.length).toBeGreaterThan(3)
    expect(await waitsOf({})).toEqual(once)
    expect(await waitsOf({ endpoint: 'other' })).not.toEqual(once)
    expect(await waitsOf({ seed: 7 })).not.toEqual(once)
  })

  it.each<[object, string]>([
    [{ url: 'a' }, 'reconnecting has no option "url".'],
    [{ endpoint: undefined }, 'endpoint must be a string that is not empty'],
    [{ onMessage: undefined }, 'onMessage must be a function, but is undefined.'],
    [{ attempts: 0 }, 'attempts must be a whole number of at least 1, but is 0.'],
    [{ reconnectWhen: 5 }, 'reconnectWhen must be a function, but is 5.'],
    [{ authenticate: 5 }, 'authenticate must be a function, but is 5.'],
    [{ connectTimeoutMs: 0 }, 'connectTimeoutMs must be more than 0.'],
    [{ stableAfterMs: -1 }, 'stableAfterMs must be a finite number of at least 0, but is -1.'],
    [{ staleAfterMs: 0 }, 'staleAfterMs must be more than 0.'],
    [{ pingIntervalMs: 0 }, 'pingIntervalMs must be more than 0.'],
    [{ pingPayload: 'ping' }, 'pingPayload is never sent without pingIntervalMs.'],
    [{ sendBuffer: -1 }, 'sendBuffer must be a whole number of at least 0, but is -1.'],
    [{ closeTimeoutMs: -1 }, 'closeTimeoutMs must be a finite number of at least 0'],
    [{ seed: 0.5 }, 'seed must be a whole number'],
    [{ venue: '' }, 'venue must be a string of 1 to 256 characters'],
    [{ source: '' }, 'source must be a string of 1 to 256 characters'],
    [{ signal: {} }, 'signal must be an AbortSignal'],
    [{ backoff: 5 }, 'The options of backoff must be an object, but are 5.'],
  ])('refuses %j', (change, message) => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const options = { endpoint: 'a', onMessage: () => {}, ...change } as ReconnectingOptions
    const connect = () => expect.fail('connected')
    expect(() => reconnecting(bus, connect, options)).toThrow(message)
    expect(() => reconnecting(bus, connect, options)).toThrow(coded('CONFIGURATION'))
    expect(clock.pendingTimers).toBe(0)
  })

  it('refuses what is no function to connect with', () => {
    const bus = createBus({ clock: new SimulatedClock() })
    expect(() =>
      reconnecting(bus, 'wss://host' as never, { endpoint: 'a', onMessage: () => {} }),
    ).toThrow('connect must be a function, but is "wss://host".')
  })
})

describe('Connection.close', () => {
  it('closes in order, and tells so last', async () => {
    const { clock, connection, socket, told } = await fakeConnection()
    socket().open()
    const closing = connection.close()
    expect(connection.state).toBe('closed')
    expect(connection.close()).toBe(closing)
    await closing
    expect(socket().closes).toBe(1)
    expect(socket().terminations).toBe(0)
    expect(told().at(-1)).toBe('0 disconnected code=1000 willReconnect=false')
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not wait for a server that does not answer', async () => {
    const { clock, connection, socket, messages } = await fakeConnection({ closeTimeoutMs: 300 })
    socket().open()
    socket().answersClose = false
    let closed = false
    const closing = connection.close().then(() => (closed = true))
    socket().receive('too late')
    await clock.advanceBy(299)
    expect(closed).toBe(false)
    await clock.advanceBy(1)
    await closing
    expect(socket().terminations).toBe(1)
    expect(messages).toEqual([])
  })

  it('drops a socket that cannot be closed in order', async () => {
    const { clock, connection, socket } = await fakeConnection()
    socket().open()
    socket().close = () => {
      throw new Error('no')
    }
    await connection.close()
    expect(socket().terminations).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends an attempt', async () => {
    const { clock, connection, socket, contexts, told } = await fakeConnection()
    await connection[Symbol.asyncDispose]()
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(socket().terminations).toBe(1)
    expect(told()).toEqual(['0 disconnected code=1000 willReconnect=false'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends before the first attempt was made', async () => {
    const clock = new SimulatedClock()
    const bus = createBus({ clock })
    const connection = reconnecting(bus, () => expect.fail('connected'), {
      endpoint: 'a',
      onMessage: () => {},
    })
    await connection.close()
    expect(connection.stats.attempts).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends a wait', async () => {
    const { clock, connection, socket, sockets, told } = await fakeConnection()
    socket().open()
    socket().end()
    expect(connection.state).toBe('waiting')
    await connection.close()
    expect(told().at(-1)).toBe('0 disconnected code=1000 willReconnect=false')
    await clock.advanceBy(100_000)
    expect(sockets).toHaveLength(1)
  })

  it.each(['connect_failed', 'reconnect_when_failed'])(
    'may be called by a handler of the warning %s',
    async (code) => {
      const { bus, clock, connection, socket, told } = await fakeConnection({
        reconnectWhen: () => {
          if (code === 'connect_failed') return true
          throw new Error('oops')
        },
      })
      bus.on('system.warning', ({ data }) => {
        if (data.code === code) void connection.close()
      })
      socket().end()
      await rest()
      expect(told().filter((text) => !text.includes('warning'))).toEqual([
        '0 disconnected code=1000 willReconnect=false',
      ])
      expect(connection.state).toBe('closed')
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it.each(['connected', 'disconnected', 'reconnecting', 'feed_stale'] as const)(
    'may be called by a handler of system.%s',
    async (name) => {
      const { bus, clock, connection, socket, sockets, told } = await fakeConnection({
        staleAfterMs: 1_000,
      })
      bus.on(`system.${name}`, () => void connection.close())
      socket().open()
      await clock.advanceBy(10_000)
      expect(connection.state).toBe('closed')
      expect(told().at(-1)).toContain('disconnected code=1000 willReconnect=false')
      expect(sockets).toHaveLength(1)
      const waits = told().filter((text) => text.includes('reconnecting'))
      expect(waits).toHaveLength(name === 'reconnecting' ? 1 : 0)
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it('may be called by the handler of a message', async () => {
    const messages: unknown[] = []
    const { connection, socket, told } = await fakeConnection({
      onMessage: (message) => {
        messages.push(message)
        void connection.close()
      },
    })
    socket().open()
    socket().receive('a')
    socket().receive('b')
    await rest()
    expect(messages).toEqual(['a'])
    expect(told().at(-1)).toBe('0 disconnected code=1000 willReconnect=false')
  })

  it('is called by the signal, which is let go of then', async () => {
    const controller = new AbortController()
    const { connection } = await fakeConnection({ signal: controller.signal })
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort()
    expect(connection.state).toBe('closed')
    const other = new AbortController()
    const { connection: second } = await fakeConnection({ signal: other.signal })
    await second.close()
    expect(getEventListeners(other.signal, 'abort')).toHaveLength(0)
  })

  it('is called at once by a signal that was aborted before', async () => {
    const { connection, sockets, told } = await fakeConnection({ signal: AbortSignal.abort() })
    expect(connection.state).toBe('closed')
    expect(sockets).toEqual([])
    expect(told()).toEqual(['0 disconnected code=1000 willReconnect=false'])
  })

  it('follows the end of the bus', async () => {
    const { bus, clock, connection, socket, sockets, messages } = await fakeConnection()
    socket().open()
    await bus.close()
    socket().receive('nobody to tell')
    await rest()
    expect(messages).toEqual([])
    expect(connection.state).toBe('closed')
    expect(sockets).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('follows the end of the bus when the connection is lost, or it waits', async () => {
    const lost = await fakeConnection()
    await lost.bus.close()
    lost.socket().end()
    expect(lost.connection.state).toBe('closed')
    const waiting = await fakeConnection()
    waiting.socket().end()
    await waiting.bus.close()
    await waiting.clock.advanceBy(100_000)
    expect(waiting.connection.state).toBe('closed')
    expect(waiting.sockets).toHaveLength(1)
  })
})
