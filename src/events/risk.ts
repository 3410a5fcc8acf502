import * as z from 'zod'
import type { EventDefinitions } from './catalog.ts'
import { Decimal, decimal } from './decimal.ts'
import { type FieldsOf, optionalText, stamp, text } from './fields.ts'

/** The limits that tradewire's own components report; a limit of your own may have any name. */
export type RiskLimitName = z.output<typeof knownLimit>

const knownLimit = /* @__PURE__ */ z.enum([
  'order_size',
  'position_size',
  'exposure',
  'leverage',
  'daily_loss',
  'drawdown',
  'order_rate',
])

const limitFields = {
  /** Which limit it is: one of the known ones, or a name of your own. */
  limit: /* @__PURE__ */ z.union([knownLimit, text()]),
  /** Where the limit stands, in `unit`. */
  limitValue: decimal(),
  /** The value that was compared with it, in `unit`. */
  currentValue: decimal(),
  /** What both values count, such as `USDT`, `x` (leverage) or `orders/s`. */
  unit: text(),
  /** The instrument that the limit is for; absent for a limit over several. */
  symbol: optionalText(),
  /** The account that the limit is for. */
  accountId: optionalText(),
  /** The strategy that the limit is for. */
  strategyId: optionalText(),
  /** What is done about it; absent where the reporter does not decide that. */
  action: /* @__PURE__ */ z.enum(['none', 'reject_order', 'reduce', 'halt']).optional(),
}

export const riskLimit = /* @__PURE__ */ z.strictObject({ ...stamp, ...limitFields })

interface RiskLimitPayload extends FieldsOf<typeof stamp>, FieldsOf<typeof limitFields> {
  /** Which limit it is: one of the known ones, or a name of your own. */
  readonly limit: RiskLimitName | (string & {})
}

/**
 * Payload of `risk.limit_warning`: a value that has come close to its limit. Both values are counted
 * in `unit`.
 */
export interface RiskLimitWarning extends RiskLimitPayload {}

/**
 * Payload of `risk.limit_exceeded`: a value that has passed its limit. Both values are counted in
 * `unit`.
 */
export interface RiskLimitExceeded extends RiskLimitPayload {}

const protectionFields = {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  symbol: text(),
  /** The position that is protected. */
  positionId: text(),
  /** The order that is sent because of it, once it is known. */
  orderId: optionalText(),
  /** The price that had to be reached, in quote currency. */
  triggerPrice: decimal(),
  /** The price that reached it, in quote currency. */
  lastPrice: decimal(),
  /** Which price is watched. */
  triggeredBy: /* @__PURE__ */ z.enum(['last', 'mark', 'bid', 'ask']),
}

export const protection = /* @__PURE__ */ z.strictObject({ ...stamp, ...protectionFields })

interface ProtectionPayload extends FieldsOf<typeof stamp>, FieldsOf<typeof protectionFields> {}

/** Payload of `risk.stop_loss_triggered`: a price that ends a position at a loss. */
export interface StopLossTriggered extends ProtectionPayload {}

/** Payload of `risk.take_profit_triggered`: a price that ends a position at a profit. */
export interface TakeProfitTriggered extends ProtectionPayload {}

/** The risk events, as payload schemas by name. */
export type RiskSchemas = {
  'risk.limit_warning': z.ZodType<RiskLimitWarning>
  'risk.limit_exceeded': z.ZodType<RiskLimitExceeded>
  'risk.stop_loss_triggered': z.ZodType<StopLossTriggered>
  'risk.take_profit_triggered': z.ZodType<TakeProfitTriggered>
}

const at = (value: string): Decimal => new Decimal(value)
const position = {
  timestamp: 1_767_225_600_123,
  venue: 'binance',
  symbol: 'BTCUSDT',
  positionId: 'main-BTCUSDT',
}
const dailyLoss = {
  timestamp: 1_767_225_600_123,
  limit: 'daily_loss',
  limitValue: at('2500'),
  unit: 'USDT',
  accountId: 'main',
} as const

/** What threatens an account, and what is done about it. */
export const riskEvents: EventDefinitions<RiskSchemas> = {
  'risk.limit_warning': {
    description: 'A value has come close to its limit.',
    payload: riskLimit,
    example: { ...dailyLoss, currentValue: at('2075.5'), action: 'none' },
    legacyName: 'risk_limit_warning',
  },
  'risk.limit_exceeded': {
    description: 'A value has passed its limit.',
    payload: riskLimit,
    example: { ...dailyLoss, currentValue: at('2512.08'), action: 'halt' },
    legacyName: 'risk_limit_exceeded',
  },
  'risk.stop_loss_triggered': {
    description: "The price has reached a position's stop loss.",
    payload: protection,
    example: {
      ...position,
      triggerPrice: at('61000'),
      lastPrice: at('60998.4'),
      triggeredBy: 'mark',
    },
    legacyName: 'stop_loss_triggered',
  },
  'risk.take_profit_triggered': {
    description: "The price has reached a position's take profit.",
    payload: protection,
    example: {
      ...position,
      orderId: 'breakout-18',
      triggerPrice: at('62000'),
      lastPrice: at('62000.1'),
      triggeredBy: 'last',
    },
    legacyName: 'take_profit_triggered',
  },
}
