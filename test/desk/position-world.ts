import { createBus, Decimal, SimulatedClock, type TradewireEvent } from 'tradewire'
import { afterEach, expect } from 'vitest'
import { positionKeeper } from '../../src/desk/position-keeper.ts'
import type { PositionKeeperOptions } from '../../src/desk/position-options.ts'

/** What nobody expected, of all worlds of a test. */
const troubles: unknown[] = []

afterEach(() => {
  expect(troubles.splice(0)).toEqual([])
})

/** A decimal. */
export const d = (text: string | number): Decimal => new Decimal(text)

/** A fill in few words. */
export interface FillText {
  readonly side?: 'buy' | 'sell'
  readonly quantity: string
  readonly price: string
  readonly symbol?: string
  readonly fee?: readonly [amount: string, currency: string]
  readonly tradeId?: string
  readonly orderId?: string
  readonly accountId?: string
  readonly strategyId?: string
  readonly venue?: string
  /** What remains of its order. Default 0: it is an `order.filled`. */
  readonly remaining?: string
}

/** Decimals as text, and no keys that are undefined. */
export function plain(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data))
}

/** A bus at 1,000 ms with a position keeper, what they emitted, and short ways to tell them things. */
export function world(options: PositionKeeperOptions = {}, start = 1_000) {
  const clock = new SimulatedClock({ start })
  const bus = createBus({ clock, freeze: true, onError: (error) => troubles.push(error) })
  const events: TradewireEvent[] = []
  const warnings: { readonly code: string; readonly message: string }[] = []
  bus.on('system.error', ({ data }) => troubles.push(data))
  bus.on('system.warning', ({ data }) => warnings.push(data))
  bus.on('position.*', (event) => events.push(event))
  const keeper = positionKeeper(bus, options)
  let trades = 0
  const fill = (text: FillText) => {
    trades += 1
    const { quantity, price, fee, remaining = '0', ...rest } = text
    const data = {
      symbol: 'ACME',
      orderId: `order-${trades}`,
      tradeId: `trade-${trades}`,
      side: 'buy' as const,
      timestamp: clock.now(),
      lastPrice: d(price),
      lastQuantity: d(quantity),
      filledQuantity: d(quantity),
      remainingQuantity: d(remaining),
      averagePrice: d(price),
      ...(fee && { fee: { amount: d(fee[0]), currency: fee[1] } }),
      ...rest,
    }
    return remaining === '0'
      ? bus.emitSync('order.filled', data)
      : bus.emitSync('order.partial_fill', data)
  }
  return {
    bus,
    clock,
    keeper,
    events,
    warnings,
    fill,
    buy: (quantity: string, price: string, more: Partial<FillText> = {}) =>
      fill({ side: 'buy', quantity, price, ...more }),
    sell: (quantity: string, price: string, more: Partial<FillText> = {}) =>
      fill({ side: 'sell', quantity, price, ...more }),
    bar: (close: string, symbol = 'ACME', venue?: string) =>
      bus.emitSync('market.new_bar', {
        symbol,
        timeframe: '1m',
        openTime: clock.now() - 1,
        timestamp: clock.now(),
        open: d(close),
        high: d(close),
        low: d(close),
        close: d(close),
        volume: d(1),
        ...(venue && { venue }),
      }),
    tick: (price: string, symbol = 'ACME') =>
      bus.emitSync('market.trade_tick', {
        symbol,
        timestamp: clock.now(),
        price: d(price),
        size: d(1),
        aggressorSide: 'buy',
      }),
    quote: (bid: string, ask: string, sizes = ['1', '1'], venue?: string) =>
      bus.emitSync('market.quote_update', {
        symbol: 'ACME',
        timestamp: clock.now(),
        bidPrice: d(bid),
        bidSize: d(sizes[0]!),
        askPrice: d(ask),
        askSize: d(sizes[1]!),
        ...(venue && { venue }),
      }),
    data: (values: { readonly markPrice?: string; readonly last?: string }) =>
      bus.emitSync('market.data_update', {
        symbol: 'ACME',
        timestamp: clock.now(),
        volume: d(5),
        ...(values.markPrice && { markPrice: d(values.markPrice) }),
        ...(values.last && { last: d(values.last) }),
      }),
    /** Types of the events so far, without their category; and forgets them. */
    types: () => events.splice(0).map(({ type }) => type.replace('position.', '')),
    /** Payloads of the events so far, as JSON has them; and forgets them. */
    payloads: () =>
      events.splice(0).map(({ type, data }) => ({ type, ...(plain(data) as object) })),
    /** The sums that anybody may ask for, as text. */
    sums: () => ({
      cash: keeper.cash.toFixed(),
      equity: keeper.equity.toFixed(),
      realized: keeper.realizedPnl.toFixed(),
      unrealized: keeper.unrealizedPnl.toFixed(),
      exposure: keeper.exposure.toFixed(),
    }),
  }
}

export type World = ReturnType<typeof world>
