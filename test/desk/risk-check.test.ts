import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import type { OrderSubmitted } from '../../src/events/order.ts'
import { OpenOrders } from '../../src/desk/open-orders.ts'
import { RiskProjection } from '../../src/desk/risk-check.ts'
import { describe, expect, it } from 'vitest'
import { seed } from '../property/runs.ts'
import { d, guardedDesk, keptBus } from './risk-desk.ts'

const symbols = ['SPX', 'ES', 'NQ'] as const
const orders = record({
  symbol: constantFrom(...symbols),
  side: constantFrom('buy', 'sell'),
  quantity: integer({ min: 1, max: 1_000_000 }),
  reduceOnly: boolean(),
  isFilled: boolean(),
})

describe('RiskProjection', () => {
  it('knows in floats what orders lead to, as exactly as it says', () => {
    console.log(`exposure in floats: TRADEWIRE_SEED=${seed} replays it`)
    assert(
      property(array(orders, { minLength: 1, maxLength: 12 }), (all) => {
        const { bus, mark, trade, positions } = keptBus({
          positions: { instruments: { ES: { multiplier: d(50) } } },
        })
        const open = new OpenOrders(bus, 1_000, () => {})
        const projection = new RiskProjection(positions, open)
        for (const [index, symbol] of symbols.entries()) mark(`${index + 1}.37`, symbol)
        for (const [index, { symbol, side, quantity, reduceOnly, isFilled }] of all.entries()) {
          const order: OrderSubmitted = {
            orderId: `o${index}`,
            symbol,
            side,
            quantity: d(quantity).div(1_000),
            orderType: 'market',
            timeInForce: 'gtc',
            timestamp: 0,
          }
          const proposal = {
            order,
            quantity: order.quantity,
            more: order.quantity,
            price: undefined,
          }
          const exact = projection.exposure(proposal)!.toNumber()
          expect(Math.abs(projection.exposureFloat(proposal) - exact)).toBeLessThan(1e-9 * exact)
          open.add({ ...order, reduceOnly })
          if (isFilled) trade(order, order.quantity.toFixed(), `${index + 1}.5`, { symbol })
        }
        open.close()
      }),
      { seed, numRuns: 300 },
    )
  })
})

describe('riskGuard: maxExposure', () => {
  it('refuses one unit of the last place above the limit, and lets the limit itself pass', () => {
    const desk = guardedDesk({ maxExposure: '1000', maxLeverage: '0.01' })
    desk.mark(1)
    expect(desk.send('buy', '1000.0000000000000000000000001')).toBe('RISK_EXPOSURE')
    expect(desk.send('buy', '1000')).toBeUndefined()
    expect(desk.send('sell', '1000.0000000000000000000000001')).toBe('RISK_EXPOSURE')
  })
})
