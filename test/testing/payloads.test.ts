import { describe, expect, it } from 'vitest'
import { Decimal, type NameIn, tradingEvents, type TradingSchemas } from 'tradewire'
import { runBacktest } from 'tradewire/backtest'
import { bars, payloadOf, payloadsOf, testBus } from 'tradewire/testing'
import { catalog } from './own-catalog.ts'

describe('payloadOf', () => {
  for (const name of tradingEvents.entries.keys()) {
    it(`returns a valid payload of ${name}, a new one each time`, async () => {
      await using test = testBus()
      const type = name as NameIn<TradingSchemas>
      const payload = payloadOf(type)
      const { data } = test.bus.emitSync(type, payload)
      expect(data).toEqual(tradingEvents.get(name).example)
      expect(payloadOf(type)).not.toBe(payload)
      test.takeErrors()
    })
  }

  it('shares no nested value with the example, nor with what it was given', () => {
    const fee = { amount: new Decimal('1'), currency: 'USD' }
    expect(payloadOf('order.filled', { fee }).fee).not.toBe(fee)
    const example = tradingEvents.get('order.filled').example as { readonly fee: object }
    expect(payloadOf('order.filled').fee).not.toBe(example.fee)
  })

  it('takes Decimals, text for Decimals, and both', () => {
    const price = new Decimal('100.10')
    const fill = payloadOf('order.filled', {
      lastPrice: '100.10',
      averagePrice: price,
      fee: { amount: '0.25', currency: 'USD' },
    })
    expect(fill.lastPrice.eq(price)).toBe(true)
    expect(fill.averagePrice.eq(price)).toBe(true)
    expect(fill.fee?.amount).toBeInstanceOf(Decimal)
    const book = payloadOf('market.depth_update', { bids: [['10', '1']], asks: [] })
    expect(book.bids[0]?.[0]?.toFixed()).toBe('10')
  })

  it('leaves out what is undefined', () => {
    expect(payloadOf('order.filled', { venue: undefined, lastPrice: '1' })).not.toHaveProperty(
      'venue',
    )
    expect(payloadOf('order.filled', { venue: undefined })).not.toHaveProperty('venue')
  })

  it('names the field that does not hold', () => {
    expect(() => payloadOf('order.filled', { remainingQuantity: '1' })).toThrow(
      'order.filled was refused: remainingQuantity: expected 0, as nothing remains of a filled order',
    )
    expect(() => payloadOf('order.filled', { lastPrice: 'cheap' })).toThrow('lastPrice')
    expect(() => payloadOf('order.filled', { lastPrice: 100 as never })).toThrow('lastPrice')
    expect(() => payloadOf('order.filled', { price: '1' } as never)).toThrow('price')
    expect(() => payloadOf('order.filled', { orderId: undefined })).toThrow('orderId')
  })

  it('refuses what is no type, and what are no fields', () => {
    expect(() => payloadOf('order.fill' as never)).toThrow('order.fill')
    for (const fields of [null, 'ABC', ['ABC']]) {
      expect(() => payloadOf('order.filled', fields as never)).toThrow('must be an object')
    }
  })
})

describe('payloadsOf', () => {
  const payload = payloadsOf(catalog)

  it('makes payloads of the events of a catalog', () => {
    expect(payload('signal.entry', { price: '12.5' }).price.toFixed()).toBe('12.5')
    expect(payload('action.buy.start')).toEqual({ startedBy: 'scheduler' })
    expect(payload('order.filled').symbol).toBe('BTCUSDT')
  })

  it('refuses a field that the schema would drop', () => {
    expect(payload('signal.exit', { reason: 'stop' })).toEqual({ symbol: 'ABC', reason: 'stop' })
    expect(payload('signal.exit', { reason: undefined })).toEqual({ symbol: 'ABC' })
    expect(() => payload('signal.exit', { reasno: 'stop' } as never)).toThrow(
      'signal.exit has no field "reasno". Its payload has: symbol.',
    )
  })

  it('takes values of other codecs as they are in the process', () => {
    const until = new Date(0)
    expect(payload('signal.entry', { until }).until).toEqual(until)
  })
})

describe('bars', () => {
  it('follow each other, each opening where the one before has closed', () => {
    const series = bars({ symbol: 'ABC', closes: ['10', new Decimal('12'), '9'] })
    expect(series.map(({ type }) => type)).toEqual(Array(3).fill('market.new_bar'))
    const texts = series.map(({ data: { open, high, low, close, volume } }) =>
      [open, high, low, close, volume].map((value) => value.toFixed()).join(' '),
    )
    expect(texts).toEqual(['10 10 10 10 1000', '10 12 10 12 1000', '12 12 9 9 1000'])
    const times = series.map(({ data }) => [data.openTime, data.timestamp])
    const start = Date.UTC(2026, 0, 2)
    expect(times).toEqual(
      [0, 1, 2].map((index) => [start + index * 60_000, start + (index + 1) * 60_000]),
    )
    expect(series[0]?.data).toMatchObject({ symbol: 'ABC', timeframe: '1m' })
  })

  it('may be of another timeframe, time and shape', () => {
    const [first, second] = bars({
      symbol: 'ABC',
      closes: ['10', { close: '11', open: '10.5', high: '12', low: '9', volume: '7' }],
      timeframe: '4h',
      start: 0,
      volume: '5',
    })
    expect(first?.data.timestamp).toBe(4 * 3_600_000)
    expect(first?.data.volume.toFixed()).toBe('5')
    const { open, high, low, close, volume } = second!.data
    expect([open, high, low, close, volume].map(Number)).toEqual([10.5, 12, 9, 11, 7])
  })

  it('are a source of runBacktest', async () => {
    const { eventCounts } = await runBacktest({
      sources: [bars({ symbol: 'ABC', closes: ['1', '2'] })],
      strategy: () => {},
      progress: false,
    })
    expect(eventCounts.get('market.new_bar')).toBe(2)
  })

  it('refuse what cannot be', () => {
    const symbol = 'ABC'
    expect(() => bars({ symbol, closes: [] })).toThrow('at least one close')
    expect(() => bars({ symbol, closes: '10' as never })).toThrow('at least one close')
    expect(() => bars({ symbol, closes: [10 as never] })).toThrow(
      'The close of a bar must be a Decimal',
    )
    expect(() => bars({ symbol, closes: ['ten'] })).toThrow('"ten"')
    expect(() => bars({ symbol, closes: [null as never] })).toThrow('null')
    expect(() => bars({ symbol, closes: [{ close: '10', open: 'x' }] })).toThrow(
      'The open of a bar',
    )
    expect(() => bars({ symbol, closes: [{ close: '10', high: '9' }] })).toThrow('high')
    expect(() => bars({ symbol, closes: ['1'], timeframe: '1M' })).toThrow('timeframe')
    expect(() => bars({ symbol, closes: ['1'], timeframe: 5 as never })).toThrow('timeframe')
    expect(() => bars({ symbol, close: ['1'] } as never)).toThrow('"close"')
    const misspelt = { close: '9', hihg: '20' } as never
    expect(() => bars({ symbol, closes: ['9', misspelt] })).toThrow('Bar 2 has no option "hihg"')
  })
})
