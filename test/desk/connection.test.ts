import { describe, expect, it } from 'vitest'
import { ConnectionError } from '../../src/desk/connection.ts'
import { coded, rest } from '../support/buses.ts'
import { fakeConnection, start } from './connection-fake.ts'

describe('Connection.send', () => {
  it('sends while it is connected, and refuses else', async () => {
    const { connection, socket } = await fakeConnection()
    expect(() => connection.send('early')).toThrow(
      'Nothing can be sent to fake while the connection is connecting: wait for system.connected, or let messages wait with sendBuffer.',
    )
    socket().open()
    connection.send('now')
    expect(socket().sent).toEqual(['now'])
    expect(connection.stats.sent).toBe(1)
    // The close frame has come in, the event has not.
    socket().readyState = 2
    expect(() => connection.send('late')).toThrow(coded('CONNECTION_CLOSED'))
    await connection.close()
    expect(() => connection.send('never')).toThrow(ConnectionError)
    expect(() => connection.send('never')).toThrow('while the connection is closed: make another')
  })

  it('lets as many messages wait as it may, and sends them in order', async () => {
    const { connection, socket } = await fakeConnection({ sendBuffer: 2 })
    connection.send('a')
    connection.send('b')
    expect(connection.stats).toMatchObject({ sent: 0, buffered: 2, unsent: 0 })
    expect(() => connection.send('c')).toThrow('2 messages wait already, as many as sendBuffer')
    connection.subscribe('trades', 'SUB')
    socket().open()
    expect(socket().sent).toEqual(['SUB', 'a', 'b'])
    expect(connection.stats).toMatchObject({ sent: 3, buffered: 0 })
  })

  it('keeps what could not be sent for the next connection', async () => {
    const { clock, connection, socket, told } = await fakeConnection({ sendBuffer: 2 })
    connection.send('a')
    socket().send = () => {
      throw new Error('broken pipe')
    }
    socket().open()
    await clock.advanceBy(500)
    socket().open()
    expect(socket().sent).toEqual(['a'])
    expect(told()).toEqual([
      '0 warning code=connect_failed',
      '0 reconnecting attempt=2 delayMs=500',
      '500 connected attempt=2',
    ])
  })

  it('counts what was never sent', async () => {
    const { connection } = await fakeConnection({ sendBuffer: 2 })
    connection.send('a')
    await connection.close()
    expect(connection.stats).toMatchObject({ buffered: 0, unsent: 1 })
  })

  it('passes on what the socket throws', async () => {
    const { connection, socket } = await fakeConnection()
    socket().open()
    socket().send = () => {
      throw new TypeError('no text')
    }
    expect(() => connection.send('a')).toThrow('no text')
    expect(connection.state).toBe('connected')
    expect(connection.stats.sent).toBe(0)
  })
})

describe('Connection.subscribe', () => {
  it('sends subscriptions again after each connection, in the order of their keys', async () => {
    const { clock, connection, socket } = await fakeConnection()
    let count = 0
    connection.subscribe('a', 'A')
    connection.subscribe('b', () => `B${(count += 1)}`)
    socket().open()
    connection.subscribe('c', 'C')
    connection.subscribe('a', 'A2')
    expect(socket().sent).toEqual(['A', 'B1', 'C', 'A2'])
    socket().end()
    expect(connection.unsubscribe('c', 'not C')).toBe(true)
    await clock.advanceBy(500)
    socket().open()
    expect(socket().sent).toEqual(['A2', 'B2'])
    expect(connection.unsubscribe('b', () => 'not B')).toBe(true)
    expect(connection.unsubscribe('b')).toBe(false)
    expect(socket().sent.at(-1)).toBe('not B')
    expect(socket().sent).toHaveLength(3)
  })

  it('has sent them before system.connected is heard', async () => {
    const { bus, connection, socket } = await fakeConnection()
    connection.subscribe('a', 'A')
    bus.on('system.connected', () => connection.send('after'))
    socket().open()
    expect(socket().sent).toEqual(['A', 'after'])
  })

  it('is refused once it is closed', async () => {
    const { connection } = await fakeConnection()
    await connection.close()
    expect(() => connection.subscribe('a', 'A')).toThrow(coded('CONNECTION_CLOSED'))
  })

  it('may make a message that closes the connection', async () => {
    const { connection, socket, told } = await fakeConnection()
    connection.subscribe('a', () => {
      void connection.close()
      return 'A'
    })
    socket().open()
    await rest()
    expect(told()).toEqual(['0 disconnected code=1000 willReconnect=false'])
  })
})

