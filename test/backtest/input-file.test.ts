import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ConfigurationError } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { csvBars, type CsvBarsOptions } from '../../src/backtest/csv-bars.ts'
import { mergeSources } from '../../src/backtest/merge.ts'
import { all, drained, fileOf, zipOf } from './source-files.ts'

const options: CsvBarsOptions = { symbol: 'X', timeframe: '1m', time: 's' }
const header = 'time,open,high,low,close,volume\n'
const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${(from + index) * 60},1,2,0.5,1.5,7.25\n`).join(
    '',
  )
const text = (count: number): string => header + rows(0, count)

const count = async (path: string | URL, more: CsvBarsOptions = {}): Promise<number> =>
  (await all(csvBars(path, { ...options, ...more }))).length
const failure = async (path: string, more: CsvBarsOptions = {}): Promise<unknown> =>
  (await drained(csvBars(path, { ...options, ...more }))).error

describe('a file that is a source', () => {
  it('is given by its path or its URL', async () => {
    const path = fileOf('bars.csv', text(3))
    expect(await count(path)).toBe(3)
    expect(await count(pathToFileURL(path))).toBe(3)
    for (const wrong of ['', undefined, 5, new URL('https://example.com/bars.csv')]) {
      expect(() => csvBars(wrong as string, options)).toThrow(ConfigurationError)
    }
    expect(() => csvBars(new URL('https://example.com/bars.csv'), options)).toThrow(
      'csvBars reads a file: give its path or its file: URL. It was given https://example.com/bars.csv.',
    )
  })

  it('may begin with a mark of byte order, have either end of line, and lack the last one', async () => {
    for (const end of ['\n', '\r\n']) {
      const content = text(3).replaceAll('\n', end)
      expect(await count(fileOf('bars.csv', `\uFEFF${content}`))).toBe(3)
      expect(await count(fileOf('bars.csv', content.slice(0, -end.length)))).toBe(3)
    }
  })

  it('is read in pieces, whatever its size, and lines may cross them', async () => {
    const path = fileOf('bars.csv', text(40_000))
    const source = csvBars(path, options)
    const items = await all(source)
    expect(items).toHaveLength(40_000)
    expect(items.every(({ data }, index) => data.openTime === index * 60_000)).toBe(true)
    const fractions: number[] = []
    for await (const _ of source.chunks()) fractions.push(source.fraction!)
    expect(fractions.length).toBeGreaterThan(2)
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right))
    expect(fractions.at(-1)).toBe(1)
  })

  it('knows gzip by its content, of several members too', async () => {
    const parts = [header, rows(0, 20_000), rows(20_000, 40_000)]
    const members = Buffer.concat(parts.map((part) => gzipSync(part)))
    expect(await count(fileOf('bars.csv', members))).toBe(40_000)
    expect(await count(fileOf('bars.csv.gz', gzipSync(parts.join(''))))).toBe(40_000)
    expect(await count(fileOf('plain.csv.gz', text(3)))).toBe(3)
  })

  it('knows zip by its content, with one file or with one that is named', async () => {
    const one = zipOf([
      { name: 'data/', content: '' },
      { name: 'data/bars.csv', content: text(5000) },
      { name: '__MACOSX/._bars.csv', content: 'x' },
    ])
    const path = fileOf('bars.csv', one)
    expect(await count(path)).toBe(5000)
    const source = csvBars(path, options)
    await all(source)
    expect(source.fraction).toBeCloseTo(1, 5)
    const two = fileOf(
      'two.zip',
      zipOf([
        { name: 'a.csv', content: text(2) },
        { name: 'b.csv', content: text(3) },
      ]),
    )
    expect(await count(two, { entry: 'b.csv' })).toBe(3)
    expect(await failure(two)).toMatchObject({
      code: 'SOURCE_INVALID',
      message: `${JSON.stringify(two)}: a zip archive with one file was expected, and it holds "a.csv", "b.csv". Give { entry } with the name of one.`,
    })
    expect(await failure(two, { entry: 'c.csv' })).toMatchObject({
      message: `${JSON.stringify(two)}: the zip archive has no file "c.csv"; it holds "a.csv", "b.csv".`,
    })
    const many = Array.from({ length: 10 }, (_, index) => ({ name: `${index}.csv`, content: '' }))
    expect(await failure(fileOf('many.zip', zipOf(many)))).toMatchObject({
      message: expect.stringContaining('"7.csv" and 2 more.'),
    })
    expect(await failure(fileOf('none.zip', zipOf([])))).toMatchObject({
      message: expect.stringContaining('it holds no file.'),
    })
    const empty = fileOf('empty.zip', zipOf([{ name: 'a.csv', content: '' }]))
    expect(await failure(empty)).toMatchObject({
      message: expect.stringContaining('expected a header'),
    })
  })

  it('says so if it is missing, no file, cut short or damaged, and gives what comes before', async () => {
    const path = fileOf('bars.csv', '')
    expect(await failure(`${path}.gone`)).toMatchObject({
      code: 'SOURCE_INVALID',
      source: `${path}.gone`,
      line: undefined,
      message: `${JSON.stringify(`${path}.gone`)}: there is no such file.`,
      cause: expect.objectContaining({ code: 'ENOENT' }),
    })
    const unreadable = {
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('it cannot be read to its end: '),
    }
    expect(await failure(`${path}/bars.csv`)).toMatchObject(unreadable)
    expect(await failure(path.slice(0, path.lastIndexOf('/')))).toMatchObject(unreadable)
    const packed = gzipSync(text(40_000))
    const short = await drained(csvBars(fileOf('short.gz', packed.subarray(0, -1000)), options))
    expect(short.error).toMatchObject(unreadable)
    expect(short.items.length).toBeGreaterThan(20_000)
    const zip = zipOf([{ name: 'a.csv', content: text(3) }])
    expect(await failure(fileOf('short.zip', zip.subarray(0, -30)))).toMatchObject(unreadable)
    const changed = fileOf('changed.zip', zipOf([{ name: 'a.csv', content: text(3), checksum: 1 }]))
    const damaged = await drained(csvBars(changed, options))
    expect(damaged.items).toHaveLength(3)
    expect(damaged.error).toMatchObject({
      message: expect.stringContaining('the checksum of a.csv does not match'),
    })
  })

  it('is closed when the loop is left', async () => {
    const plain = text(40_000)
    const zip = zipOf([{ name: 'a.csv', content: plain }])
    for (const content of [plain, gzipSync(plain), zip]) {
      const source = csvBars(fileOf('bars', content), options)
      for await (const { items } of mergeSources([source])) {
        expect(items.length).toBeGreaterThan(0)
        break
      }
    }
  })

  it('holds text in UTF-8, and names the line that is none', async () => {
    const [before, after] = [rows(0, 20_000), rows(20_000, 20_003)]
    const name = `${header.trimEnd()},note\n`
    const noted = (lines: string, note: string): string => lines.replaceAll('\n', `,${note}\n`)
    const path = fileOf('bars.csv', name + noted(before, 'größer') + noted(after, '日本'))
    expect(await count(path)).toBe(20_003)
    const latin = Buffer.concat([
      Buffer.from(name + noted(before, 'x')),
      Buffer.from(noted(after, 'größer'), 'latin1'),
    ])
    expect(await failure(fileOf('latin.csv', latin))).toMatchObject({
      code: 'SOURCE_INVALID',
      line: 20_002,
      message: expect.stringContaining('it is no UTF-8 text. Save it as UTF-8.'),
    })
    const last = Buffer.concat([Buffer.from(name + noted(after, 'x')), Buffer.from([0x39, 0xff])])
    expect(await failure(fileOf('last.csv', last))).toMatchObject({ line: 5 })
  })

  it('has no line that is longer than 16 MiB', async () => {
    const path = fileOf('long.csv', `${header}${'1'.repeat(17 * 1024 ** 2)}`)
    expect(await failure(path)).toMatchObject({
      line: 2,
      message: expect.stringContaining(
        'the line is longer than 16777216 bytes: it is no such file.',
      ),
    })
  })
})
