import type { Bus, Decimal, TradewireEvent } from 'tradewire'
import { MovingAverage } from './moving-average.ts'

export interface CrossoverOptions {
  /** How many closes the fast average spans. */
  readonly fast: number
  /** How many closes the slow average spans; more than `fast`. */
  readonly slow: number
  /** What it may invest at first; profits are invested again. */
  readonly capital: Decimal
}

const strategyId = 'crossover'

/**
 * Buys when the fast average of closes rises above the slow one, and sells when it falls below. It
 * also sells when a risk limit says `reduce`, and then waits for the next time that they cross.
 */
export function startCrossoverStrategy(bus: Bus, { fast, slow, capital }: CrossoverOptions): void {
  const fastAverage = new MovingAverage(fast)
  const slowAverage = new MovingAverage(slow)
  let wasAbove = true // so that the first signal is a crossing, wherever the averages begin
  let budget = capital
  let held: Decimal | undefined
  let orders = 0

  bus.on('market.new_bar', (bar) => {
    const { close } = bar.data
    const fastNow = fastAverage.add(close)
    const slowNow = slowAverage.add(close)
    if (fastNow === undefined || slowNow === undefined) return
    const isAbove = fastNow.gt(slowNow)
    // 5 % stay in cash, for the fee and for an open that is above this close.
    if (isAbove && !wasAbove) submit(bar, 'buy', budget.times('0.95').div(close).floor())
    if (!isAbove && held !== undefined) submit(bar, 'sell', held)
    wasAbove = isAbove
  })

  bus.on('risk.limit_exceeded', (limit) => {
    if (limit.data.action === 'reduce' && held !== undefined) submit(limit, 'sell', held)
  })

  bus.on('position.opened', ({ data }) => {
    held = data.quantity
  })

  bus.on('position.closed', ({ data }) => {
    budget = budget.plus(data.realizedPnl)
  })

  function submit(cause: TradewireEvent, side: 'buy' | 'sell', quantity: Decimal): void {
    if (side === 'sell') held = undefined // it is as good as sold: never sell it twice
    orders += 1
    bus.emitSync(
      'order.submitted',
      {
        orderId: `${strategyId}-${orders}`,
        strategyId,
        symbol: 'SPX',
        timestamp: bus.clock.now(),
        side,
        orderType: 'market',
        quantity,
        timeInForce: 'day',
      },
      { cause, source: strategyId },
    )
  }
}
