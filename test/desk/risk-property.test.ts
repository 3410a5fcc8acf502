import { assert, array, boolean, constantFrom, integer, property, record } from 'fast-check'
import { createBus, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { positionKeeper } from '../../src/desk/position-keeper.ts'
import { riskGuard } from '../../src/desk/risk-guard.ts'
import { seed } from '../property/runs.ts'
import { d } from './risk-desk.ts'

const step = record({
  act: constantFrom(
    'order',
    'order',
    'order',
    'fill',
    'fill',
    'fill',
    'cancel',
    'change',
    'repeat',
  ),
  side: constantFrom('buy', 'sell'),
  reduceOnly: boolean(),
  quantity: integer({ min: 1, max: 25 }),
  pick: integer({ min: 0, max: 1_000 }),
})

interface VenueOrder {
  readonly orderId: string
  readonly side: 'buy' | 'sell'
  readonly reduceOnly: boolean
  quantity: number
  filled: number
}

const base = { symbol: 'SPX', timestamp: 0 }

/** A venue that keeps the orders that were let through, and fills them as it likes. */
function venue(maxPosition: number) {
  const bus = createBus({ clock: new SimulatedClock() })
  const positions = positionKeeper(bus)
  const guard = riskGuard(bus, positions, { maxPosition: String(maxPosition) })
  const orders: VenueOrder[] = []
  let count = 0
  let last: (() => void) | undefined
  const position = (): number => positions.quantity('SPX').toNumber()
  const order = (side: 'buy' | 'sell', quantity: number, reduceOnly: boolean): void => {
    count += 1
    const data = {
      ...base,
      orderId: `o${count}`,
      side,
      quantity: d(quantity),
      orderType: 'market',
      timeInForce: 'gtc',
      reduceOnly,
    } as const
    const event = bus.emitSync('order.submitted', data)
    if (guard.checkOrder(data, event) !== undefined) return
    orders.push({ orderId: data.orderId, side, reduceOnly, quantity, filled: 0 })
  }
  const fill = (each: VenueOrder, wanted: number): void => {
    const held = each.side === 'sell' ? position() : -position()
    const most = each.quantity - each.filled
    const quantity = Math.min(wanted, most, each.reduceOnly ? Math.max(0, held) : most)
    if (quantity === 0) return
    each.filled += quantity
    count += 1
    const remaining = each.quantity - each.filled
    const data = {
      ...base,
      orderId: each.orderId,
      side: each.side,
      tradeId: `t${count}`,
      lastPrice: d(1),
      lastQuantity: d(quantity),
      filledQuantity: d(each.filled),
      remainingQuantity: d(remaining),
      averagePrice: d(1),
    }
    if (remaining === 0) orders.splice(orders.indexOf(each), 1)
    last = () => {
      bus.emitSync(remaining === 0 ? 'order.filled' : 'order.partial_fill', data)
    }
    last()
  }
  const cancel = (each: VenueOrder): void => {
    orders.splice(orders.indexOf(each), 1)
    const { orderId, filled } = each
    bus.emitSync('order.cancelled', { ...base, orderId, filledQuantity: d(filled) })
  }
  const change = (each: VenueOrder, quantity: number): void => {
    const { orderId, side, reduceOnly, filled } = each
    const terms = { ...base, orderId, side, reduceOnly, quantity: d(each.quantity) }
    const order = { ...terms, orderType: 'market', timeInForce: 'gtc' } as const
    if (quantity <= filled) return
    const refusal = guard.checkChanges(order, { quantity: d(quantity) }, undefined)
    if (refusal !== undefined) {
      bus.emitSync('order.modify_rejected', { ...base, orderId, reason: refusal.reason })
      return
    }
    each.quantity = quantity
    bus.emitSync('order.modified', { ...base, orderId, quantity: d(quantity) })
  }
  return { order, fill, cancel, change, orders, position, repeat: () => last?.() }
}

describe('riskGuard: any sequence of orders and fills', () => {
  it('never leaves a position larger than maxPosition', () => {
    console.log(`risk guard, maxPosition: TRADEWIRE_SEED=${seed} replays it`)
    assert(
      property(array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const { orders, ...at } = venue(10)
        for (const { act, side, reduceOnly, quantity, pick } of steps) {
          const chosen = orders[pick % Math.max(1, orders.length)]
          if (act === 'order') at.order(side, quantity, reduceOnly)
          else if (act === 'repeat') at.repeat()
          else if (chosen === undefined) continue
          else if (act === 'fill') at.fill(chosen, quantity)
          else if (act === 'cancel') at.cancel(chosen)
          else at.change(chosen, quantity)
          expect(Math.abs(at.position())).toBeLessThanOrEqual(10)
        }
      }),
      { numRuns: 300, seed },
    )
  }, 120_000)
})
