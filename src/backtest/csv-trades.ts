import { describeValue } from '../errors/checks.ts'
import type { TradeTick } from '../events/market.ts'
import type { CsvField, CsvLayout } from './csv-columns.ts'
import { type CsvOptions, type CsvSettings, requireCsvOptions } from './csv-options.ts'
import { CsvReader, type RowFault, type RowShape } from './csv-reader.ts'
import type { CsvRow } from './csv-row.ts'
import { CsvText } from './csv-text.ts'
import { TickFields } from './csv-tick-fields.ts'
import { type FileSource, fileSource } from './file-source.ts'
import type { TimedPayload } from './source.ts'

/** The fields that {@link csvTrades} reads. */
export type TradeField = 'time' | 'symbol' | 'price' | 'size' | 'side' | 'buyerIsMaker' | 'tradeId'

/** Options of {@link csvTrades}. */
export type CsvTradesOptions = CsvOptions<TradeField>

const fields: readonly CsvField<TradeField>[] = [
  {
    name: 'time',
    called: ['timestamp', 'time', 'datetime', 'date', 'tradetime', 'transacttime', 'ts', 't'],
    required: true,
  },
  { name: 'symbol', called: ['symbol', 'ticker', 'instrument'], required: true },
  { name: 'price', called: ['price', 'p', 'last'], required: true },
  { name: 'size', called: ['size', 'quantity', 'qty', 'amount', 'volume', 'q'], required: true },
  { name: 'side', called: ['side', 'aggressorside', 'takerside'], required: false },
  { name: 'buyerIsMaker', called: ['isbuyermaker', 'buyerismaker', 'm'], required: false },
  { name: 'tradeId', called: ['tradeid', 'id', 'aggtradeid'], required: false },
]
const names = fields.map(({ name }) => name)

/**
 * Trades from a CSV file as `market.trade_tick`. `.gz` and `.zip` are recognised by their content. Prices
 * and sizes keep every digit.
 *
 * Whose order took liquidity is read from a column `side` (`buy`, `sell`, `none`, or their first letters, in
 * any case) or `is_buyer_maker` (`true`, `false`); where there is neither it is `none`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if the file cannot be read, lacks a column, or a
 * row is bad and bad rows are refused.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * const trades = csvTrades('trades.csv', { symbol: 'ETHUSDT', outOfOrder: { sortWithinMs: 500 } })
 * for await (const { data } of trades) console.log(data.price.toFixed(), data.size.toFixed())
 * ```
 */
export function csvTrades(
  path: string | URL,
  options: CsvTradesOptions = {},
): FileSource<TimedPayload<'market.trade_tick', TradeTick>> {
  const settings = requireCsvOptions('csvTrades', options, fields, [])
  return fileSource('csvTrades', path, options, (ledger) => {
    const rows = new CsvReader(ledger, settings, new TradeShape(settings))
    return new CsvText(ledger, settings.delimiter, rows)
  })
}

const sides: ReadonlyMap<string, TradeTick['aggressorSide']> = new Map([
  ['buy', 'buy'],
  ['b', 'buy'],
  ['sell', 'sell'],
  ['s', 'sell'],
  ['none', 'none'],
  ['n', 'none'],
])

/** If the buyer has waited in the book, the seller took liquidity. */
const makers: ReadonlyMap<string, TradeTick['aggressorSide']> = new Map([
  ['true', 'sell'],
  ['1', 'sell'],
  ['false', 'buy'],
  ['0', 'buy'],
])

type Writable = { -readonly [Key in keyof TradeTick]: TradeTick[Key] }

class TradeShape implements RowShape<TradeTick> {
  readonly type = 'market.trade_tick'
  readonly #fields: TickFields

  constructor(settings: CsvSettings) {
    this.#fields = new TickFields(settings)
  }

  bind(layout: CsvLayout): void {
    this.#fields.bind(layout, names)
  }

  payload(row: CsvRow): TradeTick | RowFault {
    const from = this.#fields
    from.fault = undefined
    const trade: Writable = {
      symbol: from.symbol(row),
      timestamp: from.time(row),
      price: from.price(row, 'price'),
      size: from.number(row, 'size'),
      aggressorSide: this.#side(row),
    }
    const tradeId = from.text(row, 'tradeId')
    if (tradeId !== undefined) trade.tradeId = tradeId
    if (from.venue !== undefined) trade.venue = from.venue
    return from.fault ?? trade
  }

  fieldOf(key: string): string {
    return key === 'timestamp' ? 'time' : key
  }

  #side(row: CsvRow): TradeTick['aggressorSide'] {
    const side = this.#fields.text(row, 'side')
    if (side !== undefined) return this.#said('side', side, sides, 'buy, sell or none')
    const maker = this.#fields.text(row, 'buyerIsMaker')
    if (maker === undefined) return 'none'
    return this.#said('buyerIsMaker', maker, makers, 'true or false')
  }

  #said(
    field: TradeField,
    text: string,
    words: ReadonlyMap<string, TradeTick['aggressorSide']>,
    expected: string,
  ): TradeTick['aggressorSide'] {
    const side = words.get(text.toLowerCase())
    if (side !== undefined) return side
    this.#fields.fault ??= { field, reason: `expected ${expected}, found ${describeValue(text)}.` }
    return 'none'
  }
}
