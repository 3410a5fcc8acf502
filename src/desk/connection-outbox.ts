import { Fifo } from '../delivery/fifo.ts'
import type { Outgoing } from './connection.ts'
import type { SocketData } from './connection-socket.ts'

/** What is to be sent once a connection stands: its subscriptions, then what waits. */
export class ConnectionOutbox {
  readonly subscriptions = new Map<string, Outgoing>()
  readonly #waiting = new Fifo<SocketData>()
  readonly #capacity: number

  /** @param capacity how many messages may wait. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Keeps a message, if there is room. */
  keep(data: SocketData): boolean {
    if (this.#waiting.size >= this.#capacity) return false
    this.#waiting.push(data)
    return true
  }

  /** Sends all that is to be sent. What `send` throws on waits on, with all behind it. */
  flush(send: (data: SocketData) => void): void {
    for (const message of this.subscriptions.values()) send(dataOf(message))
    for (let data = this.#waiting.first; data !== undefined; data = this.#waiting.first) {
      send(data)
      this.#waiting.shift()
    }
  }
}

/** What to send now. */
export function dataOf(message: Outgoing): SocketData {
  return typeof message === 'function' ? message() : message
}
