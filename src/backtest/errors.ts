import { TradewireError } from '../errors/tradewire-error.ts'
import { printed } from '../bus/failure-report.ts'
import type { HandlerError } from '../bus/errors.ts'

/** A backtest was ended by a handler, or the strategy itself, that failed; `cause` is what it threw. */
export class BacktestError extends TradewireError {
  readonly code = 'BACKTEST_FAILED'
  /** Not a field that is listed: its cause is that of this error, and would be printed twice. */
  readonly #failure: HandlerError | undefined

  constructor(why: string, time: number, cause: unknown, failure?: HandlerError) {
    const at = new Date(time).toISOString()
    super(`The backtest was stopped at ${at}. ${why}`, { cause })
    this.#failure = failure
  }

  /** Which event, which subscription, after how many attempts; undefined where no handler failed. */
  get failure(): HandlerError | undefined {
    return this.#failure
  }
}

/** The error of a run that a handler has ended. */
export function handlerFailed(failure: HandlerError, time: number): BacktestError {
  const { message, cause } = failure
  const why = `${message} It threw ${sentence(cause)} Mend the handler, or go on in spite of failures with onFailure: 'continue'.`
  return new BacktestError(why, time, cause, failure)
}

/**
 * The error of a run that a strategy has ended.
 *
 * @param part `The strategy itself` or `The end of the strategy`.
 */
export function strategyFailed(part: string, cause: unknown, time: number): BacktestError {
  const why = `${part}, and no handler of it, has failed: it threw ${sentence(cause)}`
  return new BacktestError(why, time, cause)
}

/** An error as the end of a sentence, whose message may be one already. */
function sentence(error: unknown): string {
  const text = printed(error)
  return text.endsWith('.') ? text : `${text}.`
}

/** Something emitted events after time had moved on from what it was started by. */
export class StrayWorkError extends TradewireError {
  readonly code = 'STRAY_WORK'
}
