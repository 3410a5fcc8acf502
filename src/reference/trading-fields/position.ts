// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
  'position.opened': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    side: 'Which way the position gains: `long` when prices rise, `short` when they fall, `flat` is none.',
    quantity: 'How much is held, without a sign, in units of the instrument.',
    currency: 'The currency of the profit and loss, such as `USDT`.',
    positionId: "The position's id.",
    averageEntryPrice: 'Average price of the fills that built the position, in quote currency.',
    realizedPnl: 'Profit and loss of what was closed so far, fees included, in `currency`.',
    accountId: 'The account that holds the position.',
    strategyId: 'The strategy that holds the position.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    openedAt: 'When the position was opened, in milliseconds since the Unix epoch.',
    openingOrderId: 'The order whose fill opened the position.',
  },
  'position.updated': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    side: 'Which way the position gains: `long` when prices rise, `short` when they fall, `flat` is none.',
    quantity: 'How much is held, without a sign, in units of the instrument.',
    currency: 'The currency of the profit and loss, such as `USDT`.',
    positionId: "The position's id.",
    averageEntryPrice: 'Average price of the fills that built the position, in quote currency.',
    realizedPnl: 'Profit and loss of what was closed so far, fees included, in `currency`.',
    accountId: 'The account that holds the position.',
    strategyId: 'The strategy that holds the position.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    orderId: 'The order whose fill changed the position.',
    lastPrice: 'Price of the fill that changed the position, in quote currency.',
    lastQuantity:
      'Quantity of the fill that changed the position, in units of the instrument; above 0.',
  },
  'position.closed': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    side: 'Which way the position gains: `long` when prices rise, `short` when they fall, `flat` is none.',
    quantity: 'How much is held, without a sign, in units of the instrument.',
    currency: 'The currency of the profit and loss, such as `USDT`.',
    positionId: "The position's id.",
    averageEntryPrice: 'Average price of the fills that built the position, in quote currency.',
    realizedPnl: 'Profit and loss of what was closed so far, fees included, in `currency`.',
    accountId: 'The account that holds the position.',
    strategyId: 'The strategy that holds the position.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    openedAt: 'When the position was opened, in milliseconds since the Unix epoch.',
    closedAt: 'When the position was closed, in milliseconds since the Unix epoch.',
    averageExitPrice: 'Average price of the fills that closed the position, in quote currency.',
    closingOrderId: 'The order whose fill closed the position.',
  },
  'position.pnl_update': {
    symbol: "The instrument, in the venue's own spelling, such as `BTCUSDT`.",
    side: 'Which way the position gains: `long` when prices rise, `short` when they fall, `flat` is none.',
    quantity: 'How much is held, without a sign, in units of the instrument.',
    currency: 'The currency of the profit and loss, such as `USDT`.',
    positionId: "The position's id.",
    averageEntryPrice: 'Average price of the fills that built the position, in quote currency.',
    realizedPnl: 'Profit and loss of what was closed so far, fees included, in `currency`.',
    accountId: 'The account that holds the position.',
    strategyId: 'The strategy that holds the position.',
    timestamp:
      "When it happened: the venue's time, or the producer's where no venue is involved. In milliseconds since the Unix epoch; a fraction carries microseconds.",
    venue: 'The exchange or broker that it comes from, such as `binance`.',
    markPrice: 'The price that the position is valued at, in quote currency.',
    unrealizedPnl: 'Profit and loss if it were closed at `markPrice`, in `currency`.',
  },
}
