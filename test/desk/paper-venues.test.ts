import { describe, expect, it } from 'vitest'
import type { TradingEvent } from '../../src/events/trading-events.ts'
import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { at } from '../support/payloads.ts'
import { barOf, lineOf, minute, runVenue, symbol } from './paper-venue-run.ts'

/** A run whose data name a venue, or none. */
function runVenues(options: PaperBrokerOptions = {}) {
  const run = runVenue(options)
  const { bus, clock } = run
  const stamp = (venue: string | undefined) => ({
    symbol,
    timestamp: clock.now(),
    ...(venue !== undefined && { venue }),
  })
  return {
    ...run,
    tradeAt(venue: string | undefined, price: string, size = '50') {
      const trade = { price: at(price), size: at(size), aggressorSide: 'none' } as const
      bus.emitSync('market.trade_tick', { ...stamp(venue), ...trade })
    },
    quoteAt(venue: string | undefined, bid: string, ask: string) {
      const sizes = { bidSize: at('50'), askSize: at('50') }
      const prices = { bidPrice: at(bid), askPrice: at(ask) }
      bus.emitSync('market.quote_update', { ...stamp(venue), ...prices, ...sizes })
    },
    lastAt(venue: string | undefined, price: string) {
      bus.emitSync('market.data_update', { ...stamp(venue), last: at(price) })
    },
    depthAt(venue: string | undefined, bid: string, ask: string) {
      const bids = [[at(bid), at('50')]] as const
      const asks = [[at(ask), at('50')]] as const
      bus.emitSync('market.depth_update', { ...stamp(venue), bids, asks })
    },
    async barsAt(...bars: [venue: string | undefined, ohlc: string][]) {
      const from = clock.now()
      await clock.advanceBefore(from + minute)
      for (const [venue, ohlc] of bars) {
        bus.emitSync('market.new_bar', barOf(ohlc, from, venue === undefined ? {} : { venue }))
      }
    },
  }
}

/** Why the last command was refused. */
function reasonOf(events: readonly TradingEvent[]): string {
  return (events.at(-1)!.data as { reason: string }).reason
}

