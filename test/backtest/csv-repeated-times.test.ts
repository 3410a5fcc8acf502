import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { csvQuotes } from '../../src/backtest/csv-quotes.ts'
import { csvTrades, type CsvTradesOptions } from '../../src/backtest/csv-trades.ts'
import { all, drained, fileOf } from './source-files.ts'

const header = 'time,open,high,low,close,volume'
const newYork = 'America/New_York'
/** 3 November 2024: at 02:00, 06:00 UTC, clocks were set back to 01:00. */
const change = '2024-11-03'

const bars = (times: readonly string[], options: CsvBarsOptions = {}) =>
  csvBars(fileOf('bars.csv', [header, ...times.map((time) => `${time},1,2,1,2,5`)].join('\n')), {
    symbol: 'X',
    timeframe: '1h',
    ...options,
  })

/** When the bars of these local times have opened, as hours and minutes of UTC. */
const opened = async (times: readonly string[], options: CsvBarsOptions = {}): Promise<string[]> =>
  (
    await all(
      bars(
        times.map((time) => `${change} ${time}`),
        { timeZone: newYork, ...options },
      ),
    )
  ).map(({ data }) => new Date(data.openTime).toISOString().slice(11, 16))

describe('csvBars with a row for a bar that was there', () => {
  const days = ['2024-01-02', '2024-01-03', '2024-01-03', '2024-01-04']

  it('refuses it', async () => {
    const { items, error } = await drained(bars(days, { timeframe: '1d' }))
    expect(items).toHaveLength(2)
    expect(error).toMatchObject({ code: 'SOURCE_INVALID', line: 4, column: 'time' })
    expect((error as Error).message).toContain(
      'expected one row for each bar of "X", found a second one that opens at 2024-01-03T00:00:00.000Z. Where rows are of several, leave { symbol } out.',
    )
  })

  it('skips or collects it, as asked, also where each row is there twice', async () => {
    const twice = days.flatMap((day) => [day, day])
    const skipped = bars(twice, { timeframe: '1d', onBadRow: 'skip' })
    expect(await all(skipped)).toHaveLength(3)
    expect(skipped.counts).toEqual({ read: 8, events: 3, skipped: 5, ignored: 0 })
    const collected = bars(days, { onBadRow: 'collect', timestampIs: 'close', timeframe: '1d' })
    expect(await all(collected)).toHaveLength(3)
    expect(collected.badRows).toEqual([
      expect.objectContaining({ line: 4, column: 'time', reason: expect.stringContaining('"X"') }),
    ])
  })

  it('looks at each symbol by itself', async () => {
    const rows = ['A,1704067200', 'B,1704067200', 'A,1704070800', 'B,1704067200']
    const text = `symbol,${header}\n${rows.map((row) => `${row},1,2,1,2,5`).join('\n')}`
    const { items, error } = await drained(csvBars(fileOf('bars.csv', text), { timeframe: '1h' }))
    expect(items.map(({ data }) => data.symbol)).toEqual(['A', 'B', 'A'])
    expect(error).toMatchObject({ line: 5, message: expect.stringContaining('bar of "B"') })
    expect((error as Error).message).not.toContain('leave { symbol } out')
  })

  it('takes it where the row before it was bad', async () => {
    const text = `${header}\n2024-01-02,1,0,3,2,5\n2024-01-02,1,x,1,2,5\n2024-01-02,1,2,1,2,5\n`
    const source = csvBars(fileOf('bars.csv', text), {
      symbol: 'X',
      timeframe: '1d',
      onBadRow: 'collect',
    })
    expect(await all(source)).toHaveLength(1)
    expect(source.badRows).toHaveLength(2)
  })

  it('finds it in a file that is to be sorted, too', async () => {
    const sorted = bars(['2024-01-03', '2024-01-02', '2024-01-02'], {
      timeframe: '1d',
      onBadRow: 'skip',
      outOfOrder: { sortWithinMs: 1e9 },
    })
    expect(await all(sorted)).toHaveLength(2)
  })
})

describe('trades and quotes', () => {
  it('may share a time', async () => {
    const trades = fileOf('trades.csv', 'time,price,size\n1704067200,1,1\n1704067200,1,1\n')
    expect(await all(csvTrades(trades, { symbol: 'X' }))).toHaveLength(2)
    const quotes = fileOf(
      'quotes.csv',
      'time,bid,bid_size,ask,ask_size\n1704067200,1,1,2,1\n1704067200,1,1,2,1\n',
    )
    expect(await all(csvQuotes(quotes, { symbol: 'X' }))).toHaveLength(2)
  })

  const times = async (rows: readonly string[], options: CsvTradesOptions = {}) => {
    const text = ['time,price,size', ...rows.map((time) => `${change} ${time},1,1`)].join('\n')
    const path = fileOf('trades.csv', text)
    const source = csvTrades(path, { symbol: 'X', timeZone: newYork, ...options })
    return (await all(source)).map(({ data }) => new Date(data.timestamp).toISOString().slice(11))
  }

  it('go on in the hour that clocks show twice', async () => {
    expect(
      await times(['01:00:00', '01:59:59.9', '01:00:00', '01:00:00', '01:30:00', '02:00:00']),
    ).toEqual([
      '05:00:00.000Z',
      '05:59:59.900Z',
      '06:00:00.000Z',
      '06:00:00.000Z',
      '06:30:00.000Z',
      '07:00:00.000Z',
    ])
  })

  it('are late in a file that is to be sorted, unless it is by more than they may be', async () => {
    const outOfOrder = { sortWithinMs: 1_000 }
    expect(await times(['01:30:00.5', '01:30:00', '01:30:00.6'], { outOfOrder })).toEqual([
      '05:30:00.000Z',
      '05:30:00.500Z',
      '05:30:00.600Z',
    ])
    expect(await times(['01:59:59', '01:00:00.5', '01:00:00'], { outOfOrder })).toEqual([
      '05:59:59.000Z',
      '06:00:00.000Z',
      '06:00:00.500Z',
    ])
  })

  it('go back in time in no other hour', async () => {
    await expect(times(['03:00:00', '02:59:59'])).rejects.toMatchObject({ code: 'SOURCE_ORDER' })
    const offsets = ['05:30:00Z', '05:29:59Z']
    await expect(times(offsets)).rejects.toMatchObject({ code: 'SOURCE_ORDER' })
  })
})

