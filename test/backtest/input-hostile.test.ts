import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { ndjsonSource } from '../../src/backtest/ndjson-source.ts'
import { drained, fileOf, zipOf } from './source-files.ts'

const options: CsvBarsOptions = { symbol: 'X', timeframe: '1m', time: 's' }
const text = 'time,open,high,low,close,volume\n60,1,2,0.5,1.5,7.25\n'

describe('a compressed file that somebody made to do harm', () => {
  it('is given up once a line is longer than 16 MiB, however much is behind it', async () => {
    const packed = gzipSync(Buffer.alloc(128 * 1024 ** 2, 'a'), { level: 1 })
    const source = csvBars(fileOf('bomb.csv.gz', packed), options)
    expect((await drained(source)).error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('the line is longer than 16777216 bytes'),
    })
    // What is behind the line was not inflated: most of the file is unread.
    expect(source.fraction).toBeLessThan(0.5)
  })

  it.each(['../evil.csv', 'a/../../evil.csv', '/evil.csv', 'C:/evil.csv'])(
    'is refused for the name %s in it',
    async (name) => {
      const path = fileOf('bars.zip', zipOf([{ name, content: text }]))
      for (const more of [{}, { entry: name }]) {
        expect((await drained(csvBars(path, { ...options, ...more }))).error).toMatchObject({
          code: 'SOURCE_INVALID',
          message: expect.stringContaining('it cannot be read to its end'),
        })
      }
      expect(existsSync(join(dirname(path), '..', 'evil.csv'))).toBe(false)
    },
  )

  it('is refused where it inflates to more than it says', async () => {
    const zip = zipOf([{ name: 'a.csv', content: text }])
    // The uncompressed size, in the directory.
    zip.writeUInt32LE(10, zip.indexOf('PK\x01\x02') + 24)
    const { error } = await drained(csvBars(fileOf('bars.zip', zip), options))
    expect(error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('it cannot be read to its end'),
    })
  })

  it('is read from a zip, and nothing is written beside it', async () => {
    const path = fileOf('bars.zip', zipOf([{ name: 'folder/a.csv', content: text }]))
    expect((await drained(csvBars(path, options))).items).toHaveLength(1)
    expect(readdirSync(dirname(path))).toEqual(['bars.zip'])
  })
})

describe('a line of JSON that is nested without end', () => {
  it('is a bad line', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const line = `{"type":"market.trade_tick","time":1,"data":{"a":${deep}}}\n`
    expect((await drained(ndjsonSource(fileOf('deep.ndjson', line)))).error).toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('expected at most 64 levels of nesting'),
    })
  })
})

describe('a quote that is never closed where it should be', () => {
  it('takes a time that grows with the file, not with its square', async () => {
    const timed = async (lines: number): Promise<number> => {
      const path = fileOf('quotes.csv', `${text}a"${'\n'.repeat(lines)}"x,\n`)
      const source = csvBars(path, { ...options, onBadRow: 'skip' })
      const start = performance.now()
      expect((await drained(source)).items).toHaveLength(1)
      return performance.now() - start
    }
    await timed(1_000)
    // With the square it would take a hundred times as long: seconds.
    expect(await timed(200_000)).toBeLessThan(40 * Math.max(5, await timed(20_000)))
  })
})
