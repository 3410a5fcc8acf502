import {
  describeValue,
  requireInteger,
  requireNumber,
  requireOptions,
  requireText,
} from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { Decimal } from '../events/decimal.ts'
import type { Amount } from './amount.ts'
import { type AmountBySymbol, requireAmount, requireRatio, SymbolAmounts } from './risk-amounts.ts'

/** The limits that a risk guard knows. */
export type GuardedLimit =
  | 'order_size'
  | 'order_value'
  | 'position_size'
  | 'exposure'
  | 'leverage'
  | 'daily_loss'
  | 'drawdown'
  | 'order_rate'

/**
 * What is done when a limit is passed: `none` tells of it; `reject_order` refuses orders that would pass
 * it, or that come while it is passed; `halt` refuses all orders that do not reduce a position, until
 * `resume`. A halt by `daily_loss` ends by itself, with the day; with the next day, a millisecond before its
 * end, if the loss has shown only at the end of its day, as that of a bar does that closes then.
 */
export type RiskAction = 'none' | 'reject_order' | 'halt'

/** A loss: an amount of money, or a share of what it is counted from, in percent. */
export type LossLimit =
  | Amount
  | {
      /** Percent, above 0: 10 is a tenth. */
      readonly percent: Amount | number
    }

/** Options of `riskGuard`. Exactly at a limit is allowed. Amounts are above 0. */
export interface RiskGuardOptions {
  /** The largest order, in units: of every symbol, or by symbol. Default: no limit. */
  readonly maxOrderSize?: AmountBySymbol
  /**
   * The most that an order may be worth, in the currency of the account: quantity x multiplier x its
   * limit, or else its trigger price, or else the mark. Without any of them it is refused. Default: no limit.
   */
  readonly maxOrderValue?: Amount
  /**
   * The largest position, in units, long or short: of every symbol, or by symbol. Orders that work are
   * counted as if they were filled. Default: no limit.
   */
  readonly maxPosition?: AmountBySymbol
  /**
   * The most that all positions together may be worth, without their signs, at their marks, in the
   * currency of the account. Orders that work are counted as if they were filled. Default: no limit.
   */
  readonly maxExposure?: Amount
  /** How many times the equity the exposure may be. Default: no limit. */
  readonly maxLeverage?: Amount | number
  /**
   * How far equity may fall below what it was when the day began, by `dayStartMs`: each day is counted
   * anew. Default: no limit.
   */
  readonly maxDailyLoss?: LossLimit
  /** How far equity may fall below its peak. Default: no limit. */
  readonly maxDrawdown?: LossLimit
  /**
   * How many orders, and changes of orders, may go to the broker within `windowMs` milliseconds, more
   * than 0; `orders` is a whole number from 1 to 1,000,000. Default: no limit.
   */
  readonly maxOrderRate?: {
    /** How many, from 1 to 1,000,000. */
    readonly orders: number
    /** Within so many milliseconds, above 0. */
    readonly windowMs: number
  }
  /**
   * When a day begins, in milliseconds after 00:00 UTC: from -86,399,999 to 86,399,999. What happens exactly
   * then belongs to the day before. Default 0.
   */
  readonly dayStartMs?: number
  /** From which share of a limit on to warn: more than 0, at most 1. Default 0.8. */
  readonly warnAt?: number
  /**
   * Below which share of what was reached it is over, so that it is told again when it comes back: more
   * than 0, at most 1. Default 0.9.
   */
  readonly rearmAt?: number
  /** What is done by limit. Default: `halt` for `daily_loss` and `drawdown`, `reject_order` for others. */
  readonly actions?: Partial<Readonly<Record<GuardedLimit, RiskAction>>>
  /**
   * Whether a halt cancels the orders that work, and closes all positions at the market. Default false.
   */
  readonly flatten?: boolean
  /** The priority of its subscriptions, from 0; above that of the keeper. Default 1,100. */
  readonly priority?: number
  /** The source of its events, 1 to 256 characters. Default `risk-guard`. */
  readonly source?: string
}

/** {@link LossLimit}, checked: one of both is given. */
export interface CheckedLoss {
  readonly amount: Decimal | undefined
  /** 0.1 is 10 %. */
  readonly share: Decimal | undefined
}

/** {@link RiskGuardOptions} with every default filled in and every value checked. */
export interface RiskSettings {
  readonly maxOrderSize: SymbolAmounts | undefined
  readonly maxOrderValue: Decimal | undefined
  readonly maxPosition: SymbolAmounts | undefined
  readonly maxExposure: Decimal | undefined
  readonly maxLeverage: Decimal | undefined
  readonly maxDailyLoss: CheckedLoss | undefined
  readonly maxDrawdown: CheckedLoss | undefined
  readonly maxOrderRate: { readonly orders: number; readonly windowMs: number } | undefined
  readonly dayStartMs: number
  readonly warnAt: number
  readonly rearmAt: number
  readonly actions: Readonly<Record<GuardedLimit, RiskAction>>
  readonly flatten: boolean
  readonly priority: number
  readonly source: string
}

