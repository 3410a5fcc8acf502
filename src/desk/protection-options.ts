import { describeValue, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal, isDecimal } from '../events/decimal.ts'
import type { Amount } from './amount.ts'
import { requireAmount, requireRatio } from './risk-amounts.ts'
import { requireSource } from './risk-options.ts'

/**
 * Where a stop loss stands: at a price; so many percent of the average entry price away from it, or so
 * much; or so far behind the best price since the position was opened.
 */
export type StopRule =
  | {
      /** The price itself. */
      readonly price: Amount
    }
  | {
      /** Percent of the average entry price, above 0. */
      readonly percent: Amount | number
    }
  | {
      /** So far from the average entry price, in quote currency, above 0. */
      readonly distance: Amount
    }
  | {
      /** Percent behind the best price since the position was opened, above 0. */
      readonly trailingPercent: Amount | number
    }
  | {
      /** So far behind the best price since the position was opened, in quote currency, above 0. */
      readonly trailingDistance: Amount
    }

/** Where a take profit stands: at a price, or away from the average entry price. */
export type TargetRule =
  | {
      /** The price itself. */
      readonly price: Amount
    }
  | {
      /** Percent of the average entry price, above 0. */
      readonly percent: Amount | number
    }
  | {
      /** So far from the average entry price, in quote currency, above 0. */
      readonly distance: Amount
    }

/** When a position is closed. */
export interface ProtectionRules {
  /** The loss to end it at. Default: none. */
  readonly stopLoss?: StopRule
  /** The profit to end it at. Default: none. */
  readonly takeProfit?: TargetRule
}

/** The price that is watched. */
export type TriggerPrice = 'last' | 'mark' | 'bid' | 'ask'

/** Options of `protect`: the rules of all symbols, and how they are watched. */
export interface ProtectionOptions extends ProtectionRules {
  /** Rules by symbol, in place of those for all; `{}` leaves a symbol alone. Default: none. */
  readonly symbols?: Readonly<Record<string, ProtectionRules>>
  /**
   * The price that is watched: `last` is that of trades, or of bars and summaries where no trades come;
   * `mark` is the `markPrice` of `market.data_update`; `bid` and `ask` are those of quotes. Default: where
   * a position could be closed, the bid for a long one and the ask for a short one, while quotes come;
   * `last` before, and once they are stale (`staleAfterMs`). A side of a quote of size 0 has no price. Prices of another venue than that of the
   * position do not count.
   */
  readonly triggeredBy?: TriggerPrice
  /**
   * Whether a bar triggers by its low and high, and not by its close alone. If both rules are within one
   * bar, it is the stop loss. In a bar during which the position was opened, a profit counts by the close
   * alone, as the best price may have been before. Of bars of several timeframes those of the shortest
   * count. Default true.
   */
  readonly useBarRange?: boolean
  /**
   * How long quotes may be silent until trades, bars and summaries count again, and trades until bars do,
   * in milliseconds between the `timestamp`s of both; shorter bars, until longer ones do, after the next
   * one was due. A bar during which the better prices ended counts by its close alone. From 0;
   * `Infinity` never falls back. Default 60,000.
   */
  readonly staleAfterMs?: number
  /**
   * How many closing orders in a row may be refused, cancelled or expire, before no more is sent for a
   * position, and a `system.warning` with the code `closing_failed` says so. From 1 to 1,000. Default 5.
   */
  readonly attempts?: number
  /** The priority of its subscriptions, from 0. Default 1,000. */
  readonly priority?: number
  /** The source of its events, 1 to 256 characters. Default `protection`. */
  readonly source?: string
}

/** A rule, checked. Of percents, `value` is a share: 0.1 is 10 %. */
export interface CheckedRule {
  readonly kind: 'price' | 'percent' | 'distance' | 'trailingPercent' | 'trailingDistance'
  readonly value: Decimal
}