describe('onMessage', () => {
  it('gets text and bytes, and when they came in', async () => {
    const got: unknown[] = []
    const { clock, connection, socket } = await fakeConnection({
      onMessage: (message, context) => {
        got.push([message, context])
      },
    })
    socket().open()
    await clock.advanceBy(5)
    socket().receive('text')
    socket().receive(new Uint8Array([1, 2]))
    socket().receive(new Uint8Array([3]).buffer)
    const context = { receivedAt: start + 5 }
    expect(got).toEqual([
      ['text', context],
      [new Uint8Array([1, 2]), context],
      [new Uint8Array([3]), context],
    ])
    expect(connection.stats).toMatchObject({ received: 3, failed: 0 })
  })

  it('may fail, which is counted and told, and ends nothing', async () => {
    const { clock, connection, socket, events } = await fakeConnection({
      onMessage: (message) => JSON.parse(String(message)) as unknown,
    })
    socket().open()
    socket().receive('{"a":1}')
    for (const text of ['{"a":', 'x', 'y']) socket().receive(text)
    socket().receive({ size: 5 })
    expect(connection.state).toBe('connected')
    expect(connection.stats).toMatchObject({ received: 5, failed: 4 })
    const warnings = () => events.filter(({ type }) => type === 'system.warning')
    expect(warnings()).toMatchObject([
      {
        causationId: undefined,
        data: { code: 'message_failed', details: { endpoint: 'fake', failed: 1 } },
      },
    ])
    await clock.advanceBy(10_000)
    expect(warnings()).toMatchObject([
      {},
      {
        data: {
          message: expect.stringMatching(
            /^3 messages of fake could not be handled: SyntaxError: Unexpected token 'x'/,
          ),
          details: { failed: 3 },
        },
      },
    ])
    await clock.advanceBy(100_000)
    socket().receive({ size: 5 })
    expect(warnings()).toHaveLength(3)
    expect(warnings()[2]?.data).toMatchObject({
      message:
        '1 messages of fake could not be handled: TypeError: A message must be text or bytes, but is an object. Set the binaryType of the socket to arraybuffer.',
    })
  })

  it('tells when it closes what was not told yet', async () => {
    const { clock, connection, socket, told } = await fakeConnection({
      onMessage: () => {
        throw new Error('no')
      },
    })
    socket().open()
    for (let count = 0; count < 5; count += 1) socket().receive('x')
    await connection.close()
    expect(told().filter((text) => text.includes('message_failed'))).toHaveLength(2)
    expect(clock.pendingTimers).toBe(0)
  })

  it('may be asynchronous, and fail then, also after the end', async () => {
    const failures: ((error: Error) => void)[] = []
    const { clock, connection, socket, events } = await fakeConnection({
      onMessage: () =>
        new Promise((_, reject) => {
          failures.push(reject)
        }),
    })
    socket().open()
    socket().receive('a')
    socket().receive('b')
    failures[0]!(new Error('later'))
    await rest()
    expect(connection.stats.failed).toBe(1)
    await connection.close()
    failures[1]!(new Error('after the end'))
    await rest()
    expect(connection.stats.failed).toBe(2)
    expect(events.at(-1)?.data).toMatchObject({ message: expect.stringContaining('after the end') })
    expect(clock.pendingTimers).toBe(0)
  })

  it('may return what is no promise', async () => {
    const { connection, socket } = await fakeConnection({ onMessage: () => ['a'] })
    socket().open()
    socket().receive('a')
    await rest()
    expect(connection.stats.failed).toBe(0)
  })
})

describe('staleAfterMs', () => {
  it('gives up a connection on which nothing comes in, with system.feed_stale', async () => {
    const { clock, socket, sockets, told, events } = await fakeConnection({ staleAfterMs: 2_000 })
    socket().open()
    await clock.advanceBy(1_500)
    socket().receive('a')
    await clock.advanceBy(1_999)
    expect(told()).toHaveLength(1)
    await clock.advanceBy(1)
    expect(told().slice(1)).toEqual([
      '3500 feed_stale ageMs=2000',
      '3500 disconnected code=STALE willReconnect=true',
      '3500 reconnecting attempt=2 delayMs=500',
    ])
    expect(events[1]?.data).toMatchObject({
      endpoint: 'fake',
      lastReceivedAt: start + 1_500,
      thresholdMs: 2_000,
    })
    expect(events[2]).toMatchObject({
      causationId: events[1]?.id,
      data: { reason: 'No message came in for 2000 ms.' },
    })
    expect(sockets[0]?.terminations).toBe(1)
  })

  it('does not look before the socket is open', async () => {
    const { clock, told } = await fakeConnection({ staleAfterMs: 100, connectTimeoutMs: 500 })
    await clock.advanceBy(500)
    expect(told()).toEqual([
      '500 warning code=connect_failed',
      '500 reconnecting attempt=2 delayMs=500',
    ])
  })
})

