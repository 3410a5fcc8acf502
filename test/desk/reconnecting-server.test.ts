import { createHash } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createBus, type TradingEvent } from 'tradewire'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as WsSocket, WebSocketServer } from 'ws'
import type { Connection } from '../../src/desk/connection.ts'
import type { EmitterSocket, SocketLike } from '../../src/desk/connection-socket.ts'
import { reconnecting } from '../../src/desk/reconnecting.ts'
import type { ReconnectingOptions } from '../../src/desk/reconnecting-options.ts'

/** What a test has opened, to be closed after it, last first. */
const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

/** The `WebSocket` of `ws` as an emitter that has nothing else. */
function emitterOf(url: string): EmitterSocket {
  const socket = new WsSocket(url)
  return {
    get readyState() {
      return socket.readyState
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    on: (name, listener) => socket.on(name, listener),
  }
}

const kinds: readonly (readonly [string, (url: string) => SocketLike])[] = [
  ['the WebSocket of ws', (url) => new WsSocket(url)],
  ['the WebSocket of ws as an emitter', emitterOf],
  ['the WebSocket of the platform', (url) => new WebSocket(url)],
]

/** A WebSocket server on a port of its own, and what its clients said. */
async function serve(port = 0) {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  const clients: WsSocket[] = []
  const said: string[][] = []
  const closes: number[] = []
  server.on('connection', (client) => {
    const lines: string[] = []
    clients.push(client)
    said.push(lines)
    client.on('message', (data) => lines.push((data as Buffer).toString()))
    client.on('close', (code) => closes.push(code))
  })
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const stop = async (): Promise<void> => {
    for (const client of server.clients) client.terminate()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  opened.push(stop)
  return { server, clients, said, closes, stop, ...addressOf(server.address() as AddressInfo) }
}

function addressOf({ port }: AddressInfo) {
  return { port, url: `ws://127.0.0.1:${port}/` }
}

/** A server that answers each request to upgrade with raw bytes. */
async function serveRaw(answer: (socket: Socket, accept: string, count: number) => void) {
  const sockets = new Set<Socket>()
  let count = 0
  const server: HttpServer = createServer()
  server.on('upgrade', (request, stream) => {
    const socket = stream as Socket
    sockets.add(socket)
    // A client that drops the connection resets it.
    socket.on('error', () => {})
    count += 1
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    answer(socket, accept, count)
  })
  return listen(server, sockets)
}

async function listen(server: ReturnType<typeof createTcpServer>, sockets: Set<Socket>) {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  opened.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return addressOf(server.address() as AddressInfo)
}

const handshake = (accept: string): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    '\r\n',
  ].join('\r\n')

/** A connection on a real clock, with short waits, and all that its bus carries. */
function connectTo(
  url: string,
  make: (url: string) => SocketLike,
  options: Partial<ReconnectingOptions> = {},
) {
  const bus = createBus({ onError: (error) => expect.fail(String(error)) })
  const events: TradingEvent[] = []
  bus.on('*', (event) => {
    events.push(event)
  })
  const messages: unknown[] = []
  const heard = Promise.withResolvers<void>()
  const connection: Connection = reconnecting(bus, () => make(url), {
    endpoint: url,
    backoff: { initialMs: 5, maxMs: 20, jitter: 0 },
    closeTimeoutMs: 200,
    onMessage: (message) => {
      messages.push(message)
      heard.resolve()
    },
    ...options,
  })
  opened.push(() => connection.close())
  const next = <Type extends 'connected' | 'disconnected' | 'feed_stale' | 'warning'>(type: Type) =>
    bus.waitFor(`system.${type}`, { timeoutMs: 4_000 })
  return { bus, connection, events, messages, next, heard: heard.promise }
}

describe.each(kinds)('reconnecting with %s', (_, make) => {
  it('connects, subscribes, hears text and bytes, and comes back when it is closed', async () => {
    const { url, clients, said } = await serve()
    const { connection, messages, next, heard } = connectTo(url, make)
    connection.subscribe('trades', 'SUB trades')
    await next('connected')
    expect(connection.endpoint).toBe(url.slice(0, -1))
    connection.send('hello')
    clients[0]!.send('text')
    clients[0]!.send(Buffer.from([1, 2, 3]))
    await heard
    const lost = next('disconnected')
    const again = next('connected')
    clients[0]!.close(4_000, 'try later')
    expect((await lost).data).toMatchObject({
      code: '4000',
      reason: 'try later',
      willReconnect: true,
    })
    expect((await again).data.attempt).toBe(2)
    // The close frame came behind what was sent before it.
    expect(messages[0]).toBe('text')
    expect(messages).toHaveLength(2)
    expect([...(messages[1] as Uint8Array)]).toEqual([1, 2, 3])
    const echoed = new Promise((resolve) => {
      clients[1]!.once('message', resolve)
    })
    if (said[1]!.length === 0) await echoed
    expect(said).toEqual([['SUB trades', 'hello'], ['SUB trades']])
  })

  it('says policy violations, and drops', async () => {
    const { url, clients } = await serve()
    const { next } = connectTo(url, make)
    await next('connected')
    const refused = next('disconnected')
    const back = next('connected')
    clients[0]!.close(1_008, 'slow consumer')
    expect((await refused).data).toMatchObject({ code: '1008', reason: 'slow consumer' })
    await back
    const dropped = next('disconnected')
    clients[1]!.terminate()
    expect((await dropped).data).toMatchObject({ code: '1006', willReconnect: true })
  })

  it('finds a server that was restarted on the same port', async () => {
    const first = await serve()
    const { next, events, connection } = connectTo(first.url, make)
    await next('connected')
    const failed = next('warning')
    await first.stop()
    expect((await failed).data).toMatchObject({ code: 'connect_failed' })
    const back = next('connected')
    await serve(first.port)
    await back
    expect(connection.state).toBe('connected')
    expect(events.filter(({ type }) => type === 'system.disconnected')).toHaveLength(1)
  })

  it('gives up a server that accepts and never upgrades', async () => {
    const sockets = new Set<Socket>()
    const { url } = await listen(
      createTcpServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => {})
      }),
      sockets,
    )
    const { next } = connectTo(url, make, { connectTimeoutMs: 30 })
    const { data } = await next('warning')
    expect(data).toMatchObject({ code: 'connect_failed', details: { code: 'CONNECT_TIMEOUT' } })
    // In the middle of the next attempt: closing it must leave no error behind.
  })

  it('gives up a server that upgrades and stays silent', async () => {
    const { url, clients } = await serve()
    const { next } = connectTo(url, make, { staleAfterMs: 30 })
    const lost = next('disconnected')
    const { data } = await next('feed_stale')
    expect(data.ageMs).toBeGreaterThanOrEqual(30)
    expect((await lost).data.code).toBe('STALE')
    await next('connected')
    expect(clients).toHaveLength(2)
  })

  it('is told of a server that refuses it', async () => {
    const { url } = await serveRaw((socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    })
    const { next, connection, events } = connectTo(url, make, { attempts: 3 })
    const { data } = await next('disconnected')
    expect(data.willReconnect).toBe(false)
    expect(connection.stats.attempts).toBe(3)
    expect(connection.state).toBe('closed')
    expect(events.some(({ type }) => type === 'system.connected')).toBe(false)
  })

  it.each([
    ['a frame of no known kind', [0x83, 0x00]],
    ['text that is no UTF-8', [0x81, 0x02, 0xc3, 0x28]],
    ['a frame of four gigabytes', [0x82, 0x7f, 0, 0, 0, 1, 0, 0, 0, 0, 0x61]],
  ])('ends a connection that sends %s, and makes another', async (_name, bytes) => {
    const { url } = await serveRaw((socket, accept, count) => {
      socket.write(handshake(accept))
      // "ok" as a text frame.
      socket.write(Buffer.from(count === 1 ? bytes : [0x81, 0x02, 0x6f, 0x6b]))
    })
    const { next, messages, heard } = connectTo(url, make, { connectTimeoutMs: 3_000 })
    const { data } = await next('disconnected')
    expect(data.willReconnect).toBe(true)
    expect(data.reason).not.toBe('')
    await heard
    expect(messages).toEqual(['ok'])
  })

  it('closes in order', async () => {
    const { url, clients, closes } = await serve()
    const { connection, next, events } = connectTo(url, make)
    await next('connected')
    const seen = new Promise((resolve) => {
      clients[0]!.once('close', resolve)
    })
    await connection.close()
    await seen
    expect(closes).toEqual([1_000])
    expect(events.at(-1)).toMatchObject({
      type: 'system.disconnected',
      data: { code: '1000', willReconnect: false },
    })
  })

  it('closes although the server does not answer', async () => {
    const { url } = await serveRaw((socket, accept) => void socket.write(handshake(accept)))
    const { connection, next } = connectTo(url, make, { closeTimeoutMs: 30 })
    await next('connected')
    await connection.close()
    expect(connection.state).toBe('closed')
  })
})

