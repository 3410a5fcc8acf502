import { describe, expect, it } from 'vitest'
import { at } from '../support/payloads.ts'
import { runVenue } from './paper-venue-run.ts'

describe('paperBroker on trades', () => {
  it('fills a market order at the price of the next trades, at most their size', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit()
    trade('101', '6')
    trade('102', '6')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 6 at 101 taker, 6/4',
      'o1 filled @0 4 at 102 taker, 10/0',
    ])
  })

  it('takes but a share of the size of trades, all orders together', () => {
    const { trade, submit, said } = runVenue({ tradeParticipation: '0.5' })
    submit({ quantity: '2' })
    submit({ quantity: '2' })
    trade('101', '6')
    expect(said()).toEqual([
      'o1 placed @0',
      'o2 placed @0',
      'o1 filled @0 2 at 101 taker, 2/0',
      'o2 partial_fill @0 1 at 101 taker, 1/1',
    ])
  })

  it('fills a limit order once a trade goes through it, at its limit', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit({ orderType: 'limit', price: '98' })
    submit({ orderType: 'limit', price: '102', side: 'sell' })
    trade('98', '50')
    trade('102', '50')
    expect(said()).toEqual(['o1 placed @0', 'o2 placed @0'])
    trade('97', '4')
    trade('103', '50')
    trade('97', '50')
    expect(said()).toEqual([
      'o1 partial_fill @0 4 at 98 maker, 4/6',
      'o2 filled @0 10 at 102 maker, 10/0',
      'o1 filled @0 6 at 98 maker, 10/0',
    ])
  })

  it('fills a limit order that a trade touches if touches are to fill', () => {
    const { trade, submit, said } = runVenue({ limitFill: 'touch' })
    trade('100', '50')
    submit({ orderType: 'limit', price: '98' })
    trade('98', '50')
    expect(said()).toEqual(['o1 placed @0', 'o1 filled @0 10 at 98 maker, 10/0'])
  })

  it('fills a limit order that could trade at once at the price of the next trade', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit({ orderType: 'limit', price: '105' })
    trade('101', '4')
    trade('106', '4')
    trade('101', '50')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 filled @0 6 at 105 maker, 10/0',
    ])
  })

  it('wakes a stop by a trade, and fills it by the next', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit({ orderType: 'stop', triggerPrice: '102' })
    trade('101', '50')
    trade('102', '50')
    expect(said()).toEqual(['o1 placed @0', 'o1 triggered @0 102'])
    trade('102.5', '50')
    expect(said()).toEqual(['o1 filled @0 10 at 102.5 taker, 10/0'])
  })

  it('fills a stop that a trade wakes by the quote if one is known', () => {
    const { trade, quote, submit, said } = runVenue()
    quote('99', '50', '101', '50')
    submit({ orderType: 'stop', triggerPrice: '102' })
    trade('102', '50')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 triggered @0 102',
      'o1 filled @0 10 at 101 taker, 10/0',
    ])
  })

  it('leaves a stop alone that whoever heard of its trigger has cancelled', () => {
    const { trade, quote, submit, said, bus, cancel } = runVenue()
    bus.on('order.triggered', () => cancel('o1'))
    quote('99', '50', '101', '50')
    submit({ orderType: 'stop', triggerPrice: '102' })
    said()
    trade('102', '50')
    expect(said()).toEqual(['o1 triggered @0 102', 'o1 cancelled @0 0: as asked'])
  })

  it('moves a trailing stop with each trade', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit({ orderType: 'trailing_stop', triggerPrice: '97', side: 'sell' })
    trade('104', '1')
    trade('102', '1')
    expect(said()).toEqual(['o1 placed @0'])
    trade('101', '1')
    trade('100.5', '20')
    expect(said()).toEqual(['o1 triggered @0 101', 'o1 filled @0 10 at 100.5 taker, 10/0'])
  })

  it('fills ioc and fok by the first trade or cancels them', () => {
    const { trade, submit, said } = runVenue()
    trade('100', '50')
    submit({ timeInForce: 'fok' })
    submit({ timeInForce: 'fok', quantity: '2' })
    submit({ timeInForce: 'ioc', orderType: 'limit', price: '101' })
    submit({ timeInForce: 'ioc', orderType: 'limit', price: '100' })
    said()
    trade('101', '6')
    expect(said()).toEqual([
      'o1 cancelled @0 0: it could not be filled at once',
      'o2 filled @0 2 at 101 taker, 2/0',
      'o3 partial_fill @0 4 at 101 taker, 4/6',
      'o3 cancelled @0 4: it could not be filled at once',
      'o4 cancelled @0 0: it could not be filled at once',
    ])
  })

  it('skips an order that a fill before it has led to cancel', () => {
    const { trade, submit, said, bus, cancel } = runVenue()
    bus.once('order.filled', () => cancel('o2'))
    submit({ quantity: '1' })
    submit({ quantity: '1' })
    said()
    trade('100', '5')
    expect(said()).toEqual(['o1 filled @0 1 at 100 taker, 1/0', 'o2 cancelled @0 0: as asked'])
  })

  it('fills by the last price of a summary, however large', () => {
    const { last, submit, said, bus } = runVenue()
    submit({ quantity: '1000000' })
    bus.emitSync('market.data_update', { symbol: 'ABC', timestamp: 0, volume: at('5') })
    expect(said()).toEqual(['o1 placed @0'])
    last('100')
    expect(said()).toEqual(['o1 filled @0 1000000 at 100 taker, 1000000/0'])
  })
})
