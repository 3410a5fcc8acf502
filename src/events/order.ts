import type * as z from 'zod'
import type { EventDefinitions } from './catalog.ts'
import { Decimal } from './decimal.ts'
import type { FieldsOf, stamp } from './fields.ts'
import {
  cancelled,
  type cancelFields,
  type changeFields,
  expired,
  filled,
  type filledSoFar,
  type fillFields,
  modified,
  type order,
  partialFill,
  type refusalFields,
  refused,
  type termFields,
  terms,
  triggered,
  type triggerFields,
} from './order-shapes.ts'

interface OrderPayload extends FieldsOf<typeof order>, FieldsOf<typeof stamp> {}

/**
 * Payload of `order.submitted`: the terms of an order that is on its way to the venue. `quantity` is
 * above 0; a limit order has a `price`, a stop order a `triggerPrice`, a stop limit order both.
 */
export interface OrderSubmitted extends OrderPayload, FieldsOf<typeof termFields> {}

/**
 * Payload of `order.placed`: the terms of an order that the venue has accepted. `quantity` is above
 * 0; a limit order has a `price`, a stop order a `triggerPrice`, a stop limit order both.
 */
export interface OrderPlaced extends OrderPayload, FieldsOf<typeof termFields> {}

/**
 * Payload of `order.filled`: the fill that completed an order. `remainingQuantity` is 0, the other
 * quantities are above 0.
 */
export interface OrderFilled extends OrderPayload, FieldsOf<typeof fillFields> {}

/**
 * Payload of `order.partial_fill`: a fill that leaves a part of the order standing. All quantities
 * are above 0, `remainingQuantity` too. That filled and remaining quantity add up to the order's is
 * not checked here, as it takes the order.
 */
export interface OrderPartialFill extends OrderPayload, FieldsOf<typeof fillFields> {}

/**
 * Payload of `order.cancelled`: an order that no longer stands. A late fill may still follow.
 * `filledQuantity` is 0 or more.
 */
export interface OrderCancelled
  extends OrderPayload, FieldsOf<typeof filledSoFar>, FieldsOf<typeof cancelFields> {}

/**
 * Payload of `order.expired`: an order whose time in force has ended. A late fill may still follow.
 * `filledQuantity` is 0 or more.
 */
export interface OrderExpired extends OrderPayload, FieldsOf<typeof filledSoFar> {}

/** Payload of `order.rejected`: an order that was not accepted. */
export interface OrderRejected extends OrderPayload, FieldsOf<typeof refusalFields> {}

/** Payload of `order.cancel_rejected`: a wish to cancel that was refused; the order stands. */
export interface OrderCancelRejected extends OrderPayload, FieldsOf<typeof refusalFields> {}

/** Payload of `order.modify_rejected`: a wish to modify that was refused; the order stands as it was. */
export interface OrderModifyRejected extends OrderPayload, FieldsOf<typeof refusalFields> {}

/**
 * Payload of `order.modified`: the new values of an order that the venue has changed. At least one
 * of `quantity`, `price` and `triggerPrice` is present; `quantity` is above 0.
 */
export interface OrderModified extends OrderPayload, FieldsOf<typeof changeFields> {}

/** Payload of `order.triggered`: a stop order that its trigger price has woken. */
export interface OrderTriggered extends OrderPayload, FieldsOf<typeof triggerFields> {}

/** The order events, as payload schemas by name. */
export type OrderSchemas = {
  'order.submitted': z.ZodType<OrderSubmitted>
  'order.placed': z.ZodType<OrderPlaced>
  'order.filled': z.ZodType<OrderFilled>
  'order.partial_fill': z.ZodType<OrderPartialFill>
  'order.cancelled': z.ZodType<OrderCancelled>
  'order.rejected': z.ZodType<OrderRejected>
  'order.expired': z.ZodType<OrderExpired>
  'order.modified': z.ZodType<OrderModified>
  'order.triggered': z.ZodType<OrderTriggered>
  'order.cancel_rejected': z.ZodType<OrderCancelRejected>
  'order.modify_rejected': z.ZodType<OrderModifyRejected>
}

const at = (value: string): Decimal => new Decimal(value)
const sent = {
  orderId: 'breakout-17',
  symbol: 'BTCUSDT',
  strategyId: 'breakout',
  timestamp: 1_767_225_600_123,
}
const known = { ...sent, venueOrderId: '8389765547', venue: 'binance' }
const limitOrder = {
  side: 'buy',
  orderType: 'limit',
  quantity: at('0.25'),
  price: at('61659.7'),
  timeInForce: 'gtc',
} as const
const lastFill = {
  tradeId: '5512874391',
  side: 'buy',
  lastPrice: at('61659.7'),
  lastQuantity: at('0.15'),
  averagePrice: at('61659.7'),
  fee: { amount: at('1.849791'), currency: 'USDT' },
  liquidity: 'maker',
} as const

/** What happens to an order. */
export const orderEvents: EventDefinitions<OrderSchemas> = {
  'order.submitted': {
    description: 'An order was sent to the venue.',
    payload: terms,
    example: { ...sent, ...limitOrder, postOnly: true },
  },
  'order.placed': {
    description: 'The venue has accepted an order.',
    payload: terms,
    example: { ...known, ...limitOrder },
    legacyName: 'order_placed',
  },
  'order.filled': {
    description: 'An order was filled completely.',
    payload: filled,
    example: { ...known, ...lastFill, filledQuantity: at('0.25'), remainingQuantity: at('0') },
    legacyName: 'order_filled',
  },
  'order.partial_fill': {
    description: 'A part of an order was filled, and a part remains.',
    payload: partialFill,
    example: { ...known, ...lastFill, filledQuantity: at('0.15'), remainingQuantity: at('0.1') },
    legacyName: 'order_partial_fill',
  },
  'order.cancelled': {
    description: 'An order was cancelled.',
    payload: cancelled,
    example: { ...known, filledQuantity: at('0.15'), reason: 'cancelled by the strategy' },
    legacyName: 'order_cancelled',
  },
  'order.rejected': {
    description: 'An order was not accepted.',
    payload: refused,
    example: { ...sent, reason: 'Margin is insufficient.', code: '-2019' },
    legacyName: 'order_rejected',
  },
  'order.expired': {
    description: "An order's time in force has ended.",
    payload: expired,
    example: { ...known, filledQuantity: at('0') },
    legacyName: 'order_expired',
  },
  'order.modified': {
    description: 'The venue has changed the terms of an order.',
    payload: modified,
    example: { ...known, price: at('61650.0') },
    legacyName: 'order_modified',
  },
  'order.triggered': {
    description: 'A stop order was woken by its trigger price.',
    payload: triggered,
    example: { ...known, triggerPrice: at('61700.0') },
  },
  'order.cancel_rejected': {
    description: 'A wish to cancel an order was refused.',
    payload: refused,
    example: { ...known, reason: 'Unknown order sent.', code: '-2011' },
  },
  'order.modify_rejected': {
    description: 'A wish to modify an order was refused.',
    payload: refused,
    example: { ...known, reason: 'No need to modify the order.', code: '-5027' },
  },
}
