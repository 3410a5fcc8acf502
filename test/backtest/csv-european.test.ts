import { ConfigurationError, Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { csvTrades, type CsvTradesOptions } from '../../src/backtest/csv-trades.ts'
import type { TimeFormat } from '../../src/backtest/time-text.ts'
import { all, drained, fileOf } from './source-files.ts'

const header = 'date,open,high,low,close'

const failure = async (text: string, options: CsvBarsOptions = {}) => {
  const given = { symbol: 'X', timeframe: '1d', ...options }
  return (await drained(csvBars(fileOf('bars.csv', text), given))).error
}

const openTime = async (time: string, options: CsvBarsOptions): Promise<string> => {
  const path = fileOf('bars.csv', `${header}\n${time},1,1,1,1`)
  const [bar] = await all(csvBars(path, { symbol: 'X', timeframe: '1h', ...options }))
  return new Date(bar!.data.openTime).toISOString()
}

describe('csvBars of a European file', () => {
  it('reads semicolons, commas in numbers and days before months, by the sessions of a zone', async () => {
    const path = fileOf(
      'dax.csv',
      'Datum;Eröffnung;Hoch;Tief;Schluss\n02.01.2023;13.992,71;14.095,22;13.976,44;14.069,26\n',
    )
    const source = csvBars(path, {
      symbol: 'DAX',
      timeframe: '1d',
      delimiter: ';',
      decimalComma: true,
      thousands: true,
      time: 'DD.MM.YYYY',
      timeZone: 'Europe/Berlin',
      session: { open: '09:00', close: '17:30' },
      columns: { time: 'Datum', open: 'Eröffnung', high: 'Hoch', low: 'Tief', close: 'Schluss' },
    })
    const [bar] = await all(source)
    expect(bar!.data).toMatchObject({
      openTime: Date.UTC(2023, 0, 2, 8),
      timestamp: Date.UTC(2023, 0, 2, 16, 30),
      high: new Decimal('14095.22'),
    })
  })

  it.each([
    ['Date;Open;High;Low;Close', "';'"],
    ['Date\tOpen\tHigh\tLow\tClose', "'\\t'"],
    ['Date|Open|High|Low|Close', "'|'"],
  ])('names the delimiter of the header %j', async (text, delimiter) => {
    expect(await failure(`${text}\n`)).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 1,
      message: expect.stringContaining(
        `there is one column, as fields are delimited by ',', but ${delimiter} stands in it. Give { delimiter: ${delimiter} }.`,
      ),
    })
  })

  it('names the delimiter where the given one is wrong, and where there is no header', async () => {
    expect(await failure(`${header}\n`, { delimiter: ';' })).toMatchObject({
      message: expect.stringContaining("Give { delimiter: ',' }."),
    })
    const columns = { time: 0, open: 1, high: 2, low: 3, close: 4 }
    expect(await failure('2023-01-02;1;1;1;1', { header: false, columns })).toMatchObject({
      line: 1,
      message: expect.stringContaining("Give { delimiter: ';' }."),
    })
    const list = ['time', 'open', 'high', 'low', 'close'] as const
    expect(await failure('2023-01-02;1;1;1;1', { columns: list })).toMatchObject({
      line: 1,
      message: expect.stringContaining(
        "expected 5 columns, found 1. Here there is one column, as fields are delimited by ',', but ';' stands in it.",
      ),
    })
  })

  it('says nothing of delimiters where none is in sight', async () => {
    expect(await failure('Date\n')).toMatchObject({
      message: expect.stringContaining('expected a column for open'),
    })
    expect(await failure(`${header}\nend`)).toMatchObject({
      message: expect.stringMatching(/expected 5 columns, found 1\. To go on/),
    })
  })
})

