import * as z from 'zod'
import { decimal, decimalPatterns, nonNegativeDecimal, positiveDecimal } from './decimal.ts'
import { type FieldsOf, message, optionalText, stamp, text, time } from './fields.ts'

/** What every order event says of its order. */
export const order = {
  /** The order's id, chosen by whoever sends it. */
  orderId: text(),
  /** The venue's own id of the order, once it is known. */
  venueOrderId: optionalText(),
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  symbol: text(),
  /** The account that the order belongs to. */
  accountId: optionalText(),
  /** The strategy that the order belongs to. */
  strategyId: optionalText(),
}

/** Submitted and placed say the same of an order; placed says that the venue has accepted it. */
export const termFields = {
  /** Whether the order buys or sells. */
  side: /* @__PURE__ */ z.enum(['buy', 'sell']),
  /** How the order is executed. */
  orderType: /* @__PURE__ */ z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  /** How much to buy or sell, in units of the instrument; above 0. */
  quantity: positiveDecimal(),
  /** The limit, in quote currency; required for `limit` and `stop_limit`. */
  price: decimal().optional(),
  /** The price that wakes the order, in quote currency; required for `stop` and `stop_limit`. */
  triggerPrice: decimal().optional(),
  /** How long it stands: good till cancelled, immediate or cancel, fill or kill, day, good till date. */
  timeInForce: /* @__PURE__ */ z.enum(['gtc', 'ioc', 'fok', 'day', 'gtd']),
  /** Whether it is refused rather than take liquidity. Absent means no. */
  postOnly: /* @__PURE__ */ z.boolean().optional(),
  /** Whether it may only make a position smaller. Absent means no. */
  reduceOnly: /* @__PURE__ */ z.boolean().optional(),
  /** When a `gtd` order expires, in milliseconds since the Unix epoch. */
  expireTime: time().optional(),
  /** Labels of your own. */
  tags: /* @__PURE__ */ z.array(text()).max(64).readonly().optional(),
}

export const terms = /* @__PURE__ */ z
  .strictObject({ ...order, ...stamp, ...termFields })
  .refine(
    ({ orderType, price }) =>
      price !== undefined || (orderType !== 'limit' && orderType !== 'stop_limit'),
    { path: ['price'], message: 'expected a price, as limit and stop_limit orders have one' },
  )
  .refine(
    ({ orderType, triggerPrice }) =>
      triggerPrice !== undefined || (orderType !== 'stop' && orderType !== 'stop_limit'),
    {
      path: ['triggerPrice'],
      message: 'expected a triggerPrice, as stop and stop_limit orders have one',
    },
  )

const feeFields = {
  /** How much, in units of `currency`; negative for a rebate. */
  amount: decimal(),
  /** The currency or asset that the fee is paid in, such as `USDT`. */
  currency: text(),
}

/** What a fill cost. */
export interface Fee extends FieldsOf<typeof feeFields> {}

// Named, so that the compiler writes the interface into the type of the fields below.
const fee: z.ZodType<Fee> = /* @__PURE__ */ z.strictObject(feeFields).readonly()

/** Filled and partial fill differ in what remains alone. */
export const fillFields = {
  /** The venue's id of the fill. One id is one fill, however often it is sent. */
  tradeId: text(),
  /** Whether the order buys or sells. */
  side: termFields.side,
  /** Price of this fill, in quote currency. */
  lastPrice: decimal(),
  /** Quantity of this fill, in units of the instrument; above 0. */
  lastQuantity: positiveDecimal(),
  /** Quantity of all fills so far, this one included, in units of the instrument; above 0. */
  filledQuantity: positiveDecimal(),
  /** Quantity that still stands, in units of the instrument: 0 if the order is filled. */
  remainingQuantity: nonNegativeDecimal(),
  /** Average price of all fills so far, weighted by quantity, in quote currency. */
  averagePrice: decimal(),
  /** What this fill cost; a negative amount is a rebate. */
  fee: /* @__PURE__ */ fee.optional(),
  /** Whether the order stood in the book (`maker`) or met one that did (`taker`). */
  liquidity: /* @__PURE__ */ z.enum(['maker', 'taker']).optional(),
}

const fill = { ...order, ...stamp, ...fillFields }

// The patterns are for JSON Schemas. In the process the rules below say which event was meant.
const nothing = {
  remainingQuantity: /* @__PURE__ */ nonNegativeDecimal().meta({ pattern: decimalPatterns.zero }),
}
const aPart = {
  remainingQuantity: /* @__PURE__ */ nonNegativeDecimal().meta({
    pattern: decimalPatterns.positive,
  }),
}

export const filled = /* @__PURE__ */ z
  .strictObject({ ...fill, ...nothing })
  .refine((data) => data.remainingQuantity.isZero(), {
    path: ['remainingQuantity'],
    message: 'expected 0, as nothing remains of a filled order; use order.partial_fill',
  })

export const partialFill = /* @__PURE__ */ z
  .strictObject({ ...fill, ...aPart })
  .refine((data) => !data.remainingQuantity.isZero(), {
    path: ['remainingQuantity'],
    message: 'expected more than 0, as a part remains; use order.filled',
  })

export const filledSoFar = {
  /** Quantity of all fills before the order ended, in units of the instrument. */
  filledQuantity: nonNegativeDecimal(),
}

export const cancelFields = {
  /** Why it was cancelled, in words. */
  reason: message().optional(),
}

export const cancelled = /* @__PURE__ */ z.strictObject({
  ...order,
  ...stamp,
  ...filledSoFar,
  ...cancelFields,
})

export const expired = /* @__PURE__ */ z.strictObject({ ...order, ...stamp, ...filledSoFar })

export const refusalFields = {
  /** Why the venue or the risk guard refused, in words. */
  reason: message(),
  /** The venue's code of the reason, such as `-2019`. */
  code: optionalText(),
}

export const refused = /* @__PURE__ */ z.strictObject({ ...order, ...stamp, ...refusalFields })

export const changeFields = {
  /** The new quantity of the whole order, in units of the instrument; above 0. */
  quantity: positiveDecimal().optional(),
  /** The new limit, in quote currency. */
  price: decimal().optional(),
  /** The new trigger price, in quote currency. */
  triggerPrice: decimal().optional(),
}

export const modified = /* @__PURE__ */ z
  .strictObject({ ...order, ...stamp, ...changeFields })
  .refine((data) => (data.quantity ?? data.price ?? data.triggerPrice) !== undefined, {
    path: ['quantity'],
    message: 'expected at least one new value: quantity, price or triggerPrice',
  })

export const triggerFields = {
  /** The price that woke the order, in quote currency. */
  triggerPrice: decimal(),
}

export const triggered = /* @__PURE__ */ z.strictObject({ ...order, ...stamp, ...triggerFields })
