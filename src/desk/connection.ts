import { TradewireError } from '../errors/tradewire-error.ts'
import type { SocketData } from './connection-socket.ts'

/**
 * What a connection is doing. `connecting`: an attempt is being made; `authenticating`: the socket is
 * open, and `authenticate` runs; `connected`: messages can be sent; `waiting`: for the next attempt;
 * `closed`: for good.
 */
export type ConnectionState = 'connecting' | 'authenticating' | 'connected' | 'waiting' | 'closed'

/** Counts of a connection since it was made. */
export interface ConnectionStats {
  /** How often it tried to connect. */
  readonly attempts: number
  /** How often it was connected. */
  readonly connections: number
  /** Messages that came in. */
  readonly received: number
  /** Of these, how many `onMessage` failed on, or could not be given. */
  readonly failed: number
  /** Messages that were sent, subscriptions included, pings not. */
  readonly sent: number
  /** Messages that wait until it is connected again. */
  readonly buffered: number
  /** Messages that were given up when it was closed. */
  readonly unsent: number
}

/** What to send: data, or a function that makes them each time, with a fresh signature for instance. */
export type Outgoing = SocketData | (() => SocketData)

/** A connection that comes back by itself. Works with `using` and `await using`. */
export interface Connection {
  /** What its events call the other side: without secrets. */
  readonly endpoint: string
  /** What it is doing. */
  readonly state: ConnectionState
  /** Counts, as they are now. */
  readonly stats: ConnectionStats

  /**
   * Sends a message. While it is not connected, the message waits, if `sendBuffer` leaves room.
   *
   * @throws ConnectionError `CONNECTION_CLOSED` if it is not connected, and the message cannot wait.
   */
  send(data: SocketData): void

  /**
   * Sends a message now, if it is connected, and again after each time that it has connected: after
   * authentication, in the order in which keys came, before anything else is sent. Another message
   * for a key that there is replaces the one before.
   *
   * @param key a name for it, for `unsubscribe`.
   * @param message what asks the venue for data.
   * @throws ConnectionError `CONNECTION_CLOSED` after `close`.
   */
  subscribe(key: string, message: Outgoing): void

  /**
   * Forgets a subscription, so that it is not sent again, and sends `message`, if there is one and it is
   * connected. Returns whether there was such a subscription.
   */
  unsubscribe(key: string, message?: Outgoing): boolean

  /**
   * Closes it for good. Resolves once the socket is closed: in order, if the other side answers in
   * `closeTimeoutMs`. Messages that come in meanwhile are ignored. Its last event is
   * `system.disconnected` with `willReconnect: false`.
   */
  close(): Promise<void>
  /** Begins to close it, as `close` does. */
  [Symbol.dispose](): void
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Nothing can be sent: the connection is not there, or not yet, or never again. */
export class ConnectionError extends TradewireError {
  readonly code = 'CONNECTION_CLOSED'
  /** What it is a connection to, without secrets. */
  readonly endpoint: string
  /** What the connection was doing. */
  readonly state: ConnectionState

  constructor(endpoint: string, state: ConnectionState, why: string) {
    super(`Nothing can be sent to ${endpoint} while the connection is ${state}: ${why}`)
    this.endpoint = endpoint
    this.state = state
  }
}
