import { describe, expect, it } from 'vitest'
import { runVenue } from './paper-venue-run.ts'

// Nothing advances the clock here: all happens at 0 s.
describe('paperBroker on quotes', () => {
  it('fills a market order at once by the quote that stands', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '40')
    submit()
    submit({ side: 'sell' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 placed @0',
      'o2 filled @0 10 at 99 taker, 10/0',
    ])
  })

  it('fills what a quote has, and the rest by the quotes that follow', () => {
    const { quote, submit, said } = runVenue()
    submit()
    quote('99', '50', '101', '4')
    quote('99', '50', '102', '5')
    quote('99', '50', '103', '5')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 partial_fill @0 5 at 102 taker, 9/1',
      'o1 filled @0 1 at 103 taker, 10/0',
    ])
  })

  it('gives what one order took of a quote to no other', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '14')
    submit()
    submit()
    submit({ side: 'sell' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 placed @0',
      'o2 partial_fill @0 4 at 101 taker, 4/6',
      'o3 placed @0',
      'o3 filled @0 10 at 99 taker, 10/0',
    ])
  })

  it('has no price on a side of size 0', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '0')
    submit()
    submit({ timeInForce: 'ioc' })
    submit({ orderType: 'stop', triggerPrice: '100' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o2 placed @0',
      'o2 cancelled @0 0: it could not be filled at once',
      'o3 placed @0',
    ])
  })

  it('fills a limit order at a better ask as taker', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '4')
    submit({ orderType: 'limit', price: '103' })
    // It has taken all that it saw: the next ask is still one that it comes to.
    quote('99', '50', '102', '4')
    // From the first ask that it cannot take on, it stands, and asks come to it.
    quote('99', '50', '104', '4')
    quote('99', '50', '101', '4')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 partial_fill @0 4 at 102 taker, 8/2',
      'o1 filled @0 2 at 103 maker, 10/0',
    ])
  })

  it('fills a limit order that stood at its limit as maker', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '40')
    submit({ orderType: 'limit', price: '100' })
    submit({ orderType: 'limit', price: '100', side: 'sell' })
    quote('98', '50', '99.5', '4')
    quote('100', '50', '102', '4')
    expect(said()).toEqual([
      'o1 placed @0',
      'o2 placed @0',
      'o1 partial_fill @0 4 at 100 maker, 4/6',
      'o2 filled @0 10 at 100 maker, 10/0',
    ])
  })

  it('wakes stops by the side that they would trade with', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '40')
    submit({ orderType: 'stop', triggerPrice: '102' })
    submit({ orderType: 'stop', triggerPrice: '98', side: 'sell' })
    submit({ orderType: 'stop_limit', triggerPrice: '98', price: '97.5', side: 'sell' })
    said()
    quote('98.5', '50', '101.5', '40')
    expect(said()).toEqual([])
    quote('97', '50', '102', '40')
    expect(said()).toEqual([
      'o1 triggered @0 102',
      'o1 filled @0 10 at 102 taker, 10/0',
      'o2 triggered @0 98',
      'o2 filled @0 10 at 97 taker, 10/0',
      'o3 triggered @0 98',
    ])
    quote('97.6', '3', '102', '40')
    expect(said()).toEqual(['o3 partial_fill @0 3 at 97.5 maker, 3/7'])
  })

  it('wakes a stop at once whose trigger the quote has passed', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '40')
    submit({ orderType: 'stop', triggerPrice: '100', side: 'sell' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 triggered @0 100',
      'o1 filled @0 10 at 99 taker, 10/0',
    ])
  })

  it('lets a trailing stop follow the side that it would trade with', () => {
    const { quote, submit, said, broker } = runVenue()
    quote('100', '50', '101', '40')
    // 100 - 97 = 3 behind the bid; 105 - 101 = 4 above the ask.
    submit({ orderType: 'trailing_stop', triggerPrice: '97', side: 'sell' })
    submit({ orderType: 'trailing_stop', triggerPrice: '105' })
    said()
    quote('104', '50', '105', '0')
    quote('102', '50', '103', '40')
    expect(broker.find('o1')?.triggerPrice?.toFixed()).toBe('101')
    // The ask of 105 had no size, so that the lowest ask is still 101.
    expect(broker.find('o2')?.triggerPrice?.toFixed()).toBe('105')
    quote('101', '50', '102', '40')
    expect(said()).toEqual(['o1 triggered @0 101', 'o1 filled @0 10 at 101 taker, 10/0'])
  })

  it('fills ioc and fok by what stands when they come', () => {
    const { quote, submit, said } = runVenue()
    quote('99', '50', '101', '6')
    submit({ timeInForce: 'fok' })
    submit({ timeInForce: 'fok', quantity: '2' })
    submit({ timeInForce: 'ioc' })
    submit({ timeInForce: 'ioc', orderType: 'limit', price: '100' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 cancelled @0 0: it could not be filled at once',
      'o2 placed @0',
      'o2 filled @0 2 at 101 taker, 2/0',
      'o3 placed @0',
      'o3 partial_fill @0 4 at 101 taker, 4/6',
      'o3 cancelled @0 4: it could not be filled at once',
      'o4 placed @0',
      'o4 cancelled @0 0: it could not be filled at once',
    ])
  })

  it('waits with ioc for the first quote if none is known', () => {
    const { quote, submit, said } = runVenue()
    submit({ timeInForce: 'ioc' })
    expect(said()).toEqual(['o1 placed @0'])
    quote('99', '50', '101', '6')
    expect(said()).toEqual([
      'o1 partial_fill @0 6 at 101 taker, 6/4',
      'o1 cancelled @0 6: it could not be filled at once',
    ])
  })

  it('meets a crossed quote as it is', () => {
    const { quote, submit, said } = runVenue()
    quote('102', '50', '101', '40')
    submit()
    submit({ side: 'sell' })
    expect(said().filter((line) => line.includes('filled'))).toEqual([
      'o1 filled @0 10 at 101 taker, 10/0',
      'o2 filled @0 10 at 102 taker, 10/0',
    ])
  })

  it('gives to an order that a fill has led to only what that fill has left', () => {
    const { quote, submit, said, bus } = runVenue()
    bus.once('order.filled', () => submit({ quantity: '5', orderId: 'next' }))
    quote('99', '50', '101', '12')
    submit()
    submit({ quantity: '1' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 filled @0 10 at 101 taker, 10/0',
      'next placed @0',
      'next partial_fill @0 2 at 101 taker, 2/3',
      'o3 placed @0',
    ])
  })

  it('skips an order that a fill before it has led to cancel', () => {
    const { quote, submit, said, bus, cancel } = runVenue()
    bus.once('order.filled', () => cancel('o2'))
    submit()
    submit()
    said()
    quote('99', '50', '101', '50')
    expect(said()).toEqual(['o1 filled @0 10 at 101 taker, 10/0', 'o2 cancelled @0 0: as asked'])
  })

  it('lets whoever hears of a trigger cancel the order', () => {
    const { quote, submit, said, bus, cancel } = runVenue()
    bus.on('order.triggered', () => cancel('o1'))
    submit({ orderType: 'stop', triggerPrice: '102' })
    said()
    quote('102', '50', '103', '40')
    expect(said()).toEqual(['o1 triggered @0 102', 'o1 cancelled @0 0: as asked'])
  })
})

