import { CsvError, parse } from 'csv-parse/sync'
import type { RowLedger } from './bad-rows.ts'
import { CsvRow } from './csv-row.ts'
import type { LineReader } from './file-source.ts'
import { SourceError } from './source-errors.ts'

/** Gets the rows of a CSV file one by one; a row is valid during the call. */
export interface RowReader {
  /** Takes a row that is not empty. */
  row(row: CsvRow): void
  /** All rows of a block have been given. */
  flush(): void
  /** There is no more. */
  end(): void
}

const quote = '"'
const lineFeed = '\n'
const carriageReturn = 0x0d

/** The most text that stands between quotes, in UTF-16 units. */
const longestQuote = 16 * 1024 ** 2

/**
 * Cuts the text of a CSV file into rows. Blocks of text without a quote, which is what most files are, are
 * cut right here, which costs less; all others go through csv-parse, and come to the same.
 */
export class CsvText implements LineReader {
  readonly #ledger: RowLedger
  readonly #delimiter: string
  readonly #rows: RowReader
  readonly #row = new CsvRow()
  #line = 0
  /** Text in which a quote is open. */
  #held = ''

  constructor(ledger: RowLedger, delimiter: string, rows: RowReader) {
    this.#ledger = ledger
    this.#delimiter = delimiter
    this.#rows = rows
  }

  get line(): number {
    return this.#line
  }

  feed(text: string): void {
    if (this.#held === '' && !text.includes(quote)) {
      this.#plain(text)
    } else {
      this.#held += text
      // With an even number of quotes before it, the end of a line is the end of a row.
      if (countOf(quote, this.#held) % 2 === 1) {
        if (this.#held.length > longestQuote) this.#refuseOpenQuote()
        return
      }
      const whole = this.#held
      this.#held = ''
      this.#quoted(whole)
    }
    this.#rows.flush()
  }

  end(): void {
    if (this.#held !== '') {
      this.#quoted(this.#held)
      this.#rows.flush()
    }
    this.#rows.end()
  }

  #plain(text: string): void {
    const row = this.#row
    const delimiter = this.#delimiter.charCodeAt(0)
    let begin = 0
    while (begin < text.length) {
      const found = text.indexOf(lineFeed, begin)
      const next = found === -1 ? text.length : found
      const end = text.charCodeAt(next - 1) === carriageReturn ? next - 1 : next
      this.#line += 1
      row.line = this.#line
      if (end > begin) {
        row.scan(text, begin, end, delimiter)
        this.#give(row)
      }
      begin = next + 1
    }
  }

  #quoted(text: string): void {
    const records = this.#parsed(text)
    if (records === undefined) {
      this.#onePerOne(text)
      return
    }
    for (const record of records) {
      this.#take(record)
      this.#line += 1
      for (const field of record) this.#line += countOf(lineFeed, field)
    }
  }

  #take(record: readonly string[]): void {
    this.#row.line = this.#line + 1
    this.#row.take(record)
    this.#give(this.#row)
  }

  /** Rows of a block that csv-parse refuses: each by itself, to find out which of them is bad. */
  #onePerOne(text: string): void {
    let begun = ''
    let quotes = 0
    let lines = 0
    for (const line of text.match(/[^\n]*\n|[^\n]+$/g)!) {
      begun += line
      quotes += countOf(quote, line)
      lines += 1
      if (quotes % 2 === 1) continue
      this.#single(begun, lines)
      begun = ''
      quotes = 0
      lines = 0
    }
    if (begun !== '') this.#single(begun, lines)
  }

  #single(text: string, lines: number): void {
    const [record] = this.#parsed(text) ?? []
    if (record === undefined) {
      this.#ledger.read += 1
      const reason = 'expected quotes around whole fields, and quotes within them doubled.'
      this.#ledger.bad(this.#line + 1, undefined, reason)
    } else {
      this.#take(record)
    }
    this.#line += lines
  }

  /** What csv-parse makes of whole rows; undefined if one of them is no CSV. */
  #parsed(text: string): readonly (readonly string[])[] | undefined {
    try {
      return parse(text, {
        delimiter: this.#delimiter,
        record_delimiter: ['\r\n', '\n'],
        relax_column_count: true,
      })
    } catch (error) {
      if (error instanceof CsvError) return undefined
      throw error
    }
  }

  #give(row: CsvRow): void {
    if (row.count > 1 || !row.isEmpty(0)) this.#rows.row(row)
  }

  #refuseOpenQuote(): never {
    throw new SourceError(
      this.#ledger.path,
      `a quote that is opened here, or in one of the next rows, is not closed within ${longestQuote} characters.`,
      { line: this.#line + 1 },
    )
  }
}

function countOf(wanted: string, text: string): number {
  let count = 0
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) count += 1
  return count
}
