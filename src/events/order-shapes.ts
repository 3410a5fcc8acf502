import { z } from 'zod'
import { decimal, nonNegativeDecimal, positiveDecimal } from './decimal.ts'
import { optionalText, stamp, text, time } from './fields.ts'

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
  ...stamp,
}

const side = {
  /** Whether the order buys or sells. */
  side: z.enum(['buy', 'sell']),
}

/** Submitted and placed say the same of an order; placed says that the venue has accepted it. */
export const terms = /* @__PURE__ */ z
  .strictObject({
    ...order,
    ...side,
    /** How the order is executed. */
    orderType: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
    /** How much to buy or sell, in units of the instrument. */
    quantity: positiveDecimal(),
    /** The limit, in quote currency; required for `limit` and `stop_limit`. */
    price: decimal().optional(),
    /** The price that wakes the order, in quote currency; required for `stop` and `stop_limit`. */
    triggerPrice: decimal().optional(),
    /** How long it stands: good till cancelled, immediate or cancel, fill or kill, day, good till date. */
    timeInForce: z.enum(['gtc', 'ioc', 'fok', 'day', 'gtd']),
    /** Whether it is refused rather than take liquidity. Absent means no. */
    postOnly: z.boolean().optional(),
    /** Whether it may only make a position smaller. Absent means no. */
    reduceOnly: z.boolean().optional(),
    /** When a `gtd` order expires, in milliseconds since the Unix epoch. */
    expireTime: time().optional(),
    /** Labels of your own. */
    tags: z.array(text()).max(64).readonly().optional(),
  })
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

/** Filled and partial fill differ in what remains alone. */
export const fill = /* @__PURE__ */ z.strictObject({
  ...order,
  /** The venue's id of the fill. One id is one fill, however often it is sent. */
  tradeId: text(),
  ...side,
  /** Price of this fill, in quote currency. */
  lastPrice: decimal(),
  /** Quantity of this fill, in units of the instrument. */
  lastQuantity: positiveDecimal(),
  /** Quantity of all fills so far, this one included, in units of the instrument. */
  filledQuantity: positiveDecimal(),
  /** Quantity that still stands, in units of the instrument. */
  remainingQuantity: nonNegativeDecimal(),
  /** Average price of all fills so far, weighted by quantity, in quote currency. */
  averagePrice: decimal(),
  /** What this fill cost; a negative amount is a rebate. */
  fee: z
    .strictObject({
      /** How much, in units of `currency`; negative for a rebate. */
      amount: decimal(),
      /** The currency or asset that the fee is paid in, such as `USDT`. */
      currency: text(),
    })
    .readonly()
    .optional(),
  /** Whether the order stood in the book (`maker`) or met one that did (`taker`). */
  liquidity: z.enum(['maker', 'taker']).optional(),
})
