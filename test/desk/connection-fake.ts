import { createBus, SimulatedClock, type TradingEvent } from 'tradewire'
import { expect } from 'vitest'
import type { SocketData, TargetSocket } from '../../src/desk/connection-socket.ts'
import { reconnecting } from '../../src/desk/reconnecting.ts'
import type { ConnectContext, ReconnectingOptions } from '../../src/desk/reconnecting-options.ts'

type Listener = (event: object) => void

/** A fake: no network behind it. It does what a test tells it to, when the test does. */
export class FakeSocket implements TargetSocket {
  readyState = 0
  readonly sent: SocketData[] = []
  /** How often it was told to close in order, and at once. */
  closes = 0
  terminations = 0
  /** Whether it answers when it is told to close. */
  answersClose = true
  readonly #listeners = new Map<string, Listener[]>()

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  send(data: SocketData): void {
    this.sent.push(data)
  }

  close(): void {
    this.closes += 1
    this.readyState = 2
    if (this.answersClose) this.end(1000)
  }

  terminate(): void {
    this.terminations += 1
    this.readyState = 3
  }

  open(): void {
    this.readyState = 1
    this.say('open')
  }

  receive(data: unknown): void {
    this.say('message', { data })
  }

  end(code?: number, reason?: string): void {
    this.readyState = 3
    this.say('close', { code, reason })
  }

  say(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}

/** When the clocks of these tests start. */
export const start = Date.UTC(2026, 0, 1)

/** A connection of fake sockets on a simulated clock, and all that its bus carries. */
export async function fakeConnection(
  options: Partial<ReconnectingOptions> = {},
  connect?: (context: ConnectContext, made: () => FakeSocket) => FakeSocket | Promise<FakeSocket>,
) {
  const clock = new SimulatedClock({ start })
  const onError = (error: unknown): void => expect.fail(String(error))
  const bus = createBus({ clock, onError })
  const events: TradingEvent[] = []
  bus.on('*', (event) => {
    events.push(event)
  })
  const sockets: FakeSocket[] = []
  const contexts: ConnectContext[] = []
  const messages: unknown[] = []
  const make = (): FakeSocket => {
    const socket = new FakeSocket()
    sockets.push(socket)
    return socket
  }
  const connection = reconnecting(
    bus,
    (context) => {
      contexts.push(context)
      return connect === undefined ? make() : connect(context, make)
    },
    {
      endpoint: 'fake',
      onMessage: (message) => void messages.push(message),
      backoff: { jitter: 0 },
      ...options,
    },
  )
  await clock.advanceBy(0)
  /** The newest socket. */
  const socket = (): FakeSocket => sockets.at(-1)!
  /** What was emitted, in short: the last part of the type, and what of the payload matters here. */
  const told = (): string[] => events.map(shortly)
  return { bus, clock, connection, sockets, socket, contexts, messages, events, told }
}

function shortly({ type, data, timestamp }: TradingEvent): string {
  const { attempt, delayMs, code, willReconnect, accountId, ageMs } = data as object as Readonly<
    Record<string, unknown>
  >
  const facts = { attempt, delayMs, code, willReconnect, accountId, ageMs }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  const text = known.map(([name, value]) => ` ${name}=${String(value)}`).join('')
  return `${timestamp - start} ${type.slice(type.indexOf('.') + 1)}${text}`
}
