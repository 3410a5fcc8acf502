import { Decimal } from 'tradewire'
import { type BacktestOptions, runBacktest, type SourceEvent } from 'tradewire/backtest'

/** Monday, 5 January 2026, 09:30 UTC. */
export const opening = Date.UTC(2026, 0, 5, 9, 30)

export const d = (value: string | number): Decimal => new Decimal(value)

/** A trade of others, so many milliseconds after the opening. */
export function tick(afterMs: number, price: string | number = 100, symbol = 'SPX'): SourceEvent {
  return {
    type: 'market.trade_tick',
    data: {
      symbol,
      timestamp: opening + afterMs,
      price: d(price),
      size: d(1_000),
      aggressorSide: 'buy',
    },
  }
}

/** Trades of a price that rises by 1 each second. */
export function ticks(count: number): SourceEvent[] {
  return Array.from({ length: count }, (_, index) => tick(index * 1_000, 100 + index))
}

/** A run without a bar on the terminal, of a strategy that does nothing unless one is given. */
export function run(options: Partial<BacktestOptions> & Pick<BacktestOptions, 'sources'>) {
  return runBacktest({ strategy: () => {}, progress: false, ...options })
}
