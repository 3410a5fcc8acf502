import { z } from 'zod'
import { compareDecimals, decimal, nonNegativeDecimal } from './decimal.ts'
import { count, stamp, text, time } from './fields.ts'

/** What every market event says of its instrument. */
export const instrument = {
  /** The instrument, in the venue's own spelling, such as `BTCUSDT`. */
  symbol: text(),
  ...stamp,
}

/** One bar of prices. It closes at its `timestamp`. */
export const newBar = /* @__PURE__ */ z
  .strictObject({
    ...instrument,
    /** The span of one bar: a whole number and `s`, `m`, `h`, `d`, `w` or `M` (month), such as `4h`. */
    timeframe: z
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
  })
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
