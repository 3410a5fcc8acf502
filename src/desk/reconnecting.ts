import type { Bus } from '../bus/bus.ts'
import { printed } from '../bus/failure-report.ts'
import { requireFunction } from '../errors/checks.ts'
import type { Timer } from '../time/clock.ts'
import { waitAfter } from './backoff.ts'
import {
  type Connection,
  ConnectionError,
  type ConnectionState,
  type ConnectionStats,
  type Outgoing,
} from './connection.ts'
import { printable } from './connection-endpoint.ts'
import { ConnectionInbox } from './connection-inbox.ts'
import { ConnectionOutbox, dataOf } from './connection-outbox.ts'
import { ConnectionReport } from './connection-report.ts'
import type { SocketData } from './connection-socket.ts'
import { Link, type LinkEnd, type LinkHost } from './reconnecting-link.ts'
import {
  type Connect,
  type ReconnectingOptions,
  type ReconnectingSettings,
  toReconnectingSettings,
} from './reconnecting-options.ts'

/**
 * Connects, and connects again whenever the connection is lost, falls silent or cannot be made. Emits
 * `system.connected`, `system.authenticated`, `system.disconnected` and `system.reconnecting`; an attempt
 * that fails before it is connected is a `system.warning` with the code `connect_failed`. Subscriptions
 * are sent again each time. Close it before its bus.
 *
 * One socket is alive at a time: what an earlier one still says is ignored.
 *
 * @param connect makes a socket, such as `() => new WebSocket(url)`. First called after the code that
 * runs has come to rest.
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range.
 * @example
 * ```ts
 * const url = 'wss://fstream.binance.com/ws'
 * const connection = reconnecting(bus, () => new WebSocket(url), {
 *   endpoint: url,
 *   staleAfterMs: 10_000,
 *   onMessage: (message, { receivedAt }) => console.log(receivedAt, JSON.parse(String(message))),
 * })
 * connection.subscribe('trades', '{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
 * ```
 */
export function reconnecting(bus: Bus, connect: Connect, options: ReconnectingOptions): Connection {
  requireFunction('connect', connect)
  return new ReconnectingConnection(bus, connect, toReconnectingSettings(options, bus.clock))
}

class ReconnectingConnection implements Connection, LinkHost {
  readonly #bus: Bus
  readonly #connect: Connect
  readonly #settings: ReconnectingSettings
  readonly #report: ConnectionReport
  readonly #inbox: ConnectionInbox
  readonly #outbox: ConnectionOutbox
  readonly #onAbort = (): void => void this.close()
  #state: ConnectionState = 'connecting'
  /** The one that is alive; undefined while it waits, and once it is closed. */
  #link: Link | undefined = undefined
  /** Whether `system.connected` was emitted, and `system.disconnected` was not yet. */
  #up = false
  /** Links that have ended since one was last stable. */
  #failures = 0
  /** For the next attempt while it waits, else for the link to be stable. */
  #timer: Timer | undefined = undefined
  #closing: Promise<void> | undefined = undefined
  #attempts = 0
  #connections = 0
  #sent = 0

