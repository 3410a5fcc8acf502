import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { Desk } from '../desk/desk.ts'

/** Called once the data has ended, or the session is over. */
export type StrategyEnd = () => void | Promise<void>

/**
 * What trades. It is called once, subscribes to the events that it wants, and gives orders by the desk: the
 * same in a backtest, in a replay, on paper and live. It may return what is to be called at the end, or be
 * asynchronous and go on as long as it likes.
 *
 * Time moves on once all that its handlers return has settled. So a handler returns, or awaits, all that it
 * starts.
 *
 * @typeParam Schemas payload schemas by event name, for events of your own.
 */
export type Strategy<Schemas extends EventSchemas = TradingSchemas> = (
  desk: Desk<Schemas>,
) => void | StrategyEnd | Promise<void>
