import { Decimal } from 'tradewire'
import type { Strategy } from 'tradewire/backtest'
import { MovingAverage } from './moving-average.ts'

export interface MovingAverageOptions {
  /** How many closes the fast average spans. */
  readonly fast: number
  /** How many closes the slow average spans; more than `fast`. */
  readonly slow: number
}

/**
 * Holds what the bars are of while the fast average of closes is above the slow one. It buys for 95 % of what
 * the account is worth: the rest is for the fee, and for an open that is above the close that it decided on.
 */
export function movingAverage({ fast, slow }: MovingAverageOptions): Strategy {
  return ({ bus, orders, positions }) => {
    const fastAverage = new MovingAverage(fast)
    const slowAverage = new MovingAverage(slow)
    let wasAbove = true // so that the first signal is a crossing, wherever the averages begin

    bus.on('market.new_bar', (bar) => {
      const { symbol, close } = bar.data
      const fastNow = fastAverage.add(close)
      const slowNow = slowAverage.add(close)
      if (fastNow === undefined || slowNow === undefined) return
      const isAbove = fastNow.gt(slowNow)
      const more = { cause: bar, strategyId: 'moving-average' } as const
      if (isAbove && !wasAbove) {
        const quantity = new Decimal(positions.equity.times('0.95').div(close).floor())
        orders.buy(symbol, quantity, more)
      }
      if (!isAbove && wasAbove) orders.closePosition(symbol, more)
      wasAbove = isAbove
    })
  }
}
