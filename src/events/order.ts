import { z } from 'zod'
import type { EventDefinitions } from './catalog.ts'
import { Decimal, decimal, nonNegativeDecimal, positiveDecimal } from './decimal.ts'
import { message, optionalText } from './fields.ts'
import { fill, order, terms } from './order-shapes.ts'

/** Payload of `order.submitted`: the terms of an order that is on its way to the venue. */
export interface OrderSubmitted extends Readonly<z.output<typeof terms>> {}
/** Payload of `order.placed`: the terms of an order that the venue has accepted. */
export interface OrderPlaced extends Readonly<z.output<typeof terms>> {}

const filled = /* @__PURE__ */ fill.refine((data) => data.remainingQuantity.isZero(), {
  path: ['remainingQuantity'],
  message: 'expected 0, as nothing remains of a filled order; use order.partial_fill',
})

/** That filled and remaining quantity add up to the order's takes the order, too: not checked here. */
const partialFill = /* @__PURE__ */ fill.refine((data) => !data.remainingQuantity.isZero(), {
  path: ['remainingQuantity'],
  message: 'expected more than 0, as a part remains; use order.filled',
})

/** Payload of `order.filled`: the fill that completed an order. */
export interface OrderFilled extends Readonly<z.output<typeof filled>> {}
/** Payload of `order.partial_fill`: a fill that leaves a part of the order standing. */
export interface OrderPartialFill extends Readonly<z.output<typeof partialFill>> {}

const filledSoFar = {
  /** Quantity of all fills before the order ended, in units of the instrument. */
  filledQuantity: nonNegativeDecimal(),
}

const cancelled = /* @__PURE__ */ z.strictObject({
  ...order,
  ...filledSoFar,
  /** Why it was cancelled, in words. */
  reason: message().optional(),
})

/** Payload of `order.cancelled`: an order that no longer stands. A late fill may still follow. */
export interface OrderCancelled extends Readonly<z.output<typeof cancelled>> {}

const expired = /* @__PURE__ */ z.strictObject({ ...order, ...filledSoFar })

/** Payload of `order.expired`: an order whose time in force has ended. */
export interface OrderExpired extends Readonly<z.output<typeof expired>> {}

const refused = /* @__PURE__ */ z.strictObject({
  ...order,
  /** Why the venue or the risk guard refused, in words. */
  reason: message(),
  /** The venue's code of the reason, such as `-2019`. */
  code: optionalText(),
})

/** Payload of `order.rejected`: an order that was not accepted. */
export interface OrderRejected extends Readonly<z.output<typeof refused>> {}
/** Payload of `order.cancel_rejected`: a wish to cancel that was refused; the order stands. */
export interface OrderCancelRejected extends Readonly<z.output<typeof refused>> {}
/** Payload of `order.modify_rejected`: a wish to modify that was refused; the order stands as it was. */
export interface OrderModifyRejected extends Readonly<z.output<typeof refused>> {}

const modified = /* @__PURE__ */ z
  .strictObject({
    ...order,
    /** The new quantity of the whole order, in units of the instrument. */
    quantity: positiveDecimal().optional(),
    /** The new limit, in quote currency. */
    price: decimal().optional(),
    /** The new trigger price, in quote currency. */
    triggerPrice: decimal().optional(),
  })
  .refine((data) => (data.quantity ?? data.price ?? data.triggerPrice) !== undefined, {
    path: ['quantity'],
    message: 'expected at least one new value: quantity, price or triggerPrice',
  })

/** Payload of `order.modified`: the new values of an order that the venue has changed. */
export interface OrderModified extends Readonly<z.output<typeof modified>> {}

const triggered = /* @__PURE__ */ z.strictObject({
  ...order,
  /** The price that woke the order, in quote currency. */
  triggerPrice: decimal(),
})

/** Payload of `order.triggered`: a stop order that its trigger price has woken. */
export interface OrderTriggered extends Readonly<z.output<typeof triggered>> {}

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
