import { ConfigurationError, Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { csvQuotes, type CsvQuotesOptions } from '../../src/backtest/csv-quotes.ts'
import { csvTrades, type CsvTradesOptions } from '../../src/backtest/csv-trades.ts'
import { all, drained, fileOf } from './source-files.ts'

const trades = async (text: string, options: CsvTradesOptions = {}): Promise<unknown[]> =>
  (await all(csvTrades(fileOf('trades.csv', text), { symbol: 'X', ...options }))).map(
    ({ data }) => data,
  )

describe('csvTrades', () => {
  it('reads trades as Binance publishes them', async () => {
    const text = `id,price,qty,quote_qty,time,is_buyer_maker
5,61800.30,0.006,370.8018,1723161256322,false
6,61800.20,0.001,61.8002,1723161256322,true`
    expect(await trades(text, { venue: 'binance' })).toEqual([
      {
        symbol: 'X',
        venue: 'binance',
        timestamp: 1_723_161_256_322,
        price: new Decimal('61800.3'),
        size: new Decimal('0.006'),
        aggressorSide: 'buy',
        tradeId: '5',
      },
      {
        symbol: 'X',
        venue: 'binance',
        timestamp: 1_723_161_256_322,
        price: new Decimal('61800.2'),
        size: new Decimal('0.001'),
        aggressorSide: 'sell',
        tradeId: '6',
      },
    ])
  })

  it('reads sides and symbols as others write them', async () => {
    const text = `Timestamp,Symbol,Side,Amount,Price
2024-01-01,A,BUY,1,-37.63
2024-01-01T00:00:01Z,B,s,1,1
2024-01-01T00:00:02Z,B,n,1,1
2024-01-01T00:00:03Z,B,,1,1`
    const read = await all(
      csvTrades(fileOf('trades.csv', text), {
        timeZone: 'America/New_York',
        outOfOrder: { sortWithinMs: 1e9 },
      }),
    )
    expect(read.map(({ type, data }) => [type, data.symbol, data.aggressorSide])).toEqual([
      ['market.trade_tick', 'B', 'sell'],
      ['market.trade_tick', 'B', 'none'],
      ['market.trade_tick', 'B', 'none'],
      ['market.trade_tick', 'A', 'buy'],
    ])
    expect(read.at(-1)!.data).toMatchObject({
      timestamp: Date.UTC(2024, 0, 1, 5),
      price: new Decimal('-37.63'),
    })
    expect(read[0]!.data).not.toHaveProperty('tradeId')
  })

  it.each([
    ['x,1,1,buy,true', 'time', 'expected a time, found "x".'],
    ['1704067200,x,y,buy,true', 'price', 'expected a number such as 57.638, found "x".'],
    ['1704067200,1,,buy,true', 'size', 'expected a number such as 57.638, found "".'],
    ['1704067200,1,0,buy,true', 'size', 'size: expected a Decimal above 0, found 0.'],
    ['1704067200,1,1,long,true', 'side', 'expected buy, sell or none, found "long".'],
    ['1704067200,1,1,,yes', 'm', 'expected true or false, found "yes".'],
    ['x,1,1,long,true', 'time', 'expected a time, found "x".'],
  ])('names what is bad: %s', async (row, column, reason) => {
    const path = fileOf('trades.csv', `time,price,size,side,m\n${row}`)
    const { error } = await drained(csvTrades(path, { symbol: 'X' }))
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 2,
      column,
      message: expect.stringContaining(reason),
    })
  })

  it('names the column of times where a time is refused', async () => {
    const path = fileOf('trades.csv', 'time,price,size,symbol\n1,1,1,')
    const { error } = await drained(csvTrades(path, { time: () => 5 }))
    expect(error).toMatchObject({ column: 'symbol' })
  })

  it('refuses options of bars', () => {
    expect(() => csvTrades('trades.csv', { timeframe: '1m' } as CsvTradesOptions)).toThrow(
      ConfigurationError,
    )
  })
})

describe('csvQuotes', () => {
  const header =
    'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time'

  it('reads quotes as Binance publishes them', async () => {
    const path = fileOf(
      'quotes.csv',
      `${header}\n7,61800.20,2.507,61800.30,0,1723161256313\n,1,1,1,1,1723161256314\n`,
    )
    const items = await all(csvQuotes(path, { symbol: 'X', venue: 'binance' }))
    expect(items).toEqual([
      {
        type: 'market.quote_update',
        data: {
          symbol: 'X',
          venue: 'binance',
          timestamp: 1_723_161_256_313,
          bidPrice: new Decimal('61800.2'),
          bidSize: new Decimal('2.507'),
          askPrice: new Decimal('61800.3'),
          askSize: new Decimal(0),
          sequence: 7,
        },
      },
      expect.objectContaining({ type: 'market.quote_update' }),
    ])
    expect(items[1]!.data).not.toHaveProperty('sequence')
  })

  it.each([
    ['x,1,1,1,1,1704067200', 'update_id'],
    ['1.5,1,1,1,1,1704067200', 'update_id'],
    ['1,1,-1,1,1,1704067200', 'best_bid_qty'],
    ['1,1,1,1,,1704067200', 'best_ask_qty'],
    ['1,1,1,1,1,?', 'transaction_time'],
  ])('names what is bad: %s', async (row, column) => {
    const path = fileOf('quotes.csv', `${header}\n${row}`)
    const { error } = await drained(csvQuotes(path, { symbol: 'X' }))
    expect(error).toMatchObject({ code: 'SOURCE_INVALID', line: 2, column })
  })

  it('takes no venue where none is given, and refuses options that it does not know', async () => {
    const path = fileOf('quotes.csv', `${header}\n7,1,1,1,1,1723161256313\n`)
    expect((await all(csvQuotes(path, { symbol: 'X' })))[0]!.data).not.toHaveProperty('venue')
    expect(() => csvQuotes(path, { depth: 5 } as CsvQuotesOptions)).toThrow(ConfigurationError)
  })
})
