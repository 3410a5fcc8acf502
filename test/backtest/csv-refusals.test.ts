import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { csvTrades } from '../../src/backtest/csv-trades.ts'
import { ndjsonSource } from '../../src/backtest/ndjson-source.ts'
import type { TimeFormat } from '../../src/backtest/time-text.ts'
import { drained, fileOf } from './source-files.ts'

const header = 'date,open,high,low,close'
const goOn =
  "To go on without such rows, give onBadRow: 'skip', or 'collect' to find them in badRows."
const byFunction =
  'Give { time } a function from the text to milliseconds since the Unix epoch, NaN for a bad row.'

/** Why the second line of such a file is refused. */
const refusal = async (row: string, options: CsvBarsOptions = {}): Promise<string> => {
  const path = fileOf('bars.csv', `${header}\n${row}\n`)
  const { error } = await drained(csvBars(path, { symbol: 'X', timeframe: '1d', ...options }))
  return (error as Error).message.replace(/^"[^"]*"/, 'file')
}

/** What is wrong with such a number. */
const numberFault = async (text: string, options: CsvBarsOptions = {}): Promise<string> =>
  refusal(`2024-01-02,"${text}",9,1,2`, options)

/** What is wrong with such a time. */
const timeFault = async (text: string, time?: TimeFormat): Promise<string> =>
  refusal(`${text},1,1,1,1`, time === undefined ? {} : { time })

