import { describe, expect, it } from 'vitest'
import type { PaperFaultOptions } from '../../src/desk/paper-faults.ts'
import { runVenue, type VenueRun } from './paper-venue-run.ts'

const run = (faults: PaperFaultOptions): VenueRun => runVenue({ faults })

describe('faults of paperBroker', () => {
  it('rejects orders', () => {
    const { submit, said } = run({ rejectRate: 1 })
    submit()
    expect(said()).toEqual(['o1 rejected @0 FAULT'])
  })

  it('befalls a share of the cases, the same ones for the same seed', () => {
    const rejected = (seed?: number): string[] => {
      const { submit, said } = run({ rejectRate: 0.3, seed })
      for (let index = 0; index < 1_000; index += 1) submit()
      return said().filter((line) => line.endsWith('FAULT'))
    }
    const first = rejected()
    // Of 1,000 cases with p = 0.3 the standard deviation is 14.5: five of it.
    expect(Math.abs(first.length - 300)).toBeLessThan(73)
    expect(rejected(1)).toEqual(first)
    expect(rejected(2)).not.toEqual(first)
  })

  it('sends fills twice, with one tradeId', () => {
    const { submit, trade, said, events, broker } = run({ duplicateFillRate: 1 })
    submit()
    trade('100', '50')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 filled @0 10 at 100 taker, 10/0',
      'o1 filled @0 10 at 100 taker, 10/0',
    ])
    expect(events[1]?.data).toEqual(events[2]?.data)
    expect(broker.positionOf('ABC').toFixed()).toBe('10')
  })

  it('splits fills on the grid, but for fok', () => {
    const { submit, trade, events, said } = run({ partialFillRate: 1 })
    submit()
    submit({ quantity: '1' })
    submit({ timeInForce: 'fok' })
    trade('100', '50')
    const lines = said().slice(3)
    expect(lines).toHaveLength(4)
    const [first] = events.slice(3)
    if (first?.type !== 'order.partial_fill') throw new Error('expected a partial fill')
    const part = Number(first.data.lastQuantity)
    expect(lines).toEqual([
      `o1 partial_fill @0 ${part} at 100 taker, ${part}/${10 - part}`,
      `o1 filled @0 ${10 - part} at 100 taker, 10/0`,
      'o2 filled @0 1 at 100 taker, 1/0',
      'o3 filled @0 10 at 100 taker, 10/0',
    ])
  })

  it('keeps to the lots of the instrument', () => {
    const { submit, trade, said } = runVenue({
      faults: { partialFillRate: 1 },
      instruments: { ABC: { lotSize: '5' } },
    })
    for (let index = 0; index < 20; index += 1) submit()
    trade('100', '500')
    const parts = new Set(
      said()
        .slice(20)
        .map((line) => line.split(' ')[3]),
    )
    expect(parts).toEqual(new Set(['5', '10']))
  })

  it('lets a split fill be cancelled after its first part', () => {
    const { submit, trade, said, bus, cancel } = run({ partialFillRate: 1 })
    bus.on('order.partial_fill', () => cancel('o1'))
    submit()
    trade('100', '50')
    expect(said().map((line) => line.split(' ')[1])).toEqual([
      'placed',
      'partial_fill',
      'cancelled',
    ])
  })

  it('lets a split fill be changed after its first part', () => {
    const { submit, trade, said, bus, modify } = run({ partialFillRate: 1 })
    bus.once('order.partial_fill', () => modify('o1', { price: '90' }))
    submit({ orderType: 'limit', price: '100' })
    trade('100', '50')
    expect(said().map((line) => line.split(' ')[1])).toEqual(['placed', 'partial_fill', 'modified'])
  })

  it('keeps the rest of a split reduceOnly fill to what is left to reduce', () => {
    const { submit, trade, quote, said, bus, broker } = run({ partialFillRate: 1, seed: 3 })
    submit()
    trade('100', '50')
    submit({ side: 'sell', reduceOnly: true, quantity: '20' })
    said()
    // Whoever hears of the first part sells all that is left by a quote.
    bus.once('order.partial_fill', () => {
      const quantity = broker.positionOf('ABC').toFixed()
      submit({ side: 'sell', quantity, timeInForce: 'fok', orderId: 'other' })
    })
    quote('100', '50', '101', '50')
    const words = said().map((line) => line.split(' ').slice(0, 2).join(' '))
    expect(words).toEqual(['o2 partial_fill', 'other placed', 'other filled', 'o2 cancelled'])
    expect(broker.positionOf('ABC').isZero()).toBe(true)
  })

  it('fills after a cancel at no price that the bar did not have', async () => {
    const { submit, bar, said, bus, cancel } = run({ fillAfterCancelRate: 1 })
    submit({ quantity: '5' })
    await bar('100 101 99 100')
    submit({ side: 'sell', quantity: '5' })
    submit({ side: 'sell', orderType: 'limit', price: '98', reduceOnly: true })
    submit()
    bus.on('order.filled', ({ data }) => {
      if (data.orderId === 'o2') cancel('o3')
    })
    said()
    // At the open there is nothing to reduce; it is there once o4 is filled.
    await bar('100 101 99 100')
    expect(said()).toEqual([
      'o2 filled @60 5 at 100 taker, 5/0',
      'o3 cancelled @120 0: as asked',
      'o4 filled @60 10 at 100 taker, 10/0',
      'o3 filled @120 10 at 99 maker, 10/0',
    ])
  })

  it('fills before it places', () => {
    const { submit, trade, said, cancel, modify, quote } = run({ fillBeforePlacedRate: 1 })
    submit()
    trade('100', '4')
    trade('100', '6')
    expect(said()).toEqual([
      'o1 partial_fill @0 4 at 100 taker, 4/6',
      'o1 placed @0',
      'o1 filled @0 6 at 100 taker, 10/0',
    ])
    // What is not filled is placed before anything else is said of it.
    submit({ orderType: 'limit', price: '90' })
    cancel('o2')
    submit({ orderType: 'limit', price: '90' })
    modify('o3', { price: '91' })
    submit({ orderType: 'stop', triggerPrice: '105' })
    quote('1', '1', '105', '50')
    expect(said()).toEqual([
      'o2 placed @0',
      'o2 cancelled @0 0: as asked',
      'o3 placed @0',
      'o3 modified @0',
      'o4 placed @0',
      'o4 triggered @0 105',
      'o4 filled @0 10 at 105 taker, 10/0',
    ])
  })

  it('places an order after the next market event that fills nothing', () => {
    const { submit, trade, said, bus, cancel } = run({ fillBeforePlacedRate: 1 })
    submit({ orderType: 'limit', price: '90' })
    submit({ orderType: 'limit', price: '91' })
    bus.once('order.placed', () => cancel('o2'))
    trade('100', '4')
    trade('100', '4')
    expect(said()).toEqual(['o1 placed @0', 'o2 placed @0', 'o2 cancelled @0 0: as asked'])
  })

  it('places an order once that the fill before its acceptance has led to cancel', () => {
    const { submit, trade, said, bus, cancel } = run({ fillBeforePlacedRate: 1 })
    bus.once('order.partial_fill', () => cancel('o1'))
    submit()
    trade('100', '4')
    expect(said()).toEqual([
      'o1 partial_fill @0 4 at 100 taker, 4/6',
      'o1 placed @0',
      'o1 cancelled @0 4: as asked',
    ])
  })

  it('tells a change that its acceptance leads to after the trigger that it leads to', () => {
    const { submit, quote, said, bus, modify, cancel } = run({ fillBeforePlacedRate: 1 })
    const stop = {
      side: 'sell',
      orderType: 'stop_limit',
      triggerPrice: '100',
      price: '99',
    } as const
    const sell = (change: () => void): string[] => {
      bus.once('order.placed', change)
      submit(stop)
      quote('98', '50', '101', '50')
      return said()
    }
    expect(sell(() => modify('o1', { price: '97' }))).toEqual([
      'o1 placed @0',
      'o1 modified @0',
      'o1 triggered @0 100',
      'o1 filled @0 10 at 98 taker, 10/0',
    ])
    // Its trigger is no longer reached.
    quote('101', '50', '102', '50')
    expect(sell(() => modify('o2', { triggerPrice: '90' }))).toEqual([
      'o2 placed @0',
      'o2 modified @0',
    ])
    quote('101', '50', '102', '50')
    expect(sell(() => cancel('o3'))).toEqual(['o3 placed @0', 'o3 cancelled @0 0: as asked'])
  })

  it('tells changes in their order that the acceptance of an order leads to', () => {
    const { submit, said, bus, modify, broker } = run({ fillBeforePlacedRate: 1 })
    bus.once('order.placed', () => modify('o1', { price: '91' }))
    submit({ orderType: 'limit', price: '90' })
    modify('o1', { price: '92' })
    expect(said()).toEqual(['o1 placed @0', 'o1 modified @0', 'o1 modified @0'])
    expect(broker.find('o1')?.price?.toFixed()).toBe('92')
  })

  it('places an order at last that expires', async () => {
    const { submit, said, clock } = run({ fillBeforePlacedRate: 1 })
    submit({ timeInForce: 'day' })
    await clock.advanceBy(86_400_000)
    expect(said()).toEqual(['o1 placed @0', 'o1 expired @86400 0'])
  })

  it('fills once after a cancellation, by the next market event or never', async () => {
    const { submit, trade, said, cancel, broker, bar, last, quote, clock } = run({
      fillAfterCancelRate: 1,
    })
    submit()
    submit()
    submit({ orderType: 'limit', price: '90' })
    submit({ orderType: 'stop', triggerPrice: '200' })
    for (const orderId of ['o1', 'o2', 'o3', 'o4']) cancel(orderId)
    cancel('o1')
    expect(broker.orders()).toEqual([])
    expect(broker.find('o1')).toBeUndefined()
    said()
    trade('100', '14')
    trade('80', '50')
    expect(said()).toEqual([
      'o1 filled @0 10 at 100 taker, 10/0',
      'o2 partial_fill @0 4 at 100 taker, 4/6',
    ])
    // A trade at the very moment that a bar begins is a trade of that bar.
    await clock.advanceBy(1_000)
    submit()
    cancel('o5')
    await bar('100 101 99 100')
    submit({ timeInForce: 'ioc' })
    cancel('o6')
    last('100')
    submit({ orderType: 'limit', price: '1', timeInForce: 'ioc' })
    cancel('o7')
    quote('99', '50', '101', '50')
    quote('0.5', '50', '0.6', '50')
    expect(said()).toEqual([
      'o5 placed @1',
      'o5 cancelled @1 0: as asked',
      'o5 filled @1 10 at 100 taker, 10/0',
      'o6 placed @61',
      'o6 cancelled @61 0: as asked',
      'o6 filled @61 10 at 100 taker, 10/0',
      'o7 placed @61',
      'o7 cancelled @61 0: as asked',
    ])
  })

  it('lets no split fill go on after a late one', () => {
    const { submit, trade, said, cancel } = run({ fillAfterCancelRate: 1, partialFillRate: 1 })
    submit()
    cancel('o1')
    trade('100', '50')
    expect(said().map((line) => line.split(' ')[1])).toEqual([
      'placed',
      'cancelled',
      'partial_fill',
    ])
  })

  it('says no more of a late order that no fill has come for', async () => {
    const { submit, said, cancel, bar } = run({ fillAfterCancelRate: 1 })
    await bar('100 101 99 100', { timeframe: '1d' })
    submit({ orderType: 'limit', price: '90', timeInForce: 'day' })
    cancel('o1')
    await bar('100 101 99 100', { timeframe: '1d' })
    await bar('100 101 80 100', { timeframe: '1d' })
    expect(said()).toEqual(['o1 placed @60', 'o1 cancelled @60 0: as asked'])
  })
})
