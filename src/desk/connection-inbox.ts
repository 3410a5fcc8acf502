import { printed } from '../bus/failure-report.ts'
import { toPromise } from '../delivery/thenable.ts'
import type { Clock, Timer } from '../time/clock.ts'
import { printable } from './connection-endpoint.ts'
import { readMessage } from './connection-socket.ts'
import type { ReconnectingOptions } from './reconnecting-options.ts'

/** The least time between two warnings of messages that failed, in milliseconds. */
const repeatMs = 10_000

/** Hands messages to their handler, and tells of those that it fails on, without stopping for them. */
export class ConnectionInbox {
  received = 0
  failed = 0
  readonly #clock: Clock
  readonly #onMessage: ReconnectingOptions['onMessage']
  readonly #warn: (failed: number, reason: string) => void
  /** How many have failed since the last warning, and why the first of them. */
  #untold = 0
  #reason = ''
  #closed = false
  /** Runs while it is too early for another warning. */
  #timer: Timer | undefined = undefined

  /** @param warn is told how many messages have failed, and why the first of them. */
  constructor(
    clock: Clock,
    onMessage: ReconnectingOptions['onMessage'],
    warn: (failed: number, reason: string) => void,
  ) {
    this.#clock = clock
    this.#onMessage = onMessage
    this.#warn = warn
  }

  deliver(data: unknown): void {
    this.received += 1
    try {
      const result = this.#onMessage(readMessage(data), { receivedAt: this.#clock.now() })
      if (typeof result !== 'object' || result === null) return
      toPromise(result)?.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Tells what was not told yet, and ends the timer. */
  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#tell()
  }

  #fail(error: unknown): void {
    this.failed += 1
    if (this.#untold === 0) this.#reason = printable(printed(error))
    this.#untold += 1
    if (this.#closed) this.#tell()
    else if (this.#timer === undefined) this.#tellAndWait()
  }

  #tellAndWait(): void {
    this.#timer = this.#clock.setTimer(repeatMs, () => {
      this.#timer = undefined
      if (this.#untold > 0) this.#tellAndWait()
    })
    this.#tell()
  }

  #tell(): void {
    if (this.#untold === 0) return
    const failed = this.#untold
    this.#untold = 0
    this.#warn(failed, this.#reason)
  }
}
