import { describeValue, requireNumber, requireOptions, requireText } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal } from '../events/decimal.ts'
import type { NewBar } from '../events/market.ts'
import { payloadOf } from './payloads.ts'
import { testStart } from './test-start.ts'

/** A bar of a series. Prices and volume are Decimals or decimal text. */
export interface TestBar {
  /** Where it closes. */
  readonly close: Decimal | string
  /** Where it opens. Default: the close of the one before; of the first, its own close. */
  readonly open?: Decimal | string
  /** Its highest price. Default: the higher of open and close. */
  readonly high?: Decimal | string
  /** Its lowest price. Default: the lower of open and close. */
  readonly low?: Decimal | string
  /** What was traded, in units of the instrument. Default: that of the series. */
  readonly volume?: Decimal | string
}

/** Options of {@link bars}. */
export interface BarsOptions {
  /** The instrument, such as `BTCUSDT`. */
  readonly symbol: string
  /** The bars, each its close or more than that. At least one. */
  readonly closes: readonly (Decimal | string | TestBar)[]
  /** How long a bar is: a whole number and one of `s`, `m`, `h`, `d`, `w`. Default `1m`. */
  readonly timeframe?: string
  /**
   * When the first bar opens, in milliseconds since the Unix epoch. Default
   * 2026-01-02T00:00:00.000Z.
   */
  readonly start?: number
  /** What was traded in each, in units of the instrument. Default 1,000. */
  readonly volume?: Decimal | string
}

/** A bar as `given`, `runBacktest` and `emitBatch` take it. */
export interface BarEvent {
  /** Always `market.new_bar`. */
  readonly type: 'market.new_bar'
  /** Its payload. */
  readonly data: NewBar
}

const barFields = ['close', 'open', 'high', 'low', 'volume']
const optionNames = ['symbol', 'closes', 'timeframe', 'start', 'volume']
const lengths: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * Bars that follow each other without a gap, made of their closes: each opens where and when the
 * one before has closed. For strategies in `given`, and as a source of `runBacktest`.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or malformed.
 * @throws EventValidationError `EVENT_INVALID` if a bar cannot be, such as one whose high is below its close.
 * @example
 * ```ts
 * const series = bars({ symbol: 'ABC', closes: ['10', '11', { close: '9', volume: '5000' }] })
 * ```
 */
export function bars(options: BarsOptions): BarEvent[] {
  requireOptions('bars', options, optionNames)
  const { symbol, closes, timeframe = '1m', start = testStart, volume = '1000' } = options
  requireText('symbol', symbol)
  requireNumber('start', start)
  if (!Array.isArray(closes) || closes.length === 0) {
    throw new ConfigurationError(
      `closes must be a list of at least one close, such as ['10', '11'], but is ${describeValue(closes)}.`,
    )
  }
  const length = lengthOf(timeframe)
  let previous: Decimal | undefined
  return (closes as BarsOptions['closes']).map((given, index) => {
    const bar = isBar(given) ? given : { close: given }
    requireOptions(`Bar ${index + 1}`, bar, barFields)
    const close = price('close', bar.close)
    const open = bar.open === undefined ? (previous ?? close) : price('open', bar.open)
    previous = close
    const data = payloadOf('market.new_bar', {
      symbol,
      timeframe,
      openTime: start + index * length,
      timestamp: start + (index + 1) * length,
      open,
      high: bar.high ?? Decimal.max(open, close),
      low: bar.low ?? Decimal.min(open, close),
      close,
      volume: bar.volume ?? volume,
    })
    return { type: 'market.new_bar', data }
  })
}

function isBar(given: Decimal | string | TestBar): given is TestBar {
  return typeof given === 'object' && given !== null && 'close' in given
}

/** @throws ConfigurationError `CONFIGURATION` if it is no number. */
function price(name: string, value: unknown): Decimal {
  if (Decimal.isDecimal(value)) return value
  if (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)) return new Decimal(value)
  throw new ConfigurationError(
    `The ${name} of a bar must be a Decimal or decimal text such as '10.5', but is ${describeValue(value)}.`,
  )
}

/** @throws ConfigurationError `CONFIGURATION` if it is no timeframe. */
function lengthOf(timeframe: unknown): number {
  const match = typeof timeframe === 'string' ? /^([1-9]\d{0,4})([smhdw])$/.exec(timeframe) : null
  if (match !== null) return Number(match[1]) * lengths[match[2]!]!
  throw new ConfigurationError(
    `timeframe must be a whole number and one of s, m, h, d, w, such as '4h', but is ${describeValue(timeframe)}.`,
  )
}
