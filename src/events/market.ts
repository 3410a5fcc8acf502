import { z } from 'zod'
import { instrument, newBar } from './bar.ts'
import { isOrdered, levels } from './book-levels.ts'
import type { EventDefinitions } from './catalog.ts'
import { Decimal, decimal, nonNegativeDecimal, positiveDecimal } from './decimal.ts'
import { count, optionalText } from './fields.ts'

/** Payload of `market.new_bar`: one finished bar of prices. */
export interface NewBar extends Readonly<z.output<typeof newBar>> {}

const optionalPrice = decimal().optional()

const dataUpdate = /* @__PURE__ */ z
  .strictObject({
    ...instrument,
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
  })
  .refine(
    (data) =>
      (data.last ?? data.markPrice ?? data.indexPrice ?? data.volume) !== undefined ||
      (data.open ?? data.high ?? data.low ?? data.change ?? data.changePercent) !== undefined,
    { path: ['last'], message: 'expected at least one value, such as last or markPrice' },
  )

/** Payload of `market.data_update`: what changed in an instrument's summary. */
export interface DataUpdate extends Readonly<z.output<typeof dataUpdate>> {}

/** A quote may be locked or crossed (bid at or above ask): real feeds have thousands. */
const quoteUpdate = /* @__PURE__ */ z.strictObject({
  ...instrument,
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
})

/** Payload of `market.quote_update`: the best bid and ask. */
export interface QuoteUpdate extends Readonly<z.output<typeof quoteUpdate>> {}

const tradeTick = /* @__PURE__ */ z.strictObject({
  ...instrument,
  /** Price of the trade, in quote currency; negative prices are real (crude oil, 20 April 2020). */
  price: decimal(),
  /** Quantity of the trade, in units of the instrument. */
  size: positiveDecimal(),
  /** Whose order took liquidity; `none` where there is no such side, as in an auction. */
  aggressorSide: z.enum(['buy', 'sell', 'none']),
  /** The venue's id of the trade. */
  tradeId: optionalText(),
})

/** Payload of `market.trade_tick`: one trade between others. */
export interface TradeTick extends Readonly<z.output<typeof tradeTick>> {}

const orderbookUpdate = /* @__PURE__ */ z.strictObject({
  ...instrument,
  /** `snapshot` replaces the whole book, `delta` changes the levels it lists. */
  kind: z.enum(['snapshot', 'delta']),
  /** Bid levels as `[price, size]`: price in quote currency, size in units; size 0 removes one. */
  bids: levels,
  /** Ask levels as `[price, size]`: price in quote currency, size in units; size 0 removes one. */
  asks: levels,
  /** The venue's number of this update. */
  sequence: count().optional(),
  /** The venue's number of the update before this one; another one means that some were lost. */
  previousSequence: count().optional(),
})

/** Payload of `market.orderbook_update`: a whole order book, or changes to one. */
export interface OrderbookUpdate extends Readonly<z.output<typeof orderbookUpdate>> {}

const depthUpdate = /* @__PURE__ */ z
  .strictObject({
    ...instrument,
    /** Best bids as `[price, size]`, highest price first. */
    bids: levels,
    /** Best asks as `[price, size]`, lowest price first. */
    asks: levels,
    /** The venue's number of this update. */
    sequence: count().optional(),
  })
  .refine(({ bids }) => isOrdered(bids, -1), {
    path: ['bids'],
    message: 'expected bids best first, with strictly falling prices',
  })
  .refine(({ asks }) => isOrdered(asks, 1), {
    path: ['asks'],
    message: 'expected asks best first, with strictly rising prices',
  })

/** Payload of `market.depth_update`: the top levels of an order book, best first. */
export interface DepthUpdate extends Readonly<z.output<typeof depthUpdate>> {}

export type { BookLevel } from './book-levels.ts'

/** The market events, as payload schemas by name. */
export type MarketSchemas = {
  'market.new_bar': z.ZodType<NewBar>
  'market.data_update': z.ZodType<DataUpdate>
  'market.quote_update': z.ZodType<QuoteUpdate>
  'market.trade_tick': z.ZodType<TradeTick>
  'market.orderbook_update': z.ZodType<OrderbookUpdate>
  'market.depth_update': z.ZodType<DepthUpdate>
}

const at = (value: string): Decimal => new Decimal(value)
const bitcoin = { symbol: 'BTCUSDT', venue: 'binance', timestamp: 1_767_225_600_123 }

/** What happens in the market. */
export const marketEvents: EventDefinitions<MarketSchemas> = {
  'market.new_bar': {
    description: 'A bar of prices has closed.',
    payload: newBar,
    example: {
      symbol: 'SPX',
      timeframe: '1d',
      openTime: 1_767_191_400_000,
      timestamp: 1_767_214_800_000,
      open: at('6893.47'),
      high: at('6898.82'),
      low: at('6844.55'),
      close: at('6845.50'),
      volume: at('2318540000'),
    },
    legacyName: 'new_bar',
  },
  'market.data_update': {
    description: "Values of an instrument's summary have changed.",
    payload: dataUpdate,
    example: {
      ...bitcoin,
      last: at('61659.7'),
      markPrice: at('61658.91'),
      changePercent: at('-0.42'),
    },
    legacyName: 'data_update',
  },
  'market.quote_update': {
    description: 'The best bid or ask has changed.',
    payload: quoteUpdate,
    example: {
      ...bitcoin,
      bidPrice: at('61659.6'),
      bidSize: at('4.218'),
      askPrice: at('61659.7'),
      askSize: at('1.035'),
    },
    legacyName: 'quote_update',
  },
  'market.trade_tick': {
    description: 'A trade took place in the market.',
    payload: tradeTick,
    example: {
      ...bitcoin,
      price: at('61659.7'),
      size: at('0.012'),
      aggressorSide: 'buy',
      tradeId: '5512874391',
    },
    legacyName: 'trade_tick',
  },
  'market.orderbook_update': {
    description: 'Levels of an order book have changed, or the whole book is given.',
    payload: orderbookUpdate,
    example: {
      ...bitcoin,
      kind: 'delta',
      bids: [
        [at('61659.6'), at('3.914')],
        [at('61655.1'), at('0')],
      ],
      asks: [[at('61659.7'), at('1.023')]],
      sequence: 4_812_907_331,
      previousSequence: 4_812_907_330,
    },
    legacyName: 'orderbook_update',
  },
  'market.depth_update': {
    description: 'The top levels of an order book, best first.',
    payload: depthUpdate,
    example: {
      ...bitcoin,
      bids: [
        [at('61659.6'), at('4.218')],
        [at('61659.5'), at('0.4')],
      ],
      asks: [
        [at('61659.7'), at('1.035')],
        [at('61659.9'), at('2.2')],
      ],
    },
    legacyName: 'market_depth_update',
  },
}
