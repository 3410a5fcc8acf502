import { describeValue, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { NewBar } from '../events/market.ts'
import { BarShape } from './csv-bar-shape.ts'
import type { CsvField } from './csv-columns.ts'
import { type CsvOptions, requireCsvOptions, requireNoFunction } from './csv-options.ts'
import { CsvReader } from './csv-reader.ts'
import { CsvText } from './csv-text.ts'
import { type FileSource, fileSource } from './file-source.ts'
import type { TimedPayload } from './source.ts'
import { requireSession, type Session } from './time-session.ts'
import { Timeframe } from './time-frame.ts'

/** The fields that {@link csvBars} reads. */
export type BarField =
  | 'time'
  | 'symbol'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'volume'
  | 'tradeCount'
  | 'vwap'

/** Options of {@link csvBars}. */
export interface CsvBarsOptions extends CsvOptions<BarField> {
  /**
   * The span of one bar, such as `1m`, `4h`, `1d`. Default: the commonest step between the times of the
   * first rows, those of one symbol each. Rows may be farther apart; if most of the first are closer, the
   * file is refused.
   */
  readonly timeframe?: string
  /** Whether the time of a row is when its bar opened or closed. Default `open`. */
  readonly timestampIs?: 'open' | 'close'
  /**
   * When bars of one day open and close whose time is a date alone: times of the day in `timeZone`, such
   * as `{ open: '09:30', close: '16:00' }`. Where `open` is not before `close`, it is on the day before.
   * Default: from midnight to midnight. Not beside a function `time`, whose times are those of the bars.
   */
  readonly session?: Session
}

const fields: readonly CsvField<BarField>[] = [
  {
    name: 'time',
    called: ['timestamp', 'time', 'datetime', 'date', 'opentime', 'opentimestamp', 'ts', 't'],
    required: true,
  },
  { name: 'symbol', called: ['symbol', 'ticker', 'instrument'], required: true },
  { name: 'open', called: ['open', 'o'], required: true },
  { name: 'high', called: ['high', 'h'], required: true },
  { name: 'low', called: ['low', 'l'], required: true },
  { name: 'close', called: ['close', 'c'], required: true },
  { name: 'volume', called: ['volume', 'vol', 'v'], required: false },
  {
    name: 'tradeCount',
    called: ['tradecount', 'trades', 'numberoftrades', 'numtrades', 'count'],
    required: false,
  },
  { name: 'vwap', called: ['vwap'], required: false },
]

/**
 * Bars of prices from a CSV file as `market.new_bar`: when each has closed, and not before. `.gz` and
 * `.zip` are recognised by their content. Prices keep every digit. A bar without a volume has volume 0.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 * @throws SourceError `SOURCE_INVALID` (while reading) if the file cannot be read, lacks a column, or a
 * row is bad and bad rows are refused, or its rows are closer than `timeframe`.
 * @throws SourceOrderError `SOURCE_ORDER` (while reading) if time goes back.
 * @example
 * ```ts
 * const bars = csvBars('sp500.csv', {
 *   symbol: 'SPX',
 *   timeframe: '1d',
 *   timeZone: 'America/New_York',
 *   session: { open: '09:30', close: '16:00' },
 * })
 * for await (const { data } of bars) console.log(data.openTime, data.close.toString())
 * ```
 */
export function csvBars(
  path: string | URL,
  options: CsvBarsOptions = {},
): FileSource<TimedPayload<'market.new_bar', NewBar>> {
  const settings = requireCsvOptions('csvBars', options, fields, [
    'timeframe',
    'timestampIs',
    'session',
  ])
  const { timeframe, timestampIs = 'open', session } = options
  if (timestampIs !== 'open' && timestampIs !== 'close') {
    throw new ConfigurationError(
      `timestampIs must be 'open' or 'close', but is ${describeValue(timestampIs)}.`,
    )
  }
  const span =
    timeframe === undefined ? undefined : new Timeframe(requireText('timeframe', timeframe))
  requireNoFunction('csvBars', 'session', options)
  const hours = session === undefined ? undefined : requireSession(session)
  return fileSource('csvBars', path, options, (ledger) => {
    const shape = new BarShape(settings, span, timestampIs, hours)
    return new CsvText(ledger, settings.delimiter, new CsvReader(ledger, settings, shape))
  })
}
