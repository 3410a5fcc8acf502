import {
  createBus,
  Decimal,
  EventValidationError,
  type NewBar,
  SimulatedClock,
  type TradingEvent,
} from 'tradewire'
import { startCrossoverStrategy } from './crossover-strategy.ts'
import { startDrawdownGuard } from './drawdown-guard.ts'
import { PaperBroker } from './paper-broker.ts'
import { startPositionKeeper } from './position-keeper.ts'

export const capital = new Decimal(100_000)

export interface BacktestResult {
  /** Every event of the run, in order. */
  readonly events: readonly TradingEvent[]
  readonly eventCounts: ReadonlyMap<string, number>
  /** Bars that the catalog refused as impossible, such as one whose low is above its close. */
  readonly refusedBars: number
  /** Real time that it took, in milliseconds. */
  readonly elapsedMs: number
}

/** Replays bars on a simulated clock to a strategy, a broker and their guards. */
export async function runBacktest(
  bars: readonly NewBar[],
  averages: { readonly fast: number; readonly slow: number },
): Promise<BacktestResult> {
  const clock = new SimulatedClock({ start: bars[0]!.openTime })
  const bus = createBus({ clock, source: 'sp500-feed', history: 100_000 })
  startPositionKeeper(bus)
  startCrossoverStrategy(bus, { ...averages, capital })
  startDrawdownGuard(bus, {
    capital,
    warnAtPercent: new Decimal(8),
    limitPercent: new Decimal(12),
  })
  const broker = new PaperBroker(bus)
  // A handler that fails is an event and stops nobody; in a backtest it should stop the run.
  const failures: string[] = []
  bus.on('system.error', ({ data }) => failures.push(data.message))

  const startedAt = performance.now()
  let refusedBars = 0
  for (const bar of bars) {
    const { symbol, openTime: timestamp, open } = bar
    // All that anybody knows in the morning is the open. The rest of the bar comes when it closes.
    await clock.advanceTo(timestamp)
    bus.emitSync('market.data_update', { symbol, timestamp, open })
    await clock.advanceTo(bar.timestamp)
    try {
      bus.emitSync('market.new_bar', bar)
    } catch (error) {
      if (!(error instanceof EventValidationError)) throw error
      refusedBars += 1
    }
    if (failures.length > 0) throw new Error(`A handler failed: ${failures.join('; ')}`)
  }
  broker.cancelAll('the data has ended')
  const elapsedMs = performance.now() - startedAt

  const result = {
    events: bus.history.query(),
    eventCounts: bus.eventCounts(),
    refusedBars,
    elapsedMs,
  }
  await bus.close()
  return result
}
