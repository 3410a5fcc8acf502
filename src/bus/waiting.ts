import { describeValue, requireFunction, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import type { Clock } from '../time/clock.ts'
import { BusClosedError, WaitEndedError, WaitTimeoutError } from './errors.ts'
import { accepts } from '../delivery/predicate.ts'
import type { Handler, Subscription } from '../delivery/subscription.ts'

/** Options of `waitFor`. * @example
 * ```ts
 * const filled = bus.waitFor('order.filled', {
 *   where: ({ data }) => data.orderId === order.orderId,
 *   timeoutMs: 5_000,
 * })
 * await bus.emit('order.submitted', order)
 * console.log((await filled).data.lastPrice.toFixed())
 * ```
 */
export interface WaitOptions<Event extends TradewireEvent = TradewireEvent> {
  /** Only an event that it returns `true` for ends the wait. If it throws, the wait rejects with that. */
  readonly where?: (event: Event) => boolean
  /** How long to wait on the clock of the bus, in milliseconds, 0 or more. Default: for ever. */
  readonly timeoutMs?: number
  /** Ends the wait when it aborts; the wait then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** What a wait or a stream needs of its bus. */
export interface ListeningHost {
  readonly clock: Clock
  /** Registers a handler on a pattern that has been checked; `onEnd` is called when it is removed. */
  listen(handler: Handler, onEnd: () => void): Subscription
  /**
   * Calls `end` when the bus closes; returns how to take that back.
   *
   * @param waits how many await the next event now. Default: always one.
   */
  onClose(end: () => void, waits?: () => number): () => void
}

/** Throws `CONFIGURATION` if an option is unknown or out of range. */
export function requireWaitOptions(options: WaitOptions): void {
  requireOptions('waitFor', options, ['where', 'timeoutMs', 'signal'])
  if (options.where !== undefined) requireFunction('where', options.where)
  if (options.timeoutMs !== undefined) requireNumber('timeoutMs', options.timeoutMs, 0)
  requireSignal(options.signal)
}

/** Throws `CONFIGURATION` unless `signal` is an AbortSignal or undefined. */
export function requireSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return
  const { aborted, addEventListener, removeEventListener } = Object(signal) as Partial<AbortSignal>
  if (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  )
    return
  throw new ConfigurationError(`signal must be an AbortSignal, but is ${describeValue(signal)}.`)
}

/** Settles once, with the first of event, failed predicate, timeout, abort and close. */
export function waitForEvent(
  host: ListeningHost,
  pattern: string,
  { where, timeoutMs, signal }: WaitOptions,
): Promise<TradewireEvent> {
  const promise = new Promise<TradewireEvent>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    let settled = false
    const settle = (): void => {
      settled = true
      subscription.unsubscribe()
      timer?.cancel()
      signal?.removeEventListener('abort', onAbort)
      forgetClose()
    }
    const onAbort = (): void => {
      settle()
      reject(signal!.reason)
    }
    const onEnd = (): void => {
      if (settled) return
      settle()
      reject(new WaitEndedError(pattern))
    }
    // Before anything is registered, because a clock may refuse.
    const timer =
      timeoutMs === undefined
        ? undefined
        : host.clock.setTimer(timeoutMs, () => {
            settle()
            reject(new WaitTimeoutError(pattern, timeoutMs))
          })
    const subscription = host.listen((event) => {
      try {
        if (where !== undefined && !accepts(where, event)) return
      } catch (error) {
        settle()
        reject(error)
        return
      }
      settle()
      resolve(event)
    }, onEnd)
    const forgetClose = host.onClose(() => {
      settle()
      reject(new BusClosedError(`The wait for ${pattern} ended`))
    })
    signal?.addEventListener('abort', onAbort)
  })
  // A wait that was started early and is awaited late may fail before anybody looks at it.
  promise.catch(() => {})
  return promise
}
