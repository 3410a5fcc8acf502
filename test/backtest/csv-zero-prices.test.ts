import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { csvQuotes, type CsvQuotesOptions } from '../../src/backtest/csv-quotes.ts'
import { csvTrades, type CsvTradesOptions } from '../../src/backtest/csv-trades.ts'
import { runBacktest } from '../../src/backtest/run-backtest.ts'
import { paperBroker } from '../../src/desk/paper-broker.ts'
import { all, drained, fileOf } from './source-files.ts'

const bars = (rows: string, options: CsvBarsOptions = {}) =>
  csvBars(fileOf('bars.csv', `date,open,high,low,close\n${rows}`), {
    symbol: 'X',
    timeframe: '1d',
    ...options,
  })

const quotes = (rows: string, options: CsvQuotesOptions = {}) =>
  csvQuotes(fileOf('quotes.csv', `time,bid,bid_size,ask,ask_size\n${rows}`), {
    symbol: 'X',
    ...options,
  })

const trades = (rows: string, options: CsvTradesOptions = {}) =>
  csvTrades(fileOf('trades.csv', `time,price,size\n${rows}`), { symbol: 'X', ...options })

const days = `2024-01-02,10,11,9,10
2024-01-03,0,0,0,0
2024-01-04,10,11,9,10
2024-01-05,10,11,9,10`

describe('a price of 0', () => {
  it('of a whole bar is a bad row, so that nothing is filled at it', async () => {
    const run = async (options: CsvBarsOptions) =>
      runBacktest({
        sources: [bars(days, options)],
        desk: { broker: paperBroker() },
        progress: false,
        strategy: ({ bus, orders, positions }) => {
          bus.on('market.new_bar', (bar) => {
            if (positions.quantity('X').isZero()) orders.buy('X', '10', { cause: bar })
            else orders.closePosition('X', { cause: bar })
          })
        },
      })
    await expect(run({})).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
      line: 3,
      column: undefined,
      message: expect.stringContaining(
        `line 3: expected prices, found 0 for all four, which files have where there is no price. Give { zeroPrices: true } if prices of 0 are real. To go on without such rows, give onBadRow: 'skip'`,
      ),
    })
    const { sources, trades: made } = await run({ onBadRow: 'skip' })
    expect(sources[0]!.counts).toMatchObject({ read: 4, events: 3, skipped: 1 })
    expect(made.map(({ entryPrice }) => entryPrice.toFixed())).toEqual(['10'])
  })

  it('is taken for a price with zeroPrices', async () => {
    const read = await all(bars(days, { zeroPrices: true }))
    expect(read.map(({ data }) => data.close.toFixed())).toEqual(['10', '0', '10', '10'])
    expect(await all(quotes('1704067200,0,1,0,1', { zeroPrices: true }))).toHaveLength(1)
    expect(await all(trades('1704067200,0,1', { zeroPrices: true }))).toHaveLength(1)
  })

  it('may be in a bar that has others', async () => {
    const rows = ['0,1,0,0', '0,0,-1,0', '0,0,-1,-1', '-1,0,-1,-1', '1,1,0,1']
    const read = await all(bars(rows.map((row, day) => `2024-01-0${day + 1},${row}`).join('\n')))
    expect(read).toHaveLength(rows.length)
  })

  it('beside others that it cannot be with is told by its order', async () => {
    for (const row of ['5,0,0,0', '0,0,0,5', '0,5,0,6']) {
      const message = expect.stringContaining('low: expected low ≤ open ≤ high')
      expect((await drained(bars(`2024-01-01,${row}`))).error).toMatchObject({ message })
    }
  })

  it('however it is written', async () => {
    for (const row of ['0.00,0.00,0.00,0.00', '-0,0,-0,+0', '.0,00,0.,0']) {
      expect((await drained(bars(`2024-01-01,${row}`))).error).toMatchObject({ line: 2 })
    }
  })

  it.each([
    [quotes, '1704067200,0,0,10,1', 'bid'],
    [quotes, '1704067200,10,1,0.0,0', 'ask'],
    [quotes, '1704067200,0,1,0,1', 'bid'],
    [trades, '1704067200,0,1', 'price'],
  ] as const)('is bad in a quote and a trade', async (source, row, column) => {
    const { error } = await drained(source(row) as AsyncIterable<unknown>)
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 2,
      column,
      message: expect.stringContaining(
        'expected a price, found 0, which files have where there is no price. Give { zeroPrices: true } if prices of 0 are real.',
      ),
    })
  })

  it('lets sizes of 0 and prices below 0 pass', async () => {
    expect(await all(quotes('1704067200,-2,0,-1,0'))).toHaveLength(1)
    expect(await all(trades('1704067200,-1,1'))).toHaveLength(1)
    expect(await all(bars('2024-01-01,-1,-1,-1,-1'))).toHaveLength(1)
  })

  it('is taken or not, and nothing between', () => {
    const zeroPrices = 'take' as unknown as boolean
    for (const source of [bars, quotes, trades]) {
      expect(() => source('', { zeroPrices })).toThrow(ConfigurationError)
      expect(() => source('', { zeroPrices })).toThrow('zeroPrices must be true or false')
    }
  })
})
