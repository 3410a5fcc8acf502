import { describe, expect, it } from 'vitest'
import { d, plain, world } from './position-world.ts'

const names = { accountId: 'main', strategyId: 'breakout', venue: 'binance' }

describe('positionKeeper', () => {
  it('opens, enlarges, reduces and closes a long position', () => {
    const { buy, sell, keeper, payloads, clock } = world({ initialCash: d('1000') })
    const fee = ['1', 'USD'] as const
    buy('2', '100', { ...names, fee })
    buy('1', '103', { ...names, fee, remaining: '7' })
    sell('1', '110', { ...names, fee })
    sell('2', '90', { ...names, fee })
    const shared = {
      positionId: 'main/breakout/ACME#1',
      symbol: 'ACME',
      ...names,
      currency: 'USD',
      timestamp: clock.now(),
    }
    expect(payloads()).toEqual([
      {
        type: 'position.opened',
        ...shared,
        side: 'long',
        quantity: '2',
        averageEntryPrice: '100',
        // The fee.
        realizedPnl: '-1',
        openedAt: 1_000,
        openingOrderId: 'order-1',
      },
      {
        type: 'position.updated',
        ...shared,
        side: 'long',
        quantity: '3',
        // (2 x 100 + 103) / 3
        averageEntryPrice: '101',
        realizedPnl: '-2',
        lastPrice: '103',
        lastQuantity: '1',
        orderId: 'order-2',
      },
      {
        type: 'position.updated',
        ...shared,
        side: 'long',
        quantity: '2',
        averageEntryPrice: '101',
        // 110 - 101 - 3
        realizedPnl: '6',
        lastPrice: '110',
        lastQuantity: '1',
        orderId: 'order-3',
      },
      {
        type: 'position.closed',
        ...shared,
        side: 'flat',
        quantity: '0',
        averageEntryPrice: '101',
        // 9 + 2 x (90 - 101) - 4
        realizedPnl: '-17',
        openedAt: 1_000,
        closedAt: 1_000,
        // (110 + 2 x 90) / 3, in 64 digits
        averageExitPrice: `96.${'6'.repeat(61)}7`,
        closingOrderId: 'order-4',
      },
    ])
    expect(keeper.cash.toFixed()).toBe('983')
    expect(keeper.get('ACME')).toBeUndefined()
    expect(keeper.quantity('ACME').isZero()).toBe(true)
    expect([keeper.closedCount, keeper.openCount, keeper.fillCount]).toEqual([1, 0, 4])
  })

  it('gains with a short position when the price falls', () => {
    const { buy, sell, sums, keeper } = world({ initialCash: d('1000') })
    sell('4', '50')
    expect(keeper.get('ACME')).toMatchObject({ side: 'short', openedAt: 1_000 })
    expect(keeper.quantity('ACME').toFixed()).toBe('-4')
    buy('1', '40')
    // Cash 1000 + 200 - 40; the 3 that are left are worth -3 x 40, the price of the last trade.
    expect(sums()).toEqual({
      cash: '1160',
      equity: '1040',
      realized: '10',
      unrealized: '30',
      exposure: '120',
    })
    buy('3', '60')
    // 10 + 3 x (50 - 60)
    expect(sums()).toMatchObject({ cash: '980', equity: '980', realized: '-20', exposure: '0' })
  })

  it('closes one position and opens another when a fill goes through zero', () => {
    const { buy, sell, payloads, keeper, bus } = world()
    buy('3', '10')
    payloads()
    const fill = sell('7', '12', { fee: ['1', 'USD'] })
    const causes = bus.history.query({ pattern: 'position.*' }).slice(-2)
    expect(causes.map(({ causationId }) => causationId)).toEqual([fill.id, fill.id])
    expect(causes.map(({ source }) => source)).toEqual(['position-keeper', 'position-keeper'])
    // 3/7 of the fee are cut off after 40 places, and the new position takes what is left.
    const closingFee = '0.4285714285714285714285714285714285714285'
    const openingFee = '0.5714285714285714285714285714285714285715'
    expect(payloads()).toMatchObject([
      {
        type: 'position.closed',
        positionId: '-/-/ACME#1',
        averageExitPrice: '12',
        realizedPnl: d(6).minus(closingFee).toFixed(),
      },
      {
        type: 'position.opened',
        positionId: '-/-/ACME#2',
        side: 'short',
        quantity: '4',
        averageEntryPrice: '12',
        realizedPnl: `-${openingFee}`,
        openingOrderId: 'order-2',
      },
    ])
    expect(keeper.realizedPnl.toFixed()).toBe('5')
    expect(keeper.get('ACME')?.fees.toFixed()).toBe(openingFee)
  })

  it('flips a short position as well, any number of times', () => {
    const { buy, sell, types, keeper } = world()
    sell('1', '100')
    buy('2', '90')
    sell('2', '95')
    buy('1', '95')
    expect(types()).toEqual(['opened', 'closed', 'opened', 'closed', 'opened', 'closed'])
    // 10 + 5 + 0
    expect(keeper.realizedPnl.toFixed()).toBe('15')
    expect(keeper.closedCount).toBe(3)
  })

  it.each([
    // Bought 2 at 10, 2 at 20; 3 are sold at 30, and 1 is left.
    // 90 - 3 x 15
    ['average', '15', '45', '15'],
    // 90 - 2 x 10 - 20
    ['fifo', '20', '50', '20'],
    // 90 - 2 x 20 - 10
    ['lifo', '10', '40', '10'],
  ] as const)('knows what a part has cost by the method %s', (method, average, realized, cost) => {
    const { buy, sell, keeper } = world({ method })
    buy('2', '10')
    buy('2', '20')
    sell('3', '30')
    expect(plain(keeper.get('ACME'))).toMatchObject({
      averageEntryPrice: average,
      realizedPnl: realized,
      cost,
      quantity: '1',
    })
    sell('1', '30')
    // 4 x 30 - 60, by every method.
    expect(keeper.realizedPnl.toFixed()).toBe('60')
  })

  it.each(['fifo', 'lifo'] as const)(
    'takes a part of a lot, and lots of one price, by %s',
    (method) => {
      const { buy, sell, keeper } = world({ method })
      buy('2', '10')
      buy('1', '10.0')
      buy('2', '20')
      sell('1', '10')
      sell('1', '10')
      // fifo: 1 at 10 and 2 at 20 are left; lifo: 3 at 10.
      expect(keeper.get('ACME')?.cost.toFixed()).toBe(method === 'fifo' ? '50' : '30')
      sell('2', '10')
      expect(keeper.get('ACME')?.cost.toFixed()).toBe(method === 'fifo' ? '20' : '10')
    },
  )

  it('keeps the average entry price when a part is closed, to the last digit', () => {
    const { buy, sell, keeper } = world()
    buy('1', '100')
    buy('2', '101')
    const before = keeper.get('ACME')!.averageEntryPrice
    // 302 / 3
    expect(before.toFixed()).toBe(`100.${'6'.repeat(60)}7`)
    sell('1', '101')
    expect(keeper.get('ACME')!.averageEntryPrice.toFixed()).toBe(before.toFixed())
  })

  it('loses nothing where a cost cannot be divided', () => {
    const { buy, sell, keeper, sums } = world({ initialCash: d('500') })
    buy('1', '100')
    buy('2', '101')
    sell('1', '101')
    // The cost of a third of 302 is cut off after 40 places; the rest of the cost is what is left.
    const taken = `100.${'6'.repeat(40)}`
    const rest = `201.${'3'.repeat(39)}4`
    expect(keeper.get('ACME')?.cost.toFixed()).toBe(rest)
    expect(keeper.realizedPnl.toFixed()).toBe(`0.${'3'.repeat(39)}4`)
    expect(d('101').minus(taken).toFixed()).toBe(keeper.realizedPnl.toFixed())
    sell('2', '102')
    // 500 - 302 + 101 + 204
    expect(sums()).toMatchObject({ cash: '503', equity: '503', realized: '3' })
  })

  it('multiplies amounts by the contract multiplier, and no price', () => {
    const instruments = { ES: { multiplier: d('50') } }
    const { buy, sell, keeper, sums } = world({ instruments, initialCash: d('1000000') })
    buy('2', '5000.25', { symbol: 'ES', fee: ['4.5', 'USD'] })
    sell('1', '5010.25', { symbol: 'ES', fee: ['2.25', 'USD'] })
    expect(plain(keeper.get('ES'))).toMatchObject({
      multiplier: '50',
      averageEntryPrice: '5000.25',
      // 5000.25 x 50
      cost: '250012.5',
      value: '250512.5',
      // 10 x 50 - 6.75
      realizedPnl: '493.25',
      unrealizedPnl: '500',
      fees: '6.75',
    })
    // 1000000 - 2 x 250012.5 + 250512.5 - 6.75
    expect(sums()).toMatchObject({ cash: '750480.75', equity: '1000993.25', exposure: '250512.5' })
    expect(keeper.multiplier('ES').toFixed()).toBe('50')
    expect(keeper.multiplier('ACME').toFixed()).toBe('1')
  })

  it('keeps a rebate as a gain, and negative prices for what they are', () => {
    const { buy, sell, keeper, sums } = world()
    buy('10', '-37.63', { fee: ['-0.5', 'USD'] })
    // The buyer is paid 376.3; the barrels are worth as much less than nothing.
    expect(sums()).toEqual({
      cash: '376.8',
      equity: '0.5',
      realized: '0.5',
      unrealized: '0',
      exposure: '376.3',
    })
    sell('10', '1')
    expect(keeper.cash.toFixed()).toBe('386.8')
    expect(keeper.realizedPnl.toFixed()).toBe('386.8')
  })

  it('nets by account, strategy, symbol and venue', () => {
    const { buy, sell, keeper, types } = world()
    buy('1', '10', { accountId: 'a' })
    buy('2', '10', { accountId: 'b' })
    sell('4', '10', { strategyId: 's', accountId: 'a' })
    buy('8', '10', { accountId: 'a', venue: 'v' })
    buy('16', '10', { accountId: 'a' })
    expect(types()).toEqual(['opened', 'opened', 'opened', 'opened', 'updated'])
    expect(keeper.all().map(({ positionId }) => positionId)).toEqual([
      'a/-/ACME#1',
      'b/-/ACME#2',
      'a/s/ACME#3',
      'a/-/ACME#4',
    ])
    const quantity = (query?: object) => keeper.quantity('ACME', query).toFixed()
    expect(quantity()).toBe('23')
    expect(quantity({ accountId: 'a' })).toBe('21')
    expect(quantity({ strategyId: 's' })).toBe('-4')
    expect(quantity({ venue: 'v', accountId: 'a' })).toBe('8')
    expect(quantity({ venue: 'w' })).toBe('0')
    expect(keeper.quantityFloat('ACME')).toBe(23)
    expect(keeper.quantityFloat('ACME', { accountId: 'b' })).toBe(2)
    expect(keeper.quantityFloat('NONE')).toBe(0)
    expect(keeper.get('ACME', { strategyId: 's' })?.side).toBe('short')
    expect(keeper.get('ACME', { venue: 'w' })).toBeUndefined()
    expect(keeper.get('NONE')).toBeUndefined()
  })

  it('makes an id that fits however long the names are', () => {
    const { buy, payloads } = world()
    const accountId = 'a'.repeat(256)
    buy('1', '10', { accountId, strategyId: 's' })
    buy('1', '10', { accountId, strategyId: 't' })
    const ids = payloads().map((data) => (data as { positionId?: string }).positionId)
    expect(ids).toEqual([`${'a'.repeat(254)}#1`, `${'a'.repeat(254)}#2`])
  })

  it('gives positions that later fills do not change', () => {
    const { buy, keeper } = world()
    buy('1', '10')
    const before = keeper.get('ACME')!
    buy('1', '20')
    expect(before.quantity.toFixed()).toBe('1')
    expect(Object.isFrozen(before)).toBe(true)
    expect(keeper.get('ACME')?.signedQuantity.toFixed()).toBe('2')
  })

  it('has booked a fill before others hear of it, whoever subscribed first', () => {
    const seen: string[] = []
    const { bus, buy, keeper } = world()
    bus.on('order.filled', () => seen.push(keeper.quantity('ACME').toFixed()))
    bus.on('order.filled', () => seen.push(keeper.quantity('ACME').toFixed()), { priority: 1_001 })
    buy('1', '10')
    expect(seen).toEqual(['0', '1'])
  })

  it('books a fill that is handled while the bus closes, and emits nothing then', async () => {
    const { bus, buy, keeper, types, bar } = world({ pnlIntervalMs: 0 })
    buy('1', '10')
    types()
    const gate = Promise.withResolvers<void>()
    bus.hold(() => gate.promise)
    buy('1', '10', { fee: ['1', 'EUR'] })
    bar('12')
    const closing = bus.close()
    gate.resolve()
    await closing
    expect(keeper.quantity('ACME').toFixed()).toBe('2')
    expect(keeper.unrealizedPnl.toFixed()).toBe('4')
    expect(types()).toEqual([])
  })

  it('hears nothing after it was closed, and still tells what it knew', () => {
    const { buy, keeper, bus, types, bar } = world()
    buy('1', '10')
    types()
    const handlers = bus.handlerCount()
    keeper.close()
    keeper[Symbol.dispose]()
    expect(handlers - bus.handlerCount()).toBe(5)
    buy('1', '10')
    bar('11')
    expect(types()).toEqual([])
    expect(keeper.quantity('ACME').toFixed()).toBe('1')
  })
})
