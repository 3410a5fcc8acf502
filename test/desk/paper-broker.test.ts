import { describe, expect, it } from 'vitest'
import { createBus } from '../../src/bus/bus.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'
import { at } from '../support/payloads.ts'
import { barOf, minute, orderOf, runVenue, start, symbol } from './paper-venue-run.ts'

const limit = { orderType: 'limit', price: '90' } as const

describe('paperBroker', () => {
  it('names the venue of the order where it has none of its own', async () => {
    const { submit, bar, events } = runVenue()
    await bar('100 101 99 100')
    submit({ venue: 'binance' })
    submit({ orderId: 'o2' })
    await bar('100 101 99 100')
    const fills = events.filter((event) => event.type === 'order.filled')
    const venues = fills.map(({ data: { orderId, venue } }) => [orderId, venue])
    expect(new Map(venues as [string, string | undefined][])).toEqual(
      new Map([
        ['o1', 'binance'],
        ['o2', undefined],
      ]),
    )
  })

  it('has ids of its own in each session on a live clock', () => {
    const bus = createBus({ run: 'monday' })
    const broker = paperBroker().start(bus)
    bus.on('order.submitted', (event) => broker.submit(event.data, event))
    bus.emitSync('market.quote_update', {
      symbol,
      timestamp: 1,
      bidPrice: at('1'),
      bidSize: at('5'),
      askPrice: at('2'),
      askSize: at('5'),
    })
    bus.emitSync('order.submitted', orderOf({ quantity: '3' }, 1))
    expect(bus.history.query({ pattern: 'order.filled' })[0]?.data).toMatchObject({
      venueOrderId: 'paper-monday-1',
      tradeId: 'paper-monday-t1',
    })
    broker.close()
  })

  it('has the name of its venue', () => {
    expect(paperBroker().name).toBe('paper')
    expect(paperBroker({ venue: 'sim' }).name).toBe('sim')
  })

  it('tells the whole of an order, with ids that count', async () => {
    const { submit, bar, events, said } = runVenue({ venue: 'sim', source: 'the-sim' })
    await bar('100 101 99 100')
    submit({ accountId: 'a', strategyId: 's', quantity: '3' })
    await bar('101 102 100 101')
    expect(said()).toHaveLength(2)
    const [placed, filled] = events
    const names = { orderId: 'o1', symbol, accountId: 'a', strategyId: 's', venue: 'sim' }
    expect(placed).toMatchObject({ source: 'the-sim', type: 'order.placed' })
    expect(placed?.data).toEqual({
      ...orderOf({ ...names, quantity: '3' }, start + minute),
      venueOrderId: 'sim-1',
    })
    expect(filled?.source).toBe('the-sim')
    expect(filled?.causationId).toBe(placed?.id)
    expect(placed?.causationId).toBe(placed?.correlationId)
    expect(filled?.data).toEqual({
      ...names,
      venueOrderId: 'sim-1',
      timestamp: start + minute,
      tradeId: 'sim-t1',
      side: 'buy',
      lastPrice: at('101'),
      lastQuantity: at('3'),
      filledQuantity: at('3'),
      remainingQuantity: at('0'),
      averagePrice: at('101'),
      liquidity: 'taker',
    })
  })

  it('says of a fill before the bar is seen that it happened in', async () => {
    const { submit, bar, bus } = runVenue()
    const seen: string[] = []
    await bar('100 101 99 100')
    submit()
    bus.on(['order.filled', 'market.new_bar'], ({ type }) => {
      seen.push(type)
    })
    await bar('100 101 99 100')
    expect(seen).toEqual(['order.filled', 'market.new_bar'])
  })

  it('keeps every digit of quantities and money', () => {
    const { submit, trade, events, said } = runVenue({ fees: { maker: '0', taker: '0.1' } })
    // 40 digits each: the product has 80, more than a Decimal keeps in arithmetic.
    const price = '1.000000000000000000000000000000000000001'
    const quantity = '1.000000000000000000000000000000000000003'
    submit({ quantity })
    trade(price, quantity)
    expect(said()).toHaveLength(2)
    const filled = events.at(-1)!
    if (filled.type !== 'order.filled') throw new Error(filled.type)
    // (1 + d)(1 + 3d) / 10 = (1 + 4d + 3d²) / 10 with d = 1e-39.
    expect(filled.data.fee?.amount.toFixed()).toBe(`0.1${'0'.repeat(38)}4${'0'.repeat(38)}3`)
    expect(filled.data.averagePrice.toFixed()).toBe(price)
  })

  describe('rejections', () => {
    const rejected = (line: string): string[] => [`o1 rejected @0 ${line}`]

    it('rejects what contradicts itself', () => {
      for (const [order, code] of [
        [{ price: '1' }, 'PRICE'],
        [{ orderType: 'stop', triggerPrice: '1', price: '1' }, 'PRICE'],
        [{ triggerPrice: '1' }, 'TRIGGER_PRICE'],
        [{ ...limit, triggerPrice: '1' }, 'TRIGGER_PRICE'],
        [{ timeInForce: 'gtd' }, 'EXPIRE_TIME'],
        [{ timeInForce: 'gtd', expireTime: start }, 'EXPIRE_TIME'],
        [{ postOnly: true }, 'POST_ONLY'],
        [{ ...limit, timeInForce: 'ioc', postOnly: true }, 'POST_ONLY'],
        [{ ...limit, timeInForce: 'fok', postOnly: true }, 'POST_ONLY'],
        [{ reduceOnly: true }, 'REDUCE_ONLY'],
        [{ orderType: 'trailing_stop' }, 'TRIGGER_PRICE'],
        [{ orderType: 'trailing_stop', triggerPrice: '1' }, 'NO_PRICE'],
      ] as const) {
        const { submit, said } = runVenue()
        submit(order)
        expect([order, said()]).toEqual([order, rejected(code)])
      }
    })

    it('rejects what is not traded there', () => {
      const { submit, said } = runVenue({ instruments: { XYZ: {} } })
      submit()
      submit({ symbol: 'XYZ' })
      expect(said()).toEqual([...rejected('SYMBOL'), 'o2 placed @0'])
    })

    it('rejects what is off the grid', () => {
      const instruments = { ABC: { tickSize: '0.05', lotSize: '2' } }
      for (const [order, code] of [
        [{ quantity: '3' }, 'LOT_SIZE'],
        [{ ...limit, price: '1.01' }, 'TICK_SIZE'],
        [{ orderType: 'stop', triggerPrice: '1.01' }, 'TICK_SIZE'],
      ] as const) {
        const { submit, said } = runVenue({ instruments })
        submit(order)
        expect([order, said()]).toEqual([order, rejected(code)])
        submit({ orderType: 'stop_limit', price: '1.05', triggerPrice: '1.10', quantity: '4' })
        expect(said()).toEqual(['o2 placed @0'])
      }
    })

    it('rejects an id that it knows, also after the end of the order', () => {
      const { submit, said, cancel } = runVenue()
      submit({ ...limit, orderId: 'a' })
      submit({ ...limit, orderId: 'a' })
      cancel('a')
      submit({ ...limit, orderId: 'a' })
      submit({ orderId: 'b', price: '1' })
      submit({ orderId: 'b' })
      expect(said()).toEqual([
        'a placed @0',
        'a rejected @0 DUPLICATE_ORDER',
        'a cancelled @0 0: as asked',
        'a rejected @0 DUPLICATE_ORDER',
        'b rejected @0 PRICE',
        'b rejected @0 DUPLICATE_ORDER',
      ])
    })

    it('remembers the ids of the last 10,000 orders that ended', () => {
      const { submit, said } = runVenue()
      for (let index = 0; index <= 10_000; index += 1) submit({ price: '1' })
      said()
      submit({ ...limit, orderId: 'o2' })
      submit({ ...limit, orderId: 'o1' })
      expect(said()).toEqual(['o2 rejected @0 DUPLICATE_ORDER', 'o1 placed @0'])
    })

    it('rejects a postOnly order that would trade at once', () => {
      const { submit, said, quote, last } = runVenue()
      submit({ ...limit, price: '101', postOnly: true })
      last('100')
      submit({ ...limit, price: '100', postOnly: true })
      submit({ ...limit, price: '99', postOnly: true })
      quote('98', '5', '99', '5')
      submit({ ...limit, price: '99', postOnly: true })
      submit({ ...limit, price: '98.5', postOnly: true })
      submit({ ...limit, price: '98', postOnly: true, side: 'sell' })
      expect(said()).toEqual([
        'o1 placed @0',
        // The first price that is seen meets an order that stood before it.
        'o1 filled @0 10 at 101 maker, 10/0',
        'o2 rejected @0 POST_ONLY',
        'o3 placed @0',
        'o3 partial_fill @0 5 at 99 maker, 5/5',
        'o4 rejected @0 POST_ONLY',
        'o5 placed @0',
        'o6 rejected @0 POST_ONLY',
      ])
    })

    it('rejects a trailing stop that its trigger would wake at once', () => {
      const { submit, said, last } = runVenue()
      last('100')
      submit({ orderType: 'trailing_stop', triggerPrice: '100', side: 'sell' })
      submit({ orderType: 'trailing_stop', triggerPrice: '99' })
      submit({ orderType: 'trailing_stop', triggerPrice: '101' })
      expect(said()).toEqual([
        'o1 rejected @0 TRIGGER_PRICE',
        'o2 rejected @0 TRIGGER_PRICE',
        'o3 placed @0',
      ])
    })
  })

  describe('reduceOnly', () => {
    it('fills no more than there is to reduce, and cancels the rest', () => {
      const { submit, said, trade, broker } = runVenue()
      submit({ quantity: '4' })
      trade('100', '50')
      submit({ side: 'sell', reduceOnly: true })
      submit({ reduceOnly: true })
      said()
      trade('101', '3')
      trade('102', '50')
      expect(said()).toEqual([
        'o2 partial_fill @0 3 at 101 taker, 3/7',
        'o2 partial_fill @0 1 at 102 taker, 4/6',
        'o2 cancelled @0 4: there is no position left to reduce',
      ])
      expect(broker.positionOf(symbol).toFixed()).toBe('0')
    })

    it('buys back a short position', () => {
      const { submit, said, trade, broker } = runVenue()
      submit({ quantity: '4', side: 'sell' })
      trade('100', '50')
      expect(broker.positionOf(symbol).toFixed()).toBe('-4')
      submit({ reduceOnly: true, side: 'sell' })
      submit({ reduceOnly: true, quantity: '4' })
      said()
      trade('101', '50')
      expect(said()).toEqual(['o3 filled @0 4 at 101 taker, 4/0'])
      expect(broker.positionOf(symbol).isZero()).toBe(true)
    })
  })

  describe('expiry', () => {
    it('expires gtd orders at their time, after the data of that time', async () => {
      const { submit, said, bar, clock } = runVenue()
      const expireTime = start + 2 * minute
      await bar('100 101 99 100')
      submit({ ...limit, price: '98', timeInForce: 'gtd', expireTime })
      submit({ ...limit, price: '97', timeInForce: 'gtd', expireTime })
      await bar('100 101 97.5 100')
      expect(said()).toEqual([
        'o1 placed @60',
        'o2 placed @60',
        'o1 filled @120 10 at 98 maker, 10/0',
      ])
      await clock.advanceBy(0)
      expect(said()).toEqual(['o2 expired @120 0'])
      expect(clock.pendingTimers).toBe(0)
    })

    it('leaves no timer behind of an order that was filled or cancelled', () => {
      const { submit, trade, cancel, clock } = runVenue()
      submit({ timeInForce: 'day' })
      submit({ ...limit, timeInForce: 'gtd', expireTime: start + minute })
      expect(clock.pendingTimers).toBe(2)
      trade('100', '50')
      cancel('o2')
      expect(clock.pendingTimers).toBe(0)
    })

    it('expires day orders at the end of the session', async () => {
      const { submit, said, trade, clock } = runVenue({ sessionEnd: '21:00' })
      submit({ timeInForce: 'day' })
      trade('100', '4')
      await clock.advanceTo(start + 21 * 60 * minute)
      // The next session ends a day later, as it is 21:00.
      submit({ timeInForce: 'day' })
      await clock.advanceTo(start + 2 * 24 * 60 * minute)
      expect(said()).toEqual([
        'o1 placed @0',
        'o1 partial_fill @0 4 at 100 taker, 4/6',
        'o1 expired @75600 4',
        'o2 placed @75600',
        'o2 expired @162000 0',
      ])
    })

    it('asks a function for the end of the session', async () => {
      const asked: unknown[] = []
      const { submit, said, clock } = runVenue({
        sessionEnd: (time, of) => {
          asked.push([time, of])
          return time + 5_000
        },
      })
      submit({ timeInForce: 'day' })
      await clock.advanceBy(minute)
      expect(said()).toEqual(['o1 placed @0', 'o1 expired @5 0'])
      expect(asked).toEqual([[start, symbol]])
    })

    it('ends day orders at midnight UTC unless told otherwise', async () => {
      const { submit, said, clock } = runVenue()
      submit({ timeInForce: 'day' })
      await clock.advanceBy(24 * 60 * minute)
      expect(said()).toEqual(['o1 placed @0', 'o1 expired @86400 0'])
    })
  })

  describe('cancel and modify', () => {
    it('cancels what stands', async () => {
      const { submit, cancel, said, bar, broker, bus, events } = runVenue()
      submit()
      const cause = bus.emitSync('market.new_bar', barOf('1 1 1 1', start - minute))
      broker.cancel('o1', { cause })
      await bar('100 101 99 100')
      cancel('o1')
      cancel('other')
      expect(said()).toEqual([
        'o1 placed @0',
        'o1 cancelled @0 0: as asked',
        'o1 cancel_rejected @60 UNKNOWN_ORDER',
        'other cancel_rejected @60 UNKNOWN_ORDER',
      ])
      expect(events[1]?.causationId).toBe(cause.id)
      expect(events[2]?.data).toMatchObject({ symbol, venueOrderId: 'paper-1' })
      expect(events[3]?.data).toMatchObject({ symbol: 'unknown' })
      expect(events[3]?.causationId).toBeUndefined()
    })

    it('changes quantity, price and trigger, and says so', () => {
      const { submit, modify, events, broker, said } = runVenue()
      submit({ orderType: 'stop_limit', price: '103', triggerPrice: '102', accountId: 'a' })
      modify('o1', { quantity: '12', price: '104', triggerPrice: '101' })
      expect(said()).toEqual(['o1 placed @0', 'o1 modified @0'])
      expect(events.at(-1)?.data).toEqual({
        orderId: 'o1',
        venueOrderId: 'paper-1',
        symbol,
        accountId: 'a',
        timestamp: start,
        quantity: at('12'),
        price: at('104'),
        triggerPrice: at('101'),
      })
      expect(broker.find('o1')).toMatchObject({
        quantity: at('12'),
        price: at('104'),
        triggerPrice: at('101'),
        triggered: false,
      })
    })

    it('fills a change that makes an order meet the quote at once', () => {
      const { submit, modify, quote, said } = runVenue()
      quote('99', '50', '101', '50')
      submit(limit)
      modify('o1', { price: '102' })
      expect(said()).toEqual([
        'o1 placed @0',
        'o1 modified @0',
        'o1 filled @0 10 at 101 taker, 10/0',
      ])
    })

    it('keeps what is filled, and takes a place behind the others for more than less quantity', () => {
      const { submit, modify, trade, broker, said } = runVenue()
      for (const orderId of ['a', 'b', 'c']) submit({ orderId })
      trade('100', '4')
      modify('a', { quantity: '6' })
      modify('b', { quantity: '11' })
      expect(broker.orders(symbol).map(({ orderId }) => orderId)).toEqual(['a', 'c', 'b'])
      said()
      trade('101', '13')
      expect(said()).toEqual([
        'a filled @0 2 at 101 taker, 6/0',
        'c filled @0 10 at 101 taker, 10/0',
        'b partial_fill @0 1 at 101 taker, 1/10',
      ])
    })

    it('refuses changes that cannot be', () => {
      const { submit, modify, trade, said, broker, last } = runVenue({
        instruments: { ABC: { lotSize: '2', tickSize: '0.5' } },
      })
      last('100')
      submit()
      trade('100', '4')
      submit({ ...limit, postOnly: true })
      submit({ orderType: 'trailing_stop', triggerPrice: '110' })
      said()
      modify('other', { quantity: '6' })
      modify('o1', { quantity: '4' })
      modify('o1', { quantity: '5' })
      modify('o1', { price: '4' })
      modify('o1', { triggerPrice: '4' })
      modify('o1', {})
      modify('o2', { price: '99.7' })
      modify('o2', { price: '100' })
      modify('o3', { triggerPrice: '100' })
      broker.modify('o1', { quantity: 6 as never }, {})
      expect(said()).toEqual([
        'other modify_rejected @0 UNKNOWN_ORDER',
        'o1 modify_rejected @0 QUANTITY',
        'o1 modify_rejected @0 LOT_SIZE',
        'o1 modify_rejected @0 PRICE',
        'o1 modify_rejected @0 TRIGGER_PRICE',
        'o1 modify_rejected @0 CHANGES',
        'o2 modify_rejected @0 TICK_SIZE',
        'o2 modify_rejected @0 POST_ONLY',
        'o3 modify_rejected @0 TRIGGER_PRICE',
        'o1 modify_rejected @0 CHANGES',
      ])
    })

    it('measures the distance of a trailing stop anew with its trigger', () => {
      const { submit, modify, last, broker, quote, said } = runVenue()
      last('100')
      submit({ orderType: 'trailing_stop', triggerPrice: '110' })
      modify('o1', { quantity: '5' })
      modify('o1', { triggerPrice: '104' })
      // 4 above the lowest price from then on: 97 + 4.
      last('97')
      last('99')
      expect(broker.find('o1')?.triggerPrice?.toFixed()).toBe('101')
      quote('96', '1', '97', '0')
      modify('o1', { triggerPrice: '104' })
      expect(said()).toEqual([
        'o1 placed @0',
        'o1 modified @0',
        'o1 modified @0',
        'o1 modify_rejected @0 TRIGGER_PRICE',
      ])
    })
  })

  describe('what stands', () => {
    it('shows frozen orders, and none that has ended', () => {
      const { submit, trade, broker } = runVenue()
      trade('100', '4')
      submit()
      submit({ ...limit, symbol: 'XYZ' })
      expect(Object.isFrozen(broker.find('o1'))).toBe(true)
      expect(broker.find('o1')).toEqual({
        ...orderOf({}, start),
        venueOrderId: 'paper-1',
        filledQuantity: at('0'),
        remainingQuantity: at('10'),
      })
      trade('101', '4')
      trade('103', '4')
      expect(broker.find('o1')).toMatchObject({
        filledQuantity: at('8'),
        remainingQuantity: at('2'),
        averagePrice: at('102'),
      })
      expect(broker.orders().map(({ orderId }) => orderId)).toEqual(['o1', 'o2'])
      expect(broker.orders('XYZ').map(({ orderId }) => orderId)).toEqual(['o2'])
      trade('103', '4')
      expect(broker.find('o1')).toBeUndefined()
      expect(broker.orders(symbol)).toEqual([])
      expect(broker.orders('other')).toEqual([])
      expect(broker.positionOf('other').isZero()).toBe(true)
    })
  })

  describe('close', () => {
    it('drops orders, timers and hooks, and takes no more commands', async () => {
      const { submit, said, bar, clock, broker, cancel } = runVenue({ latencyMs: 5 })
      submit({ timeInForce: 'day' })
      await clock.advanceBy(5)
      submit()
      broker.close()
      broker[Symbol.dispose]()
      expect(clock.pendingTimers).toBe(0)
      await bar('100 101 99 100')
      submit()
      cancel('o1')
      await clock.advanceBy(minute)
      expect(said()).toEqual(['o1 placed @0.005'])
      expect(broker.orders()).toEqual([])
    })

    it('stops in the middle of a bar', async () => {
      const { submit, said, bar, bus, broker } = runVenue()
      await bar('100 101 99 100')
      bus.once('order.filled', () => broker.close())
      submit()
      submit()
      await bar('100 101 99 100')
      expect(said()).toEqual([
        'o1 placed @60',
        'o2 placed @60',
        'o1 filled @60 10 at 100 taker, 10/0',
      ])
    })

    it('keeps silent on a bus that was closed', async () => {
      const clock = new SimulatedClock({ start })
      const bus = createBus({ clock })
      const broker = paperBroker().start(bus)
      const event = bus.emitSync('order.submitted', orderOf({ timeInForce: 'day' }, start))
      broker.submit(event.data, event)
      await bus.close()
      broker.cancel('o1', {})
      await expect(clock.advanceBy(24 * 60 * minute)).resolves.toBeUndefined()
      expect(broker.find('o1')).toBeDefined()
    })
  })
})