  constructor(bus: Bus, connect: Connect, settings: ReconnectingSettings) {
    this.#bus = bus
    this.#connect = connect
    this.#settings = settings
    this.#report = new ConnectionReport(bus, settings)
    this.#inbox = new ConnectionInbox(bus.clock, settings.onMessage, (failed, reason) => {
      const message = `${failed} messages of ${this.endpoint} could not be handled: ${reason}`
      this.#report.warn('message_failed', message, { failed })
    })
    this.#outbox = new ConnectionOutbox(settings.sendBuffer)
    settings.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (settings.signal?.aborted === true) this.#onAbort()
    else this.#start()
  }

  get endpoint(): string {
    return this.#settings.endpoint
  }

  get state(): ConnectionState {
    return this.#state
  }

  get stats(): ConnectionStats {
    const { received, failed } = this.#inbox
    const waiting = this.#outbox.size
    const closed = this.#state === 'closed'
    return {
      attempts: this.#attempts,
      connections: this.#connections,
      received,
      failed,
      sent: this.#sent,
      buffered: closed ? 0 : waiting,
      unsent: closed ? waiting : 0,
    }
  }

  send(data: SocketData): void {
    if (this.#link?.open === true) {
      this.#send(this.#link, data)
      return
    }
    const state = this.#state
    if (state === 'closed') {
      throw new ConnectionError(this.endpoint, state, 'make another one with reconnecting().')
    }
    if (this.#outbox.keep(data)) return
    const { sendBuffer } = this.#settings
    const why =
      sendBuffer === 0
        ? 'wait for system.connected, or let messages wait with sendBuffer.'
        : `${sendBuffer} messages wait already, as many as sendBuffer allows.`
    throw new ConnectionError(this.endpoint, state, why)
  }

  subscribe(key: string, message: Outgoing): void {
    if (this.#state === 'closed') {
      throw new ConnectionError(this.endpoint, 'closed', 'make another one with reconnecting().')
    }
    this.#outbox.subscriptions.set(key, message)
    this.#sendIfOpen(message)
  }

  unsubscribe(key: string, message?: Outgoing): boolean {
    const known = this.#outbox.subscriptions.delete(key)
    if (message !== undefined) this.#sendIfOpen(message)
    return known
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closing = promise
    const link = this.#link
    this.#stop()
    void this.#finish(link).then(resolve)
    return promise
  }

  [Symbol.dispose](): void {
    void this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  authenticating(link: Link): void {
    this.#state = 'authenticating'
    this.#connected(link)
  }

  ready(link: Link, account: { readonly accountId?: string } | undefined): void {
    this.#state = 'connected'
    this.#timer = this.#bus.clock.setTimer(this.#settings.stableAfterMs, () => {
      this.#failures = 0
    })
    try {
      this.#outbox.flush((data) => this.#send(link, data))
    } catch (error) {
      link.fail(error)
    }
    // What makes a message, too, may have closed it.
    if (link.ended) return
    if (account === undefined) this.#connected(link)
    else this.#report.emit('system.authenticated', account)
    this.#report.begin()
  }

  message(data: unknown): void {
    if (this.#bus.closed) void this.close()
    else this.#inbox.deliver(data)
  }

  stale(ageMs: number): void {
    const lastReceivedAt = this.#bus.clock.now() - ageMs
    const thresholdMs = this.#settings.staleAfterMs!
    this.#report.emit('system.feed_stale', { lastReceivedAt, ageMs, thresholdMs })
  }

  ended(link: Link, end: LinkEnd): void {
    this.#link = undefined
    this.#timer?.cancel()
    this.#failures += 1
    const { code, reason } = end
    if (!this.#up) this.#warnOfAttempt(link, end)
    const again = this.#mayGoOn(end)
    // A handler of a warning may have closed it.
    if (this.#closing !== undefined) return
    if (!again) {
      this.#closing = Promise.resolve()
      this.#stop()
      this.#report.emit('system.disconnected', { ...told({ code, reason }), willReconnect: false })
      return
    }
    const { backoff, random } = this.#settings
    const waitMs = waitAfter(backoff, this.#failures, random)
    const delayMs = Math.max(end.retryAfterMs, waitMs)
    this.#state = 'waiting'
    this.#timer = this.#bus.clock.setTimer(delayMs, () => {
      if (this.#bus.closed) void this.close()
      else this.#start()
    })
    if (this.#up) this.#report.emit('system.disconnected', { ...told(end), willReconnect: true })
    this.#up = false
    if (this.#closing !== undefined) return
    this.#report.emit('system.reconnecting', { attempt: this.#failures + 1, delayMs })
  }

  #start(): void {
    this.#state = 'connecting'
    this.#attempts += 1
    const { clock } = this.#bus
    const link = new Link(this.#failures + 1, this.#connect, this.#settings, clock, this)
    this.#link = link
    void link.start()
  }

  #connected({ attempt }: Link): void {
    this.#connections += 1
    this.#up = true
    this.#report.emit('system.connected', { attempt })
  }

  #mayGoOn(end: LinkEnd): boolean {
    if (end.final || this.#bus.closed || this.#failures >= this.#settings.attempts) return false
    try {
      return this.#settings.reconnectWhen({ code: end.code, reason: end.reason })
    } catch (error) {
      const why = printable(printed(error))
      const message = `reconnectWhen failed, which counts as a yes: ${why}`
      this.#report.warn('reconnect_when_failed', message, {})
      return true
    }
  }

  #warnOfAttempt({ attempt }: Link, { code, reason }: LinkEnd): void {
    const message = `Attempt ${attempt} to connect to ${this.endpoint} failed: ${reason}`
    const details = { attempt, ...(code === undefined ? {} : { code }) }
    this.#report.warnOfOutage('connect_failed', message, details)
  }

  #send(link: Link, data: SocketData): void {
    link.send(data)
    this.#sent += 1
  }

  #sendIfOpen(message: Outgoing): void {
    if (this.#link?.open === true) this.#send(this.#link, dataOf(message))
  }

  async #finish(link: Link | undefined): Promise<void> {
    await link?.close()
    const end = { code: '1000', reason: 'The connection was closed from this side.' }
    this.#report.emit('system.disconnected', { ...end, willReconnect: false })
  }

  #stop(): void {
    this.#state = 'closed'
    this.#link = undefined
    this.#timer?.cancel()
    this.#settings.signal?.removeEventListener('abort', this.#onAbort)
    this.#inbox.close()
  }
}

/** What `system.disconnected` says of an end. */
function told({ code, reason }: { readonly code: string | undefined; readonly reason: string }) {
  return code === undefined ? { reason } : { code, reason }
}
