import type { EventDefinitions } from './catalog.ts'
import { Decimal } from './decimal.ts'
import type { FieldsOf, stamp } from './fields.ts'
import {
  type barFields,
  type dataFields,
  dataUpdate,
  type depthFields,
  depthUpdate,
  type instrument,
  newBar,
  type orderbookFields,
  orderbookUpdate,
  type quoteFields,
  quoteUpdate,
  type tradeFields,
  tradeTick,
} from './market-shapes.ts'
import type * as z from 'zod'

interface MarketPayload extends FieldsOf<typeof instrument>, FieldsOf<typeof stamp> {}

/**
 * Payload of `market.new_bar`: one finished bar of prices. `low` is at or below `open` and `close`,
 * `high` at or above them; `openTime` is before `timestamp`, when it closed; `volume` is 0 or more.
 */
export interface NewBar extends MarketPayload, FieldsOf<typeof barFields> {}

/**
 * Payload of `market.data_update`: what changed in an instrument's summary. At least one value is
 * present; `volume` is 0 or more.
 */
export interface DataUpdate extends MarketPayload, FieldsOf<typeof dataFields> {}

/**
 * Payload of `market.quote_update`: the best bid and ask. Sizes are 0 or more. A quote may be locked
 * or crossed (bid at or above ask): real feeds have thousands.
 */
export interface QuoteUpdate extends MarketPayload, FieldsOf<typeof quoteFields> {}

/** Payload of `market.trade_tick`: one trade between others. `size` is above 0. */
export interface TradeTick extends MarketPayload, FieldsOf<typeof tradeFields> {}

/**
 * Payload of `market.orderbook_update`: a whole order book, or changes to one. Sizes are 0 or more;
 * 0 removes the level.
 */
export interface OrderbookUpdate extends MarketPayload, FieldsOf<typeof orderbookFields> {}

/**
 * Payload of `market.depth_update`: the top levels of an order book, best first. Prices of bids
 * strictly fall, prices of asks strictly rise; sizes are 0 or more.
 */
export interface DepthUpdate extends MarketPayload, FieldsOf<typeof depthFields> {}

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
