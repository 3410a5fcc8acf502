import { TradewireError } from '../errors/tradewire-error.ts'
import { printed } from '../bus/failure-report.ts'
import type { HandlerError } from '../bus/errors.ts'

/** A backtest was ended by a handler that failed; `cause` is what it threw. */
export class BacktestError extends TradewireError {
  readonly code = 'BACKTEST_FAILED'
  /** The failure: which event, which subscription, after how many attempts. */
  readonly failure: HandlerError

  constructor(failure: HandlerError, time: number) {
    super(
      `The backtest was stopped at ${new Date(time).toISOString()}. ${failure.message} It threw ${printed(failure.cause)}. Mend the handler, or go on in spite of failures with onFailure: 'continue'.`,
      { cause: failure.cause },
    )
    this.failure = failure
  }
}

/** Something emitted events after time had moved on from what it was started by. */
export class StrayWorkError extends TradewireError {
  readonly code = 'STRAY_WORK'
}