describe('csvBars in the hour that clocks show twice', () => {
  it('takes the second row of an hour for the later one', async () => {
    const hours = ['00:00', '01:00', '01:00', '02:00']
    expect(await opened(hours)).toEqual(['04:00', '05:00', '06:00', '07:00'])
    const closing = ['01:00', '01:00', '02:00']
    expect(await opened(closing, { timestampIs: 'close' })).toEqual(['04:00', '05:00', '06:00'])
  })

  it('takes shorter bars that begin again for the later ones', async () => {
    const quarters = ['01:00', '01:15', '01:30', '01:45']
    expect(await opened([...quarters, ...quarters, '02:00'], { timeframe: '15m' })).toEqual([
      '05:00',
      '05:15',
      '05:30',
      '05:45',
      '06:00',
      '06:15',
      '06:30',
      '06:45',
      '07:00',
    ])
  })

  it('reads patterns of times alike', async () => {
    const rows = ['03.11.2024 01:00', '03.11.2024 01:00']
    const read = await all(bars(rows, { time: 'DD.MM.YYYY HH:mm', timeZone: newYork }))
    expect(read.map(({ data }) => data.openTime)).toEqual([
      Date.UTC(2024, 10, 3, 5),
      Date.UTC(2024, 10, 3, 6),
    ])
  })

  it('looks at each symbol by itself', async () => {
    const rows = ['A', 'B', 'A', 'B'].map((symbol) => `${symbol},${change} 01:00,1,2,1,2,5`)
    const path = fileOf('bars.csv', [`symbol,${header}`, ...rows].join('\n'))
    const read = await all(csvBars(path, { timeframe: '1h', timeZone: newYork }))
    expect(
      read.map(({ data }) => `${data.symbol} ${new Date(data.openTime).getUTCHours()}`),
    ).toEqual(['A 5', 'B 5', 'A 6', 'B 6'])
  })

  it('finds a row twice that is shorter than the hour, or there three times', async () => {
    expect(await opened(['01:00', '01:00'], { timeframe: '15m', onBadRow: 'skip' })).toEqual([
      '05:00',
    ])
    const hours = ['01:00', '01:00', '01:00', '02:00']
    expect(await opened(hours, { onBadRow: 'skip' })).toEqual(['05:00', '06:00', '07:00'])
  })

  it('leaves alone what says its offset, or a date alone', async () => {
    const offsets = [`${change}T01:00-04:00`, `${change}T01:00-04:00`]
    const { error } = await drained(bars(offsets, { timeZone: newYork }))
    expect(error).toMatchObject({ line: 3, column: 'time' })
    const days = await all(
      bars(['2024-11-02', change, '2024-11-04'], {
        timeframe: '1d',
        timeZone: newYork,
        session: { open: '01:30', close: '16:00' },
      }),
    )
    expect(days.map(({ data }) => new Date(data.openTime).getUTCHours())).toEqual([5, 5, 6])
  })
})

describe('a number that is too small for a time', () => {
  const refusal = async (time: string, options: CsvBarsOptions = {}): Promise<string> => {
    const { error } = await drained(bars([time], { timeframe: '1d', ...options }))
    return (error as Error).message
  }
  const serial =
    'It may be the date of a spreadsheet, in days: give { time: (text) => Math.round((Number(text) - 25569) * 86_400_000) }, or save the dates as 2024-01-31.'
  const small =
    "A number so small is no time, unless { time } says its unit: 's', 'ms', 'us' or 'ns' since the Unix epoch."

  it.each(['25569', '45293', '45293.75', '60000.9'])(
    'may be of a spreadsheet: %s',
    async (time) => {
      const message = await refusal(time)
      expect(message).toContain(`column "time": expected a time, found "${time}". ${serial}`)
    },
  )

  it.each(['0', '1', '25568.9', '60001', '202401', '-5'])('is none: %s', async (time) => {
    expect(await refusal(time)).toContain(`expected a time, found "${time}". ${small}`)
  })

  it('is refused where the timeframe is not given, too', async () => {
    const { error } = await drained(
      csvBars(fileOf('bars.csv', `${header}\n45293,1,2,1,2,5\n45294,1,2,1,2,5\n`), { symbol: 'X' }),
    )
    expect(error).toMatchObject({ message: expect.stringContaining(serial) })
  })

  it('is read as its message says', async () => {
    const time = (text: string): number => Math.round((Number(text) - 25569) * 86_400_000)
    const read = await all(bars(['45293', '45293.75'], { time }))
    expect(read.map(({ data }) => data.openTime)).toEqual([
      Date.UTC(2024, 0, 2),
      Date.UTC(2024, 0, 2, 18),
    ])
    expect((await all(bars(['0'], { time: 's' })))[0]!.data.openTime).toBe(0)
  })
})