describe('paperBroker on data of several venues', () => {
  it('matches an order by the data of its venue alone', () => {
    const { tradeAt, submit, said } = runVenues()
    tradeAt('a', '100')
    tradeAt('b', '90')
    submit({ orderType: 'limit', price: '95', venue: 'a' })
    submit({ orderType: 'limit', price: '92', venue: 'b' })
    submit({ orderType: 'stop', triggerPrice: '98', side: 'sell', venue: 'a' })
    expect(said()).toEqual(['o1 placed @0', 'o2 placed @0', 'o3 placed @0'])
    tradeAt('b', '91')
    expect(said()).toEqual(['o2 filled @0 10 at 91 taker, 10/0'])
    tradeAt('a', '94')
    expect(said()).toEqual(['o1 filled @0 10 at 95 maker, 10/0', 'o3 triggered @0 98'])
    tradeAt('b', '93')
    expect(said()).toEqual([])
    tradeAt('a', '93')
    expect(said()).toEqual(['o3 filled @0 10 at 93 taker, 10/0'])
  })

  it('knows no price of a venue by those of another one', () => {
    const { quoteAt, tradeAt, submit, said } = runVenues()
    quoteAt('a', '99', '101')
    tradeAt('b', '90')
    submit({ venue: 'b' })
    submit({ venue: 'b', orderType: 'limit', price: '95', postOnly: true })
    expect(said()).toEqual(['o1 placed @0', 'o2 rejected @0 POST_ONLY'])
  })

  it('separates quotes, depth, last prices and bars as well', async () => {
    const { quoteAt, depthAt, lastAt, barsAt, submit, said } = runVenues()
    quoteAt('a', '99', '101')
    quoteAt('b', '89', '91')
    submit({ venue: 'a' })
    submit({ venue: 'b' })
    depthAt('b', '79', '81')
    submit({ venue: 'a' })
    submit({ venue: 'b', side: 'sell' })
    expect(said().filter((line) => line.includes('filled'))).toEqual([
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 filled @0 10 at 91 taker, 10/0',
      'o3 filled @0 10 at 101 taker, 10/0',
      'o4 filled @0 10 at 79 taker, 10/0',
    ])
    submit({ venue: 'a', orderType: 'stop', triggerPrice: '110' })
    submit({ venue: 'b', orderType: 'stop', triggerPrice: '110' })
    said()
    lastAt('b', '112')
    expect(said()).toEqual(['o6 triggered @0 110', 'o6 filled @0 10 at 81 taker, 10/0'])
    await barsAt(['b', '112 113 111 112'], ['a', '100 101 99 100'])
    await barsAt(['b', '112 113 111 112'], ['a', '100 115 99 100'])
    expect(said()).toEqual(['o5 triggered @120 110', 'o5 filled @120 10 at 110 taker, 10/0'])
  })

  it('matches all of its orders by the data of its own venue, if it has one', () => {
    const { tradeAt, submit, said } = runVenues({ venue: 'a' })
    tradeAt('a', '100')
    submit({ orderType: 'limit', price: '95' })
    submit({ orderType: 'limit', price: '96', venue: 'b' })
    tradeAt('b', '90')
    expect(said()).toEqual(['o1 placed @0', 'o2 placed @0'])
    tradeAt('a', '94')
    expect(said()).toEqual([
      'o1 filled @0 10 at 95 maker, 10/0',
      'o2 filled @0 10 at 96 maker, 10/0',
    ])
  })

  it('matches an order of any venue by data that name none', () => {
    for (const options of [{}, { venue: 'a' }]) {
      const { tradeAt, submit, said } = runVenues(options)
      tradeAt(undefined, '100')
      submit({ orderType: 'limit', price: '95', venue: 'a' })
      submit({ orderType: 'limit', price: '94' })
      said()
      tradeAt(undefined, '93')
      expect(said().toSorted()).toEqual([
        'o1 filled @0 10 at 95 maker, 10/0',
        'o2 filled @0 10 at 94 maker, 10/0',
      ])
    }
  })

  it('gives data without a venue to each venue, with all of their size', () => {
    const { tradeAt, submit, said } = runVenues()
    tradeAt('a', '100')
    tradeAt('b', '100')
    submit({ venue: 'a' })
    submit({ venue: 'b' })
    said()
    tradeAt(undefined, '101', '10')
    expect(said()).toEqual([
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 filled @0 10 at 101 taker, 10/0',
    ])
  })

  it('shares what the one venue that data name has with orders that name none', () => {
    const { tradeAt, submit, said } = runVenues()
    tradeAt('a', '100')
    submit()
    submit({ venue: 'a' })
    said()
    tradeAt('a', '101', '15')
    expect(said()).toEqual([
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 partial_fill @0 5 at 101 taker, 5/5',
    ])
  })

  it('knows the prices of data without a venue for an order that is the first to name one', async () => {
    const { quoteAt, lastAt, submit, said } = runVenues()
    lastAt(undefined, '100')
    submit({ orderType: 'limit', price: '105', postOnly: true, venue: 'a' })
    quoteAt(undefined, '99', '101')
    submit({ venue: 'b' })
    expect(said()).toEqual([
      'o1 rejected @0 POST_ONLY',
      'o2 placed @0',
      'o2 filled @0 10 at 101 taker, 10/0',
    ])
    const other = runVenues()
    await other.barsAt([undefined, '100 101 99 100'])
    other.submit({ orderType: 'trailing_stop', triggerPrice: '97', side: 'sell', venue: 'a' })
    expect(other.said()).toEqual(['o1 placed @60'])
  })

  it('leaves an order where it is that named its venue before data did', () => {
    const { tradeAt, submit, said, cancel, modify, broker } = runVenues()
    submit({ orderType: 'limit', price: '95', venue: 'b' })
    submit({ orderType: 'limit', price: '94', venue: 'b' })
    submit({ orderType: 'limit', price: '93' })
    tradeAt('a', '100')
    tradeAt('b', '100')
    modify('o1', { price: '96' })
    cancel('o2')
    said()
    tradeAt('a', '92')
    expect(said()).toEqual(['o3 filled @0 10 at 93 maker, 10/0'])
    tradeAt('b', '92')
    expect(said()).toEqual(['o1 filled @0 10 at 96 maker, 10/0'])
    expect(broker.orders()).toEqual([])
    const first = runVenues()
    first.submit({ orderType: 'limit', price: '95', venue: 'a' })
    first.submit({ orderType: 'limit', price: '94' })
    first.tradeAt('a', '93')
    first.tradeAt('b', '93')
    first.submit({ orderType: 'limit', price: '90', venue: 'a' })
    first.said()
    first.tradeAt('a', '89')
    expect(first.said()).toEqual(['o3 filled @0 10 at 90 maker, 10/0'])
    expect(first.events.map(lineOf).filter((line) => line.includes('filled'))).toHaveLength(3)
  })

  it('refuses an order that names no venue where data name several', () => {
    const { tradeAt, submit, said, events } = runVenues()
    tradeAt('a', '100')
    submit({ orderType: 'limit', price: '95' })
    tradeAt('b', '90')
    submit({ orderType: 'limit', price: '95' })
    expect(said()).toEqual(['o1 placed @0', 'o2 rejected @0 VENUE'])
    expect(reasonOf(events)).toBe(
      'data of ABC come from several venues, a, b: name one of them, as venue of the order or of paperBroker',
    )
    // What stood goes on at the first of them.
    tradeAt('b', '90')
    expect(said()).toEqual([])
    tradeAt('a', '94')
    expect(said()).toEqual(['o1 filled @0 10 at 95 maker, 10/0'])
    submit({ orderId: 'o2' })
    expect(said()).toEqual(['o2 rejected @0 DUPLICATE_ORDER'])
  })

  it('lets an order that names no venue reduce what was opened while there was one', () => {
    const { tradeAt, submit, said } = runVenues()
    tradeAt('a', '100')
    submit()
    tradeAt('a', '100')
    tradeAt('b', '90')
    said()
    submit({ side: 'sell', reduceOnly: true })
    submit({ side: 'buy', reduceOnly: true })
    tradeAt('b', '90')
    tradeAt('a', '101')
    submit({ side: 'sell', reduceOnly: true })
    expect(said()).toEqual([
      'o2 placed @0',
      'o3 rejected @0 VENUE',
      'o2 filled @0 10 at 101 taker, 10/0',
      'o4 rejected @0 VENUE',
    ])
  })

  it('refuses an order for a venue that no data are of, once they name others', () => {
    const { tradeAt, submit, said, events } = runVenues()
    submit({ venue: 'A' })
    tradeAt('a', '100')
    submit({ venue: 'A' })
    expect(said()).toEqual(['o1 placed @0', 'o2 rejected @0 VENUE'])
    expect(reasonOf(events)).toBe(
      'no data of ABC have come from A, but from a: name the venue as the data do, in the order and in paperBroker',
    )
    tradeAt('A', '100')
    submit({ venue: 'A' })
    expect(said()).toEqual(['o1 filled @0 10 at 100 taker, 10/0', 'o3 placed @0'])

    const paper = runVenues({ venue: 'paper' })
    paper.tradeAt('a', '100')
    paper.submit()
    expect(paper.said()).toEqual(['o1 rejected @0 VENUE'])
    // Data that name none are of any.
    paper.tradeAt(undefined, '100')
    paper.submit()
    expect(paper.said()).toEqual(['o2 placed @0'])
  })

  it('counts what each venue holds by itself, and tells the sum', () => {
    const { tradeAt, submit, said, broker } = runVenues()
    tradeAt('a', '100')
    tradeAt('b', '90')
    submit({ venue: 'a' })
    submit({ venue: 'b', quantity: '3', side: 'sell' })
    tradeAt('a', '100')
    tradeAt('b', '90')
    expect(broker.positionOf(symbol).toFixed()).toBe('7')
    expect(broker.positionOf('none').toFixed()).toBe('0')
    said()
    submit({ venue: 'b', side: 'sell', reduceOnly: true })
    submit({ venue: 'b', reduceOnly: true })
    tradeAt('b', '91')
    expect(said()).toEqual([
      'o3 rejected @0 REDUCE_ONLY',
      'o4 placed @0',
      'o4 partial_fill @0 3 at 91 taker, 3/7',
      'o4 cancelled @0 3: there is no position left to reduce',
    ])
    submit({ venue: 'a', orderType: 'limit', price: '80' })
    submit({ venue: 'b', orderType: 'limit', price: '70' })
    const ids = [undefined, symbol].map((of) => broker.orders(of).map(({ orderId }) => orderId))
    expect(ids).toEqual([
      ['o5', 'o6'],
      ['o5', 'o6'],
    ])
    expect(broker.orders('none')).toEqual([])
    broker.close()
    expect(broker.orders()).toEqual([])
  })
})
