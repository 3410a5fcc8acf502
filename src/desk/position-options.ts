import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Decimal } from '../events/decimal.ts'
import { type Amount, toDecimal } from './amount.ts'
import { requireAmount } from './risk-amounts.ts'
import type { PositionSnapshot } from './position-snapshot.ts'

/** Which units a position gives up first when a part of it is closed. */
export type CostMethod =
  /** All units cost the same: the weighted average. */
  | 'average'
  /** Those that were bought (or sold short) first. */
  | 'fifo'
  /** Those that were bought (or sold short) last. */
  | 'lifo'

/** What marks are taken from. */
export type MarkSource =
  /** `market.quote_update`. */
  | 'quote'
  /** `market.trade_tick`. */
  | 'trade'
  /** `market.new_bar`: its close. */
  | 'bar'
  /** `market.data_update`: its `markPrice`, or else its `last`. */
  | 'data'

/** What is to be known of an instrument. */
export interface InstrumentTerms {
  /** How many units of the underlying one unit is: 50 for an E-mini. Above 0. Default 1. */
  readonly multiplier?: Amount
  /**
   * What its prices are in, such as `EUR`. Default: what the broker of the desk says, else the currency of
   * the keeper.
   */
  readonly currency?: string
}

/**
 * Says what `amount` of the currency `from` is in the currency `to`, at a time in milliseconds since
 * the Unix epoch; undefined if it is not known. It must give a finite Decimal.
 */
export type ConvertCurrency = (
  amount: Decimal,
  from: string,
  to: string,
  at: number,
) => Decimal | undefined

/** Options of `positionKeeper`. */
export interface PositionKeeperOptions {
  /** The currency of the account: of totals, and of instruments without one. Default `USD`. */
  readonly currency?: string
  /** What the account began with, in `currency`. Default 0. */
  readonly initialCash?: Amount
  /** What a part that is closed has cost. Default `average`. */
  readonly method?: CostMethod
  /**
   * Multipliers and currencies by symbol. A desk tells them to its broker, and takes from it what is not
   * said here. Default: none.
   */
  readonly instruments?: Readonly<Record<string, InstrumentTerms>>
  /**
   * Rates between currencies. A fee is converted to the currency of its position as it is paid; totals
   * are converted when they are asked for. What it does not know is kept apart, and a `system.warning`
   * says so once for each currency. Default: it knows no rate.
   */
  readonly convert?: ConvertCurrency
  /** What marks are taken from; of several, the newest counts. Default: all four. */
  readonly marks?: readonly MarkSource[]
  /**
   * Where in a quote a position is valued: in the middle, or where it could be closed: a long one at
   * the bid, a short one at the ask. A side of size 0 has no price, unless both are of size 0. Default
   * `mid`.
   */
  readonly markAt?: 'mid' | 'exit'
  /**
   * At most one `position.pnl_update` per position in so many milliseconds on the clock of the bus, from
   * 0; 0 is one for every change of the mark, `Infinity` is none at all. Default 1,000.
   */
  readonly pnlIntervalMs?: number
  /** How many trades are remembered, to know them again. From 1 to 10,000,000. Default 100,000. */
  readonly dedupCapacity?: number
  /** What an earlier keeper with the same options knew. Default: nothing is known. */
  readonly restore?: PositionSnapshot
  /** The priority of its subscriptions: before those of a lower one. From 0. Default 1,000. */
  readonly priority?: number
  /** The source of its events, 1 to 256 characters. Default `position-keeper`. */
  readonly source?: string
}

/** {@link InstrumentTerms}, checked. */
export interface CheckedInstrument {
  readonly multiplier?: Decimal
  readonly currency?: string | undefined
}