describe('pingIntervalMs', () => {
  it('sends the payload as often', async () => {
    let count = 0
    const { clock, connection, socket } = await fakeConnection({
      pingIntervalMs: 1_000,
      pingPayload: () => `ping ${(count += 1)}`,
    })
    socket().open()
    await clock.advanceBy(3_000)
    expect(socket().sent).toEqual(['ping 1', 'ping 2', 'ping 3'])
    expect(connection.stats.sent).toBe(0)
    await connection.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('pings by the protocol where there is no payload', async () => {
    const { clock, socket } = await fakeConnection({ pingIntervalMs: 1_000 })
    let pings = 0
    Object.assign(socket(), { ping: () => (pings += 1) })
    socket().open()
    await clock.advanceBy(2_000)
    expect(pings).toBe(2)
  })

  it('is of no use with a socket that cannot ping', async () => {
    const { clock, connection, socket, events } = await fakeConnection({ pingIntervalMs: 1_000 })
    socket().open()
    await clock.advanceBy(1_000)
    expect(connection.state).toBe('closed')
    expect(events.at(-1)?.data).toMatchObject({
      code: 'CONFIGURATION',
      reason: expect.stringContaining('Give pingPayload'),
    })
  })

  it('ends a connection on which the ping fails', async () => {
    const { clock, socket, told } = await fakeConnection({
      pingIntervalMs: 1_000,
      pingPayload: 'ping',
    })
    socket().open()
    socket().send = () => {
      throw Object.assign(new Error('broken'), { code: 'EPIPE' })
    }
    await clock.advanceBy(1_000)
    expect(told().at(-2)).toBe('1000 disconnected code=EPIPE willReconnect=true')
  })
})

describe('authenticate', () => {
  it('stands between the socket and the subscriptions', async () => {
    const gate = Promise.withResolvers<{ accountId: string; token: string }>()
    const { connection, socket, told, events, messages } = await fakeConnection({
      authenticate: (socket) => {
        socket.send('LOGIN')
        return gate.promise
      },
    })
    connection.subscribe('a', 'A')
    socket().open()
    expect(connection.state).toBe('authenticating')
    expect(() => connection.send('x')).toThrow('while the connection is authenticating')
    socket().receive('hello')
    expect(messages).toEqual(['hello'])
    expect(socket().sent).toEqual(['LOGIN'])
    gate.resolve({ accountId: 'main', token: 'secret' })
    await rest()
    expect(connection.state).toBe('connected')
    expect(socket().sent).toEqual(['LOGIN', 'A'])
    expect(told()).toEqual(['0 connected attempt=1', '0 authenticated accountId=main'])
    expect(events[1]?.causationId).toBe(events[0]?.id)
    expect(events[1]?.data).not.toHaveProperty('token')
  })

  it('may tell no account', async () => {
    const { socket, told } = await fakeConnection({ authenticate: async () => {} })
    socket().open()
    await rest()
    expect(told()).toEqual(['0 connected attempt=1', '0 authenticated'])
  })

  it('is tried again when it fails', async () => {
    const { clock, socket, told, connection } = await fakeConnection({
      authenticate: async () => {
        throw new Error('bad nonce')
      },
      attempts: 2,
    })
    socket().open()
    await rest()
    await clock.advanceBy(500)
    socket().open()
    await rest()
    expect(told()).toEqual([
      '0 connected attempt=1',
      '0 disconnected code=AUTHENTICATION_FAILED willReconnect=true',
      '0 reconnecting attempt=2 delayMs=500',
      '500 connected attempt=2',
      '500 disconnected code=AUTHENTICATION_FAILED willReconnect=false',
    ])
    expect(connection.state).toBe('closed')
  })

  it('must name an account that an event can hold', async () => {
    const { socket, events, connection } = await fakeConnection({
      authenticate: async () => ({ accountId: '' }),
    })
    socket().open()
    await rest()
    expect(connection.state).toBe('closed')
    expect(events.at(-1)?.data).toMatchObject({ reason: expect.stringContaining('accountId') })
  })

  it('has to be done in time', async () => {
    const signals: AbortSignal[] = []
    const { clock, socket, told } = await fakeConnection({
      connectTimeoutMs: 2_000,
      authenticate: (_, signal) => {
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    await clock.advanceBy(1_500)
    socket().open()
    await clock.advanceBy(500)
    expect(told().slice(1)).toEqual([
      '2000 disconnected code=CONNECT_TIMEOUT willReconnect=true',
      '2000 reconnecting attempt=2 delayMs=500',
    ])
    expect(signals[0]?.aborted).toBe(true)
  })

  it.each(['resolves', 'rejects'])('is ignored when it %s after the end', async (how) => {
    const gate = Promise.withResolvers<undefined>()
    const { socket, connection, told } = await fakeConnection({ authenticate: () => gate.promise })
    socket().open()
    await connection.close()
    const before = told()
    if (how === 'resolves') gate.resolve(undefined)
    else gate.reject(new Error('late'))
    await rest()
    expect(told()).toEqual(before)
  })

  it('is not asked when a handler of system.connected closes the connection', async () => {
    let asked = 0
    const { bus, socket, connection } = await fakeConnection({
      authenticate: async () => {
        asked += 1
      },
    })
    bus.on('system.connected', () => void connection.close())
    socket().open()
    await rest()
    expect(asked).toBe(0)
  })
})