const optionNames = [
  'maxOrderSize',
  'maxOrderValue',
  'maxPosition',
  'maxExposure',
  'maxLeverage',
  'maxDailyLoss',
  'maxDrawdown',
  'maxOrderRate',
  'dayStartMs',
  'warnAt',
  'rearmAt',
  'actions',
  'flatten',
  'priority',
  'source',
] as const

const defaultActions: Readonly<Record<GuardedLimit, RiskAction>> = {
  order_size: 'reject_order',
  order_value: 'reject_order',
  position_size: 'reject_order',
  exposure: 'reject_order',
  leverage: 'reject_order',
  daily_loss: 'halt',
  drawdown: 'halt',
  order_rate: 'reject_order',
}

/** How long a day is, in milliseconds. */
export const dayMs = 86_400_000

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toRiskSettings(options: RiskGuardOptions): RiskSettings {
  requireOptions('riskGuard', options, optionNames)
  const { dayStartMs = 0, warnAt = 0.8, rearmAt = 0.9, actions = {}, flatten = false } = options
  const { priority = 1_100, source = 'risk-guard' } = options
  if (typeof flatten !== 'boolean') {
    throw new ConfigurationError(`flatten must be true or false, but is ${describeValue(flatten)}.`)
  }
  return {
    maxOrderSize: bySymbol('maxOrderSize', options.maxOrderSize),
    maxOrderValue: given('maxOrderValue', options.maxOrderValue, requireAmount),
    maxPosition: bySymbol('maxPosition', options.maxPosition),
    maxExposure: given('maxExposure', options.maxExposure, requireAmount),
    maxLeverage: given('maxLeverage', options.maxLeverage, requireRatio),
    maxDailyLoss: given('maxDailyLoss', options.maxDailyLoss, requireLoss),
    maxDrawdown: given('maxDrawdown', options.maxDrawdown, requireLoss),
    maxOrderRate: given('maxOrderRate', options.maxOrderRate, requireRate),
    dayStartMs: requireInteger('dayStartMs', dayStartMs, 1 - dayMs, dayMs - 1),
    warnAt: requireShare('warnAt', warnAt),
    rearmAt: requireShare('rearmAt', rearmAt),
    actions: { ...defaultActions, ...requireActions(actions) },
    flatten,
    priority: requireInteger('priority', priority),
    source: requireSource(source),
  }
}

function given<Given, Value>(
  name: string,
  value: Given | undefined,
  check: (name: string, value: unknown) => Value,
): Value | undefined {
  return value === undefined ? undefined : check(name, value)
}

function bySymbol(name: string, amounts: AmountBySymbol | undefined): SymbolAmounts | undefined {
  return amounts === undefined ? undefined : new SymbolAmounts(name, amounts)
}

function requireLoss(name: string, value: unknown): CheckedLoss {
  if (typeof value !== 'object' || value === null || Decimal.isDecimal(value)) {
    return { amount: requireAmount(name, value), share: undefined }
  }
  requireOptions(name, value, ['percent'])
  const percent = requireRatio(`${name}.percent`, (value as { percent?: unknown }).percent)
  return { amount: undefined, share: percent.times('0.01') }
}

function requireRate(name: string, value: unknown): { orders: number; windowMs: number } {
  requireOptions(name, value, ['orders', 'windowMs'])
  const { orders, windowMs } = value as { orders: unknown; windowMs: unknown }
  if (requireNumber(`${name}.windowMs`, windowMs, 0) === 0) {
    throw new ConfigurationError(`${name}.windowMs must be more than 0.`)
  }
  return {
    orders: requireInteger(`${name}.orders`, orders, 1, 1_000_000),
    windowMs: windowMs as number,
  }
}

function requireActions(
  actions: Partial<Record<GuardedLimit, RiskAction>>,
): Partial<Record<GuardedLimit, RiskAction>> {
  requireOptions('actions', actions, Object.keys(defaultActions))
  for (const [limit, action] of Object.entries(actions)) {
    if (action === 'none' || action === 'reject_order' || action === 'halt') continue
    throw new ConfigurationError(
      `actions.${limit} must be none, reject_order or halt, but is ${describeValue(action)}.`,
    )
  }
  return actions
}

function requireShare(name: string, value: unknown): number {
  if (requireNumber(name, value, 0) > 0 && (value as number) <= 1) return value as number
  throw new ConfigurationError(
    `${name} must be more than 0 and at most 1, but is ${describeValue(value)}.`,
  )
}

/** Throws `CONFIGURATION` unless `source` is a string of 1 to 256 characters. */
export function requireSource(source: unknown): string {
  if (requireText('source', source).length <= 256) return source as string
  throw new ConfigurationError('source must have at most 256 characters.')
}
