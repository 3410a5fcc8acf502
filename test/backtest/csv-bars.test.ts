import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import type { BadRow } from '../../src/backtest/bad-rows.ts'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import type { NewBar } from '../../src/events/market.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'
import { all, drained, fileOf } from './source-files.ts'

const header = 'date,open,high,low,close,volume'
const minute = 60_000
const dayMs = 86_400_000

const barsOf = async (text: string, options: CsvBarsOptions = {}): Promise<NewBar[]> => {
  const source = csvBars(fileOf('bars.csv', text), { symbol: 'X', ...options })
  return (await all(source)).map(({ data }) => data)
}

const spans = async (text: string, options: CsvBarsOptions = {}): Promise<[string, string][]> => {
  const iso = (time: number): string => new Date(time).toISOString().slice(0, 16)
  return (await barsOf(text, options)).map(({ openTime, timestamp }) => [
    iso(openTime),
    iso(timestamp),
  ])
}

describe('csvBars', () => {
  it('makes bars of rows, exact to the last digit', async () => {
    const path = fileOf(
      'bars.csv',
      `Open Time,Open,High,Low,Close,Adj Close,Volume,Number of trades,VWAP,Symbol
2024-01-01 00:00:00,0.1234567890123456789,1.5000,-0.25,1.0,9,123456789012345.5,42,0.75,BTC
2024-01-01 00:01:00,1,1,1,1,9,,,,ETH\n`,
    )
    const source = csvBars(path, { timeframe: '1m', venue: 'here' })
    expect(source.name).toBe('bars.csv')
    const items = await all(source)
    expect(items).toEqual([
      {
        type: 'market.new_bar',
        data: {
          symbol: 'BTC',
          venue: 'here',
          timeframe: '1m',
          openTime: Date.UTC(2024, 0, 1),
          timestamp: Date.UTC(2024, 0, 1) + minute,
          open: new Decimal('0.1234567890123456789'),
          high: new Decimal('1.5'),
          low: new Decimal('-0.25'),
          close: new Decimal('1'),
          volume: new Decimal('123456789012345.5'),
          tradeCount: 42,
          vwap: new Decimal('0.75'),
        },
      },
      expect.objectContaining({
        data: expect.objectContaining({ symbol: 'ETH', volume: new Decimal(0) }),
      }),
    ])
    expect(items[1]!.data).not.toHaveProperty('vwap')
    expect(items[1]!.data).not.toHaveProperty('tradeCount')
    for (const { data } of items)
      expect(tradingEvents.get('market.new_bar').accepts(data)).toBe(true)
    expect(source.counts).toEqual({ read: 2, events: 2, skipped: 0, ignored: 0 })
    expect(source.fraction).toBe(1)
  })

  it('tells the timeframe from the times of the first rows, unless it is told', async () => {
    const rows = (times: readonly string[]): string =>
      `symbol,${header}\n${times.map((time) => `X,${time},1,1,1,1,1`).join('\n')}`
    const frames = async (
      times: readonly string[],
      options?: CsvBarsOptions,
    ): Promise<string[]> => {
      const source = csvBars(fileOf('bars.csv', rows(times)), options)
      return (await all(source)).map(({ data }) => data.timeframe)
    }
    expect(await frames(['2024-01-01', '2024-01-02', '2024-01-05'], { timeframe: '3d' })).toEqual([
      '3d',
      '3d',
      '3d',
    ])
    expect(await frames(['2024-01-01', '2024-01-02', '2024-01-05', '2024-01-06'])).toEqual([
      '1d',
      '1d',
      '1d',
      '1d',
    ])
    expect(await frames(['2024-01-01T00:00', '2024-01-01T04:00'])).toEqual(['4h', '4h'])
    const alternating = `symbol,${header}\nA,1704067200,1,1,1,1,1\nB,1704067200,1,1,1,1,1\nA,1704067500,1,1,1,1,1\nB,1704067500,1,1,1,1,1`
    const [first] = await all(csvBars(fileOf('bars.csv', alternating)))
    expect(first!.data.timeframe).toBe('5m')
    const { error } = await drained(csvBars(fileOf('bars.csv', rows(['2024-01-01']))))
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining(
        'the timeframe of the bars cannot be told from their times. Give { timeframe }, such as 1d.',
      ),
    })
  })

  describe('with a timeframe that the rows contradict', () => {
    const at = (...minutes: readonly number[]): string =>
      `${header}\n${minutes.map((time) => `${1_704_067_200 + time * 60},1,1,1,1,1`).join('\n')}`
    const error = async (text: string, options: CsvBarsOptions) =>
      (await drained(csvBars(fileOf('bars.csv', text), { symbol: 'X', ...options }))).error

    it('refuses the file', async () => {
      expect(await error(at(0, 1, 2, 3), { timeframe: '5m' })).toMatchObject({
        code: 'SOURCE_INVALID',
        message: expect.stringContaining(
          'expected rows 5m apart or more, as { timeframe } says, but most are closer, such as by 60 s. Give the timeframe of the file, or leave it out.',
        ),
      })
      const many = at(...Array.from({ length: 5_000 }, (_, index) => index))
      expect(await error(many, { timeframe: '2m' })).toMatchObject({ code: 'SOURCE_INVALID' })
      const days = at(0, 1440, 2880, 4320)
      expect(await error(days, { timeframe: '1M' })).toMatchObject({ code: 'SOURCE_INVALID' })
      expect(await error(days, { timeframe: '1w' })).toMatchObject({ code: 'SOURCE_INVALID' })
      expect(await error(days, { timeframe: '1d' })).toBeUndefined()
    })

    it('looks at each symbol by itself', async () => {
      const two = at(0, 5, 10, 15).replace(/^\d.*$/gm, (row) => `${row},A\n${row},B`)
      const text = two.replace(header, `${header},symbol`)
      const { error: found } = await drained(csvBars(fileOf('bars.csv', text), { timeframe: '5m' }))
      expect(found).toBeUndefined()
    })

    it('lets gaps pass, a few short steps, and months of February', async () => {
      expect(await error(at(0, 5, 60, 65, 1440), { timeframe: '5m' })).toBeUndefined()
      expect(await error(at(0, 1, 2, 7, 12), { timeframe: '5m' })).toBeUndefined()
      expect(await error(at(0, 1, 2), { timeframe: '5m' })).toBeUndefined()
      expect(await error(at(0, 1, 2, 3, 8, 13, 18), { timeframe: '5m' })).toBeUndefined()
      const ends = ['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31']
      const months = `${header}\n${ends.map((day) => `2025-${day},1,1,1,1,1`).join('\n')}`
      expect(await error(months, { timeframe: '1M' })).toBeUndefined()
    })
  })

  it('takes times to be when a bar opened, or when it closed', async () => {
    const text = `${header}\n2024-01-01 10:00,1,1,1,1,1`
    expect(await spans(text, { timeframe: '1h' })).toEqual([
      ['2024-01-01T10:00', '2024-01-01T11:00'],
    ])
    expect(await spans(text, { timeframe: '1h', timestampIs: 'close' })).toEqual([
      ['2024-01-01T09:00', '2024-01-01T10:00'],
    ])
  })

  it('takes a date alone for a day from midnight to midnight, or for its session', async () => {
    const text = `${header}\n2024-01-05,1,1,1,1,1\n2024-07-05,1,1,1,1,1`
    const zone = { timeframe: '1d', timeZone: 'America/New_York' }
    const whole = [
      ['2024-01-05T00:00', '2024-01-06T00:00'],
      ['2024-07-05T00:00', '2024-07-06T00:00'],
    ]
    expect(await spans(text, { timeframe: '1d' })).toEqual(whole)
    expect(await spans(text, { timeframe: '1d', timestampIs: 'close' })).toEqual(whole)
    expect(await spans(text, zone)).toEqual([
      ['2024-01-05T05:00', '2024-01-06T05:00'],
      ['2024-07-05T04:00', '2024-07-06T04:00'],
    ])
    expect(await spans(text, { ...zone, session: { open: '09:30', close: '16:00' } })).toEqual([
      ['2024-01-05T14:30', '2024-01-05T21:00'],
      ['2024-07-05T13:30', '2024-07-05T20:00'],
    ])
    expect(
      await spans(text, { timeframe: '1d', session: { open: '18:00', close: '17:00' } }),
    ).toEqual([
      ['2024-01-04T18:00', '2024-01-05T17:00'],
      ['2024-07-04T18:00', '2024-07-05T17:00'],
    ])
  })

  it('takes a date alone of longer bars for their first day, or for their last', async () => {
    const text = `${header}\n2024-01-01,1,1,1,1,1`
    expect(await spans(text, { timeframe: '1w' })).toEqual([
      ['2024-01-01T00:00', '2024-01-08T00:00'],
    ])
    expect(await spans(text, { timeframe: '1M' })).toEqual([
      ['2024-01-01T00:00', '2024-02-01T00:00'],
    ])
    expect(await spans(text, { timeframe: '1w', timestampIs: 'close' })).toEqual([
      ['2023-12-26T00:00', '2024-01-02T00:00'],
    ])
  })

  it('reads files without a header, and columns that are called otherwise', async () => {
    const row = '9,5,1,7,2,1704067200'
    const order = ['', 'open', 'low', 'high', 'close', 'time'] as const
    const expected = [
      { open: new Decimal(5), low: new Decimal(1), high: new Decimal(7), close: new Decimal(2) },
    ]
    expect(await barsOf(row, { columns: order, timeframe: '1m' })).toMatchObject(expected)
    const numbers = { time: 5, open: 1, low: 2, high: 3, close: 4 }
    expect(await barsOf(row, { columns: numbers, header: false, timeframe: '1m' })).toMatchObject(
      expected,
    )
    const names = { time: 'Zeit', open: 'auf', low: 2, high: 'hoch', close: 'zu' }
    expect(
      await barsOf(`n,auf,tief,hoch,zu,Zeit\n${row}`, { columns: names, timeframe: '1m' }),
    ).toMatchObject(expected)
    expect(
      await barsOf(`a,b,c,d,e,f\n${row}`, { columns: order, header: true, timeframe: '1m' }),
    ).toMatchObject(expected)
  })

  it('reads other numbers only if it is told of them', async () => {
    const comma = `zeit;open;high;low;close;volume\n1704067200;1.234,5;1.234,5;1;2,5;1e3`
    const [bar] = await barsOf(comma, {
      columns: { time: 'zeit' },
      delimiter: ';',
      decimalComma: true,
      thousands: true,
      exponents: true,
      timeframe: '1m',
    })
    expect(bar).toMatchObject({
      open: new Decimal('1234.5'),
      close: new Decimal('2.5'),
      volume: new Decimal(1000),
    })
    const grouped = `${header}\n2024-01-01,"1,234.5","12,345",1,2,1.5E-5`
    expect(
      await barsOf(grouped, { thousands: true, exponents: true, timeframe: '1d' }),
    ).toMatchObject([
      { open: new Decimal('1234.5'), high: new Decimal(12345), volume: new Decimal('0.000015') },
    ])
    const bad = async (number: string, options: CsvBarsOptions = {}): Promise<unknown> => {
      const path = fileOf('bars.csv', `${header}\n2024-01-01,"${number}",9999,1,2,3`)
      return (await drained(csvBars(path, { symbol: 'X', timeframe: '1d', ...options }))).error
    }
    const refused = { code: 'SOURCE_INVALID', line: 2, column: 'open' }
    expect(await bad('1e3')).toMatchObject(refused)
    expect(await bad('1,234.5')).toMatchObject(refused)
    expect(await bad('1,23', { thousands: true })).toMatchObject(refused)
    expect(await bad('1234,567', { thousands: true })).toMatchObject(refused)
    expect(await bad('1.5', { decimalComma: true })).toMatchObject({
      ...refused,
      message: expect.stringContaining('expected a number such as 57,638, found "1.5".'),
    })
  })

  it.each([
    ['2024-01-02,x,2,1,1,1', 'open', 'expected a number such as 57.638, found "x".'],
    ['2024-01-02,1,,1,1,1', 'high', 'expected a number such as 57.638, found "".'],
    [
      '2024-01-02,1,1,1,1e5,1',
      'close',
      'expected a number such as 57.638, found "1e5". Give { exponents: true } to read it.',
    ],
    ['2024-01-02,1,1,1,1,z', 'volume', 'expected a number such as 57.638, found "z".'],
    ['2024-13-02,1,1,1,1,1', 'date', 'expected a time, found "2024-13-02".'],
    [
      '2024-01-02,1,1,2,1,1',
      'low',
      'low: expected low ≤ open ≤ high and low ≤ close ≤ high, found open 1, high 1, low 2, close 1. Where many rows are so, the columns are others: give { columns }.',
    ],
    ['2024-01-02,1,1,1,1,-5', 'volume', 'volume: expected a Decimal of 0 or more, found -5.'],
    ['2024-01-02,1,1,1,1', undefined, 'expected 6 columns, found 5.'],
    [
      '2024-01-02,1,1,1,1,1,234.5',
      undefined,
      'expected 6 columns, found 7. A field that holds the delimiter stands in quotes.',
    ],
    [
      '"2024-01-02,1,1,1,1"x,1',
      undefined,
      'expected quotes around whole fields, and quotes within them doubled.',
    ],
  ])('names file, line and column of a row that is bad: %s', async (row, column, reason) => {
    const text = `${header}\r\n2024-01-01,1,1,1,1,1\r\n\r\n${row}\r\n2024-01-03,1,1,1,1,1`
    const path = fileOf('bars.csv', text)
    const options = { symbol: 'X', timeframe: '1d' }
    const { items, error } = await drained(csvBars(path, options))
    expect(items).toHaveLength(1)
    const place = column === undefined ? '' : `, column "${column}"`
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      source: path,
      line: 4,
      column,
      message: `${JSON.stringify(path)}, line 4${place}: ${reason} To go on without such rows, give onBadRow: 'skip', or 'collect' to find them in badRows.`,
    })

    const collecting = csvBars(path, { ...options, onBadRow: 'collect' })
    expect(await all(collecting)).toHaveLength(2)
    expect(collecting.badRows).toEqual([{ source: path, line: 4, column, reason }])
    expect(collecting.counts).toEqual({ read: 3, events: 2, skipped: 1, ignored: 0 })

    const skipping = csvBars(path, { ...options, onBadRow: 'skip' })
    expect(await all(skipping)).toHaveLength(2)
    expect(skipping.badRows).toEqual([])
    expect(skipping.counts.skipped).toBe(1)

    const told: BadRow[] = []
    expect(
      await all(csvBars(path, { ...options, onBadRow: (bad) => told.push(bad) })),
    ).toHaveLength(2)
    expect(told).toEqual(collecting.badRows)
  })

  it('names columns that have no name by their number from 1', async () => {
    const columns = ['time', 'open', 'high', 'low', 'close', 'tradeCount', 'vwap'] as const
    const bad = async (row: string): Promise<unknown> =>
      (await drained(csvBars(fileOf('bars.csv', row), { symbol: 'X', timeframe: '1d', columns })))
        .error
    expect(await bad('2024-01-01,1,1,x,1,1,1')).toMatchObject({ line: 1, column: '4' })
    expect(await bad('2024-01-01,1,1,1,1,x,1')).toMatchObject({ column: '6' })
    expect(await bad('2024-01-01,1,1,1,1,1.5,1')).toMatchObject({ column: '6' })
    expect(await bad('2024-01-01,1,1,1,1,1,x')).toMatchObject({ column: '7' })
  })

  it('names the column of times where the payload has no such field', async () => {
    const path = fileOf('bars.csv', `${header}\n5,1,1,1,1,1`)
    const time = (): number => 1e300
    // So far away that a minute makes no difference: the bar opens when it closes.
    const { error } = await drained(csvBars(path, { symbol: 'X', timeframe: '1m', time }))
    expect(error).toMatchObject({ line: 2, column: 'date' })
  })

  it('collects the first 1,000 bad rows, and counts all', async () => {
    const text = `${header}\n${'x,1,1,1,1,1\n'.repeat(1200)}`
    const source = csvBars(fileOf('bars.csv', text), {
      symbol: 'X',
      timeframe: '1d',
      onBadRow: 'collect',
    })
    expect(await all(source)).toEqual([])
    expect(source.badRows).toHaveLength(1000)
    expect(source.counts).toMatchObject({ read: 1200, skipped: 1200 })
  })

  it('refuses time that goes back, by its line, or sorts it, as asked', async () => {
    const text = `${header}\n2024-01-03,1,1,1,1,1\n2024-01-02,1,1,1,1,1\n`
    const path = fileOf('bars.csv', text)
    const { items, error } = await drained(csvBars(path, { symbol: 'X', timeframe: '1d' }))
    expect(items).toHaveLength(1)
    expect(error).toMatchObject({ code: 'SOURCE_ORDER', source: path, line: 3, index: 1 })
    const outOfOrder = { sortWithinMs: 2 * dayMs }
    expect(await spans(text, { timeframe: '1d', outOfOrder })).toEqual([
      ['2024-01-02T00:00', '2024-01-03T00:00'],
      ['2024-01-03T00:00', '2024-01-04T00:00'],
    ])
  })

  it('starts anew with every loop', async () => {
    const source = csvBars(fileOf('bars.csv', `${header}\n2024-01-03,1,1,1,1,1\n`), {
      symbol: 'X',
      timeframe: '1d',
    })
    expect(await all(source)).toEqual(await all(source))
    expect(source.counts.events).toBe(1)
  })

  it('refuses a header that has a column twice, unless it is told which, and lines of old Macs', async () => {
    const row = '2024-01-01,1,2,0.5,1.5,1.75'
    const text = `date,open,high,low,close,Close\n${row}\n`
    const twice = { code: 'SOURCE_INVALID', line: undefined }
    await expect(barsOf(text)).rejects.toMatchObject(twice)
    await expect(barsOf(text)).rejects.toThrow(/close may be column 4 or column 5, counted from 0/)
    const [bar] = await barsOf(text, { columns: { close: 'Close' }, timeframe: '1d' })
    expect(bar!.close.toString()).toBe('1.75')
    const same = text.replace('Close', 'close')
    await expect(barsOf(same, { columns: { close: 'close' } })).rejects.toMatchObject(twice)
    const [last] = await barsOf(same, { columns: { close: 5 }, timeframe: '1d' })
    expect(last!.close.toString()).toBe('1.75')
    const unused = text.replace('close,Close', 'close,note').replace('1.75', '1.75,x')
    const more = unused.replace('note', 'note,note')
    expect(await barsOf(more, { timeframe: '1d' })).toHaveLength(1)
    const mac = `${header}\r2024-01-01,1,2,0.5,1.5,10\r2024-01-02,1,2,0.5,1.5,10\r`
    await expect(barsOf(mac)).rejects.toThrow(
      /"[^"]*", line 1: its lines end by a carriage return alone/,
    )
  })

  it('reads a file of a header alone, and refuses an empty one', async () => {
    expect(await barsOf(`${header}\n`)).toEqual([])
    expect(await barsOf('', { columns: ['time', 'open', 'high', 'low', 'close'] })).toEqual([])
    const { error } = await drained(csvBars(fileOf('bars.csv', ''), { symbol: 'X' }))
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('expected a header in the first line, but it is empty.'),
    })
  })

  it.each([
    [
      'date,open,high,low,close',
      {},
      'expected a column for symbol (symbol, ticker, instrument), but the header has "date", "open", "high", "low", "close". Say { columns: { symbol: … } }, or list all columns if there is no header.',
    ],
    [
      'date,open,high,low,close',
      { symbol: 'X', columns: { close: 'last' } },
      'close is said to stand in column "last", but the header has "date", "open", "high", "low", "close".',
    ],
    [
      'date,open,high,low,close',
      { symbol: 'X', columns: { close: 5 } },
      'close is said to stand in column 5, counted from 0, but there are 5.',
    ],
    [
      '1,2,3,4,5',
      { symbol: 'X', columns: { time: 0 }, header: false },
      'no column is said to hold open. Name it in { columns }.',
    ],
    [
      '1,2',
      { symbol: 'X', columns: ['time', 'open'] },
      'no column is said to hold high. Name it in { columns }.',
    ],
  ] as const)('refuses a file that lacks a column: %s', async (text, options, reason) => {
    const { error } = await drained(csvBars(fileOf('bars.csv', text), options as CsvBarsOptions))
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining(reason),
    })
  })

  it.each([
    { symbol: '' },
    { venue: '' },
    { timeframe: '1y' },
    { timestampIs: 'middle' },
    { session: { open: '9', close: '10' } },
    { columns: 'a,b' },
    { columns: null },
    { columns: ['time', 'price'] },
    { columns: { price: 1 } },
    { columns: { open: '' } },
    { columns: { open: -1 } },
    { columns: { open: 1.5 } },
    { header: 'yes' },
    { decimalComma: 1 },
    { thousands: 1 },
    { exponents: 1 },
    { delimiter: '' },
    { delimiter: '||' },
    { delimiter: '"' },
    { time: 'epoch' },
    { timeZone: 'Nowhere' },
    { onBadRow: 'ignore' },
    { outOfOrder: 'sort' },
    { name: '' },
    { entry: '' },
    { colums: [] },
  ])('refuses the options %j', (options) => {
    expect(() => csvBars('bars.csv', options as CsvBarsOptions)).toThrow(ConfigurationError)
  })
})

