import { requireNumber, requireOptions } from '../errors/checks.ts'
import { TradewireError } from '../errors/tradewire-error.ts'

/** Options of {@link TemporaryError}. */
export interface TemporaryErrorOptions extends ErrorOptions {
  /**
   * How long to wait at least before the next attempt, in milliseconds, such as a venue's
   * `Retry-After`. A finite number from 0. Default: as the backoff has it.
   */
  readonly retryAfterMs?: number
}

/**
 * A failure that is worth another attempt, whatever the `when` of a retry says: a busy venue, a
 * dropped connection. Throw it in a handler.
 *
 * @example
 * ```ts
 * bus.on('order.submitted', async ({ data }) => {
 *   const { status } = await fetch(`https://venue.example/orders/${data.orderId}`, { method: 'PUT' })
 *   if (status === 429) throw new TemporaryError('The venue is busy.', { retryAfterMs: 1_000 })
 * }, { retry: { attempts: 5 } })
 * ```
 */
export class TemporaryError extends TradewireError {
  readonly code = 'TEMPORARY'
  /** How long to wait at least before the next attempt, in milliseconds, if that is known. */
  readonly retryAfterMs: number | undefined

  /** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
  constructor(message: string, options: TemporaryErrorOptions = {}) {
    super(message, options)
    requireOptions('TemporaryError', options, ['cause', 'retryAfterMs'])
    const { retryAfterMs } = options
    if (retryAfterMs !== undefined) requireNumber('retryAfterMs', retryAfterMs, 0)
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * A failure that no further attempt can mend: a refused order, a payload that makes no sense. Throw
 * it in a handler; the event is not tried again.
 *
 * @example
 * ```ts
 * bus.on('order.submitted', ({ data }) => {
 *   if (data.symbol === 'XYZ') throw new PermanentError(`There is no market for ${data.symbol}.`)
 * }, { retry: { attempts: 5 } })
 * ```
 */
export class PermanentError extends TradewireError {
  readonly code = 'PERMANENT'

  /** @throws ConfigurationError `CONFIGURATION` if an option is unknown. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options)
    requireOptions('PermanentError', options, ['cause'])
  }
}
