import { describeValue, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { type CsvColumns, type CsvField, requireColumns } from './csv-columns.ts'
import { fileOptions, type FileSourceOptions } from './file-source.ts'
import { requireOutOfOrder, windowOf } from './sort-window.ts'
import { requireTimeFormat, type TimeFormat } from './time-text.ts'
import { TimeZone } from './time-zone.ts'

/** Options of every source that is a CSV file. */
export interface CsvOptions<Name extends string> extends FileSourceOptions {
  /** The instrument of all rows, such as `BTCUSDT`. Default: what their column says. */
  readonly symbol?: string
  /** The exchange or broker that all rows come from. Default: none. */
  readonly venue?: string
  /**
   * Which columns hold what: an object for a file with a header, a list for one without. Default: by the
   * names in the header, whatever their case.
   */
  readonly columns?: CsvColumns<Name>
  /** Whether the first row names the columns. Default: true, and false where `columns` is a list. */
  readonly header?: boolean
  /** What stands between fields: one character. Default `,`. */
  readonly delimiter?: string
  /** How times are written. Default `auto`. */
  readonly time?: TimeFormat
  /**
   * The IANA name of the time zone of times that do not say their own. Default `UTC`. Not beside a function
   * `time`, which says the time in UTC itself. A time of the hour that clocks show twice, as they are set back, is
   * the first of both, and the second one in a row that would else go back in time.
   */
  readonly timeZone?: string
  /** Whether numbers have a comma where others have a point. Default false. */
  readonly decimalComma?: boolean
  /**
   * Whether digits may be grouped by commas, or by points with `decimalComma`, as in `1,234.5`. Default
   * false: such a number is a bad one.
   */
  readonly thousands?: boolean
  /** Whether numbers may have an exponent, as in `1e-05`. Default false: such a number is a bad one. */
  readonly exponents?: boolean
  /**
   * Whether prices of 0 are real, as those of spreads or of electricity may be. Default false: a quote or
   * trade at 0 is a bad row, and so is a bar whose four prices are 0. Prices below 0 are always taken.
   */
  readonly zeroPrices?: boolean
}

const csvOptions: readonly (keyof CsvOptions<string>)[] = [
  ...fileOptions,
  'symbol',
  'venue',
  'columns',
  'header',
  'delimiter',
  'time',
  'timeZone',
  'decimalComma',
  'thousands',
  'exponents',
  'zeroPrices',
]

/** Options of a CSV source that have been checked, and have their defaults. */
export interface CsvSettings {
  readonly fields: readonly CsvField[]
  readonly columns: CsvColumns<string> | undefined
  readonly header: boolean
  readonly delimiter: string
  readonly time: TimeFormat
  readonly zone: TimeZone
  readonly symbol: string | undefined
  readonly venue: string | undefined
  readonly decimalComma: boolean
  readonly thousands: boolean
  readonly exponents: boolean
  readonly zeroPrices: boolean
  /** How far back in time a row may be, in milliseconds: 0 unless rows are to be sorted. */
  readonly sortWithinMs: number
}

/**
 * The settings of a CSV source.
 *
 * @param reader the function that the user has called, for messages.
 * @param more the names of its own options.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or malformed.
 */
export function requireCsvOptions<Name extends string>(
  reader: string,
  options: CsvOptions<Name>,
  fields: readonly CsvField<Name>[],
  more: readonly string[],
): CsvSettings {
  requireOptions(reader, options, [...csvOptions, ...more])
  const { symbol, venue, columns, delimiter = ',', time = 'auto', timeZone = 'UTC' } = options
  if (columns !== undefined) requireColumns(fields, columns)
  const { header = !Array.isArray(columns) } = options
  const { decimalComma = false, thousands = false, exponents = false, zeroPrices = false } = options
  requireNoFunction(reader, 'timeZone', options)
  requireBoolean('header', header)
  requireBoolean('decimalComma', decimalComma)
  requireBoolean('thousands', thousands)
  requireBoolean('exponents', exponents)
  requireBoolean('zeroPrices', zeroPrices)
  return {
    // With a symbol for all rows, a column of symbols is none of our business.
    fields: fields.filter(({ name }) => name !== 'symbol' || symbol === undefined),
    columns,
    header,
    delimiter: requireDelimiter(delimiter),
    time: requireTimeFormat(time),
    zone: new TimeZone(requireText('timeZone', timeZone)),
    symbol: symbol === undefined ? undefined : requireText('symbol', symbol),
    venue: venue === undefined ? undefined : requireText('venue', venue),
    decimalComma,
    thousands,
    exponents,
    zeroPrices,
    sortWithinMs: windowOf(requireOutOfOrder(options.outOfOrder ?? 'refuse')) ?? 0,
  }
}

/**
 * Throws `CONFIGURATION` if an option is given that has no effect, as a function says the times.
 *
 * @param reader the function that the user has called, for messages.
 */
export function requireNoFunction(
  reader: string,
  name: 'timeZone' | 'session',
  options: { readonly time?: TimeFormat; readonly timeZone?: unknown; readonly session?: unknown },
): void {
  if (typeof options.time !== 'function' || options[name] === undefined) return
  throw new ConfigurationError(
    `${reader} has no use for ${name} beside a function time: the milliseconds that it returns are the time of a row as it is. Leave ${name} out, or give time as a pattern such as 'DD.MM.YYYY'.`,
  )
}

function requireBoolean(name: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new ConfigurationError(`${name} must be true or false, but is ${describeValue(value)}.`)
}

function requireDelimiter(value: unknown): string {
  if (typeof value === 'string' && value.length === 1 && !'"\r\n'.includes(value)) return value
  throw new ConfigurationError(
    `delimiter must be one character, and no quote or end of a line, but is ${describeValue(value)}.`,
  )
}