const folder = process.env['TRADEWIRE_DATA']
const bitcoin =
  folder === undefined ? undefined : join(folder, 'btc-perp-20211231-20220201_1m.csv.gz')
const there = bitcoin !== undefined && existsSync(bitcoin)
if (!there)
  console.error(`SKIPPED: reading real bars needs TRADEWIRE_DATA, which is ${folder ?? 'not set'}.`)

describe('csvBars on real data', () => {
  it.runIf(there)('reads 45,031 bars of one minute out of gzip', async () => {
    const source = csvBars(bitcoin!, { symbol: 'BTC-PERP' })
    const bars = (await all(source)).map(({ data }) => data)
    expect(bars).toHaveLength(45_031)
    expect(bars[0]).toEqual({
      symbol: 'BTC-PERP',
      timeframe: '1m',
      openTime: Date.UTC(2021, 11, 31, 23, 1),
      timestamp: Date.UTC(2021, 11, 31, 23, 2),
      open: new Decimal('46319.0'),
      high: new Decimal('46385.0'),
      low: new Decimal('46319.0'),
      close: new Decimal('46377.0'),
      volume: new Decimal('2300413.7295'),
    })
    expect(bars.at(-1)!.timestamp).toBe(Date.UTC(2022, 1, 1, 5, 32))
    expect(source.counts).toEqual({ read: 45_031, events: 45_031, skipped: 0, ignored: 0 })
  })

  it('reads 5,105 daily bars of the S&P 500 by the sessions of New York', async () => {
    const url = new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))
    const source = csvBars(url, {
      symbol: 'SPX',
      timeframe: '1d',
      timeZone: 'America/New_York',
      session: { open: '09:30', close: '16:00' },
      onBadRow: 'collect',
    })
    const bars = (await all(source)).map(({ data }) => data)
    expect(source.counts.read).toBe(5105)
    expect(bars).toHaveLength(5105 - source.badRows.length)
    expect(bars[0]).toMatchObject({
      openTime: Date.UTC(2000, 0, 3, 14, 30),
      timestamp: Date.UTC(2000, 0, 3, 21),
      close: new Decimal('1455.219971'),
    })
    expect(bars.at(-1)).toMatchObject({ timestamp: Date.UTC(2020, 3, 17, 20) })
  })
})
