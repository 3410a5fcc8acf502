import type { Handler, SubscribeOptions } from '../delivery/subscription.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import type { ParsedPatterns } from './patterns.ts'
import { BufferedStream, type StreamOptions } from './stream.ts'
import type { Subscriber, SubscriberKind } from './subscriber.ts'
import { type ListeningHost, waitForEvent, type WaitOptions } from './waiting.ts'

/** Registers a handler; `onEnd` is called when it is removed. */
type Subscribe = (
  parsed: ParsedPatterns,
  handler: Handler,
  options: SubscribeOptions,
  kind: SubscriberKind,
  onEnd: () => void,
) => Subscriber

/** A wait or a stream that has not ended. */
interface OpenListener {
  /** Ends it. */
  readonly end: () => void
  /** How many await its next event now. */
  readonly waits: () => number
}

const one = (): number => 1

/** The waits and streams of a bus: what listens without a handler of the user, and ends with it. */
export class Listeners {
  readonly #clock: Clock
  readonly #subscribe: Subscribe
  readonly #dropped: (subscriber: Subscriber, event: TradewireEvent) => void
  readonly #open = new Set<OpenListener>()

  /** @param dropped counts an event that a full stream has dropped. */
  constructor(
    clock: Clock,
    subscribe: Subscribe,
    dropped: (subscriber: Subscriber, event: TradewireEvent) => void,
  ) {
    this.#clock = clock
    this.#subscribe = subscribe
    this.#dropped = dropped
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size
  }

  /** How many await an event now. */
  get waits(): number {
    let waits = 0
    for (const listener of this.#open) waits += listener.waits()
    return waits
  }

  /** Whether a stream is open whose reader does something else than to await its next event. */
  get away(): boolean {
    for (const listener of this.#open) {
      if (listener.waits() === 0) return true
    }
    return false
  }

  waitFor(parsed: ParsedPatterns, options: WaitOptions): Promise<TradewireEvent> {
    return waitForEvent(this.#hostFor(parsed, {}, 'wait'), parsed.text, options)
  }

  stream(parsed: ParsedPatterns, options: StreamOptions): BufferedStream {
    let subscriber: Subscriber | undefined
    const { where } = options
    const own = where === undefined ? {} : { where }
    const host = this.#hostFor(parsed, own, 'stream', (made) => {
      subscriber = made
    })
    return new BufferedStream(host, parsed.text, options, (event) =>
      this.#dropped(subscriber!, event),
    )
  }

  /** Ends them all: the bus closes. */
  close(): void {
    // Each ending takes itself out of the set, which iteration allows for.
    for (const { end } of this.#open) end()
  }

  #hostFor(
    parsed: ParsedPatterns,
    options: SubscribeOptions,
    kind: SubscriberKind,
    onListen?: (subscriber: Subscriber) => void,
  ): ListeningHost {
    return {
      clock: this.#clock,
      listen: (handler, onEnd) => {
        const subscriber = this.#subscribe(parsed, handler, options, kind, onEnd)
        onListen?.(subscriber)
        return subscriber
      },
      onClose: (end, waits = one) => {
        const listener = { end, waits }
        this.#open.add(listener)
        return () => this.#open.delete(listener)
      },
    }
  }
}