describe('reconnecting', () => {
  it('names what ws knows of a failure', async () => {
    const { url } = await serveRaw((socket, accept, count) => {
      if (count === 1) socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
      else socket.write(Buffer.concat([Buffer.from(handshake(accept)), Buffer.from([0x83, 0])]))
    })
    const { next } = connectTo(url, (target) => new WsSocket(target))
    const lost = next('disconnected')
    const { data } = await next('warning')
    expect(data.message).toContain('Unexpected server response: 401')
    expect((await lost).data.code).toBe('WS_ERR_INVALID_OPCODE')
  })

  it('names what ws knows of a refusal', async () => {
    const { url, stop } = await serve()
    await stop()
    const { next } = connectTo(url, (target) => new WsSocket(target))
    const { data } = await next('warning')
    expect(data.details).toMatchObject({ code: 'ECONNREFUSED', attempt: 1 })
  })

  it('signs in on a socket, and pings it', async () => {
    const { url, server, said } = await serve()
    const pinged = new Promise((resolve) => {
      server.on('connection', (client) => {
        client.on('ping', resolve)
        client.on('message', (data) => {
          if ((data as Buffer).toString() === 'LOGIN') client.send('WELCOME main')
        })
      })
    })
    const { bus, connection, messages } = connectTo(url, (target) => new WsSocket(target), {
      pingIntervalMs: 5,
      authenticate: async (socket) => {
        const answer = new Promise<string>((resolve) => {
          ;(socket as WsSocket).once('message', (data) => resolve((data as Buffer).toString()))
        })
        socket.send('LOGIN')
        return { accountId: (await answer).split(' ')[1]! }
      },
    })
    connection.subscribe('orders', 'SUB orders')
    const { data } = await bus.waitFor('system.authenticated', { timeoutMs: 4_000 })
    expect(data.accountId).toBe('main')
    await pinged
    expect(said[0]).toEqual(['LOGIN', 'SUB orders'])
    expect(messages).toEqual(['WELCOME main'])
  })
})
