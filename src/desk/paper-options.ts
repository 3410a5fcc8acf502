import {
  describeValue,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { type Decimal, Decimal as DecimalValue } from '../events/decimal.ts'
import { type FeeModel, feeModel, type Fees } from './fees.ts'
import { requireAmount } from './fill-arithmetic.ts'
import type { Amount } from './amount.ts'
import type { BrokerAccount } from './broker.ts'
import type { InstrumentTerms } from './position-options.ts'
import { type PaperFaultOptions, requireFaults } from './paper-faults.ts'
import { type Slippage, type SlippageModel, slippageModel } from './slippage.ts'

/** What is to be known of an instrument at a paper venue. */
export interface PaperInstrument {
  /** The step of its prices, above 0: limits and triggers off it are rejected. Default: any price. */
  readonly tickSize?: Amount
  /** The step of its quantities, above 0: others are rejected. Default: any quantity. */
  readonly lotSize?: Amount
  /**
   * Units of the underlying in one unit, above 0, for fees by rate. A desk tells its positions. Default: what
   * `positions.instruments` of the desk says, else 1.
   */
  readonly multiplier?: Amount
  /**
   * What its prices and fees are in. A desk tells its positions. Default: what `positions.instruments` of the
   * desk says, else the `currency` of the broker.
   */
  readonly currency?: string
}

/** A delay that is chosen anew for each command, evenly from `min` to `max`. */
export interface LatencyRange {
  /** The least, in milliseconds, 0 or more. */
  readonly min: number
  /** The most, in milliseconds, `min` or more. */
  readonly max: number
}

/** Options of {@link paperBroker}. */
export interface PaperBrokerOptions {
  /**
   * The venue that it plays, 1 to 200 characters: all its orders are matched by data of this venue, and by
   * data that name none, and its events name it; the ids of its orders and trades begin with it. Default: it
   * plays the venues that orders name, and events name them; ids begin with `paper`. On a live clock
   * the run of the bus follows in the ids.
   */
  readonly venue?: string
  /**
   * What prices and fees are in, of instruments of which nothing else is said. A desk tells its positions.
   * Default: the currency of the account of its desk, else `USD`.
   */
  readonly currency?: string
  /** What is traded there: an order for anything else is rejected. Default: everything. */
  readonly instruments?: Readonly<Record<string, PaperInstrument>>
  /** What fills cost. Default: fills carry no fee. */
  readonly fees?: Fees
  /** How much worse fills without a limit are than the market data. Default `none`. */
  readonly slippage?: Slippage
  /**
   * How long submissions, cancellations and changes are on their way to the venue, in milliseconds, 0 or
   * more. Those of one order arrive in the order they were sent. Default 0: they arrive at once.
   */
  readonly latencyMs?: number | LatencyRange
  /** Chooses random latencies: the same seed gives the same ones. A whole number from 0. Default 1. */
  readonly seed?: number
  /** Which share of the size of a trade our orders together may take, above 0, at most 1. Default 1. */
  readonly tradeParticipation?: Amount
  /**
   * Which share of the volume of a bar our orders together may take, above 0, at most 1. Default: as much
   * as they want, whatever its volume, as many bars have none.
   */
  readonly barParticipation?: Amount
  /**
   * When an order that stands is filled at its limit by bars and trades: once the price went through it, or
   * once it was touched, as if nobody had stood before it in the queue. Default `through`.
   */
  readonly limitFill?: 'through' | 'touch'
  /**
   * How long what stands in the book counts after it was told, in milliseconds: once a bar, a trade or a last
   * price has come whose `timestamp` is later by more than that, or an order arrives so long after it by the
   * clock, the book is unknown until it is told again. From 0; `Infinity` never forgets it. Default 60,000.
   */
  readonly staleAfterMs?: number
  /**
   * When the session ends, and `day` orders with it: a time of day in UTC such as `21:00`, or a function
   * that returns the next end after a time, both in milliseconds since the Unix epoch. Default `00:00`.
   */
  readonly sessionEnd?: string | ((at: number, symbol: string) => number)
  /** Faults to drill. Default: none. */
  readonly faults?: PaperFaultOptions
  /** The source of its events, 1 to 256 characters. Default `paper-broker`. */
  readonly source?: string
}

/** {@link PaperInstrument} with every value checked. */
export interface InstrumentSettings {
  readonly tickSize: Decimal | undefined
  readonly lotSize: Decimal | undefined
  readonly multiplier: Decimal
  readonly currency: string
}

/** {@link PaperBrokerOptions} with every default filled in and every value checked. */
export interface PaperSettings {
  /** Undefined where events name the venue that the order has. */
  readonly venue: string | undefined
  /** What the ids of its orders and trades begin with. */
  readonly name: string
  readonly source: string
  /** What is traded; undefined is everything. */
  readonly instruments: ReadonlyMap<string, InstrumentSettings> | undefined
  /** What is known of instruments, whether they are traded or not. */
  readonly terms: ReadonlyMap<string, InstrumentSettings>
  /** Of instruments that nothing is said of. */
  readonly anyInstrument: InstrumentSettings
  readonly fees: FeeModel | undefined
  readonly slippage: SlippageModel | undefined
  readonly latency: LatencyRange
  readonly seed: number
  /** Undefined is 1. */
  readonly tradeShare: Decimal | undefined
  /** Undefined is no bound. */
  readonly barShare: Decimal | undefined
  readonly fillOnTouch: boolean
  readonly staleAfterMs: number
  readonly sessionEnd: (at: number, symbol: string) => number
  readonly faults: PaperFaultOptions
}

const optionNames = [
  'venue',
  'currency',
  'instruments',
  'fees',
  'slippage',
  'latencyMs',
  'seed',
  'tradeParticipation',
  'barParticipation',
  'limitFill',
  'staleAfterMs',
  'sessionEnd',
  'faults',
  'source',
]

const one: Decimal = /* @__PURE__ */ new DecimalValue(1)
const dayMs = 86_400_000

/**
 * @param account whose orders it takes.
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range.
 */
export function toPaperSettings(
  options: PaperBrokerOptions,
  account: BrokerAccount = { currency: 'USD' },
): PaperSettings {
  requireOptions('paperBroker', options, optionNames)
  const { venue, currency = account.currency, source = 'paper-broker', seed = 1 } = options
  const { latencyMs = 0, limitFill = 'through', sessionEnd = '00:00', faults = {} } = options
  const { staleAfterMs = 60_000 } = options
  if (limitFill !== 'through' && limitFill !== 'touch') {
    throw new ConfigurationError(
      `limitFill must be 'through' or 'touch', but is ${describeValue(limitFill)}.`,
    )
  }
  requireName('currency', currency)
  const told = instrumentsOf(account.instruments ?? {}, currency)
  const instruments =
    options.instruments === undefined
      ? undefined
      : instrumentsOf(options.instruments, currency, account.instruments)
  return {
    venue: venue === undefined ? undefined : requireName('venue', venue, 200),
    name: venue ?? 'paper',
    source: requireName('source', source),
    instruments,
    terms: new Map([...told, ...(instruments ?? [])]),
    anyInstrument: { tickSize: undefined, lotSize: undefined, multiplier: one, currency },
    fees: feeModel(options.fees),
    slippage: slippageModel(options.slippage),
    latency: rangeOf(latencyMs),
    seed: requireInteger('seed', seed),
    tradeShare: shareOf('tradeParticipation', options.tradeParticipation),
    barShare: shareOf('barParticipation', options.barParticipation),
    fillOnTouch: limitFill === 'touch',
    staleAfterMs:
      staleAfterMs === Infinity ? Infinity : requireNumber('staleAfterMs', staleAfterMs, 0),
    sessionEnd: sessionEndOf(sessionEnd),
    faults: requireFaults(faults),
  }
}

function requireName(name: string, value: unknown, longest = 256): string {
  if (requireText(name, value).length <= longest) return value as string
  throw new ConfigurationError(`${name} must have at most ${longest} characters.`)
}

function instrumentsOf(
  instruments: Readonly<Record<string, PaperInstrument>>,
  currency: string,
  told: BrokerAccount['instruments'] = {},
): ReadonlyMap<string, InstrumentSettings> {
  requireOptions('instruments', instruments, Object.keys(instruments))
  return new Map(
    Object.entries(instruments).map(([symbol, terms]) => {
      const name = `instruments.${symbol}`
      requireOptions(name, terms, ['tickSize', 'lotSize', 'multiplier', 'currency'])
      return [
        symbol,
        termsOf(name, terms, Object.hasOwn(told, symbol) ? told[symbol]! : {}, currency),
      ]
    }),
  )
}

function termsOf(
  name: string,
  terms: PaperInstrument,
  told: InstrumentTerms,
  currency: string,
): InstrumentSettings {
  const { tickSize, lotSize, multiplier = told.multiplier ?? one } = terms
  const positive = (of: string, amount: Amount): Decimal =>
    requireAmount(`${name}.${of}`, amount, 'above 0')
  return {
    tickSize: tickSize === undefined ? undefined : positive('tickSize', tickSize),
    lotSize: lotSize === undefined ? undefined : positive('lotSize', lotSize),
    multiplier: positive('multiplier', multiplier),
    currency: requireName(`${name}.currency`, terms.currency ?? told.currency ?? currency),
  }
}

function rangeOf(latencyMs: number | LatencyRange): LatencyRange {
  if (typeof latencyMs !== 'object') {
    const fixed = requireNumber('latencyMs', latencyMs, 0)
    return { min: fixed, max: fixed }
  }
  requireOptions('latencyMs', latencyMs, ['min', 'max'])
  const min = requireNumber('latencyMs.min', latencyMs.min, 0)
  return { min, max: requireNumber('latencyMs.max', latencyMs.max, min) }
}

function shareOf(name: string, share: Amount | undefined): Decimal | undefined {
  if (share === undefined) return undefined
  const amount = requireAmount(name, share, 'above 0')
  if (amount.lte(1)) return amount
  throw new ConfigurationError(`${name} must be at most 1, but is ${amount.toFixed()}.`)
}

function sessionEndOf(
  sessionEnd: string | ((at: number, symbol: string) => number),
): (at: number, symbol: string) => number {
  if (typeof sessionEnd === 'string') {
    const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(sessionEnd) ?? []
    if (hour === undefined) {
      throw new ConfigurationError(
        `sessionEnd must be a time of day in UTC such as '21:00', but is ${describeValue(sessionEnd)}.`,
      )
    }
    const offset = (Number(hour) * 60 + Number(minute)) * 60_000
    return (at) => offset + (Math.floor((at - offset) / dayMs) + 1) * dayMs
  }
  requireFunction('sessionEnd', sessionEnd)
  return (at, symbol) => {
    const end = requireNumber('sessionEnd()', sessionEnd(at, symbol))
    if (end > at) return end
    throw new ConfigurationError(`sessionEnd must return a time after ${at}, but returned ${end}.`)
  }
}
