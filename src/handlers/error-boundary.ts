import type { HandlerContext } from '../delivery/subscription.ts'
import { thenOf, toPromise } from '../delivery/thenable.ts'
import { requireFunction, requireOptions } from '../errors/checks.ts'
import type { TradewireEvent } from '../events/envelope.ts'

/** Options of {@link withErrorBoundary}. */
export interface ErrorBoundaryOptions<Event extends TradewireEvent, Fallback> {
  /**
   * Gets what the handler threw or rejected with. What it returns, or the value of the promise that it
   * returns, takes the place of the handler's result; what it throws is the failure of the handler.
   */
  readonly onError: (error: unknown, event: Event, context: HandlerContext) => Fallback
}

/** What a guarded handler returns: a promise only if the handler or `onError` returns one. */
export type Guarded<Result, Fallback> =
  | (Result extends PromiseLike<unknown> ? Promise<Awaited<Result> | Awaited<Fallback>> : Result)
  | Fallback

/**
 * The same handler, except that what it throws or rejects with goes to `onError`. The bus then counts the
 * event as delivered: there is no `system.error`, no retry, no dead letter, and a circuit breaker does not
 * notice, unless `onError` throws.
 *
 * Use it where a failure has an answer that belongs to the handler, such as a value to go on with. Leave a
 * failure to the bus where somebody else must hear of it, or where it is to be tried again.
 *
 * A handler that returns no promise is called without one being made. Inside the call of `bus.on`, `once`
 * or `onAny` the compiler takes the type of the event from the pattern; on a line of its own, write it.
 *
 * @throws ConfigurationError `CONFIGURATION` if the handler or `onError` is no function, or an option is
 * unknown.
 * @example
 * ```ts
 * const drawn = new Map<string, Decimal>()
 * bus.on('market.new_bar', withErrorBoundary(({ data }) => drawn.set(data.symbol, data.close), {
 *   onError: (error, { data }) => console.warn(`no bar of ${data.symbol} on the chart`, error),
 * }))
 *
 * const redraw = withErrorBoundary(({ data }: EventOf<'order.filled'>) => drawn.delete(data.symbol), {
 *   onError: () => false,
 * })
 * bus.on('order.filled', redraw)
 * ```
 */
export function withErrorBoundary<Event extends TradewireEvent, Result, Fallback>(
  handler: (event: Event, context: HandlerContext) => Result,
  options: ErrorBoundaryOptions<NoInfer<Event>, Fallback>,
): (event: Event, context: HandlerContext) => Guarded<Result, Fallback> {
  requireFunction('The handler', handler)
  requireOptions('withErrorBoundary', options, ['onError'])
  const { onError } = options
  requireFunction('onError', onError)
  const guarded = (event: Event, context: HandlerContext): unknown => {
    let promise: Promise<unknown> | undefined
    try {
      const result: unknown = handler(event, context)
      promise = Object(result) === result ? toPromise(result as object) : undefined
      if (promise === undefined) return result
      // It resolves to what the reactions return.
      return thenOf(
        promise,
        (value?: unknown) => value as void,
        (error) => onError(error, event, context) as void,
      )
    } catch (error) {
      return onError(error, event, context)
    }
  }
  Object.defineProperty(guarded, 'name', { value: handler.name })
  return guarded as (event: Event, context: HandlerContext) => Guarded<Result, Fallback>
}