describe('a row that is refused', () => {
  it('says how to go on without it, in a CSV file or any other', async () => {
    const nothing = 'file, line 2, column "open": expected a number such as 57.638, found "null".'
    expect(await numberFault('null')).toBe(`${nothing} ${goOn}`)
    expect(await refusal('2024-01-02,1,1,1')).toBe(
      `file, line 2: expected 5 columns, found 4. ${goOn}`,
    )
    const lines = ndjsonSource(fileOf('lines.ndjson', '{"type":'))
    expect((await drained(lines)).error).toMatchObject({ message: expect.stringContaining(goOn) })
  })

  it('says nothing of it to those who have asked to go on', async () => {
    const path = fileOf('bars.csv', `${header}\n2024-01-02,null,1,1,1\n`)
    const bars = csvBars(path, { symbol: 'X', timeframe: '1d', onBadRow: 'collect' })
    expect((await drained(bars)).error).toBeUndefined()
    expect(bars.badRows[0]!.reason).toBe('expected a number such as 57.638, found "null".')
  })

  it('says where quotes are missing around a field with a delimiter', async () => {
    expect(await refusal('2024-01-02,1,1,1,1,234.5')).toContain(
      'expected 5 columns, found 6. A field that holds the delimiter stands in quotes.',
    )
  })

  it.each<[string, CsvBarsOptions, string]>([
    ['1,185.56', {}, 'Give { thousands: true } to read it.'],
    [
      '-12,185',
      {},
      'Give { decimalComma: true } or { thousands: true } to read it, whichever is right.',
    ],
    ['12,5', {}, 'Give { decimalComma: true } to read it.'],
    ['12,5', { thousands: true }, 'Give { decimalComma: true } to read it.'],
    ['1.185,56', {}, 'Give { decimalComma: true, thousands: true } to read it.'],
    ['1.185,56', { decimalComma: true }, 'Give { thousands: true } to read it.'],
    ['1.5', { decimalComma: true }, 'Give { decimalComma: false } to read it.'],
    ['1e-05', {}, 'Give { exponents: true } to read it.'],
    ['1,5E3', {}, 'Give { decimalComma: true, exponents: true } to read it.'],
  ])('names the option by which %j is a number, with %j', async (text, options, remedy) => {
    expect(await numberFault(text, options)).toContain(`found "${text}". ${remedy}`)
  })

  it('names none where there is none', async () => {
    for (const text of ['$10', '1 185', '', '1,2,3', 'NaN']) {
      expect(await numberFault(text)).toContain(`found "${text}". ${goOn}`)
    }
  })

  it.each<[string, TimeFormat | undefined, string]>([
    ['02.01.2023', undefined, "Say how it is written: { time: 'DD.MM.YYYY' }."],
    ['13/01/2023 10:00', undefined, "Say how it is written: { time: 'DD/MM/YYYY HH:mm' }."],
    [
      '02/01/2023',
      undefined,
      "Say how it is written: { time: 'DD/MM/YYYY' } or { time: 'MM/DD/YYYY' }, whichever is right.",
    ],
    ['01/22/2024 09:30', 'MM/DD/YYYY', "Say how it is written: { time: 'MM/DD/YYYY HH:mm' }."],
    ['01/02/2024 09:30', 'MM/DD/YYYY', "Say how it is written: { time: 'MM/DD/YYYY HH:mm' }."],
    ['01/02/2024', 'DD/MM/YYYY HH:mm', "Say how it is written: { time: 'DD/MM/YYYY' }."],
    ['22/01/2024', 'MM/DD/YYYY', "Say how it is written: { time: 'DD/MM/YYYY' }."],
    ['2024-01-22', 'MM/DD/YYYY', 'Leave { time } out to read it.'],
    ['2024-01-22', 'ms', 'Leave { time } out to read it.'],
    ['1704067200000', 'iso', 'Leave { time } out to read it.'],
    ['20240102 093000', undefined, byFunction],
    ['2-1-23', undefined, byFunction],
    ['1.1.2023', 'DD.MM.YYYY', byFunction],
    ['9:30', 'ms', byFunction],
    ['2023-01-01 9:30', undefined, byFunction],
  ])('says how %j is read as a time that is no %s', async (text, time, remedy) => {
    expect(await timeFault(text, time)).toContain(`, found "${text}". ${remedy} ${goOn}`)
  })

  it.each<[string, TimeFormat | undefined, string]>([
    ['2024-13-02', undefined, 'expected a time'],
    ['2024-01-32T09:30:00.5Z', 'iso', 'expected a time of ISO 8601, such as 2024-01-31T09:30Z'],
    ['31.02.2023', 'DD.MM.YYYY', 'expected a time as DD.MM.YYYY'],
    ['never', undefined, 'expected a time'],
    ['never', 'DD/MM/YYYY', 'expected a time as DD/MM/YYYY'],
    ['', 's', 'expected a number of seconds since the Unix epoch'],
    ['null', 'ns', 'expected a number of nanoseconds since the Unix epoch'],
  ])('does not blame the format for %j, as %s', async (text, time, expected) => {
    expect(await timeFault(text, time)).toContain(`${expected}, found "${text}". ${goOn}`)
  })

  it('tells that a function has made no time of the text', async () => {
    expect(await timeFault('later', () => Number.NaN)).toContain(
      'expected a time, found "later". The function { time } has returned no finite number for it.',
    )
  })

  it('says how times are written without a header, and without a timeframe', async () => {
    const columns = ['time', 'open', 'high', 'low', 'close'] as const
    const file = (): string => fileOf('bars.csv', '20240102 093000,1,1,1,1\n')
    for (const options of [{ timeframe: '1m' }, {}]) {
      const { error } = await drained(csvBars(file(), { symbol: 'X', columns, ...options }))
      expect(error).toMatchObject({ message: expect.stringContaining(byFunction) })
    }
    const trades = csvTrades(file(), {
      symbol: 'X',
      columns: ['time', 'price', 'size', '', ''],
    })
    expect((await drained(trades)).error).toMatchObject({
      message: expect.stringContaining(byFunction),
    })
  })

  it('names the prices of a bar that are in no order', async () => {
    expect(await refusal('2024-01-02,184.35,180.40,183.92,186.19')).toBe(
      `file, line 2, column "low": low: expected low ≤ open ≤ high and low ≤ close ≤ high, found open 184.35, high 180.4, low 183.92, close 186.19. Where many rows are so, the columns are others: give { columns }. ${goOn}`,
    )
  })
})