/** {@link ProtectionRules}, checked. */
export interface CheckedRules {
  readonly stopLoss: CheckedRule | undefined
  readonly takeProfit: CheckedRule | undefined
}

/** {@link ProtectionOptions} with every default filled in and every value checked. */
export interface ProtectionSettings {
  readonly rules: CheckedRules
  readonly symbols: ReadonlyMap<string, CheckedRules>
  readonly triggeredBy: TriggerPrice | undefined
  readonly useBarRange: boolean
  readonly staleAfterMs: number
  readonly attempts: number
  readonly priority: number
  readonly source: string
}

const ruleNames = ['stopLoss', 'takeProfit'] as const
const optionNames = [
  ...ruleNames,
  'symbols',
  'triggeredBy',
  'useBarRange',
  'staleAfterMs',
  'attempts',
  'priority',
  'source',
] as const
const targetKinds = ['price', 'percent', 'distance'] as const
const stopKinds = [...targetKinds, 'trailingPercent', 'trailingDistance'] as const
const triggers: ReadonlySet<unknown> = new Set([undefined, 'last', 'mark', 'bid', 'ask'])

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toProtectionSettings(options: ProtectionOptions): ProtectionSettings {
  requireOptions('protect', options, optionNames)
  const { symbols = {}, triggeredBy, useBarRange = true, attempts = 5 } = options
  const { staleAfterMs = 60_000, priority = 1_000, source = 'protection' } = options
  if (!triggers.has(triggeredBy)) {
    throw new ConfigurationError(
      `triggeredBy must be last, mark, bid or ask, but is ${describeValue(triggeredBy)}.`,
    )
  }
  if (typeof useBarRange !== 'boolean') {
    throw new ConfigurationError(
      `useBarRange must be true or false, but is ${describeValue(useBarRange)}.`,
    )
  }
  requireOptions('symbols', symbols, Object.keys(Object(symbols)))
  return {
    rules: toRules('', options),
    symbols: new Map(
      Object.entries(symbols).map(([symbol, rules]) => {
        const name = `symbols[${describeValue(symbol)}]`
        requireOptions(name, rules, ruleNames)
        return [symbol, toRules(`${name}.`, rules)]
      }),
    ),
    triggeredBy,
    useBarRange,
    staleAfterMs:
      staleAfterMs === Infinity ? Infinity : requireNumber('staleAfterMs', staleAfterMs, 0),
    attempts: requireInteger('attempts', attempts, 1, 1_000),
    priority: requireInteger('priority', priority),
    source: requireSource(source),
  }
}

function toRules(of: string, { stopLoss, takeProfit }: ProtectionRules): CheckedRules {
  return {
    stopLoss: stopLoss && toRule(`${of}stopLoss`, stopLoss, stopKinds),
    takeProfit: takeProfit && toRule(`${of}takeProfit`, takeProfit, targetKinds),
  }
}

function toRule(name: string, rule: object, kinds: readonly CheckedRule['kind'][]): CheckedRule {
  requireOptions(name, rule, kinds)
  const [entry, ...others] = Object.entries(rule) as [CheckedRule['kind'], unknown][]
  if (entry === undefined || others.length > 0) {
    throw new ConfigurationError(`${name} needs exactly one of: ${kinds.join(', ')}.`)
  }
  const [kind, value] = entry
  const of = `${name}.${kind}`
  if (kind === 'price') return { kind, value: requirePrice(of, value) }
  if (kind === 'distance' || kind === 'trailingDistance') {
    return { kind, value: requireAmount(of, value) }
  }
  return { kind, value: requireRatio(of, value).times('0.01') }
}

const text = /^-?\d+(?:\.\d+)?$/

/** Prices below 0 are real. */
function requirePrice(name: string, value: unknown): Decimal {
  const price = typeof value === 'string' && text.test(value) ? new Decimal(value) : value
  if (isDecimal(price)) return price
  throw new ConfigurationError(
    `${name} must be a Decimal or a decimal string such as '57.638', but is ${describeValue(value)}.`,
  )
}
