import { Decimal } from '../../src/events/decimal.ts'
import { encodeEventText } from '../../src/events/encoding.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { memoryLog } from '../../src/log/open-store.ts'
import { runBacktest } from '../../src/backtest/run-backtest.ts'
import type { BacktestOptions } from '../../src/backtest/run-options.ts'
import type { SourceEvent } from '../../src/backtest/source.ts'
import type { Strategy } from '../../src/backtest/strategy.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'

/** 17 November 2026, 09:30 UTC. */
export const opening = Date.UTC(2026, 10, 17, 9, 30)
export const minute = 60_000

export const d = (value: string | number): Decimal => new Decimal(value)

/** A trade, so many milliseconds after the opening. */
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

/** Bars of a price that swings, one a minute, the first of them closing a minute after the opening. */
export function bars(count: number): SourceEvent[] {
  const close = (index: number): number =>
    Math.round((100 + 8 * Math.sin(index / 5) + 3 * Math.sin(index / 2)) * 100) / 100
  return Array.from({ length: count }, (_, index) => {
    const [open, end] = [close(index), close(index + 1)]
    return {
      type: 'market.new_bar',
      data: {
        symbol: 'SPX',
        timeframe: '1m',
        openTime: opening + index * minute,
        timestamp: opening + (index + 1) * minute,
        open: d(open),
        high: d(Math.max(open, end)).plus('0.5'),
        low: d(Math.min(open, end)).minus('0.5'),
        close: d(end),
        volume: d(5_000),
      },
    }
  })
}

/** Buys below a price and sells above another, by limits that it cancels with the next bar. */
export function swing(buyBelow = 97, quantity = '10'): Strategy {
  return ({ bus, orders, positions }) => {
    bus.on('market.new_bar', (event) => {
      const { symbol, close } = event.data
      orders.cancelAll(symbol, { cause: event })
      if (!positions.quantity(symbol).isZero()) {
        if (close.gt(104)) orders.closePosition(symbol, { cause: event })
      } else if (close.lt(buyBelow)) {
        orders.buy(symbol, quantity, { price: close.minus('0.25'), cause: event })
        orders.buy(symbol, quantity, { cause: event })
      }
    })
  }
}

/** A backtest that was recorded. */
export async function recorded(
  options: Partial<BacktestOptions> = {},
  log: EventLog = memoryLog(),
): Promise<EventLog> {
  await runBacktest({
    sources: [bars(200)],
    strategy: swing(),
    desk: { broker: paperBroker() },
    progress: false,
    ...options,
    log,
  })
  return log
}

/** The events of a log, each as its text. */
export async function linesOf(log: EventLog, pattern: '*' | 'order.*' = '*'): Promise<string[]> {
  const lines: string[] = []
  for await (const { event } of log.read({ pattern })) lines.push(encodeEventText(event))
  return lines
}
