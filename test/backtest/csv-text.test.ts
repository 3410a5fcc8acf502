import { fc, test } from '@fast-check/vitest'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { RowLedger } from '../../src/backtest/bad-rows.ts'
import { CsvText } from '../../src/backtest/csv-text.ts'

interface Cut {
  readonly rows: readonly { readonly line: number; readonly fields: readonly string[] }[]
  readonly bad: readonly number[]
}

/** What comes of blocks of text. */
function cut(blocks: readonly string[], delimiter = ','): Cut {
  const ledger = new RowLedger('rows.csv', 'collect', 0)
  const rows: { line: number; fields: readonly string[] }[] = []
  const text = new CsvText(ledger, delimiter, {
    row: (row) => rows.push({ line: row.line, fields: row.fields() }),
    flush: () => {},
    end: () => {},
  })
  for (const block of blocks) text.feed(block)
  text.end()
  return { rows, bad: ledger.badRows.map(({ line }) => line) }
}

const trimmed = (rows: readonly (readonly string[])[]): string[][] =>
  rows.map((row) => row.map((field) => field.replaceAll(/^[ \t]+|[ \t]+$/g, '')))

/** Rows of nothing are left out. */
const full = (rows: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  rows.filter((row) => row.length > 1 || row[0] !== '')

const options = { relax_column_count: true, record_delimiter: ['\r\n', '\n'] }
const plainField = fc.stringMatching(/^[ \tab0-9.é]{0,6}$/)
const anyField = fc.stringMatching(/^[ ab",\r\n0-9é]{0,6}$/)
const ends = fc.constantFrom('\n', '\r\n')
const rowsOf = (field: fc.Arbitrary<string>): fc.Arbitrary<string[][]> =>
  fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 20 })

describe('CsvText', () => {
  test.prop([rowsOf(plainField), ends, fc.boolean()])(
    'cuts plain text as csv-parse does',
    (rows, end, closed) => {
      const text = rows.map((row) => row.join(',')).join(end) + (closed ? end : '')
      const expected = full(trimmed(parse(text, options)))
      expect(cut([text]).rows.map(({ fields }) => fields)).toEqual(expected)
    },
  )

  test.prop([rowsOf(anyField), ends, fc.integer({ min: 1, max: 40 })])(
    'gives back fields that were quoted, wherever blocks end',
    (rows, end, size) => {
      const quoted = rows.map((row) =>
        row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','),
      )
      const lines = quoted
        .map((row) => row + end)
        .join('')
        .split(/(?<=\n)/)
      const blocks = Array.from({ length: Math.ceil(lines.length / size) }, (_, place) =>
        lines.slice(place * size, (place + 1) * size).join(''),
      )
      const result = cut(blocks)
      expect(result.bad).toEqual([])
      expect(result.rows.map(({ fields }) => fields)).toEqual(full(trimmed(rows)))
      // A row begins a line after as many ends of lines as the rows before it have.
      const starts = quoted.map(
        (_, index) => quoted.slice(0, index).join(end).split('\n').length + (index > 0 ? 1 : 0),
      )
      const kept = starts.filter((_, index) => full(trimmed([rows[index]!])).length > 0)
      expect(result.rows.map(({ line }) => line)).toEqual(kept)
    },
  )

  it('goes back to plain text behind a block with quotes', () => {
    const { rows } = cut(['a,b\n', '"1\n', '2",c\n', '3,4\n'])
    expect(rows).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1\n2', 'c'] },
      { line: 4, fields: ['3', '4'] },
    ])
  })

  it('counts rows that are no CSV as bad, and goes on with the next', () => {
    const { rows, bad } = cut(['a,b\n"x"y,1\n\n2,"3"\nx"y"\n"4\n5",6\n'])
    expect(bad).toEqual([2, 5])
    expect(rows).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 4, fields: ['2', '3'] },
      { line: 6, fields: ['4\n5', '6'] },
    ])
  })

  it('counts a quote that is never closed as one bad row', () => {
    const { rows, bad } = cut(['a,b\n1,2\n', '3,"4\n5,6\n'])
    expect(bad).toEqual([3])
    expect(rows).toHaveLength(2)
    expect(cut(['1,"2']).bad).toEqual([1])
  })

  it('gives up on a quote that is open for more than 16 MiB', () => {
    const block = `1,"2\n${'3,4\n'.repeat(1024 * 1024)}`
    const blocks = [block, ...Array.from({ length: 4 }, () => '5,6\n'.repeat(1024 * 1024))]
    expect(() => cut(['a,b\n', ...blocks])).toThrow(
      '"rows.csv", line 2: a quote that is opened here, or in one of the next rows, is not closed within 16777216 characters.',
    )
  })

  it('cuts at other delimiters', () => {
    expect(cut(['a;"b;c"\n', '1;2,5\n'], ';').rows.map(({ fields }) => fields)).toEqual([
      ['a', 'b;c'],
      ['1', '2,5'],
    ])
  })
})
