import { createBus, Decimal, SimulatedClock } from 'tradewire'
import { describe, expect, it, vi } from 'vitest'
import { Holding } from '../../src/desk/position-holding.ts'
import { positionKeeper } from '../../src/desk/position-keeper.ts'

const d = (value: string | number): Decimal => new Decimal(value)

function book() {
  const bus = createBus({ clock: new SimulatedClock({ start: 0 }) })
  const positions = positionKeeper(bus, { initialCash: d(1_000), pnlIntervalMs: Infinity })
  let fills = 0
  const fill = (symbol: string, side: 'buy' | 'sell', quantity: number, price: string) => {
    fills += 1
    bus.emitSync('order.filled', {
      orderId: `o${fills}`,
      tradeId: `t${fills}`,
      symbol,
      side,
      timestamp: 0,
      lastPrice: d(price),
      lastQuantity: d(quantity),
      filledQuantity: d(quantity),
      remainingQuantity: d(0),
      averagePrice: d(price),
    })
  }
  const trade = (symbol: string, price: string) =>
    bus.emitSync('market.trade_tick', {
      symbol,
      timestamp: 0,
      price: d(price),
      size: d(1),
      aggressorSide: 'none',
    })
  return { positions, fill, trade }
}

describe('positionKeeper: equity and exposure', () => {
  it('computes only the positions anew that have changed since they were asked for', () => {
    const { positions, fill, trade } = book()
    for (let number = 0; number < 40; number += 1) fill(`S${number}`, 'buy', 1, '10')
    expect(positions.equity).toEqual(d(1_000))
    const value = vi.spyOn(Holding.prototype, 'value', 'get')
    trade('S7', '10.5')
    trade('S7', '11')
    expect([positions.equity, positions.exposure]).toEqual([d(1_001), d(401)])
    expect([positions.equity, positions.exposure]).toEqual([d(1_001), d(401)])
    expect(value).toHaveBeenCalledTimes(1)
    value.mockRestore()
  })

  it('knows of positions that have grown, shrunk, turned and gone between two questions', () => {
    const { positions, fill, trade } = book()
    fill('A', 'buy', 2, '10')
    fill('B', 'sell', 3, '5')
    // 1000 - 20 + 15 cash, 20 long, -15 short.
    expect([positions.equity, positions.exposure]).toEqual([d(1_000), d(35)])
    trade('A', '11')
    fill('A', 'buy', 1, '12')
    fill('B', 'buy', 1, '4')
    // Cash 995 - 12 - 4 = 979; 3 at 12 is 36, -2 at 4 is -8.
    expect([positions.equity, positions.exposure]).toEqual([d(1_007), d(44)])
    trade('A', '13')
    fill('A', 'sell', 5, '14')
    fill('B', 'buy', 2, '4')
    // Cash 979 + 70 - 8 = 1041; -2 at 14 is -28.
    expect([positions.equity, positions.exposure]).toEqual([d(1_013), d(28)])
    fill('A', 'buy', 2, '14')
    expect([positions.equity, positions.exposure]).toEqual([d(1_013), d(0)])
  })
})
