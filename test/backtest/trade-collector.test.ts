import { describe, expect, it } from 'vitest'
import { createBus, Decimal, type OrderFilled, SimulatedClock } from 'tradewire'
import { positionKeeper } from 'tradewire/desk'
import type { RoundTrip } from '../../src/backtest/round-trip.ts'
import { TradeCollector } from '../../src/backtest/trade-collector.ts'
import type { Fill } from '../../src/backtest/trade-fill.ts'

const d = (text: string): Decimal => new Decimal(text)

interface Terms extends Partial<OrderFilled> {
  readonly at?: number
  readonly feeAmount?: string
  readonly feeCurrency?: string
}

let trades = 0

/** A fill of `quantity` at `price`; a quantity below 0 sells. */
function fill(quantity: string, price: string, terms: Terms = {}): Fill {
  const { at = 0, feeAmount, feeCurrency = 'USD', ...rest } = terms
  trades += 1
  const size = d(quantity).abs()
  return {
    orderId: 'order-1',
    tradeId: `trade-${trades}`,
    symbol: 'SPX',
    timestamp: at,
    side: d(quantity).gt(0) ? 'buy' : 'sell',
    lastPrice: d(price),
    lastQuantity: size,
    filledQuantity: size,
    remainingQuantity: d('0'),
    averagePrice: d(price),
    ...(feeAmount !== undefined && { fee: { amount: d(feeAmount), currency: feeCurrency } }),
    ...rest,
  }
}

function collected(fills: readonly Fill[]): readonly RoundTrip[] {
  const collector = new TradeCollector()
  for (const each of fills) collector.fill(each)
  return collector.roundTrips()
}

const money = (trip: RoundTrip): string[] => [trip.pnl, trip.fees].map((value) => value.toFixed())

