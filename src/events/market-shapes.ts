import * as z from 'zod'
import { isOrdered, levels } from './book-levels.ts'
import { compareDecimals, decimal, nonNegativeDecimal, positiveDecimal } from './decimal.ts'
import { count, optionalText, stamp, text, time } from './fields.ts'

/** What every market event says of its instrument. */
export const instrument = {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  symbol: text(),
}

export const barFields = {
  /** The span of one bar: a whole number and `s`, `m`, `h`, `d`, `w` or `M` (month), such as `4h`. */
  timeframe: /* @__PURE__ */ z
    .string()
    .regex(/^[1-9]\d{0,4}[smhdwM]$/, 'expected a timeframe such as "1m" or "4h"'),
  /** When the bar began, in milliseconds since the Unix epoch. Its `timestamp` is when it closed. */
  openTime: time(),
  /** First price, in quote currency. */
  open: decimal(),
  /** Highest price, in quote currency. */
  high: decimal(),
  /** Lowest price, in quote currency. */
  low: decimal(),
  /** Last price, in quote currency. */
  close: decimal(),
  /** Traded quantity, in units of the instrument. */
  volume: nonNegativeDecimal(),
  /** How many trades the bar is made of. */
  tradeCount: count().optional(),
  /** Average price weighted by volume, in quote currency. */
  vwap: decimal().optional(),
}

export const newBar = /* @__PURE__ */ z
  .strictObject({ ...instrument, ...stamp, ...barFields })
  .refine(
    ({ low, open, close, high }) =>
      compareDecimals(low, open) <= 0 &&
      compareDecimals(low, close) <= 0 &&
      compareDecimals(open, high) <= 0 &&
      compareDecimals(close, high) <= 0,
    { path: ['low'], message: 'expected low ≤ open ≤ high and low ≤ close ≤ high' },
  )
  .refine(({ openTime, timestamp }) => openTime < timestamp, {
    path: ['openTime'],
    message: 'expected openTime before timestamp, which is when the bar closed',
  })

const optionalPrice = decimal().optional()

export const dataFields = {
  /** Last traded price, in quote currency. */
  last: optionalPrice,
  /** First price of the session, in quote currency. */
  open: optionalPrice,
  /** Highest price of the session, in quote currency. */
  high: optionalPrice,
  /** Lowest price of the session, in quote currency. */
  low: optionalPrice,
  /** Traded quantity of the session, in units of the instrument. */
  volume: nonNegativeDecimal().optional(),
  /** Change of price since the session began, in quote currency. */
  change: optionalPrice,
  /** Change of price since the session began, in percent: 1.5 is 1.5 %. */
  changePercent: optionalPrice,
  /** The price that margin is computed with, in quote currency. */
  markPrice: optionalPrice,
  /** The price of the underlying index, in quote currency. */
  indexPrice: optionalPrice,
}

export const dataUpdate = /* @__PURE__ */ z
  .strictObject({ ...instrument, ...stamp, ...dataFields })
  .refine(
    (data) =>
      (data.last ?? data.markPrice ?? data.indexPrice ?? data.volume) !== undefined ||
      (data.open ?? data.high ?? data.low ?? data.change ?? data.changePercent) !== undefined,
    { path: ['last'], message: 'expected at least one value, such as last or markPrice' },
  )

export const quoteFields = {
  /** Best price to sell at, in quote currency. */
  bidPrice: decimal(),
  /** Quantity wanted at `bidPrice`, in units of the instrument. */
  bidSize: nonNegativeDecimal(),
  /** Best price to buy at, in quote currency; may be at or below `bidPrice`. */
  askPrice: decimal(),
  /** Quantity offered at `askPrice`, in units of the instrument. */
  askSize: nonNegativeDecimal(),
  /** The venue's number of this update. */
  sequence: count().optional(),
}

export const quoteUpdate = /* @__PURE__ */ z.strictObject({
  ...instrument,
  ...stamp,
  ...quoteFields,
})

export const tradeFields = {
  /** Price of the trade, in quote currency; negative prices are real (crude oil, 20 April 2020). */
  price: decimal(),
  /** Quantity of the trade, in units of the instrument. */
  size: positiveDecimal(),
  /** Whose order took liquidity; `none` where there is no such side, as in an auction. */
  aggressorSide: /* @__PURE__ */ z.enum(['buy', 'sell', 'none']),
  /** The venue's id of the trade. */
  tradeId: optionalText(),
}

export const tradeTick = /* @__PURE__ */ z.strictObject({ ...instrument, ...stamp, ...tradeFields })

export const orderbookFields = {
  /** `snapshot` replaces the whole book, `delta` changes the levels it lists. */
  kind: /* @__PURE__ */ z.enum(['snapshot', 'delta']),
  /** Bid levels as `[price, size]`: price in quote currency, size in units; size 0 removes one. */
  bids: levels,
  /** Ask levels as `[price, size]`: price in quote currency, size in units; size 0 removes one. */
  asks: levels,
  /** The venue's number of this update. */
  sequence: count().optional(),
  /** The venue's number of the update before this one; another one means that some were lost. */
  previousSequence: count().optional(),
}

export const orderbookUpdate = /* @__PURE__ */ z.strictObject({
  ...instrument,
  ...stamp,
  ...orderbookFields,
})

export const depthFields = {
  /** Best bids as `[price, size]`, highest price first. */
  bids: levels,
  /** Best asks as `[price, size]`, lowest price first. */
  asks: levels,
  /** The venue's number of this update. */
  sequence: count().optional(),
}

export const depthUpdate = /* @__PURE__ */ z
  .strictObject({ ...instrument, ...stamp, ...depthFields })
  .refine(({ bids }) => isOrdered(bids, -1), {
    path: ['bids'],
    message: 'expected bids best first, with strictly falling prices',
  })
  .refine(({ asks }) => isOrdered(asks, 1), {
    path: ['asks'],
    message: 'expected asks best first, with strictly rising prices',
  })
