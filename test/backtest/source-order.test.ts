import { Decimal } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { csvTrades } from '../../src/backtest/csv-trades.ts'
import { mergeSources } from '../../src/backtest/merge.ts'
import { ndjsonSource } from '../../src/backtest/ndjson-source.ts'
import { resample } from '../../src/backtest/resample.ts'
import type { TimedPayload } from '../../src/backtest/source.ts'
import { drained, fileOf } from './source-files.ts'

const dayMs = 86_400_000
const header = 'date,open,high,low,close'
const remedy = 'Sort the source, or give outOfOrder: { sortWithinMs }.'

const messageOf = async (source: AsyncIterable<unknown>): Promise<string> => {
  const { error } = await drained(source)
  expect(error).toMatchObject({ code: 'SOURCE_ORDER' })
  return (error as Error).message.replace(/^"[^"]*"/, 'file')
}

const barsOf = (rows: readonly string[], options: CsvBarsOptions = {}) =>
  csvBars(fileOf('bars.csv', [header, ...rows].join('\n')), {
    symbol: 'X',
    timeframe: '1d',
    ...options,
  })

const row = (day: number): string => `2024-01-0${day},1,1,1,1`

const bar = (day: number, time?: number): TimedPayload => {
  const openTime = Date.UTC(2024, 0, day)
  const one = new Decimal(1)
  const prices = { open: one, high: one, low: one, close: one, volume: one }
  const data = { symbol: 'X', timeframe: '1d', openTime, timestamp: openTime + dayMs, ...prices }
  return { type: 'market.new_bar', data, ...(time !== undefined && { time }) }
}

describe('a time that goes back', () => {
  it('is told by the row of a bar, and not only by when the bar closes', async () => {
    expect(await messageOf(barsOf([row(5), '', row(9), row(8)]))).toBe(
      `file, line 5: its time goes back to 1704758400000 (2024-01-09T00:00:00.000Z), when the bar of "2024-01-08" closes, and 1704844800000 (2024-01-10T00:00:00.000Z) is the earliest that may follow line 4. ${remedy}`,
    )
  })

  it('is told in local times as the file has them', async () => {
    const bars = barsOf(['01/03/2024 09:31,1,1,1,1', '01/03/2024 09:30,1,1,1,1'], {
      timeframe: '1m',
      time: 'MM/DD/YYYY HH:mm',
      timeZone: 'America/New_York',
    })
    expect(await messageOf(bars)).toContain(
      '(2024-01-03T14:31:00.000Z), when the bar of "01/03/2024 09:30" closes, and',
    )
    const trades = csvTrades(
      fileOf('trades.csv', 'time,price,size\n1704067206,1,1\n2024-01-01,1,1'),
      {
        symbol: 'X',
      },
    )
    expect(await messageOf(trades)).toContain(
      'file, line 3: its time goes back to 1704067200000 (2024-01-01T00:00:00.000Z), which is "2024-01-01", and 1704067206000 (2024-01-01T00:00:06.000Z) is the earliest that may follow line 2.',
    )
  })

  it('is told by line where rows are sorted, but not as far, after all rows before it', async () => {
    const bars = barsOf([row(5), row(3), row(9), row(8), row(6), row(7)], {
      outOfOrder: { sortWithinMs: 2 * dayMs },
    })
    const { items, error } = await drained(bars)
    expect(items.map(({ data }) => new Date(data.openTime).getUTCDate())).toEqual([3, 5, 8, 9])
    expect(error).toMatchObject({
      code: 'SOURCE_ORDER',
      source: bars.path,
      line: 6,
      index: 4,
      time: Date.UTC(2024, 0, 7),
      earliest: Date.UTC(2024, 0, 8),
      message: expect.stringContaining(
        'when the bar of "2024-01-06" closes, and 1704672000000 (2024-01-08T00:00:00.000Z) is the earliest that may follow line 4.',
      ),
    })
  })

  it('is told of bars of other sources with the time at which they opened', async () => {
    const opened =
      'when the bar closes that opened at 1704672000000 (2024-01-08T00:00:00.000Z), and'
    const merge = (items: TimedPayload[], sortWithinMs?: number) =>
      mergeSources([items], sortWithinMs === undefined ? {} : { outOfOrder: { sortWithinMs } })
    expect(await messageOf(merge([bar(9), bar(8)]))).toContain(opened)
    expect(await messageOf(merge([bar(9), bar(8)], 1))).toContain(opened)
    expect(await messageOf(resample([bar(9), bar(8)], '1w'))).toContain(opened)
    const lines = [bar(9), bar(8)].map((item) => JSON.stringify(item)).join('\n')
    expect(await messageOf(ndjsonSource(fileOf('bars.ndjson', lines)))).toContain(
      `${opened} 1704844800000 (2024-01-10T00:00:00.000Z) is the earliest that may follow line 1.`,
    )
  })

  it('is told alone where the time is not that of the bar, or of no bar', async () => {
    const alone = 'its time goes back to 4 (1970-01-01T00:00:00.004Z), and 5 ('
    expect(await messageOf(mergeSources([[bar(9, 5), bar(8, 4)]]))).toContain(alone)
    const plain = [5, 4].map((time) => ({ type: 'x', data: { timestamp: time, openTime: 1 } }))
    expect(await messageOf(mergeSources([plain]))).toContain(alone)
    const untold = [5, 4].map((timestamp) => ({ type: 'market.new_bar', data: { timestamp } }))
    expect(await messageOf(mergeSources([untold]))).toContain(alone)
  })
})