describe('TimeFormat', () => {
  it.each<[string, TimeFormat, string]>([
    ['31.01.2023', 'DD.MM.YYYY', '2023-01-30T23:00'],
    ['31.01.2023 09:30', 'DD.MM.YYYY HH:mm', '2023-01-31T08:30'],
    ['31/07/2023 09:30:15', 'DD/MM/YYYY HH:mm:ss', '2023-07-31T07:30:15'],
    ['02/01/2023', 'DD/MM/YYYY', '2023-01-01T23:00'],
    ['02/01/2023', 'MM/DD/YYYY', '2023-01-31T23:00'],
    ['02/29/2024 00:00', 'MM/DD/YYYY HH:mm', '2024-02-28T23:00'],
  ])('reads %j as %s, in the zone that is given', async (text, time, expected) => {
    expect(await openTime(text, { time, timeZone: 'Europe/Berlin' })).toContain(expected)
  })

  it.each<[string, TimeFormat]>([
    ['31.02.2023', 'DD.MM.YYYY'],
    ['29.02.2023', 'DD.MM.YYYY'],
    ['01.13.2023', 'DD.MM.YYYY'],
    ['13/01/2023', 'MM/DD/YYYY'],
    ['1.1.2023', 'DD.MM.YYYY'],
    ['01/01/2023', 'DD.MM.YYYY'],
    ['01.01/2023', 'DD.MM.YYYY'],
    ['01.01.2023 10:00', 'DD.MM.YYYY'],
    ['01.01.2023', 'DD.MM.YYYY HH:mm'],
    ['01.01.2023T10:00', 'DD.MM.YYYY HH:mm'],
    ['01.01.2023 24:00', 'DD.MM.YYYY HH:mm'],
    ['01.01.2023 10:00+01', 'DD.MM.YYYY HH:mm:ss'],
    ['2023-01-01', 'DD.MM.YYYY'],
    ['xx.01.2023', 'DD.MM.YYYY'],
  ])('takes %j for no time as %s', async (text, time) => {
    expect(await failure(`${header}\n${text},1,1,1,1`, { time: time })).toMatchObject({
      line: 2,
      column: 'date',
      message: expect.stringContaining(`expected a time as ${time as string}, found "${text}".`),
    })
  })

  it('is what a date is in need of that does not begin with the year', async () => {
    const named = [
      ['02.01.2023', "Say how it is written: { time: 'DD.MM.YYYY' }."],
      ['02/01/2023', "{ time: 'DD/MM/YYYY' } or { time: 'MM/DD/YYYY' }, whichever is right."],
      ['2-1-23', 'Give { time } a function from the text to milliseconds'],
      ['02.01.2023 10:00', "Say how it is written: { time: 'DD.MM.YYYY HH:mm' }."],
    ] as const
    for (const [text, remedy] of named) {
      const told = expect.stringContaining(remedy)
      const row = `${header}\n${text},1,1,1,1`
      expect(await failure(row)).toMatchObject({ line: 2, message: told })
      // Without a timeframe, that is told before the steps between the times are looked at.
      const untold = csvBars(fileOf('bars.csv', row), { symbol: 'X' })
      expect((await drained(untold)).error).toMatchObject({ message: told })
    }
    const trades = csvTrades(fileOf('t.csv', 'time,price,size\n02.01.2023,1,1'), { symbol: 'X' })
    const told = expect.stringContaining("{ time: 'DD.MM.YYYY' }")
    expect((await drained(trades)).error).toMatchObject({ line: 2, message: told })
  })

  it('may be a function, whose NaN says that the row is bad', async () => {
    const time = (text: string): number => (text === 'never' ? Number.NaN : Number(text))
    const path = fileOf('bars.csv', `${header}\nnever,1,1,1,1\n86400000,1,1,1,1`)
    const source = csvBars(path, { symbol: 'X', timeframe: '1d', time, onBadRow: 'collect' })
    expect((await all(source)).map(({ data }) => data.openTime)).toEqual([86_400_000])
    expect(source.badRows).toMatchObject([
      { line: 2, reason: expect.stringContaining('expected a time, found "never".') },
    ])
  })

  it('is not a function beside a session or a time zone, which would have no effect', () => {
    const time = Number
    const session = { open: '09:30', close: '16:00' }
    const bars = (options: CsvBarsOptions) => () => csvBars('x.csv', { symbol: 'X', ...options })
    expect(bars({ time, session })).toThrow(ConfigurationError)
    expect(bars({ time, session })).toThrow('csvBars has no use for session beside a function time')
    expect(bars({ time, timeZone: 'Europe/Berlin' })).toThrow('no use for timeZone')
    const trades: CsvTradesOptions = { time, timeZone: 'Europe/Berlin' }
    expect(() => csvTrades('x.csv', trades)).toThrow('csvTrades has no use for timeZone')
  })
})
