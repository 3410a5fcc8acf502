import { createBus, Decimal, SimulatedClock, type TradingEvent } from 'tradewire'
import { onTestFinished } from 'vitest'
import type { OrderSubmitted } from '../../src/events/order.ts'
import type { Refusal } from '../../src/desk/order-check.ts'
import { positionKeeper } from '../../src/desk/position-keeper.ts'
import type { PositionKeeperOptions } from '../../src/desk/position-options.ts'
import { riskGuard, type RiskCommands, type RiskGuardOptions } from '../../src/desk/risk-guard.ts'

export const d = (value: string | number): Decimal => new Decimal(value)

export interface DeskOptions {
  readonly positions?: PositionKeeperOptions
  readonly start?: number
  readonly commands?: RiskCommands
}

/** 1 January 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 0, 1, 12)

/** A bus with a keeper; whatever goes wrong on it fails the test. */
export function keptBus(options: DeskOptions = {}) {
  const clock = new SimulatedClock({ start: options.start ?? noon })
  const errors: unknown[] = []
  const bus = createBus({ clock, onError: (error) => errors.push(error) })
  const events: TradingEvent[] = []
  bus.onAny((event) => {
    events.push(event)
  })
  const positions = positionKeeper(bus, {
    initialCash: d(100_000),
    pnlIntervalMs: Infinity,
    ...options.positions,
  })
  onTestFinished(() => {
    const failed = events.filter(({ type }) => type === 'system.error')
    if (errors.length + failed.length > 0) {
      throw new Error(`Something failed: ${JSON.stringify([errors.map(String), failed])}`)
    }
  })
  let trades = 0
  const ofType = <Type extends TradingEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<TradingEvent, { type: Type }> => event.type === type)
  const mark = (price: string | number, symbol = 'SPX') =>
    bus.emitSync('market.trade_tick', {
      symbol,
      timestamp: clock.now(),
      price: d(price),
      size: d(1),
      aggressorSide: 'none',
    })
  /** A fill of a whole order, at a price. */
  const trade = (
    order: Pick<OrderSubmitted, 'orderId' | 'side'> & { readonly symbol?: string },
    quantity: string | number,
    price: string | number,
    more: Record<string, unknown> = {},
  ) => {
    trades += 1
    const { orderId, side, symbol = 'SPX' } = order
    const data = {
      orderId,
      side,
      symbol,
      timestamp: clock.now(),
      tradeId: `t${trades}`,
      lastPrice: d(price),
      lastQuantity: d(quantity),
      filledQuantity: d(quantity),
      remainingQuantity: d(0),
      averagePrice: d(price),
      ...more,
    }
    return data.remainingQuantity.isZero()
      ? bus.emitSync('order.filled', data)
      : bus.emitSync('order.partial_fill', data)
  }
  return { bus, clock, errors, events, positions, ofType, mark, trade }
}

/** A desk with a guard, and a broker that places what the guard lets through. */
export function guardedDesk(options: RiskGuardOptions = {}, more: DeskOptions = {}) {
  const kept = keptBus(more)
  const { bus, clock, positions, trade } = kept
  const guard = riskGuard(bus, positions, options, more.commands)
  const refusals: Refusal[] = []
  bus.on('order.submitted', (event) => {
    const refusal = guard.checkOrder(event.data, event)
    const { orderId, symbol } = event.data
    const timestamp = clock.now()
    if (refusal === undefined) bus.emitSync('order.placed', event.data, { cause: event })
    else {
      refusals.push(refusal)
      bus.emitSync('order.rejected', { orderId, symbol, timestamp, ...refusal }, { cause: event })
    }
  })
  let count = 0
  /** Submits an order; returns the code it was refused with. */
  const send = (
    side: 'buy' | 'sell',
    quantity: string | number,
    terms: Partial<OrderSubmitted> = {},
  ): string | undefined => {
    count += 1
    const before = refusals.length
    bus.emitSync('order.submitted', {
      orderId: `o${count}`,
      symbol: 'SPX',
      side,
      orderType: terms.price === undefined ? 'market' : 'limit',
      quantity: d(quantity),
      timeInForce: 'gtc',
      timestamp: clock.now(),
      ...terms,
    })
    return refusals.length > before ? refusals.at(-1)!.code : undefined
  }
  /** Opens a position through the guard. */
  const hold = (side: 'buy' | 'sell', quantity: string | number, price: string | number): void => {
    const code = send(side, quantity)
    if (code !== undefined) throw new Error(`The order was refused: ${code}`)
    trade({ orderId: `o${count}`, side }, quantity, price)
  }
  /** Limits that were told of, as `limit current/limit unit action`. */
  const told = (type: 'risk.limit_warning' | 'risk.limit_exceeded'): string[] =>
    kept
      .ofType(type)
      .map(
        ({ data }) =>
          `${data.limit} ${data.currentValue.toString()}/${data.limitValue.toString()} ${data.unit} ${data.action}`,
      )
  return {
    ...kept,
    guard,
    refusals,
    send,
    hold,
    warnings: () => told('risk.limit_warning'),
    exceeded: () => told('risk.limit_exceeded'),
    get lastId() {
      return `o${count}`
    },
  }
}