describe('paperBroker on depth updates', () => {
  it('walks the levels, one fill for each', () => {
    const { depth, submit, said, events } = runVenue()
    depth('99x5 98x5', '101x4 102x5 103x20')
    submit()
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 partial_fill @0 5 at 102 taker, 9/1',
      'o1 filled @0 1 at 103 taker, 10/0',
    ])
    // (4 x 101 + 5 x 102 + 1 x 103) / 10 = (404 + 510 + 103) / 10 = 1017 / 10.
    const filled = events.at(-1)
    expect(filled?.type === 'order.filled' && filled.data.averagePrice.toFixed()).toBe('101.7')
  })

  it('stops at the limit, and lets the rest stand there', () => {
    const { depth, submit, said } = runVenue()
    depth('99x5', '101x4 102x5 103x20')
    submit({ orderType: 'limit', price: '102' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 partial_fill @0 5 at 102 taker, 9/1',
    ])
    depth('99x5', '101x4')
    expect(said()).toEqual(['o1 filled @0 1 at 102 maker, 10/0'])
  })

  it('fills fok over several levels within its limit', () => {
    const { depth, submit, said } = runVenue()
    depth('99x5 98x5 97x5', '')
    submit({ side: 'sell', orderType: 'limit', price: '98', timeInForce: 'fok' })
    submit({ side: 'sell', orderType: 'limit', price: '98', timeInForce: 'fok', quantity: '1' })
    submit({ timeInForce: 'fok' })
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 5 at 99 taker, 5/5',
      'o1 filled @0 5 at 98 taker, 10/0',
      'o2 placed @0',
      'o2 cancelled @0 0: it could not be filled at once',
      'o3 placed @0',
      'o3 cancelled @0 0: it could not be filled at once',
    ])
  })

  it('shows what it took anew with the next update', () => {
    const { depth, submit, said } = runVenue()
    depth('99x5', '101x4')
    submit()
    depth('99x5', '101x4')
    depth('99x5', '101x4')
    expect(said()).toEqual([
      'o1 placed @0',
      'o1 partial_fill @0 4 at 101 taker, 4/6',
      'o1 partial_fill @0 4 at 101 taker, 8/2',
      'o1 filled @0 2 at 101 taker, 10/0',
    ])
  })
})
