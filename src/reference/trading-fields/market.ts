// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'market.new_bar': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    timeframe:
      'The span of one bar: a whole number and `s`, `m`, `h`, `d`, `w` or `M` (month), such as `4h`.',
    openTime:
      'When the bar began, in milliseconds since the Unix epoch. Its `timestamp` is when it closed.',
    open: 'First price, in quote currency.',
    high: 'Highest price, in quote currency.',
    low: 'Lowest price, in quote currency.',
    close: 'Last price, in quote currency.',
    volume: 'Traded quantity, in units of the instrument.',
    tradeCount: 'How many trades the bar is made of.',
    vwap: 'Average price weighted by volume, in quote currency.',
  },
  'market.data_update': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    open: 'First price of the session, in quote currency.',
    high: 'Highest price of the session, in quote currency.',
    low: 'Lowest price of the session, in quote currency.',
    volume: 'Traded quantity of the session, in units of the instrument.',
    last: 'Last traded price, in quote currency.',
    change: 'Change of price since the session began, in quote currency.',
    changePercent: 'Change of price since the session began, in percent: 1.5 is 1.5 %.',
    markPrice: 'The price that margin is computed with, in quote currency.',
    indexPrice: 'The price of the underlying index, in quote currency.',
  },
  'market.quote_update': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    bidPrice: 'Best price to sell at, in quote currency.',
    bidSize: 'Quantity wanted at `bidPrice`, in units of the instrument.',
    askPrice: 'Best price to buy at, in quote currency; may be at or below `bidPrice`.',
    askSize: 'Quantity offered at `askPrice`, in units of the instrument.',
    sequence: "The venue's number of this update.",
  },
  'market.trade_tick': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    price:
      'Price of the trade, in quote currency; negative prices are real (crude oil, 20 April 2020).',
    size: 'Quantity of the trade, in units of the instrument.',
    aggressorSide:
      'Whose order took liquidity; `none` where there is no such side, as in an auction.',
    tradeId: "The venue's id of the trade.",
  },
  'market.orderbook_update': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    kind: '`snapshot` replaces the whole book, `delta` changes the levels it lists.',
    bids: 'Bid levels as `[price, size]`: price in quote currency, size in units; size 0 removes one.',
    asks: 'Ask levels as `[price, size]`: price in quote currency, size in units; size 0 removes one.',
    sequence: "The venue's number of this update.",
    previousSequence:
      "The venue's number of the update before this one; another one means that some were lost.",
  },
  'market.depth_update': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    bids: 'Best bids as `[price, size]`, highest price first.',
    asks: 'Best asks as `[price, size]`, lowest price first.',
    sequence: "The venue's number of this update.",
  },
}