/** {@link PositionKeeperOptions} with every default filled in and every value checked. */
export interface PositionSettings {
  readonly currency: string
  /** What prices of instruments without a currency are in. */
  readonly pricesIn: string
  readonly initialCash: Decimal
  readonly method: CostMethod
  readonly instruments: ReadonlyMap<string, CheckedInstrument>
  readonly convert: ConvertCurrency | undefined
  readonly marks: readonly MarkSource[]
  readonly markAt: 'mid' | 'exit'
  readonly pnlIntervalMs: number
  readonly dedupCapacity: number
  readonly restore: PositionSnapshot | undefined
  readonly priority: number
  readonly source: string
}

const optionNames = [
  'currency',
  'initialCash',
  'method',
  'instruments',
  'convert',
  'marks',
  'markAt',
  'pnlIntervalMs',
  'dedupCapacity',
  'restore',
  'priority',
  'source',
]
const termNames = ['multiplier', 'currency']
const methods: readonly CostMethod[] = ['average', 'fifo', 'lifo']
const sources: readonly MarkSource[] = ['quote', 'trade', 'bar', 'data']

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toPositionSettings(options: PositionKeeperOptions): PositionSettings {
  requireOptions('positionKeeper', options, optionNames)
  const {
    currency = 'USD',
    initialCash = '0',
    method = 'average',
    instruments = {},
    convert,
    marks = sources,
    markAt = 'mid',
    pnlIntervalMs = 1_000,
    dedupCapacity = 100_000,
    priority = 1_000,
    source = 'position-keeper',
  } = options
  if (convert !== undefined) requireFunction('convert', convert)
  if (!Array.isArray(marks)) {
    throw new ConfigurationError(`marks must be a list, but is ${describeValue(marks)}.`)
  }
  return {
    currency: requireName('currency', currency),
    pricesIn: currency,
    initialCash: toDecimal('initialCash', initialCash),
    method: requireOneOf('method', method, methods),
    instruments: toInstruments(instruments),
    convert,
    marks: Array.from(marks, (mark) => requireOneOf('A member of marks', mark, sources)),
    markAt: requireOneOf('markAt', markAt, ['mid', 'exit']),
    pnlIntervalMs:
      pnlIntervalMs === Infinity ? Infinity : requireNumber('pnlIntervalMs', pnlIntervalMs, 0),
    dedupCapacity: requireInteger('dedupCapacity', dedupCapacity, 1, 10_000_000),
    restore: options.restore,
    priority: requireInteger('priority', priority),
    source: requireName('source', source),
  }
}

/**
 * @param takesMore whether more may be said of an instrument, such as a tick size.
 * @throws ConfigurationError `CONFIGURATION` if what is said of an instrument is malformed.
 */
export function toInstruments(
  instruments: unknown,
  of = 'instruments',
  takesMore = false,
): ReadonlyMap<string, CheckedInstrument> {
  if (typeof instruments !== 'object' || instruments === null || Array.isArray(instruments)) {
    throw new ConfigurationError(`${of} must be an object, but is ${describeValue(instruments)}.`)
  }
  const all = new Map<string, CheckedInstrument>()
  for (const [symbol, given] of Object.entries(instruments)) {
    const name = `${of}[${describeValue(symbol)}]`
    requireOptions(name, given, takesMore ? Object.keys(Object(given)) : termNames)
    const { multiplier, currency } = given as InstrumentTerms
    if (currency !== undefined) requireName(`${name}.currency`, currency)
    all.set(symbol, {
      currency,
      ...(multiplier !== undefined && {
        multiplier: requireAmount(`${name}.multiplier`, multiplier),
      }),
    })
  }
  return all
}

/** What events take for a name: 1 to 256 characters. */
export function requireName(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 256) return value
  throw new ConfigurationError(
    `${name} must be a string of 1 to 256 characters, but is ${describeValue(value)}.`,
  )
}

function requireOneOf<const Word extends string>(
  name: string,
  value: unknown,
  words: readonly Word[],
): Word {
  const word = words.find((known) => known === value)
  if (word !== undefined) return word
  const list = words.map((known) => `'${known}'`).join(', ')
  throw new ConfigurationError(`${name} must be one of ${list}, but is ${describeValue(value)}.`)
}
