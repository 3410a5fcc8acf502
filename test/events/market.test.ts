import { describe, expect, it } from 'vitest'
import { at, reasons } from '../support/payloads.ts'

const bar = { open: at('5'), high: at('9'), low: at('1'), close: at('6') }
const side = (...prices: string[]) => prices.map((price) => [at(price), at('1')])
const disorder = 'low: expected low ≤ open ≤ high and low ≤ close ≤ high'

describe('market.new_bar', () => {
  it.each([
    ['an ordinary bar', {}],
    ['a bar without movement', { open: at('5'), high: at('5'), low: at('5'), close: at('5') }],
    ['negative prices', { open: at('-5'), high: at('-1'), low: at('-37.63'), close: at('-37.63') }],
    ['no trades', { volume: at('0'), tradeCount: 0 }],
    ['its optional figures', { tradeCount: 12, vwap: at('5.5') }],
    ['a bar of microseconds', { openTime: 1.0001, timestamp: 1.0002 }],
  ])('accepts %s', (_, change) => {
    expect(reasons('market.new_bar', { ...bar, ...change })).toEqual([])
  })

  it.each([
    ['a low above the open', { low: at('5.1') }],
    ['a low above the close', { low: at('5'), open: at('6'), close: at('4.9') }],
    ['an open above the high', { open: at('9.0000000001') }],
    ['a close above the high', { close: at('10') }],
  ])('refuses %s', (_, change) => {
    expect(reasons('market.new_bar', { ...bar, ...change })).toEqual([disorder])
  })

  it.each([0, 1])('refuses a bar that closes %d ms before it opens', (difference) => {
    expect(reasons('market.new_bar', { openTime: 1_000 + difference, timestamp: 1_000 })).toEqual([
      'openTime: expected openTime before timestamp, which is when the bar closed',
    ])
  })

  it.each(['1s', '5m', '4h', '1d', '2w', '1M'])('accepts the timeframe %s', (timeframe) => {
    expect(reasons('market.new_bar', { timeframe })).toEqual([])
  })

  it.each(['', 'm', '0m', '01m', '1.5h', '1y', '1m ', '123456m'])(
    'refuses the timeframe "%s"',
    (timeframe) => {
      expect(reasons('market.new_bar', { timeframe })).toEqual([
        'timeframe: expected a timeframe such as "1m" or "4h"',
      ])
    },
  )

  it('refuses a negative volume', () => {
    expect(reasons('market.new_bar', { volume: at('-0.001') })).toEqual([
      'volume: expected a Decimal of 0 or more, found -0.001',
    ])
  })
})

describe('market.data_update', () => {
  const none = { last: undefined, markPrice: undefined, changePercent: undefined }

  it.each([
    'last',
    'open',
    'high',
    'low',
    'volume',
    'change',
    'changePercent',
    'markPrice',
    'indexPrice',
  ])('accepts %s alone', (field) => {
    expect(reasons('market.data_update', { ...none, [field]: at('0') })).toEqual([])
  })

  it('refuses an update of nothing', () => {
    expect(reasons('market.data_update', none)).toEqual([
      'last: expected at least one value, such as last or markPrice',
    ])
  })
})

describe('market.quote_update', () => {
  it('accepts a crossed, a locked and an empty quote', () => {
    expect(reasons('market.quote_update', { bidPrice: at('101'), askPrice: at('100') })).toEqual([])
    expect(reasons('market.quote_update', { bidPrice: at('100'), askPrice: at('100') })).toEqual([])
    expect(reasons('market.quote_update', { bidSize: at('0'), askSize: at('0') })).toEqual([])
  })

  it.each(['bidSize', 'askSize'])('refuses a negative %s', (field) => {
    expect(reasons('market.quote_update', { [field]: at('-1') })).toHaveLength(1)
  })
})

describe('market.trade_tick', () => {
  it('accepts a negative price', () => {
    expect(reasons('market.trade_tick', { price: at('-37.63') })).toEqual([])
  })

  it.each(['0', '-1'])('refuses the size %s', (size) => {
    expect(reasons('market.trade_tick', { size: at(size) })).toEqual([
      `size: expected a Decimal above 0, found ${size}`,
    ])
  })
})

describe('market.orderbook_update', () => {
  it('accepts a level of size 0, which removes it, in any order', () => {
    const bids = [
      [at('1'), at('0')],
      [at('2'), at('5')],
    ]
    expect(reasons('market.orderbook_update', { bids, asks: [] })).toEqual([])
  })

  it.each([
    ['a negative size', [[at('1'), at('-1')]], '0.1'],
    ['a level without a size', [[at('1')]], '0'],
    ['a level of three', [[at('1'), at('1'), at('1')]], '0'],
    ['a level of numbers', [[1, at('1')]], '0.0'],
  ])('refuses %s', (_, bids, path) => {
    expect(reasons('market.orderbook_update', { bids })[0]).toContain(`bids.${path}: `)
  })
})

describe('market.depth_update', () => {
  it('accepts sides that are ordered, of one level, or empty', () => {
    const bids = side('10', '9.99', '-1')
    const asks = side('10.01', '10.02', '11')
    expect(reasons('market.depth_update', { bids, asks })).toEqual([])
    expect(reasons('market.depth_update', { bids: [], asks: side('1') })).toEqual([])
  })

  it.each([
    [side('10', '10'), 'a repeated'],
    [side('10', '9', '9.5'), 'a rising'],
  ])('refuses bids with a price that does not fall', (bids) => {
    expect(reasons('market.depth_update', { bids })).toEqual([
      'bids: expected bids best first, with strictly falling prices',
    ])
  })

  it.each([
    [side('10', '10.0'), 'a repeated'],
    [side('10', '11', '10.5'), 'a falling'],
  ])('refuses asks with a price that does not rise', (asks) => {
    expect(reasons('market.depth_update', { asks })).toEqual([
      'asks: expected asks best first, with strictly rising prices',
    ])
  })
})
