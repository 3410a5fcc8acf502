import type { QuoteUpdate } from '../events/market.ts'
import type { CsvField, CsvLayout } from './csv-columns.ts'
import { type CsvOptions, type CsvSettings, requireCsvOptions } from './csv-options.ts'
import { CsvReader, type RowFault, type RowShape } from './csv-reader.ts'
import type { CsvRow } from './csv-row.ts'
import { CsvText } from './csv-text.ts'
import { TickFields } from './csv-tick-fields.ts'
import { type FileSource, fileSource } from './file-source.ts'
import type { TimedPayload } from './source.ts'

/** The fields that {@link csvQuotes} reads. */
export type QuoteField =
  | 'time'
  | 'symbol'
  | 'bidPrice'
  | 'bidSize'
  | 'askPrice'
  | 'askSize'
  | 'sequence'

/** Options of {@link csvQuotes}. */
export type CsvQuotesOptions = CsvOptions<QuoteField>

const fields: readonly CsvField<QuoteField>[] = [
  {
    name: 'time',
    called: ['timestamp', 'time', 'datetime', 'date', 'eventtime', 'transactiontime', 'ts', 't'],
    required: true,
  },
  { name: 'symbol', called: ['symbol', 'ticker', 'instrument'], required: true },
  { name: 'bidPrice', called: ['bidprice', 'bestbidprice', 'bid'], required: true },
  { name: 'bidSize', called: ['bidsize', 'bidqty', 'bestbidqty', 'bidamount'], required: true },
  { name: 'askPrice', called: ['askprice', 'bestaskprice', 'ask'], required: true },
  { name: 'askSize', called: ['asksize', 'askqty', 'bestaskqty', 'askamount'], required: true },
  { name: 'sequence', called: ['sequence', 'updateid'], required: false },
]
const names = fields.map(({ name }) => name)

/**
 * Best bids and asks from a CSV file as `market.quote_update`. `.gz` and `.zip` are recognised by their
 * content. Prices and sizes keep every digit.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if the file cannot be read, lacks a column, or a
 * row is bad and bad rows are refused.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * const quotes = csvQuotes('quotes.csv', { symbol: 'ETHUSDT' })
 * for await (const { data } of quotes) console.log(data.bidPrice.toFixed(), data.askPrice.toFixed())
 * ```
 */
export function csvQuotes(
  path: string | URL,
  options: CsvQuotesOptions = {},
): FileSource<TimedPayload<'market.quote_update', QuoteUpdate>> {
  const settings = requireCsvOptions('csvQuotes', options, fields, [])
  return fileSource('csvQuotes', path, options, (ledger) => {
    const rows = new CsvReader(ledger, settings, new QuoteShape(settings))
    return new CsvText(ledger, settings.delimiter, rows)
  })
}

type Writable = { -readonly [Key in keyof QuoteUpdate]: QuoteUpdate[Key] }

class QuoteShape implements RowShape<QuoteUpdate> {
  readonly type = 'market.quote_update'
  readonly #fields: TickFields

  constructor(settings: CsvSettings) {
    this.#fields = new TickFields(settings)
  }

  bind(layout: CsvLayout): void {
    this.#fields.bind(layout, names)
  }

  payload(row: CsvRow): QuoteUpdate | RowFault {
    const from = this.#fields
    from.fault = undefined
    const quote: Writable = {
      symbol: from.symbol(row),
      timestamp: from.time(row),
      bidPrice: from.price(row, 'bidPrice'),
      bidSize: from.number(row, 'bidSize'),
      askPrice: from.price(row, 'askPrice'),
      askSize: from.number(row, 'askSize'),
    }
    if (from.text(row, 'sequence') !== undefined) {
      const sequence = from.number(row, 'sequence') as QuoteUpdate['bidPrice'] | undefined
      if (sequence !== undefined) quote.sequence = sequence.toNumber()
    }
    if (from.venue !== undefined) quote.venue = from.venue
    return from.fault ?? quote
  }

  fieldOf(key: string): string {
    return key === 'timestamp' ? 'time' : key
  }
}