describe('TradeCollector', () => {
  it('makes one trade of what opens, grows, shrinks and closes a position', () => {
    const [trip, ...others] = collected([
      fill('2', '100', { at: 10, feeAmount: '0.2' }),
      fill('3', '110', { at: 20, feeAmount: '0.33' }),
      fill('-1', '120', { at: 30, feeAmount: '0.12' }),
      fill('-4', '105', { at: 40, feeAmount: '0.42' }),
    ])
    // In: 2 x 100 + 3 x 110 = 530. Out: 1 x 120 + 4 x 105 = 540. Fees: 1.07. 540 - 530 - 1.07 = 8.93.
    expect(money(trip!)).toEqual(['8.93', '1.07'])
    expect(trip).toMatchObject({
      number: 1,
      symbol: 'SPX',
      side: 'long',
      quantity: d('5'),
      openedAt: 10,
      closedAt: 40,
      entryPrice: d('106'),
      exitPrice: d('108'),
      durationMs: 30,
      open: false,
    })
    expect(trip!.returnPercent).toBeCloseTo((100 * 8.93) / 530, 12)
    expect(others).toEqual([])
  })

  it('gains with a short trade when prices fall', () => {
    const [trip] = collected([fill('-2', '100'), fill('2', '90', { feeAmount: '-0.5' })])
    // 200 came in, 180 went out, and 0.5 was given back.
    expect(trip).toMatchObject({ side: 'short', entryPrice: d('100'), exitPrice: d('90') })
    expect(money(trip!)).toEqual(['20.5', '-0.5'])
    expect(trip!.returnPercent).toBe(10.25)
  })

  it('splits a fill through zero in two, and its fee by quantity to the last digit', () => {
    const trips = collected([fill('3', '10'), fill('-7', '12', { at: 5, feeAmount: '1' })])
    expect(trips.map(({ side, open, quantity }) => [side, open, quantity.toFixed()])).toEqual([
      ['long', false, '3'],
      ['short', true, '4'],
    ])
    expect(trips[1]!.openedAt).toBe(5)
    // 3 / 7 and 4 / 7 have no end; their sum is 1 all the same.
    expect(trips[0]!.fees.toFixed()).toMatch(/^0\.428571428571/)
    expect(trips[0]!.fees.plus(trips[1]!.fees).toFixed()).toBe('1')
    expect(trips[0]!.pnl.plus(trips[0]!.fees).toFixed()).toBe('6')
  })

  it('values an open trade at the last price', () => {
    const collector = new TradeCollector()
    collector.fill(fill('2', '100', { at: 10, feeAmount: '1' }))
    expect(collector.roundTrips()[0]).toMatchObject({ open: true, durationMs: 0, pnl: d('-1') })
    collector.price('SPX', d('103.5'), 15)
    collector.price('OTHER', d('1'), 99)
    const [trip] = collector.roundTrips()
    // 2 x 3.5 - 1.
    expect(trip).toMatchObject({ open: true, durationMs: 5, pnl: d('6') })
    expect(trip).not.toHaveProperty('exitPrice')
    expect(trip).not.toHaveProperty('closedAt')
    collector.fill(fill('-1', '110', { at: 20 }))
    // 110 + 1 x 110 - 200 - 1.
    expect(collector.roundTrips()[0]).toMatchObject({
      pnl: d('19'),
      exitPrice: d('110'),
      open: true,
    })
  })

  it('counts the bars that were seen while something was held', () => {
    const collector = new TradeCollector()
    collector.bar('SPX', d('1'), 1)
    collector.fill(fill('1', '1', { at: 2 }))
    for (const at of [3, 4, 5]) collector.bar('SPX', d('1'), at)
    collector.bar('OTHER', d('1'), 6)
    collector.fill(fill('-1', '1', { at: 7 }))
    collector.bar('SPX', d('1'), 8)
    expect(collector.roundTrips()[0]!.bars).toBe(3)
  })

  it('counts the bars of the shortest timeframe that there were any of', () => {
    const collector = new TradeCollector()
    const bar = (at: number, ...timeframes: (string | undefined)[]): void => {
      for (const timeframe of timeframes) collector.bar('SPX', d('1'), at, timeframe)
    }
    bar(1, '1d', '5m')
    collector.fill(fill('1', '1', { at: 2 }))
    bar(3, '5m')
    bar(4, '1d', '5m')
    bar(5, '1m', '1d', '1m')
    bar(5, '1m')
    collector.fill(fill('-1', '1', { at: 6 }))
    collector.fill(fill('1', '1', { at: 6 }))
    bar(7, '1d')
    collector.fill(fill('-1', '1', { at: 8 }))
    // Then nobody says how long they are.
    collector.fill(fill('1', '1', { at: 8 }))
    bar(9, '1d', undefined, undefined)
    expect(collector.roundTrips().map(({ bars }) => bars)).toEqual([3, 1, 2])
  })

  it('keeps what is held apart by account, strategy, symbol and venue', () => {
    const places: Partial<OrderFilled>[] = [
      {},
      { accountId: 'main' },
      { strategyId: 'main' },
      { venue: 'main' },
      { symbol: 'main' },
      { symbol: '__proto__', accountId: 'a', strategyId: 's', venue: 'v' },
    ]
    const trips = collected(places.map((place) => fill('1', '5', place)))
    expect(trips).toHaveLength(places.length)
    expect(trips.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
    expect(trips[5]).toMatchObject(places[5]!)
    expect(trips[0]).not.toHaveProperty('venue')
  })

  it('counts a repeated tradeId once, after the position was closed too', () => {
    const buy = fill('1', '100', { feeAmount: '1' })
    const sell = fill('-1', '110')
    const collector = new TradeCollector()
    for (const each of [buy, buy, sell, buy, sell]) collector.fill(each)
    expect(collector.roundTrips()).toHaveLength(1)
    expect(collector.totals).toMatchObject({
      fills: 2,
      bought: d('100'),
      sold: d('110'),
      fees: d('1'),
    })
    // Another venue may give the same id.
    for (const each of [{ ...buy, venue: 'elsewhere' }]) collector.fill(each)
    expect(collector.totals.fills).toBe(3)
  })

  it('counts both sides of a trade with oneself, as the positions do', () => {
    const bus = createBus({ clock: new SimulatedClock() })
    const keeper = positionKeeper(bus, { pnlIntervalMs: Infinity })
    const collector = new TradeCollector()
    const sides = [
      fill('1', '100', { tradeId: 'same', strategyId: 'a', feeAmount: '1' }),
      fill('-1', '100', { tradeId: 'same', strategyId: 'b', feeAmount: '2' }),
    ]
    for (const each of [...sides, ...sides]) {
      bus.emitSync('order.filled', each)
      collector.fill(each)
    }
    expect([keeper.fillCount, keeper.openCount, keeper.repeatedCount]).toEqual([2, 2, 2])
    expect(collector.roundTrips().map(({ side, pnl }) => [side, pnl.toFixed()])).toEqual([
      ['long', '-1'],
      ['short', '-2'],
    ])
    const hundred = d('100')
    expect(collector.totals).toMatchObject({
      fills: 2,
      bought: hundred,
      sold: hundred,
      fees: d('3'),
    })
  })

  it('multiplies by what a contract stands for', () => {
    const collector = new TradeCollector({
      multiplier: (symbol) => d(symbol === 'ES' ? '50' : '1'),
    })
    collector.fill(fill('2', '4000', { symbol: 'ES', feeAmount: '5' }))
    collector.fill(fill('-2', '4010', { symbol: 'ES' }))
    // 10 points x 2 x 50 - 5.
    expect(collector.roundTrips()[0]).toMatchObject({ pnl: d('995'), entryPrice: d('4000') })
    expect(collector.roundTrips()[0]!.returnPercent).toBe(99_500 / 400_000)
    expect(collector.totals).toMatchObject({ bought: d('400000'), sold: d('401000') })
  })

  it('converts fees, and counts apart what it cannot convert', () => {
    const asked: unknown[] = []
    const collector = new TradeCollector({
      currency: 'USDT',
      convert: (amount, from, to, at) => {
        asked.push([amount.toFixed(), from, to, at])
        return from === 'BNB' ? amount.times(600) : undefined
      },
    })
    collector.fill(fill('1', '100', { at: 3, feeAmount: '0.001', feeCurrency: 'BNB' }))
    collector.fill(fill('-1', '100', { at: 4, feeAmount: '0.5', feeCurrency: 'USDT' }))
    collector.fill(fill('1', '100', { at: 5, feeAmount: '2', feeCurrency: 'XYZ' }))
    collector.fill(fill('1', '100', { at: 6, feeAmount: '3', feeCurrency: 'XYZ' }))
    expect(asked).toEqual([
      ['0.001', 'BNB', 'USDT', 3],
      ['2', 'XYZ', 'USDT', 5],
      ['3', 'XYZ', 'USDT', 6],
    ])
    expect(collector.totals.fees.toFixed()).toBe('1.1')
    expect(collector.totals.otherFees).toEqual(new Map([['XYZ', d('5')]]))
    expect(collector.roundTrips().map(({ fees }) => fees.toFixed())).toEqual(['1.1', '0'])
  })

  it('converts a trade as it is closed, and each fee and turnover as it comes', () => {
    const asked: unknown[] = []
    const collector = new TradeCollector({
      currencyOf: (symbol) => (symbol === 'SAP' ? 'EUR' : 'USD'),
      convert: (amount, from, to, at) => {
        asked.push([amount.toFixed(), from, to, at])
        return from === 'EUR' ? amount.times(at) : undefined
      },
    })
    // Sold short 7 for 70, of which 3 are bought back for 24; then through zero.
    const paid = { symbol: 'SAP', feeCurrency: 'EUR' }
    collector.fill(fill('-7', '10', { ...paid, at: 2, feeAmount: '1' }))
    collector.fill(fill('3', '8', { ...paid, at: 3 }))
    collector.fill(fill('8', '9', { ...paid, at: 4, feeAmount: '2' }))
    expect(asked).toEqual([
      ['70', 'EUR', 'USD', 2],
      ['1', 'EUR', 'USD', 2],
      ['24', 'EUR', 'USD', 3],
      ['72', 'EUR', 'USD', 4],
      ['2', 'EUR', 'USD', 4],
      ['10', 'EUR', 'USD', 4],
    ])
    collector.price('SAP', d('11'), 5)
    const trips = collector.roundTrips()
    // 70 - 24 - 36 = 10 EUR at 4, less 1 at 2 and half of 2 at 4. Then 4 x 2 EUR at 5, less the other half.
    expect(trips.map(money)).toEqual([
      ['34', '6'],
      ['36', '4'],
    ])
    // 10 - 1 - 1 of 70 EUR, and 8 - 1 of 36.
    expect(trips[0]!.returnPercent).toBeCloseTo(800 / 70, 12)
    expect(trips[1]!.returnPercent).toBeCloseTo(700 / 36, 12)
    expect(collector.totals).toMatchObject({ bought: d('360'), sold: d('140'), fees: d('10') })
    expect(collector.unconverted.size).toBe(0)
  })

  it('leaves a trade that it has no rate for in its own currency, fees too', () => {
    const collector = new TradeCollector({ currencyOf: () => 'EUR' })
    const eur = { feeAmount: '1', feeCurrency: 'EUR' }
    collector.fill(fill('2', '10', eur))
    collector.fill(fill('-3', '12', { ...eur, feeAmount: '3' }))
    expect(collector.roundTrips()).toMatchObject([
      { pnl: d('1'), fees: d('3'), currency: 'EUR', returnPercent: 5 },
      { pnl: d('-1'), fees: d('1'), currency: 'EUR', open: true },
    ])
    const none = d('0')
    expect(collector.totals).toMatchObject({ fills: 2, bought: none, sold: none, fees: none })
    expect(collector.totals.otherFees).toEqual(new Map([['EUR', d('4')]]))
    expect(collector.unconverted).toEqual(new Map([['SPX', 'EUR']]))
  })

  it('takes a rate that fails, or gives no number, for one that is not known', () => {
    const failing = (): never => {
      throw new Error('no route to the bank')
    }
    for (const convert of [failing, () => d('NaN'), () => 5 as never]) {
      const collector = new TradeCollector({ convert })
      collector.fill(fill('1', '100', { feeAmount: '1', feeCurrency: 'EUR' }))
      expect(collector.totals.otherFees.get('EUR')?.toFixed()).toBe('1')
    }
  })

  it('knows no rates of its own', () => {
    const collector = new TradeCollector()
    collector.fill(fill('1', '100', { feeAmount: '1', feeCurrency: 'EUR' }))
    expect(collector.totals.otherFees.get('EUR')?.toFixed()).toBe('1')
  })

  it('has no return of what cost nothing, and takes negative prices as they are', () => {
    const [free] = collected([fill('1', '0'), fill('-1', '5')])
    expect(free).not.toHaveProperty('returnPercent')
    // Bought at -37.63, as crude oil was on 20 April 2020, sold at 10.01.
    const [oil] = collected([fill('1', '-37.63'), fill('-1', '10.01')])
    expect(oil).toMatchObject({ pnl: d('47.64'), entryPrice: d('-37.63') })
    expect(oil!.returnPercent).toBeCloseTo((100 * 47.64) / 37.63, 12)
  })

  it('balances to the last digit: cash that came in is what trades gained', () => {
    for (const seed of [1, 2, 3]) {
      const collector = new TradeCollector()
      let state = seed
      const next = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647
        return state % below
      }
      // In units of 10 ^ -6, as whole numbers.
      let cash = 0n
      let held = 0n
      let price = 0n
      for (let index = 0; index < 400; index += 1) {
        const quantity = BigInt(next(2000) - 1000 || 1)
        price = BigInt(next(100_000) + 1)
        const fee = BigInt(next(1000) - 200)
        cash -= quantity * price + fee
        held += quantity
        const text = (value: bigint, places: number): string =>
          new Decimal(value.toString()).div(10 ** places).toFixed()
        collector.fill(
          fill(text(quantity, 3), text(price, 3), { at: index, feeAmount: text(fee, 6) }),
        )
      }
      const sum = collector.roundTrips().reduce((all, { pnl }) => all.plus(pnl), d('0'))
      const expected = new Decimal((cash + held * price).toString()).div(1_000_000)
      // Shares of fees have no end: their rounding is at the 64th digit, and cancels out but for that.
      expect(sum.minus(expected).abs().lt('1e-55'), `seed ${seed}`).toBe(true)
    }
  })

  it('refuses options that cannot be', () => {
    expect(() => new TradeCollector({ currency: '' })).toThrow(/currency must be a string/)
    expect(() => new TradeCollector({ multiplier: 5 as never })).toThrow(
      /multiplier must be a function/,
    )
    expect(() => new TradeCollector({ currencyOf: 'EUR' as never })).toThrow(
      /currencyOf must be a function/,
    )
    expect(() => new TradeCollector({ convert: 5 as never })).toThrow(/convert must be a function/)
    expect(() => new TradeCollector({ dedupCapacity: 0 })).toThrow(/dedupCapacity/)
    expect(() => new TradeCollector({ fees: 1 } as never)).toThrow(/no option "fees"/)
  })
})
